import type { SimulatorState } from '../../simulator/server';
import {
	ABORT,
	closeBenches,
	createFakeClock,
	SCAN,
	scanGroup,
	SETTINGS,
	startBench,
	STATUS,
	statusOf,
	type Answer,
	type Bench,
} from './support';

let bench: Bench;

beforeEach(async () => {
	bench = await startBench();
});
afterAll(closeBenches);

const DONE = 'COMPLETED_SUCCESSFULLY';
const NOTHING_TO_DO =
	'An error occurred while processing XDR public API - No endpoint was found for creating the requested action';

const scan = async (...groups: string[]): Promise<number> =>
	(await bench.cortex(SCAN, scanGroup(...groups))).data.reply.action_id;
const abort = (...groups: string[]) => bench.cortex(ABORT, scanGroup(...groups));
const abortEndpoints = (endpoints: Array<{ id: string }>) => {
	const value = endpoints.map(({ id }) => id);
	return bench.cortex(ABORT, {
		request_data: { filters: [{ field: 'endpoint_id_list', operator: 'in', value }] },
	});
};
const members = (group: string) =>
	bench.simulator.cortex.endpoints.filter(({ groups }) => groups.includes(group));
const wordsBy = async (id: string | number, on = bench): Promise<Record<string, string>> =>
	(await on.cortex(STATUS, statusOf(id))).data.reply.data;
const words = async (id: string | number) => Object.values(await wordsBy(id));
const distinct = async (id: string | number) => [...new Set(await words(id))];
const advance = (seconds: number) => bench.simulator.time.advance(seconds);

const expectNothing = ({ status, data }: Answer, action: string) => {
	expect(status).toBe(500);
	expect(data).toEqual({
		reply: {
			err_code: 500,
			err_msg: NOTHING_TO_DO,
			err_extra: `can't create group action id for ${action}`,
		},
	});
};

describe('abort_scan', () => {
	test.each([
		['pending', 2, 'PENDING'],
		['in progress', 120, 'IN_PROGRESS'],
	])('ends a scan that is %s', async (_name, seconds, word) => {
		const scanned = await scan('Demo Laptops');
		advance(seconds);
		expect(await words(scanned)).toContain(word);
		const { status, data } = await abort('Demo Laptops');
		expect([status, Object.keys(data)]).toEqual([200, ['reply']]);
		const { action_id, endpoints_count } = data.reply;
		expect(endpoints_count).toBe(12);
		expect(action_id).toBeGreaterThan(scanned);

		expect(await distinct(scanned)).toEqual(['PENDING_ABORT']);
		expect(await words(action_id)).toEqual([]);
		advance(2);
		expect(await words(action_id)).toHaveLength(12);
		advance(58);
		expect(await distinct(scanned)).toEqual(['ABORTED']);
		expect(await distinct(action_id)).toEqual([DONE]);
		advance(24 * 3600);
		expect(await distinct(scanned)).toEqual(['ABORTED']);
	});

	test('each endpoint of the scan is aborted when the action that aborts has done so', async () => {
		const scanned = await scan('Demo Laptops');
		advance(120);
		const { action_id } = (await abort('Demo Laptops')).data.reply;
		for (let seconds = 0; seconds < 60; seconds += 5) {
			advance(5);
			const [ofScan, ofAbort] = [await wordsBy(scanned), await wordsBy(action_id)];
			for (const [id, word] of Object.entries(ofScan)) {
				expect(word).toBe(ofAbort[id] === DONE ? 'ABORTED' : 'PENDING_ABORT');
			}
		}
	});

	test('some of the endpoints: the others go on, and those that have ended stay as they are', async () => {
		const scanned = await scan('Kiosks', 'Demo Laptops');
		// Of the kiosks, three have succeeded and one has failed; one is offline and still pending.
		advance(1300);
		const { reply } = (await abort('Kiosks', 'Demo Laptops')).data;
		expect(reply.endpoints_count).toBe(1);
		expect((await wordsBy(scanned))[members('Kiosks')[4].id]).toBe('PENDING_ABORT');
		advance(60);
		const seen = await wordsBy(scanned);
		expect(members('Kiosks').map(({ id }) => seen[id])).toEqual([
			DONE,
			DONE,
			DONE,
			'FAILED',
			'ABORTED',
		]);
		expect(members('Demo Laptops').map(({ id }) => seen[id])).toEqual(Array(12).fill(DONE));
		expect(Object.keys(await wordsBy(reply.action_id))).toEqual([members('Kiosks')[4].id]);
	});

	test('one after the other', async () => {
		const scanned = await scan('Demo Laptops');
		advance(120);
		const laptops = members('Demo Laptops');
		for (const laptop of laptops.slice(0, 2)) {
			expect((await abortEndpoints([laptop])).data.reply.endpoints_count).toBe(1);
		}
		expectNothing(await abortEndpoints(laptops.slice(0, 2)), 'ABORT_SCAN');
		expect((await abortEndpoints(laptops.slice(1, 4))).data.reply.endpoints_count).toBe(2);
		advance(60);
		const seen = await wordsBy(scanned);
		expect(laptops.map(({ id }) => seen[id])).toEqual([
			...Array(4).fill('ABORTED'),
			...Array(8).fill('IN_PROGRESS'),
		]);
	});

	test('"all" means every scan, and scans of the control API too', async () => {
		const [first, second] = [await scan('Demo Laptops'), await scan('Demo Laptops')];
		const { cortex } = bench.simulator;
		const asked = cortex.startJob({ kind: 'endpointAction', durationSeconds: 0, outcome: 'never' });
		const script = cortex.startJob({ kind: 'scriptExecution', durationSeconds: 3600 });
		advance(120);
		const { data } = await bench.cortex(ABORT, { request_data: { filters: 'all' } });
		expect(data.reply.endpoints_count).toBe(12);
		advance(60);
		for (const id of [first, second, asked]) expect(await distinct(id)).toEqual(['ABORTED']);
		expect(await words(script)).toContain('IN_PROGRESS');
	});

	test('where no scan is going on, there is nothing to do', async () => {
		expectNothing(await abort('Demo Laptops'), 'ABORT_SCAN');
		expectNothing(await abort('No Such Group'), 'ABORT_SCAN');
		await scan('Demo Laptops');
		expectNothing(await abort('Kiosks'), 'ABORT_SCAN');
		await abort('Demo Laptops');
		// What aborts is no scan.
		expectNothing(await abort('Demo Laptops'), 'ABORT_SCAN');
		advance(3600);
		expectNothing(await abort('Demo Laptops'), 'ABORT_SCAN');
		expect(bench.simulator.cortex.startedJobs()).toHaveLength(2);
	});

	test('a restarted simulator knows what was aborted', async () => {
		let saved: SimulatorState | undefined;
		const onStateChange = (state: SimulatorState) => (saved = structuredClone(state));
		const clock = createFakeClock();
		bench = await startBench({ onStateChange }, clock);
		const scanned = await scan('Demo Laptops');
		advance(120);
		const aborting = (await abortEndpoints(members('Demo Laptops').slice(0, 5))).data.reply;
		const second = await startBench({ state: JSON.parse(JSON.stringify(saved)) }, clock);
		for (const seconds of [0, 20, 40, 3600]) {
			clock.add(seconds * 1000);
			for (const id of [scanned, aborting.action_id]) {
				expect(await wordsBy(id, second)).toEqual(await wordsBy(id));
			}
		}
		expect(Object.values(await wordsBy(scanned, second))).toContain('ABORTED');
	});
});

describe('one scan at a time', () => {
	test('is off at first: scans can be started again and again', async () => {
		expect(await scan('Kiosks')).toBeLessThan(await scan('Kiosks'));
	});

	test('an endpoint whose scan is going on takes no other one', async () => {
		await bench.send({ method: 'POST', url: SETTINGS, data: { oneScanAtATime: true } });
		await scan('Kiosks');
		expectNothing(await bench.cortex(SCAN, scanGroup('Kiosks')), 'SCAN');
		const both = await bench.cortex(SCAN, scanGroup('Kiosks', 'Demo Laptops'));
		expect(both.data.reply.endpoints_count).toBe(12);
		advance(1300);
		// The one that is offline has not begun.
		const again = await bench.cortex(SCAN, scanGroup('Kiosks'));
		expect(again.data.reply.endpoints_count).toBe(4);
		await abort('Kiosks');
		expectNothing(await bench.cortex(SCAN, scanGroup('Kiosks')), 'SCAN');
		advance(60);
		expect((await bench.cortex(SCAN, scanGroup('Kiosks'))).data.reply.endpoints_count).toBe(5);
	});
});

test('a scan of nobody says what could not be done', async () => {
	expectNothing(await bench.cortex(SCAN, scanGroup('No Such Group')), 'SCAN');
});
