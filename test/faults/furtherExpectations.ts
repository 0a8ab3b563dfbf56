import { WHOLE } from '../support/fields';
import {
	AS_TEXT,
	brakes,
	BROKEN,
	BUSY,
	but,
	CONFLICT,
	ENDLESS,
	error,
	FAILED,
	INTERNAL,
	items,
	LATE,
	LOOK_UP,
	LOREM,
	NO_REASON,
	NOT_AUTHORIZED,
	NOT_GATEWAY,
	NOT_TENANT,
	NOTHING_CONCLUDED,
	OTHERS,
	PACKED,
	PAGE,
	PORTAL,
	redirected,
	REPEATED,
	same,
	TOO_MANY,
	type Expected,
	type FieldRow,
	type Row,
} from './expectations';
import { ONE_RESET, RESETS, wrongs, type FaultName } from './faults';
import { behavingAs, type SubjectName } from './subjects';

/* The same for files on another host, for rows that come as a stream, and for polls of the trigger. */

const ELSEWHERE = behavingAs('downloadElsewhere');
const STREAM = behavingAs('stream');
const NEW_JOBS: SubjectName[] = ['Trigger: new jobs'];
const OPEN_JOBS: SubjectName[] = ['Trigger: open jobs'];
const TRIGGER = behavingAs('trigger');

/** A poll knows its token. */
const known = (expected: Expected): Expected => ({ ...expected, logins: 0 });

/** What may heal. */
const passing = (faults: FaultName[], words: string, hint: string): Row[] => [
	[[...ELSEWHERE, ...STREAM], faults, error(4, 7, words, hint)],
	[TRIGGER, faults, known(error(4, 7, words, hint))],
];
const healed = (faults: FaultName[]): Row[] => [
	[[...ELSEWHERE, ...STREAM], faults, same(2, 1)],
	// A search goes on to an empty page.
	[NEW_JOBS, faults, known(same(3, 1))],
	[OPEN_JOBS, faults, known(same(2, 1))],
];

const REFUSED = 'The host refused the connection';

const connections: Row[] = [
	[[...ELSEWHERE, ...STREAM], ['connection refused'], error(0, 7, REFUSED, 'Check network')],
	[TRIGGER, ['connection refused'], known(error(0, 7, REFUSED, 'Check network'))],
	...passing(RESETS, BROKEN, 'ended the connection'),
	...healed(ONE_RESET),
	...passing(['gzip garbage'], PACKED, 'A proxy'),
	...healed(['gzip garbage, once']),
	...passing(['silence without end'], LATE, BUSY),
	[[...ELSEWHERE, ...STREAM], ['30 seconds of silence'], same(1, 30)],
	// Late, so nothing more is read in this poll.
	[TRIGGER, ['30 seconds of silence'], known(same(1, 30))],
	[ELSEWHERE, ['a byte every 5 seconds'], error(4, 1207, LATE, BUSY)],
	[ELSEWHERE, ['a byte every 5 seconds, once'], same(2, 301)],
	[STREAM, ['a byte every 5 seconds'], error(4, 247, LATE, BUSY)],
	[STREAM, ['a byte every 5 seconds, once'], same(2, 61)],
	[TRIGGER, ['a byte every 5 seconds'], known(error(4, 247, LATE, BUSY))],
	[TRIGGER, ['a byte every 5 seconds, once'], known(same(2, 61))],
];

const ANOTHER_HOST = 'It is another host than the tenant, so the API key was not sent there';
const hostSaid = (status: string) => `The host that holds the file answered with status ${status}`;

const outages: Row[] = (
	[
		['502', ' (Bad Gateway)'],
		['503', ' (Service Unavailable)'],
		['504', ' and no reason'],
	] as const
).flatMap(([status, words]): Row[] => {
	const said = `{vendor} answered {operation} with status ${status}${words}`;
	const hint = 'not available at the moment. Try again later.';
	return [
		[ELSEWHERE, [status], error(4, 7, hostSaid(status), ANOTHER_HOST)],
		[STREAM, [status], error(4, 7, said, hint)],
		[TRIGGER, [status], known(error(4, 7, said, hint))],
		...healed([`${status}, once`]),
	];
});

/** Of another host, nothing is quoted: its words may hold the link. */
const elsewhere: Row[] = [
	...(['400', '401', '402', '409', '413', '422'] as const).map(
		(status): Row => [ELSEWHERE, [status], error(1, 0, hostSaid(status), ANOTHER_HOST)],
	),
	[ELSEWHERE, ['409, once'], error(1, 0, hostSaid('409'), ANOTHER_HOST)],
	// Another link is asked for, once.
	[ELSEWHERE, ['403', 'HTML page with 403'], error(2, 0, hostSaid('403'), ANOTHER_HOST)],
	[ELSEWHERE, ['404'], error(2, 0, hostSaid('404'), ANOTHER_HOST)],
	[
		ELSEWHERE,
		['500 with the envelope', '500 without an envelope', 'a page that repeats the request'],
		error(1, 0, hostSaid('500'), ANOTHER_HOST),
	],
	[
		ELSEWHERE,
		['10 MB of error', 'an error that repeats the request'],
		error(1, 0, hostSaid('400'), ANOTHER_HOST),
	],
	[ELSEWHERE, ENDLESS, error(24, 571, hostSaid('429'), ANOTHER_HOST)],
	[
		ELSEWHERE,
		['HTML page', '10 MB of text', '200 with an error in it'],
		error(1, 0, 'The link to the file brought something that is no ZIP', 'A proxy or a firewall'),
	],
	[ELSEWHERE, ['empty body'], error(1, 0, 'The link to the file brought nothing', 'no content')],
	[
		ELSEWHERE,
		['truncated JSON', '10 MB of data'],
		error(4, 7, 'The file came without its end', 'cut it off'),
	],
	...(['302', '307'] as const).map(
		(status): Row => [
			ELSEWHERE,
			[`${status} to another host`],
			error(
				1,
				0,
				`The link to the file answered with a redirect (${status})`,
				'Redirects are not followed',
			),
		],
	),
];

/** The vendor's words, and the hint of each; none is sent again by itself. */
const refusals: Row[] = (
	[
		['400', 'Bad request', 'could not read', 'Check the filters of this node:', 'what Qualys says'],
		['402', 'No licence', '{operation} needs this license', LOOK_UP, LOOK_UP],
		['403', 'Forbidden', 'The role of the API key', 'lacks API access', 'any role of that module'],
		['404', 'Not found', 'does not know', 'version 2 of the search', LOOK_UP],
		['413', 'Too large', 'Use fewer values', 'Shorten the query', LOOK_UP],
		['422', 'Not processable', 'Check the values', LOOK_UP, LOOK_UP],
	] as const
).flatMap(([status, words, stream, jobs, looks]): Row[] => {
	const said = `{vendor} refused {operation}: ${words}`;
	return [
		[STREAM, [status], error(1, 0, said, stream)],
		[NEW_JOBS, [status], known(error(1, 0, said, jobs))],
		[OPEN_JOBS, [status], known(error(1, 0, said, looks))],
	];
});

const stream: Row[] = [
	[STREAM, ['401'], error(1, 0, NOT_AUTHORIZED, 'Security Level', 'clock')],
	[STREAM, ['409', '409, once'], error(1, 0, CONFLICT, LOOK_UP)],
	[STREAM, ['500 with the envelope'], error(1, 0, INTERNAL, 'repeating it rarely helps')],
	[STREAM, ['500 without an envelope'], error(1, 0, NO_REASON, NOT_TENANT)],
	...(['302', '307'] as const).map(
		(status): Row => [
			STREAM,
			[`${status} to another host`],
			error(1, 0, redirected(status), 'Check the Tenant URL'),
		],
	),
	[STREAM, ENDLESS, error(24, 571, TOO_MANY, '10 requests a second')],
	[STREAM, ['HTML page'], error(1, 0, `${AS_TEXT}Sign in to continue`, NOT_TENANT)],
	[STREAM, ['empty body'], error(1, 0, 'Cortex answered with nothing', NOT_TENANT)],
	[STREAM, ['truncated JSON'], error(1, 0, `${AS_TEXT}{`, NOT_TENANT)],
	[STREAM, ['10 MB of text'], error(1, 0, `${AS_TEXT}${LOREM}`, NOT_TENANT)],
	[STREAM, ['10 MB of data'], error(1, 0, 'a stream whose line 2 is no row', NOTHING_CONCLUDED)],
	[STREAM, ['HTML page with 403'], error(1, 0, PORTAL, 'The role of the API key', OTHERS)],
	[STREAM, ['200 with an error in it'], error(1, 0, FAILED, LOOK_UP)],
	[STREAM, ['10 MB of error'], error(1, 0, `{vendor} refused {operation}: ${LOREM}`)],
	[STREAM, ['an error that repeats the request'], error(1, 0, REPEATED, '[hidden]')],
	[STREAM, ['a page that repeats the request'], error(1, 0, PAGE, NOT_TENANT)],
];

const NO_LIST = {
	jobs: 'Qualys answered Search Script Jobs without a list of jobs',
	looks: 'Qualys answered {operation} without a list of asset jobs',
};

/** A poll gives up sooner than a node that somebody waits for: the next one makes good for it. */
const SOON = [5, 15] as const;

const noAnswer = (fault: FaultName, words: string): Row[] => [
	[NEW_JOBS, [fault], known(error(1, 0, `${NO_LIST.jobs}${words}`, NOTHING_CONCLUDED))],
	[OPEN_JOBS, [fault], known(error(1, 0, `${NO_LIST.looks}${words}`, NOTHING_CONCLUDED))],
];

const trigger: Row[] = [
	// The token is renewed once.
	[TRIGGER, ['401'], { ...error(2, 0, NOT_AUTHORIZED, 'The token is not'), logins: 1 }],
	[TRIGGER, ['500 with the envelope'], known(error(1, 0, INTERNAL, 'Try again later'))],
	[TRIGGER, ['500 without an envelope'], known(error(1, 0, NO_REASON, NOT_GATEWAY))],
	[NEW_JOBS, ENDLESS, known(error(...SOON, TOO_MANY, 'Run the workflow less often.'))],
	[NEW_JOBS, ['409'], known(error(...SOON, CONFLICT, 'Run the workflow less often.'))],
	[OPEN_JOBS, ENDLESS, known(error(...SOON, TOO_MANY, 'poll less often'))],
	[OPEN_JOBS, ['409'], known(error(...SOON, CONFLICT, 'poll less often'))],
	[NEW_JOBS, ['409, once'], known(same(3, 1))],
	[OPEN_JOBS, ['409, once'], known(same(2, 1))],
	...noAnswer('HTML page', ': Sign in to continue'),
	...noAnswer('empty body', ''),
	...noAnswer('truncated JSON', ': {'),
	...noAnswer('10 MB of text', `: ${LOREM}`),
	[NEW_JOBS, ['HTML page with 403'], known(error(1, 0, PORTAL, 'lacks API access', OTHERS))],
	[OPEN_JOBS, ['HTML page with 403'], known(error(1, 0, PORTAL, 'any role of that module'))],
	[TRIGGER, ['200 with an error in it'], known(error(1, 0, FAILED, LOOK_UP))],
	// An answer without jobs: nothing is new, and a job without assets has not ended.
	[TRIGGER, ['10 MB of data'], known(items())],
	[TRIGGER, ['10 MB of error'], known(error(1, 0, `{vendor} refused {operation}: ${LOREM}`))],
	...(['302', '307'] as const).map((status): Row => {
		const said = redirected(status);
		return [TRIGGER, [`${status} to another host`], known(error(1, 0, said, 'Check the Platform'))];
	}),
	[TRIGGER, ['an error that repeats the request'], known(error(1, 0, REPEATED, '[hidden]'))],
	[TRIGGER, ['a page that repeats the request'], known(error(1, 0, PAGE, 'Bearer [hidden]'))],
];

const braked: Row[] = (Object.keys(brakes) as Array<keyof typeof brakes>).flatMap(
	(fault): Row[] => [
		[[...ELSEWHERE, ...STREAM], [fault], same(2, brakes[fault])],
		[NEW_JOBS, [fault], known(same(3, brakes[fault]))],
		[OPEN_JOBS, [fault], known(same(2, brakes[fault]))],
	],
);

export const furtherFaultRows: Row[] = [
	...connections,
	...outages,
	...elsewhere,
	...refusals,
	...stream,
	...trigger,
	...braked,
];

const NO_ZIP = 'The link to the file brought something that is no ZIP';
const REFUSED_CODE = 'Qualys refused {operation}: error ';

export const furtherFieldRows: FieldRow[] = [
	[ELSEWHERE, [WHOLE], ['missing'], error(1, 0, 'The link to the file brought nothing')],
	[ELSEWHERE, [WHOLE], but('missing'), error(1, 0, NO_ZIP, 'A proxy or a firewall')],

	[STREAM, [WHOLE], ['missing'], error(1, 0, 'Cortex answered with nothing', NOT_TENANT)],
	[STREAM, [WHOLE], but('missing', 'object'), error(1, 0, AS_TEXT, NOT_TENANT)],
	[STREAM, [WHOLE], ['object'], error(1, 0, 'but its stream gave only 1', 'Some are missing')],

	[NEW_JOBS, [WHOLE, 'body'], wrongs, known(error(1, 0, NO_LIST.jobs, NOTHING_CONCLUDED))],
	[NEW_JOBS, ['body.totalCount'], wrongs, known(items())],
	[NEW_JOBS, ['body.list'], but('list'), known(error(1, 0, NO_LIST.jobs, NOTHING_CONCLUDED))],
	[
		NEW_JOBS,
		['body.list'],
		['list'],
		known(error(1, 0, 'something that is no job', NOTHING_CONCLUDED)),
	],

	[OPEN_JOBS, [WHOLE, 'body'], wrongs, known(error(1, 0, NO_LIST.looks, NOTHING_CONCLUDED))],
	[OPEN_JOBS, ['errorCode'], ['missing', 'null'], known(items())],
	...(
		[
			['text', 'x'],
			['number', '-1.5'],
			['list', '["x"]'],
			['object', '{"a":1}'],
		] as const
	).map(
		([kind, shown]): FieldRow => [
			OPEN_JOBS,
			['errorCode'],
			[kind],
			known(error(1, 0, `${REFUSED_CODE}${shown}`, LOOK_UP)),
		],
	),
	[OPEN_JOBS, ['message', 'body.totalCount'], wrongs, known(items())],
	[OPEN_JOBS, ['body.list'], but('list'), known(error(1, 0, NO_LIST.looks, NOTHING_CONCLUDED))],
	[
		OPEN_JOBS,
		['body.list'],
		['list'],
		known(error(1, 0, 'something that is no asset job', NOTHING_CONCLUDED)),
	],
];
