import { CortexXdrIsolateEndpoints } from '../../nodes/CortexXdrIsolateEndpoints/CortexXdrIsolateEndpoints.node';
import { CortexXdrUnisolateEndpoints } from '../../nodes/CortexXdrUnisolateEndpoints/CortexXdrUnisolateEndpoints.node';
import type { IsolationWord } from '../../simulator/cortex/isolation';
import { askTool, WAYS } from '../support/agent';
import type { EngineOptions } from '../support/engine';
import { waitFor } from '../support/wait';
import { createWorld, type World } from '../support/world';

const LOOK = '/public_api/v1/endpoints/get_endpoint';
const ISOLATE = '/public_api/v1/endpoints/isolate';
const nodes = {
	isolate: CortexXdrIsolateEndpoints,
	unisolate: CortexXdrUnisolateEndpoints,
};

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

/** Ids of endpoints by their place in the tenant; the first twelve are demo laptops, which are connected. */
const idsOf = (from: number, to: number) =>
	world.simulator.cortex.endpoints.slice(from, to).map(({ id }) => id);
const paths = () => world.requests().map(({ path }) => path);
const run = async (
	what: keyof typeof nodes,
	items: object[],
	parameters: Record<string, unknown> = {},
	options: Partial<EngineOptions> = {},
) =>
	await world.run(
		new nodes[what](),
		{
			endpointIds: '={{ $json.endpoint_id }}',
			startFor: 'allItems',
			options: {},
			...parameters,
		} as never,
		{ items: items as never, ...options },
	);
const itemsFor = (ids: string[]) => ids.map((endpoint_id) => ({ endpoint_id }));
const rowsOf = (json: Record<string, unknown>) => json.endpoints as Array<Record<string, unknown>>;

it('isolates the endpoints of all items in one action, linked to all of them', async () => {
	const { json, outputs, bodies } = await run('isolate', itemsFor(idsOf(0, 3)));
	expect(json).toHaveLength(1);
	expect(json[0]).toMatchObject({ endpoints_count: 3, requested: 3 });
	expect(outputs[0][0].pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	expect(bodies.at(-1)).toEqual({
		request_data: {
			filters: [{ field: 'endpoint_id_list', operator: 'in', value: idsOf(0, 3) }],
		},
	});
	const waited = await waitFor(world, { jobId: String(json[0].action_id) });
	expect(waited.json[0]).toMatchObject({ outcome: 'succeeded' });
	const again = await run('isolate', itemsFor(idsOf(0, 3)));
	expect(again.json).toEqual([
		{
			action_id: null,
			endpoints_count: 0,
			requested: 3,
			endpoints: idsOf(0, 3).map((endpoint_id, index) => ({
				endpoint_id,
				endpoint_name: `demo-lt-0${index + 1}`,
				before: 'AGENT_ISOLATED',
				result: 'alreadyDone',
				reason: 'It is isolated already.',
			})),
		},
	]);
});

const STATES: Array<[IsolationWord, isolate: string, unisolate: string]> = [
	['AGENT_UNISOLATED', 'sent', 'alreadyDone'],
	['AGENT_ISOLATED', 'alreadyDone', 'sent'],
	['AGENT_PENDING_ISOLATION', 'underWay', 'leftOut'],
	['AGENT_PENDING_ISOLATION_CANCELLATION', 'leftOut', 'underWay'],
];

describe.each(['isolate', 'unisolate'] as const)('the table of states: %s', (what) => {
	it.each(STATES)('%s', async (word, isolate, unisolate) => {
		// One that can be sent, so that a single one which is left out is no error.
		const [id, other] = idsOf(0, 2);
		world.simulator.cortex.setIsolation([id], word);
		world.simulator.cortex.setIsolation(
			[other],
			what === 'isolate' ? 'AGENT_UNISOLATED' : 'AGENT_ISOLATED',
		);
		const { json } = await run(what, [{ endpoint_id: [id, other] }]);
		const expected = what === 'isolate' ? isolate : unisolate;
		expect(rowsOf(json[0])[0]).toMatchObject({ before: word, result: expected });
		expect(json[0]).toMatchObject({ endpoints_count: expected === 'sent' ? 2 : 1 });
	});
});

it('is an error where every endpoint is left out, and says why for each', async () => {
	world.simulator.cortex.setIsolation(idsOf(0, 1), 'AGENT_PENDING_ISOLATION');
	const { error } = await run('unisolate', [
		{ endpoint_id: `${idsOf(0, 1)[0]}, ${'0'.repeat(32)}` },
	]);
	expect(error?.message).toBe('None of the endpoints can be unisolated');
	expect(error?.description).toBe(
		[
			'demo-lt-01: It is being isolated: wait until that has ended, then unisolate it.',
			`${'0'.repeat(32)}: No endpoint of the tenant has this id. To go by hostname, use Search Endpoints.`,
			'Nothing was sent for them.',
		].join('\n'),
	);
	expect(paths()).toEqual([LOOK]);
});

it('an item whose endpoints make no sense keeps the others from being sent', async () => {
	const { error } = await run('isolate', itemsFor([idsOf(0, 1)[0], 'nobody']), {
		startFor: 'eachItem',
	});
	expect(error?.message).toBe('None of the endpoints can be isolated');
	expect(paths()).toEqual([LOOK]);
});

it('and under Continue, the others go on', async () => {
	const { outputs } = await run(
		'isolate',
		itemsFor([idsOf(0, 1)[0], 'nobody']),
		{ startFor: 'eachItem' },
		{ onError: 'continueErrorOutput' },
	);
	expect(outputs[0]).toMatchObject([{ json: { requested: 1 }, pairedItem: { item: 0 } }]);
	expect(outputs[1]).toMatchObject([
		{ json: { error: 'None of the endpoints can be isolated' }, pairedItem: { item: 1 } },
	]);
	expect(paths()).toEqual([LOOK, ISOLATE]);
});

it('sends an endpoint once, however many items name it', async () => {
	const [id, other] = idsOf(0, 2);
	const { json } = await run(
		'isolate',
		[{ endpoint_id: id }, { endpoint_id: [id, other] }, { endpoint_id: id }],
		{ startFor: 'eachItem' },
	);
	expect(json.map(({ requested }) => requested)).toEqual([1, 2, 1]);
	expect(json.map(({ endpoints_count }) => endpoints_count)).toEqual([1, 1, 0]);
	expect(json.map((item) => rowsOf(item).map(({ result }) => result))).toEqual([
		['sent'],
		['leftOut', 'sent'],
		['leftOut'],
	]);
	expect(rowsOf(json[2])[0].reason).toBe(
		'Another item of this run names it, too: what became of it stands there.',
	);
});

it('an endpoint that is disconnected is isolated when it returns, or left out', async () => {
	const offline = world.simulator.cortex.endpoints.find(({ hostname }) => hostname === 'kiosk-05');
	const items = itemsFor([idsOf(0, 1)[0], String(offline?.id)]);
	const left = await run('isolate', items, { options: { offline: 'leaveOut' } });
	expect(rowsOf(left.json[0])[1]).toMatchObject({
		result: 'leftOut',
		reason: 'It is disconnected.',
	});
	const sent = await run('isolate', items);
	expect(rowsOf(sent.json[0])[1]).toMatchObject({
		result: 'sent',
		reason: 'It is disconnected: this takes effect when it returns.',
	});
});

it('of fewer endpoints than asked for, a hint tells', async () => {
	const { json, hints } = await run('isolate', itemsFor([...idsOf(0, 2), 'nobody']), {
		options: { checkState: false },
	});
	expect(json[0]).toMatchObject({ endpoints_count: 2, requested: 3 });
	expect(hints).toEqual([
		expect.stringMatching(/^Cortex runs action \d+ on 2 of the 3 endpoints that it was sent for/),
	]);
});

it.each([
	[{ endpointIds: '={{ "" }}' }, 'Endpoint IDs is empty'],
	[{ endpointIds: ' , ,' }, 'Endpoint IDs is empty'],
	[{ endpointIds: '={{ [] }}' }, 'Endpoint IDs is empty'],
	[
		{ endpointIds: '={{ $json }}' },
		'Endpoint IDs holds "{"endpoint_id":"x"}", but it must be a list',
	],
	[{ options: { incidentId: '' } }, 'Incident ID is empty'],
	[{ options: { checkState: 'perhaps' } }, 'Check State holds "perhaps"'],
	[{ options: { offline: 'wait' } }, 'Offline Endpoints holds "wait"'],
	[
		{ options: { mostEndpoints: 0 } },
		'Most Endpoints holds "0", but it must be a number of endpoints, at least 1',
	],
	[
		{ endpointIds: 'a,b', options: { mostEndpoints: 1 } },
		'Endpoint IDs holds 2 endpoints, but at most 1 are allowed in one run',
	],
])('%j is refused before anything is sent', async (parameters, message) => {
	const { error } = await run('isolate', [{ endpoint_id: 'x' }], parameters);
	expect(error?.message).toBe(message);
	expect(world.requests()).toEqual([]);
});

it('says what was started before an error, and what was not sent', async () => {
	world.simulator.faults.add({ path: ISOLATE, skip: 1, times: 1, status: 503 });
	const { error, stored } = await run('isolate', itemsFor(idsOf(0, 3)), { startFor: 'eachItem' });
	expect(error?.description).toMatch(
		/It is not known whether these endpoints are being isolated[^]*\nStarted before this error: action_id \d+ \(1 endpoint, item 0\)\.\nNot sent: 1 endpoint, item 2\./,
	);
	expect(paths()).toEqual([LOOK, ISOLATE, ISOLATE]);
	expect(stored).not.toContain(world.simulator.keys.admin.key);
});

it('Retry On Fail sends again what certainly never was sent, and nothing else', async () => {
	world.simulator.faults.add({ path: ISOLATE, skip: 1, times: 1, status: 401 });
	const { json, error } = await run(
		'isolate',
		itemsFor(idsOf(0, 3)),
		{ startFor: 'eachItem' },
		{ node: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 } },
	);
	// Refused: it would be again, and nobody repeats what starts work.
	expect(error?.description).toContain('Started before this error: action_id');
	expect(json).toEqual([]);
	expect(paths().filter((path) => path === ISOLATE)).toHaveLength(2);
});

it('Retry On Fail starts nothing twice, whatever expressions give the second time', async () => {
	world.simulator.faults.add({ path: ISOLATE, skip: 1, times: 1, status: 401 });
	const { error } = await run(
		'isolate',
		itemsFor(idsOf(0, 2)),
		{ startFor: 'eachItem', options: { incidentId: '={{ Math.random() }}' } },
		{ node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } },
	);
	expect(error?.description).toContain('Started before this error: action_id');
	// The second is not sent again, since it was refused; nor is the state asked for again.
	expect(paths()).toEqual([LOOK, ISOLATE, ISOLATE]);
});

it('where the other item fails, one that names the same endpoint does not count as done', async () => {
	const [id] = idsOf(0, 1);
	world.simulator.faults.add({ path: ISOLATE, status: 401 });
	const { outputs } = await run(
		'isolate',
		itemsFor([id, id]),
		{ startFor: 'eachItem' },
		{ onError: 'continueErrorOutput' },
	);
	expect(outputs[1]).toHaveLength(1);
	expect(rowsOf(outputs[0][0].json)).toMatchObject([{ result: 'leftOut' }]);
});

it('where all are left out because they are disconnected, that is no error', async () => {
	const offline = world.simulator.cortex.endpoints.find(({ hostname }) => hostname === 'kiosk-05');
	const { json, error } = await run('isolate', itemsFor([String(offline?.id)]), {
		options: { offline: 'leaveOut' },
	});
	expect(error).toBeUndefined();
	expect(json).toMatchObject([{ action_id: null, endpoints_count: 0, requested: 1 }]);
});

it('a credential that cannot be read fails every item, also under Continue', async () => {
	const { outputs } = await run(
		'isolate',
		itemsFor(idsOf(0, 2)),
		{},
		{
			onError: 'continueErrorOutput',
			credentials: {
				cortexXdrApi: { ...world.credentials.cortexXdrApi, tenantUrl: '={{ $nope( }}' },
			},
		},
	);
	expect(outputs[0]).toEqual([]);
	expect(outputs[1]).toHaveLength(2);
	expect(world.requests()).toEqual([]);
});

it('more than a thousand endpoints make several actions', async () => {
	const items = itemsFor(
		world.simulator.cortex.endpoints
			.filter(({ platform, status }) => platform !== 'android' && status === 'CONNECTED')
			.slice(0, 1500)
			.map(({ id }) => id),
	);
	const { json, outputs } = await run('isolate', items, { options: { checkState: false } });
	expect(json.map(({ requested }) => requested)).toEqual([1000, 500]);
	expect(outputs[0].map(({ pairedItem }) => (pairedItem as unknown[]).length)).toEqual([1000, 500]);
	expect(paths()).toEqual([ISOLATE, ISOLATE]);
});

it('items with another credential are refused', async () => {
	const credentials = {
		...world.credentials,
		cortexXdrApi: {
			...world.credentials.cortexXdrApi,
			tenantUrl: '={{ $json.tenant }}',
		},
	};
	const items = idsOf(0, 2).map((endpoint_id, index) => ({
		endpoint_id,
		tenant: index === 0 ? world.url : 'http://127.0.0.1:9',
	}));
	const { error } = await run('isolate', items, {}, { credentials });
	expect(error?.message).toBe("The credential of this item is another one than the first item's");
	expect(world.requests()).toEqual([]);
});

describe.each(
	WAYS.flatMap((way) => (['isolate', 'unisolate'] as const).map((what) => [what, way] as const)),
)('%s as a tool, the %s way', (what, way) => {
	const START = `/public_api/v1/endpoints/${what}`;
	const ask = async (options: object, call: Record<string, unknown>) =>
		await askTool(
			world,
			new nodes[what](),
			{
				endpointIds: '={{ $fromAI("ids", "", "json") }}',
				startFor: 'allItems',
				options: options as never,
			},
			[call],
			{ way },
		);

	it.each(['', ' ', [], [''], {}, null, 'all', '*'])('%j does nothing', async (ids) => {
		const { answers } = await ask({}, { ids });
		expect(paths()).not.toContain(START);
		expect(answers[0]).toMatch(/Endpoint IDs|None of the endpoints|did not match/);
	});

	it('a model names no more endpoints than a hundred', async () => {
		const { answers } = await ask({}, { ids: idsOf(0, 101) });
		expect(answers[0]).toContain('at most 100 are allowed in one run');
		expect(answers[0]).toContain('Only the author of the workflow can allow more');
		expect(paths()).toEqual([]);
	});

	it.each(['={{ $fromAI("most", "", "number") }}', '={{ $json.most }}', '={{ 5000 }}'])(
		'nor does it where Most Endpoints is the expression %s',
		async (mostEndpoints) => {
			await ask({ mostEndpoints }, { ids: idsOf(0, 101), most: 5000 });
			expect(paths()).toEqual([]);
		},
	);

	it('but it does where the author allows more', async () => {
		world.simulator.cortex.setIsolation(
			idsOf(0, 101),
			what === 'isolate' ? 'AGENT_UNISOLATED' : 'AGENT_ISOLATED',
		);
		const { answers } = await ask({ mostEndpoints: 150 }, { ids: idsOf(0, 101) });
		expect(answers[0]).toContain('"action_id"');
		expect(paths()).toContain(START);
	});
});
