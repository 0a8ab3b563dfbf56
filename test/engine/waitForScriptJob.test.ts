import { QualysWaitForScriptJob } from '../../nodes/QualysWaitForScriptJob/QualysWaitForScriptJob.node';
import type { RunRequest } from '../../simulator/qualys/runs';
import type { EngineOptions } from '../support/engine';
import { waitFor, type WaitOptions } from '../support/wait';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld({ scriptJobs: 60 });
});

afterEach(async () => await world.close());

const PATH = '/sm/v1/assetjobs/search';
const start = (run: RunRequest = {}) => world.simulator.qualys.runScript(run);
const wait = async (jobId: string, parameters: object = {}, options: WaitOptions = {}) =>
	await waitFor(world, { jobId, ...parameters }, { waits: QualysWaitForScriptJob, ...options });
const asked = () => world.requests().filter(({ path }) => path === PATH).length;
const rowsOf = (value: unknown) => value as Array<Record<string, unknown>>;

it('waits until every asset has ended, and gives what the script printed', async () => {
	const job = start({ assets: 3, durationSeconds: 300 });
	const { json, parked, hints } = await wait(job);
	expect(parked.length).toBeGreaterThan(0);
	expect(hints).toEqual([]);
	expect(json).toHaveLength(1);
	expect(json[0]).toMatchObject({
		job_type: 'scriptJob',
		job_id: job,
		outcome: 'succeeded',
		status: 'EXECUTION PASSED',
		progress: { total: 3, finished: 3, succeeded: 3, failed: 0 },
		by_status: { 'EXECUTION PASSED': 3 },
		errors: [],
	});
	for (const row of rowsOf(json[0].assets)) {
		expect(row).toMatchObject({ job_id: job, state: 'finished', succeeded: true, exit_code: 0 });
		expect(row).not.toHaveProperty('script_output');
	}
	expect(rowsOf(json[0].results).map(({ script_output }) => script_output)).toEqual(
		rowsOf(json[0].assets).map(({ asset_name }) => expect.stringContaining(String(asset_name))),
	);
});

it('fetches what the script printed once, at the end, and only where that is wanted', async () => {
	const bodies = async (includeResults: boolean) => {
		const job = start({ durationSeconds: 30 });
		const { first, json } = await wait(job, { options: { includeResults } });
		expect(json[0]).toMatchObject({ outcome: 'succeeded' });
		expect('results' in json[0]).toBe(includeResults);
		return (first.bodies as Array<Record<string, unknown>>).filter(
			({ includeScriptResult }) => includeScriptResult === true,
		);
	};
	expect(await bodies(false)).toEqual([]);
	expect(await bodies(true)).toHaveLength(1);
});

describe('when a job has ended', () => {
	it('0 assets are no end', async () => {
		const job = start({ assets: 0 });
		const { error } = await wait(job, { timeout: 30 });
		expect(error?.message).toBe(
			`Script job ${job} was still going on at the deadline: Qualys named no assets of it. An asset whose last job of the same script is still pending gets no new one for 14 days. And Qualys shows a user only what lies in the tag scope of that user.`,
		);
	});

	it('where the workflow goes on, the item says so too', async () => {
		const job = start({ assets: 0 });
		const { json } = await wait(job, { timeout: 30 }, { onError: 'continueRegularOutput' });
		expect(json[0]).toMatchObject({ outcome: 'timedOut', progress: { total: 0 } });
		expect(json[0].errors).toEqual([
			expect.stringMatching(/^Qualys named no assets of it\. .*no new one for 14 days/),
		]);
	});

	it('a job that has ended long ago is looked at twice', async () => {
		const job = start({ durationSeconds: 0 });
		world.clock.advance(3_600_000);
		const { json } = await wait(job, { options: { includeResults: false } });
		expect(json[0]).toMatchObject({ outcome: 'succeeded', polls: 2 });
		expect(asked()).toBe(2);
	});

	it('a number of assets that grows is no end, although those that are known have ended', async () => {
		// One more every 5 seconds, each ended at once.
		const job = start({ assets: 4, durationSeconds: 0, growsEvery: 5 });
		const { json } = await wait(job, { pollInterval: 10, options: { backoff: 'fixed' } });
		expect(json[0]).toMatchObject({ outcome: 'succeeded', progress: { total: 4 } });
	});

	it('an answer that brings nothing does not count as a look', async () => {
		const job = start({ durationSeconds: 0 });
		world.simulator.faults.add({ path: PATH, status: 503, times: 1, skip: 1 });
		const { json } = await wait(job, { options: { includeResults: false } });
		// It is there, is not, is there, is there.
		expect(json[0]).toMatchObject({ outcome: 'succeeded', polls: 4 });
	});

	it.each([
		['MANIFEST_EXECUTION_SUCCESS, which is not', 'MANIFEST_EXECUTION_SUCCESS'],
		['a word that nobody documented', 'ODD WORD'],
	])('%s', async (_, status) => {
		const job = start({ durationSeconds: 0 });
		world.simulator.faults.add({
			path: PATH,
			times: 1_000,
			transform: (body) => {
				const { list } = (body as { body: { list: Array<Record<string, unknown>> } }).body;
				list[0].status = status;
				return body;
			},
		});
		const { error } = await wait(job, { timeout: 30 });
		expect(error?.message).toBe(
			`Script job ${job} was still going on at the deadline (${status}, 2 of 3 assets finished)`,
		);
	});

	it.each(['', 'assetJobStatus', 'job.state'])('the word stands in "%s"', async (statusField) => {
		world.simulator.qualysSettings.statusField = statusField;
		const job = start({ assets: 2, durationSeconds: 200, words: ['EXECUTION FAILED'] });
		const { json } = await wait(job, {}, { onError: 'continueRegularOutput' });
		expect(json[0]).toMatchObject({ outcome: 'failed', progress: { total: 2, failed: 2 } });
	});
});

describe('what it came out as', () => {
	const mixed = (): RunRequest => ({
		assets: 3,
		durationSeconds: 30,
		words: ['EXECUTION PASSED', 'EXECUTION FAILED', 'MANIFEST_EXPIRED'],
	});

	it('says for each asset why it failed', async () => {
		const job = start(mixed());
		const names = world.simulator.qualys.assetJobsOf(job).map(({ asset }) => asset);
		const { error } = await wait(job);
		expect(error?.message).toBe(
			`Script job ${job} failed (EXECUTION FAILED, 3 of 3 assets finished): ${names[1]}: EXECUTION FAILED (exit code 1, FAILURE); ${names[2]}: MANIFEST_EXPIRED`,
		);
	});

	it.each([
		[{ requiredShare: 33 }, 'succeeded'],
		[{ requiredShare: 34 }, 'failed'],
	])('%j', async (options, outcome) => {
		const { json } = await wait(start(mixed()), { options }, { onError: 'continueRegularOutput' });
		expect(json[0]).toMatchObject({ outcome });
	});

	it('an offline agent does not hold up who lowers Finished Share', async () => {
		const job = start({ assets: 4, offline: 1, durationSeconds: 20 });
		const { json } = await wait(job, { options: { finishedShare: 75 } });
		expect(json[0]).toMatchObject({
			outcome: 'succeeded',
			progress: { total: 4, finished: 3, succeeded: 3, failed: 0 },
		});
	});

	it('the deadline, with what is known of each asset', async () => {
		const job = start({ hold: true });
		const { outputs } = await wait(job, { timeout: 20 }, { onError: 'continueErrorOutput' });
		const [{ json }] = outputs[0].length > 0 ? outputs[0] : outputs[1];
		expect(json.error).toBe(
			`Script job ${job} was still going on at the deadline (MANIFEST_ASSIGNED, 0 of 3 assets finished)`,
		);
		const { assets } = json.details as { assets: object[] };
		expect(assets).toHaveLength(3);
	});
});

it('takes the job_id of the item, else its id', async () => {
	const [a, b] = [start({ durationSeconds: 0 }), start({ durationSeconds: 0 })];
	const { json } = await wait(
		'={{ $json.job_id ?? $json.id }}',
		{},
		{ items: [{ job_id: a }, { id: b }] },
	);
	expect(json.map(({ job_id }) => job_id)).toEqual([a, b]);
});

describe('an item without a job', () => {
	const run = async (item: Record<string, unknown>, emptyJobId: string) =>
		await wait(
			'={{ $json.job_id }}',
			{ options: { emptyJobId } },
			{ items: [item], onError: 'continueRegularOutput' },
		);

	it('fails, or is skipped', async () => {
		expect((await run({}, 'refuse')).json[0].error).toBe(
			'Job ID is empty, so there is nothing to wait for',
		);
		expect((await run({}, 'skip')).json[0]).toMatchObject({ outcome: 'skipped', assets: [] });
	});

	it('is not skipped where a script was started', async () => {
		const { json } = await run({ job_id: null, correlation_uuid: 'a-b' }, 'skip');
		expect(json[0].error).toBe(
			'Execute Script has started a job for this item, but did not find it within a minute, so it is not skipped',
		);
		expect(JSON.stringify(json[0].details)).toContain('by its correlationUuid a-b');
	});

	it.each([
		['81761e17-94e8-4a3c-9c7e-2d7a4f3b6c11', 'not a correlation UUID'],
		['0', 'It is a number'],
		[{ id: 1 }, 'It is a number'],
	])('%j is refused before anything is asked', async (jobId, words) => {
		const { json } = await run({ job_id: jobId }, 'refuse');
		expect(JSON.stringify(json[0])).toContain(words);
		expect(world.requests()).toEqual([]);
	});
});

describe('requests', () => {
	it('are few for many assets: pages grow', async () => {
		const job = start({ assets: 3_000, durationSeconds: 0 });
		const { json } = await wait(job, { options: { includeResults: false } });
		expect(json[0]).toMatchObject({ progress: { total: 3_000, succeeded: 3_000 } });
		// 100, 100, 200, 400, 800, 800, 800, each time.
		expect(asked()).toBe(14);
	});

	it.each([true, false])('find all where pages are kept small (cut: %s)', async (cutsPages) => {
		Object.assign(world.simulator.qualysSettings, { largestPage: 100, cutsPages });
		const job = start({ assets: 450, durationSeconds: 0 });
		const { json } = await wait(job);
		expect(json[0]).toMatchObject({ progress: { total: 450, succeeded: 450 } });
		expect(json[0].results).toHaveLength(450);
	});

	it('more than 10,000 assets are told, and never a part of them', async () => {
		const job = start({ assets: 10_001, durationSeconds: 0 });
		const { error } = await wait(job);
		expect(error?.message).toContain('Qualys serves no more than 10,000 asset jobs of a job');
	});

	it('are as many as one job takes, however many items name it', async () => {
		const job = start({ durationSeconds: 0 });
		const items = Array<Record<string, unknown>>(20).fill({ job_id: job });
		const { json } = await wait(
			'={{ $json.job_id }}',
			{ options: { includeResults: false } },
			{ items },
		);
		expect(json).toHaveLength(20);
		expect(asked()).toBe(2);
	});

	it('a renewed token makes no other credential', async () => {
		const job = start({ durationSeconds: 600 });
		const { parked, json, hints } = await wait(
			job,
			{},
			{
				onFirstRound: () => world.simulator.qualys.tokens.expireAll(),
			},
		);
		expect(parked.length).toBeGreaterThan(0);
		expect(hints).toEqual([]);
		expect(json[0]).toMatchObject({ outcome: 'succeeded' });
	});
});

type OnError = EngineOptions['onError'];
const MODES: OnError[] = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'];

describe.each([false, true])('a poll that is killed (wiped: %s)', (wiped) => {
	it.each(MODES)('%s: goes on, and ends right', async (onError) => {
		const good = start({ durationSeconds: 400 });
		const bad = start({ durationSeconds: 400, words: ['EXECUTION PASSED', 'EXECUTION FAILED'] });
		const { json, outputs, error, pollers } = await wait(
			'={{ $json.job_id }}',
			{},
			{ items: [{ job_id: bad }, { job_id: good }], onError, kills: { polls: [1, 3], wiped } },
		);
		expect(pollers).toBe(3);
		if (onError === 'stopWorkflow') {
			expect(error?.message).toBe('1 of 2 jobs did not succeed');
			expect(error?.description).toContain(`Script job ${bad} failed (EXECUTION FAILED`);
			return;
		}
		expect(outputs.flat()).toHaveLength(2);
		if (onError === 'continueRegularOutput') {
			expect(json).toMatchObject([
				{ job_id: bad, outcome: 'failed' },
				{ job_id: good, outcome: 'succeeded' },
			]);
			expect(json[1].results).toHaveLength(3);
		}
	});
});
