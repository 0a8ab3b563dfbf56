import { createSimulatedTime } from '../../simulator/clock';
import { createSimulator, type SimulatorState } from '../../simulator/server';
import {
	closeBenches,
	createFakeClock,
	importOf,
	IMPORTS,
	SCAN,
	scanGroup,
	START,
	startBench,
	STATUS,
	statusOf,
} from './support';

afterAll(closeBenches);

describe('simulated time', () => {
	test('runs at its speed and moves forward on demand', () => {
		const clock = createFakeClock();
		const time = createSimulatedTime(clock, 20);
		expect(time.now()).toBe(START);
		clock.add(3000);
		expect(time.now()).toBe(START + 60_000);
		time.advance(90);
		expect(time.now()).toBe(START + 150_000);
	});

	test('goes on through a restart, at the speed of then', () => {
		const clock = createFakeClock();
		const before = createSimulatedTime(clock, 20);
		before.advance(100);
		clock.add(5000);
		const after = createSimulatedTime(clock, 1, before.anchor());
		expect(after.now()).toBe(START + 200_000);
		clock.add(1000);
		expect(after.now()).toBe(START + 201_000);
	});
});

test('a restarted simulator finds every job where it belongs', async () => {
	let saved: SimulatorState | undefined;
	const onStateChange = (state: SimulatorState) => (saved = structuredClone(state));
	const clock = createFakeClock();
	const options = { seed: 7, speed: 20, endpoints: 300, onStateChange };
	const first = await startBench(options, clock);
	const filters = [{ field: 'platform', operator: 'in', value: ['windows'] }];
	const scan = await first.cortex(SCAN, { request_data: { filters } });
	const imported = await first.cortex(IMPORTS, importOf(START));
	const asked = first.simulator.cortex.startJob({
		kind: 'endpointAction',
		id: 'mine',
		durationSeconds: 900,
		outcome: 'failed',
	});
	first.simulator.time.advance(100);
	first.simulator.qualys.createJobs(3, { createdAt: first.simulator.time.now() + 1000 });
	const newest = await first.search({ pageSize: 5 });
	expect(newest.data.body.totalCount).toBe(503);
	const before = await first.cortex(STATUS, statusOf(6001));
	expect(asked).toBe('mine');

	// The same again, except that one of the two is stopped and started from what it saved.
	const state = JSON.parse(JSON.stringify(saved)) as SimulatorState;
	const second = await startBench({ ...options, state, seed: undefined }, clock);
	for (const seconds of [0, 10, 20, 40, 1000, 4000]) {
		clock.add(seconds * 1000);
		const look = (bench: typeof first) =>
			Promise.all([
				bench.cortex(STATUS, statusOf(scan.data.reply.action_id)),
				bench.cortex(`${IMPORTS}/jobs/${imported.data.job_id}`),
				bench.send({ url: '/simulator/jobs' }),
				bench.send({ url: '/simulator/time' }),
			]);
		const [one, two] = [await look(first), await look(second)];
		expect(two.map(({ data }) => data)).toEqual(one.map(({ data }) => data));
		expect(one[0].status).toBe(200);
	}
	expect((await second.cortex(STATUS, statusOf(6001))).data).toEqual(before.data);
	expect((await second.search({ pageSize: 5 })).data).toEqual(newest.data);

	// Ids go on, they do not start again.
	const next = await second.cortex(SCAN, scanGroup('Kiosks'));
	expect(next.data.reply.action_id).toBeGreaterThan(scan.data.reply.action_id);
});

test('a restarted simulator goes on with its tokens: those that were ended stay so', async () => {
	let saved: SimulatorState | undefined;
	const onStateChange = (state: SimulatorState) => (saved = structuredClone(state));
	const clock = createFakeClock();
	const first = await startBench({ onStateChange }, clock);
	const { username, password } = first.simulator.users.admin;
	const { data: ended } = await first.signIn(username, password);
	await first.send({
		method: 'POST',
		url: '/simulator/qualys/expire-tokens',
		data: { longLived: true },
	});
	const { data: good } = await first.signIn(username, password);

	const second = await startBench({ state: saved }, clock);
	const { data: newest } = await second.signIn(username, password);
	expect(new Set([ended, good, newest]).size).toBe(3);
	const { bearerToken } = second.simulator.qualys;
	for (const [token, status] of [
		[ended, 401],
		[bearerToken, 401],
		[good, 200],
		[newest, 200],
	]) {
		expect((await second.search({ pageSize: 1 }, { token })).status).toBe(status);
	}
});

test('nobody is told of a change that could not be saved', async () => {
	let isFull = false;
	const onStateChange = () => {
		if (isFull) throw new Error('The disk is full');
	};
	const bench = await startBench({ onStateChange });
	isFull = true;
	const refused = await bench.cortex(SCAN, scanGroup('Kiosks'));
	expect(refused.status).toBe(500);
	isFull = false;
	expect((await bench.cortex(SCAN, scanGroup('Kiosks'))).status).toBe(200);
});

test('a state of another seed is refused', async () => {
	const bench = await startBench({ seed: 1 });
	const state = bench.simulator.state();
	await expect(startBench({ seed: 2, state })).rejects.toThrow('seed 1');
});

test('the seed decides keys and endpoints', async () => {
	const [one, same, other] = await Promise.all([1, 1, 2].map((seed) => startBench({ seed })));
	const world = ({ simulator }: typeof one) => [simulator.keys, simulator.cortex.endpoints];
	expect(world(same)).toEqual(world(one));
	expect(other.simulator.keys.admin.key).not.toBe(one.simulator.keys.admin.key);
	expect(one.simulator.keys.admin.key).toHaveLength(128);
	const ids = one.simulator.cortex.endpoints.map(({ id }) => id);
	expect(new Set(ids).size).toBe(100);
	expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
});

test('a taken port is refused with its code, and close is at once', async () => {
	const [first, second] = [await startBench(), await createSimulator({ clock: createFakeClock() })];
	await first.send({ url: '/simulator/time' });
	const port = Number(new URL(first.url).port);
	await expect(second.listen(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
	await second.close();
	const started = Date.now();
	await first.simulator.close();
	expect(Date.now() - started).toBeLessThan(1000);
	await expect(first.send({ url: '/simulator/time' })).rejects.toThrow();
});
