import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

import { CortexError, refusals } from './errors';
import type { Operation } from './keys';

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

/** Answers what a hook, fastify or an operation has thrown, in the form of the operation's service. */
export function answerError(
	error: FastifyError | CortexError,
	request: FastifyRequest,
	reply: FastifyReply,
): FastifyReply {
	const { operation } = request.routeOptions.config;
	const refusal = toCortexError(error);
	// A fault with this status does not come by here: this one is the tenant's own.
	if (refusal.status === 429 && request.logEntry) request.logEntry.overLimit = true;
	const form = operation && flatOperations.includes(operation) ? 'flat' : 'reply';
	return reply.code(refusal.status).send(refusal.body(form));
}
