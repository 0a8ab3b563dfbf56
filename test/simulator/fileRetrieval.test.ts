import { strFromU8, unzipSync } from 'fflate';

import { seededIds } from '../../simulator/cortex/seededJobs';
import type { CortexKey, SimulatorState } from '../../simulator/server';
import {
	closeBenches,
	cortexHeaders,
	createFakeClock,
	idsOf,
	RETRIEVE,
	RETRIEVED,
	SCRIPT_FILES,
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

const HOSTS = 'C:\\Windows\\System32\\drivers\\etc\\hosts';
const LOG = 'C:\\ProgramData\\app.log';
const MISSING = 'C:\\Windows\\missing.txt';
const DONE = 'COMPLETED_SUCCESSFULLY';

const advance = (seconds: number) => bench.simulator.time.advance(seconds);
const replyOf = async (path: string, request_data: object, on = bench) => {
	const { status, data } = await on.cortex(path, { request_data });
	expect([status, Object.keys(data)]).toEqual([200, ['reply']]);
	return data.reply;
};

/** Filters that leave so many of the demo laptops. */
const laptops = (count = 10) => {
	const [filter] = idsOf(bench, 'Demo Laptops');
	return [{ ...filter, value: filter.value.slice(0, count) }];
};
const retrievalOf = (files: object, filters: object[] = laptops(), more: object = {}) => ({
	filters,
	files,
	...more,
});
const retrieve = async (...wanted: Parameters<typeof retrievalOf>): Promise<number> =>
	(await replyOf(RETRIEVE, retrievalOf(...wanted))).action_id;
const links = async (id: string | number, on = bench): Promise<Record<string, string | null>> =>
	(await replyOf(RETRIEVED, statusOf(id).request_data, on)).data;
const standing = (id: string | number) => replyOf(STATUS, statusOf(id).request_data);

/** Follows a link with the API's headers, or with those given. */
const follow = (
	link: string,
	{ method = 'GET', headers }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> =>
	bench.send({
		method,
		url: link,
		responseType: 'arraybuffer',
		headers: headers ?? cortexHeaders(bench.simulator.keys.admin, bench.clock.now()),
	});
const filesIn = ({ data }: Answer): Record<string, string> =>
	Object.fromEntries(
		Object.entries(unzipSync(new Uint8Array(data))).map(([name, bytes]) => [
			name,
			strFromU8(bytes),
		]),
	);
const errorOf = ({ status, data }: Answer) => [
	status,
	JSON.parse(Buffer.from(data).toString()).reply,
];

const anyLink = async (): Promise<string> => {
	const id = await retrieve({ windows: [HOSTS] }, laptops(1));
	advance(200);
	return Object.values(await links(id))[0]!;
};

describe('file_retrieval', () => {
	test('from the start to the files', async () => {
		const files = { windows: [HOSTS, LOG], linux: ['/etc/hosts'] };
		const reply = await replyOf(RETRIEVE, retrievalOf(files, laptops(), { incident_id: '7' }));
		expect(reply).toEqual({ action_id: expect.any(Number), endpoints_count: 10 });
		const id = reply.action_id;
		expect(await links(id)).toEqual({});
		expect((await standing(id)).data).toEqual({});
		advance(2);
		expect(Object.values(await links(id))).toEqual(Array(10).fill(null));
		advance(200);
		expect(new Set(Object.values((await standing(id)).data))).toEqual(new Set([DONE]));
		const byId = await links(id);
		expect(Object.keys(byId).sort()).toEqual([...laptops()[0].value].sort());

		const [first, second] = laptops()[0].value;
		const answer = await follow(byId[first]!);
		expect(answer.status).toBe(200);
		expect(answer.headers).toMatchObject({
			'content-type': 'application/zip',
			'content-disposition': `attachment; filename="demo-lt-01_${id}.zip"`,
			'content-length': String(answer.data.length),
		});
		const names = ['C/Windows/System32/drivers/etc/hosts', 'C/ProgramData/app.log'];
		expect(Object.keys(filesIn(answer))).toEqual(names);
		expect(filesIn(answer)[names[0]]).toContain(`${HOSTS} of demo-lt-01`);
		// The same again, and another file on another endpoint.
		expect((await follow(byId[first]!)).data).toEqual(answer.data);
		expect(filesIn(await follow(byId[second]!))[names[1]]).not.toBe(filesIn(answer)[names[1]]);
	});

	test('what is not there is named; an endpoint that has nothing at all has failed', async () => {
		const [some, none] = [
			await retrieve({ windows: [HOSTS, MISSING, 'C:\\Windows\\', 'relative.txt'] }),
			await retrieve({ windows: [MISSING] }),
		];
		advance(200);
		const ids = laptops()[0].value;
		const absent = (...paths: string[]) => ({
			missing_files: paths.map((path) => ({ path, description: expect.any(String) })),
		});
		const { data, errorReasons } = await standing(some);
		expect(data[ids[0]]).toBe('COMPLETED_PARTIAL');
		expect(errorReasons[ids[0]]).toEqual(absent(MISSING, 'C:\\Windows\\', 'relative.txt'));
		const answer = await follow((await links(some))[ids[0]]!);
		expect(Object.keys(filesIn(answer))).toEqual(['C/Windows/System32/drivers/etc/hosts']);

		const failed = await standing(none);
		expect(failed.data[ids[0]]).toBe('FAILED');
		expect(failed.errorReasons[ids[0]]).toEqual(absent(MISSING));
		expect(new Set(Object.values(await links(none)))).toEqual(new Set(['']));
	});

	test('who is offline stays pending, and has no link yet; who fails has none', async () => {
		const id = await retrieve({ windows: [HOSTS] }, idsOf(bench, 'Kiosks'));
		advance(600);
		const ids = idsOf(bench, 'Kiosks')[0].value;
		const words = async () => {
			const { data } = await standing(id);
			return ids.map((one) => data[one]);
		};
		const seen = async () => {
			const byId = await links(id);
			return ids.map((one) => byId[one] && 'link');
		};
		expect(await words()).toEqual([DONE, DONE, DONE, 'FAILED', 'PENDING']);
		expect(await seen()).toEqual(['link', 'link', 'link', '', null]);
		advance(2 * 3600);
		expect(await words()).toEqual([DONE, DONE, DONE, 'FAILED', DONE]);
		expect(await seen()).toEqual(['link', 'link', 'link', '', 'link']);
	});

	test('each system gets its own paths; who has none is left out', async () => {
		bench = await startBench({ endpoints: 400 });
		const { endpoints } = bench.simulator.cortex;
		const first = (platform: string) =>
			endpoints.find((one) => one.platform === platform && one.status === 'CONNECTED')!.id;
		const value = ['windows', 'linux', 'macos', 'android'].map(first);
		const filters = [{ field: 'endpoint_id_list', operator: 'in', value }];
		const both = { linux: ['/etc/hosts'], macos: ['/Users/x/a.txt', '/var/log/'] };
		const reply = await replyOf(RETRIEVE, retrievalOf(both, filters));
		expect(reply.endpoints_count).toBe(2);
		advance(2);
		const { data } = await standing(reply.action_id);
		expect(Object.keys(data).sort()).toEqual([value[1], value[2]].sort());
	});

	test('a file of some megabytes', async () => {
		const id = await retrieve({ windows: ['C:\\Windows\\large.dmp'] }, laptops(1));
		advance(200);
		const answer = await follow(Object.values(await links(id))[0]!);
		expect(filesIn(answer)['C/Windows/large.dmp'].length).toBeGreaterThan(5_000_000);
	});

	const many = (count: number) => Array.from({ length: count }, (_, i) => `C:\\Windows\\${i}.txt`);
	const refused: Array<[string, () => object, number, string]> = [
		['no files', () => ({ filters: laptops() }), 400, 'files'],
		['no system', () => retrievalOf({}), 400, 'files'],
		['another system', () => retrievalOf({ android: ['/x'] }), 400, 'android'],
		[
			'a wrong name of a public client',
			() => retrievalOf({ generic_file_path: ['/x'] }),
			400,
			'generic',
		],
		['a path beside a list', () => retrievalOf({ windows: HOSTS }), 400, 'files.windows'],
		['no path', () => retrievalOf({ windows: [] }), 400, 'files.windows'],
		['an empty path', () => retrievalOf({ windows: [''] }), 400, 'files.windows.0'],
		[
			'too many files',
			() => retrievalOf({ windows: many(11), linux: many(10) }),
			400,
			'21 files, at most 20',
		],
		['too many endpoints', () => retrievalOf({ windows: [HOSTS] }, laptops(11)), 400, '10'],
		['no filter', () => retrievalOf({ windows: [HOSTS] }, []), 500, 'must not be empty'],
		[
			'ids beside the filters',
			() => retrievalOf({ windows: [HOSTS] }, laptops(), { endpoint_id_list: ['x'] }),
			400,
			'endpoint_id_list',
		],
		[
			'a number as incident',
			() => retrievalOf({ windows: [HOSTS] }, laptops(), { incident_id: 7 }),
			400,
			'incident_id',
		],
		[
			'no path for its system',
			() => retrievalOf({ linux: ['/x'] }),
			500,
			"can't create group action id for FILES_RETRIEVAL",
		],
		[
			'nobody',
			() =>
				retrievalOf({ windows: [HOSTS] }, [
					{ field: 'endpoint_id_list', operator: 'in', value: ['x'] },
				]),
			500,
			"can't create group action id for FILES_RETRIEVAL",
		],
	];

	test.each(refused)('refuses %s', async (_name, request_data, status, words) => {
		const answer = await bench.cortex(RETRIEVE, { request_data: request_data() });
		const { err_msg, err_extra } = answer.data.reply;
		expect([answer.status, err_extra ?? err_msg]).toEqual([status, expect.stringContaining(words)]);
		expect(bench.simulator.cortex.startedJobs()).toEqual([]);
	});

	test('20 files in all are taken', async () => {
		await retrieve({ windows: many(10), linux: many(10) });
	});

	test('the seeded one, by number and by text, with and without a slash', async () => {
		const byId = await links(seededIds.finishedRetrieval);
		const [kinds, ids] = [Object.values(byId).map((link) => link && 'link'), Object.keys(byId)];
		expect(ids).toEqual(idsOf(bench, 'Kiosks')[0].value);
		expect(kinds).toEqual(['link', 'link', 'link', '', '']);
		const request_data = { group_action_id: Number(seededIds.finishedRetrieval) };
		expect(await replyOf(`${RETRIEVED}/`, request_data)).toEqual({ data: byId });
		await replyOf(`${RETRIEVE}/`, retrievalOf({ windows: [HOSTS] }));
	});

	test('there are no details of what is no retrieval', async () => {
		for (const id of [seededIds.finishedScan, seededIds.scriptWithFiles, '999']) {
			expect((await bench.cortex(RETRIEVED, statusOf(id))).status).toBe(500);
		}
	});

	test('one that ends as asked for', async () => {
		const { data } = await bench.send({
			method: 'POST',
			url: '/simulator/jobs',
			data: {
				kind: 'endpointAction',
				files: { windows: [HOSTS] },
				durationSeconds: 60,
				statuses: [DONE, 'TIMEOUT', 'COMPLETED_PARTIAL'],
				endpoints: 4,
				offline: 1,
			},
		});
		advance(60);
		const seen = Object.values(await links(data.id)).map((link) => link && 'link');
		expect(seen).toEqual(['link', '', 'link', null]);
	});
});

describe('downloads', () => {
	const key = (): CortexKey => bench.simulator.keys.admin;

	test('are signed like every other call, and GET and POST are the same', async () => {
		const link = await anyLink();
		expect(link).toMatch(new RegExp(`^${bench.url}/public_api/v1/download/`));
		const headers = cortexHeaders(key(), bench.clock.now());
		expect((await follow(link, { headers })).status).toBe(200);
		expect((await follow(link, { headers })).status).toBe(401);
		expect((await follow(link, { headers: {} })).status).toBe(401);
		expect((await follow(link, { method: 'POST' })).status).toBe(200);
		expect((await follow(`${link}/`)).status).toBe(200);
		const standard = cortexHeaders(bench.simulator.keys.standard, 0);
		expect((await follow(link, { headers: standard })).status).toBe(200);
	});

	test('by POST only, if the tenant is so set', async () => {
		const link = await anyLink();
		bench.simulator.cortexSettings.downloadByPostOnly = true;
		expect(errorOf(await follow(link))).toEqual([405, expect.objectContaining({ err_code: 405 })]);
		expect((await follow(link, { method: 'POST' })).status).toBe(200);
	});

	test('a link ends after 10 simulated minutes; the next one is new', async () => {
		const id = await retrieve({ windows: [HOSTS] }, laptops(1));
		advance(200);
		const link = Object.values(await links(id))[0]!;
		advance(10 * 60);
		expect((await follow(link)).status).toBe(200);
		advance(1);
		const [status, { err_msg }] = errorOf(await follow(link));
		expect([status, err_msg]).toEqual([410, 'The link to the file has expired']);
		expect((await follow(Object.values(await links(id))[0]!)).status).toBe(200);
	});

	test.each(['x', 'eA.eA', '%00', 'WyI2MDAyIl0.0000'])('no link: %s', async (value) => {
		const [status, { err_msg }] = errorOf(
			await follow(`${bench.url}/public_api/v1/download/${value}`),
		);
		expect([status, err_msg]).toEqual([404, 'The requested file was not found']);
	});

	test('a refusal with status 200, if the tenant is so set', async () => {
		bench.simulator.cortexSettings.downloadErrorsAre200 = true;
		const answer = await follow(`${bench.url}/public_api/v1/download/x`);
		expect(errorOf(answer)).toEqual([200, expect.objectContaining({ err_code: 404 })]);
		expect(answer.headers['content-type']).toMatch(/^application\/json/);
		expect((await follow(await anyLink())).headers['content-type']).toBe('application/zip');
	});

	test.each([
		['late', { delayMs: 5 }, (whole: number) => whole],
		['byte by byte', { trickleMs: 1 }, (whole: number) => whole],
		['cut off', { truncateBody: 100 }, () => 100],
	])('faults leave the bytes alone: %s', async (_name, rule, length) => {
		const link = await anyLink();
		const whole = (await follow(link)).data;
		bench.simulator.faults.add({ path: '/public_api/v1/download', ...rule });
		const answer = await follow(link);
		expect(answer.data).toEqual(whole.subarray(0, length(whole.length)));
		expect(bench.simulator.faults.list()).toEqual([]);
	});

	test('a restarted simulator knows its links, and gives the same bytes', async () => {
		let saved: SimulatorState | undefined;
		const onStateChange = (state: SimulatorState) => (saved = structuredClone(state));
		const clock = createFakeClock();
		bench = await startBench({ onStateChange }, clock);
		const link = await anyLink();
		const { data } = await follow(link);
		const second = await startBench({ state: JSON.parse(JSON.stringify(saved)) }, clock);
		const there = await follow(link.replace(bench.url, second.url));
		expect([there.status, there.data]).toEqual([200, data]);
		const [id] = second.simulator.cortex.startedJobs().map((job) => job.id);
		expect(Object.values(await links(id, second))[0]).toBe(link.replace(bench.url, second.url));
	});
});

describe('files of scripts', () => {
	const ids = () => idsOf(bench, 'Demo Laptops')[0].value;
	const filesOf = (endpoint_id: string, action_id: string | number = seededIds.scriptWithFiles) =>
		replyOf(SCRIPT_FILES, { action_id, endpoint_id });

	test('one link for an endpoint, to all its files', async () => {
		const { DATA: link } = await filesOf(ids()[0]);
		const answer = await follow(link);
		expect(Object.keys(filesIn(answer))).toEqual([
			'collect_scan_report_1.txt',
			'collect_scan_report_2.txt',
		]);
		expect(answer.headers['content-disposition']).toContain('demo-lt-01_7004.zip');
		advance(601);
		expect((await follow(link)).status).toBe(410);
	});

	test('no link where there are no files, or no more', async () => {
		expect(await filesOf(ids()[11])).toEqual({ DATA: '' });
		expect(await filesOf(ids()[0], Number(seededIds.finishedScript))).toEqual({ DATA: '' });
		const { DATA: link } = await filesOf(ids()[0]);
		advance(7 * 24 * 3600);
		expect(await filesOf(ids()[0])).toEqual({ DATA: '' });
		expect((await follow(link)).status).toBe(410);
	});

	test('as data, if the tenant is so set', async () => {
		bench.simulator.cortexSettings.lowerCaseFilesLink = true;
		expect(await filesOf(ids()[0])).toEqual({
			data: expect.stringContaining('/public_api/v1/download/'),
		});
	});

	test('of many megabytes that nothing packs, always the same, if the tenant is so set', async () => {
		bench.simulator.cortexSettings.fileMegabytes = 2;
		const { DATA: link } = await filesOf(ids()[0]);
		const [one, again] = [await follow(link), await follow(link)];
		const sizes = Object.values(unzipSync(new Uint8Array(one.data))).map(({ length }) => length);
		expect(sizes).toEqual([2_000_000, 2_000_000]);
		expect(one.data.byteLength).toBeGreaterThan(4_000_000);
		expect(Buffer.from(again.data).equals(Buffer.from(one.data))).toBe(true);
	});

	test('refuses what does not belong together', async () => {
		const ask = (request_data: object) => bench.cortex(SCRIPT_FILES, { request_data });
		const endpoint_id = ids()[0];
		for (const [body, status] of [
			[{ action_id: '999', endpoint_id }, 500],
			[{ action_id: seededIds.finishedRetrieval, endpoint_id }, 500],
			[{ action_id: 7004, endpoint_id: 'x' }, 500],
			[{ action_id: 7004 }, 400],
			[{ action_id: 7004, endpoint_id, more: 1 }, 400],
		] as const) {
			expect((await ask(body)).status).toBe(status);
		}
	});

	describe('on another host', () => {
		beforeEach(() => (bench.simulator.cortexSettings.fileLinkHost = 'localhost'));

		/** The link, on a host that this machine surely answers at. */
		const here = (link: string) => link.replace('//localhost:', '//127.0.0.1:');

		test('the link is signed, and takes no headers', async () => {
			const { DATA: link } = await filesOf(ids()[0]);
			const { port } = new URL(bench.url);
			expect(link).toMatch(new RegExp(`^http://localhost:${port}/signed-files/`));
			const answer = await follow(here(link), { headers: {} });
			expect([answer.status, Object.keys(filesIn(answer)).length]).toEqual([200, 2]);
			const refused = await follow(here(link));
			expect([refused.status, Buffer.from(refused.data).toString()]).toEqual([
				400,
				expect.stringContaining('InvalidArgument'),
			]);
			advance(601);
			expect((await follow(here(link), { headers: {} })).status).toBe(403);
			const none = await follow(here(link).replace(/[^/]*$/, 'x'), { headers: {} });
			expect([none.status, none.headers['content-type']]).toEqual([404, 'application/xml']);
		});

		test('a host with a port of its own; retrieved files stay with the tenant', async () => {
			bench.simulator.cortexSettings.fileLinkHost = 'storage.example:8443';
			expect((await filesOf(ids()[0])).DATA).toMatch(
				/^http:\/\/storage\.example:8443\/signed-files\//,
			);
			expect(await anyLink()).toContain(bench.url);
		});
	});
});
