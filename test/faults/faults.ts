import type { FaultRule } from '../../simulator/server';
import { withField } from '../support/fields';
import type { Envelope, Subject } from '../operations/operation';

/** Where and when a fault happens. */
export interface Place {
	/** Epoch milliseconds. */
	now: number;
	/** Base URL of another host. */
	elsewhere: string;
}

/** Something that goes wrong with every request of a subject, or with the first one. */
export interface Fault {
	/** What the simulator does, without the path. */
	rule?: (subject: Subject, place: Place) => Partial<FaultRule>;
	/** Nobody listens there. */
	unreachable?: boolean;
	/** The answer may take so many real milliseconds. */
	patience?: number;
}

const FOR_GOOD = 10_000;
const MEGABYTES = 10 * 1024 * 1024;

/** Real milliseconds, for the one fault that takes real time. */
const PATIENCE = 150;

/** An error as the vendor sends it. */
const envelopes: Record<Envelope, (status: number, words: string) => object> = {
	reply: (status, words) => ({ reply: { err_code: status, err_msg: words, err_extra: null } }),
	flat: (status, words) => ({ err_code: status, err_msg: words, err_extra: null }),
	errorCode: (status, words) => ({ errorCode: `CAR-${status}`, message: words, body: null }),
	login: (_status, words) => ({ authentication_exceptions: [[words]] }),
};

const refused = (status: number, words: string, headers?: FaultRule['headers']): Fault => ({
	rule: ({ envelope }) => ({ status, headers, body: envelopes[envelope](status, words) }),
});
const answer = (rule: Partial<FaultRule>): Fault => ({ rule: () => rule });
const once = (fault: Fault): Fault => ({
	...fault,
	rule: (...about) => ({ ...fault.rule?.(...about), times: 1 }),
});
const throttled = (retryAfter: (now: number) => string): Fault =>
	once({
		rule: (subject, place) => ({
			...refused(429, 'Too many requests.').rule?.(subject, place),
			headers: { 'retry-after': retryAfter(place.now) },
		}),
	});
const redirect = (status: number): Fault => ({
	rule: (_subject, { elsewhere }) => ({
		status,
		headers: { location: `${elsewhere}/elsewhere` },
		body: '',
	}),
});

const broken = {
	before: answer({ breakConnection: 'before' }),
	headers: answer({ breakConnection: 'headers' }),
	middle: answer({ breakConnection: 'middle' }),
	gzip: answer({ garbageGzip: true }),
	502: answer({ status: 502, body: '<html><h1>Bad Gateway</h1></html>' }),
	503: answer({ status: 503, body: 'Service Unavailable' }),
	504: answer({ status: 504 }),
};

const page = '<html><head><title>Sign in to continue</title></head><body>…</body></html>';

const asText = (reply: unknown) => (typeof reply === 'string' ? reply : JSON.stringify(reply));

/** Faults that every subject meets. */
export const general = {
	'connection refused': { unreachable: true },
	'reset before the answer': broken.before,
	'reset before the answer, once': once(broken.before),
	'reset after the headers': broken.headers,
	'reset after the headers, once': once(broken.headers),
	'reset in the middle of the answer': broken.middle,
	'reset in the middle of the answer, once': once(broken.middle),
	'30 seconds of silence': once(answer({ delayMs: 30_000 })),
	'a byte every 5 seconds': answer({ trickleMs: 5_000 }),
	'a byte every 5 seconds, once': once(answer({ trickleMs: 5_000 })),
	'silence without end': { ...answer({ silent: true }), patience: PATIENCE },
	'400': refused(400, 'Bad request'),
	'401': refused(401, 'Not authorized'),
	'402': refused(402, 'No licence'),
	'403': refused(403, 'Forbidden'),
	'404': refused(404, 'Not found'),
	'409': refused(409, 'Conflict'),
	'409, once': once(refused(409, 'Conflict')),
	'413': refused(413, 'Too large'),
	'422': refused(422, 'Not processable'),
	'429 without end': refused(429, 'Too many requests.'),
	'429 without end, Retry-After of 0': refused(429, 'Too many requests.', { 'retry-after': '0' }),
	'429 without Retry-After': once(refused(429, 'Too many requests.')),
	'429, Retry-After in seconds': throttled(() => '7'),
	'429, Retry-After as HTTP date': throttled((now) => new Date(now + 11_000).toUTCString()),
	'429, Retry-After as timestamp': throttled((now) => String(now / 1000 + 9)),
	'429, Retry-After as timestamp in milliseconds': throttled((now) => String(now + 13_000)),
	'429, Retry-After that is rubbish': throttled(() => 'soon; q=\u00e4'),
	'429, Retry-After in the past': throttled(() => 'Sun, 06 Nov 1994 08:49:37 GMT'),
	'500 with the envelope': refused(500, 'Internal error'),
	'500 without an envelope': answer({ status: 500 }),
	'502': broken[502],
	'502, once': once(broken[502]),
	'503': broken[503],
	'503, once': once(broken[503]),
	'504': broken[504],
	'504, once': once(broken[504]),
	'HTML page': answer({ status: 200, body: page }),
	'HTML page with 403': answer({ status: 403, body: page }),
	'empty body': answer({ status: 200, body: '' }),
	'truncated JSON': {
		rule: ({ reply }) => ({
			status: 200,
			contentType: 'application/json',
			body: asText(reply).slice(0, -3),
		}),
	},
	'200 with an error in it': refused(200, 'Something failed'),
	'10 MB of data': {
		rule: ({ reply }) => ({
			status: 200,
			body:
				typeof reply === 'string'
					? reply.padEnd(MEGABYTES, 'x')
					: { ...(reply as object), more: 'x'.repeat(MEGABYTES) },
		}),
	},
	'10 MB of text': answer({ status: 200, body: 'lorem ipsum '.repeat(MEGABYTES / 12) }),
	'10 MB of error': refused(400, 'lorem ipsum '.repeat(MEGABYTES / 12)),
	'302 to another host': redirect(302),
	'307 to another host': redirect(307),
	'gzip garbage': broken.gzip,
	'gzip garbage, once': once(broken.gzip),
	'an error that repeats the request': {
		rule: ({ envelope }) => ({
			status: 400,
			echo: true,
			body: envelopes[envelope](400, 'Bad request: {request}'),
		}),
	},
	'a page that repeats the request': answer({ status: 500, echo: true, body: '{request}' }),
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof general;

export const faultNames = Object.keys(general) as FaultName[];

/** What the simulator is told about a fault of one subject. */
export function ruleOf(name: FaultName, subject: Subject, place: Place): FaultRule[] {
	const { rule }: Fault = general[name];
	return rule ? [{ path: subject.path, times: FOR_GOOD, ...rule(subject, place) }] : [];
}

/** Values that stand in for a field: whatever its type, most of them are wrong. */
export const wrong = {
	missing: undefined,
	null: null,
	text: 'x',
	number: -1.5,
	list: ['x'],
	object: { a: 1 },
} as const;

export type Wrong = keyof typeof wrong;

export const wrongs = Object.keys(wrong) as Wrong[];

/** The documented answer of a subject. */
export const documentedAnswer = (subject: Subject): FaultRule => answerOf(subject, subject.reply);

/** The answer of a subject with one wrong field. */
export const wrongAnswer = (subject: Subject, field: string, kind: Wrong): FaultRule =>
	answerOf(subject, withField(subject.reply, field, wrong[kind]));

function answerOf(subject: Subject, body: unknown): FaultRule {
	return {
		path: subject.path,
		times: FOR_GOOD,
		status: subject.envelope === 'login' ? 201 : 200,
		contentType: subject.envelope === 'login' ? 'text/plain' : 'application/json',
		body: body === undefined ? '' : JSON.stringify(body),
	};
}

/** A connection that breaks each time, and one that breaks once. */
export const RESETS: FaultName[] = [
	'reset before the answer',
	'reset after the headers',
	'reset in the middle of the answer',
];
export const ONE_RESET: FaultName[] = [
	'reset before the answer, once',
	'reset after the headers, once',
	'reset in the middle of the answer, once',
];
