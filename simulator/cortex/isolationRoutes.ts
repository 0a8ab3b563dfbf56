import { refusals } from './errors';
import type { RouteTools } from './routeTools';
import type { IsolationBody } from './schemas';

/** Adds what isolates endpoints, and ends that. */
export function addIsolationRoutes({ post, started, tenant }: RouteTools): void {
	for (const action of ['isolate', 'unisolate'] as const) {
		post<IsolationBody>(`/v1/endpoints/${action}`, action, ({ request_data }) => {
			const { endpoint_id: one, filters } = request_data;
			if ((one === undefined) === (filters === undefined)) throw refusals.oneOfTwo();
			const ids = one === undefined ? (filters?.[0].value ?? []) : [one];
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
