import { seededFile } from '../../simulator/cortex/xqlRows';
import type { SimulatorState } from '../../simulator/server';
import {
	closeBenches,
	cortexHeaders,
	createFakeClock,
	startBench,
	xql,
	XQL,
	type Bench,
} from './support';

let bench: Bench;

beforeEach(async () => {
	bench = await startBench({ endpoints: 2000 });
});
afterEach(closeBenches);

const start = async (query: string, more = {}) =>
	await bench.cortex(XQL.start, xql({ query, ...more }));
const results = async (query_id: string, more = {}) =>
	await bench.cortex(XQL.results, xql({ query_id, ...more }));

/** The reply to a query that has ended. */
async function replyTo(query: string, more = {}) {
	const { data } = await start(query);
	bench.simulator.time.advance(60);
	return (await results(data.reply, more)).data.reply;
}
const rowsOf = async (query: string) => (await replyTo(query)).results.data;

describe('a query', () => {
	test('starts with a bare id, is pending for a while, and then has rows', async () => {
		const { status, data } = await start('dataset = endpoints | limit 2');
		expect([status, data]).toEqual([
			200,
			{ reply: expect.stringMatching(/^[\da-f]{13}_\d+_inv$/) },
		]);
		expect((await results(data.reply)).data).toEqual({ reply: { status: 'PENDING' } });
		bench.simulator.time.advance(60);
		expect((await results(data.reply)).data.reply).toEqual({
			status: 'SUCCESS',
			number_of_results: 2,
			query_cost: { simulator: 0.02 },
			remaining_quota: 999.98,
			results: {
				data: [
					expect.objectContaining({
						endpoint_name: 'demo-lt-01',
						endpoint_id: expect.stringMatching(/^[\da-f]{32}$/),
						endpoint_status: 'CONNECTED',
						ip_address: expect.any(Array),
						operating_system: expect.any(String),
						last_seen: expect.any(Number),
					}),
					expect.objectContaining({ endpoint_name: 'demo-lt-02' }),
				],
			},
		});
	});

	test.each([
		['filter endpoint_name = "kiosk-0*"', 5],
		['filter endpoint_name = "kiosk-0*" and endpoint_name != "*-01"', 4],
		['filter endpoint_name = "kiosk-01" or endpoint_name = "demo-lt-01"', 2],
		['filter endpoint_name ~= "^(kiosk|demo-lt)-0[12]$"', 4],
		['filter endpoint_name contains "KIOSK" and not endpoint_name contains "5"', 4],
		['filter endpoint_name in ("kiosk-01", "kiosk-02", "nobody")', 2],
		['filter group_names = "Kiosks"', 5],
		['filter (group_names = "Kiosks" or group_names = "Demo Laptops") and last_seen > 0', 17],
		['filter endpoint_alias = null and group_names = "Kiosks" // not | limit 1', 5],
		['/* | limit 1 */ filter endpoint_status = ENUM.CONNECTED and group_names = "Kiosks"', 4],
		['filter endpoint_name = "kiosk-0*" | limit 3', 3],
		['filter domain = """nowhere"""', 0],
	])('dataset = endpoints | %s: %d rows', async (stages, count) => {
		// The alias of a kiosk is up to chance.
		if (stages.includes('alias')) {
			for (const endpoint of bench.simulator.cortex.endpoints) endpoint.alias = '';
		}
		expect((await rowsOf(`dataset = endpoints | ${stages}`)).length).toBe(count);
	});

	test('chooses columns, sorts and counts', async () => {
		const kiosks = 'dataset = endpoints | filter group_names = "Kiosks"';
		expect(
			await rowsOf(`${kiosks} | fields endpoint_name as name, domain | sort desc name | limit 2`),
		).toEqual([
			{ name: 'kiosk-05', domain: 'corp.example' },
			{ name: 'kiosk-04', domain: 'corp.example' },
		]);
		expect(
			await rowsOf(`${kiosks} | comp count() as all by endpoint_status | sort asc all`),
		).toEqual([
			{ endpoint_status: 'DISCONNECTED', all: 1 },
			{ endpoint_status: 'CONNECTED', all: 4 },
		]);
		expect(await rowsOf(`${kiosks} | filter domain = "x" | comp count()`)).toEqual([{ count: 0 }]);
		expect(await rowsOf('dataset = test_rows | sort desc row | limit 1')).toEqual([
			{ row: 2500, name: 'row-2500', even: 'TRUE' },
		]);
	});

	test('finds where a file was started, by its hash', async () => {
		const starts = (hash: string) =>
			rowsOf(
				`dataset = xdr_data | filter event_type = ENUM.PROCESS and action_process_image_sha256 = "${hash}" | fields agent_hostname, action_process_image_path`,
			);
		expect(await starts(seededFile.sha256)).toEqual(
			['demo-lt-03', 'demo-lt-07'].map((agent_hostname) => ({
				agent_hostname,
				action_process_image_path: expect.stringMatching(
					/^C:\\Users\\[\w.]+\\Downloads\\invoice\.exe$/,
				),
			})),
		);
		expect(await starts('0'.repeat(64))).toEqual([]);
	});

	test.each([
		['dataset = endpoints\n| filter endpoint_nam = "x"', 2, 9, "unknown field 'endpoint_nam'"],
		['dataset = endpoints | filter', 1, 28, "mismatched input '<EOF>'"],
		['dataset = endpoints | drop', 1, 22, "mismatched input 'drop' expecting a stage"],
		['dataset = endpoints || limit 1', 1, 21, "mismatched input '|' expecting a stage"],
		['dataset = nothing', 1, 10, 'dataset nothing does not exist'],
		['dataset = endpoints | filter domain = "x', 1, 38, "token recognition error at: '\"'"],
		['dataset = endpoints | limit none', 1, 28, "mismatched input 'none' expecting a number"],
		['select *', 1, 0, "mismatched input 'select' expecting 'dataset'"],
	])('%j is not understood', async (query, line, column, message) => {
		const { status, data } = await start(query);
		expect(status).toBe(500);
		expect(data.reply.err_extra).toEqual({ parse_err: { line, column, message } });
		expect(bench.simulator.cortex.startedJobs()).toEqual([]);
	});

	test.each([
		[{}],
		[{ query: '' }],
		[{ query: 1 }],
		[{ query: 'dataset = endpoints', limit: 5 }],
		[{ query: 'dataset = endpoints', tenants: 'one' }],
		[{ query: 'dataset = endpoints', timeframe: {} }],
		[{ query: 'dataset = endpoints', timeframe: { from: 1 } }],
		[{ query: 'dataset = endpoints', timeframe: { from: 1, to: 2, relativeTime: 3 } }],
		[{ query: 'dataset = endpoints', timeframe: { relativeTime: '1' } }],
	])('%j is no request', async (request) => {
		expect((await bench.cortex(XQL.start, xql(request))).status).toBe(400);
	});

	test('takes a time frame and tenants, which it says the cost of', async () => {
		const { data } = await start('dataset = endpoints | limit 1', {
			timeframe: { relativeTime: 1000 },
			tenants: ['a', 'b'],
		});
		bench.simulator.time.advance(60);
		expect((await results(data.reply)).data.reply.query_cost).toEqual({ a: 0.02, b: 0.02 });
		const swapped = await start('dataset = endpoints', { timeframe: { from: 2, to: 1 } });
		expect(swapped.status).toBe(500);
	});
});

describe('limits', () => {
	test('four at once; the fifth is refused before it starts', async () => {
		for (let i = 0; i < 4; i++) expect((await start('dataset = endpoints')).status).toBe(200);
		const { status, data } = await start('dataset = endpoints');
		expect(status).toBe(500);
		expect(data.reply.err_extra).toMatchObject({
			err_msg: 'reached the maximum allowed number of parallel running queries',
			total_daily_running_queries: 4,
			total_daily_concurrent_rejected_queries: 1,
		});
		const { reply } = (await bench.cortex(XQL.quota, xql({}))).data;
		expect(reply).toMatchObject({
			license_quota: 1000,
			used_quota: 0.08,
			total_daily_concurrent_rejected_queries: 1,
			max_daily_concurrent_active_query_count: 4,
			current_concurrent_active_queries_count: 4,
		});
		expect(Object.values(reply.current_concurrent_active_queries)).toEqual([0, 0, 0, 0]);
		bench.simulator.time.advance(60);
		expect((await start('dataset = endpoints')).status).toBe(200);
		bench.simulator.cortexSettings.xqlAtOnce = 0;
		for (let i = 0; i < 9; i++) expect((await start('dataset = endpoints')).status).toBe(200);
	});

	test("the day's quota, until midnight UTC", async () => {
		Object.assign(bench.simulator.cortexSettings, { xqlUnitsPerDay: 1, testRows: 100_000 });
		expect((await start('dataset = test_rows | limit 1')).status).toBe(200);
		const { status, data } = await start('dataset = endpoints');
		expect(status).toBe(500);
		expect(data.reply.err_extra).toMatchObject({
			err_msg: 'query usage exceeded max daily quota',
			quota_info: { used_quota: 1, max_quota: 1, error_type: 'QUOTA_EXCEEDED' },
			remaining_quota: 0,
		});
		bench.simulator.time.advance(24 * 3600);
		expect((await start('dataset = endpoints')).status).toBe(200);
	});
});

describe('results', () => {
	test('of more than 1,000 rows are a stream, unless fewer are asked for', async () => {
		const { reply: id } = (await start('dataset = test_rows')).data;
		bench.simulator.time.advance(60);
		for (const limit of [undefined, 1001, 2500]) {
			const { reply } = (await results(id, { limit })).data;
			expect([reply.number_of_results, reply.results]).toEqual([
				2500,
				{ stream_id: `${id}_stream` },
			]);
		}
		const { reply } = (await results(id, { limit: 1000 })).data;
		expect(reply.results.data).toHaveLength(1000);
		expect(reply.number_of_results).toBe(2500);
		expect((await replyTo('dataset = test_rows | limit 1000')).results.data).toHaveLength(1000);
	});

	test('as CSV', async () => {
		const csv = await replyTo('dataset = test_rows | limit 1', { format: 'csv' });
		expect(csv.results).toBe('row,name,even\n"1","row-1","NULL"');
	});

	test('a stream is a line for each row, in chunks; packed only for those who ask', async () => {
		const { reply: id } = (await start('dataset = test_rows')).data;
		bench.simulator.time.advance(60);
		const stream = async (more: object, encoding: string) =>
			await bench.send({
				method: 'POST',
				url: `/public_api${XQL.stream}`,
				data: xql({ stream_id: `${id}_stream`, ...more }),
				headers: {
					...cortexHeaders(bench.simulator.keys.admin, bench.clock.now()),
					'accept-encoding': encoding,
				},
				responseType: 'arraybuffer',
				decompress: false,
			});
		const plain = await stream({}, 'identity');
		expect(plain.headers).toMatchObject({
			'content-type': 'application/x-ndjson',
			'transfer-encoding': 'chunked',
		});
		const text = Buffer.from(plain.data).toString();
		const rows = text
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line) as object);
		expect([rows.length, rows[2499]]).toEqual([
			2500,
			{ row: 2500, name: 'row-2500', even: 'TRUE' },
		]);
		const flagged = await stream({ is_gzip_compressed: true }, 'identity');
		const accepted = await stream({}, 'gzip');
		expect(accepted.headers['content-encoding']).toBe('gzip');
		for (const { data } of [flagged, accepted]) {
			const unpacked = new Blob([data]).stream().pipeThrough(new DecompressionStream('gzip'));
			expect(await new Response(unpacked).text()).toBe(text);
		}
		expect((await bench.cortex(XQL.stream, xql({ stream_id: 'no_stream' }))).status).toBe(500);
	});

	test.each([
		['failed', undefined, 'FAIL', {}],
		['failed', 'out of memory', 'FAIL', { error: 'out of memory' }],
		['failed', { error_message: 'why' }, 'FAIL', { error_message: 'why' }],
		['partial', 'tenant b failed', 'PARTIAL_SUCCESS', { error: 'tenant b failed' }],
		['never', undefined, 'PENDING', {}],
	] as const)('of a query that is planned: %s, %j', async (outcome, errorLog, status, reason) => {
		const { data } = await bench.send({
			method: 'POST',
			url: '/simulator/jobs',
			data: {
				kind: 'xqlQuery',
				id: 'mine',
				query: 'dataset = endpoints | limit 2',
				durationSeconds: 0,
				outcome,
				errorLog,
			},
		});
		expect(data).toEqual({ id: 'mine' });
		const { reply } = (await results('mine')).data;
		expect(reply).toMatchObject({ status, ...reason });
		expect(reply.results?.data?.length).toBe(outcome === 'partial' ? 2 : undefined);
	});

	test('of nobody, or late, are refused', async () => {
		const { status, data } = await results('nobody');
		expect([status, data.reply.err_msg]).toEqual([
			500,
			expect.stringContaining('Query nobody was not found'),
		]);
		expect((await results('nobody', { pending_flag: false })).status).toBe(400);
		expect((await results('6001')).status).toBe(500);
	});
});

test('a restarted simulator finds its queries', async () => {
	let saved: SimulatorState | undefined;
	const onStateChange = (state: SimulatorState) => (saved = structuredClone(state));
	const clock = createFakeClock();
	bench = await startBench({ onStateChange }, clock);
	const { reply: id } = (await start('dataset = endpoints | limit 3')).data;
	bench = await startBench({ state: JSON.parse(JSON.stringify(saved)) as SimulatorState }, clock);
	expect((await results(id)).data.reply).toEqual({ status: 'PENDING' });
	clock.add(60_000);
	expect((await results(id)).data.reply).toMatchObject({ status: 'SUCCESS', number_of_results: 3 });
	expect((await start('dataset = endpoints')).data.reply).not.toBe(id);
	const jobs = (await bench.send({ url: '/simulator/jobs' })).data as Array<{ kind: string }>;
	// One was there from the start.
	expect(jobs.filter(({ kind }) => kind === 'xqlQuery')).toHaveLength(3);
});
