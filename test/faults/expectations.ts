import { fieldsOf, WHOLE } from '../support/fields';
import { ONE_RESET, RESETS, wrongs, type FaultName, type Wrong } from './faults';
import { behavingAs, subjects, type SubjectName } from './subjects';

/** What must become of a cell. */
export interface Expected {
	/** `same`: the items that come without the fault. */
	result: 'same' | 'items' | 'error';
	/** Words that stand in the error, or in the items. `{operation}` is what errors call the subject. */
	says: string[];
	/** Fields of the items, in their order; there are as many items. */
	gives?: object[];
	/** The wrong field stands in the item as it came. */
	passedOn?: boolean;
	/** Requests that met the fault, or would have. */
	requests: number;
	/** Whole seconds that were waited. */
	seconds: number;
	/** Logins on the way to a search; 1 unless it says so. */
	logins?: number;
	/** The answers name the endpoints, so a parked wait need not ask for them at its end. */
	named?: true;
	/** How a wait ended. */
	outcome?: 'failed' | 'timedOut' | 'notFound';
}

export type Row = [of: SubjectName[], when: FaultName[], expected: Expected];
export type FieldRow = [
	of: SubjectName[],
	fields: string[],
	are: readonly Wrong[],
	expected: Expected,
];

/** Nobody knows whether a start got through: said, in the subject's own words, in exactly the cells that name it. */
export const UNKNOWN = '{unknown}';

const STARTS = behavingAs('start');
const READS = behavingAs('read');
/** Files, for which links are asked before. */
const DOWNLOADS = behavingAs('download');
const LOOKS = [...READS, ...DOWNLOADS];
const WAIT_ACTION = behavingAs('pollAction');
const WAIT_IMPORT = behavingAs('pollImport');
const WAIT_QUERY = behavingAs('pollQuery');
const POLLS = [...WAIT_ACTION, ...WAIT_IMPORT, ...WAIT_QUERY];
const RESULTS = behavingAs('results');
const SEARCHES = behavingAs('search');
const LOGIN = behavingAs('login');
/** It names nothing by an id. */
const ENDPOINTS: SubjectName[] = ['Search Endpoints'];
const CORTEX = [...STARTS, ...LOOKS];
const QUALYS = [...SEARCHES, ...LOGIN];
const ALL = [...CORTEX, ...POLLS, ...RESULTS, ...QUALYS];

export const same = (requests = 1, seconds = 0): Expected => ({
	result: 'same',
	says: [],
	requests,
	seconds,
});
export const items = (...gives: object[]): Expected => ({
	result: 'items',
	says: [],
	gives,
	requests: 1,
	seconds: 0,
});
const itemAsItCame: Expected = { ...items({}), passedOn: true };
export const error = (requests: number, seconds: number, ...says: string[]): Expected => ({
	result: 'error',
	says,
	requests,
	seconds,
});

/** A wait asks five times in its minute. */
export const timedOut = (...says: string[]): Expected => ({
	...error(5, 60, ...says),
	outcome: 'timedOut',
});

/** The poll at the deadline, which no other one makes good for, is repeated after 1, 2 and 4 seconds. */
export const outlasted = (...says: string[]): Expected => ({
	...timedOut(...says),
	requests: 8,
	seconds: 67,
});

/** The third answer in a row that is not the job's standing ends a wait. */
export const missed = (...says: string[]): Expected => ({
	...error(3, 25, ...says),
	outcome: 'failed',
});

/** Ends a wait at once. */
export const ended = (...says: string[]): Expected => ({
	...error(1, 0, ...says),
	outcome: 'failed',
});

/** The job has succeeded, whatever becomes of its results. */
const withoutResults = (requests: number, seconds: number, words: string): Expected => ({
	...items({ outcome: 'succeeded', results: null }),
	says: [`The results could not be fetched: ${words}`],
	requests,
	seconds,
});

/** What passes is asked for again until the deadline, so results too are asked for five times. */
const withoutResultsInTime = (words: string) => withoutResults(5, 60, words);

/** What may heal: repeated after 1, 2 and 4 seconds, but for a scan, and until the deadline by a wait. */
const passing = (faults: FaultName[], words: string, hint: string): Row[] => [
	[STARTS, faults, error(1, 0, words, hint, UNKNOWN)],
	[LOOKS, faults, error(4, 7, words, hint)],
	[QUALYS, faults, error(4, 7, words, hint)],
	[POLLS, faults, outlasted(words, hint)],
	[RESULTS, faults, withoutResults(16, 67, words)],
];

const healed = (faults: FaultName[], words: string, hint: string): Row[] => [
	[STARTS, faults, error(1, 0, words, hint, UNKNOWN)],
	[[...LOOKS, ...RESULTS, ...QUALYS], faults, same(2, 1)],
	[POLLS, faults, same(2, 10)],
];

export const BROKEN = 'The connection broke before the answer was complete';
export const PACKED = 'The answer could not be unpacked';

export const LATE = 'No answer came in time';
export const BUSY = 'slow or busy';

/** A minute for each answer, half of that for a login, five for a file. The first one of a wait takes all of its time. */
const slow: Row[] = [
	[STARTS, ['a byte every 5 seconds'], error(1, 60, LATE, BUSY, UNKNOWN)],
	[[...READS, ...SEARCHES], ['a byte every 5 seconds'], error(4, 247, LATE, BUSY)],
	[DOWNLOADS, ['a byte every 5 seconds'], error(4, 1207, LATE, BUSY)],
	[LOGIN, ['a byte every 5 seconds'], error(4, 127, LATE, BUSY)],
	[POLLS, ['a byte every 5 seconds'], { ...outlasted(LATE, BUSY), requests: 5, seconds: 307 }],
	[RESULTS, ['a byte every 5 seconds'], withoutResults(4, 247, LATE)],

	[STARTS, ['a byte every 5 seconds, once'], error(1, 60, LATE, BUSY, UNKNOWN)],
	[[...READS, ...RESULTS, ...SEARCHES], ['a byte every 5 seconds, once'], same(2, 61)],
	[DOWNLOADS, ['a byte every 5 seconds, once'], same(2, 301)],
	[LOGIN, ['a byte every 5 seconds, once'], same(2, 31)],
	[POLLS, ['a byte every 5 seconds, once'], same(2, 60)],
];

const connections: Row[] = [
	[
		STARTS.filter((name) => !subjects[name].asksOthers),
		['connection refused'],
		error(0, 0, 'The host refused the connection', 'Check network'),
	],
	[
		STARTS.filter((name) => subjects[name].asksOthers),
		['connection refused'],
		// What is asked before is no start, and is repeated.
		error(0, 7, 'The host refused the connection', 'Check network'),
	],
	[
		[...LOOKS, ...QUALYS],
		['connection refused'],
		{ ...error(0, 7, 'The host refused the connection', 'Check network'), logins: 0 },
	],
	[
		[...POLLS, ...RESULTS],
		['connection refused'],
		{ ...outlasted('The host refused the connection', 'Check network'), requests: 0 },
	],
	...passing(RESETS, BROKEN, 'ended the connection'),
	...healed(ONE_RESET, BROKEN, 'ended the connection'),
	...passing(['gzip garbage'], PACKED, 'A proxy'),
	...healed(['gzip garbage, once'], PACKED, 'A proxy'),
	[ALL, ['30 seconds of silence'], same(1, 30)],
	...passing(['silence without end'], LATE, BUSY),
	...slow,
];

const outages: Row[] = (
	[
		['502', ' (Bad Gateway)'],
		['503', ' (Service Unavailable)'],
		['504', ' and no reason'],
	] as const
).flatMap(([status, words]) => {
	const said = `{vendor} answered {operation} with status ${status}${words}`;
	const hint = 'not available at the moment. Try again later.';
	return [...passing([status], said, hint), ...healed([`${status}, once`], said, hint)];
});

export const LOOK_UP = 'is all that {vendor} says about it';
export const NOT_GATEWAY = 'did not answer like the Qualys gateway';
export const redirected = (status: string) =>
	`The address answered with a redirect (${status}), which is not followed`;
export const NOT_TENANT = 'did not answer like a Cortex tenant';

/** Refusals with the vendor's words, and the hint that each subject adds. None is sent again by itself. */
const refusals: Row[] = (
	[
		['400', 'Bad request', 'could not read', 'the filters and the sort', 'Username, Password and'],
		['402', 'No licence', '{operation} needs this license', LOOK_UP, LOOK_UP],
		['403', 'Forbidden', 'The role of the API key', 'lacks API access', 'lacks API access'],
		['413', 'Too large', 'Use fewer values', 'Shorten the query', LOOK_UP],
		['422', 'Not processable', 'Check the values', LOOK_UP, LOOK_UP],
	] as const
).flatMap(([status, words, cortex, search, login]): Row[] => {
	const said = `{vendor} refused {operation}: ${words}`;
	return [
		[
			CORTEX.filter((name) => status !== '403' || !DOWNLOADS.includes(name)),
			[status],
			error(1, 0, said, cortex),
		],
		[POLLS, [status], ended(said, cortex)],
		[RESULTS, [status], withoutResults(1, 0, said)],
		[SEARCHES, [status], error(1, 0, said, search)],
		[LOGIN, [status], error(1, 0, said, login)],
	];
});

export const NOT_AUTHORIZED = '{vendor} refused {operation}: Not authorized';
export const CONFLICT = '{vendor} refused {operation}: Conflict';
export const NOT_FOUND = '{vendor} refused {operation}: Not found';
export const INTERNAL = '{vendor} refused {operation}: Internal error';
export const FAILED = '{vendor} refused {operation}: Something failed';
export const NO_REASON = '{vendor} answered {operation} with status 500 and no reason';

const statuses: Row[] = [
	[CORTEX, ['401'], error(1, 0, NOT_AUTHORIZED, 'Security Level', 'clock')],
	[POLLS, ['401'], ended(NOT_AUTHORIZED, 'Security Level', 'clock')],
	[RESULTS, ['401'], withoutResults(1, 0, NOT_AUTHORIZED)],
	// The token is renewed once.
	[SEARCHES, ['401'], { ...error(2, 0, NOT_AUTHORIZED, 'The token is not'), logins: 2 }],
	[LOGIN, ['401'], error(1, 0, NOT_AUTHORIZED, 'Check Username and Password', 'locks accounts')],

	[[...STARTS, ...ENDPOINTS], ['404'], error(1, 0, NOT_FOUND, NOT_TENANT)],
	[
		READS.filter((name) => !ENDPOINTS.includes(name)),
		['404'],
		error(1, 0, NOT_FOUND, 'does not know'),
	],
	// Another link is asked for, once.
	[DOWNLOADS, ['403'], error(2, 0, '{vendor} refused {operation}: Forbidden', 'The role of')],
	[DOWNLOADS, ['404'], error(2, 0, NOT_FOUND, 'does not know')],
	// Only the service of imports answers so to an unknown id.
	[[...WAIT_ACTION, ...WAIT_QUERY], ['404'], missed(NOT_FOUND, 'does not know')],
	[WAIT_IMPORT, ['404'], { ...missed(NOT_FOUND, 'does not know'), outcome: 'notFound' }],
	[RESULTS, ['404'], withoutResults(1, 0, NOT_FOUND)],
	[SEARCHES, ['404'], error(1, 0, NOT_FOUND, 'try the other API Version')],
	[LOGIN, ['404'], error(1, 0, NOT_FOUND, LOOK_UP)],

	[CORTEX, ['409', '409, once'], error(1, 0, CONFLICT, LOOK_UP)],
	[POLLS, ['409'], missed(CONFLICT, LOOK_UP)],
	[POLLS, ['409, once'], same(2, 10)],
	[RESULTS, ['409', '409, once'], withoutResults(1, 0, CONFLICT)],
	// To Qualys, it means: too many requests.
	[SEARCHES, ['409'], error(24, 571, CONFLICT, 'raise Page Size')],
	[LOGIN, ['409'], error(24, 571, CONFLICT, 'Run the workflow less often.')],
	[QUALYS, ['409, once'], same(2, 1)],

	[CORTEX, ['500 with the envelope'], error(1, 0, INTERNAL, 'repeating it rarely helps')],
	[POLLS, ['500 with the envelope'], missed(INTERNAL, 'repeating it rarely helps')],
	[RESULTS, ['500 with the envelope'], withoutResults(1, 0, INTERNAL)],
	[QUALYS, ['500 with the envelope'], error(1, 0, INTERNAL, 'Try again later')],

	[STARTS, ['500 without an envelope'], error(1, 0, NO_REASON, NOT_TENANT, UNKNOWN)],
	[LOOKS, ['500 without an envelope'], error(1, 0, NO_REASON, NOT_TENANT)],
	[POLLS, ['500 without an envelope'], timedOut(NO_REASON, NOT_TENANT)],
	[RESULTS, ['500 without an envelope'], withoutResultsInTime(NO_REASON)],
	[QUALYS, ['500 without an envelope'], error(1, 0, NO_REASON, NOT_GATEWAY)],
];

/** Also where the vendor says "at once": asked again with growing waits, and not hundreds of times. */
export const ENDLESS: FaultName[] = ['429 without end', '429 without end, Retry-After of 0'];

export const TOO_MANY = '{vendor} refused {operation}: Too many requests.';

/** How long each form of Retry-After is waited for; where it makes no sense, a second. */
export const brakes = {
	'429 without Retry-After': 1,
	'429, Retry-After in seconds': 7,
	'429, Retry-After as HTTP date': 11,
	'429, Retry-After as timestamp': 9,
	'429, Retry-After as timestamp in milliseconds': 13,
	'429, Retry-After that is rubbish': 1,
	'429, Retry-After in the past': 1,
} as const;

const throttling: Row[] = [
	[CORTEX, ENDLESS, error(24, 571, TOO_MANY, '10 requests a second')],
	// A wait gives each of its polls a quarter of a minute for that, the one at the deadline as well.
	[
		POLLS,
		ENDLESS,
		{ ...timedOut(TOO_MANY.slice(0, -1), '10 requests a second'), requests: 15, seconds: 70 },
	],
	[RESULTS, ENDLESS, withoutResults(24, 571, TOO_MANY)],
	[SEARCHES, ENDLESS, error(24, 571, TOO_MANY, 'raise Page Size')],
	[LOGIN, ENDLESS, error(24, 571, TOO_MANY, 'Run the workflow less often.')],
	...(Object.keys(brakes) as Array<keyof typeof brakes>).map(
		(fault): Row => [ALL, [fault], same(2, brakes[fault])],
	),
];

export const AS_TEXT = 'Cortex answered with a text instead of data: ';
const NO_LIST = 'Qualys answered Search Script Jobs without a list of jobs';
const NO_TOKEN = 'Qualys answered the login without a token';
export const NOTHING_CONCLUDED = 'nothing was concluded from it';
const NO_ZIP = 'The link to the file brought something that is no ZIP';
export const LOREM = 'lorem ipsum lorem ipsum';

/** A 200 that holds no answer: a login page of a proxy, nothing, half of something. */
const noAnswer = (fault: FaultName, cortex: string, search: string): Row[] => [
	[STARTS, [fault], error(1, 0, cortex, NOT_TENANT, UNKNOWN)],
	[READS, [fault], error(1, 0, cortex, NOT_TENANT)],
	[POLLS, [fault], timedOut(cortex, NOT_TENANT)],
	[RESULTS, [fault], withoutResultsInTime(cortex)],
	[SEARCHES, [fault], error(1, 0, `${NO_LIST}${search}`, NOTHING_CONCLUDED)],
];

export const OTHERS = 'it may come from a proxy or a firewall on the way';
export const PORTAL = '{vendor} answered {operation} with status 403 (Sign in to continue)';

const contents: Row[] = [
	[
		DOWNLOADS,
		['HTML page'],
		error(1, 0, `${NO_ZIP} (Sign in to continue)`, 'A proxy or a firewall'),
	],
	[DOWNLOADS, ['empty body'], error(1, 0, 'The link to the file brought nothing', 'no content')],
	// Cut off, so it is asked for again.
	[
		DOWNLOADS,
		['truncated JSON', '10 MB of data'],
		error(4, 7, 'The file came without its end', 'cut it off'),
	],
	[DOWNLOADS, ['10 MB of text'], error(1, 0, `${NO_ZIP} (${LOREM}`, 'A proxy or a firewall')],
	...noAnswer('HTML page', `${AS_TEXT}Sign in to continue`, ': Sign in to continue'),
	...noAnswer('empty body', 'Cortex answered with nothing', ''),
	...noAnswer('truncated JSON', `${AS_TEXT}{`, ': {'),
	...noAnswer('10 MB of text', `${AS_TEXT}${LOREM}`, `: ${LOREM}`),
	[LOGIN, ['HTML page', 'empty body', '10 MB of text'], error(1, 0, NO_TOKEN, NOTHING_CONCLUDED)],
	// Half a token is a token as far as anybody can tell, until it is used.
	[LOGIN, ['truncated JSON'], error(2, 0, 'Search Script Jobs: JWT expired', 'The token is not')],

	[
		[...STARTS, ...READS],
		['HTML page with 403'],
		error(1, 0, PORTAL, 'The role of the API key', OTHERS),
	],
	[DOWNLOADS, ['HTML page with 403'], error(2, 0, PORTAL, 'The role of the API key', OTHERS)],
	[
		POLLS,
		['HTML page with 403'],
		ended(PORTAL, 'The role of the API key', 'This answer is a page'),
	],
	[RESULTS, ['HTML page with 403'], withoutResults(1, 0, PORTAL)],
	[QUALYS, ['HTML page with 403'], error(1, 0, PORTAL, 'lacks API access', OTHERS)],

	[[...CORTEX, ...QUALYS], ['200 with an error in it'], error(1, 0, FAILED, LOOK_UP)],
	[POLLS, ['200 with an error in it'], missed(FAILED, LOOK_UP)],
	[RESULTS, ['200 with an error in it'], withoutResults(1, 0, FAILED)],

	[
		[...STARTS, ...READS, ...POLLS, ...RESULTS, ...SEARCHES].filter(
			(name) => name !== 'Get Action Status',
		),
		['10 MB of data'],
		items({}),
	],
	[['Get Action Status'], ['10 MB of data'], items({}, {})],
	[LOGIN, ['10 MB of data'], error(1, 0, NO_TOKEN, NOTHING_CONCLUDED)],
	[
		[...CORTEX, ...QUALYS],
		['10 MB of error'],
		error(1, 0, `{vendor} refused {operation}: ${LOREM}`),
	],
	[POLLS, ['10 MB of error'], ended(`{vendor} refused {operation}: ${LOREM}`)],
	[RESULTS, ['10 MB of error'], withoutResults(1, 0, `{vendor} refused {operation}: ${LOREM}`)],
];

const redirects: Row[] = (['302', '307'] as const).flatMap((status): Row[] => {
	const fault = `${status} to another host` as const;
	const said = redirected(status);
	return [
		[CORTEX, [fault], error(1, 0, said, 'Check the Tenant URL')],
		[POLLS, [fault], missed(said, 'Check the Tenant URL')],
		[RESULTS, [fault], withoutResults(1, 0, said)],
		[QUALYS, [fault], error(1, 0, said, 'Check the Platform')],
	];
});

export const REPEATED = '{vendor} refused {operation}: Bad request: ';
export const PAGE = '{vendor} answered {operation} with status 500 (';

const echoes: Row[] = [
	[CORTEX, ['an error that repeats the request'], error(1, 0, REPEATED, '[hidden]')],
	[
		[...WAIT_ACTION, ...WAIT_QUERY],
		['an error that repeats the request'],
		ended(REPEATED, '[hidden]'),
	],
	// The reason of one job of many is cut before its signature.
	[WAIT_IMPORT, ['an error that repeats the request'], ended(REPEATED)],
	[RESULTS, ['an error that repeats the request'], withoutResults(1, 0, REPEATED)],
	[QUALYS, ['an error that repeats the request'], error(1, 0, REPEATED, '[hidden]')],
	[STARTS, ['a page that repeats the request'], error(1, 0, PAGE, NOT_TENANT, UNKNOWN)],
	[LOOKS, ['a page that repeats the request'], error(1, 0, PAGE, NOT_TENANT)],
	[POLLS, ['a page that repeats the request'], timedOut(PAGE, 'The address did not answer')],
	[RESULTS, ['a page that repeats the request'], withoutResultsInTime(PAGE)],
	[SEARCHES, ['a page that repeats the request'], error(1, 0, PAGE, 'Bearer [hidden]')],
	[LOGIN, ['a page that repeats the request'], error(1, 0, PAGE, NOT_GATEWAY)],
];

const faults: Row[] = [
	...connections,
	...outages,
	...refusals,
	...statuses,
	...throttling,
	...contents,
	...redirects,
	...echoes,
];

export const but = (...right: Wrong[]) => wrongs.filter((kind) => !right.includes(kind));

const ACTIONS: SubjectName[] = ['Get Action Status'];
const SCRIPTS: SubjectName[] = ['Get Script Results'];
const IMPORTS: SubjectName[] = ['Get Import Job'];
const LINKS: SubjectName[] = ['Download Files: links'];
const SCRIPT_LINK: SubjectName[] = ['Download Files: link of a script'];
const QUERIES: SubjectName[] = ['Get Query Results'];
const START_QUERY: SubjectName[] = ['Start Query'];
const START_IMPORT: SubjectName[] = ['Submit Import'];
const START_ACTIONS = STARTS.filter((name) => ![...START_QUERY, ...START_IMPORT].includes(name));

const NO_REPLY = 'Cortex answered {operation} without a reply object';
const NO_ENDPOINTS = 'Cortex answered {operation} without a list of endpoints';
const NO_STATUS = 'Cortex answered {operation} without a job_status';
const NO_RESULTS = 'Cortex answered {operation} without a list of results';
const NO_RESULT = 'Cortex answered {operation} with a result that is no object';
const NO_ACTION_ID = 'Cortex accepted {operation}, but its answer holds no action_id';
const NO_JOB_ID = 'Cortex accepted {operation}, but its answer holds no job_id';
const NO_JOB = 'Qualys answered {operation} with something that is no job';
const NONE_NAMED = 'Cortex named no endpoints of it';
/** What becomes of that where the first poll, before the fault, had named some. */
const NONE_ANY_MORE = 'Cortex named no endpoints any more';

const scalar = but('missing', 'object');

const wholeAnswers: FieldRow[] = [
	[STARTS, [WHOLE], ['missing'], error(1, 0, 'Cortex answered with nothing', NOT_TENANT, UNKNOWN)],
	[STARTS, [WHOLE], scalar, error(1, 0, AS_TEXT, NOT_TENANT, UNKNOWN)],
	[READS, [WHOLE], ['missing'], error(1, 0, 'Cortex answered with nothing', NOT_TENANT)],
	[READS, [WHOLE], scalar, error(1, 0, AS_TEXT, NOT_TENANT)],
	[POLLS, [WHOLE], ['missing'], timedOut('Cortex answered with nothing', NOT_TENANT)],
	[POLLS, [WHOLE], scalar, timedOut(AS_TEXT, NOT_TENANT)],
	[RESULTS, [WHOLE], ['missing'], withoutResultsInTime('Cortex answered with nothing')],
	[RESULTS, [WHOLE], scalar, withoutResultsInTime(AS_TEXT)],
	[SEARCHES, [WHOLE], wrongs, error(1, 0, NO_LIST, NOTHING_CONCLUDED)],
	[LOGIN, [WHOLE], wrongs, error(1, 0, NO_TOKEN, NOTHING_CONCLUDED)],

	[START_ACTIONS, [WHOLE], ['object'], error(1, 0, NO_REPLY, NOTHING_CONCLUDED, UNKNOWN)],
	[START_ACTIONS, ['reply'], but('object'), error(1, 0, NO_REPLY, NOTHING_CONCLUDED, UNKNOWN)],
	[
		[...ACTIONS, ...SCRIPTS, ...QUERIES, ...LINKS, ...SCRIPT_LINK],
		[WHOLE],
		['object'],
		error(1, 0, NO_REPLY, NOTHING_CONCLUDED),
	],
	[
		[...ACTIONS, ...SCRIPTS, ...QUERIES, ...LINKS, ...SCRIPT_LINK],
		['reply'],
		but('object'),
		error(1, 0, NO_REPLY, NOTHING_CONCLUDED),
	],
	[[...WAIT_ACTION, ...WAIT_QUERY], [WHOLE], ['object'], missed(NO_REPLY, NOTHING_CONCLUDED)],
	[[...WAIT_ACTION, ...WAIT_QUERY], ['reply'], but('object'), missed(NO_REPLY, NOTHING_CONCLUDED)],
	[RESULTS, [WHOLE], ['object'], withoutResults(1, 0, NO_REPLY)],
	[RESULTS, ['reply'], but('object'), withoutResults(1, 0, NO_REPLY)],
	[IMPORTS, [WHOLE], ['object'], error(1, 0, NO_STATUS, NOTHING_CONCLUDED)],
	[WAIT_IMPORT, [WHOLE], ['object'], missed(NO_STATUS, NOTHING_CONCLUDED)],
];

const scanFields: FieldRow[] = [
	[START_ACTIONS, ['reply'], ['object'], error(1, 0, NO_ACTION_ID, UNKNOWN)],
	[START_ACTIONS, ['reply.action_id'], but('text', 'number'), error(1, 0, NO_ACTION_ID, UNKNOWN)],
	[START_ACTIONS, ['reply.action_id'], ['text'], items({ action_id: 'x' })],
	[START_ACTIONS, ['reply.action_id'], ['number'], items({ action_id: '-1.5' })],
	[START_ACTIONS, ['reply.endpoints_count'], but('number'), items({ endpoints_count: null })],
	[START_ACTIONS, ['reply.endpoints_count'], ['number'], items({ endpoints_count: -1.5 })],
	[['Run Script', 'Retrieve Files'], ['reply.status'], wrongs, itemAsItCame],
];

const submittedFields: FieldRow[] = [
	[START_IMPORT, [WHOLE], ['object'], error(1, 0, NO_JOB_ID, UNKNOWN)],
	[START_IMPORT, ['job_id'], but('text', 'number'), error(1, 0, NO_JOB_ID, UNKNOWN)],
	[START_IMPORT, ['job_id'], ['number'], error(1, 0, NO_JOB_ID, UNKNOWN)],
	[START_IMPORT, ['job_id'], ['text'], items({ job_id: 'x' })],
	[START_IMPORT, ['job_status'], but('text'), items({ job_status: null })],
	[START_IMPORT, ['job_status'], ['text'], items({ job_status: 'x' })],
	...['assets_count', 'vulnerabilities_count'].flatMap((field): FieldRow[] => [
		[START_IMPORT, [field], but('number'), items({ [field]: null })],
		[START_IMPORT, [field], ['number'], items({ [field]: -1.5 })],
	]),
];

const ENDPOINT = 'reply.endpoints[]';
const NO_ENDPOINT_ID = 'Cortex answered {operation} with an endpoint without an endpoint_id';

/** Shown as they come. */
const OF_ENDPOINT = [
	...['endpoint_name', 'endpoint_status', 'scan_status', 'os_type', 'operating_system', 'domain'],
	...['alias', 'endpoint_version'],
].map((name) => `${ENDPOINT}.${name}`);

/** Read for a field of another form, or not at all: nothing that stands there costs the rest. */
const OTHERS_OF_ENDPOINT = fieldsOf(subjects['Search Endpoints'].reply).filter(
	(field) =>
		field.startsWith(`${ENDPOINT}.`) &&
		![...OF_ENDPOINT, `${ENDPOINT}.endpoint_id`].includes(field),
);

const endpointFields: FieldRow[] = [
	[ENDPOINTS, [WHOLE], ['object'], error(1, 0, NO_REPLY, NOTHING_CONCLUDED)],
	[ENDPOINTS, ['reply'], but('object'), error(1, 0, NO_REPLY, NOTHING_CONCLUDED)],
	[ENDPOINTS, ['reply'], ['object'], error(1, 0, NO_ENDPOINTS, NOTHING_CONCLUDED)],
	[ENDPOINTS, ['reply.total_count', 'reply.result_count'], wrongs, items({})],
	[ENDPOINTS, ['reply.endpoints'], wrongs, error(1, 0, NO_ENDPOINTS, NOTHING_CONCLUDED)],
	[ENDPOINTS, [ENDPOINT], ['missing'], items()],
	[ENDPOINTS, [ENDPOINT], ['object'], error(1, 0, NO_ENDPOINT_ID, NOTHING_CONCLUDED)],
	[ENDPOINTS, [ENDPOINT], but('missing', 'object'), error(1, 0, NO_ENDPOINTS, NOTHING_CONCLUDED)],
	[
		ENDPOINTS,
		[`${ENDPOINT}.endpoint_id`],
		but('text'),
		error(1, 0, NO_ENDPOINT_ID, NOTHING_CONCLUDED),
	],
	[ENDPOINTS, [`${ENDPOINT}.endpoint_id`], ['text'], items({ endpoint_id: 'x' })],
	[ENDPOINTS, OF_ENDPOINT, wrongs, itemAsItCame],
	[ENDPOINTS, OTHERS_OF_ENDPOINT, wrongs, items({})],
];

const REASON = 'reply.errorReasons.endpoint-2';

/** Fields that only say why: another form of them never costs the rest. */
const reasons = [
	'reply.errorReasons',
	REASON,
	`${REASON}.errorDescription`,
	`${REASON}.missing_files`,
	`${REASON}.missing_files[]`,
	`${REASON}.missing_files[].description`,
	`${REASON}.errorData`,
];

const actionFields: FieldRow[] = [
	[ACTIONS, ['reply'], ['object'], items()],
	[ACTIONS, ['reply.data'], ['missing', 'null'], items()],
	[ACTIONS, ['reply.data'], ['object'], items({ endpoint_id: 'a', status: '1', finished: false })],
	[
		ACTIONS,
		['reply.data'],
		['text', 'number', 'list'],
		error(1, 0, NO_ENDPOINTS, NOTHING_CONCLUDED),
	],
	[ACTIONS, ['reply.data.endpoint-1'], ['missing'], items({ endpoint_id: 'endpoint-2' })],
	[
		ACTIONS,
		['reply.data.endpoint-1'],
		but('missing'),
		items({ finished: false }, { finished: true }),
	],
	[ACTIONS, ['reply.data.endpoint-2'], ['missing'], items({ endpoint_id: 'endpoint-1' })],
	[
		ACTIONS,
		['reply.data.endpoint-2'],
		but('missing'),
		items({ finished: true }, { finished: false }),
	],
	[ACTIONS, [reasons[0]], wrongs, items({}, { error: null, error_reason: null })],
	[ACTIONS, [REASON], but('text'), items({}, { error: null })],
	[ACTIONS, [REASON], ['text'], items({}, { error: 'x' })],
	[ACTIONS, [reasons[2]], but('text'), items({}, { error: 'no such file' })],
	[ACTIONS, [reasons[2]], ['text'], items({}, { error: 'x' })],
	[ACTIONS, reasons.slice(3), wrongs, items({}, { error: 'disk full' })],

	[WAIT_ACTION, ['reply'], ['object'], timedOut(NONE_NAMED)],
	[WAIT_ACTION, ['reply.data'], ['missing', 'null'], timedOut(NONE_NAMED)],
	[WAIT_ACTION, ['reply.data'], ['object'], { ...timedOut(), named: true }],
	[
		WAIT_ACTION,
		['reply.data'],
		['text', 'number', 'list'],
		missed(NO_ENDPOINTS, NOTHING_CONCLUDED),
	],
	[WAIT_ACTION, ['reply.data.endpoint-1', 'reply.data.endpoint-2'], ['missing'], items({})],
	[
		WAIT_ACTION,
		['reply.data.endpoint-1', 'reply.data.endpoint-2'],
		but('missing'),
		{ ...timedOut(), named: true },
	],
	[
		WAIT_ACTION,
		reasons,
		wrongs,
		items({ progress: { total: 2, finished: 2, succeeded: 1, failed: 1 } }),
	],
];

const importFields: FieldRow[] = [
	[
		[...IMPORTS, ...WAIT_IMPORT],
		['job_id', 'created_timestamp', 'last_updated'],
		wrongs,
		items({}),
	],
	[IMPORTS, ['job_status'], but('text'), error(1, 0, NO_STATUS, NOTHING_CONCLUDED)],
	[
		IMPORTS,
		['job_status'],
		['text'],
		items({ job_status: 'x', finished: false, succeeded: false }),
	],
	[WAIT_IMPORT, ['job_status'], but('text'), missed(NO_STATUS, NOTHING_CONCLUDED)],
	[WAIT_IMPORT, ['job_status'], ['text'], timedOut('some assets failed')],
	...(
		[
			['missing', []],
			['null', []],
			['text', ['x']],
			['number', ['-1.5']],
			['list', ['x']],
			['object', ['{"a":1}']],
		] as const
	).map(
		([kind, errors]): FieldRow => [
			[...IMPORTS, ...WAIT_IMPORT],
			['error_log'],
			[kind],
			items({ errors }),
		],
	),
];

const NO_QUERY_ID = 'Cortex accepted {operation}, but its answer holds no query id';
const NO_WORD = 'Cortex answered {operation} without a status';
const NO_ROWS = 'Cortex answered {operation} without rows';
const NO_ROW = 'Cortex answered {operation} with a row that is no object';
const ROW = 'reply.results.data[]';

const queryFields: FieldRow[] = [
	[START_QUERY, [WHOLE], ['object'], error(1, 0, NO_QUERY_ID, UNKNOWN)],
	[START_QUERY, ['reply'], but('text'), error(1, 0, NO_QUERY_ID, UNKNOWN)],
	[START_QUERY, ['reply'], ['text'], items({ query_id: 'x' })],

	[QUERIES, ['reply'], ['object'], error(1, 0, NO_WORD, NOTHING_CONCLUDED)],
	[WAIT_QUERY, ['reply'], ['object'], missed(NO_WORD, NOTHING_CONCLUDED)],
	[QUERIES, ['reply.status'], but('text'), error(1, 0, NO_WORD, NOTHING_CONCLUDED)],
	[WAIT_QUERY, ['reply.status'], but('text'), missed(NO_WORD, NOTHING_CONCLUDED)],
	[QUERIES, ['reply.status'], ['text'], error(1, 0, 'has not ended yet (x)', 'Wait for Job')],
	[WAIT_QUERY, ['reply.status'], ['text'], timedOut()],
	[
		[...QUERIES, ...WAIT_QUERY],
		[
			'reply.number_of_results',
			'reply.query_cost',
			'reply.query_cost.9991234567890',
			'reply.remaining_quota',
			`${ROW}.endpoint_name`,
			`${ROW}.events`,
		],
		wrongs,
		items({}),
	],
	[WAIT_QUERY, ['reply.results', 'reply.results.data', ROW], wrongs, items({})],
	[QUERIES, ['reply.results'], wrongs, error(1, 0, NO_ROWS, NOTHING_CONCLUDED)],
	[QUERIES, ['reply.results.data'], but('list'), error(1, 0, NO_ROWS, NOTHING_CONCLUDED)],
	[QUERIES, ['reply.results.data'], ['list'], error(1, 0, NO_ROW, NOTHING_CONCLUDED)],
	[QUERIES, [ROW], ['missing'], items()],
	[QUERIES, [ROW], ['object'], items({ a: 1 })],
	[QUERIES, [ROW], but('missing', 'object'), error(1, 0, NO_ROW, NOTHING_CONCLUDED)],
];

const noFile = (reason: string) => items({ file_name: null, size: null, reason });
const GAVE_NONE =
	'Cortex gives no link to its files, although it ended well (COMPLETED_SUCCESSFULLY). It may have removed them.';
const SCRIPT_GAVE_NONE =
	'Cortex gives no link to its files. It removes files of scripts after some time.';

/** Who has no link is told why, as the status of the action says; the endpoint that is asked for is another one. */
const linkFields: FieldRow[] = [
	[LINKS, ['reply'], ['object'], noFile(GAVE_NONE)],
	[LINKS, ['reply.data'], ['missing', 'null', 'object'], noFile(GAVE_NONE)],
	[LINKS, ['reply.data'], ['text', 'number', 'list'], error(1, 0, NO_ENDPOINTS, NOTHING_CONCLUDED)],
	[LINKS, ['reply.data.endpoint-1'], wrongs, noFile(GAVE_NONE)],
	[SCRIPT_LINK, ['reply'], ['object'], noFile(SCRIPT_GAVE_NONE)],
	[SCRIPT_LINK, ['reply.DATA'], ['missing', 'null'], noFile(SCRIPT_GAVE_NONE)],
	[
		SCRIPT_LINK,
		['reply.DATA'],
		['text', 'number', 'list', 'object'],
		noFile('Cortex gave something that is no link to its files.'),
	],
	[DOWNLOADS, [WHOLE], ['missing'], error(1, 0, 'The link to the file brought nothing')],
	[DOWNLOADS, [WHOLE], but('missing'), error(1, 0, NO_ZIP, 'A proxy or a firewall')],
];

const RESULT = 'reply.results[]';
const COUNTS = ['retrieved_files', 'failed_files'];

/** Fields of a script execution that are passed on as they come. */
const passedOn = [
	'reply.script_name',
	'reply.script_description',
	'reply.script_parameters',
	'reply.date_created',
	'reply.scope',
	...[
		'endpoint_name',
		'endpoint_ip_address',
		'endpoint_ip_address[]',
		'endpoint_status',
		'domain',
		'endpoint_id',
		'standard_output',
		'retention_date',
		'_return_value',
	].map((name) => `${RESULT}.${name}`),
];

const scriptFields: FieldRow[] = [
	[SCRIPTS, ['reply'], ['object'], error(1, 0, NO_RESULTS, NOTHING_CONCLUDED)],
	[RESULTS, ['reply'], ['object'], withoutResults(1, 0, NO_RESULTS)],
	[SCRIPTS, passedOn, wrongs, itemAsItCame],
	[RESULTS, passedOn, wrongs, items({})],
	[[...SCRIPTS, ...RESULTS], [`${RESULT}._echo hello[]`], wrongs, items({})],
	[[...SCRIPTS, ...RESULTS], ['reply.error_message'], but('text'), items({})],
	[
		SCRIPTS,
		['reply.error_message'],
		['text'],
		error(
			1,
			0,
			'Cortex refused {operation}: x',
			'lacks a permission, and where there is no such action',
		),
	],
	[
		RESULTS,
		['reply.error_message'],
		['text'],
		withoutResults(1, 0, 'Cortex refused {operation}: x'),
	],
	[SCRIPTS, ['reply.results'], but('list'), error(1, 0, NO_RESULTS, NOTHING_CONCLUDED)],
	[RESULTS, ['reply.results'], but('list'), withoutResults(1, 0, NO_RESULTS)],
	[SCRIPTS, ['reply.results'], ['list'], error(1, 0, NO_RESULT, NOTHING_CONCLUDED)],
	[RESULTS, ['reply.results'], ['list'], withoutResults(1, 0, NO_RESULT)],
	[SCRIPTS, [RESULT], ['missing'], items()],
	[RESULTS, [RESULT], ['missing'], items({ results: [] })],
	[[...SCRIPTS, ...RESULTS], [RESULT], ['object'], items({})],
	[SCRIPTS, [RESULT], but('missing', 'object'), error(1, 0, NO_RESULT, NOTHING_CONCLUDED)],
	[RESULTS, [RESULT], but('missing', 'object'), withoutResults(1, 0, NO_RESULT)],
	[SCRIPTS, [`${RESULT}.execution_status`], wrongs, items({ finished: false })],
	...COUNTS.flatMap((name): FieldRow[] => [
		[SCRIPTS, [`${RESULT}.${name}`], but('number'), items({ [name]: null })],
		[SCRIPTS, [`${RESULT}.${name}`], ['number'], items({ [name]: -1.5 })],
	]),
	[SCRIPTS, [`${RESULT}.return_value`], ['missing', 'null'], items({ return_value: null })],
	[SCRIPTS, [`${RESULT}.return_value`], ['text'], items({ return_value: 'x' })],
	[SCRIPTS, [`${RESULT}.return_value`], ['number'], items({ return_value: -1.5 })],
	[SCRIPTS, [`${RESULT}.return_value`], ['list'], items({ return_value: ['x'] })],
	[SCRIPTS, [`${RESULT}.return_value`], ['object'], items({ return_value: { a: 1 } })],
	[SCRIPTS, [`${RESULT}._echo hello`], but('list'), items({ command_output: null })],
	[
		SCRIPTS,
		[`${RESULT}._echo hello`],
		['list'],
		items({ command_output: { 'echo hello': ['x'] } }),
	],
	[
		RESULTS,
		['execution_status', ...COUNTS, 'return_value', '_echo hello'].map(
			(name) => `${RESULT}.${name}`,
		),
		wrongs,
		items({ outcome: 'succeeded' }),
	],
];

/** Fields of a job that a search passes on as they come; v2 has more of them. */
const jobFields = (job: string, names: string[]) => names.map((name) => `${job}.${name}`);

const common = [
	'severity',
	'test',
	'executionType',
	'correlationUuid',
	'threshold',
	'title',
	'platform',
	'scriptId',
	'customerUuid',
	'isTest',
	'scriptType',
	'id',
	'category.id',
];

const onlyV2 = [
	'scriptLanguage',
	'shareScriptResultWithFim',
	'description',
	'rebootDelayInSeconds',
	'contentMasifKey',
	'hasSoftwarePackage',
	'thresholdNew',
	'runAsLoggedInUser',
	'created.user',
	'created.user.name',
	'created.user.id',
	'rebootAfterScriptExecution',
	'executorAppName',
];

const [V1, V2]: SubjectName[][] = [['Search v1'], ['Search v2']];
const JOB = 'body.list[]';
const REFUSED = 'Qualys refused {operation}: error ';

/** Times of a job: the moment as text, or what stands in its place as it is. */
const timeFields = (of: SubjectName[], job: string): FieldRow[] =>
	(
		[
			['created', 'createdAt'],
			['created.dateTime', 'createdAt'],
			['updatedDateTime', 'updatedAt'],
		] as const
	).flatMap(([field, name]): FieldRow[] => [
		[of, [`${job}.${field}`], ['missing', 'null'], items({ [name]: null })],
		[of, [`${job}.${field}`], ['text'], items({ [name]: 'x' })],
		[of, [`${job}.${field}`], ['number'], items({ [name]: '1969-12-31T23:59:59.999Z' })],
		[of, [`${job}.${field}`], ['list'], items({ [name]: ['x'] })],
		// An object in the place of `created` is asked for its dateTime.
		[of, [`${job}.${field}`], ['object'], items({ [name]: field === 'created' ? null : { a: 1 } })],
	]);

/** The category's name: of an object, or what stands in its place. */
const categoryFields = (of: SubjectName[], job: string): FieldRow[] => [
	[of, [`${job}.category`], but('object'), itemAsItCame],
	[of, [`${job}.category`], ['object'], items({ category: null })],
	[of, [`${job}.category.name`], ['missing', 'null'], items({ category: null })],
	[of, [`${job}.category.name`], ['text'], items({ category: 'x' })],
	[of, [`${job}.category.name`], ['number'], items({ category: -1.5 })],
	[of, [`${job}.category.name`], ['list'], items({ category: ['x'] })],
	[of, [`${job}.category.name`], ['object'], items({ category: { a: 1 } })],
];

const searchFields: FieldRow[] = [
	[V1, ['errorCode'], ['missing', 'null'], items({})],
	[V1, ['errorCode'], ['text'], error(1, 0, `${REFUSED}x`, LOOK_UP)],
	[V1, ['errorCode'], ['number'], error(1, 0, `${REFUSED}-1.5`, LOOK_UP)],
	[V1, ['errorCode'], ['list'], error(1, 0, `${REFUSED}["x"]`, LOOK_UP)],
	[V1, ['errorCode'], ['object'], error(1, 0, `${REFUSED}{"a":1}`, LOOK_UP)],
	[V1, ['message'], wrongs, items({})],
	[SEARCHES, ['body'], wrongs, error(1, 0, NO_LIST, NOTHING_CONCLUDED)],
	[SEARCHES, ['body.totalCount'], wrongs, items({})],
	[SEARCHES, ['body.list'], but('list'), error(1, 0, NO_LIST, NOTHING_CONCLUDED)],
	[SEARCHES, ['body.list'], ['list'], error(1, 0, NO_JOB, NOTHING_CONCLUDED)],
	[SEARCHES, [JOB], ['missing'], items()],
	[SEARCHES, [JOB], but('missing', 'object'), error(1, 0, NO_JOB, NOTHING_CONCLUDED)],
	[V1, [JOB], ['object'], items({ id: null, createdAt: null })],
	[V2, [JOB], ['object'], error(1, 0, NO_JOB, NOTHING_CONCLUDED)],
	[V2, [`${JOB}.sortValues`, `${JOB}.sortValues[]`], wrongs, items({ id: '686754' })],
	[V2, [`${JOB}.data`], but('object'), error(1, 0, NO_JOB, NOTHING_CONCLUDED)],
	[V2, [`${JOB}.data`], ['object'], items({ id: null, createdAt: null })],
	[V1, jobFields(JOB, common), wrongs, itemAsItCame],
	[V2, jobFields(`${JOB}.data`, [...common, ...onlyV2]), wrongs, itemAsItCame],
	...timeFields(V1, JOB),
	...timeFields(V2, `${JOB}.data`),
	...categoryFields(V1, JOB),
	...categoryFields(V2, `${JOB}.data`),
];

const fields: FieldRow[] = [
	...wholeAnswers,
	...scanFields,
	...submittedFields,
	...endpointFields,
	...actionFields,
	...importFields,
	...queryFields,
	...linkFields,
	...scriptFields,
	...searchFields,
];

type Figures = Partial<Record<string, readonly [requests: number, seconds: number]>>;

/**
 * Requests and seconds of waits in memory, which ask at 0, 10, 25, 47.5 and 60 seconds, and what they are for the
 * same wait parked, which asks at 0, 65, 130 and 235 seconds after the fault began. What is not named here is alike.
 */
const WHEN_PARKED: Figures = {
	'2 in 10 s': [2, 65],
	'3 in 25 s': [3, 130],
	'5 in 60 s': [4, 235],
	'8 in 67 s': [7, 242],
	'0 in 67 s': [0, 242],
	'15 in 70 s': [15, 250],
	// Each answer takes its minute, and the next one is asked for 65 seconds later.
	'2 in 60 s': [2, 125],
	'5 in 307 s': [6, 497],
};

/** A parked wait keeps no endpoints, so they are asked for once more when the deadline has passed. */
const WITH_ENDPOINTS: Figures = {
	...WHEN_PARKED,
	'5 in 60 s': [5, 235],
	'8 in 67 s': [11, 249],
	'0 in 67 s': [0, 249],
	'15 in 70 s': [20, 265],
	'5 in 307 s': [10, 744],
};

/** Patiently, as long as others make good for it; then come endpoints and results. */
const WITH_RESULTS: Figures = {
	...WHEN_PARKED,
	// Without results, the names of the endpoints are looked up.
	'5 in 60 s': [4, 236],
	'16 in 67 s': [12, 242],
	'0 in 67 s': [0, 256],
};

/** The same wait, once it is parked. */
const parkedAs: Partial<Record<SubjectName, [of: SubjectName, figures: Figures]>> = {
	'Wait for Job: action': ['Parked wait: action', WITH_ENDPOINTS],
	'Wait for Job: import': ['Parked wait: import', WHEN_PARKED],
	'Wait for Job: query': ['Parked wait: query', WHEN_PARKED],
	'Wait for Job: results': ['Parked wait: results', WITH_RESULTS],
};

/** What must become of a parked wait: the same words, at other times. */
function parked(expected: Expected, figures: Figures): Expected {
	const { requests, seconds, says, named } = expected;
	const [later, long] = (named ? WHEN_PARKED : figures)[`${requests} in ${seconds} s`] ?? [
		requests,
		seconds,
	];
	return {
		...expected,
		requests: later,
		seconds: long,
		says: says.map((words) => (words === NONE_NAMED ? NONE_ANY_MORE : words)),
	};
}

/** A row, and those for parked waits that follow from it. */
function withParked<R extends Row | FieldRow>(row: R): R[] {
	const [subjects, ...rest] = row;
	const when = rest.slice(0, -1);
	const expected = rest[rest.length - 1] as Expected;
	const more = subjects.flatMap((name) => {
		const [of, figures] = parkedAs[name] ?? [];
		return of && figures ? [[[of], ...when, parked(expected, figures)] as unknown as R] : [];
	});
	return [row, ...more];
}

/** Those of import jobs, in memory and parked: six seconds lie between two of their requests. */
const WITH_BUDGET: Figures = {
	'2 in 1 s': [2, 6],
	'4 in 7 s': [4, 18],
	'0 in 7 s': [0, 18],
	'24 in 571 s': [24, 582],
	'8 in 67 s': [8, 78],
	'0 in 67 s': [0, 78],
	'15 in 70 s': [10, 63],
	'7 in 242 s': [7, 253],
	'0 in 242 s': [0, 253],
	'15 in 250 s': [15, 262],
};

const IMPORTING = [...IMPORTS, ...WAIT_IMPORT, 'Parked wait: import'];

/** A row, where it is about import jobs as the vendor's limit makes it. */
function withBudget([subjects, faultNames, expected]: Row): Row[] {
	const { requests, seconds } = expected;
	const figures = WITH_BUDGET[`${requests} in ${seconds} s`];
	if (figures === undefined) return [[subjects, faultNames, expected]];
	const limited = { ...expected, requests: figures[0], seconds: figures[1] };
	return [
		[subjects.filter((name) => !IMPORTING.includes(name)), faultNames, expected],
		[subjects.filter((name) => IMPORTING.includes(name)), faultNames, limited],
	];
}

/** A quota of ten an hour is not waited for, five minutes are given to an upload, and 413 is about all that was handed over. */
const submissions: Row[] = [
	[
		START_IMPORT,
		['413'],
		error(1, 0, '{vendor} refused {operation}: Too large', 'it holds 2 assets'),
	],
	[START_IMPORT, ENDLESS, error(3, 3, TOO_MANY, 'The quota of 10 an hour')],
	...(Object.entries(brakes) as Array<[FaultName, number]>)
		.filter(([, seconds]) => seconds > 5)
		.map(
			([fault]): Row => [
				START_IMPORT,
				[fault],
				error(1, 0, TOO_MANY, 'Cortex asks to wait a minute.', 'The quota of 10 an hour'),
			],
		),
	[
		START_IMPORT,
		['a byte every 5 seconds', 'a byte every 5 seconds, once'],
		error(1, 300, LATE, BUSY, UNKNOWN),
	],
];
const SUBMITTED = submissions.flatMap(([, names]) => names);

/** A row, without the faults of a submission that {@link submissions} is about. */
const withoutSubmissions = ([names, of, expected]: Row): Row[] => [
	[names.filter((name) => !START_IMPORT.includes(name)), of, expected],
	[
		names.filter((name) => START_IMPORT.includes(name)),
		of.filter((fault) => !SUBMITTED.includes(fault)),
		expected,
	],
];

/** What becomes of every subject under every fault. */
export const faultRows: Row[] = [
	...faults.flatMap(withoutSubmissions).flatMap(withParked).flatMap(withBudget),
	...submissions,
];

/** What becomes of an answer of which one field is something else than documented. */
export const fieldRows: FieldRow[] = fields.flatMap(withParked);
