/* How the load tests judge what they have seen. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
	judge,
	judgeStarts,
	REFUSED,
	type Evidence,
	type Judgement,
} from '../../load/judgement.mts';
import { byAge, growth, wholeLives, type Sample } from '../../load/memory.mts';
import { mostRefused } from '../../load/mix.mts';
import { ASSET_JOBS, pollsIn } from '../../load/polls.mts';
import { describePower, power } from '../../load/power.mts';
import type { Run } from '../../load/runs.mts';
import type { RequestEntry } from '../../simulator/requestLog.ts';
import { formsOf, tracesOf } from '../support/secrets.ts';

const KILLED = 600_000;
const KILL_WORDS =
	'This execution failed to be processed too many times and will no longer retry. To allow this execution to complete, …';
const BROKEN = `${REFUSED}The connection broke before the answer was complete`;

const evidence: Evidence = {
	truth: new Map([
		['run-0', /^succeeded$/],
		['run-1', /^(1[5-9]|20) of 20$/],
	]),
	mostRefused: { scan: 1 },
	kills: [{ at: KILLED, parked: new Set(['2']), begun: new Set(['1', '2']) }],
};

const run = (more: Partial<Run> = {}): Run => ({
	key: 'run-0',
	kind: 'scan',
	execution: '1',
	startedAt: KILLED - 60_000,
	reports: [],
	...more,
});
const cutOff = (words: string, at: number, more: Partial<Run> = {}) =>
	run({ failure: { words, at }, ...more });

/** Names of the lists that blame a run. */
function blamed(runs: Run[]): string[] {
	const { lost, doubled, wrong, brokenOff } = judge(runs, evidence);
	const lists = { lost, doubled, wrong, brokenOff };
	return Object.entries(lists).flatMap(([name, list]) => (list.length > 0 ? [name] : []));
}

describe('a soak judges its runs', () => {
	const good: Array<[string, Run, Partial<Judgement>]> = [
		['the truth', run({ reports: ['succeeded'] }), { told: 1, good: { scan: 1 } }],
		[
			'most statuses',
			run({ key: 'run-1', kind: 'status', reports: ['15 of 20'] }),
			{ good: { status: 1 } },
		],
		['a fault that can have hit it', run({ reports: [BROKEN] }), { refused: 1, good: {} }],
		[
			'a status without a body',
			run({
				reports: [`${REFUSED}Cortex answered Scan Endpoints with status 503 and no reason`],
			}),
			{ refused: 1 },
		],
		[
			'the end of its worker',
			cutOff(KILL_WORDS, KILLED + 60_000),
			{ cutOff: 1, cutOffByKind: { scan: 1 }, told: 0 },
		],
		[
			'the truth before its worker ended',
			cutOff(KILL_WORDS, KILLED + 60_000, { reports: ['succeeded'] }),
			{ cutOff: 0, told: 1 },
		],
	];
	for (const [what, one, expected] of good) {
		test(`${what} is fine`, () => {
			assert.deepEqual(blamed([one]), []);
			const judged = judge([one], evidence);
			for (const [name, value] of Object.entries(expected)) {
				assert.deepEqual(judged[name as keyof Judgement], value, name);
			}
		});
	}

	const bad: Array<[string, Run[], string[]]> = [
		['nothing at all', [run()], ['lost']],
		['two ends', [run({ reports: ['succeeded', 'succeeded'] })], ['doubled']],
		['another end', [run({ reports: ['failed'] })], ['wrong']],
		['an end of what has never begun', [run({ key: 'run-9', reports: ['succeeded'] })], ['wrong']],
		[
			'none of the statuses',
			[run({ key: 'run-1', kind: 'status', reports: ['0 of 20'] })],
			['wrong'],
		],
		[
			'statuses of too few',
			[run({ key: 'run-1', kind: 'status', reports: ['15 of 15'] })],
			['wrong'],
		],
		[
			'a refusal that no fault explains',
			[run({ reports: [`${REFUSED}Cannot read properties of undefined`] })],
			['wrong'],
		],
		[
			'refusals, more than faults',
			[run({ reports: [BROKEN] }), run({ reports: [BROKEN] })],
			['wrong'],
		],
		[
			'a refusal of what repeats its requests',
			[run({ kind: 'status', key: 'run-1', reports: [BROKEN] })],
			['wrong'],
		],
		[
			'an end by n8n in other words',
			[cutOff("Cannot read properties of undefined (reading 'json')", KILLED + 60_000)],
			['brokenOff'],
		],
		[
			'the end of its worker, told by a run whose wait was parked',
			[run({ kind: 'action', reports: [`${REFUSED}${KILL_WORDS}`], reportedAt: KILLED + 60_000 })],
			['wrong'],
		],
		[
			'the end of its worker where the wait was parked',
			[cutOff(KILL_WORDS, KILLED + 60_000, { execution: '2' })],
			['brokenOff'],
		],
		[
			'the end of its worker where that had not begun it',
			[cutOff(KILL_WORDS, KILLED + 60_000, { execution: '3' })],
			['brokenOff'],
		],
		['an end by n8n before any kill', [cutOff(KILL_WORDS, KILLED - 1)], ['brokenOff']],
		['an end by n8n long after the kill', [cutOff(KILL_WORDS, KILLED + 600_000)], ['brokenOff']],
		[
			'an end by n8n of what began after the kill',
			[cutOff(KILL_WORDS, KILLED + 60_000, { startedAt: KILLED + 1 })],
			['brokenOff'],
		],
	];
	for (const [what, runs, lists] of bad) {
		test(`${what} is not`, () => assert.deepEqual(blamed(runs), lists));
	}
});

describe('a soak judges what was started', () => {
	const scan = { kind: 'scan', about: 'endpoint-1' };
	const run = { kind: 'run', about: 'endpoint-1' };

	test('once, and by nobody twice', () => {
		assert.deepEqual(judgeStarts([scan, run], [run, scan]), {
			works: { run: 1, scan: 1 },
			startedTwice: [],
			unasked: [],
		});
	});

	test('not at all, where the request was refused', () => {
		assert.deepEqual(judgeStarts([scan], []), { works: {}, startedTwice: [], unasked: [] });
	});

	test('twice is doubled', () => {
		const { startedTwice, unasked } = judgeStarts([scan], [scan, scan]);
		assert.deepEqual([startedTwice, unasked], [['scan endpoint-1'], []]);
	});

	test('on what another kind of run was asked for, or nobody, is unasked', () => {
		const other = { kind: 'scan', about: 'endpoint-2' };
		assert.deepEqual(judgeStarts([scan], [scan, other, run]).unasked, [
			'scan endpoint-2',
			'run endpoint-1',
		]);
	});
});

describe('a soak knows what faults can have ended', () => {
	const XDR = '/public_api/v1';
	const IMPORTS = '/public_api/vulnerability-management/v1/external-scans/assets';
	const met = (path: string, fault: RequestEntry['fault'], status = 0): RequestEntry => ({
		at: 0,
		method: 'POST',
		path,
		status,
		fault,
	});
	const cases: Array<[string, RequestEntry, Record<string, number>]> = [
		['a start that broke', met(`${XDR}/endpoints/isolate`, 'break'), { isolate: 1 }],
		['a start that failed', met(`${XDR}/xql/start_xql_query`, 'status', 503), { query: 1 }],
		['a submission', met(IMPORTS, 'status', 500), { submit: 1 }],
		['an execution', met('/sm/v1/scripts/276000/execute', 'status', 502), { execute: 1 }],
		['a start that waits', met(`${XDR}/endpoints/scan/`, 'status', 429), {}],
		['a start that is late', met(`${XDR}/scripts/run_script`, 'delay', 200), {}],
		['a read before a start', met(`${XDR}/scripts/get_script_metadata`, 'status', 500), { run: 1 }],
		['a read that is repeated', met(`${XDR}/endpoints/get_endpoint`, 'status', 503), {}],
		['a poll', met(`${IMPORTS}/jobs/1`, 'status', 500), {}],
		['a login', met('/auth', 'status', 500), { execute: 1, search: 1 }],
	];
	for (const [what, entry, expected] of cases) {
		test(what, () => {
			const some = Object.entries(mostRefused([entry])).filter(([, count]) => count > 0);
			assert.deepEqual(Object.fromEntries(some), expected);
		});
	}
});

describe('polls of the trigger', () => {
	const request = (at: number, path = '/sm/v2/jobs/search') => ({ at, path });
	const lengths = (entries: Array<ReturnType<typeof request>>) =>
		pollsIn(entries, 3).map(({ length }) => length);

	test('begin with a search after a look, or after a pause', () => {
		const look = (at: number) => request(at, ASSET_JOBS);
		assert.deepEqual(lengths([]), []);
		assert.deepEqual(lengths([request(0), request(100), look(200), look(300)]), [4]);
		assert.deepEqual(lengths([request(0), look(100), request(200), look(300)]), [2, 2]);
		assert.deepEqual(lengths([request(0), request(100), request(3_000), look(3_100)]), [2, 2]);
	});

	test('are not what else is asked', () => {
		assert.deepEqual(lengths([request(0, '/auth'), request(100), request(200, '/slack/webhook')]), [
			1,
		]);
	});
});

describe('memory', () => {
	const samples = (held: (at: number) => number): Sample[] =>
		Array.from({ length: 30 }, (_, at) => ({ at, megabytes: { one: held(at) } }));

	test('of a process that lives all the time: its last third by its first', () => {
		assert.equal(
			growth(
				samples(() => 5),
				'one',
			),
			1,
		);
		assert.equal(
			growth(
				samples((at) => (at < 10 ? 4 : at < 20 ? 50 : 8)),
				'one',
			),
			2,
		);
	});

	test('of processes that follow one another: at the same age', () => {
		const lives = wholeLives([5, 15, 25]);
		assert.deepEqual(lives, [
			{ from: 5, to: 15 },
			{ from: 15, to: 25 },
		]);
		// Each fills up, and the second no more than the first.
		const filling = samples((at) => ((at + 5) % 10) * 10);
		for (const life of lives) assert.deepEqual(byAge(filling, 'one', life, 2), [20, 70]);
	});
});

describe('growth', () => {
	const of = (value: (size: number) => number) =>
		power([250, 500, 1_000].map((size) => [size, value(size)]));

	test('is the slope through all sizes, not only the first and the last', () => {
		assert.equal(of((size) => 3 * size).toFixed(6), '1.000000');
		assert.equal(of((size) => size ** 2).toFixed(6), '2.000000');
		assert.equal(of(() => 7).toFixed(6), '0.000000');
		const bent: Array<[number, number]> = [
			[1, 1],
			[2, 2],
			[8, 4],
		];
		assert.notEqual(power(bent).toFixed(3), (Math.log(4) / Math.log(8)).toFixed(3));
	});

	test('is said in words', () => {
		assert.equal(describePower(0.98), '0.98, linear or better');
		assert.equal(describePower(1.05), '1.05, linear or better');
		assert.equal(describePower(1.3), '1.30, worse than linear');
		assert.equal(describePower(of((size) => size - 250)), '–');
		assert.equal(describePower(power([[1, 1]])), '–');
	});
});

describe('secrets', () => {
	const secret = 'Fake+Pass&100%"é"';

	test('are known in every form', () => {
		const forms = formsOf(secret);
		const texts = [
			secret,
			`?password=${encodeURIComponent(secret)}&x`,
			new URLSearchParams({ password: secret, x: '' }).toString(),
			JSON.stringify({ password: secret }),
			...['', 'u', 'us', 'user:'].flatMap((before) =>
				['base64', 'base64url'].map((code) =>
					Buffer.from(`${before}${secret} and more`).toString(code as BufferEncoding),
				),
			),
		];
		for (const text of texts) {
			assert.ok(
				forms.some((form) => text.includes(form)),
				text,
			);
		}
		assert.ok(!forms.some((form) => 'Fake Pass 100'.includes(form)));
	});

	test('that are long are known by any part of them', () => {
		const key = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789abcd';
		const traces = tracesOf([key]);
		assert.ok(traces.some((trace) => key.slice(0, 40).includes(trace)));
		assert.ok(traces.some((trace) => key.slice(-33).includes(trace)));
		assert.ok(traces.every((trace) => trace.length >= 16));
	});
});
