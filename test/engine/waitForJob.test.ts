import { SHORTEST_PARKED_SECONDS } from '../../nodes/shared/wait/schedule';
import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import { clock } from '../../nodes/shared/transport/clock';
import { seededIds } from '../../simulator/cortex/seededJobs';
import type { JobRequest } from '../../simulator/server';
import { errorEnvelope } from '../samples/cortex';
import { waitFor } from '../support/wait';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const start = (durationSeconds: number, change: Partial<JobRequest> = {}) =>
	world.simulator.cortex.startJob({
		kind: 'endpointAction',
		durationSeconds,
		outcome: 'succeeded',
		endpoints: 2,
		...change,
	});
const startImport = (durationSeconds: number, change: Partial<JobRequest> = {}) =>
	start(durationSeconds, { kind: 'importJob', ...change });
const startScript = (durationSeconds: number, change: Partial<JobRequest> = {}) =>
	start(durationSeconds, { kind: 'scriptExecution', ...change });

const jobs = (...ids: string[]) => ids.map((action_id, row) => ({ action_id, row }));
/** Of the form that the vendor's ids have; another one is refused as malformed. */
const UNKNOWN_IMPORT = '11111111-1111-4111-a111-999999999999';
const JOB_ID = '={{ $json.action_id ?? $json.job_id }}';
const POLLS = '/public_api/v1/actions/get_action_status/';
const RESULTS = '/public_api/v1/scripts/get_script_execution_results/';

/** An execution to which nothing has happened: it is parked on the one that polls. */
const UNTOUCHED = {
	resultData: { runData: {} },
	executionData: { nodeExecutionStack: [{ metadata: { waitingChildExecutionIds: ['1'] } }] },
};

/** Waits of both kinds: to the end in memory, and through the database. */
const kinds = [
	{ kind: 'in memory', options: { waitMode: 'inMemory' } },
	{ kind: 'parked', options: {} },
];

describe('a job that ends within the first minute', () => {
	it.each([0, 3, 12, 40, 59])(
		'after %s seconds is reported within one interval',
		async (duration) => {
			const id = start(duration);
			const { json, parked } = await waitFor(world, { jobId: id });
			expect(parked).toEqual([]);
			const [{ waited_seconds, outcome, polls }] = json;
			expect(outcome).toBe('succeeded');
			expect(waited_seconds).toBeGreaterThanOrEqual(duration);
			expect(waited_seconds).toBeLessThanOrEqual(60);
			expect(world.requests().filter(({ path }) => path === POLLS)).toHaveLength(Number(polls));
		},
	);
});

describe('a job that takes longer', () => {
	it.each([61, 130, 1000, 3000])(
		'after %s seconds is reported within 65 seconds and one interval',
		async (duration) => {
			const id = start(duration);
			const { json, parked, first, states } = await waitFor(world, { jobId: id });
			expect(first.status).toBe('waiting');
			expect(first.metadata).toMatchObject({
				subExecution: { executionId: '2', workflowId: 'workflow' },
			});
			expect(first.hints).toEqual([expect.stringContaining('1 of 1 job is still running')]);
			expect(parked.every((seconds) => seconds >= 65)).toBe(true);
			expect(json[0].outcome).toBe('succeeded');
			const late = Number(json[0].waited_seconds) - duration;
			expect(late).toBeGreaterThanOrEqual(0);
			expect(late).toBeLessThanOrEqual(65 + Math.max(...parked));
			expect(JSON.stringify(states)).not.toContain(world.simulator.keys.admin.key);
		},
	);

	it('that turns after hours, with an endpoint that is switched off, is waited for', async () => {
		const id = start(30, { endpoints: 3, offline: 1 });
		const { json, parked } = await waitFor(world, {
			jobId: id,
			timeout: 3 * 24 * 60,
			options: { finishedShare: 60 },
		});
		expect(json[0]).toMatchObject({ outcome: 'succeeded', progress: { total: 3, finished: 2 } });
		expect(parked).toEqual([]);
		const slow = start(5 * 3600);
		const long = await waitFor(world, { jobId: slow, timeout: 600 });
		expect(long.json[0].outcome).toBe('succeeded');
		expect(long.parked.length).toBeGreaterThan(50);
	});
});

describe('the sub-workflows of a parked wait', () => {
	const OWN_SETTINGS = {
		saveDataErrorExecution: 'all',
		saveExecutionProgress: false,
		executionOrder: 'v1',
		callerPolicy: 'workflowsFromSameOwner',
		executionTimeout: -1,
	};

	it('are the node itself with the same credential, and bring their own settings', async () => {
		const { workflow, polling } = await waitFor(world, { jobId: start(100) });
		const typesOf = (one = workflow) => one?.nodes.map(({ name, type }) => [name, type]);
		expect(typesOf(workflow)).toEqual([
			['Start', 'n8n-nodes-base.executeWorkflowTrigger'],
			['Supervise', 'test.node'],
			['Check', 'test.node'],
		]);
		expect(typesOf(polling)).toEqual([
			['Start', 'n8n-nodes-base.executeWorkflowTrigger'],
			['Wait', 'n8n-nodes-base.wait'],
			['Poll', 'test.node'],
		]);
		// n8n's Wait node looks at the clock twice, and holds what is left of it then in the process below 65 seconds.
		const { amount } = polling?.nodes.find(({ name }) => name === 'Wait')?.parameters ?? {};
		const margin = Number(/^=\{\{ \$json\.wait \+ ([\d.]+) \}\}$/.exec(String(amount))?.[1]);
		expect(SHORTEST_PARKED_SECONDS + margin - 0.25).toBeGreaterThanOrEqual(65);
		for (const one of [workflow, polling]) {
			for (const node of one?.nodes.filter(({ type }) => type === 'test.node') ?? []) {
				expect(node.credentials).toEqual({ cortexXdrApi: { id: '1', name: 'cortexXdrApi' } });
			}
			expect(one?.settings).toEqual(OWN_SETTINGS);
			expect(JSON.stringify(one)).not.toContain(world.simulator.keys.admin.key);
		}
		const onErrors = [...(workflow?.nodes ?? []), ...(polling?.nodes ?? [])].map(
			({ name, onError }) => [name, onError],
		);
		expect(onErrors.filter(([, onError]) => onError)).toEqual([
			['Supervise', 'continueRegularOutput'],
		]);
	});

	it('are kept or not as the workflow that waits, but for what failed', async () => {
		const kept = { saveDataErrorExecution: 'none', saveDataSuccessExecution: 'none' } as const;
		const { workflow, polling } = await waitFor(
			world,
			{ jobId: start(100) },
			{
				settings: {
					...kept,
					errorWorkflow: 'alerts',
					callerPolicy: 'none',
					saveExecutionProgress: true,
					executionTimeout: 9_999,
				},
			},
		);
		for (const one of [workflow, polling]) {
			expect(one?.settings).toEqual({ ...kept, ...OWN_SETTINGS });
		}
	});

	it('do nothing with a state or a plan that is none', async () => {
		const { workflow, polling } = await waitFor(world, { jobId: start(100) });
		const planOf = (one: typeof workflow, name: string) =>
			one!.nodes.find((node) => node.name === name)!.parameters;
		const states = [{ round: 1 }, { round: 1, jobs: [] }, { round: 1, jobs: ['{'] }];
		const noPlan = JSON.stringify({
			...JSON.parse(String(planOf(polling, 'Poll').plan)),
			role: 'x',
		});
		const cases = [
			...states.map((item) => ({ item, parameters: planOf(polling, 'Poll') })),
			...states.map((item) => ({ item, parameters: planOf(workflow, 'Check') })),
			{ item: { round: 1, jobs: ['{"m":0}'] }, parameters: { plan: '{' } },
			{ item: { round: 1, jobs: ['{"m":0}'] }, parameters: { plan: noPlan } },
		];
		world.requests();
		for (const { item, parameters } of cases) {
			const { error, json } = await world.run(new CortexXdrWaitForJob(), parameters, {
				items: [item],
				storedExecution: () => UNTOUCHED,
			});
			const words = error ?? (json[0].handover as { failed: typeof error }).failed;
			expect(words?.message).toBe('This wait has lost its state');
			expect(words?.description).toContain('Run the workflow again.');
		}
		expect(world.requests()).toEqual([]);
	});
});

describe.each(kinds)('many jobs, $kind', ({ options }) => {
	it('come out in the order of the input, duplicates polled once, one end not ending the others', async () => {
		const [quick, slow, bad] = [start(5), start(400), start(90, { outcome: 'failed' })];
		world.requests();
		const { json, outputs } = await waitFor(
			world,
			{ jobId: JOB_ID, options },
			{ items: jobs(slow, quick, bad, slow, '999'), onError: 'continueRegularOutput' },
		);
		expect(json.map(({ job_id, outcome }) => [job_id, outcome])).toEqual([
			[slow, 'succeeded'],
			[quick, 'succeeded'],
			[bad, 'failed'],
			[slow, 'succeeded'],
			['999', 'failed'],
		]);
		expect(outputs[0].map((item) => item.pairedItem)).toEqual(
			[0, 1, 2, 3, 4].map((item) => ({ item })),
		);
		for (const item of json.slice(0, 4)) expect(item.endpoints).toHaveLength(2);
		expect(json[4].errors).toEqual([expect.stringContaining('Action 999 was not found')]);
		expect(json[4].polls).toBe(3);
	});

	it('On Error: Stop Workflow fails once every job has ended, counts them and lists those that failed', async () => {
		const [good, bad, late] = [start(200), start(70, { outcome: 'failed' }), start(9_999)];
		const { error } = await waitFor(
			world,
			{ jobId: JOB_ID, timeout: 10, options },
			{ items: jobs(good, bad, late) },
		);
		expect(error?.message).toBe('2 of 3 jobs did not succeed');
		const lines = error?.description?.split('\n') ?? [];
		expect(lines).toHaveLength(2);
		expect(lines[0]).toContain(`Action ${bad} failed (FAILED, 2 of 2 endpoints finished): `);
		expect(lines[1]).toBe(
			`Action ${late} was still going on at the deadline (IN_PROGRESS, 0 of 2 endpoints finished)`,
		);
	});

	it('On Error: Continue (using error output) sends each other job there, with the fields of its input', async () => {
		const [good, bad] = [start(200), start(70, { outcome: 'failed' })];
		const parked = options.waitMode === undefined;
		const { outputs, json } = await waitFor(
			world,
			{ jobId: JOB_ID, options },
			{ items: jobs(bad, good), onError: 'continueErrorOutput' },
		);
		// A parked wait's items come out of the sub-execution; n8n sorts them when it wakes the parent.
		const [failed, succeeded] = parked
			? [json[0], json[1]]
			: [outputs[1][0].json, outputs[0][0].json];
		expect(succeeded).toMatchObject({ job_id: good, outcome: 'succeeded' });
		expect(Object.keys(failed).filter((key) => !['action_id', 'row'].includes(key))).toEqual([
			'error',
			'details',
		]);
		expect(failed.error).toContain(`Action ${bad} failed (FAILED`);
		expect(failed.details).toMatchObject({
			job_id: bad,
			outcome: 'failed',
			progress: { failed: 2 },
		});
		if (!parked) {
			expect(outputs[1][0]).toMatchObject({ json: { row: 0 }, pairedItem: { item: 0 } });
			expect(outputs[0][0].pairedItem).toEqual({ item: 1 });
		}
	});

	it('an item whose input is refused is one failed item among the others', async () => {
		const good = start(100);
		const { json } = await waitFor(
			world,
			{ jobId: JOB_ID, options },
			{ items: jobs('x', good), onError: 'continueRegularOutput' },
		);
		expect(json[0]).toMatchObject({
			error: 'Job ID holds "x", but it must be a whole positive number',
		});
		expect(json[1]).toMatchObject({ job_id: good, outcome: 'succeeded' });
	});

	it('script executions bring their results, import jobs their errors', async () => {
		const script = startScript(150);
		const { json } = await waitFor(world, { jobType: 'scriptExecution', jobId: script, options });
		expect(json[0].results).toHaveLength(2);
		expect(json[0].endpoints).toHaveLength(2);
		expect(world.requests().filter(({ path }) => path === RESULTS)).toHaveLength(1);

		const without = await waitFor(world, {
			jobType: 'scriptExecution',
			jobId: startScript(1),
			options: { ...options, includeResults: false },
		});
		expect(without.json[0]).not.toHaveProperty('results');

		const imported = await waitFor(
			world,
			{
				jobType: 'importJob',
				jobId: startImport(150, { outcome: 'partial', errorLog: ['bad asset'] }),
				options: { ...options, acceptPartial: true },
			},
			{},
		);
		expect(imported.json[0]).toMatchObject({
			job_type: 'importJob',
			outcome: 'succeeded',
			status: 'COMPLETED_WITH_ERRORS',
			progress: { total: 1, finished: 1, succeeded: 1, failed: 0 },
			errors: ['bad asset'],
		});
		expect(imported.json[0]).not.toHaveProperty('endpoints');
		expect(imported.json[0]).not.toHaveProperty('results');
	});

	it('a timeout keeps id and last standing, and polls at the deadline', async () => {
		const id = start(9_999);
		const { json } = await waitFor(
			world,
			{ jobId: id, timeout: 7, options },
			{ onError: 'continueRegularOutput' },
		);
		expect(json[0]).toMatchObject({
			job_id: id,
			outcome: 'timedOut',
			status: 'IN_PROGRESS',
			by_status: { IN_PROGRESS: 2 },
		});
		expect(json[0].waited_seconds).toBeGreaterThanOrEqual(420);
		expect(json[0].waited_seconds).toBeLessThan(422);
		expect(json[0].endpoints).toHaveLength(2);
	});

	it('outages end nothing; the last one is named if time runs out', async () => {
		const id = start(100);
		world.simulator.faults.add({ path: POLLS, status: 503, skip: 1, times: 6 });
		const { json } = await waitFor(world, { jobId: id, options });
		expect(json[0]).toMatchObject({ outcome: 'succeeded', errors: [] });

		world.simulator.faults.add({ path: POLLS, breakConnection: 'before', skip: 1, times: 1_000 });
		const late = await waitFor(
			world,
			{ jobId: start(10), timeout: 5, options },
			{ onError: 'continueRegularOutput' },
		);
		expect(late.json[0]).toMatchObject({
			outcome: 'timedOut',
			errors: [expect.stringContaining('The connection broke')],
		});
	});

	it('404 three times in a row is no job; twice is a hiccup', async () => {
		world.simulator.faults.add({
			path: '/public_api',
			status: 404,
			times: 2,
			body: errorEnvelope(404, 'gone', null),
		});
		const good = await waitFor(world, { jobType: 'importJob', jobId: startImport(1), options });
		expect(good.json[0].outcome).toBe('succeeded');
		const gone = await waitFor(
			world,
			{ jobType: 'importJob', jobId: UNKNOWN_IMPORT, options },
			{ onError: 'continueRegularOutput' },
		);
		expect(gone.json[0]).toMatchObject({ outcome: 'notFound', status: '', polls: 3 });
	});
});

describe('refusals', () => {
	it.each([
		['viewer', 403],
		['unlicensed', 402],
	])('of the key %s end the wait at the first poll', async (key) => {
		const { error } = await waitFor(
			world,
			{ jobId: start(100) },
			{ credentials: { cortexXdrApi: world.cortexKey(key) } },
		);
		expect(error?.message).toMatch(
			/^Action \d+ failed: Cortex refused Get Action Status: .*Get Action Status needs/,
		);
		expect(world.requests()).toHaveLength(1);
	});

	it('that begin while parked end it in the next round', async () => {
		const id = start(9_999);
		world.simulator.faults.add({
			path: POLLS,
			status: 401,
			skip: 7,
			times: 99,
			body: errorEnvelope(401, 'Unauthorized', null),
		});
		const { error, parked } = await waitFor(world, { jobId: id });
		expect(`${error?.message} ${error?.description}`).toContain('Security Level');
		expect(parked.length).toBeLessThan(5);
	});

	it('of input come before anything is sent', async () => {
		const { error } = await waitFor(world, { jobId: JOB_ID }, { items: jobs('6001', 'nonsense') });
		expect(error?.message).toBe('Job ID holds "nonsense", but it must be a whole positive number');
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(world.requests()).toEqual([]);
	});
});

describe('secrets in what the vendor says of a job', () => {
	it.each(['stopWorkflow', 'continueErrorOutput'] as const)(
		'are not told, also where the words are cut within them: %s',
		async (onError) => {
			const { key } = world.simulator.keys.admin;
			// The words of a reason are cut after 300 characters.
			const errorDescription = `${'x'.repeat(220)} signed with ${key}`;
			world.simulator.faults.add({
				path: POLLS,
				times: 99,
				transform: () => ({
					reply: { data: { a: 'FAILED' }, errorReasons: { a: { errorDescription } } },
				}),
			});
			const { error, outputs } = await waitFor(
				world,
				{ jobId: JOB_ID },
				{ onError, items: jobs(start(0)) },
			);
			const said = error
				? `${error.message} ${error.description}`
				: String(outputs[1][0].json.error);
			expect(said).toContain('signed with [hidden]');
			expect(said).not.toContain(key.slice(0, 6));
		},
	);
});

describe('results that cannot be fetched', () => {
	it('do not change how a script ended', async () => {
		world.simulator.faults.add({
			path: RESULTS,
			status: 500,
			times: 9,
			body: errorEnvelope(500, 'broken', null),
		});
		const { json } = await waitFor(world, { jobType: 'scriptExecution', jobId: startScript(100) });
		expect(json[0]).toMatchObject({
			outcome: 'succeeded',
			results: null,
			errors: ['The results could not be fetched: Cortex refused Get Script Results: broken'],
		});
	});

	it('are told of beside a success, with what may be wrong', async () => {
		const id = start(0);
		const { json, hints } = await waitFor(world, { jobType: 'scriptExecution', jobId: id });
		expect(json[0]).toMatchObject({ outcome: 'succeeded', results: null });
		expect(hints).toEqual([
			expect.stringMatching(
				`^Script execution ${id}: The results could not be fetched: .*If the action runs no script, set Job Type to Endpoint Action\\.$`,
			),
		]);
	});

	it.each([
		['endpointAction', 'a script', { script_uid: 'ab' }, ['This waits for a script.']],
		['endpointAction', 'a snippet', { script_uid: null }, ['This waits for a script.']],
		['scriptExecution', 'a script', { script_uid: 'ab' }, []],
		['endpointAction', 'another script', { script_uid: 'ab', action_id: '1' }, []],
		['endpointAction', 'something else', {}, []],
	])('%s after %s', async (jobType, _, json, expected) => {
		const jobId = startScript(0);
		const items = [{ action_id: jobId, ...json }];
		const { hints } = await waitFor(world, { jobType, jobId }, { items });
		expect(hints).toEqual(expected.map((words) => expect.stringContaining(words)));
	});

	it('nor do endpoints of a job that ended while parked', async () => {
		const [early, late] = [start(100), start(300)];
		let asked = 0;
		world.simulator.faults.add({
			path: POLLS,
			times: 10_000,
			transform: (body) => {
				asked += 1;
				return body;
			},
		});
		const { json } = await waitFor(world, { jobId: JOB_ID }, { items: jobs(early, late) });
		expect(json.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
		expect(json[0].endpoints).toHaveLength(2);
		expect(asked).toBe(Number(json[0].polls) + Number(json[1].polls) + 1);
	});
});

describe('details of a job that ended while others went on', () => {
	const short = (seconds: number) => start(seconds, { endpoints: 1 });
	const OUTAGE = 'Service is being restarted';
	const NOTHING = { reply: { data: {} } };

	/** Spoils so many of the answers about the job that has one endpoint, once its end has been told. */
	function spoilAfterEnd(times: number, spoilt: unknown) {
		const seen = { end: false, again: 0 };
		world.simulator.faults.add({
			path: POLLS,
			times: 10_000,
			transform(body) {
				const { data = {} } = (body as { reply: { data?: Record<string, string> } }).reply;
				const [status, ...others] = Object.values(data);
				if (others.length > 0) return body;
				if (seen.end) {
					seen.again += 1;
					if (seen.again <= times) return spoilt;
				}
				seen.end ||= status === 'COMPLETED_SUCCESSFULLY';
				return body;
			},
		});
		return seen;
	}

	it('are those of its end, though it has gone on since its time was up', async () => {
		const [slow, slower] = [short(500), short(900)];
		const { json } = await waitFor(
			world,
			{ jobId: JOB_ID, timeout: '={{ $json.row === 0 ? 5 : 60 }}' },
			{ items: jobs(slow, slower), onError: 'continueRegularOutput' },
		);
		expect(json[0]).toMatchObject({
			outcome: 'timedOut',
			status: 'IN_PROGRESS',
			by_status: { IN_PROGRESS: 1 },
			progress: { total: 1, finished: 0 },
			errors: [],
		});
		expect(json[0].endpoints).toHaveLength(1);
		expect(json[1]).toMatchObject({ outcome: 'succeeded' });
	});

	it('are fetched in a later round where an outage kept them back', async () => {
		const seen = spoilAfterEnd(4, OUTAGE);
		const { json, parked } = await waitFor(
			world,
			{ jobId: JOB_ID },
			{ items: jobs(short(100), start(300)) },
		);
		expect(json.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
		expect(json[0].errors).toEqual([]);
		expect(json[0].endpoints).toHaveLength(1);
		expect(seen.again).toBe(5);
		// Four waits more than its polls needed, the first five of which were made in memory.
		expect(parked.length).toBe(Number(json[1].polls) - 5 + 4);
	});

	it.each([
		['an outage', OUTAGE, 'Cortex answered with a text instead of data'],
		['a tenant that has forgotten them', NOTHING, 'Cortex named no endpoints any more'],
	])('are null, not none, after %s to the last', async (_name, spoilt, reason) => {
		spoilAfterEnd(1_000, spoilt);
		const { json } = await waitFor(
			world,
			{ jobId: JOB_ID, timeout: 10 },
			{ items: jobs(short(100), start(300)) },
		);
		expect(json[0]).toMatchObject({
			outcome: 'succeeded',
			status: 'COMPLETED_SUCCESSFULLY',
			progress: { total: 1, finished: 1 },
			endpoints: null,
			errors: [expect.stringContaining(`The endpoints could not be fetched: ${reason}`)],
		});
		expect(json[1]).toMatchObject({ outcome: 'succeeded', errors: [] });
		expect(json[1].endpoints).toHaveLength(2);
	});

	it('an answer that names no endpoints any more takes none away', async () => {
		const id = start(9_999);
		world.simulator.faults.add({ path: POLLS, times: 99, skip: 3, transform: () => NOTHING });
		const { json } = await waitFor(
			world,
			{ jobId: id, timeout: 5 },
			{ onError: 'continueRegularOutput' },
		);
		expect(json[0]).toMatchObject({
			outcome: 'timedOut',
			status: 'IN_PROGRESS',
			progress: { total: 2 },
		});
	});
});

describe('the poll at the deadline', () => {
	it.each(kinds)(
		'is repeated after an outage: no other one makes good for it, $kind',
		async (kind) => {
			const id = start(290);
			world.simulator.faults.add({ path: POLLS, times: 3, skip: 7, status: 503 });
			const { json } = await waitFor(world, { jobId: id, timeout: 5, options: kind.options });
			expect(json[0]).toMatchObject({ outcome: 'succeeded', errors: [] });
			expect(world.requests().filter(({ status }) => status === 503)).toHaveLength(3);
		},
	);

	it.each(kinds)('that fails loses neither endpoints nor results, $kind', async (kind) => {
		const id = startScript(3_000, { endpoints: 3 });
		world.simulator.faults.add({ path: POLLS, times: 4, skip: 6, status: 503 });
		const { json } = await waitFor(
			world,
			{ jobType: 'scriptExecution', jobId: id, timeout: 5, options: kind.options },
			{ onError: 'continueRegularOutput' },
		);
		expect(json[0]).toMatchObject({ outcome: 'timedOut', progress: { total: 3 } });
		expect(json[0].endpoints).toHaveLength(3);
		expect(json[0].results).toHaveLength(3);
	});
});

describe('deadlines and modes that differ from item to item', () => {
	it('staggered deadlines are parked like one', async () => {
		const ids = [2, 3, 4, 5, 6, 7].map(() => start(9_999));
		const { json, parked } = await waitFor(
			world,
			{ jobId: JOB_ID, timeout: '={{ $json.row + 2 }}' },
			{
				items: ids.map((action_id, row) => ({ action_id, row })),
				onError: 'continueRegularOutput',
			},
		);
		expect(parked.length).toBeGreaterThanOrEqual(4);
		json.forEach(({ outcome, waited_seconds }, row) => {
			expect(outcome).toBe('timedOut');
			expect(Number(waited_seconds)).toBeGreaterThanOrEqual((row + 2) * 60);
			expect(Number(waited_seconds)).toBeLessThanOrEqual((row + 2) * 60 + 70);
		});
	});

	it('one item in memory keeps all there, and the hint says so', async () => {
		const { json, parked, hints } = await waitFor(
			world,
			{ jobId: JOB_ID, options: { waitMode: '={{ $json.row === 0 ? "inMemory" : "auto" }}' } },
			{ items: jobs(start(100), start(100)) },
		);
		expect(json.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
		expect(parked).toEqual([]);
		expect(hints).toEqual([expect.stringContaining('In Memory for some of the items')]);
	});
});

describe('whatever goes wrong', () => {
	const modes = ['continueRegularOutput', 'continueErrorOutput'] as const;
	const noTenant = () => ({
		credentials: { cortexXdrApi: { ...world.cortexKey('admin'), tenantUrl: ' ' } },
	});

	it.each(modes)('no input leaves as if it had succeeded: %s', async (onError) => {
		const { outputs } = await waitFor(
			world,
			{ jobId: JOB_ID },
			{ items: jobs('6001', '6002'), onError, ...noTenant() },
		);
		const failed = onError === 'continueErrorOutput' ? outputs[1] : outputs[0];
		expect(failed.map(({ json }) => json.error)).toEqual([
			'Tenant URL of the Cortex XDR API credential is empty',
			'Tenant URL of the Cortex XDR API credential is empty',
		]);
		expect(failed.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		if (onError === 'continueErrorOutput') expect(outputs[0]).toEqual([]);
	});

	it('an expression that fails for one item fails that one', async () => {
		const good = start(5);
		const { json } = await waitFor(
			world,
			{ jobId: "={{ $json.row === 0 ? $('Nowhere').item.json.id : $json.action_id }}" },
			{ items: jobs('1', good), onError: 'continueRegularOutput' },
		);
		expect(json[0].error).toBe("Referenced node doesn't exist");
		expect(json[1]).toMatchObject({ job_id: good, outcome: 'succeeded' });
	});

	it('every failed job is named, whatever the others have to say', async () => {
		const ids = Array.from({ length: 60 }, () => start(1, { outcome: 'failed' }));
		const { error } = await waitFor(world, { jobId: JOB_ID }, { items: jobs(...ids) });
		expect(error?.message).toBe('60 of 60 jobs did not succeed');
		for (const id of ids) expect(error?.description).toContain(id);
	});

	it('n8n refuses the sub-execution: the wait goes on in memory, and says why', async () => {
		const id = start(200);
		world.requests();
		const { json, hints } = await waitFor(
			world,
			{ jobId: id, pollInterval: 70, options: { backoff: 'fixed', endpointNames: false } },
			{ refuseSubWorkflow: 'Node type Wait is not known' },
		);
		expect(json[0]).toMatchObject({ polls: 4, waited_seconds: 210 });
		expect(world.requests()).toHaveLength(4);
		expect(json[0].outcome).toBe('succeeded');
		expect(hints).toEqual([expect.stringContaining('Node type Wait is not known')]);
	});

	describe('with a parked wait', () => {
		const broken = async (onError: 'stopWorkflow' | (typeof modes)[number]) =>
			await waitFor(
				world,
				{ jobId: JOB_ID },
				{ items: jobs(start(100), start(9_999)), onError, brokenRounds: noTenant() },
			);

		it.each(modes)('every item comes out with what was known of its job: %s', async (onError) => {
			const { json } = await broken(onError);
			expect(json).toHaveLength(2);
			for (const item of json) {
				expect(Object.keys(item)).toEqual(['error', 'details']);
				expect(item.error).toContain('Tenant URL');
				expect(item.details).toMatchObject({
					job_type: 'endpointAction',
					status: 'IN_PROGRESS',
					progress: { total: 2 },
				});
			}
		});

		it('the error names each job, and how it stood', async () => {
			const { error } = await broken('stopWorkflow');
			expect(error?.message).toContain('Tenant URL');
			const still = error?.description?.match(/^Action \d+ was still running \(IN_PROGRESS/gm);
			expect(still).toHaveLength(2);
		});
	});
});

describe('where a wait cannot be parked', () => {
	it.each([
		['on the command line', { mode: 'cli' as const }, 'it was started on the command line'],
		[
			'in a workflow without id',
			{ ids: { execution: '1' } },
			'the workflow has not been saved yet',
		],
		['in an execution without id', { ids: { workflow: 'w' } }, 'n8n does not store this execution'],
		['as a tool', { node: { type: 'test.nodeTool' } }, 'an AI agent is waiting for the answer'],
	])('%s it stays in memory, and says so', async (_name, options, reason) => {
		const { json, parked, hints } = await waitFor(world, { jobId: start(200) }, options);
		expect(json[0].outcome).toBe('succeeded');
		expect(parked).toEqual([]);
		expect(hints).toEqual([expect.stringContaining(reason)]);
	});

	it('where the user wants it so, it says nothing', async () => {
		const { parked, hints } = await waitFor(world, {
			jobId: start(200),
			options: { waitMode: 'inMemory' },
		});
		expect(parked).toEqual([]);
		expect(hints).toEqual([]);
	});
});

describe('a stopped execution', () => {
	it('stops waiting at once, and asks no more', async () => {
		const stop = new AbortController();
		const sleep = clock.sleep;
		let slept = 0;
		clock.sleep = async (milliseconds) => {
			slept += 1;
			if (slept > 5) stop.abort();
			await sleep(milliseconds);
		};
		const { error } = await waitFor(world, { jobId: start(9_999) }, { signal: stop.signal });
		expect(error?.message).toBe('The execution was stopped');
		expect(world.requests()).toHaveLength(1);
	});
});

describe('pace', () => {
	it('100 jobs are asked for below the limit, round by round', async () => {
		const ids = Array.from({ length: 100 }, () => start(100));
		world.requests();
		const { json } = await waitFor(world, { jobId: JOB_ID }, { items: jobs(...ids) });
		expect(json.map(({ job_id }) => job_id)).toEqual(ids);
		expect(world.simulator.requests.busiestSecond()).toBeLessThanOrEqual(10);
		expect(world.requests().every(({ status }) => status === 200)).toBe(true);
	});
});

describe('a tenant that other clients keep busy', () => {
	const tooMany = (times: number) =>
		world.simulator.faults.add({
			path: POLLS,
			status: 429,
			times,
			body: errorEnvelope(429, 'Too many requests.', null),
		});

	it.each(kinds)('is asked again within seconds, so no end is told late, $kind', async (kind) => {
		const id = start(1);
		tooMany(3);
		const options = { ...kind.options, endpointNames: false };
		const { json } = await waitFor(world, { jobId: id, timeout: 600, options });
		expect(json).toMatchObject([{ outcome: 'succeeded', polls: 1, waited_seconds: 7 }]);
		expect(world.requests()).toHaveLength(4);
	});

	it('is left alone until the next poll where seconds do not help', async () => {
		const id = start(1);
		tooMany(5);
		const { json } = await waitFor(world, { jobId: id });
		expect(json).toMatchObject([{ outcome: 'succeeded', polls: 2, waited_seconds: 25 }]);
	});
});

describe('seeded jobs', () => {
	it('that have ended are reported at the first poll', async () => {
		const { json } = await waitFor(
			world,
			{ jobId: seededIds.finishedScan },
			{ onError: 'continueRegularOutput' },
		);
		expect(json[0]).toMatchObject({
			outcome: 'failed',
			status: 'FAILED',
			progress: { total: 5, finished: 5, succeeded: 3, failed: 2 },
			polls: 1,
			waited_seconds: 0,
		});
	});
});
