import { QualysScriptJobTrigger } from '../../nodes/QualysScriptJobTrigger/QualysScriptJobTrigger.node';
import { MOST_LOOKS, MOST_OPEN } from '../../nodes/QualysScriptJobTrigger/openJobs';
import type { RunRequest } from '../../simulator/qualys/runs';
import { Polled } from '../support/trigger';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld({ scriptJobs: 300 });
});

afterEach(async () => await world.close());

const SEARCH = '/sm/v2/jobs/search';
const ASSETS = '/sm/v1/assetjobs/search';
const DAY = 24 * 3600;

const trigger = (parameters: object = {}, stored?: Record<string, unknown>) =>
	new Polled(
		world,
		new QualysScriptJobTrigger(),
		{ event: 'created', filters: {}, simplify: true, options: {}, ...parameters },
		stored,
	);
const active = async (parameters: object = {}) => {
	const one = trigger(parameters);
	await one.activate();
	return one;
};
const run = (request: RunRequest = {}) => world.simulator.qualys.runScript(request);
const seconds = (count: number) => world.clock.advance(count * 1000);
const ids = (items: Array<Record<string, unknown>>) => items.map(({ id }) => id);
const asked = (path: string) => world.requests().filter((one) => one.path === path).length;

/** Ids of all jobs that there are, oldest first. */
async function allIds(): Promise<unknown[]> {
	const { search, users } = { search: world.simulator.qualys.search, users: world.simulator.users };
	const sort = '[{"created.dateTime":"asc"},{"id":"asc"}]';
	const rows: string[] = [];
	let searchAfter: unknown[] | undefined;
	for (;;) {
		const body = { sort, pageSize: 1000, ...(searchAfter ? { searchAfter } : {}) };
		const { list } = (
			search(body, users.admin, 2) as {
				body: { list: Array<{ sortValues: unknown[]; data: { id: string } }> };
			}
		).body;
		if (list.length === 0) return await Promise.resolve(rows);
		rows.push(...list.map(({ data }) => data.id));
		searchAfter = list[list.length - 1].sortValues;
	}
}

describe('job created', () => {
	it('emits nothing old when it is published, and then each job once', async () => {
		const one = await active();
		expect(await one.poll()).toEqual([]);
		const job = run();
		const items = await one.poll();
		expect(items).toEqual([
			{
				id: job,
				title: expect.any(String),
				scriptId: expect.any(Number),
				scriptType: expect.any(String),
				platform: expect.any(String),
				category: expect.any(String),
				severity: expect.any(Number),
				createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
				updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
				correlationUuid: expect.any(String),
			},
		]);
		expect(await one.poll()).toEqual([]);
	});

	it('gives the record as it came where Simplify is off', async () => {
		const one = await active({ simplify: false });
		run();
		const [item] = await one.poll();
		expect(item).toMatchObject({ created: { dateTime: expect.any(Number) }, isTest: false });
		expect(item).not.toHaveProperty('sortValues');
	});

	it('takes only jobs that match', async () => {
		const [wanted, other] = world.simulator.qualys.scripts;
		const one = await active({ filters: { scriptId: wanted.id } });
		const job = run({ scriptId: wanted.id });
		run({ scriptId: other.id });
		expect(ids(await one.poll())).toEqual([job]);
	});

	it('begins with the first job of a subscription that has none', async () => {
		await world.close();
		world = await createWorld({ scriptJobs: 0 });
		const one = await active();
		expect(await one.poll()).toEqual([]);
		const job = run();
		expect(ids(await one.poll())).toEqual([job]);
		expect(await one.poll()).toEqual([]);
	});

	it.each([1, 99, 100, 101, 250, 1_500])('%d jobs of one millisecond: each once', async (count) => {
		const one = await active();
		world.simulator.qualys.createJobs(count);
		const before = new Set(ids(one.came));
		const items = await one.poll();
		expect(items).toHaveLength(count);
		expect(new Set(ids(items)).size).toBe(count);
		expect(before.size).toBe(0);
		expect(await one.poll()).toEqual([]);
		// One more of the very same moment, whose id may sort before the others.
		const at = world.simulator.time.now();
		const job = run({ createdAt: at });
		expect(ids(await one.poll())).toEqual([job]);
	});

	it('finds a job that is listed up to five minutes late', async () => {
		const one = await active();
		const late = run({ appearsAfter: 200 });
		seconds(100);
		const job = run();
		expect(ids(await one.poll())).toEqual([job]);
		seconds(101);
		expect(ids(await one.poll())).toEqual([late]);
		expect(await one.poll()).toEqual([]);
	});

	it('nothing is lost or comes twice over an outage of hours', async () => {
		const one = await active();
		const expected: string[] = [];
		world.simulator.faults.add({ path: SEARCH, status: 503, times: 10_000 });
		for (let hour = 0; hour < 5; hour += 1) {
			expected.push(run());
			seconds(3600);
			await expect(one.poll()).rejects.toMatchObject({ httpCode: '503' });
		}
		world.simulator.faults.clear();
		expect(ids(await one.poll())).toEqual(expected);
		expect(await one.poll()).toEqual([]);
	});

	it('nor over a restart, whatever n8n had stored', async () => {
		const one = await active();
		const first = run();
		expect(ids(await one.poll())).toEqual([first]);
		const meanwhile = run();
		await one.restart();
		expect(ids(one.came)).toEqual([first, meanwhile]);
		await one.restart();
		expect(await one.poll()).toEqual([]);
		const later = run();
		expect(ids(await one.poll())).toEqual([later]);
	});

	it('goes on where the workflow was saved anew, and begins anew where it was published again', async () => {
		const one = await active();
		const first = run();
		await one.activate('update');
		expect(ids(one.came)).toEqual([first]);
		run();
		await one.activate('activate');
		expect(await one.poll()).toEqual([]);
		const next = run();
		expect(ids(await one.poll())).toEqual([next]);
	});

	it.each([
		['another filter', { filters: { query: 'severity > 0' } }],
		['another event', { event: 'finished' }],
	])('begins anew with %s: a mark of the old one says nothing', async (_, parameters) => {
		const one = await active();
		run();
		Object.assign(one.parameters, parameters);
		await one.activate('update');
		expect(one.came).toEqual([]);
	});

	it.each([
		['none', {}],
		['no object', { state: 'x' }],
		['another form', { state: { of: 'x', mark: { seen: [1] }, open: [] } }],
		['one without its mark', { state: { of: 'x', open: [] } }],
	])('begins anew where the stored state is %s', async (_, state) => {
		const one = trigger({}, { 'node:Trigger': state });
		await one.restart();
		expect(one.came).toEqual([]);
		const job = run();
		expect(ids(await one.poll())).toEqual([job]);
	});

	it('goes on after a start of n8n in an outage, which n8n would take for its end', async () => {
		const one = await active();
		const job = run();
		world.simulator.faults.add({ path: SEARCH, status: 503, times: 10_000 });
		await one.restart();
		expect(one.came).toEqual([]);
		await expect(one.poll()).rejects.toMatchObject({ httpCode: '503' });
		world.simulator.faults.clear();
		expect(ids(await one.poll())).toEqual([job]);
	});

	it('is not published in an outage: nobody would know what is old', async () => {
		world.simulator.faults.add({ path: SEARCH, status: 503, times: 10_000 });
		await expect(trigger().activate()).rejects.toMatchObject({ httpCode: '503' });
	});

	it('begins each poll with what n8n has stored, where n8n hands out no more', async () => {
		const one = await active();
		const jobs: string[] = [];
		for (let poll = 0; poll < 6; poll += 1) {
			if (poll % 2 === 0) jobs.push(run());
			await one.pollAnew();
		}
		expect(ids(one.came)).toEqual(jobs);
	});

	it('two polls at once: the second one has nothing to do', async () => {
		const one = await active();
		const job = run();
		const both = await Promise.all([one.poll(), one.poll()]);
		expect(both.map(ids).sort()).toEqual([[], [job]]);
	});

	it("no clock of n8n's is asked", async () => {
		const one = await active();
		world.clock.advance(-7 * DAY * 1000);
		world.simulator.time.advance(7 * DAY + 1);
		const job = run();
		expect(ids(await one.poll())).toEqual([job]);
		expect(await one.poll()).toEqual([]);
	});

	it('reads a bounded number of pages in a poll, and the others in the next ones', async () => {
		const one = await active();
		world.requests();
		world.simulator.qualys.createJobs(5_000);
		const first = await one.poll();
		expect(asked(SEARCH)).toBe(20);
		// But for those that are read once more.
		expect(first.length).toBeGreaterThan(1_900);
		for (let poll = 0; poll < 10; poll += 1) await one.poll();
		expect(one.came).toHaveLength(5_000);
		expect(new Set(ids(one.came)).size).toBe(5_000);
	});

	it('reads for 20 seconds at the most, and goes on in the next poll', async () => {
		const one = await active();
		world.simulator.qualys.createJobs(1_500);
		world.simulator.faults.add({ path: SEARCH, delayMs: 6_000, times: 4 });
		world.requests();
		await one.poll();
		expect(asked(SEARCH)).toBe(4);
		for (let poll = 0; poll < 3; poll += 1) await one.poll();
		expect(one.came).toHaveLength(1_500);
		expect(new Set(ids(one.came)).size).toBe(1_500);
	});

	it.each([10, 50])('comes to its end where the gateway cuts pages to %d', async (largestPage) => {
		Object.assign(world.simulator.qualysSettings, { largestPage, cutsPages: true });
		const one = await active();
		world.simulator.qualys.createJobs(600);
		for (let poll = 0; poll < 12; poll += 1) await one.poll();
		expect(one.came).toHaveLength(600);
		expect(new Set(ids(one.came)).size).toBe(600);
	});

	it('keeps little', async () => {
		const one = await active();
		world.simulator.qualys.createJobs(10_000);
		for (let poll = 0; poll < 12; poll += 1) await one.poll();
		expect(one.came).toHaveLength(10_000);
		expect(JSON.stringify(one.stored).length).toBeLessThan(25_000);
		expect(JSON.stringify(one.stored)).not.toContain(world.simulator.users.admin.password);
	});

	it('by chance: jobs that come in any order and late, polls, restarts and outages', async () => {
		const one = await active();
		const before = new Set(await allIds());
		let state = 7;
		const chance = (most: number) => (state = (state * 16_807) % 2_147_483_647) % most;
		for (let step = 0; step < 150; step += 1) {
			const what = chance(6);
			if (what === 0) run({ appearsAfter: chance(240) });
			if (what === 1) world.simulator.qualys.createJobs(chance(120) + 1);
			if (what === 2) seconds(chance(90));
			if (what === 3) await one.poll();
			if (what === 4) await one.restart();
			if (what === 5) {
				world.simulator.faults.add({ path: SEARCH, status: 400, times: 1 });
				await one.poll().catch(() => undefined);
				world.simulator.faults.clear();
			}
		}
		seconds(300);
		await one.poll();
		await one.poll();
		const expected = (await allIds()).filter((id) => !before.has(id));
		expect(expected.length).toBeGreaterThan(200);
		expect([...ids(one.came)].sort()).toEqual([...expected].sort());
	});
});

describe('job finished', () => {
	const finished = async (options: object = {}) => await active({ event: 'finished', options });
	/** Polls each minute. */
	async function minutes(one: Polled, count: number) {
		for (let minute = 0; minute < count; minute += 1) {
			seconds(60);
			await one.poll();
		}
	}

	it('comes once when all assets have ended, with how they did', async () => {
		const one = await finished();
		const job = run({
			durationSeconds: 150,
			words: ['EXECUTION PASSED', 'EXECUTION FAILED'],
			assets: 2,
		});
		await minutes(one, 2);
		expect(one.came).toEqual([]);
		await minutes(one, 10);
		expect(one.came).toEqual([
			expect.objectContaining({
				id: job,
				job_id: job,
				title: expect.any(String),
				complete: true,
				succeeded: false,
				finished: true,
				total: 2,
				passed: 1,
				failed: 1,
				pending: 0,
				unknown: 0,
				by_status: { 'EXECUTION PASSED': 1, 'EXECUTION FAILED': 1 },
				assets: [
					expect.objectContaining({ succeeded: true }),
					expect.objectContaining({ succeeded: false, exit_code: 1 }),
				],
			}),
		]);
		expect(one.came[0]).not.toHaveProperty('reason');
	});

	it('succeeded where every asset did', async () => {
		const one = await finished();
		run({ durationSeconds: 0 });
		await minutes(one, 3);
		expect(one.came).toMatchObject([{ complete: true, succeeded: true }]);
	});

	it.each([
		['no assets', { assets: 0 }],
		['one that is pending', { hold: true }],
		['one that is offline', { offline: 1, durationSeconds: 0 }],
	])('not with %s', async (_, request) => {
		const one = await finished();
		run(request);
		await minutes(one, 60);
		expect(one.came).toEqual([]);
	});

	it('not with a word that nobody documented, nor with MANIFEST_EXECUTION_SUCCESS', async () => {
		for (const status of ['ODD WORD', 'MANIFEST_EXECUTION_SUCCESS']) {
			const one = await finished();
			run({ durationSeconds: 0 });
			world.simulator.faults.add({
				path: ASSETS,
				times: 1_000,
				transform: (body) => {
					const { list } = (body as { body: { list: Array<Record<string, unknown>> } }).body;
					list[0].status = status;
					return body;
				},
			});
			await minutes(one, 30);
			expect(one.came).toEqual([]);
			world.simulator.faults.clear();
		}
	});

	it('not as long as more assets come', async () => {
		const one = await finished();
		run({ assets: 5, durationSeconds: 0, growsEvery: 50 });
		await minutes(one, 3);
		expect(one.came).toEqual([]);
		await minutes(one, 10);
		expect(one.came).toMatchObject([{ total: 5 }]);
	});

	it('gives up after its days, with what is known', async () => {
		const one = await finished({ giveUpAfterDays: 2 });
		const job = run({ assets: 2, offline: 1, durationSeconds: 0 });
		await minutes(one, 3);
		for (let hour = 0; hour < 50; hour += 1) {
			seconds(3600);
			await one.poll();
		}
		expect(one.came).toMatchObject([
			{
				id: job,
				complete: false,
				succeeded: false,
				total: 2,
				passed: 1,
				pending: 1,
				reason: 'It has not ended within 2 days, so it is not looked at any more.',
			},
		]);
		seconds(10 * DAY);
		expect(await one.poll()).toEqual([]);
	});

	it('goes on over restarts, with what n8n had stored', async () => {
		const one = await finished();
		const jobs = [run({ durationSeconds: 100 }), run({ durationSeconds: 400 })];
		for (let minute = 0; minute < 20; minute += 1) {
			seconds(60);
			await (minute % 3 === 2 ? one.restart() : one.poll());
		}
		expect(ids(one.came).sort()).toEqual([...jobs].sort());
	});

	it('looks at few jobs in a poll, and at all of them in turn', async () => {
		const one = await finished();
		const jobs = Array.from({ length: 45 }, () => run({ durationSeconds: 0 }));
		world.requests();
		await one.poll();
		expect(asked(ASSETS)).toBe(MOST_LOOKS);
		await minutes(one, 15);
		expect(ids(one.came).sort()).toEqual([...jobs].sort());
	});

	it('looks at old ones too where many new ones come', async () => {
		const one = await finished();
		const old = run({ durationSeconds: 100 });
		await one.poll();
		for (let minute = 0; minute < 5; minute += 1) {
			for (let count = 0; count < 20; count += 1) run({ hold: true });
			await minutes(one, 1);
		}
		expect(ids(one.came)).toEqual([old]);
	});

	it('sees each twice, where n8n stores nothing of which nothing came out', async () => {
		const one = await finished();
		const jobs = Array.from({ length: 25 }, () => run({ durationSeconds: 100 }));
		for (let minute = 0; minute < 20; minute += 1) {
			seconds(60);
			await one.pollAnew();
		}
		expect(ids(one.came).sort()).toEqual([...jobs].sort());
	});

	it('begins no look after 20 seconds', async () => {
		const one = await finished();
		for (let count = 0; count < 5; count += 1) run({ hold: true });
		world.requests();
		world.simulator.faults.add({ path: ASSETS, delayMs: 8_000, times: 10 });
		await one.poll();
		expect(asked(ASSETS)).toBe(3);
	});

	it('looks at old jobs less often', async () => {
		const one = await finished();
		run({ hold: true });
		await minutes(one, 1);
		world.requests();
		await minutes(one, 120);
		const inTwoHours = asked(ASSETS);
		expect(inTwoHours).toBeGreaterThan(20);
		expect(inTwoHours).toBeLessThan(60);
		seconds(3 * DAY);
		await one.poll();
		world.requests();
		await minutes(one, 120);
		expect(asked(ASSETS)).toBe(2);
	});

	it('looks again where the clock was set back', async () => {
		const one = await finished();
		const job = run({ durationSeconds: 100 });
		await minutes(one, 1);
		world.clock.advance(-DAY * 1000);
		world.simulator.time.advance(DAY + 600);
		await one.poll();
		await one.poll();
		expect(ids(one.came)).toEqual([job]);
	});

	it('one look that fails keeps no other job', async () => {
		const one = await finished();
		const [bad, good] = [run({ durationSeconds: 0 }), run({ durationSeconds: 0 })];
		await one.poll();
		world.simulator.faults.add({ path: ASSETS, status: 400, times: 1 });
		expect(ids(await one.poll())).toHaveLength(1);
		await minutes(one, 5);
		expect(ids(one.came).sort()).toEqual([bad, good].sort());
	});

	it('one look that fails is no failure of the poll', async () => {
		const one = await finished();
		run({ hold: true });
		run({ hold: true });
		world.simulator.faults.add({ path: ASSETS, status: 400, times: 1 });
		expect(await one.poll()).toEqual([]);
	});

	it('where every look fails, the poll does, and loses nothing', async () => {
		const one = await finished();
		const job = run({ durationSeconds: 0 });
		world.simulator.faults.add({ path: ASSETS, status: 403, times: 1 });
		await expect(one.poll()).rejects.toMatchObject({
			message: expect.stringContaining('Get Script Job Results'),
		});
		await minutes(one, 5);
		expect(ids(one.came)).toEqual([job]);
	});

	it('of too many open jobs, the oldest come out, and say why', async () => {
		const one = await finished();
		const first = run({ hold: true });
		seconds(1);
		for (let more = 0; more < MOST_OPEN; more += 1) run({ hold: true });
		await one.poll();
		expect(one.came).toMatchObject([
			{
				id: first,
				complete: false,
				succeeded: false,
				total: null,
				reason: expect.stringContaining('More than 500 jobs are going on'),
			},
		]);
		expect(await one.poll()).toEqual([]);
	});
});

describe('a manual test', () => {
	it('shows the newest job, and moves nothing', async () => {
		const one = await active();
		const jobs = [run(), run()];
		expect(ids(await one.sample())).toEqual([jobs[1]]);
		expect(ids(await one.sample())).toEqual([jobs[1]]);
		expect(ids(await one.poll())).toEqual(jobs);
	});

	it('shows how the newest job stands', async () => {
		run({ durationSeconds: 0 });
		expect(await trigger({ event: 'finished' }).sample()).toMatchObject([
			{ complete: true, succeeded: true, total: 3 },
		]);
		seconds(1);
		run({ hold: true });
		expect(await trigger({ event: 'finished' }).sample()).toMatchObject([
			{ complete: false, pending: 3, reason: 'This is a sample: the job is still going on.' },
		]);
	});

	it('says where there is none', async () => {
		const none = trigger({ filters: { scriptId: 1 } });
		await expect(none.sample()).rejects.toMatchObject({
			message: 'There is no job that matches',
			description: expect.stringContaining('tag scope'),
		});
	});
});

describe('bad input is told before anything is sent', () => {
	it.each([
		[{ event: 'ended' }, 'Event holds "ended"'],
		[{ filters: { scriptId: 'x' } }, 'Filter Script ID holds "x"'],
		[{ filters: { query: '(' } }, 'Filter Query holds "("'],
		[{ event: 'finished', options: { giveUpAfterDays: 0 } }, 'Give Up After holds "0"'],
		[{ simplify: 'perhaps' }, 'Simplify holds "perhaps"'],
	])('%j', async (parameters, words) => {
		await expect(trigger(parameters).activate()).rejects.toMatchObject({
			message: expect.stringContaining(words),
		});
		expect(world.requests()).toEqual([]);
	});
});

it('a refused login shows no password', async () => {
	world.credentials.qualysGatewayApi.password = 'Secret+Word&1';
	const error = await trigger()
		.activate()
		.catch((one: unknown) => one);
	expect(error).toMatchObject({ name: 'NodeApiError' });
	expect(JSON.stringify(error)).not.toContain('Secret+Word');
});
