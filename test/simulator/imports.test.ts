import { TIMED_OUT } from '../../simulator/cortex/importJobs';
import { seededIds } from '../../simulator/cortex/seededJobs';
import {
	closeBenches,
	createFakeClock,
	IMPORTS,
	SETTINGS,
	startBench,
	type Bench,
} from './support';

afterAll(closeBenches);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_SECONDS = 24 * 3600;

/** With the vendor's limits, unless said otherwise. */
const start = (cortexSettings = {}) => startBench({ cortexSettings }, createFakeClock());
const poll = (bench: Bench, id: string = seededIds.importCompleted) =>
	bench.cortex(`${IMPORTS}/jobs/${id}`);
const submit = (bench: Bench) => bench.cortex(IMPORTS, { assets: [{}] });
const statuses = async (count: number, call: () => Promise<{ status: number }>) => {
	const seen: number[] = [];
	while (seen.length < count) seen.push((await call()).status);
	return seen;
};
const times = (count: number, status: number) => Array<number>(count).fill(status);

describe('polls', () => {
	test('10 in any minute, of all jobs and keys together; refusals do not count', async () => {
		const bench = await start();
		const ids = [seededIds.importCompleted, seededIds.importFailed, 'nobody'];
		const seen: number[] = [];
		for (let i = 0; i < 12; i++) {
			const { admin, standard } = bench.simulator.keys;
			const path = `${IMPORTS}/jobs/${ids[i % 3]}`;
			seen.push((await bench.cortex(path, undefined, i % 2 ? admin : standard)).status);
			bench.clock.add(5_000);
		}
		// At 0, 5 … 45 s; the 11th and 12th come at 50 and 55 s.
		expect(seen.slice(10)).toEqual([429, 429]);
		expect(seen.slice(0, 10)).not.toContain(429);
		// The first is a minute ago, the second is not.
		expect(await statuses(2, () => poll(bench))).toEqual([200, 429]);
		bench.clock.add(5_000);
		expect(await statuses(2, () => poll(bench))).toEqual([200, 429]);
		const { data, headers } = await poll(bench);
		expect(data).toEqual({ err_code: 429, err_msg: 'Too many requests.', err_extra: null });
		expect(headers).not.toHaveProperty('retry-after');
		expect(bench.simulator.requests.overLimit()).toBe(5);
		expect(bench.simulator.requests.overLimit(`/public_api${IMPORTS}/jobs`)).toBe(5);
	});

	test('who may not poll takes nothing from those who may', async () => {
		const bench = await start();
		const { noImports } = bench.simulator.keys;
		const path = `${IMPORTS}/jobs/${seededIds.importCompleted}`;
		expect(await statuses(20, () => bench.cortex(path, undefined, noImports))).toEqual(
			times(20, 403),
		);
		expect(await statuses(11, () => poll(bench))).toEqual([...times(10, 200), 429]);
	});

	test('the limit can be set, at the start and later', async () => {
		const bench = await start({ importPollsPerMinute: 2 });
		expect(await statuses(3, () => poll(bench))).toEqual([200, 200, 429]);
		bench.simulator.cortexSettings.importPollsPerMinute = 3;
		expect(await statuses(2, () => poll(bench))).toEqual([200, 429]);
		await bench.send({ method: 'POST', url: SETTINGS, data: { importPollsPerMinute: 0 } });
		expect(await statuses(20, () => poll(bench))).toEqual(times(20, 200));
		// Those counted as well.
		bench.simulator.cortexSettings.importPollsPerMinute = 10;
		expect(await statuses(1, () => poll(bench))).toEqual([429]);
	});

	test('the limit of the tenant comes first', async () => {
		const bench = await startBench({ requestsPerSecond: 10, cortexSettings: {} });
		await statuses(10, () => poll(bench, seededIds.importFailed));
		bench.clock.add(999);
		expect((await poll(bench)).data.err_code).toBe(429);
	});
});

describe('submissions', () => {
	test('10 in any hour', async () => {
		const bench = await start({ importsUnderWay: 0 });
		expect(await statuses(11, () => submit(bench))).toEqual([...times(10, 201), 429]);
		bench.clock.add(HOUR - 1);
		expect(await statuses(1, () => submit(bench))).toEqual([429]);
		bench.clock.add(1);
		expect(await statuses(1, () => submit(bench))).toEqual([201]);
		expect(bench.simulator.requests.overLimit()).toBe(2);
	});

	test('none while 10 of the last hour are going on', async () => {
		const bench = await start({ importsPerHour: 0 });
		const { cortex, time } = bench.simulator;
		const importJob = (ageSeconds: number, durationSeconds: number) =>
			cortex.startJob({ kind: 'importJob', durationSeconds, ageSeconds });
		const before = cortex.startedJobs().length;
		// Nine go on; these do not count: one has ended, one is too old.
		for (let i = 0; i < 9; i++) importJob(i, 3000);
		importJob(100, 100);
		importJob(3600, DAY_SECONDS);
		expect(await statuses(2, () => submit(bench))).toEqual([201, 429]);
		const { data } = await submit(bench);
		expect(data).toEqual({
			err_code: 429,
			err_msg: 'Too many requests.',
			err_extra: '10 import jobs of the last hour are going on',
		});
		expect(bench.simulator.requests.overLimit()).toBe(2);
		expect(cortex.startedJobs()).toHaveLength(before + 12);
		time.advance(3000);
		expect((await submit(bench)).status).toBe(201);
	});

	test('a large one passes, one past 10 MB does not', async () => {
		const bench = await start();
		const assets = (bytes: number) => ({ assets: [{ raw_output: 'x'.repeat(bytes) }] });
		expect((await bench.cortex(IMPORTS, assets(9_900_000))).status).toBe(201);
		const refused = await bench.cortex(IMPORTS, assets(10_000_000));
		expect([refused.status, refused.data.err_code]).toEqual([413, 413]);
	});

	test('a wrong one starts nothing', async () => {
		const bench = await start();
		for (const body of [{}, { assets: [] }, { assets: [1] }]) {
			const { status, data } = await bench.cortex(IMPORTS, body);
			expect(status).toBe(422);
			expect(data.detail[0].loc[0]).toBe('body');
		}
		expect(bench.simulator.cortex.startedJobs()).toEqual([]);
	});
});

describe('after 24 hours', () => {
	const after = async (job: object, seconds: number) => {
		const bench = await start();
		const id = bench.simulator.cortex.startJob({
			kind: 'importJob',
			durationSeconds: 10,
			ageSeconds: seconds,
			errorLog: 'its own',
			...job,
		});
		return (await poll(bench, id)).data;
	};

	test.each([
		['one that never ends', { outcome: 'never' }],
		['one that takes longer', { durationSeconds: 2 * DAY_SECONDS }],
	])('%s ends with errors', async (_name, job) => {
		expect(await after(job, DAY_SECONDS - 1)).toMatchObject({ job_status: 'PROCESSING' });
		const ended = await after(job, DAY_SECONDS);
		expect(ended).toMatchObject({ job_status: 'COMPLETED_WITH_ERRORS', error_log: TIMED_OUT });
		expect(TIMED_OUT).toContain('24 hours');
		expect(await after(job, 3 * DAY_SECONDS)).toMatchObject({ job_status: ended.job_status });
	});

	test.each([
		[{ outcome: 'succeeded' }, 'COMPLETED'],
		[{ outcome: 'failed' }, 'FAILED'],
		[{ statuses: ['INITIATED'] }, 'INITIATED'],
		[{ statuses: ['SOMETHING_NEW'] }, 'SOMETHING_NEW'],
	])('%j stays', async (job, status) => {
		expect(await after(job, 2 * DAY_SECONDS)).toMatchObject({
			job_status: status,
			error_log: 'its own',
		});
	});

	test('it counts as updated then', async () => {
		const ended = await after({ id: 'one', outcome: 'never' }, 2 * DAY_SECONDS);
		const ms = (time: string | number) =>
			typeof time === 'string' ? Date.parse(time) : time < 1e11 ? time * 1000 : time;
		const lasted = ms(ended.last_updated) - ms(ended.created_timestamp);
		expect(lasted).toBe(DAY_SECONDS * 1000);
	});
});

test('ids of one’s own are known first, whatever they look like', async () => {
	const bench = await start();
	const id = bench.simulator.cortex.startJob({ kind: 'importJob', id: 7, durationSeconds: 0 });
	expect((await poll(bench, id)).data.job_status).toBe('COMPLETED');
	expect((await poll(bench, '8')).status).toBe(422);
	expect((await poll(bench, '11111111-1111-4111-A111-0000000000FF')).status).toBe(404);
	expect((await poll(bench, '')).status).toBe(422);
});
