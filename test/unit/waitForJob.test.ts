import { clock } from '../../nodes/shared/transport/clock';
import { stateIn, stateItem } from '../../nodes/shared/wait/parked';
import fc from 'fast-check';
import {
	endedAfter,
	secondsUntilEnded,
	tooLongFor,
} from '../../nodes/shared/wait/executionTimeout';
import { crashesWith } from '../../nodes/shared/wait/supervisor';
import {
	afterPoll,
	isDue,
	MOST_MISSES,
	newState,
	running,
	startPlan,
} from '../../nodes/shared/wait/state';
import { failureText, lastKnown, summaryOf } from '../../nodes/shared/wait/sentences';
import { jobItem, type JobItem } from '../../nodes/shared/wait/items';
import { pack, unpack } from '../../nodes/shared/wait/stored';
import {
	interval,
	nextPoll,
	parkedSeconds,
	pendingAfter,
	pollsOf,
	turnOf,
	SHORTEST_PARKED_SECONDS,
} from '../../nodes/shared/wait/schedule';
import { readJob } from '../../nodes/shared/wait/settings';
import {
	NO_PROGRESS,
	type Job,
	type JobState,
	type Plan,
	type Settings,
	type State,
} from '../../nodes/shared/wait/job';
import { actionStatus, CORTEX_JOBS, importStatus } from '../../nodes/shared/cortex/jobs';
import { consequencesOf, type NoStatus } from '../../nodes/shared/transport/consequences';
import { connectionFault } from '../../nodes/shared/transport/connection';
import { OPERATIONS } from '../../nodes/shared/cortex/operations';
import { readReply } from '../../nodes/shared/cortex/reply';
import { importJob } from '../../nodes/shared/cortex/importJob';
import {
	ENDPOINT_STATUSES,
	IMPORT_JOB_STATUSES,
	meaningOf,
} from '../../nodes/shared/cortex/statuses';
import { Cancelled, Fault, InputError, type Meaning } from '../../nodes/shared/errors';

beforeAll(() => void Object.assign(clock, { chance: () => 0 }));

const settings: Settings = {
	pollInterval: 10,
	timeout: 3600,
	backoff: 'exponential',
	maxPollInterval: 300,
	waitMode: 'auto',
	finishedShare: 100,
	requiredShare: 100,
	acceptPartial: false,
	includeResults: true,
};

const rows = (...statuses: string[]) =>
	statuses.map((status, index) => ({
		action_id: '1',
		endpoint_id: `e${index}`,
		status,
		finished: meaningOf(ENDPOINT_STATUSES, status).finished,
		error: status === 'FAILED' ? 'disk full' : null,
		error_reason: null,
	}));

const standing = (statuses: string[], change: Partial<Settings> = {}) =>
	actionStatus(rows(...statuses), { ...settings, ...change });

describe('words of an endpoint', () => {
	const table: Array<[string, boolean, boolean, boolean]> = [
		// word, ended, succeeded, succeeded where partial completion is accepted
		['PENDING', false, false, false],
		['IN_PROGRESS', false, false, false],
		['PENDING_ABORT', false, false, false],
		['COMPLETED_SUCCESSFULLY', true, true, true],
		['COMPLETED_PARTIAL', true, false, true],
		['FAILED', true, false, false],
		['TIMEOUT', true, false, false],
		['EXPIRED', true, false, false],
		['ABORTED', true, false, false],
		['CANCELLED', true, false, false],
		['CANCELED', true, false, false],
		['completed_successfully', true, true, true],
		['REBOOTING', false, false, false],
		['toString', false, false, false],
		['', false, false, false],
	];

	it.each(table)('%s', (word, ended, succeeded, accepted) => {
		expect(standing([word])).toMatchObject({ ended, succeeded, word });
		expect(standing([word], { acceptPartial: true })).toMatchObject({ ended, succeeded: accepted });
	});

	it('stand in the table above, every one', () => {
		const words = table.map(([word]) => word);
		expect(words).toEqual(expect.arrayContaining(Object.keys(ENDPOINT_STATUSES)));
		const upper = words.filter((word) => /^[A-Z_]+$/.test(word) && word !== 'REBOOTING');
		expect(upper.sort()).toEqual(Object.keys(ENDPOINT_STATUSES).sort());
	});
});

describe('words of an import job', () => {
	const table: Array<[string, boolean, boolean, boolean]> = [
		['INITIATED', false, false, false],
		['PROCESSING', false, false, false],
		['COMPLETED', true, true, true],
		['COMPLETED_WITH_ERRORS', true, false, true],
		['FAILED', true, false, false],
		['SLEEPING', false, false, false],
	];

	it.each(table)('%s', (job_status, ended, succeeded, accepted) => {
		const job = importJob({ job_status, error_log: ['x'] });
		const finished = ended ? 1 : 0;
		expect(importStatus(job, settings)).toEqual({
			ended,
			succeeded,
			word: job_status,
			progress: {
				total: 1,
				finished,
				succeeded: succeeded ? 1 : 0,
				failed: ended && !succeeded ? 1 : 0,
			},
			counts: { [job_status]: 1 },
			errors: [{ text: 'x' }],
		});
		expect(importStatus(job, { ...settings, acceptPartial: true }).succeeded).toBe(accepted);
	});

	it('stand in the table above, every one', () => {
		const words = table.map(([word]) => word).filter((word) => word !== 'SLEEPING');
		expect(words.sort()).toEqual(Object.keys(IMPORT_JOB_STATUSES).sort());
	});
});

describe('shares of endpoints', () => {
	const GOOD = 'COMPLETED_SUCCESSFULLY';
	it.each<[string[], Partial<Settings>, boolean, boolean]>([
		[[], {}, false, false],
		[[], { finishedShare: 0, requiredShare: 0 }, false, false],
		[[GOOD, 'PENDING'], {}, false, false],
		[[GOOD, 'PENDING'], { finishedShare: 50 }, true, true],
		[[GOOD, 'PENDING'], { finishedShare: 51 }, false, false],
		[[GOOD, GOOD, 'FAILED'], {}, true, false],
		[[GOOD, GOOD, 'FAILED'], { requiredShare: 66 }, true, true],
		[[GOOD, GOOD, 'FAILED'], { requiredShare: 67 }, true, false],
		[['FAILED', 'PENDING', 'PENDING'], { finishedShare: 30 }, true, false],
		[['FAILED'], { requiredShare: 0 }, true, true],
	])('%j with %j: ended %s, succeeded %s', (statuses, change, ended, succeeded) => {
		expect(standing(statuses, change)).toMatchObject({ ended, succeeded });
	});

	it('count every endpoint once', () => {
		const word = fc.constantFrom(...Object.keys(ENDPOINT_STATUSES), 'REBOOTING');
		fc.assert(
			fc.property(
				fc.array(word),
				fc.integer({ min: 0, max: 100 }),
				fc.boolean(),
				(words, share, acceptPartial) => {
					const { progress, counts, ended, succeeded, errors, word } = standing(words, {
						finishedShare: share,
						acceptPartial,
					});
					expect(progress.total).toBe(words.length);
					expect(progress.succeeded + progress.failed).toBe(progress.finished);
					expect(errors).toHaveLength(progress.failed);
					expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(words.length);
					if (succeeded) expect(ended).toBe(true);
					if (words.length > 0) expect(words).toContain(word);
				},
			),
		);
	});
});

describe('the most telling word', () => {
	it.each<[string[], Partial<Settings>, string]>([
		[['COMPLETED_SUCCESSFULLY', 'ABORTED', 'FAILED'], {}, 'FAILED'],
		[['COMPLETED_PARTIAL', 'EXPIRED'], {}, 'EXPIRED'],
		[
			['COMPLETED_PARTIAL', 'COMPLETED_SUCCESSFULLY'],
			{ acceptPartial: true },
			'COMPLETED_SUCCESSFULLY',
		],
		[['COMPLETED_SUCCESSFULLY', 'FAILED'], { requiredShare: 50 }, 'COMPLETED_SUCCESSFULLY'],
		[['PENDING', 'IN_PROGRESS', 'COMPLETED_SUCCESSFULLY'], {}, 'IN_PROGRESS'],
		[['PENDING', 'REBOOTING', 'IN_PROGRESS'], {}, 'REBOOTING'],
		[['PENDING', 'PENDING_ABORT'], {}, 'PENDING_ABORT'],
		[[], {}, ''],
	])('of %j with %j is %s', (statuses, change, word) => {
		expect(standing(statuses, change).word).toBe(word);
	});
});

describe('polls that bring no status', () => {
	const envelope = { reply: { err_code: 1, err_msg: 'words' } };
	const faultOf = (run: () => unknown): Fault => {
		try {
			run();
		} catch (error) {
			return connectionFault(error);
		}
		throw new Error('It brought a result.');
	};
	const answered = (statusCode: number, body: unknown = envelope) =>
		faultOf(() =>
			importJob(
				readReply(
					{ statusCode, headers: {}, body: JSON.stringify(body) },
					OPERATIONS.getImportJob,
					0,
				),
			),
		);
	const code = (name: string) => connectionFault(Object.assign(new Error(name), { code: name }));
	const page = { statusCode: 500, headers: {}, body: '<h1>x</h1>' };
	const text = { statusCode: 200, headers: {}, body: 'x' };
	const table: Array<[string, Fault, NoStatus]> = [
		['a broken connection', code('ECONNRESET'), 'passing'],
		['a host that is not found', code('ENOTFOUND'), 'passing'],
		['429', answered(429), 'passing'],
		['502', answered(502), 'passing'],
		['503', answered(503), 'passing'],
		['504', answered(504), 'passing'],
		[
			'500 without an envelope',
			faultOf(() => readReply(page, OPERATIONS.getImportJob, 0)),
			'passing',
		],
		['501 without an envelope', answered(501, {}), 'passing'],
		['a text on 200', faultOf(() => readReply(text, OPERATIONS.getImportJob, 0)), 'passing'],
		['400', answered(400), 'refused'],
		['401', answered(401), 'refused'],
		['402', answered(402), 'refused'],
		['403', answered(403), 'refused'],
		['413', answered(413, {}), 'refused'],
		['422', answered(422, {}), 'refused'],
		['a credential that holds nothing', connectionFault(new InputError('empty')), 'refused'],
		['an execution that was stopped', connectionFault(new Cancelled('maybe')), 'refused'],
		['a redirect', answered(302, {}), 'missing'],
		['a certificate that is not trusted', code('CERT_HAS_EXPIRED'), 'missing'],
		['an error without a name', connectionFault(new Error('x')), 'missing'],
		['404', answered(404), 'missing'],
		['500 with an envelope', answered(500), 'missing'],
		['an answer of another form', answered(200, {}), 'missing'],
		['a status that nobody documented', answered(418, {}), 'missing'],
	];

	it.each(table)('%s', (_name, fault, kind) => {
		expect(consequencesOf(fault).poll).toBe(kind);
	});

	const job: Job = { type: 'importJob', id: 'a', settings };
	const at = { polls: 1, elapsed: 1, at: 5 };
	const after = (tracked: JobState, meaning: Meaning, when = at) =>
		afterPoll(tracked, { fault: new Fault('words', { hint: 'hint', meaning }) }, job, when);

	it('passing faults end nothing, however many there are', () => {
		let tracked: JobState = { misses: 0 };
		for (let round = 0; round < 100; round += 1) tracked = after(tracked, 'unavailable');
		expect(tracked).toEqual({ misses: 0, fault: 'words. hint', end: undefined });
	});

	it('a refusal ends the job at once', () => {
		expect(after({ misses: 0 }, 'forbidden').end).toEqual({
			outcome: 'failed',
			polls: 1,
			at: 5,
		});
	});

	it.each([
		['unknown', 'notFound'],
		['declined', 'failed'],
	] as const)('three misses in a row that mean %s end it as %s', (meaning, outcome) => {
		let tracked: JobState = { misses: 0 };
		for (let round = 1; round < MOST_MISSES; round += 1) {
			tracked = after(tracked, meaning);
			expect(tracked.end).toBeUndefined();
		}
		expect(after(tracked, meaning).end?.outcome).toBe(outcome);
		const between = after(tracked, 'interrupted');
		expect(after(between, meaning).end).toBeUndefined();
		const seen = afterPoll(tracked, { status: standing(['PENDING']) }, job, at);
		expect([seen.misses, seen.end, seen.fault]).toEqual([0, undefined, undefined]);
	});

	it('the first poll ends nothing for being late: the queue may have held it back', () => {
		const late = { polls: 1, elapsed: 9_999, at: 9 };
		expect(after({ misses: 0 }, 'interrupted', late).end).toBeUndefined();
		expect(
			afterPoll({ misses: 0 }, { status: standing(['PENDING']) }, job, late).end,
		).toBeUndefined();
	});

	it('404 is no verdict on an action: only imports are known to answer so', () => {
		const answer = { statusCode: 404, headers: {}, body: JSON.stringify(envelope) };
		const meanings = [OPERATIONS.getActionStatus, OPERATIONS.getImportJob].map(
			(operation) => faultOf(() => readReply(answer, operation, 0)).details.meaning,
		);
		expect(meanings).toEqual(['declined', 'unknown']);
	});

	it('what a refused poll tells of the endpoints is kept', () => {
		const fault = new Fault('words', { meaning: 'declined' });
		const state = afterPoll({ misses: 0 }, { fault, status: standing(['FAILED']) }, job, at);
		expect(state).toMatchObject({ misses: 1, status: { word: 'FAILED', progress: { total: 1 } } });
		expect(state.end).toBeUndefined();
	});

	it('the deadline ends it, with its last standing and the last words', () => {
		const seen = afterPoll({ misses: 0 }, { status: standing(['PENDING']) }, job, at);
		const late = { polls: 9, elapsed: 3600, at: 9 };
		expect(after(seen, 'interrupted', late)).toMatchObject({
			status: { word: 'PENDING' },
			fault: 'words. hint',
			end: { outcome: 'timedOut', polls: 9, at: 9 },
		});
		expect(afterPoll(seen, { status: standing(['PENDING']) }, job, late).end?.outcome).toBe(
			'timedOut',
		);
		expect(
			afterPoll(seen, { status: standing(['COMPLETED_SUCCESSFULLY']) }, job, late).end?.outcome,
		).toBe('succeeded');
	});
});

describe('whose turn it is', () => {
	const job = (type: string): Job => ({ type, id: '1', settings });
	const planOf = (...types: string[]) =>
		startPlan({ jobs: types.map(job), items: [0], onError: 'stop' });
	const many = (count: number, type = 'importJob') => Array<string>(count).fill(type);
	const ended: JobState = { misses: 0, end: { outcome: 'succeeded', polls: 1, at: 1 } };

	/** The places that are asked for in rounds that end nothing. */
	const rounds = (plan: Plan, count: number, from: State = newState(plan)) => {
		let state = from;
		return Array.from({ length: count }, () => {
			const { atOnce, oneByOne, turn } = turnOf(CORTEX_JOBS, plan, state);
			state = { ...state, round: state.round + 1, turn };
			return [...atOnce, ...oneByOne];
		});
	};

	it('is that of all where few are limited, or none', () => {
		expect(rounds(planOf(...many(10)), 2).map(({ length }) => length)).toEqual([10, 10]);
		const actions = planOf(...many(500, 'endpointAction'));
		expect(rounds(actions, 2).map(({ length }) => length)).toEqual([500, 500]);
		expect(turnOf(CORTEX_JOBS, actions, newState(actions)).turn).toBeUndefined();
	});

	it('is ten limited ones in a round, each once before any comes again', () => {
		const asked = rounds(planOf(...many(25)), 6);
		expect(asked.map(({ length }) => length)).toEqual([10, 10, 5, 10, 10, 5]);
		expect(new Set(asked.slice(0, 3).flat()).size).toBe(25);
		expect(asked.slice(3)).toEqual(asked.slice(0, 3));
	});

	it('is that of every other job in each round', () => {
		const plan = planOf(...many(25), 'endpointAction');
		for (const asked of rounds(plan, 6)) expect(asked[0]).toBe(25);
	});

	it('passes over those that have ended, and no round is empty', () => {
		const plan = planOf(...many(100));
		const jobs = plan.jobs.map((_, place): JobState => (place === 41 ? { misses: 0 } : ended));
		const left = { round: 10, turn: { next: 0, full: 1 }, jobs };
		expect(rounds(plan, 5, left)).toEqual(Array(5).fill([41]));
		const pending = pendingAfter(CORTEX_JOBS, plan, left, {
			elapsed: 1_000,
			waitFor: running(plan, left),
		});
		expect(pending.busy).toBeCloseTo(6.1);
		expect(pending.wanted).toBe(10);
	});

	it('asks each job once in a turn, however many end meanwhile', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 60 }), fc.array(fc.nat(59)), (count, ends) => {
				const plan = planOf(...many(count));
				let state = newState(plan);
				const times = plan.jobs.map(() => 0);
				for (let round = 0; round < 30; round += 1) {
					const { oneByOne, turn } = turnOf(CORTEX_JOBS, plan, state);
					for (const place of oneByOne) {
						times[place] += 1;
						const polls = pollsOf(CORTEX_JOBS, plan.jobs[place], { ...state, round: round + 1 });
						expect(polls).toBe(times[place]);
					}
					const jobs = state.jobs.map((one, place) =>
						oneByOne.includes(place) && place === ends[round] ? ended : one,
					);
					state = { round: round + 1, turn, jobs };
					if (jobs.some(({ end }) => !end)) expect(oneByOne.length).toBeGreaterThan(0);
				}
			}),
		);
	});

	it('a wait that was parked before there were turns goes on, and its deadline holds', () => {
		const plan = planOf(...many(30));
		const known: JobState = {
			misses: 0,
			status: { word: 'PROCESSING', progress: NO_PROGRESS, counts: {}, errors: [] },
		};
		const old: State = { round: 7, jobs: plan.jobs.map(() => known) };
		expect(stateIn(stateItem(old, 65), plan)).toEqual({ ...old, turn: undefined });
		const [asked] = rounds(plan, 1, old);
		expect(asked).toHaveLength(10);
		expect(pollsOf(CORTEX_JOBS, plan.jobs[0], { ...old, round: 8 })).toBe(8);
		expect(isDue(plan.jobs[0], known, settings.timeout)).toBe(true);
	});

	it('travels with a parked wait', () => {
		const plan = planOf(...many(30));
		const state: State = { ...newState(plan), round: 2, turn: { next: 20, full: 0 } };
		expect(stateIn(stateItem(state, 65), plan)).toMatchObject({ round: 2, turn: state.turn });
	});
});

describe('the schedule', () => {
	afterEach(() => Object.assign(clock, { chance: () => 0 }));

	it('grows by half up to the longest interval, or stays fixed', () => {
		expect([1, 2, 3, 4, 9, 99].map((round) => interval(settings, round))).toEqual([
			10, 15, 22.5, 33.8, 256.3, 300,
		]);
		expect(interval({ ...settings, backoff: 'fixed' }, 9)).toBe(10);
		expect(interval({ ...settings, pollInterval: 600 }, 9)).toBe(600);
	});

	const at = (elapsed: number, round: number, change: Partial<Settings> = {}) => ({
		running: [{ ...settings, ...change }],
		wanted: interval({ ...settings, ...change }, round),
		elapsed,
		busy: 0,
	});

	it.each<[string, ReturnType<typeof at>, boolean, object]>([
		['the first interval', at(0, 1), true, { inMemory: 10 }],
		['one that would pass the first minute', at(47.5, 4), true, { inMemory: 12.5 }],
		['the end of the first minute', at(60, 5), true, { parked: 65 }],
		['a later round', at(125, 6), true, { parked: 76 }],
		['an interval of more than a minute', at(0, 1, { pollInterval: 300 }), true, { parked: 300 }],
		['where parking is impossible', at(60, 5), false, { inMemory: 50.6 }],
		['a deadline within the minute', at(50, 4, { timeout: 55 }), true, { inMemory: 5 }],
		['a deadline too near to park for', at(60, 5, { timeout: 120 }), true, { inMemory: 50.6 }],
		['a deadline that has passed', at(70, 5, { timeout: 60 }), false, { inMemory: 0 }],
	])('%s', (_name, waiting, mayPark, next) => expect(nextPoll(waiting, mayPark)).toEqual(next));

	it('waits a little longer by chance, but past no deadline', () => {
		Object.assign(clock, { chance: () => 1 });
		expect(nextPoll(at(0, 1), true)).toEqual({ inMemory: 11 });
		expect(nextPoll(at(60, 5), true)).toEqual({ parked: 72 });
		expect(nextPoll(at(50, 4, { timeout: 55 }), true)).toEqual({ inMemory: 5 });
		expect(nextPoll(at(47.5, 4), true)).toEqual({ inMemory: 12.5 });
		expect(parkedSeconds(at(100, 5, { timeout: 200 }))).toBe(100);
	});

	it('the most impatient job sets the pace', () => {
		const jobs = [10, 100].map((pollInterval): Job => {
			return { type: 'endpointAction', id: '1', settings: { ...settings, pollInterval } };
		});
		const plan = startPlan({ jobs, items: [0, 1], onError: 'stop' });
		const state = { ...newState(plan), round: 1 };
		const pending = pendingAfter(CORTEX_JOBS, plan, state, {
			elapsed: 0,
			waitFor: running(plan, state),
		});
		expect(nextPoll(pending, true)).toEqual({ inMemory: 10 });
	});

	it('is parked when one job still has time, and then asks for the others once they are due', () => {
		const running = [
			{ ...settings, timeout: 100 },
			{ ...settings, timeout: 3600 },
		];
		expect(nextPoll({ ...at(60, 5), running }, true)).toEqual({ parked: 65 });
	});

	it('asks ever less often after a day, so that what n8n stores stays small', () => {
		const day = 24 * 3600;
		const year = { timeout: 365 * day, pollInterval: 65, backoff: 'fixed' } as const;
		expect(parkedSeconds(at(day - 1, 500, year))).toBe(65);
		expect(parkedSeconds(at(day, 500, year))).toBe(300);
		expect(parkedSeconds(at(7 * day, 500, year))).toBe(2100);
		let rounds = 0;
		for (let elapsed = 0; elapsed < 365 * day; rounds += 1) {
			elapsed += parkedSeconds(at(elapsed, 500, { ...year, backoff: 'exponential' }));
		}
		expect(rounds).toBeLessThan(2_100);
	});

	it('parked waits are never too short for the database, and end at the deadline', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 1000 }),
				fc.integer({ min: 60, max: 100_000 }),
				fc.boolean(),
				fc.integer({ min: 0, max: 20 }),
				(pollInterval, timeout, fixed, roundTakes) => {
					const change = {
						pollInterval,
						timeout,
						backoff: fixed ? 'fixed' : 'exponential',
					} as const;
					let elapsed = 0;
					let round = 1;
					for (; elapsed < timeout && round < 5_000; round += 1) {
						const next = nextPoll(at(elapsed, round, change), true);
						if ('parked' in next) break;
						expect(next.inMemory).toBeGreaterThan(0);
						elapsed += next.inMemory;
					}
					for (; elapsed < timeout && round < 5_000; round += 1) {
						const seconds = parkedSeconds(at(elapsed, round, change));
						expect(seconds).toBeGreaterThanOrEqual(SHORTEST_PARKED_SECONDS);
						elapsed += seconds + roundTakes;
					}
					expect(elapsed).toBeLessThan(timeout + 2 * SHORTEST_PARKED_SECONDS);
				},
			),
		);
	});
});

describe('what travels while a job is parked', () => {
	const tracked: fc.Arbitrary<JobState> = fc.record(
		{
			misses: fc.nat(3),
			fault: fc.string({ maxLength: 5_000 }),
			end: fc.record({
				outcome: fc.constantFrom('succeeded', 'failed', 'timedOut', 'notFound'),
				polls: fc.nat(),
				at: fc.nat(),
			}),
			status: fc.record({
				word: fc.string({ maxLength: 200 }),
				progress: fc.record({
					total: fc.nat(),
					finished: fc.nat(),
					succeeded: fc.nat(),
					failed: fc.nat(),
				}),
				counts: fc.dictionary(fc.string({ maxLength: 100 }), fc.nat(), { maxKeys: 30 }),
				errors: fc.array(
					fc.record(
						{ part: fc.string({ maxLength: 40 }), text: fc.string({ maxLength: 3_000 }) },
						{ requiredKeys: ['text'] },
					),
					{ maxLength: 50 },
				),
			}),
		},
		{ requiredKeys: ['misses'] },
	) as never;

	it.each([
		'',
		'null',
		'[]',
		'"x"',
		'{"s":[1]}',
		'{"s":["FAILED",[1,1,0],{},[]]}',
		'{"m":"1"}',
		'{"f":1}',
		'{"e":["ended",1,1]}',
		'{"e":["failed",1,1e99]}',
	])('does not come back from %j', (text) => {
		expect(() => unpack(text)).toThrow('This wait has lost its state');
	});

	it('comes back as it was, but for texts that were cut', () => {
		fc.assert(
			fc.property(tracked, (before) => {
				const after = unpack(pack(before));
				expect(after.misses).toBe(before.misses);
				expect(after.end).toEqual(before.end);
				expect(after.status?.progress).toEqual(before.status?.progress);
				expect(before.fault ?? '').toContain(after.fault ?? '');
				expect(unpack(pack(after))).toEqual(after);
			}),
		);
	});

	it('comes back from what version 0.1.0 has stored, whose reasons are texts with the ids in them', () => {
		const old =
			'{"s":["FAILED",[2,2,1,1],{"FAILED":1},["e1: The disk is full"]],"e":["failed",3,1772366400000]}';
		const known = unpack(old);
		expect(known.status?.errors).toEqual([{ text: 'e1: The disk is full' }]);
		expect(pack(known)).toBe(old);
		const job: Job = { type: 'endpointAction', id: '7', settings };
		const plan = { startedAt: 0, jobs: [job], items: [0], onError: 'stop' as const };
		const end = known.end!;
		const { errors } = jobItem(
			CORTEX_JOBS,
			job,
			plan,
			{ ...known, end },
			{
				errors: [],
				again: false,
				names: new Map([['e1', 'reception-pc']]),
			},
		);
		expect(errors).toEqual(['e1: The disk is full']);
	});

	it('keeps the id of a part apart from its reason, so that the name can take its place', () => {
		const errors = [{ part: 'e1', text: 'The disk is full' }, { text: 'Something else' }];
		const status = { word: 'FAILED', progress: NO_PROGRESS, counts: {}, errors };
		const end = { outcome: 'failed' as const, polls: 1, at: 1 };
		expect(unpack(pack({ misses: 0, status, end })).status?.errors).toEqual(errors);
	});

	it('is at most 1 kB a job, and holds no endpoints', () => {
		const words = Object.keys(ENDPOINT_STATUSES);
		const many = rows(...Array.from({ length: 5_000 }, (_, index) => words[index % words.length]));
		const { ended, succeeded, ...full } = actionStatus(many, settings);
		expect([ended, succeeded]).toEqual([false, false]);
		const text = pack({
			status: full,
			misses: 2,
			fault: 'ü'.repeat(9_000),
			end: { outcome: 'failed', polls: 999, at: 1_772_366_400_000 },
		});
		expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_024);
		expect(text).not.toContain('e4999');
	});
});

describe('what is said of jobs that did not succeed', () => {
	const job: Job = { type: 'endpointAction', id: '7', settings };
	const plan = { startedAt: 0, jobs: [job], items: [0], onError: 'stop' as const };
	const item = (change: Partial<JobItem>): JobItem => ({
		...jobItem(
			CORTEX_JOBS,
			job,
			plan,
			{
				status: standing(['FAILED', 'PENDING']),
				misses: 0,
				end: { outcome: 'failed', polls: 3, at: 65_430 },
			},
			{ errors: [], again: false },
		),
		...change,
	});

	it('names id, outcome, status, progress and reasons', () => {
		expect(
			failureText(CORTEX_JOBS, item({ status: 'FAILED', errors: ['a', 'b', 'c', 'd', 'e'] })),
		).toBe('Action 7 failed (FAILED, 1 of 2 endpoints finished): a; b; c; and 2 more');
		expect(
			failureText(CORTEX_JOBS, item({ outcome: 'timedOut', status: 'PENDING', errors: [] })),
		).toBe('Action 7 was still going on at the deadline (PENDING, 1 of 2 endpoints finished)');
		expect(
			failureText(
				CORTEX_JOBS,
				item({ job_type: 'importJob', outcome: 'notFound', status: '', errors: ['gone'] }),
			),
		).toBe('Import job 7 was not found: gone');
		expect(failureText(CORTEX_JOBS, item({ job_type: 'scriptExecution', errors: [] }))).toContain(
			'Script execution 7 failed',
		);
		expect(failureText(CORTEX_JOBS, item({ outcome: 'succeeded' }))).toBe('');
	});

	it('counts every job once, and names each, with reasons for so many', () => {
		expect(summaryOf(CORTEX_JOBS, [item({ outcome: 'succeeded' })])).toBeUndefined();
		expect(
			summaryOf(CORTEX_JOBS, [item({ errors: ['full'] }), item({ errors: ['full'] })]),
		).toEqual({
			message: 'Action 7 failed (PENDING, 1 of 2 endpoints finished): full',
		});
		const twice = [item({}), item({ outcome: 'succeeded' })];
		expect(summaryOf(CORTEX_JOBS, twice)?.message).toBe('1 of 2 jobs did not succeed');
		const many = Array.from({ length: 70 }, (_, index) => item({ job_id: `j${index}` }));
		const error = summaryOf(CORTEX_JOBS, [...many, item({ job_id: 'x', outcome: 'succeeded' })]);
		expect(error?.message).toBe('70 of 71 jobs did not succeed');
		const lines = error?.description?.split('\n') ?? [];
		expect(lines).toHaveLength(70);
		lines.forEach((line, index) => {
			const short = `Action j${index} failed (PENDING, 1 of 2 endpoints finished)`;
			expect(line).toContain(short);
			expect(line === short).toBe(index >= 50);
		});
	});

	it('one long reason does not crowd out the others', () => {
		const error = summaryOf(CORTEX_JOBS, [
			item({ errors: ['x'.repeat(5_000)] }),
			item({ job_id: '8' }),
		]);
		expect(error?.description?.length).toBeLessThan(1_000);
		expect(error?.description).toContain('Action 8 failed');
	});

	it('of a wait that broke off, says what was known last', () => {
		expect(
			lastKnown(CORTEX_JOBS, job, { status: standing(['FAILED', 'PENDING']), misses: 0 }),
		).toBe('Action 7 was still running (PENDING, 1 of 2 endpoints finished)');
		expect(
			lastKnown(CORTEX_JOBS, job, { misses: 0, end: { outcome: 'notFound', polls: 3, at: 1 } }),
		).toBe('Action 7 was not found');
	});

	it('counts the time from the first poll', () => {
		expect(item({})).toMatchObject({
			polls: 3,
			started_at: '1970-01-01T00:00:00.000Z',
			finished_at: '1970-01-01T00:01:05.430Z',
			waited_seconds: 65.4,
		});
	});
});

describe('readJob', () => {
	const good = {
		jobType: 'endpointAction',
		jobId: '1',
		pollInterval: 10,
		timeout: 60,
		options: {},
	};

	it('fills in the defaults', () => {
		expect(readJob(CORTEX_JOBS, good)).toEqual({
			type: 'endpointAction',
			id: '1',
			settings: { ...settings, endpointNames: true },
		});
		expect(
			readJob(CORTEX_JOBS, { ...good, timeout: '1.5', pollInterval: ' 3 ' }).settings,
		).toMatchObject({
			timeout: 90,
			pollInterval: 3,
		});
	});

	it('takes a switch as a text, as expressions give it', () => {
		const options = { acceptPartial: 'true', includeResults: 'false' };
		expect(readJob(CORTEX_JOBS, { ...good, options }).settings).toMatchObject({
			acceptPartial: true,
			includeResults: false,
		});
	});

	it.each([
		[{ jobType: 'scan' }, 'Job Type holds "scan"'],
		[{ jobId: '' }, 'Job ID is empty'],
		[{ jobId: 'x' }, 'Job ID holds "x"'],
		[{ jobType: 'importJob', jobId: ' ' }, 'Job ID is empty'],
		[{ pollInterval: 0 }, 'Poll Interval holds "0"'],
		[{ pollInterval: 'soon' }, 'Poll Interval holds "soon"'],
		[{ timeout: 0.5 }, 'Timeout holds "0.5", but it must be a number of minutes, from 1 to 525600'],
		[{ timeout: Infinity }, 'Timeout holds'],
		[{ options: { backoff: 'none' } }, 'Backoff holds "none"'],
		[{ options: { waitMode: 'x' } }, 'Wait Mode holds "x"'],
		[{ options: { maxPollInterval: -1 } }, 'Max Poll Interval holds "-1"'],
		[{ options: { finishedShare: 101 } }, 'Finished Share holds "101"'],
		[{ options: { requiredShare: 'all' } }, 'Required Share holds "all"'],
		[{ options: { requiredShare: null } }, 'Required Share holds "null"'],
		[{ options: { acceptPartial: 'yes' } }, 'Accept Partial holds "yes"'],
		[{ options: { includeResults: null } }, 'Include Results holds "null"'],
	])('refuses %j', (change, message) => {
		expect(() => readJob(CORTEX_JOBS, { ...good, ...change })).toThrow(message);
		expect(() => readJob(CORTEX_JOBS, { ...good, ...change })).toThrow(InputError);
	});
});

describe("n8n's own timeout, as far as a node can see it", () => {
	const seen = (own: number | undefined, env: Record<string, string> | 'blocked') =>
		secondsUntilEnded({
			getWorkflowSettings: () => ({ executionTimeout: own }),
			evaluateExpression(expression: string) {
				if (env === 'blocked') throw new Error('access to env vars denied');
				const name = /\$env\.(\w+)/.exec(expression)?.[1] ?? '';
				return env[name];
			},
		} as never);

	it.each([
		['none', undefined, 'blocked', undefined],
		["the workflow's", 70, 'blocked', 70],
		["the workflow's, turned off", -1, { EXECUTIONS_TIMEOUT: '100' }, undefined],
		["the instance's", undefined, { EXECUTIONS_TIMEOUT: '100' }, 100],
		["the instance's, turned off", undefined, { EXECUTIONS_TIMEOUT: '-1' }, undefined],
		["the workflow's, over the instance's", 900, { EXECUTIONS_TIMEOUT: '100' }, 900],
		['one above what the instance allows', 900, { EXECUTIONS_TIMEOUT_MAX: '600' }, 600],
		['one above what n8n allows by itself', undefined, { EXECUTIONS_TIMEOUT: '7200' }, 3600],
		['one that is no number', undefined, { EXECUTIONS_TIMEOUT: 'soon' }, undefined],
	] as const)('%s', (_name, own, env, expected) => {
		expect(seen(own, env)).toBe(expected);
	});

	it('is not known in an n8n that tells nodes nothing', () => {
		expect(secondsUntilEnded({} as never)).toBeUndefined();
	});

	it.each([
		[119, '119 seconds'],
		[7200, '120 minutes'],
	])('%s seconds are named in words', (limit, words) => {
		const plan = { jobs: [{ settings: { timeout: 86_400 } }] } as never;
		expect(tooLongFor(limit, plan)).toContain(
			`after ${words}, but this node may wait 1440 minutes`,
		);
		expect(endedAfter(limit)).toContain(`after ${words}.`);
	});

	it('nothing is said of one that does not matter', () => {
		const plan = { jobs: [{ settings: { timeout: 60 } }] } as never;
		expect([tooLongFor(60, plan), tooLongFor(undefined, plan), endedAfter(undefined)]).toEqual(
			Array(3).fill(undefined),
		);
	});
});

describe('crashes in a row', () => {
	const at = (round: number, crashes?: { round: number; count: number }) => ({
		round,
		wait: 65,
		crashes,
	});

	it.each([
		['the first one', at(3), 10, { round: 3, count: 1 }],
		['one more in the same round', at(3, { round: 3, count: 2 }), 10, { round: 3, count: 3 }],
		['one after a poll was finished', at(4, { round: 3, count: 5 }), 10, { round: 4, count: 1 }],
		[
			'one that has lived long enough to finish a poll, though nothing is left of it',
			at(3, { round: 3, count: 5 }),
			966,
			{ round: 3, count: 1 },
		],
	])('%s', (_name, state, lived, expected) => {
		expect(crashesWith(state, lived)).toEqual(expected);
	});
});
