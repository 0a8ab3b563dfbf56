import { TIMED_OUT } from '../../simulator/cortex/importJobs';
import { seededIds } from '../../simulator/cortex/seededJobs';
import {
	closeBenches,
	createFakeClock,
	importOf,
	IMPORTS,
	SETTINGS,
	START,
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
const submit = (bench: Bench, body: unknown = importOf(bench.clock.now())) =>
	bench.cortex(IMPORTS, body);
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
		const large = (bytes: number) => {
			const body = importOf(START, 1);
			Object.assign(body.assets[0].vulnerabilities[0], { evidence: 'x'.repeat(bytes) });
			return body;
		};
		expect((await submit(bench, large(9_900_000))).status).toBe(201);
		const refused = await submit(bench, large(10_000_000));
		expect([refused.status, refused.data.err_code]).toEqual([413, 413]);
	});

	test.each<[object, number, (answer: object) => object]>([
		[{}, 201, (answer) => ({ job_status: 'INITIATED', ...answer })],
		[{ importsWithoutStatus: true }, 200, (answer) => answer],
		[
			{ importsInReply: true },
			201,
			(answer) => ({ reply: { job_status: 'INITIATED', ...answer } }),
		],
	])('are answered as the version does: %j', async (settings, status, form) => {
		const answer = await submit(await start(settings), importOf(START, 3));
		const job_id = expect.stringMatching(/^[\da-f-]{36}$/);
		expect(answer.status).toBe(status);
		expect(answer.data).toEqual(form({ job_id, assets_count: 1, vulnerabilities_count: 3 }));
	});
});

describe('a submission is checked by the schema', () => {
	const DAY = 24 * HOUR;
	/** An asset with everything that it can have. */
	const asset = {
		origin_asset_id: 'acme-1017',
		asset_name: 'web-017',
		fqdn: ['web-017.corp.example'],
		ipv4: ['10.20.0.17'],
		ipv6: ['2001:db8::17', '::ffff:10.20.0.17'],
		mac_address: '00:11:22:33:44:55',
		os_name: 'Linux',
		vendor: 'Apache',
		product: 'httpd',
		version: '2.4.57',
		origin_tags: ['env:prod'],
		last_seen: START,
		vulnerabilities: [
			{
				vulnerability_id: 'acme-9001',
				last_seen: START - 30 * DAY,
				cve_id: ['CVE-2024-3094'],
				description: 'Backdoor in xz',
				confidence: 'Confirmed',
				evidence: 'xz 5.6.0',
				raw_output: '😀'.repeat(2_000),
				scan_name: 'nightly',
				protocol: 'TCP',
				port: 65_534,
			},
		],
	};
	const [vulnerability] = asset.vulnerabilities;
	const body = { vendor: 'Acme', product: 'Scanner', version: '7.1', assets: [asset] };
	const withAsset = (change: object) => ({ ...body, assets: [{ ...asset, ...change }] });
	const withVulnerability = (change: object) =>
		withAsset({ vulnerabilities: [{ ...vulnerability, ...change }] });

	test.each<[string, unknown]>([
		['everything', body],
		['no vulnerability', withAsset({ vulnerabilities: [] })],
		['null for texts', withAsset({ mac_address: null, os_name: null, asset_name: null })],
		['null for texts of a vulnerability', withVulnerability({ evidence: null, raw_output: null })],
		['fields that nobody knows', { ...withAsset({ criticality: 5 }), source: 'x' }],
		['an id that is no CVE', withVulnerability({ vulnerability_id: '0' })],
		['the same id in another asset', { ...body, assets: [asset, asset] }],
	])('and taken: %s', async (_name, taken) => {
		expect((await submit(await start(), taken)).status).toBe(201);
	});

	const here = ['body', 'assets', 0];
	const there = [...here, 'vulnerabilities', 0];
	test.each<[unknown, Array<string | number>, string]>([
		[[], ['body'], 'value is not a valid dict'],
		[{ ...body, vendor: undefined }, ['body', 'vendor'], 'field required'],
		[{ ...body, product: '' }, ['body', 'product'], 'ensure this value has at least 1 characters'],
		[{ ...body, version: 7 }, ['body', 'version'], 'str type expected'],
		[{ ...body, assets: undefined }, ['body', 'assets'], 'field required'],
		[{ ...body, assets: [] }, ['body', 'assets'], 'ensure this value has at least 1 items'],
		[{ ...body, assets: [1] }, here, 'value is not a valid dict'],
		[withAsset({ vulnerabilities: undefined }), [...here, 'vulnerabilities'], 'field required'],
		[withAsset({ last_seen: undefined }), [...here, 'last_seen'], 'field required'],
		[withAsset({ last_seen: '2026-03-01' }), [...here, 'last_seen'], 'not a valid integer'],
		[withAsset({ last_seen: START + 1 }), [...here, 'last_seen'], 'must not be in the future'],
		[
			withAsset({ last_seen: START - 30 * DAY - 1 }),
			[...here, 'last_seen'],
			'must not be older than 30 days',
		],
		[withAsset({ last_seen: null }), [...here, 'last_seen'], 'none is not an allowed value'],
		[withAsset({ ipv4: '10.0.0.1' }), [...here, 'ipv4'], 'value is not a valid list'],
		[withAsset({ ipv4: ['10.0.0.1', '::1'] }), [...here, 'ipv4', 1], 'not a valid IPv4 address'],
		[withAsset({ ipv6: ['10.0.0.1'] }), [...here, 'ipv6', 0], 'not a valid IPv6 address'],
		[withAsset({ origin_tags: [7] }), [...here, 'origin_tags', 0], 'str type expected'],
		[withAsset({ vulnerabilities: [7] }), there, 'value is not a valid dict'],
		[
			withVulnerability({ vulnerability_id: '' }),
			[...there, 'vulnerability_id'],
			'at least 1 characters',
		],
		[withVulnerability({ last_seen: START + 1 }), [...there, 'last_seen'], 'in the future'],
		[withVulnerability({ port: '443' }), [...there, 'port'], 'value is not a valid integer'],
		[withVulnerability({ port: 0 }), [...there, 'port'], 'greater than or equal to 1'],
		[withVulnerability({ port: 65_535 }), [...there, 'port'], 'less than or equal to 65534'],
		[withVulnerability({ protocol: 'tcp' }), [...there, 'protocol'], "permitted: 'TCP', 'UDP'"],
		[
			withVulnerability({ confidence: 'High' }),
			[...there, 'confidence'],
			"permitted: 'Potential', 'Confirmed'",
		],
		[
			withVulnerability({ raw_output: 'x'.repeat(2_001) }),
			[...there, 'raw_output'],
			'at most 2000 characters',
		],
		[withVulnerability({ cve_id: 'CVE-2024-3094' }), [...there, 'cve_id'], 'not a valid list'],
		[
			withAsset({ vulnerabilities: [vulnerability, vulnerability] }),
			[...here, 'vulnerabilities'],
			'vulnerability_id "acme-9001" is not unique',
		],
	])('and refused: case %# at %j', async (wrong, loc, words) => {
		const bench = await start();
		const { status, data } = await submit(bench, wrong);
		expect(status).toBe(422);
		expect(data).toEqual({
			detail: [{ loc, msg: expect.stringContaining(words), type: expect.stringMatching(/_error/) }],
		});
		expect(bench.simulator.cortex.startedJobs()).toEqual([]);
	});

	test('and every place is named', async () => {
		const { data } = await submit(await start(), { assets: [{}, { ...asset, ipv4: ['x', 'y'] }] });
		expect(data.detail.map(({ loc }: { loc: unknown[] }) => loc.join('.'))).toEqual([
			'body.vendor',
			'body.product',
			'body.assets.0.vulnerabilities',
			'body.assets.0.last_seen',
			'body.assets.1.ipv4.0',
			'body.assets.1.ipv4.1',
		]);
	});

	test('by real time, which is that of the client, however far simulated time is ahead', async () => {
		const bench = await start();
		bench.simulator.time.advance(90 * DAY_SECONDS);
		expect((await submit(bench)).status).toBe(201);
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
