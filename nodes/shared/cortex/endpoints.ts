import { unexpectedAnswer } from '../errors';
import { isObject, numberOf, type JsonObject } from '../json';
import type { Ask } from '../transport/asking';
import type { PartNames } from '../wait/job';
import { OPERATIONS, type Question } from './operations';
import { replyOf } from './reply';

/** Path of the search for endpoints. */
export const ENDPOINTS_PATH = '/public_api/v1/endpoints/get_endpoint';

/** The vendor gives no more endpoints in one answer. */
export const MOST_ENDPOINTS_A_PAGE = 100;

/** What one answer of get_endpoint holds. */
export interface EndpointsPage {
	/** As the vendor sent them. */
	records: JsonObject[];
	/** How many endpoints match, in all pages together; absent where the tenant does not say. */
	total?: number;
}

/**
 * The endpoints in a reply of get_endpoint.
 * @throws {Fault} where it holds no list of objects: nothing is guessed from anything else
 */
export function endpointsPage(json: JsonObject): EndpointsPage {
	const { endpoints, total_count: total } = replyOf(json, OPERATIONS.searchEndpoints);
	if (!Array.isArray(endpoints) || !endpoints.every(isObject)) {
		throw unexpectedAnswer('Cortex answered Search Endpoints without a list of endpoints');
	}
	return { records: endpoints, total: numberOf(total) ?? undefined };
}

/** The id of an endpoint, by its record; `undefined` for a record that names none. */
export const idOfEndpoint = ({ endpoint_id: id }: JsonObject): string | undefined =>
	typeof id === 'string' && id !== '' ? id : undefined;

/** The name of an endpoint, by its record; null where it has none. */
export const nameOfEndpoint = (record: JsonObject | undefined): string | null =>
	typeof record?.endpoint_name === 'string' && record.endpoint_name !== ''
		? record.endpoint_name
		: null;

/**
 * Looks up endpoints by their ids, a hundred in a request, one request after the other.
 *
 * @param ids each is asked for once, however often it is named; none at all asks nothing
 * @returns the vendor's record by id; an id that the tenant does not know is missing
 * @throws {Fault} at the first request that fails
 */
export async function lookUpEndpoints(
	ask: Ask<Question>,
	ids: Iterable<string>,
): Promise<Map<string, JsonObject>> {
	const wanted = new Set(ids);
	const found = new Map<string, JsonObject>();
	const left = [...wanted];
	while (left.length > 0) {
		const value = left.splice(0, MOST_ENDPOINTS_A_PAGE);
		const json = await ask({
			operation: OPERATIONS.searchEndpoints,
			request: {
				method: 'POST',
				url: ENDPOINTS_PATH,
				body: {
					request_data: {
						filters: [{ field: 'endpoint_id_list', operator: 'in', value }],
						search_from: 0,
						search_to: MOST_ENDPOINTS_A_PAGE,
					},
				},
			},
		});
		for (const record of endpointsPage(json).records) {
			const id = idOfEndpoint(record);
			// A tenant that gave others than those asked for must not have them taken for these.
			if (id !== undefined && wanted.has(id)) found.set(id, record);
		}
	}
	return found;
}

/** The names of endpoints, as rows of actions and of script results hold them. */
export const ENDPOINT_NAMES: PartNames<Question> = {
	id: 'endpoint_id',
	name: 'endpoint_name',
	async lookUp(ask, ids) {
		const names = new Map<string, string>();
		for (const [id, record] of await lookUpEndpoints(ask, ids)) {
			const name = nameOfEndpoint(record);
			if (name !== null) names.set(id, name);
		}
		return names;
	},
};
