import { DEFAULT_SORT } from './endpointRecords';
import { refusals } from './errors';
import type { RouteTools } from './routeTools';
import type { SearchEndpointsBody } from './schemas';

/** The vendor gives no more endpoints in one answer. */
const LARGEST_PAGE = 100;

/** Adds what reads the tenant's endpoints. */
export function addEndpointRoutes({ post, settings, tenant }: RouteTools): void {
	post<SearchEndpointsBody>(
		'/v1/endpoints/get_endpoint',
		'searchEndpoints',
		({ request_data: data }) => {
			const { filters = [], search_from: from = 0, search_to: to = LARGEST_PAGE } = data;
			if (to <= from) throw refusals.badRequest('search_to must be greater than search_from');
			if (to - from > LARGEST_PAGE) {
				throw refusals.badRequest(`search_to - search_from must not exceed ${LARGEST_PAGE}`);
			}
			const { total, records } = tenant.search(filters, data.sort ?? DEFAULT_SORT, { from, to });
			tenant.removeEndpoints(settings.removedPerSearch);
			tenant.enrolEndpoints(settings.enrolledPerSearch);
			return {
				reply: {
					...(settings.noTotalCount ? {} : { total_count: total }),
					result_count: records.length,
					endpoints: records,
				},
			};
		},
	);
}
