import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Clock } from '../clock';
import type { SlidingLimit } from '../rateLimit';
import { CortexError, refusals, WRONG_PATH_PAGE } from './errors';
import type { EndpointSelection } from './filters';
import { operationPermissions, type CortexKey, type Operation } from './keys';
import {
	bodySchemas,
	type ActionStatusBody,
	type RunScriptBody,
	type ScanBody,
	type ScriptResultsBody,
	type SubmitImportBody,
} from './schemas';
import { scripts } from './scripts';
import { createSignatureCheck } from './signature';
import type { CortexTenant } from './tenant';

declare module 'fastify' {
	interface FastifyContextConfig {
		/** Which Cortex operation a route is, for its permission and the form of its errors. */
		operation?: Operation;
	}
}

const IMPORTS = '/vulnerability-management/v1/external-scans/assets';

/** Operations of the newer service, whose replies and errors stand without `reply`. */
const flatOperations: Operation[] = ['submitImport', 'getImportJob'];

type Validation = NonNullable<FastifyError['validation']>[number];

/** What is wrong with a body, in one line that names the place and, for an unknown filter, its field. */
function describe({ instancePath, keyword, message, params }: Validation): string {
	const place = instancePath.slice(1).replaceAll('/', '.') || 'body';
	if (keyword === 'discriminator') return `${place}: unknown filter field "${params.tagValue}"`;
	if (keyword === 'additionalProperties') return `${place}: unknown "${params.additionalProperty}"`;
	return `${place} ${message}`;
}

function answerUnprocessable(reply: FastifyReply, wrong: Validation): FastifyReply {
	const loc = ['body', ...wrong.instancePath.split('/').slice(1)];
	return reply.code(422).send({
		detail: [{ loc, msg: wrong.message, type: `value_error.${wrong.keyword}` }],
	});
}

const framework: Record<string, () => CortexError> = {
	FST_ERR_CTP_INVALID_JSON_BODY: refusals.badJson,
	FST_ERR_CTP_EMPTY_JSON_BODY: refusals.badJson,
	FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
		refusals.badRequest('Content-Type must be application/json'),
	FST_ERR_CTP_BODY_TOO_LARGE: refusals.tooLarge,
};

function toCortexError(error: FastifyError | CortexError): CortexError {
	if (error instanceof CortexError) return error;
	if (error.validation) return refusals.badRequest(describe(error.validation[0]));
	return framework[error.code]?.() ?? new CortexError(500, 'Internal server error', error.message);
}

function answerError(
	error: FastifyError | CortexError,
	request: FastifyRequest,
	reply: FastifyReply,
): FastifyReply {
	const { operation } = request.routeOptions.config;
	if (operation === 'submitImport' && 'validation' in error && error.validation) {
		return answerUnprocessable(reply, error.validation[0]);
	}
	const form = operation && flatOperations.includes(operation) ? 'flat' : 'reply';
	const refusal = toCortexError(error);
	return reply.code(refusal.status).send(refusal.body(form));
}

/** Endpoints by id and by filters, both: ids are one more filter. */
const selectionOf = ({
	endpoint_ids,
	filters,
}: RunScriptBody['request_data']): EndpointSelection => [
	...(endpoint_ids
		? [{ field: 'endpoint_id_list', operator: 'in' as const, value: endpoint_ids }]
		: []),
	...(filters ?? []),
];

/**
 * Adds the tenant's public API, below `/public_api`. The order of checks is a gateway's: limit, signature, licence,
 * permission, and only then the body.
 */
export function addCortexRoutes(
	app: FastifyInstance,
	parts: {
		clock: Clock;
		keys: Record<string, CortexKey>;
		limit: SlidingLimit;
		tenant: CortexTenant;
	},
): void {
	const { clock, keys, limit, tenant } = parts;
	const signatures = createSignatureCheck(keys);

	app.removeContentTypeParser('text/plain');
	app.setErrorHandler(answerError);
	app.setNotFoundHandler((_request, reply) =>
		reply.code(500).type('text/html').send(WRONG_PATH_PAGE),
	);

	app.addHook('onRequest', async (request) => {
		const { operation } = request.routeOptions.config;
		if (!limit.allow(clock.now())) {
			if (request.logEntry) request.logEntry.overLimit = true;
			throw refusals.tooMany();
		}
		if (!operation) return;
		const key = signatures.identify(request.headers, clock.now());
		if (!key) throw refusals.unauthorized();
		if (!key.licensed) throw refusals.noLicence();
		const permission = operationPermissions[operation];
		if (!key.permissions.includes(permission)) throw refusals.forbidden(permission);
	});

	/** Positions of the endpoints asked for: never none, and never all of them by way of an empty list. */
	const select = (selection: EndpointSelection): number[] => {
		if (selection.length === 0) throw refusals.emptyFilters();
		const endpoints = tenant.select(selection);
		if (endpoints.length === 0) throw refusals.noEndpoint();
		return endpoints;
	};

	const route = (operation: keyof typeof bodySchemas) => ({
		config: { operation },
		schema: { body: bodySchemas[operation] },
	});

	app.post<{ Body: ScanBody }>('/v1/endpoints/scan', route('scanEndpoints'), async (request) => {
		const endpoints = select(request.body.request_data.filters);
		const id = tenant.startAction({ kind: 'endpointAction', endpoints });
		return { reply: { action_id: Number(id), endpoints_count: endpoints.length } };
	});

	app.post<{ Body: ActionStatusBody }>(
		'/v1/actions/get_action_status/',
		route('getActionStatus'),
		async (request) => {
			const id = String(request.body.request_data.group_action_id);
			const reply = tenant.actionStatus(id);
			if (!reply) throw refusals.noSuchAction(id);
			return { reply };
		},
	);

	app.post<{ Body: RunScriptBody }>(
		'/v1/scripts/run_script',
		route('runScript'),
		async (request) => {
			const { script_uid, parameters_values } = request.body.request_data;
			const endpoints = select(selectionOf(request.body.request_data));
			if (!scripts.some(({ uid }) => uid === script_uid)) throw refusals.noSuchScript(script_uid);
			const id = tenant.startAction({
				kind: 'scriptExecution',
				endpoints,
				scriptUid: script_uid,
				parameters: parameters_values,
			});
			return { reply: { action_id: Number(id), status: 1, endpoints_count: endpoints.length } };
		},
	);

	app.post<{ Body: ScriptResultsBody }>(
		'/v1/scripts/get_script_execution_results/',
		route('getScriptResults'),
		async (request) => {
			const id = String(request.body.request_data.action_id);
			const reply = tenant.scriptResults(id);
			if (!reply) throw refusals.noSuchAction(id);
			return { reply };
		},
	);

	app.post<{ Body: SubmitImportBody }>(IMPORTS, route('submitImport'), async (request) => {
		const { assets } = request.body;
		const vulnerabilities = assets.flatMap((asset) => asset.vulnerabilities ?? []).length;
		return {
			job_id: tenant.startImport(assets.length, vulnerabilities),
			assets_count: assets.length,
			vulnerabilities_count: vulnerabilities,
		};
	});

	app.get<{ Params: { job_id: string } }>(
		`${IMPORTS}/jobs/:job_id`,
		{ config: { operation: 'getImportJob' } },
		async (request) => {
			const reply = tenant.importStatus(request.params.job_id);
			if (!reply) throw refusals.noSuchImport();
			return reply;
		},
	);
}
