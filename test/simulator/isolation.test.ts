import type { SimulatorState } from '../../simulator/server';
import {
	closeBenches,
	createFakeClock,
	ENDPOINTS,
	startBench,
	STATUS,
	statusOf,
	type Answer,
	type Bench,
} from './support';

const PATHS = { isolate: '/v1/endpoints/isolate', unisolate: '/v1/endpoints/unisolate' };

let bench: Bench;

beforeEach(async () => {
	bench = await startBench();
});
afterAll(closeBenches);

const filtersFor = (value: string[]) => [{ field: 'endpoint_id_list', operator: 'in', value }];
const ask = async (what: keyof typeof PATHS, ids: string[], more: object = {}) =>
	await bench.cortex(PATHS[what], { request_data: { filters: filtersFor(ids), ...more } });
const stateOf = async (ids: string[], on = bench): Promise<string[]> => {
	const { data } = await on.cortex(ENDPOINTS, { request_data: { filters: filtersFor(ids) } });
	const endpoints = data.reply.endpoints as Array<{ endpoint_id: string; is_isolated: string }>;
	return ids.map((id) => String(endpoints.find((one) => one.endpoint_id === id)?.is_isolated));
};
const advance = (seconds: number) => bench.simulator.time.advance(seconds);
const membersOf = (group: string) =>
	bench.simulator.cortex.endpoints
		.filter(({ groups }) => groups.includes(group))
		.map(({ id }) => id);
const laptops = () => membersOf('Demo Laptops');

const expectNothing = ({ status, data }: Answer, action: string) => {
	expect(status).toBe(500);
	expect(data.reply.err_msg).toContain('No endpoint was found for creating the requested action');
	expect(data.reply.err_extra).toBe(`can't create group action id for ${action}`);
};

test('an endpoint is isolated after a while, and then released', async () => {
	const ids = laptops().slice(0, 2);
	const { status, data } = await ask('isolate', ids, { incident_id: '12' });
	expect(status).toBe(200);
	expect(data.reply).toEqual({ action_id: expect.any(Number), endpoints_count: 2 });
	expect(await stateOf(ids)).toEqual(Array(2).fill('AGENT_PENDING_ISOLATION'));
	advance(120);
	expect(await stateOf(ids)).toEqual(Array(2).fill('AGENT_ISOLATED'));
	const progress = await bench.cortex(STATUS, statusOf(data.reply.action_id));
	expect(Object.values(progress.data.reply.data)).toEqual(Array(2).fill('COMPLETED_SUCCESSFULLY'));

	await ask('unisolate', ids.slice(1));
	expect(await stateOf(ids)).toEqual(['AGENT_ISOLATED', 'AGENT_PENDING_ISOLATION_CANCELLATION']);
	advance(120);
	expect(await stateOf(ids)).toEqual(['AGENT_ISOLATED', 'AGENT_UNISOLATED']);
});

test('an endpoint whose isolation failed is as it was before', async () => {
	const [id] = membersOf('Kiosks').slice(3);
	await ask('isolate', [id]);
	advance(300);
	expect(await stateOf([id])).toEqual(['AGENT_UNISOLATED']);
});

test('an endpoint that is offline stays pending until it returns', async () => {
	const [id] = membersOf('Kiosks').slice(4);
	await ask('isolate', [id]);
	advance(3600);
	expect(await stateOf([id])).toEqual(['AGENT_PENDING_ISOLATION']);
	advance(2 * 3600);
	expect(await stateOf([id])).toEqual(['AGENT_ISOLATED']);
});

test('those that cannot take the action are left out; nothing is left where none can', async () => {
	const ids = laptops().slice(0, 3);
	await ask('isolate', ids.slice(0, 1));
	advance(120);
	expect((await ask('isolate', ids)).data.reply.endpoints_count).toBe(2);
	expectNothing(await ask('isolate', ids.slice(0, 1)), 'ISOLATE');
	expectNothing(await ask('unisolate', [laptops()[5]]), 'UNISOLATE');
	expectNothing(await ask('isolate', ['nobody']), 'ISOLATE');
});

test('while an action is under way, the endpoint takes no other one', async () => {
	const ids = laptops().slice(0, 1);
	await ask('isolate', ids);
	for (const what of ['isolate', 'unisolate'] as const) {
		const { status, data } = await ask(what, ids);
		expect(status).toBe(500);
		expect(data.reply.err_msg).toContain('is under way');
	}
});

test.each([
	['both forms', (id: string) => ({ endpoint_id: id, filters: filtersFor([id]) })],
	['neither form', () => ({})],
	[
		'another field',
		(id: string) => ({ filters: [{ field: 'hostname', operator: 'in', value: [id] }] }),
	],
	['no endpoint', () => ({ filters: filtersFor([]) })],
	['no filter', () => ({ filters: [] })],
	['a number as incident', (id: string) => ({ filters: filtersFor([id]), incident_id: 1 })],
	[
		'more than a thousand',
		(id: string) => ({ filters: filtersFor(Array(1001).fill(id) as string[]) }),
	],
	['an unknown field', (id: string) => ({ endpoint_id: id, x: 1 })],
])('%s is refused', async (_name, data) => {
	const answer = await bench.cortex(PATHS.isolate, { request_data: data(laptops()[0]) });
	expect(answer.status).toBeGreaterThanOrEqual(400);
	expect(await stateOf(laptops().slice(0, 1))).toEqual(['AGENT_UNISOLATED']);
});

test('one endpoint can be named by itself', async () => {
	const [id] = laptops();
	const { status } = await bench.cortex(PATHS.isolate, { request_data: { endpoint_id: id } });
	expect(status).toBe(200);
	expect(await stateOf([id])).toEqual(['AGENT_PENDING_ISOLATION']);
});

test('a search finds endpoints by the state that they are in now', async () => {
	const [id] = laptops();
	bench.simulator.cortex.setIsolation([id], 'AGENT_ISOLATED');
	const found = async (value: string) => {
		const filters = [...filtersFor([id]), { field: 'isolate', operator: 'in', value: [value] }];
		return (await bench.cortex(ENDPOINTS, { request_data: { filters } })).data.reply.result_count;
	};
	expect([await found('isolated'), await found('unisolated')]).toEqual([1, 0]);
});

test('a restarted simulator knows what is isolated', async () => {
	const saved: SimulatorState[] = [];
	const clock = createFakeClock();
	bench = await startBench({ onStateChange: (state) => void saved.push(state) }, clock);
	const ids = laptops().slice(0, 1);
	await ask('isolate', ids);
	const copy = JSON.parse(JSON.stringify(saved.at(-1))) as SimulatorState;
	const again = await startBench({ state: copy }, clock);
	expect(await stateOf(ids, again)).toEqual(['AGENT_PENDING_ISOLATION']);
	again.simulator.time.advance(120);
	expect(await stateOf(ids, again)).toEqual(['AGENT_ISOLATED']);
});
