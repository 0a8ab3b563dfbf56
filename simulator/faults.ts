import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { SHAPE_WORDS, shapeOf, type ShapeName } from './answerShapes';
import type { Clock } from './clock';
import { createRandom } from './random';
import { actionIdIn, type FaultKind, type RequestEntry, type RequestLog } from './requestLog';

declare module 'fastify' {
	interface FastifyRequest {
		/** Its line in the log; requests of the control API have none. */
		logEntry?: RequestEntry;
	}
}

/**
 * Something that goes wrong on demand, at the gateway: before signatures, limits and bodies are looked at.
 * Without `status`, `shape`, `silent` and `breakConnection: 'before'` the request is really carried out, and only its
 * answer is spoilt: that is how a scan can have started although its caller never learnt of it.
 */
export interface FaultRule {
	/** Requests whose path starts with this; a whole path hits just that one, with and without a slash at its end. */
	path: string;
	/** Any, unless given. */
	method?: string;
	/** How many requests to hit; default 1, or without end where `rate` is given. */
	times?: number;
	/** Let that many matching requests pass first. */
	skip?: number;
	/** Share of the matching requests to hit, 0 to 1, drawn from the seed. */
	rate?: number;
	/** Answer with this instead of carrying the request out. */
	status?: number;
	/**
	 * Answer in one of the forms that the vendor's services have for errors, and for success without a body, with
	 * `status` or the form's own (`answerShapes.ts`). `actionErrors` carries the request out to learn of the endpoints.
	 */
	shape?: ShapeName;
	/** The reason that a shape gives. */
	words?: string;
	headers?: Record<string, string>;
	body?: unknown;
	/** Default: JSON for a body that is not text, else HTML. */
	contentType?: string;
	/** Wait so long before the answer, in real milliseconds. */
	delayMs?: number;
	/** Destroy the connection before any answer, after the headers, or half way through the body. */
	breakConnection?: 'before' | 'headers' | 'middle';
	/** Send the body byte by byte, so many real milliseconds apart, until it is out or the caller gives up. */
	trickleMs?: number;
	/** Send the first so many characters of the body as if they were all of it. */
	truncateBody?: number;
	/** Announce gzip and send something else. */
	garbageGzip?: boolean;
	/** Keep the connection open and never answer: the caller has to give up. */
	silent?: boolean;
	/** The word `{request}` in `body` stands for head and body of the request, as debug pages of gateways show them. */
	echo?: boolean;
	/** In-process only: changes the answer's body (parsed where it is JSON, else text). */
	transform?: (body: unknown) => unknown;
}

export interface Faults {
	add(rule: FaultRule): void;
	clear(): void;
	/** Rules that may still hit. */
	list(): FaultRule[];
	/** The rule that hits this request, if any; counts it. */
	take(method: string, path: string): FaultRule | undefined;
}

/** Rules in the order they were added; the first that hits wins. */
export function createFaults(seed: number): Faults {
	const random = createRandom(seed, 'faults');
	let rules: Array<{ rule: FaultRule; skip: number; left: number }> = [];
	return {
		add(rule) {
			const left = rule.times ?? (rule.rate === undefined ? 1 : Infinity);
			rules.push({ rule, skip: rule.skip ?? 0, left });
		},
		clear: () => void (rules = []),
		list: () => rules.map(({ rule }) => rule),
		take(method, path) {
			const hit = rules.find((state) => {
				const { rule } = state;
				if (!`${path}/`.startsWith(rule.path)) return false;
				if (rule.method && rule.method.toUpperCase() !== method) return false;
				if (state.skip > 0) {
					state.skip--;
					return false;
				}
				return rule.rate === undefined || random.chance(rule.rate);
			});
			if (hit && --hit.left <= 0) rules = rules.filter((state) => state !== hit);
			return hit?.rule;
		},
	};
}

const isControl = (path: string): boolean => path.startsWith('/simulator');

const readJson = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
};

const writeText = (value: unknown): string =>
	typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** A body as it goes out: files as they are, all else as text. */
const asSent = (payload: unknown): string | Buffer =>
	Buffer.isBuffer(payload) ? payload : writeText(payload ?? '');

const bytesOf = (body: string | Buffer): Buffer =>
	typeof body === 'string' ? Buffer.from(body) : body;

/** A text as it stands between the quotes of JSON. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

async function bodyOf({ raw }: FastifyRequest): Promise<string> {
	let body = '';
	for await (const chunk of raw) body += String(chunk);
	return body;
}

/** Head and body of a request, as it came. */
async function textOf(request: FastifyRequest): Promise<string> {
	const { raw } = request;
	const body = await bodyOf(request);
	const head = Object.entries(raw.headers).map(([name, value]) => `${name}: ${String(value)}`);
	return [`${raw.method} ${raw.url}`, ...head, '', body].join('\n');
}

function kindOf(rule: FaultRule): FaultKind {
	if (rule.silent) return 'silence';
	if (rule.breakConnection) return 'break';
	if (rule.status !== undefined || rule.shape) return 'status';
	if (rule.trickleMs !== undefined) return 'trickle';
	if (rule.truncateBody !== undefined || rule.garbageGzip || rule.transform) return 'body';
	return 'delay';
}

/** Whether the rule answers in place of the simulator. */
function answersItself({ status, shape }: FaultRule): boolean {
	return shape ? !shapeOf(shape).fromAnswer : status !== undefined;
}

/** The rule with status and body of its shape, if it has one. */
function shaped(rule: FaultRule): FaultRule {
	if (!rule.shape) return rule;
	const shape = shapeOf(rule.shape);
	const status = rule.status ?? shape.status;
	return { ...rule, status, body: shape.body?.(rule.words ?? SHAPE_WORDS, status) };
}

function answerWithFault(reply: FastifyReply, rule: FaultRule, request?: string): FastifyReply {
	// No body, and so no type of one.
	if (rule.status === 204)
		return reply
			.code(204)
			.headers(rule.headers ?? {})
			.send();
	const isText = rule.body === undefined || typeof rule.body === 'string';
	const body = writeText(rule.body ?? '');
	const place = isText ? request : request && inJson(request);
	return reply
		.code(rule.status ?? 200)
		.headers({
			'content-type': rule.contentType ?? (isText ? 'text/html' : 'application/json'),
			...rule.headers,
		})
		.send(place === undefined ? body : body.replaceAll('{request}', () => place));
}

/** Sends the headers and perhaps half of the body, then destroys the socket once those bytes are out. */
function breakAnswer(reply: FastifyReply, body: Buffer, where: 'headers' | 'middle'): void {
	const { raw } = reply;
	raw.writeHead(reply.statusCode, {
		'content-type': String(reply.getHeader('content-type') ?? 'application/json'),
		'content-length': body.length,
	});
	raw.flushHeaders();
	const destroy = () => raw.socket?.destroy();
	if (where === 'middle') raw.write(body.subarray(0, Math.ceil(body.length / 2)), destroy);
	else raw.socket?.write('', destroy);
}

/** Fires when the connection of an answer is closed, whoever closes it. */
function closing({ raw }: FastifyReply): AbortSignal {
	const closed = new AbortController();
	raw.once('close', () => closed.abort());
	return closed.signal;
}

/** Sends the headers, then the body byte by byte, as long as somebody listens. */
async function trickle(reply: FastifyReply, body: Buffer, ms: number, clock: Clock) {
	const { raw } = reply;
	const closed = closing(reply);
	raw.writeHead(reply.statusCode, {
		'content-type': String(reply.getHeader('content-type') ?? 'application/json'),
		'content-length': body.length,
	});
	raw.flushHeaders();
	for (const byte of body) {
		await clock.sleep(ms, closed);
		if (closed.aborted) return;
		raw.write(Buffer.from([byte]));
	}
	raw.end();
}

/** Logs every request and lets the fault rules at it. Must be added before any route. */
export function watchRequests(
	app: FastifyInstance,
	parts: {
		clock: Clock;
		faults: Faults;
		requests: RequestLog;
		knownKeyIds: Set<string>;
	},
): void {
	const { clock, faults, requests, knownKeyIds } = parts;
	const hits = new WeakMap<FastifyRequest, FaultRule>();
	app.decorateRequest('logEntry', undefined);

	app.addHook('onRequest', async (request, reply) => {
		const path = request.url.split('?')[0];
		if (isControl(path)) return;
		const keyId = request.headers['x-xdr-auth-id'];
		const entry = requests.add({ at: clock.now(), method: request.method, path, status: 0 });
		if (keyId !== undefined)
			entry.keyId = knownKeyIds.has(String(keyId)) ? String(keyId) : 'unknown';
		request.logEntry = entry;
		reply.raw.once('close', () => {
			if (!reply.raw.writableFinished) entry.closed = clock.now();
		});

		const rule = faults.take(request.method, path);
		if (!rule) return;
		hits.set(request, rule);
		entry.fault = kindOf(rule);
		if (rule.silent) {
			reply.hijack();
			// Nobody answers, but what was asked for is known all the same.
			entry.actionId = actionIdIn(readJson(await bodyOf(request).catch(() => '')));
		} else if (rule.breakConnection === 'before') {
			if (rule.delayMs) await clock.sleep(rule.delayMs);
			reply.hijack();
			request.raw.socket.destroy();
		} else if (answersItself(rule)) {
			await answerWithFault(reply, shaped(rule), rule.echo ? await textOf(request) : undefined);
		}
	});

	app.addHook('onSend', (request, reply, payload, done) => {
		if (request.logEntry) request.logEntry.status = reply.statusCode;
		const rule = hits.get(request);
		if (!rule) return done(null, payload);

		const spoil = () => {
			let body = asSent(payload);
			const shape = rule.shape && shapeOf(rule.shape);
			if (shape?.fromAnswer) {
				reply.code(rule.status ?? shape.status);
				if (request.logEntry) request.logEntry.status = reply.statusCode;
				body = writeText(shape.fromAnswer(readJson(String(body)), rule.words ?? SHAPE_WORDS));
			}
			if (rule.transform) body = writeText(rule.transform(readJson(String(body))));
			if (rule.headers) reply.headers(rule.headers);
			if (rule.breakConnection === 'headers' || rule.breakConnection === 'middle') {
				// `done` is never called: the answer ends here.
				return breakAnswer(reply, bytesOf(body), rule.breakConnection);
			}
			// `done` is never called: this answers by itself.
			if (rule.trickleMs !== undefined)
				return void trickle(reply, bytesOf(body), rule.trickleMs, clock);
			if (rule.truncateBody !== undefined) body = body.slice(0, rule.truncateBody);
			if (rule.garbageGzip) {
				reply.header('content-encoding', 'gzip');
				body = 'this was never gzip';
			}
			reply.removeHeader('content-length');
			done(null, body);
		};
		// The request was carried out when it came: it is the answer that is late.
		if (rule.delayMs) void clock.sleep(rule.delayMs, closing(reply)).then(spoil);
		else spoil();
	});
}
