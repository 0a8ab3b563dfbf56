import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import type { EngineOptions } from '../support/engine';
import { waitFor, type WaitOptions } from '../support/wait';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

type OnError = EngineOptions['onError'];
const MODES: OnError[] = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'];
const JOB_ID = '={{ $json.action_id }}';
const POLLS = '/public_api/v1/actions/get_action_status/';
const ENDS_AFTER = 1_000;

const start = (outcome: 'succeeded' | 'failed' | 'never' = 'succeeded') =>
	world.simulator.cortex.startJob({
		kind: 'endpointAction',
		durationSeconds: ENDS_AFTER,
		outcome,
		endpoints: 2,
	});
const jobs = (...ids: string[]) => ids.map((action_id) => ({ action_id }));
const pollsOf = () => world.requests().filter(({ path }) => path === POLLS).length;

/** An execution's data after somebody, or n8n itself, has ended it. */
const ended = (name: string) => ({ resultData: { error: { name }, runData: {} } });

/** The ways in which n8n finds an execution that was killed. */
const FOUND = [
	{ found: 'with its state', wiped: false },
	{ found: 'wiped, as in queue mode', wiped: true },
];

describe.each(FOUND)('a poll that is killed, found $found', ({ wiped }) => {
	const killedIn = async (polls: number[], options: WaitOptions = {}, parameters = {}) =>
		await waitFor(world, { jobId: JOB_ID, ...parameters }, { kills: { polls, wiped }, ...options });

	const cases = [[1], [2], [2, 3], [1, 2, 3, 4, 5]].flatMap((polls) =>
		MODES.map((onError) => ({ polls, onError })),
	);

	it.each(cases)('$polls, $onError: goes on, and ends right', async ({ polls, onError }) => {
		const [good, bad, late] = [start(), start('failed'), start('never')];
		const items = jobs(bad, good, late, good);
		const { json, outputs, error, pollers } = await killedIn(
			polls,
			{ items, onError },
			{ timeout: '={{ $itemIndex === 2 ? 40 : 120 }}' },
		);
		expect(pollers).toBe(polls.length + 1);
		if (onError === 'stopWorkflow') {
			expect(error?.message).toBe('2 of 3 jobs did not succeed');
			expect(error?.description).toContain(`Action ${bad} failed (FAILED`);
			expect(error?.description).toContain(`Action ${late} was still going on at the deadline`);
			return;
		}
		const details = json.map((item) => (item.details ?? item) as typeof item);
		expect(details.map(({ job_id, outcome }) => [job_id, outcome])).toEqual([
			[bad, 'failed'],
			[good, 'succeeded'],
			[late, 'timedOut'],
			[good, 'succeeded'],
		]);
		expect(outputs[0].map(({ pairedItem }) => pairedItem)).toEqual(
			items.map((_, item) => ({ item })),
		);
		for (const { endpoints, finished_at, polls } of details) {
			expect(endpoints).toHaveLength(2);
			expect(finished_at).toEqual(expect.any(String));
			expect(polls).toEqual(expect.any(Number));
		}
		const failed = json.filter((item) => item.error !== undefined);
		expect(failed).toHaveLength(onError === 'continueErrorOutput' ? 2 : 0);
	});

	it.each(MODES)('six times in a row, %s: is given up, and says so', async (onError) => {
		const ids = [start(), start()];
		const { json, error, pollers } = await killedIn([3, 4, 5, 6, 7, 8], {
			items: jobs(...ids),
			onError,
		});
		expect(pollers).toBe(6);
		const message = 'n8n was ended 6 times in a row while it polled the jobs';
		if (onError === 'stopWorkflow') {
			expect(error?.message).toBe(message);
			expect(error?.description).toContain('Find out what ends n8n');
			for (const id of ids) {
				expect(error?.description).toContain(`Action ${id} was still running (IN_PROGRESS`);
			}
			return;
		}
		expect(json.map((item) => item.error)).toEqual([message, message]);
		expect(json.map(({ details }) => details)).toEqual(
			ids.map((job_id) => expect.objectContaining({ job_id, status: 'IN_PROGRESS' })),
		);
	});

	it('is not asked for twice: each job once a poll', async () => {
		const id = start();
		world.requests();
		const { json, parked } = await killedIn([1, 3], { items: jobs(id) });
		// Of the parked polls, the two that were killed have not been sent here. Five were made in memory.
		expect(pollsOf()).toBe(5 + parked.length - 2);
		expect(json[0].outcome).toBe('succeeded');
	});
});

describe('crashes', () => {
	it('count in a row only: a poll that was finished makes up for them', async () => {
		const polls = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11];
		const { json, pollers } = await waitFor(
			world,
			{ jobId: start(), timeout: 600 },
			{ kills: { polls } },
		);
		expect(json[0].outcome).toBe('succeeded');
		expect(pollers).toBe(11);
	});

	it('are also what n8n does to executions when it is told to end itself', async () => {
		const { json, pollers } = await waitFor(
			world,
			{ jobId: start() },
			{ kills: { polls: [2], error: 'SystemShutdownExecutionCancelledError' } },
		);
		expect(json[0].outcome).toBe('succeeded');
		expect(pollers).toBe(2);
	});

	it('do not make jobs that have ended end otherwise', async () => {
		const early = world.simulator.cortex.startJob({ kind: 'endpointAction', durationSeconds: 70 });
		const { json } = await waitFor(
			world,
			{ jobId: JOB_ID },
			{ items: jobs(early, start()), kills: { polls: [3, 5] } },
		);
		expect(json.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
		expect(Number(json[0].waited_seconds)).toBeLessThan(Number(json[1].waited_seconds));
		expect(json[0].endpoints).toHaveLength(3);
	});
});

describe('the poll after a crash', () => {
	it('comes as soon as n8n can, however long the interval is', async () => {
		const { json, parked } = await waitFor(
			world,
			{ jobId: start(), pollInterval: 600, options: { backoff: 'fixed' } },
			{ kills: { polls: [1] } },
		);
		expect(parked.slice(0, 3)).toEqual([600, 65, 600]);
		expect(json[0].outcome).toBe('succeeded');
	});
});

describe('a poller that was stopped', () => {
	it.each(MODES)('ends the wait, and the words say so: %s', async (onError) => {
		const { json, error, pollers } = await waitFor(
			world,
			{ jobId: start() },
			{ onError, kills: { polls: [2], error: 'ManualExecutionCancelledError' } },
		);
		expect(pollers).toBe(1);
		const said = onError === 'stopWorkflow' ? error?.message : json[0].error;
		expect(said).toBe('The sub-execution that polls the jobs was stopped');
	});
});

describe('a wait that nobody wants any more', () => {
	const [PARENT, SUPERVISOR, POLLER] = ['1', '2', '3'];
	const cases = [
		['was stopped', PARENT, ended('ManualExecutionCancelledError')],
		['ran into a timeout of n8n', PARENT, ended('TimeoutExecutionCancelledError')],
		['was deleted', PARENT, null],
		[
			'has ended',
			PARENT,
			{ resultData: { runData: {} }, executionData: { nodeExecutionStack: [] } },
		],
	] as const;

	it.each(cases)('since the execution that waits %s: asks no more', async (why, id, stored) => {
		const job = start();
		let gone = false;
		const { error, parked } = await waitFor(
			world,
			{ jobId: job },
			{
				onFirstRound: () => {
					gone = true;
					world.requests();
				},
				storedExecution: (one) => (gone && one === id ? stored : undefined),
			},
		);
		const ended = why === 'has ended';
		expect(error?.message).toBe(`The execution that waits ${ended ? why : 'was stopped'}`);
		expect(error?.description).toContain(
			`Execution ${id} ${ended ? 'does not wait any more' : 'was stopped or deleted'}`,
		);
		expect(parked).toHaveLength(1);
		expect(world.requests()).toEqual([]);
	});

	it('is not polled for after a crash either', async () => {
		let gone = false;
		const { error, pollers } = await waitFor(
			world,
			{ jobId: start() },
			{
				onFirstRound: () => (gone = true),
				kills: { polls: [1] },
				storedExecution: (one) =>
					gone && one === PARENT ? ended('ManualExecutionCancelledError') : undefined,
			},
		);
		expect(error?.message).toBe('The execution that waits was stopped');
		expect(pollers).toBe(1);
	});

	it.each([
		['was stopped', ended('ManualExecutionCancelledError'), 'The execution that waits was stopped'],
		['was deleted', null, 'The execution that waits was stopped'],
		[
			'waits for another poller',
			{
				resultData: { runData: {} },
				executionData: {
					nodeExecutionStack: [{ metadata: { waitingChildExecutionIds: ['99'] } }],
				},
			},
			'Another sub-execution polls in place of this one',
		],
	])('since its supervisor %s: the poller asks no more', async (_why, stored, message) => {
		let gone = false;
		const { error } = await waitFor(
			world,
			{ jobId: start() },
			{
				onFirstRound: () => {
					gone = true;
					world.requests();
				},
				storedExecution: (one) => (gone && one === SUPERVISOR ? stored : undefined),
			},
		);
		expect(error?.message).toBe(message);
		expect(world.requests()).toEqual([]);
	});

	it('is polled for where its supervisor is still at work', async () => {
		const atWork = {
			resultData: { runData: {} },
			executionData: { nodeExecutionStack: [{ metadata: {} }] },
		};
		const { json } = await waitFor(
			world,
			{ jobId: start() },
			{ storedExecution: (one) => (one === SUPERVISOR ? atWork : undefined) },
		);
		expect(json[0].outcome).toBe('succeeded');
	});

	it('is polled for where nobody knows', async () => {
		const { json } = await waitFor(
			world,
			{ jobId: start() },
			{
				storedExecution: (one) => {
					if (one !== POLLER) throw new Error('database is locked');
					return undefined;
				},
			},
		);
		expect(json[0].outcome).toBe('succeeded');
	});
});

describe('what n8n stores meanwhile', () => {
	it('of the execution that waits: how each job stands, in the documented fields', async () => {
		const [good, never] = [start(), start('never')];
		const early = world.simulator.cortex.startJob({ kind: 'endpointAction', durationSeconds: 5 });
		const { first } = await waitFor(
			world,
			{ jobId: JOB_ID, timeout: 30 },
			{ items: jobs(good, early, never, 'x'), onError: 'continueRegularOutput' },
		);
		expect(first.status).toBe('waiting');
		expect(first.json).toEqual([
			...[good, early, never].map((job_id) =>
				expect.objectContaining({ job_type: 'endpointAction', job_id }),
			),
			{ errors: [expect.stringContaining('Job ID holds "x"')] },
		]);
		const [running, done] = first.json;
		expect(running).not.toHaveProperty('outcome');
		expect(running.errors).toEqual([
			`Action ${good} was still running (IN_PROGRESS, 0 of 2 endpoints finished) when it was last asked for`,
		]);
		expect(done).toMatchObject({ outcome: 'succeeded', errors: [] });
		for (const item of first.json) {
			for (const internal of ['round', 'jobs', 'wait', 'handover']) {
				expect(item).not.toHaveProperty(internal);
			}
		}
	});

	it.each(MODES)(
		'nothing that n8n takes for a failure, which it would retry: %s',
		async (onError) => {
			const items = jobs('x', start());
			const { first, json, pollers } = await waitFor(
				world,
				{ jobId: JOB_ID },
				{ items, onError, node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } },
			);
			if (onError === 'stopWorkflow') return expect(first.error?.message).toContain('holds "x"');
			expect(first.json.map(({ error }) => error)).toEqual([undefined, undefined]);
			expect(pollers).toBe(1);
			expect(json[0].error).toContain('Job ID holds "x"');
			expect(json[1].outcome).toBe('succeeded');
		},
	);

	it.each(MODES)('of the supervisor: no success but one that was seen, %s', async (onError) => {
		const early = world.simulator.cortex.startJob({ kind: 'endpointAction', durationSeconds: 5 });
		const { supervisorOutput } = await waitFor(
			world,
			{ jobId: JOB_ID },
			{ items: jobs(start(), early, start('failed')), onError },
		);
		const items = supervisorOutput.map(({ json }) => (json.details ?? json) as typeof json);
		expect(items.map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded', 'failed']);
		expect(items.map(({ endpoints }) => endpoints)).toEqual([null, null, null]);
		for (const { errors } of [items[0], items[2]]) {
			expect(errors).toEqual([
				expect.stringMatching(/^The end of this wait has not been taken over/),
			]);
		}
		const failed = supervisorOutput.filter(({ json }) => json.error !== undefined);
		expect(failed).toHaveLength(onError === 'continueErrorOutput' ? 2 : 0);
	});
});

describe('a poller that n8n does not take', () => {
	const reason = 'Node type Wait is not known';

	it('at the beginning: the wait goes on in memory, and says why', async () => {
		const { json, hints, pollers } = await waitFor(
			world,
			{ jobId: start() },
			{ refusePoller: { reason, from: 1 } },
		);
		expect(pollers).toBe(0);
		expect(json[0].outcome).toBe('succeeded');
		expect(hints).toEqual([expect.stringContaining(reason)]);
	});

	it.each(MODES)('after a crash: the wait ends, and says why, %s', async (onError) => {
		const { json, error, pollers } = await waitFor(
			world,
			{ jobId: start() },
			{ onError, kills: { polls: [2] }, refusePoller: { reason, from: 2 } },
		);
		expect(pollers).toBe(1);
		const said = onError === 'stopWorkflow' ? error?.message : json[0].error;
		expect(said).toContain(reason);
		const known = onError === 'stopWorkflow' ? error?.description : JSON.stringify(json[0].details);
		expect(known).toContain('IN_PROGRESS');
		expect(JSON.stringify(json)).not.toContain('handover');
	});

	it.each(MODES)('after a crash, with the database out of order: the same, %s', async (onError) => {
		let down = false;
		const { json, error } = await waitFor(
			world,
			{ jobId: start() },
			{
				onError,
				onFirstRound: () => (down = true),
				kills: { polls: [1] },
				refusePoller: { reason, from: 2 },
				storedExecution: () => {
					if (down) throw new Error('database is locked');
					return undefined;
				},
			},
		);
		const said = onError === 'stopWorkflow' ? error?.message : json[0].error;
		expect(said).toContain(reason);
	});
});

describe('a credential with expressions', () => {
	const withUrl = (tenantUrl: string) => ({
		credentials: { cortexXdrApi: { ...world.cortexKey('admin'), tenantUrl } },
	});

	it.each([
		['the incoming item', '={{ $json.tenant }}'],
		['a node of the workflow', "={{ $('Start').first().json.tenant }}"],
	])('that read %s stays in memory, and says why', async (_what, expression) => {
		const { json, parked, hints, stored } = await waitFor(
			world,
			{ jobId: JOB_ID },
			{
				items: [{ action_id: start(), tenant: world.url }],
				...withUrl(expression),
			},
		);
		expect(json[0].outcome).toBe('succeeded');
		expect(parked).toEqual([]);
		expect(hints).toEqual([
			expect.stringContaining('a field of its credential holds an expression'),
		]);
		expect(stored).not.toContain(world.simulator.keys.admin.key);
	});

	it('that read nothing of the workflow is parked', async () => {
		const { json, parked } = await waitFor(
			world,
			{ jobId: start() },
			withUrl(`={{ '${world.url}' }}`),
		);
		expect(json[0].outcome).toBe('succeeded');
		expect(parked.length).toBeGreaterThan(0);
	});

	it('that name another tenant for an item: that item is refused, nothing is sent', async () => {
		const items = [
			{ action_id: start(), tenant: world.url },
			{ action_id: start(), tenant: 'https://other.example.com' },
		];
		world.requests();
		const { error } = await waitFor(
			world,
			{ jobId: JOB_ID },
			{ items, ...withUrl('={{ $json.tenant }}') },
		);
		expect(error?.message).toBe("The credential of this item is another one than the first item's");
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(world.requests()).toEqual([]);

		const { json } = await waitFor(
			world,
			{ jobId: JOB_ID },
			{ items, onError: 'continueRegularOutput', ...withUrl('={{ $json.tenant }}') },
		);
		expect(json[0]).toMatchObject({ job_id: items[0].action_id, outcome: 'succeeded' });
		expect(json[1].error).toContain('another one than the first');
	});
});

describe("n8n's own timeout", () => {
	const hintsWith = async (executionTimeout: number | undefined, timeout: number) => {
		const { first, hints, parked } = await waitFor(
			world,
			{ jobId: start(), timeout },
			{ settings: { executionTimeout } },
		);
		return (parked.length > 0 ? first : { hints }).hints.filter((hint) =>
			hint.startsWith('n8n ends'),
		);
	};

	it.each([
		['shorter than the wait', 70, 60, 1],
		['as long as the wait', 3600, 60, 0],
		['none', undefined, 60, 0],
		['turned off', -1, 60, 0],
	])('%s: said before it waits, if need be', async (_name, seconds, minutes, count) => {
		const said = await hintsWith(seconds, minutes);
		expect(said).toHaveLength(count);
		if (count > 0) {
			expect(said[0]).toContain('after 70 seconds, but this node may wait 60 minutes');
		}
	});
});

describe('a wait that version 0.1.0 has parked', () => {
	/** Its one sub-execution, whose plan knows of no supervisor, polls once more. */
	const pollOld = async (id: string, options: WaitOptions = {}) => {
		const { polling, states } = await waitFor(world, { jobId: id }, options);
		const poll = polling!.nodes.find(({ name }) => name === 'Poll')!;
		const { role, supervisor, ...plan } = JSON.parse(String(poll.parameters.plan)) as Record<
			string,
			unknown
		>;
		expect([role, supervisor]).toEqual(['poll', '2']);
		// It knew of no names, either.
		for (const { settings } of plan.jobs as Array<{ settings: Record<string, unknown> }>) {
			expect(settings.endpointNames).toBe(true);
			delete settings.endpointNames;
		}
		return await world.run(
			new CortexXdrWaitForJob(),
			{ plan: JSON.stringify(plan) },
			{ items: [states[0]], storedExecution: options.storedExecution },
		);
	};

	it('hands its items to the execution that waits', async () => {
		const id = start();
		const { json } = await pollOld(id);
		expect(json).toEqual([expect.objectContaining({ job_id: id, outcome: 'succeeded' })]);
	});

	it('fails it where a job has failed', async () => {
		const { error } = await pollOld(start('failed'));
		expect(error?.message).toMatch(
			/^Action \d+ failed \(FAILED, 2 of 2 endpoints finished\): \w{32}: Not enough/,
		);
	});

	it('ends once nobody waits', async () => {
		let gone = false;
		const { error } = await pollOld(start(), {
			onFirstRound: () => (gone = true),
			storedExecution: (one) =>
				gone && one === '1' ? ended('ManualExecutionCancelledError') : undefined,
		});
		expect(error?.message).toBe('The execution that waits was stopped');
	});
});
