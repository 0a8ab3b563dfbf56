import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Clock } from '../clock';
import { SearchError } from './errors';
import type { QualysLimit, QualysPlatform } from './platform';
import { addRunRoutes } from './runRoutes';
import { bodyWith, wholeNumber } from './schemas';
import type { SearchBody } from './search';
import { ExecutionError } from './targets';
import type { QualysUser } from './users';

const searchSchema = bodyWith({
	filter: { type: 'string' },
	startAt: { type: 'string' },
	endAt: { type: 'string' },
	pageNumber: wholeNumber,
	pageSize: wholeNumber,
	sort: { type: 'string' },
});

const cursorSchema = {
	...searchSchema,
	properties: { ...searchSchema.properties, searchAfter: { type: 'array' } },
};

function answerError(
	error: FastifyError | SearchError,
	_request: FastifyRequest,
	reply: FastifyReply,
): FastifyReply {
	if (error instanceof ExecutionError) return reply.code(error.status).send(error.body());
	if (error instanceof SearchError) return reply.code(400).send(error.body());
	const status = error.statusCode ?? 500;
	return reply.code(status).send({
		errorCode: `CAR-${status}`,
		message: error.message,
		body: null,
	});
}

/** Refuses past the platform's limit, in windows of real time that begin with a request. */
function createWindow(clock: Clock) {
	let limit: QualysLimit | undefined;
	let startedAt = 0;
	let seen = 0;
	return (current: QualysLimit, reply: FastifyReply): boolean => {
		const now = clock.now();
		const lengthMs = current.windowSeconds * 1000;
		if (limit !== current || now - startedAt >= lengthMs) {
			limit = current;
			startedAt = now;
			seen = 0;
		}
		const allowed = seen < current.perWindow;
		if (allowed) seen++;
		reply.headers({
			'X-RateLimit-Limit': current.perWindow,
			'X-RateLimit-Window-Sec': current.windowSeconds,
			'X-RateLimit-Remaining': current.perWindow - seen,
		});
		if (!allowed && current.header) {
			reply.header('X-RateLimit-ToWait-Sec', Math.ceil((startedAt + lengthMs - now) / 1000));
		}
		return allowed;
	};
}

const limitBodies: Record<QualysLimit['kind'], object> = {
	'429': { message: 'API rate limit exceeded' },
	'409': { responseMessage: 'This API cannot be run again now: the limit has been reached' },
};

function addSignIn(app: FastifyInstance, platform: QualysPlatform): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser(
		'application/x-www-form-urlencoded',
		{ parseAs: 'string' },
		(_request, body, done) => done(null, new URLSearchParams(String(body))),
	);
	app.post('/auth', async (request: FastifyRequest<{ Body?: URLSearchParams }>, reply) => {
		const form = request.body;
		const refuse = (status: number, why: string) =>
			reply.code(status).send({ authentication_exceptions: [[why]] });
		if (form?.get('token') !== 'true') return refuse(400, 'Bad request: token=true is missing');
		const result = platform.signIn(form.get('username') ?? '', form.get('password') ?? '');
		if ('refusal' in result) return refuse(401, result.refusal);
		return reply.code(201).type('text/plain').send(result.token);
	});
}

function addSearch(app: FastifyInstance, platform: QualysPlatform, clock: Clock): void {
	const callers = new WeakMap<FastifyRequest, QualysUser>();
	const fits = createWindow(clock);

	app.removeContentTypeParser('text/plain');
	app.setErrorHandler(answerError);

	app.addHook('onRequest', async (request, reply) => {
		const { limit } = platform;
		if (limit && !fits(limit, reply)) {
			if (request.logEntry) request.logEntry.overLimit = true;
			return await reply.code(Number(limit.kind)).send(limitBodies[limit.kind]);
		}
		const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
		const username = scheme === 'Bearer' ? platform.tokens.userOf(token) : undefined;
		const user = Object.values(platform.users).find((one) => one.username === username);
		if (!user) {
			return await reply
				.code(401)
				.send({ status: 401, error: 'Unauthorized', message: 'JWT expired' });
		}
		if (!user.apiAccess) {
			return await reply.code(403).send({
				status: 403,
				error: 'Forbidden',
				message: 'The user has no API access',
			});
		}
		if (platform.settings.unlicensed) {
			return await reply.code(403).send({
				status: 403,
				error: 'Forbidden',
				message: 'Custom Assessment and Remediation is not enabled for this subscription',
			});
		}
		callers.set(request, user);
	});
	addRunRoutes(app, platform, (request) => callers.get(request)!);

	const addVersion = (version: 1 | 2, schema: object) =>
		app.post<{ Body: SearchBody }>(
			`/sm/v${version}/jobs/search`,
			{ schema: { body: schema } },
			async (request) => {
				const { searchAfter, ...body } = request.body;
				const asked = version === 2 && searchAfter ? { ...body, searchAfter } : body;
				return platform.search(asked, callers.get(request)!, version);
			},
		);
	addVersion(1, searchSchema);
	addVersion(2, cursorSchema);
}

/** Adds the gateway's sign-in, both versions of the job search, and what is around it. */
export function addQualysRoutes(
	app: FastifyInstance,
	parts: { platform: QualysPlatform; clock: Clock },
): void {
	app.register(async (routes) => addSignIn(routes, parts.platform));
	app.register(async (routes) => addSearch(routes, parts.platform, parts.clock));
}
