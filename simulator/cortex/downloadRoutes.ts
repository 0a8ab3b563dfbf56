import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { createLinks, LINK_MS, zipOf, type Zip } from './downloads';
import { CortexError, refusals } from './errors';
import { bothForms, type RouteTools } from './routeTools';
import type { CortexSettings } from './settings';
import type { CortexTenant } from './tenant';

/** A link of the tenant's own, which takes the API's headers; the host is the one that was asked for it. */
export const ownLink = ({ protocol, host }: FastifyRequest, value: string): string =>
	`${protocol}://${host}/public_api/v1/download/${value}`;

/** Below this path, outside of the API, are the files that signed links lead to. */
const SIGNED_FILES = '/signed-files';

/** A signed link on another host, which takes no headers; without a port in `host`, the tenant's. */
export const signedLink = (request: FastifyRequest, host: string, value: string): string =>
	`${request.protocol}://${host.includes(':') ? host : `${host}:${request.port}`}${SIGNED_FILES}/${value}`;

/** The ZIP that a link leads to, or why there is none. */
function fileBehind(
	tenant: CortexTenant,
	settings: CortexSettings,
	value: string,
): Zip | CortexError {
	const link = createLinks(tenant.seed).read(value);
	const course = link && tenant.course(link.jobId);
	if (!link || !course) return refusals.noSuchFile();
	if (tenant.now() - link.issuedAt > LINK_MS) return refusals.linkExpired();
	const { job, lives, seconds } = course;
	const ids = job.endpoints.map((position) => tenant.endpoints[position].id);
	const index = ids.indexOf(link.endpointId);
	const endpoint = tenant.endpoints[job.endpoints[index]];
	const { fileMegabytes } = settings;
	const zip = zipOf(tenant.seed, job, lives[index], endpoint, seconds, fileMegabytes);
	return zip ?? refusals.noSuchFile();
}

const sendZip = (reply: FastifyReply, { name, bytes }: Zip) =>
	reply
		.type('application/zip')
		.header('content-disposition', `attachment; filename="${name}"`)
		.send(bytes);

/** Whatever is posted along is not looked at, an empty body that calls itself JSON included. */
function takeAnyBody(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
}

/** Adds the downloads of the tenant's own. */
export function addDownloadRoutes({ app, settings, tenant }: RouteTools): void {
	app.register(async (routes) => {
		takeAnyBody(routes);
		for (const url of bothForms('/v1/download/:value')) {
			routes.route<{ Params: { value: string } }>({
				method: ['GET', 'POST'],
				url,
				config: { operation: 'downloadFiles' },
				handler: async ({ method, params }, reply) => {
					if (settings.downloadByPostOnly && method === 'GET') throw refusals.methodNotAllowed();
					const found = fileBehind(tenant, settings, params.value);
					if (!(found instanceof CortexError)) return await sendZip(reply, found);
					const status = settings.downloadErrorsAre200 ? 200 : found.status;
					return await reply.code(status).send(found.body('reply'));
				},
			});
		}
	});
}

const storageError = (code: string): string =>
	`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`;

/** Adds the files behind signed links: a store of its own, which refuses requests that bring the API's headers along. */
export function addSignedFiles(
	app: FastifyInstance,
	tenant: CortexTenant,
	settings: CortexSettings,
): void {
	takeAnyBody(app);
	app.get<{ Params: { value: string } }>(
		`${SIGNED_FILES}/:value`,
		async ({ headers, params }, reply) => {
			const refuse = (status: number, code: string) =>
				reply.code(status).type('application/xml').send(storageError(code));
			if (headers.authorization ?? headers['x-xdr-auth-id']) return refuse(400, 'InvalidArgument');
			const found = fileBehind(tenant, settings, params.value);
			if (!(found instanceof CortexError)) return sendZip(reply, found);
			return found.status === 410 ? refuse(403, 'AccessDenied') : refuse(404, 'NoSuchKey');
		},
	);
}
