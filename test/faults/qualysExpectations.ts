import { WHOLE } from '../support/fields';
import {
	brakes,
	BROKEN,
	BUSY,
	but,
	CONFLICT,
	ended,
	ENDLESS,
	error,
	FAILED,
	INTERNAL,
	items,
	LATE,
	LOOK_UP,
	LOREM,
	missed,
	NO_REASON,
	NOT_AUTHORIZED,
	NOT_GATEWAY,
	NOTHING_CONCLUDED,
	OTHERS,
	outlasted,
	PACKED,
	PAGE,
	PORTAL,
	redirected,
	REPEATED,
	same,
	timedOut,
	TOO_MANY,
	UNKNOWN,
	type Expected,
	type FieldRow,
	type Row,
} from './expectations';
import { ONE_RESET, RESETS, wrongs, type FaultName } from './faults';
import { behavingAs, type SubjectName } from './subjects';

/* The same for the nodes around script jobs of Qualys. */

const ASSETS = behavingAs('assetJobs');
const EXECUTE = behavingAs('execute');
const WAIT = behavingAs('pollScriptJob');
const PARKED: SubjectName[] = ['Parked wait: script job'];

/** Seconds until the job of an execution is found: two looks, and one more. */
const FOUND_AFTER = 8;

/** Seconds in which a job is looked for that is not there. */
const LOOKED_FOR = 60;

/** What may heal. */
const passing = (faults: FaultName[], words: string, hint: string): Row[] => [
	[ASSETS, faults, error(4, 7, words, hint)],
	[EXECUTE, faults, error(1, 0, words, hint, UNKNOWN)],
	[WAIT, faults, outlasted(words, hint)],
];

const healed = (faults: FaultName[], words: string, hint: string): Row[] => [
	[ASSETS, faults, same(2, 1)],
	[EXECUTE, faults, error(1, 0, words, hint, UNKNOWN)],
	// A poll that fails does not count as a look.
	[WAIT, faults, same(3, 25)],
];

const REFUSED = 'The host refused the connection';

const connections: Row[] = [
	[ASSETS, ['connection refused'], { ...error(0, 7, REFUSED, 'Check network'), logins: 0 }],
	[EXECUTE, ['connection refused'], { ...error(0, 0, REFUSED, 'Check network'), logins: 0 }],
	[
		WAIT,
		['connection refused'],
		{ ...outlasted(REFUSED, 'Check network'), requests: 0, logins: 0 },
	],
	...passing(RESETS, BROKEN, 'ended the connection'),
	...healed(ONE_RESET, BROKEN, 'ended the connection'),
	...passing(['gzip garbage'], PACKED, 'A proxy'),
	...healed(['gzip garbage, once'], PACKED, 'A proxy'),
	[ASSETS, ['30 seconds of silence'], same(1, 30)],
	// Meanwhile, its job has shown up.
	[EXECUTE, ['30 seconds of silence'], same(1, 35)],
	[WAIT, ['30 seconds of silence'], same(2, 40)],
	...passing(['silence without end'], LATE, BUSY),
	[ASSETS, ['a byte every 5 seconds'], error(4, 247, LATE, BUSY)],
	[ASSETS, ['a byte every 5 seconds, once'], same(2, 61)],
	[
		EXECUTE,
		['a byte every 5 seconds', 'a byte every 5 seconds, once'],
		error(1, 60, LATE, BUSY, UNKNOWN),
	],
	[WAIT, ['a byte every 5 seconds'], { ...outlasted(LATE, BUSY), requests: 5, seconds: 307 }],
	// The minute is over with the first answer, and one more look is not two.
	[WAIT, ['a byte every 5 seconds, once'], { ...timedOut(), requests: 2, seconds: 60 }],
	...(
		[
			['502', ' (Bad Gateway)'],
			['503', ' (Service Unavailable)'],
			['504', ' and no reason'],
		] as const
	).flatMap(([status, words]) => {
		const said = `{vendor} answered {operation} with status ${status}${words}`;
		const hint = 'not available at the moment. Try again later.';
		return [...passing([status], said, hint), ...healed([`${status}, once`], said, hint)];
	}),
];

const ROLES = 'one of the roles Manager, Operations or Library Script Importer';

/** Refusals with the vendor's words: what is said about it for each, and whether a poll ends at once. */
const refusals: Row[] = (
	[
		['400', 'Bad request', 'what Qualys says of the request', 'Nothing was started', ended],
		['402', 'No licence', LOOK_UP, LOOK_UP, missed],
		['403', 'Forbidden', 'any role of that module', ROLES, ended],
		['404', 'Not found', LOOK_UP, 'Check Script ID', missed],
		['413', 'Too large', LOOK_UP, LOOK_UP, missed],
		['422', 'Not processable', LOOK_UP, LOOK_UP, missed],
	] as const
).flatMap(([status, words, hint, started, poll]): Row[] => {
	const said = `{vendor} refused {operation}: ${words}`;
	return [
		[ASSETS, [status], error(1, 0, said, hint)],
		[EXECUTE, [status], error(1, 0, said, started)],
		[WAIT, [status], poll(said, hint)],
	];
});

const statuses: Row[] = [
	// The token is renewed once.
	[
		[...ASSETS, ...EXECUTE],
		['401'],
		{ ...error(2, 0, NOT_AUTHORIZED, 'The token is not'), logins: 2 },
	],
	[WAIT, ['401'], { ...ended(NOT_AUTHORIZED, 'The token is not'), requests: 2, logins: 2 }],
	[ASSETS, ['500 with the envelope'], error(1, 0, INTERNAL, 'Try again later')],
	[EXECUTE, ['500 with the envelope'], error(1, 0, INTERNAL, 'Try again later', UNKNOWN)],
	[WAIT, ['500 with the envelope'], timedOut(INTERNAL, 'Try again later')],
	[ASSETS, ['500 without an envelope'], error(1, 0, NO_REASON, NOT_GATEWAY)],
	[EXECUTE, ['500 without an envelope'], error(1, 0, NO_REASON, NOT_GATEWAY, UNKNOWN)],
	[WAIT, ['500 without an envelope'], timedOut(NO_REASON, NOT_GATEWAY)],
];

const throttling: Row[] = (
	[
		[ENDLESS, TOO_MANY],
		[['409'], CONFLICT],
	] as const
).flatMap(([faults, words]): Row[] => [
	[ASSETS, [...faults], error(24, 571, words, 'poll less often')],
	[EXECUTE, [...faults], error(24, 571, words, 'only 1,000 executions a day')],
	[
		WAIT,
		[...faults],
		{ ...timedOut(words.replace(/\.$/, ''), 'poll less often'), requests: 15, seconds: 70 },
	],
]);

const once: Row[] = (
	[...Object.entries(brakes), ['409, once', 1]] as Array<[FaultName, number]>
).flatMap(([fault, seconds]): Row[] => [
	[ASSETS, [fault], same(2, seconds)],
	[EXECUTE, [fault], same(2, seconds + FOUND_AFTER)],
	[WAIT, [fault], same(3, seconds + 10)],
]);

const NO_LIST = 'Qualys answered {operation} without a list of asset jobs';
const NO_UUID = 'Qualys answered {operation} without a correlationUuid';

/** A 200 that holds no answer. */
const noAnswer = (fault: FaultName, words: string): Row[] => [
	[ASSETS, [fault], error(1, 0, `${NO_LIST}${words}`, NOTHING_CONCLUDED)],
	[EXECUTE, [fault], error(1, 0, `${NO_UUID}${words}`, NOTHING_CONCLUDED, UNKNOWN)],
	[WAIT, [fault], missed(`${NO_LIST}${words}`, NOTHING_CONCLUDED)],
];

const contents: Row[] = [
	...noAnswer('HTML page', ': Sign in to continue'),
	...noAnswer('empty body', ''),
	...noAnswer('truncated JSON', ': {'),
	...noAnswer('10 MB of text', `: ${LOREM}`),
	[ASSETS, ['HTML page with 403'], error(1, 0, PORTAL, 'any role of that module', OTHERS)],
	[EXECUTE, ['HTML page with 403'], error(1, 0, PORTAL, ROLES, OTHERS)],
	[WAIT, ['HTML page with 403'], ended(PORTAL, 'any role of that module')],
	[[...ASSETS, ...EXECUTE], ['200 with an error in it'], error(1, 0, FAILED, LOOK_UP)],
	[WAIT, ['200 with an error in it'], missed(FAILED, LOOK_UP)],
	[ASSETS, ['10 MB of data'], items({})],
	// Nobody finds the job of a UUID that was made up.
	[EXECUTE, ['10 MB of data'], { ...items({ job_id: null, job_ids: [] }), seconds: LOOKED_FOR }],
	[WAIT, ['10 MB of data'], { ...items({}), requests: 2, seconds: 10 }],
	[
		[...ASSETS, ...EXECUTE],
		['10 MB of error'],
		error(1, 0, `{vendor} refused {operation}: ${LOREM}`),
	],
	[WAIT, ['10 MB of error'], ended(`{vendor} refused {operation}: ${LOREM}`)],
	...(['302', '307'] as const).flatMap((status): Row[] => {
		const fault = `${status} to another host` as const;
		const said = redirected(status);
		return [
			[[...ASSETS, ...EXECUTE], [fault], error(1, 0, said, 'Check the Platform')],
			[WAIT, [fault], missed(said, 'Check the Platform')],
		];
	}),
	[
		[...ASSETS, ...EXECUTE],
		['an error that repeats the request'],
		error(1, 0, REPEATED, '[hidden]'),
	],
	[WAIT, ['an error that repeats the request'], ended(REPEATED, '[hidden]')],
	[ASSETS, ['a page that repeats the request'], error(1, 0, PAGE, 'Bearer [hidden]')],
	[EXECUTE, ['a page that repeats the request'], error(1, 0, PAGE, 'Bearer [hidden]', UNKNOWN)],
	[WAIT, ['a page that repeats the request'], timedOut(PAGE, NOT_GATEWAY)],
];

const faults: Row[] = [
	...connections,
	...refusals,
	...statuses,
	...throttling,
	...once,
	...contents,
];

const RECORD = 'body.list[]';
const NO_RECORD = 'Qualys answered {operation} with something that is no asset job';
const REFUSED_CODE = 'Qualys refused {operation}: error ';

/** An asset job that ended well, which a wait takes for a success. */
const well = { ...items({}), requests: 2, seconds: 10 };
/** One that ended, and nobody knows how. */
const badly = (...says: string[]): Expected => ({
	...error(2, 10, ...says),
	outcome: 'failed',
});

const fields: FieldRow[] = [
	[ASSETS, [WHOLE], wrongs, error(1, 0, NO_LIST, NOTHING_CONCLUDED)],
	[WAIT, [WHOLE], wrongs, missed(NO_LIST, NOTHING_CONCLUDED)],
	[ASSETS, ['errorCode'], ['missing', 'null'], items({})],
	[WAIT, ['errorCode'], ['missing', 'null'], well],
	...(
		[
			['text', 'x'],
			['number', '-1.5'],
			['list', '["x"]'],
			['object', '{"a":1}'],
		] as const
	).flatMap(([kind, shown]): FieldRow[] => [
		[ASSETS, ['errorCode'], [kind], error(1, 0, `${REFUSED_CODE}${shown}`, LOOK_UP)],
		[WAIT, ['errorCode'], [kind], missed(`${REFUSED_CODE}${shown}`, LOOK_UP)],
	]),
	[ASSETS, ['message'], wrongs, items({})],
	[WAIT, ['message'], wrongs, well],
	// Without a count, a short page is not the last one, and here the next one is the same.
	[ASSETS, ['body.totalCount'], wrongs, error(2, 0, 'the same page of asset jobs again')],
	[
		WAIT,
		['body.totalCount'],
		wrongs,
		{ ...missed('the same page of asset jobs again'), requests: 6 },
	],
	[ASSETS, ['body'], wrongs, error(1, 0, NO_LIST, NOTHING_CONCLUDED)],
	[WAIT, ['body'], wrongs, missed(NO_LIST, NOTHING_CONCLUDED)],
	[ASSETS, ['body.list'], but('list'), error(1, 0, NO_LIST, NOTHING_CONCLUDED)],
	[WAIT, ['body.list'], but('list'), missed(NO_LIST, NOTHING_CONCLUDED)],
	[ASSETS, ['body.list'], ['list'], error(1, 0, NO_RECORD, NOTHING_CONCLUDED)],
	[WAIT, ['body.list'], ['list'], missed(NO_RECORD, NOTHING_CONCLUDED)],
	// It counts one asset, and names none.
	[ASSETS, [RECORD], ['missing'], error(1, 0, 'Qualys counted 1 asset job, but gave none')],
	[WAIT, [RECORD], ['missing'], missed('Qualys counted 1 asset job, but gave none')],
	[ASSETS, [RECORD], ['object'], items({ state: 'pending', succeeded: null })],
	[WAIT, [RECORD], ['object'], timedOut()],
	[ASSETS, [RECORD], but('missing', 'object'), error(1, 0, NO_RECORD, NOTHING_CONCLUDED)],
	[WAIT, [RECORD], but('missing', 'object'), missed(NO_RECORD, NOTHING_CONCLUDED)],
	// Without a word, a code decides; where there is none, it has ended all the same.
	[
		ASSETS,
		[`${RECORD}.output`],
		wrongs,
		items({ state: 'finished', succeeded: false, exit_code: null, exit_text: null }),
	],
	[WAIT, [`${RECORD}.output`], wrongs, badly('it ended, and Qualys does not say how')],
	[
		ASSETS,
		[`${RECORD}.output.code`],
		but('number'),
		items({ state: 'finished', succeeded: false, exit_code: null }),
	],
	[WAIT, [`${RECORD}.output.code`], but('number'), badly('Qualys does not say how')],
	[
		ASSETS,
		[`${RECORD}.output.code`],
		['number'],
		items({ state: 'finished', succeeded: false, exit_code: -1.5 }),
	],
	[WAIT, [`${RECORD}.output.code`], ['number'], badly('exit code -1.5, SUCCESS')],
	[ASSETS, [`${RECORD}.output.text`], but('text'), items({ succeeded: true, exit_text: null })],
	[ASSETS, [`${RECORD}.output.text`], ['text'], items({ succeeded: true, exit_text: 'x' })],
	[WAIT, [`${RECORD}.output.text`], wrongs, well],
	...['customerUuid', 'enddate', 'test', 'isTest', 'created', 'created.dateTime'].flatMap(
		(name): FieldRow[] => [
			[ASSETS, [`${RECORD}.${name}`], wrongs, items({ state: 'finished', succeeded: true })],
			[WAIT, [`${RECORD}.${name}`], wrongs, well],
		],
	),
	[ASSETS, [`${RECORD}.scriptResult`], but('text'), items({ script_output: null })],
	// One letter is no base64 of anything.
	[ASSETS, [`${RECORD}.scriptResult`], ['text'], items({ succeeded: true })],
	[WAIT, [`${RECORD}.scriptResult`], wrongs, well],

	[EXECUTE, [WHOLE], but('object'), error(1, 0, NO_UUID, NOTHING_CONCLUDED, UNKNOWN)],
	[
		EXECUTE,
		[WHOLE],
		['object'],
		error(1, 0, 'Qualys accepted Execute Script, but its answer holds no correlationUuid', UNKNOWN),
	],
	[
		EXECUTE,
		['body'],
		wrongs,
		error(1, 0, 'Qualys accepted Execute Script, but its answer holds no correlationUuid', UNKNOWN),
	],
	[
		EXECUTE,
		['body.correlationUuid'],
		but('text'),
		error(1, 0, 'Qualys accepted Execute Script, but its answer holds no correlationUuid', UNKNOWN),
	],
	[
		EXECUTE,
		['body.correlationUuid'],
		['text'],
		{ ...items({ correlation_uuid: 'x', job_id: null }), seconds: LOOKED_FOR },
	],
];

/**
 * Requests and seconds of a wait in memory, and what they are for the same wait parked, which asks at 0, 65, 130 and 235
 * seconds after the fault began. It has seen its one asset before, so that an end is believed at once; and at the deadline
 * assets that nobody has told of are asked for once more.
 */
const WHEN_PARKED: Readonly<Record<string, readonly [requests: number, seconds: number]>> = {
	'2 in 10 s': [1, 0],
	'3 in 25 s': [3, 130],
	'6 in 25 s': [6, 130],
	'5 in 60 s': [5, 235],
	'8 in 67 s': [11, 249],
	'0 in 67 s': [0, 249],
	'15 in 70 s': [20, 265],
	'2 in 40 s': [2, 95],
	'5 in 307 s': [10, 744],
};

/** Of what is waited out in a poll, the next one comes 65 seconds later instead of 10. */
const LATER_SECONDS = 55;

function parked(expected: Expected): Expected {
	const { requests, seconds, says, logins = 1 } = expected;
	const known = WHEN_PARKED[`${requests} in ${seconds} s`];
	const waited = requests === 3 ? [requests, seconds + LATER_SECONDS] : [requests, seconds];
	const [later, long] = known ?? waited;
	// Assets that go on are known, and not asked for again.
	const again = requests === 5 && seconds === 60 && says.length === 0 ? 1 : 0;
	// The token is there already.
	return { ...expected, requests: later - again, seconds: long, logins: Math.max(logins - 1, 0) };
}

/** Those of a wait, once more for one that is parked. */
const withParked = <R extends Row | FieldRow>(rows: R[]): R[] =>
	rows.flatMap((row) => {
		const [names, ...rest] = row;
		if (!WAIT.some((name) => names.includes(name))) return [row];
		const more = [...rest.slice(0, -1), parked(rest[rest.length - 1] as Expected)];
		return [row, [PARKED, ...more] as unknown as R];
	});

/** One that is parked has five minutes, which is enough for two more looks. */
const slow: FaultName = 'a byte every 5 seconds, once';

export const qualysFaultRows: Row[] = [
	...withParked(faults).filter(([names, of]) => names !== PARKED || !of.includes(slow)),
	[PARKED, [slow], { ...same(3, 235), logins: 0 }],
];
export const qualysFieldRows = withParked(fields);
