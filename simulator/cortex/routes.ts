import type { FastifyInstance, FastifyReply } from 'fastify';

import type { Clock } from '../clock';
import { createSlidingLimit, type SlidingLimit } from '../rateLimit';
import { actionIdIn } from '../requestLog';
import { answerError } from './answerError';
import { addDownloadRoutes } from './downloadRoutes';
import { addEndpointRoutes } from './endpointRoutes';
import { refusals, WRONG_PATH_PAGE } from './errors';
import { addFileRoutes } from './fileRoutes';
import { addIsolationRoutes } from './isolationRoutes';
import { addImportRoutes } from './importRoutes';
import { operationPermissions, type CortexKey, type Operation } from './keys';
import { bothForms, type Post, type RouteTools } from './routeTools';
import {
	bodySchemas,
	type ActionStatusBody,
	type ScanBody,
	type ScriptResultsBody,
} from './schemas';
import { addScriptRoutes } from './scriptRoutes';
import type { CortexSettings } from './settings';
import { createSignatureCheck } from './signature';
import type { CortexTenant } from './tenant';
import { addXqlRoutes } from './xqlRoutes';

declare module 'fastify' {
	interface FastifyContextConfig {
		/** Which Cortex operation a route is, for its permission and the form of its errors. */
		operation?: Operation;
	}

	interface FastifyRequest {
		/** The key that a request was signed with. */
		cortexKey?: CortexKey;
	}
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Adds the tenant's public API, below `/public_api`. The order of checks is a gateway's: limit, signature, licence,
 * permission, the operation's own limit, and only then the body.
 */
export function addCortexRoutes(
	app: FastifyInstance,
	parts: {
		clock: Clock;
		keys: Record<string, CortexKey>;
		limit: SlidingLimit;
		/** Looked at anew for every request. */
		settings: CortexSettings;
		tenant: CortexTenant;
	},
): void {
	const { clock, keys, limit, settings, tenant } = parts;
	const signatures = createSignatureCheck(keys);
	const ownLimits: Partial<Record<Operation, SlidingLimit>> = {
		getImportJob: createSlidingLimit(() => settings.importPollsPerMinute, MINUTE_MS),
		submitImport: createSlidingLimit(() => settings.importsPerHour, HOUR_MS),
	};

	app.decorateRequest('cortexKey', undefined);
	app.removeContentTypeParser('text/plain');
	app.setErrorHandler(answerError);
	app.setNotFoundHandler((_request, reply) =>
		reply.code(500).type('text/html').send(WRONG_PATH_PAGE),
	);

	app.addHook('onRequest', async (request) => {
		const { operation } = request.routeOptions.config;
		if (!limit.allow(clock.now())) throw refusals.tooMany();
		if (!operation) return;
		const key = signatures.identify(request.headers, clock.now());
		if (!key) throw refusals.unauthorized();
		if (!key.licensed) throw refusals.noLicence();
		const permission = operationPermissions[operation];
		if (!key.permissions.includes(permission)) throw refusals.forbidden(permission);
		request.cortexKey = key;
		if (ownLimits[operation]?.allow(clock.now()) === false) throw refusals.tooMany();
	});

	/** Positions of the endpoints asked for: never none, and never all of them by way of an empty list. */
	const select: RouteTools['select'] = (selection, action) => {
		if (selection.length === 0) throw refusals.emptyFilters();
		const endpoints = tenant.select(selection);
		if (endpoints.length === 0) throw refusals.noEndpoint(action);
		return endpoints;
	};

	/** Some versions send ids and counts as text. */
	const numeric = (value: number | string) =>
		settings.countsAsText ? String(value) : Number(value);
	const started = (id: string, endpoints: number[]) => ({
		action_id: numeric(id),
		endpoints_count: numeric(endpoints.length),
	});

	const post: Post = <Body>(
		path: string,
		operation: keyof typeof bodySchemas,
		answer: (body: Body, reply: FastifyReply) => unknown,
		bodyLimit?: number,
	) => {
		const options = { config: { operation }, schema: { body: bodySchemas[operation] }, bodyLimit };
		for (const url of bothForms(path)) {
			app.post<{ Body: Body }>(url, options, async ({ body, logEntry }, reply) => {
				if (logEntry) logEntry.actionId = actionIdIn(body);
				return answer(body as Body, reply);
			});
		}
	};

	addXqlRoutes(post, tenant.queries);

	post<ScanBody>('/v1/endpoints/scan', 'scanEndpoints', ({ request_data }) => {
		const busy = settings.oneScanAtATime ? tenant.scanned() : new Set();
		const endpoints = select(request_data.filters, 'SCAN').filter((one) => !busy.has(one));
		if (endpoints.length === 0) throw refusals.noEndpoint('SCAN');
		const id = tenant.startAction({ kind: 'endpointAction', endpoints });
		return { reply: started(id, endpoints) };
	});

	post<ScanBody>('/v1/endpoints/abort_scan', 'abortScan', ({ request_data }) => {
		const aborted = tenant.abortScans(select(request_data.filters, 'ABORT_SCAN'));
		if (!aborted) throw refusals.noEndpoint('ABORT_SCAN');
		return { reply: started(aborted.id, aborted.endpoints) };
	});

	post<ActionStatusBody>('/v1/actions/get_action_status', 'getActionStatus', (body) => {
		const id = String(body.request_data.group_action_id);
		const reply = tenant.actionStatus(id);
		if (!reply) throw refusals.noSuchAction(id);
		return { reply };
	});

	const tools: RouteTools = { app, settings, tenant, post, select, started, numeric };
	addEndpointRoutes(tools);
	addIsolationRoutes(tools);
	addScriptRoutes(tools);
	addFileRoutes(tools);
	addDownloadRoutes(tools);

	post<ScriptResultsBody>(
		'/v1/scripts/get_script_execution_results',
		'getScriptResults',
		(body) => {
			const id = String(body.request_data.action_id);
			const reply = tenant.scriptResults(id);
			if (!reply) throw refusals.noSuchAction(id);
			return { reply };
		},
	);

	addImportRoutes(app, { clock, settings, tenant, forms: bothForms });
}
