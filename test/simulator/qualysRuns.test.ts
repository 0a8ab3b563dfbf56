import { FINAL_WORDS } from '../../simulator/qualys/assetJobs';
import { defaultQualysSettings } from '../../simulator/qualys/settings';
import type { SimulatorState } from '../../simulator/server';
import { closeBenches, createFakeClock, startBench, type Bench } from './support';

afterAll(closeBenches);

const SETTINGS = '/simulator/qualys/settings';
const PENDING = [
	'MANIFEST_GENERATION_IN_PROGRESS',
	'MANIFEST_PUBLISHED',
	'MANIFEST_ASSIGNED',
	'MANIFEST_DOWNLOAD_SUCCESS',
	'MANIFEST_PARSE_SUCCESS',
	'MANIFEST_EXECUTION_SUCCESS',
];

interface Record {
	[field: string]: unknown;
	status?: string;
}

const post = async (bench: Bench, url: string, data: unknown, token?: string) =>
	await bench.send({
		method: 'POST',
		url,
		data,
		headers: { authorization: `Bearer ${token ?? bench.simulator.qualys.bearerToken}` },
	});

async function assetJobs(bench: Bench, job: string, more: object = {}): Promise<Record[]> {
	const body = { filter: `job.id:${job}`, pageSize: 1000, ...more };
	const { status, data } = await post(bench, '/sm/v1/assetjobs/search', body);
	expect([status, data.errorCode, data.message]).toEqual([200, null, null]);
	expect(data.body.totalCount).toBeGreaterThanOrEqual(data.body.list.length);
	return data.body.list;
}

const wordsOf = async (bench: Bench, job: string) =>
	(await assetJobs(bench, job)).map(({ status }) => status);

const labTag = (bench: Bench) => bench.simulator.qualys.tags.find(({ lab }) => lab)!;
const inLab = (bench: Bench) => {
	const { id, uuid } = labTag(bench);
	return { testMode: true, testTags: [{ id: String(id), UUId: uuid }] };
};

const execute = async (
	bench: Bench,
	body: object,
	more: { script?: number; token?: string } = {},
) =>
	await post(
		bench,
		`/sm/v1/scripts/${more.script ?? bench.simulator.qualys.scripts[0].id}/execute`,
		body,
		more.token,
	);

/** Jobs with this UUID, as a search finds them. */
async function jobsWith(bench: Bench, uuid: string): Promise<Array<Record & { id: string }>> {
	const { data } = await bench.search({ pageSize: 50 });
	const rows = data.body.list as Array<{ data: Record & { id: string } }>;
	return rows.map((row) => row.data).filter(({ correlationUuid }) => correlationUuid === uuid);
}

test('an executed script: nothing, then a job, then asset jobs that go through all words', async () => {
	const bench = await startBench();
	const { status, data } = await execute(bench, { ...inLab(bench), description: 'Try it' });
	expect([status, Object.keys(data)]).toEqual([200, ['body']]);
	const { correlationUuid } = data.body;
	expect(await jobsWith(bench, correlationUuid)).toEqual([]);

	bench.clock.add(3_000);
	const [job] = await jobsWith(bench, correlationUuid);
	expect(job).toMatchObject({ test: true, isTest: true, description: 'Try it' });
	expect(await assetJobs(bench, job.id)).toEqual([]);

	const seen = new Set<unknown>();
	for (let second = 0; second < 70; second += 1) {
		bench.clock.add(1_000);
		for (const { status: word } of await assetJobs(bench, job.id)) seen.add(word);
	}
	expect([...seen]).toEqual(expect.arrayContaining(PENDING));
	const records = await assetJobs(bench, job.id, { includeScriptResult: true });
	expect(records).toHaveLength(5);
	for (const record of records) {
		expect(record).toEqual({
			output: { code: expect.any(Number), text: expect.stringMatching(/SUCCESS|FAILURE/) },
			scriptResult: expect.any(String),
			customerUuid: expect.any(String),
			enddate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}\+00:00$/),
			test: true,
			isTest: true,
			created: { dateTime: expect.any(Number) },
			status: expect.stringMatching(/^EXECUTION (PASSED|FAILED)$/),
			id: expect.any(String),
			jobId: job.id,
			scriptId: expect.any(Number),
			assetId: expect.any(Number),
			assetName: expect.stringMatching(/^(srv|win|mac)-\d{3}$/),
			assetUuid: expect.any(String),
			platform: expect.any(String),
		});
		const text = Buffer.from(String(record.scriptResult), 'base64').toString();
		expect(text).toContain(String(record.assetName));
	}
	const [plain] = await assetJobs(bench, job.id);
	expect(plain.scriptResult).toBeUndefined();
});

test('each final word, with its output or without', async () => {
	const bench = await startBench();
	const words = Object.keys(FINAL_WORDS);
	const job = bench.simulator.qualys.runScript({ assets: words.length, words, durationSeconds: 9 });
	bench.clock.add(9_000);
	const records = await assetJobs(bench, job, { includeScriptResult: 'true' });
	expect(records.map(({ status }) => status).sort()).toEqual([...words].sort());
	for (const { status, output, scriptResult, enddate } of records) {
		const code = FINAL_WORDS[String(status)];
		expect(enddate).toBeDefined();
		if (code === undefined) expect([output, scriptResult]).toEqual([undefined, undefined]);
		else expect(output).toMatchObject({ code });
	}
});

test('exit codes as asked for, in turn', async () => {
	const bench = await startBench();
	const job = bench.simulator.qualys.runScript({ codes: [0, 3], durationSeconds: 0 });
	expect((await assetJobs(bench, job)).map(({ output }) => output)).toEqual([
		{ code: 0, text: 'SUCCESS' },
		{ code: 3, text: 'FAILURE' },
		{ code: 0, text: 'SUCCESS' },
	]);
});

test.each<[script: string, check: (printed: Buffer) => void]>([
	[
		'Check BitLocker status',
		(printed) => expect(printed.toString('utf16le')).toMatch(/^Check BitLocker status on /),
	],
	['Clean temporary files', (printed) => expect(printed).toHaveLength(0)],
	['Collect event logs', (printed) => expect(printed.length).toBeGreaterThan(200_000)],
	['Disable SMBv1', (printed) => expect(printed.toString()).toMatch(/^Disable SMBv1 on \S+\n/)],
])('what "%s" prints', async (name, check) => {
	const bench = await startBench();
	const scriptId = bench.simulator.qualys.scripts.find((script) => script.name === name)!.id;
	const job = bench.simulator.qualys.runScript({ scriptId, assets: 1, durationSeconds: 0 });
	const [{ scriptResult }] = await assetJobs(bench, job, { includeScriptResult: true });
	check(Buffer.from(String(scriptResult), 'base64'));
});

test('an offline agent keeps its job open for seven days; one on hold never ends', async () => {
	const bench = await startBench();
	const { qualys, time } = bench.simulator;
	const offline = qualys.runScript({ assets: 2, offline: 1, durationSeconds: 10 });
	const held = qualys.runScript({ assets: 1, hold: true });
	time.advance(60);
	expect(await wordsOf(bench, offline)).toEqual(['EXECUTION PASSED', 'MANIFEST_PUBLISHED']);
	time.advance(7 * 24 * 3600);
	expect(await wordsOf(bench, offline)).toEqual(['EXECUTION PASSED', 'MANIFEST_EXPIRED']);
	time.advance(90 * 24 * 3600);
	expect(await wordsOf(bench, held)).toEqual(['MANIFEST_ASSIGNED']);
	expect(qualys.assetJobsOf(held)).toMatchObject([{ ended: false }]);
});

test('an asset whose job of the same script is pending gets no new one for 14 days', async () => {
	const bench = await startBench();
	const [script, other] = bench.simulator.qualys.scripts;
	const { id } = bench.simulator.qualys.assets[0];
	bench.simulator.qualys.runScript({ scriptId: script.id, assets: 1, hold: true });
	const assetsOf = async (scriptId: number) => {
		const { data } = await execute(bench, { assetIds: `${id},${id + 1}` }, { script: scriptId });
		bench.simulator.time.advance(120);
		const [job] = await jobsWith(bench, data.body.correlationUuid);
		return (await assetJobs(bench, job.id)).map(({ assetId }) => assetId);
	};
	expect(await assetsOf(script.id)).toEqual([id + 1]);
	expect(await assetsOf(other.id)).toEqual([id, id + 1]);
	bench.simulator.time.advance(14 * 24 * 3600);
	expect(await assetsOf(script.id)).toEqual([id, id + 1]);
});

describe('executions', () => {
	let bench: Bench;
	beforeAll(async () => {
		bench = await startBench();
	});

	const tagOf = (name: string) => bench.simulator.qualys.tags.find((tag) => tag.name === name)!;
	const tokenOf = async (name: string) => {
		const { username, password } = bench.simulator.users[name];
		return (await bench.signIn(username, password)).data as string;
	};

	test('in production: texts with commas, tags, exclusions', async () => {
		const tag = tagOf('Kiosks');
		const ids = tag.assets.map((place) => bench.simulator.qualys.assets[place].id);
		const body = { testMode: false, assetTagIds: String(tag.id), excludedAssetIds: String(ids[0]) };
		const { data } = await execute(bench, body);
		bench.clock.add(120_000);
		const [job] = await jobsWith(bench, data.body.correlationUuid);
		expect(job).toMatchObject({ test: false, isTest: false });
		const run = (await assetJobs(bench, job.id)).map(({ assetId }) => assetId);
		expect(run).toEqual(ids.slice(1));
	});

	const asset = (place: number, more: object = {}) => {
		const { id, uuid } = bench.simulator.qualys.assets[place];
		return { testMode: true, testAssets: [{ id, UUId: uuid, ...more }] };
	};

	test('in test mode: assets of the lab by name, each once', async () => {
		const [place] = labTag(bench).assets;
		const { data } = await execute(bench, { ...inLab(bench), ...asset(place) });
		bench.clock.add(120_000);
		const [job] = await jobsWith(bench, data.body.correlationUuid);
		expect(await assetJobs(bench, job.id)).toHaveLength(5);
	});

	test.each<[what: string, body: () => object, status: number, words: RegExp]>([
		['no targets', () => ({ testMode: false }), 400, /assetIds or assetTagIds/],
		['test mode without tags', () => ({ testMode: true }), 400, /testAssets or testTags/],
		[
			'a tag that is not of the lab',
			() => {
				const { id, uuid } = tagOf('Production');
				return { testMode: true, testTags: [{ id: String(id), UUId: uuid }] };
			},
			400,
			/not a tag of the lab/,
		],
		[
			'another UUID',
			() => ({ testMode: true, testTags: [{ id: String(labTag(bench).id), UUId: 'x' }] }),
			400,
			/UUID/,
		],
		['another UUID of an asset', () => asset(0, { UUId: 'x' }), 400, /UUID/],
		['an asset that is not of the lab', () => asset(599), 400, /not an asset of the lab/],
		['an asset that is none', () => ({ assetIds: '1' }), 400, /Asset 1 is not valid/],
		['a list of assets', () => ({ assetIds: [7_512_801] }), 400, /must be a text/],
		['a number where text is wanted', () => ({ assetIds: 7_512_801 }), 400, /assetIds/],
		[
			'a unit that is none',
			() => ({ ...inLab(bench), rebootDelayTimeUnit: 'days' }),
			400,
			/rebootDelayTimeUnit/,
		],
	])('%s is refused', async (_, body, status, words) => {
		const answer = await execute(bench, body());
		expect([answer.status, answer.data.message]).toEqual([status, expect.stringMatching(words)]);
	});

	test('an unknown script is a 404', async () => {
		expect((await execute(bench, inLab(bench), { script: 1 })).status).toBe(404);
	});

	test('a viewer reads, and executes nothing', async () => {
		const token = await tokenOf('viewer');
		expect((await execute(bench, inLab(bench), { token })).status).toBe(403);
		expect((await post(bench, '/sm/v1/assettags/search', {}, token)).status).toBe(200);
	});

	test('a user executes so many scripts a day', async () => {
		const token = await tokenOf('finance');
		bench.simulator.qualysSettings.executionsPerDay = 1;
		expect((await execute(bench, inLab(bench), { token })).status).toBe(200);
		expect((await execute(bench, inLab(bench), { token })).status).toBe(429);
		bench.simulator.time.advance(24 * 3600);
		const { data } = await bench.signIn(
			bench.simulator.users.finance.username,
			bench.simulator.users.finance.password,
		);
		expect((await execute(bench, inLab(bench), { token: data })).status).toBe(200);
		bench.simulator.qualysSettings.executionsPerDay = 1000;
	});

	test('whoever executes a script sees its job, with the user that was named', async () => {
		bench.clock.add(1_000);
		const token = await tokenOf('finance');
		const user = { id: 'u', name: 'n' };
		const { data } = await execute(bench, { ...inLab(bench), user }, { token });
		bench.clock.add(3_000);
		const [job] = await jobsWith(bench, data.body.correlationUuid);
		expect(job.created).toEqual({ dateTime: expect.any(Number), user });
		const { data: found } = await bench.search({ pageSize: 1 }, { token });
		expect(found.body.list[0].data.id).toBe(job.id);
	});

	test('a user sees asset jobs in scope only', async () => {
		const job = bench.simulator.qualys.runScript();
		expect(await assetJobs(bench, job)).toHaveLength(3);
		const body = { filter: `job.id:${job}` };
		const token = await tokenOf('finance');
		const { data } = await post(bench, '/sm/v1/assetjobs/search', body, token);
		expect(data.body).toEqual({ totalCount: 0, list: [] });
	});
});

describe('settings', () => {
	test('are the defaults unless said otherwise, and can be changed', async () => {
		const bench = await startBench();
		const settings = async () => (await bench.send({ url: SETTINGS })).data;
		expect(await settings()).toEqual(defaultQualysSettings);
		const change = (data: object) => bench.send({ method: 'POST', url: SETTINGS, data });
		expect((await change({ largestPage: 50 })).data).toMatchObject({ largestPage: 50 });
		expect((await change({ largestPage: 'x' })).status).toBe(400);
		expect((await change({ unknown: 1 })).status).toBe(400);
		expect(bench.simulator.qualysSettings.largestPage).toBe(50);
		expect(defaultQualysSettings.largestPage).toBe(1000);
	});

	test('the size of pages: refused, or cut', async () => {
		const bench = await startBench({ qualysSettings: { largestPage: 50 } });
		const job = bench.simulator.qualys.runScript({ assets: 120 });
		const calls = [
			async (pageSize: number) => await bench.search({ pageSize }),
			async (pageSize: number) => await bench.search({ pageSize }, { version: 1 }),
			async (pageSize: number) =>
				await post(bench, '/sm/v1/assetjobs/search', { filter: `job.id:${job}`, pageSize }),
		];
		for (const call of calls) {
			expect((await call(51)).status).toBe(400);
			expect((await call(50)).data.body.list).toHaveLength(50);
		}
		bench.simulator.qualysSettings.cutsPages = true;
		for (const call of calls) expect((await call(100)).data.body.list).toHaveLength(50);
	});

	test.each([
		['assetJobStatus', { assetJobStatus: 'EXECUTION PASSED' }],
		['job.state', { job: { state: 'EXECUTION PASSED' } }],
	])('the word stands in %s', async (statusField, expected) => {
		const bench = await startBench({ qualysSettings: { statusField } });
		const job = bench.simulator.qualys.runScript({ durationSeconds: 0 });
		const [record] = await assetJobs(bench, job);
		expect(record).toMatchObject(expected);
		expect(record).not.toHaveProperty('status');
	});

	test('other forms, each at its switch', async () => {
		const bench = await startBench({
			qualysSettings: {
				statusField: '',
				tagCountAsText: true,
				userMandatory: true,
				targetsAsLists: true,
				jobsPerRun: 2,
			},
		});
		const job = bench.simulator.qualys.runScript({ durationSeconds: 0 });
		const [record] = await assetJobs(bench, job);
		expect(record).toMatchObject({ output: { code: 0 } });
		expect(JSON.stringify(record)).not.toContain('EXECUTION');
		const tags = await post(bench, '/sm/v1/assettags/search', {});
		expect(tags.data.body.totalCount).toBe(String(bench.simulator.qualys.tags.length));
		const body = { assetIds: bench.simulator.qualys.assets.slice(0, 4).map(({ id }) => id) };
		expect((await execute(bench, body)).data.message).toContain('user');
		const user = { id: 'u', name: 'n' };
		const { data } = await execute(bench, { ...body, user });
		bench.clock.add(3_000);
		expect(await jobsWith(bench, data.body.correlationUuid)).toHaveLength(2);
		bench.simulator.qualysSettings.unlicensed = true;
		const refused = await execute(bench, { ...body, user });
		expect([refused.status, refused.data.message]).toEqual([
			403,
			expect.stringMatching(/not enabled/),
		]);
	});

	test('words with underscores', async () => {
		const bench = await startBench({ qualysSettings: { underscores: true } });
		const job = bench.simulator.qualys.runScript({ durationSeconds: 0 });
		expect(new Set(await wordsOf(bench, job))).toEqual(new Set(['EXECUTION_PASSED']));
	});
});

describe('the search for asset jobs', () => {
	let bench: Bench;
	let job: string;
	beforeAll(async () => {
		bench = await startBench();
		job = bench.simulator.qualys.runScript({ assets: 25, durationSeconds: 0 });
	});

	test('has pages of ten, by number', async () => {
		const page = async (pageNumber: number) =>
			await assetJobs(bench, job, { pageSize: undefined, pageNumber });
		const all = [...(await page(0)), ...(await page(1)), ...(await page(2))];
		expect(all).toHaveLength(25);
		expect(new Set(all.map(({ id }) => id)).size).toBe(25);
		expect(await page(3)).toEqual([]);
	});

	test('is sorted and narrowed by the time of creation, and ids stay', async () => {
		const createdAt = bench.simulator.time.now();
		const growing = bench.simulator.qualys.runScript({ assets: 3, growsEvery: 10, createdAt });
		const [first] = await assetJobs(bench, growing);
		bench.simulator.time.advance(25);
		const sorted = async (direction: string, more: object = {}) =>
			(
				await assetJobs(bench, growing, {
					sort: `[{"created.dateTime":"${direction}"}]`,
					...more,
				})
			).map(({ id }) => id);
		const all = await sorted('asc');
		expect([all.length, all[0]]).toEqual([3, first.id]);
		expect(await sorted('desc')).toEqual([...all].reverse());
		expect((await assetJobs(bench, growing)).map(({ id }) => id)).toEqual([...all].reverse());
		const middle = new Date(createdAt + 10_000).toISOString();
		expect(await sorted('asc', { startAt: middle })).toEqual(all.slice(1));
		expect(await sorted('asc', { endAt: middle })).toEqual(all.slice(0, 2));
	});

	test.each<[what: string, body: object]>([
		['no filter', {}],
		['another filter', { filter: 'status:X' }],
		['a window that is too large', { filter: 'job.id:1', pageSize: 1000, pageNumber: 10 }],
		['a sort by another field', { filter: 'job.id:1', sort: '[{"id":"asc"}]' }],
		['a sort that is no JSON', { filter: 'job.id:1', sort: 'x' }],
		['a time in another form', { filter: 'job.id:1', startAt: '2025-05-26' }],
		['a flag that is none', { filter: 'job.id:1', includeScriptResult: 'yes' }],
	])('refuses %s', async (_, body) => {
		expect((await post(bench, '/sm/v1/assetjobs/search', body)).status).toBe(400);
	});

	test('knows the jobs of the past, all of which have ended', async () => {
		const { data } = await bench.search({ pageSize: 50 });
		const rows = data.body.list as Array<{ data: { id: string } }>;
		const runs = new Set(bench.simulator.qualys.runs().map(({ id }) => id));
		const allPast = rows.filter((row) => !runs.has(row.data.id));
		expect(allPast.length).toBeGreaterThan(40);
		for (const { data: past } of allPast.slice(0, 20)) {
			const records = await assetJobs(bench, past.id);
			expect(records.length).toBeGreaterThan(0);
			for (const { enddate } of records) expect(enddate).toBeDefined();
		}
		expect(await assetJobs(bench, '1')).toEqual([]);
	});

	test('knows jobs created by the control API, which end within a minute', async () => {
		const { qualys, time } = bench.simulator;
		qualys.createJobs(10);
		const { data } = await bench.search({ pageSize: 10 });
		const rows = data.body.list as Array<{ data: { id: string } }>;
		const ended = async () =>
			(await Promise.all(rows.map(async (row) => await assetJobs(bench, row.data.id)))).map(
				(records) => records.map(({ enddate }) => enddate !== undefined),
			);
		expect((await ended()).flat()).not.toContain(true);
		time.advance(60);
		const flags = await ended();
		expect(flags.flat()).not.toContain(false);
		expect(flags.every(({ length }) => length >= 1 && length <= 12)).toBe(true);
		const seventh = rows.find((row) => row.data.id.endsWith('7'))!;
		expect(await wordsOf(bench, seventh.data.id)).toContain('MANIFEST_EXPIRED');
	});

	test('finds one that grows', async () => {
		const growing = bench.simulator.qualys.runScript({ assets: 3, growsEvery: 10 });
		expect(await assetJobs(bench, growing)).toHaveLength(1);
		bench.simulator.time.advance(25);
		expect(await assetJobs(bench, growing)).toHaveLength(3);
	});
});

describe('the search for tags', () => {
	const url = '/sm/v1/assettags/search';

	test('needs no body, and has pages', async () => {
		const bench = await startBench();
		const { tags: all, bearerToken } = bench.simulator.qualys;
		// Axios names the type of a body that is not there, unless told not to.
		const headers = { authorization: `Bearer ${bearerToken}`, 'content-type': false };
		const first = (await bench.send({ method: 'POST', url, headers })).data.body;
		expect(first.totalCount).toBe(all.length);
		expect(first.list).toHaveLength(10);
		const [{ id, uuid, name }] = all;
		expect(first.list[0]).toMatchObject({ tagId: id, tagUuid: uuid, name, id });
		const rest = (await post(bench, url, { pageSize: 20, pageNumber: 1 })).data.body;
		expect(rest.list).toHaveLength(all.length - 20);
	});

	test('knows no filter', async () => {
		const bench = await startBench();
		const search = async (filter: string) => (await post(bench, url, { filter })).status;
		expect([await search(''), await search('name: Kiosks')]).toEqual([200, 400]);
	});
});

describe.each([
	['/sm/v1/assetjobs/search', { filter: 'job.id:1' }],
	['/sm/v1/assettags/search', {}],
	['/sm/v1/scripts/276000/execute', { assetIds: '7512801' }],
])('%s', (path, body) => {
	test('wants a token, has a limit and faults, and is logged', async () => {
		const bench = await startBench();
		const { faults, qualys, requests } = bench.simulator;
		expect((await post(bench, path, body, 'x')).status).toBe(401);
		qualys.limit = { kind: '429', perWindow: 0, windowSeconds: 60, header: true };
		expect((await post(bench, path, body)).status).toBe(429);
		qualys.limit = undefined;
		faults.add({ path, status: 503, times: 1 });
		expect((await post(bench, path, body)).status).toBe(503);
		expect(qualys.runs()).toEqual([]);
		expect((await post(bench, path, body)).status).toBe(200);
		expect(requests.entries.map(({ status }) => status)).toEqual([401, 429, 503, 200]);
	});
});

test('runs are started over HTTP, too, and show up late if asked', async () => {
	const bench = await startBench();
	const run = async (data: object) =>
		await bench.send({ method: 'POST', url: '/simulator/qualys/runs', data });
	const { data } = await run({
		correlationUuid: 'mine',
		appearsAfter: 60,
		words: ['MANIFEST_EXPIRED'],
	});
	expect(await jobsWith(bench, 'mine')).toEqual([]);
	bench.clock.add(60_000);
	expect(await jobsWith(bench, 'mine')).toMatchObject([{ id: data.id }]);
	expect((await run({ words: ['ODD'] })).status).toBe(400);
	expect((await run({ scriptId: 1 })).status).toBe(404);
});

test('a restarted simulator goes on with every run', async () => {
	let saved: SimulatorState | undefined;
	const clock = createFakeClock();
	const onStateChange = (state: SimulatorState) => (saved = structuredClone(state));
	const first = await startBench({ onStateChange }, clock);
	const { data } = await execute(first, inLab(first));
	clock.add(20_000);
	const [job] = await jobsWith(first, data.body.correlationUuid);
	const state = JSON.parse(JSON.stringify(saved)) as SimulatorState;
	const second = await startBench({ state }, clock);
	for (const seconds of [0, 10, 30, 600]) {
		clock.add(seconds * 1000);
		expect(await assetJobs(second, job.id)).toEqual(await assetJobs(first, job.id));
	}
	expect(await jobsWith(second, data.body.correlationUuid)).toEqual([job]);
	second.simulator.qualysSettings.executionsPerDay = 1;
	expect((await execute(second, inLab(second))).status).toBe(429);
	// What older versions saved has none.
	const third = await startBench({ state: { ...state, qualysRuns: undefined } }, clock);
	expect(await assetJobs(third, job.id)).toEqual([]);
});
