import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import { askTool, WAYS } from '../support/agent';
import type { EngineOptions } from '../support/engine';
import { isShown } from '../support/hints';
import { tracesOf } from '../support/secrets';
import { waitFor } from '../support/wait';
import { createWorld, type World } from '../support/world';

const LOOK = '/public_api/v1/endpoints/get_endpoint';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

type Row = Record<string, unknown>;
const paths = () => world.requests().map(({ path }) => path);
const lookUps = () => paths().filter((path) => path === LOOK);
const start = (durationSeconds: number, more: object = {}) =>
	world.simulator.cortex.startJob({
		kind: 'endpointAction',
		durationSeconds,
		endpoints: 2,
		...more,
	});

describe('Wait for Job', () => {
	it.each([
		['in memory', 20],
		['parked', 300],
	])('names the endpoints at the end, %s', async (_name, seconds) => {
		const { json, parked } = await waitFor(world, { jobId: start(seconds) });
		expect(parked.length > 0).toBe(seconds > 60);
		expect(json[0].outcome).toBe('succeeded');
		expect((json[0].endpoints as Row[]).map((row) => row.endpoint_name)).toEqual([
			'demo-lt-01',
			'demo-lt-02',
		]);
		expect(lookUps()).toHaveLength(1);
	});

	it.each([
		['in memory', 20],
		['parked', 300],
	])('its sentences say names, %s', async (_name, seconds) => {
		const { error } = await waitFor(world, { jobId: start(seconds, { outcome: 'failed' }) });
		expect(error?.message).toMatch(/failed \(FAILED, 2 of 2 endpoints finished\): demo-lt-01: /);
		expect(error?.message).not.toMatch(/[\da-f]{32}/);
	});

	it('asks for an endpoint once, however many jobs it is part of, and a hundred at a time', async () => {
		const ids = [start(20, { endpoints: 150 }), start(20, { endpoints: 150 })];
		const { json } = await waitFor(
			world,
			{ jobId: '={{ $json.id }}' },
			{ items: ids.map((id) => ({ id })) },
		);
		for (const { endpoints } of json) {
			const names = (endpoints as Row[]).map((row) => row.endpoint_name);
			expect(new Set(names).size).toBe(150);
			expect(names).not.toContain(null);
		}
		expect(lookUps()).toHaveLength(2);
	});

	it('asks for none where nobody wants them', async () => {
		const { json } = await waitFor(world, {
			jobId: start(20),
			options: { endpointNames: false },
		});
		expect((json[0].endpoints as Row[])[0]).not.toHaveProperty('endpoint_name');
		expect(lookUps()).toEqual([]);
	});

	it('a script has brought the names along', async () => {
		const { json } = await waitFor(world, {
			jobType: 'scriptExecution',
			jobId: start(20, { kind: 'scriptExecution' }),
		});
		expect((json[0].endpoints as Row[]).map((row) => row.endpoint_name)).toEqual([
			'demo-lt-01',
			'demo-lt-02',
		]);
		expect(lookUps()).toEqual([]);
	});

	it.each([
		['is refused', 403],
		['breaks down', 500],
		['is out of order', 503],
	])('where the look %s, nothing changes but the names, and a hint', async (_name, status) => {
		world.simulator.faults.add({ path: LOOK, status, body: {}, times: 9 });
		const { json, hints } = await waitFor(world, { jobId: start(20) });
		expect(json[0].outcome).toBe('succeeded');
		expect((json[0].endpoints as Row[]).map((row) => row.endpoint_name)).toEqual([null, null]);
		expect(hints).toEqual([
			expect.stringMatching(/^The names of the endpoints could not be looked up: /),
		]);
	});

	it('where the key may not look, the hint says which permission is missing', async () => {
		const key = world.simulator.keys.reader;
		key.permissions = key.permissions.filter((one) => one !== 'Endpoint Administrations View');
		const { json, hints } = await waitFor(
			world,
			{ jobId: start(20) },
			{ credentials: { cortexXdrApi: world.cortexKey('reader') } },
		);
		expect(json[0]).toMatchObject({ outcome: 'succeeded', errors: [] });
		expect(hints).toEqual([expect.stringContaining('Endpoint Administrations (view)')]);
	});

	it.each([
		['no list', { reply: {} }],
		[
			'endpoints that nobody asked for',
			{ reply: { endpoints: [{ endpoint_id: 'x', endpoint_name: 'y' }] } },
		],
		['an endpoint without a name', { reply: { endpoints: [{ endpoint_name: null }] } }],
	])('an answer with %s gives no name', async (_name, body) => {
		world.simulator.faults.add({ path: LOOK, status: 200, body });
		const { json } = await waitFor(world, { jobId: start(20) });
		expect(json[0]).toMatchObject({ outcome: 'succeeded', errors: [] });
		expect((json[0].endpoints as Row[]).map((row) => row.endpoint_name)).toEqual([null, null]);
	});

	it('what cannot be looked up costs seconds, and not the end of a wait that is parked', async () => {
		const jobId = start(300);
		world.simulator.faults.add({ path: LOOK, status: 429, times: 500 });
		const { json, parked } = await waitFor(world, { jobId, pollInterval: 100 });
		expect(parked.length).toBeGreaterThan(0);
		expect(json[0]).toMatchObject({ outcome: 'succeeded', errors: [], endpoints: [{}, {}] });
		const ended = world.simulator.time.now();
		expect(ended - Date.parse(String(json[0].finished_at))).toBeLessThan(60_000);
	});

	it('an answer that repeats the key puts it into no hint, no item and no sentence', async () => {
		const { key } = world.simulator.keys.admin;
		world.simulator.faults.add({
			path: LOOK,
			status: 500,
			times: 9,
			body: { reply: { err_code: 500, err_msg: `no such key: ${key}`, err_extra: key } },
		});
		const { hints, stored, error } = await waitFor(world, {
			jobId: start(20, { outcome: 'failed' }),
		});
		const all = [...hints, stored, error?.message, error?.description].join('\n');
		for (const piece of tracesOf([key])) expect(all).not.toContain(piece);
	});

	it('a job that ended while others went on is named too, and so is one that did not end', async () => {
		const ids = [start(20, { outcome: 'failed' }), start(400), start(9_000)];
		const { json } = await waitFor(
			world,
			{ jobId: '={{ $json.id }}', timeout: 30 },
			{ items: ids.map((id) => ({ id })), onError: 'continueRegularOutput' },
		);
		expect(json.map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded', 'timedOut']);
		for (const { endpoints } of json) {
			expect((endpoints as Row[]).map((row) => row.endpoint_name)).toEqual([
				'demo-lt-01',
				'demo-lt-02',
			]);
		}
		expect((json[0].errors as string[])[0]).toMatch(/^demo-lt-01: /);
		expect(lookUps()).toHaveLength(1);
	});

	it('import jobs have no endpoints to name', async () => {
		const jobId = world.simulator.cortex.startJob({ kind: 'importJob', durationSeconds: 5 });
		const { json } = await waitFor(world, { jobType: 'importJob', jobId });
		expect(json[0]).not.toHaveProperty('endpoints');
		expect(lookUps()).toEqual([]);
	});

	it.each(WAYS)('a model gets them as well, the %s way', async (way) => {
		const { answers } = await askTool(
			world,
			new CortexXdrWaitForJob(),
			{ jobId: '={{ $fromAI("id") }}', options: {} },
			[{ id: start(5) }],
			{ way },
		);
		expect(answers[0]).toContain('"endpoint_name":"demo-lt-01"');
	});

	it('and a sentence says the id', async () => {
		world.simulator.faults.add({ path: LOOK, status: 403, body: {} });
		const { error } = await waitFor(world, { jobId: start(20, { outcome: 'failed' }) });
		expect(error?.message).toMatch(/: [\da-f]{32}: /);
	});

	it('an endpoint that is gone has no name', async () => {
		const jobId = start(20);
		world.simulator.cortex.removeEndpoints([world.simulator.cortex.endpoints[0].id]);
		const { json } = await waitFor(world, { jobId });
		expect((json[0].endpoints as Row[]).map((row) => row.endpoint_name)).toEqual([
			null,
			'demo-lt-02',
		]);
	});
});

describe('an item without an id', () => {
	const items = (...ids: unknown[]) => ids.map((action_id) => ({ action_id }));
	const wait = async (ids: unknown[], emptyJobId: string, onError?: EngineOptions['onError']) =>
		await waitFor(
			world,
			{ jobId: '={{ $json.action_id }}', options: { emptyJobId } },
			{ items: items(...ids), onError },
		);

	it.each([null, '', ' ', undefined])('%j is refused by default', async (id) => {
		const { error } = await wait([id], 'refuse');
		expect(error?.message).toBe('Job ID is empty, so there is nothing to wait for');
		expect(paths()).toEqual([]);
	});

	it.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const)(
		'is skipped on demand, which is a success: On Error %s',
		async (onError) => {
			const id = start(20);
			const { outputs } = await wait([null, id], 'skip', onError);
			expect(outputs[0]).toMatchObject([
				{ json: { job_id: null, outcome: 'skipped', endpoints: [] }, pairedItem: { item: 0 } },
				{ json: { job_id: id, outcome: 'succeeded' }, pairedItem: { item: 1 } },
			]);
			expect(outputs[1] ?? []).toEqual([]);
		},
	);

	it('an item for which the node before has failed is not skipped', async () => {
		const { error } = await waitFor(
			world,
			{ jobId: '={{ $json.action_id }}', options: { emptyJobId: 'skip' } },
			{ items: [{ error: 'Cortex refused it', details: {} }] },
		);
		expect(error?.message).toBe('The node before failed for this item: "Cortex refused it"');
		expect(paths()).toEqual([]);
	});

	it('where all are skipped, nobody is asked', async () => {
		const before = world.clock.now();
		const { json } = await wait([null, ''], 'skip');
		expect(json.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped']);
		expect(paths()).toEqual([]);
		expect(world.clock.now()).toBe(before);
	});

	it('is skipped in a wait that is parked, too', async () => {
		const id = start(300);
		const { json, parked } = await wait([null, id], 'skip');
		expect(parked.length).toBeGreaterThan(0);
		expect(json.map(({ outcome }) => outcome)).toEqual(['skipped', 'succeeded']);
	});

	it('an id that is wrong is no empty one', async () => {
		const { error } = await wait(['none'], 'skip');
		expect(error?.message).toBe('Job ID holds "none", but it must be a whole positive number');
	});

	it('and a choice that there is not is refused', async () => {
		const { error } = await wait([null], 'ignore');
		expect(error?.message).toBe('If Job ID Is Empty holds "ignore"');
	});
});

describe('Get Action Status', () => {
	const ask = async (options: object, output = 'endpoints') =>
		await world.run(new CortexXdrGetActionStatus(), {
			actionId: '6001',
			output,
			options: options as never,
		});

	it('names endpoints on demand', async () => {
		const { json } = await ask({ endpointNames: true });
		expect(json.map(({ endpoint_name }) => endpoint_name)).toEqual([
			'kiosk-01',
			'kiosk-02',
			'kiosk-03',
			'kiosk-04',
			'kiosk-05',
		]);
		expect(lookUps()).toHaveLength(1);
	});

	it('also in a summary', async () => {
		const { json } = await ask({ endpointNames: true }, 'summary');
		expect((json[0].endpoints as Row[])[0].endpoint_name).toBe('kiosk-01');
	});

	it('and not otherwise', async () => {
		const { json } = await ask({});
		expect(json[0]).not.toHaveProperty('endpoint_name');
		expect(lookUps()).toEqual([]);
	});

	describe('the hint beside it', () => {
		const shown = (options: object, output: string, rows: object[]) => {
			const node = new CortexXdrGetActionStatus();
			const parameters = { actionId: '6001', output, options: options as never };
			return isShown(node, 'No endpoint has a name here', parameters, rows);
		};
		const named = [{ endpoint_name: 'a' }, { endpoint_name: null }];
		const nameless = [{ endpoint_name: null }, { endpoint_name: null }];

		it.each([
			[true, 'endpoints', nameless, true],
			[true, 'endpoints', named, false],
			[true, 'endpoints', [], false],
			[false, 'endpoints', [{ endpoint_id: 'a' }], false],
			[true, 'summary', [{ endpoints: nameless }], true],
			[true, 'summary', [{ endpoints: named }], false],
			[true, 'summary', [{ endpoints: [] }], false],
		])('endpointNames %s, %s, %j: %s', (endpointNames, output, rows, expected) => {
			expect(shown({ endpointNames }, output, rows)).toBe(expected);
		});
	});

	it('without names where it may not look them up', async () => {
		world.simulator.faults.add({ path: LOOK, status: 403, body: {} });
		const { json, error } = await ask({ endpointNames: true });
		expect(error).toBeUndefined();
		expect(json.map(({ endpoint_name }) => endpoint_name)).toEqual(Array(5).fill(null));
	});
});

it('the id of an action is no id of an import job', async () => {
	const { error } = await waitFor(world, { jobType: 'importJob', jobId: start(20) });
	expect(error?.message).toMatch(/^Job ID holds "\d+", which is the id of an action/);
	expect(error?.description).toContain('set Job Type to Endpoint Action');
	expect(paths()).toEqual([]);
});
