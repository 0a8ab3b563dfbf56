import { ownLink } from './downloadRoutes';
import { createLinks, retrievalDetails } from './downloads';
import { pathsFor } from './endpointFiles';
import { refusals } from './errors';
import { MOST_FILES, type RetrievedFilesBody, type RetrieveFilesBody } from './fileSchemas';
import type { RouteTools } from './routeTools';

/** Adds what brings files back from endpoints; their progress is that of any action. */
export function addFileRoutes({ post, select, started, tenant }: RouteTools): void {
	const links = createLinks(tenant.seed);

	post<RetrieveFilesBody>('/v1/endpoints/file_retrieval', 'retrieveFiles', ({ request_data }) => {
		const { filters, files } = request_data;
		const count = Object.values(files).flat().length;
		if (count > MOST_FILES) {
			throw refusals.badRequest(
				`request_data.files: ${count} files, at most ${MOST_FILES} are allowed`,
			);
		}
		const endpoints = select(filters, 'FILES_RETRIEVAL').filter(
			(position) => pathsFor(files, tenant.endpoints[position]).length > 0,
		);
		if (endpoints.length === 0) throw refusals.noEndpoint('FILES_RETRIEVAL');
		const action = 'fileRetrieval';
		const id = tenant.startAction({ kind: 'endpointAction', action, endpoints, files });
		return { reply: started(id, endpoints) };
	});

	post<RetrievedFilesBody>(
		'/v1/actions/file_retrieval_details',
		'getRetrievedFiles',
		({ request_data }, { request }) => {
			const id = String(request_data.group_action_id);
			const course = tenant.course(id);
			if (course?.job.action !== 'fileRetrieval') throw refusals.noSuchAction(id);
			const { job, lives, seconds } = course;
			const data = retrievalDetails(job, lives, tenant.endpoints, seconds, (endpoint) =>
				ownLink(
					request,
					links.write({ jobId: id, endpointId: endpoint.id, issuedAt: tenant.now() }),
				),
			);
			return { reply: { data } };
		},
	);
}
