import { refusals } from './errors';
import type { IsolationBody, Post } from './schemas';
import type { CortexTenant } from './tenant';

/** As many the vendor takes in one action. */
const MOST_ENDPOINTS = 1000;

/** Adds what isolates endpoints, and ends that. */
export function addIsolationRoutes(
	post: Post,
	{ started, tenant }: { started(id: string, endpoints: number[]): object; tenant: CortexTenant },
): void {
	for (const action of ['isolate', 'unisolate'] as const) {
		post<IsolationBody>(`/v1/endpoints/${action}`, action, ({ request_data }) => {
			const { endpoint_id: one, filters } = request_data;
			if ((one === undefined) === (filters === undefined)) throw refusals.oneOfTwo();
			const ids = one === undefined ? (filters?.[0].value ?? []) : [one];
			if (ids.length > MOST_ENDPOINTS) throw refusals.tooManyEndpoints(MOST_ENDPOINTS);
			const selected = tenant.select([{ field: 'endpoint_id_list', operator: 'in', value: ids }]);
			const endpoints = tenant.isolatable(action, selected);
			if (endpoints === 'busy') throw refusals.isolationUnderWay();
			if (endpoints.length === 0) {
				throw refusals.noEndpoint(action === 'isolate' ? 'ISOLATE' : 'UNISOLATE');
			}
			const id = tenant.startAction({ kind: 'endpointAction', action, endpoints });
			return { reply: started(id, endpoints) };
		});
	}
}
