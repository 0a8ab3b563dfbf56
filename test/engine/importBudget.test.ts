import { CortexXdrGetImportJob } from '../../nodes/CortexXdrGetImportJob/CortexXdrGetImportJob.node';
import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { print } from '../support/print';
import { waitFor } from '../support/wait';
import { createWorld, type World } from '../support/world';

/*
 * The vendor tells the status of import jobs ten times a minute. The simulator refuses the eleventh, so whatever
 * comes out right here has kept to it.
 */

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const MANY = 100;
const IMPORTS = '/external-scans/assets/jobs/';

/** Import jobs that end after so many seconds; every tenth one fails. */
const startImports = (count: number, durationSeconds: number) =>
	Array.from({ length: count }, (_, place) =>
		world.simulator.cortex.startJob({
			kind: 'importJob',
			durationSeconds,
			outcome: place % 10 === 0 ? 'failed' : 'succeeded',
		}),
	);

/** Times of the requests for import jobs, epoch milliseconds, and the most of them in any minute. */
function polls() {
	const entries = world.requests().filter(({ path }) => path.includes(IMPORTS));
	const times = entries.map(({ at }) => at);
	return {
		count: entries.length,
		refused: entries.filter(({ overLimit }) => overLimit).length,
		gaps: times.slice(1).map((at, index) => at - times[index]),
		busiestMinute: Math.max(
			...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length),
		),
	};
}

const within = (started: number) => Math.round((world.clock.now() - started) / 1000);

describe(`${MANY} import jobs`, () => {
	it('in one wait: at most ten requests in any minute, every outcome right, in rounds that hold no worker', async () => {
		const ids = startImports(MANY, 300);
		const started = world.clock.now();
		const { json, parked } = await waitFor(
			world,
			{ jobType: 'importJob', jobId: '={{ $json.job_id }}', timeout: 24 * 60 },
			{ items: ids.map((job_id) => ({ job_id })), onError: 'continueRegularOutput' },
		);
		const { busiestMinute, refused, gaps, count } = polls();
		expect(json.map(({ job_id, outcome }) => [job_id, outcome])).toEqual(
			ids.map((id, place) => [id, place % 10 === 0 ? 'failed' : 'succeeded']),
		);
		expect([busiestMinute <= 10, refused]).toEqual([true, 0]);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(6_000);
		// A round is ten polls, and then the wait is parked for as long at least.
		expect(parked.length).toBeGreaterThanOrEqual(MANY / 10);
		expect(Math.min(...parked)).toBeGreaterThanOrEqual(65);
		print(
			`${MANY} import jobs in one wait: ${count} requests, at most ${busiestMinute} a minute, ${within(started)} s; parked ${parked.length} times`,
		);
	}, 120_000);

	it('as many items of Get Import Job: at most ten requests in any minute, every answer in its place', async () => {
		const ids = startImports(MANY, 0);
		const started = world.clock.now();
		const { json } = await world.run(
			new CortexXdrGetImportJob(),
			{ jobId: '={{ $json.job_id }}' },
			{ items: ids.map((job_id) => ({ job_id })) },
		);
		const { busiestMinute, refused, gaps, count } = polls();
		expect(json.map(({ job_id }) => job_id)).toEqual(ids);
		expect([count, busiestMinute <= 10, refused]).toEqual([MANY, true, 0]);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(6_000);
		print(
			`${MANY} Get Import Job: ${count} requests, at most ${busiestMinute} a minute, ${within(started)} s`,
		);
	}, 120_000);
});

it('waits and nodes share the budget, and whatever else the tenant is asked passes by', async () => {
	const [first, ...others] = startImports(20, 30);
	const started = world.clock.now();
	const statusAfter = async () => {
		await world.run(new CortexXdrGetActionStatus(), { actionId: '6001', output: 'summary' });
		return within(started);
	};
	const [waited, single, status] = await Promise.all([
		waitFor(world, { jobType: 'importJob', jobId: first, timeout: 60 }),
		world.run(
			new CortexXdrGetImportJob(),
			{ jobId: '={{ $json.job_id }}' },
			{ items: others.map((job_id) => ({ job_id })) },
		),
		statusAfter(),
	]);
	expect(waited.error).toBeDefined();
	expect(single.json).toHaveLength(others.length);
	expect(status).toBeLessThan(2);
	const { busiestMinute, refused, gaps } = polls();
	expect([busiestMinute <= 10, refused]).toEqual([true, 0]);
	expect(Math.min(...gaps)).toBeGreaterThanOrEqual(6_000);
}, 120_000);

it('one job that is left over of many is asked for in each round, and its end is told soon', async () => {
	const quick = startImports(30, 0);
	const slow = startImports(2, 2_000)[1];
	const started = world.clock.now();
	const { json } = await waitFor(
		world,
		{ jobType: 'importJob', jobId: '={{ $json.job_id }}', timeout: 24 * 60 },
		{
			items: [...quick, slow].map((job_id) => ({ job_id })),
			onError: 'continueRegularOutput',
		},
	);
	expect(json.at(-1)).toMatchObject({ job_id: slow, outcome: 'succeeded' });
	// The longest interval, and what parking adds.
	expect(within(started)).toBeLessThan(2_000 + 300 + 65);
	const asked = world.requests().filter(({ path }) => path.endsWith(slow));
	const gaps = asked.slice(1).map(({ at }, index) => (at - asked[index].at) / 1000);
	expect(Math.max(...gaps)).toBeLessThanOrEqual(300 + 65);
}, 120_000);
