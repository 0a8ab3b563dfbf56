import type { FaultRule } from '../../simulator/server';
import { turn } from '../support/httpActivity';
import {
	closeBenches,
	cortexHeaders,
	SCAN,
	scanGroup,
	startBench,
	STATUS,
	statusOf,
	type Answer,
	type Bench,
} from './support';

const PATH = `/public_api${STATUS}`;

let bench: Bench;

beforeAll(async () => {
	bench = await startBench();
});
afterEach(() => bench.simulator.faults.clear());
afterAll(closeBenches);

const call = () => bench.cortex(STATUS, statusOf(6001));
const statuses = async (count: number) => {
	const seen: number[] = [];
	for (let i = 0; i < count; i++) seen.push((await call()).status);
	return seen;
};
test('the log says which requests were hit, and by what', async () => {
	const rules: Array<Partial<FaultRule>> = [
		{ status: 500 },
		{ delayMs: 5 },
		{ breakConnection: 'middle' },
		{ truncateBody: 3 },
		{ trickleMs: 1 },
	];
	bench.simulator.requests.clear();
	for (const rule of rules) bench.simulator.faults.add({ path: PATH, ...rule });
	for (let count = 0; count <= rules.length; count++) await call().catch(() => undefined);
	const seen = bench.simulator.requests.entries.map(({ fault, status }) => [fault, status]);
	expect(seen).toEqual([
		['status', 500],
		['delay', 200],
		['break', 200],
		['body', 200],
		['trickle', 200],
		[undefined, 200],
	]);
});

const post = (rule: object) => bench.send({ method: 'POST', url: '/simulator/faults', data: rule });

describe('which requests are hit', () => {
	const table: Array<[string, FaultRule, number[]]> = [
		['the next one', { path: PATH, status: 503 }, [503, 200, 200]],
		['the next two', { path: PATH, status: 503, times: 2 }, [503, 503, 200]],
		['the third', { path: PATH, status: 503, skip: 2 }, [200, 200, 503, 200]],
		['by prefix', { path: '/public_api', status: 502 }, [502, 200]],
		['by method', { path: PATH, method: 'post', status: 502 }, [502, 200]],
		['not another method', { path: PATH, method: 'GET', status: 502 }, [200, 200]],
		['not another path', { path: '/sm', status: 502 }, [200, 200]],
		['all, by rate', { path: PATH, rate: 1, status: 500 }, [500, 500, 500]],
		['none, by rate', { path: PATH, rate: 0, status: 500 }, [200, 200]],
		['so many at most, by rate', { path: PATH, rate: 1, times: 1, status: 500 }, [500, 200]],
	];
	test.each(table)('%s', async (_name, rule, expected) => {
		expect((await post(rule)).status).toBe(200);
		expect(await statuses(expected.length)).toEqual(expected);
	});

	test('a share of the requests, the same for the same seed', async () => {
		const run = async () => {
			const other = await startBench();
			other.simulator.faults.add({ path: '/', rate: 0.3, status: 500 });
			const seen = [];
			for (let i = 0; i < 100; i++) {
				seen.push(
					(await other.send({ url: '/rest/api/2/myself', headers: { authorization: 'x' } })).status,
				);
			}
			return seen;
		};
		const [first, second] = [await run(), await run()];
		expect(second).toEqual(first);
		const hits = first.filter((status) => status === 500).length;
		expect(hits).toBeGreaterThan(15);
		expect(hits).toBeLessThan(45);
	});

	test('faults can be listed, cleared, and must make sense', async () => {
		await post({ path: PATH, status: 500 });
		expect((await bench.send({ url: '/simulator/faults' })).data).toEqual([
			{ path: PATH, status: 500 },
		]);
		await bench.send({ method: 'DELETE', url: '/simulator/faults' });
		expect(await statuses(1)).toEqual([200]);
		expect((await post({ status: 500 })).status).toBe(400);
		expect((await post({ path: PATH, breakConnection: 'later' })).status).toBe(400);
	});
});

describe('what is sent instead', () => {
	const table: Array<[string, Omit<FaultRule, 'path'>, (answer: Answer) => void]> = [
		[
			'text',
			{ status: 502, body: '<h1>Bad Gateway</h1>' },
			({ data, headers }) => {
				expect(data).toBe('<h1>Bad Gateway</h1>');
				expect(headers['content-type']).toContain('text/html');
			},
		],
		[
			'JSON',
			{ status: 500, body: { reply: { err_code: 500 } } },
			({ data, headers }) => {
				expect(data).toEqual({ reply: { err_code: 500 } });
				expect(headers['content-type']).toContain('application/json');
			},
		],
		['nothing', { status: 500 }, ({ data }) => expect(data).toBe('')],
		[
			'headers',
			{ status: 429, headers: { 'Retry-After': '7' } },
			({ headers }) => expect(headers['retry-after']).toBe('7'),
		],
		[
			'a content type',
			{ status: 200, body: '{}', contentType: 'text/plain' },
			({ headers }) => expect(headers['content-type']).toContain('text/plain'),
		],
		[
			'a redirect',
			{ status: 302, headers: { location: '/elsewhere' } },
			({ headers }) => expect(headers.location).toBe('/elsewhere'),
		],
		[
			'a 200 with an error in it',
			{ status: 200, body: { err_code: 500 } },
			({ data }) => expect(data.err_code).toBe(500),
		],
		[
			'headers on the real answer',
			{ headers: { 'X-More': 'yes' } },
			({ status, data, headers }) => {
				expect([status, headers['x-more']]).toEqual([200, 'yes']);
				expect(data.reply.data).toBeDefined();
			},
		],
		[
			'JSON that repeats the request',
			{ status: 400, echo: true, body: { message: 'Bad: {request}' } },
			({ data }) => {
				expect(data.message).toMatch(/^Bad: POST \/public_api\/.*\n(.*\n)*x-xdr-nonce: \w+\n/);
				expect(data.message).toMatch(/\n\n\{"request_data":\{"group_action_id":6001\}\}$/);
			},
		],
		[
			'text that repeats the request',
			{ status: 400, echo: true, body: '<pre>{request}</pre>' },
			({ data }) => expect(data).toMatch(/"group_action_id":6001\}\}<\/pre>$/),
		],
		[
			'truncated JSON',
			{ truncateBody: 20 },
			({ status, data, headers }) => {
				expect([status, data.length, headers['content-length']]).toEqual([200, 20, '20']);
				expect(() => JSON.parse(data)).toThrow();
			},
		],
		[
			'a changed answer',
			{ transform: (body) => ({ was: typeof body }) },
			({ data }) => expect(data).toEqual({ was: 'object' }),
		],
	];
	test.each(table)('%s', async (_name, rule, check) => {
		bench.simulator.faults.add({ path: PATH, ...rule });
		const answer = await bench.send({
			method: 'POST',
			url: PATH,
			data: statusOf(6001),
			headers: cortexHeaders(bench.simulator.keys.admin, bench.clock.now()),
			maxRedirects: 0,
		});
		if (rule.status) expect(answer.status).toBe(rule.status);
		check(answer);
		expect(await statuses(1)).toEqual([200]);
	});

	test('they come before signatures and limits', async () => {
		await post({ path: PATH, status: 503 });
		expect((await bench.send({ method: 'POST', url: PATH })).status).toBe(503);
		expect((await bench.send({ method: 'POST', url: PATH })).status).toBe(401);
	});
});

test('a delay passes on the clock that was handed in', async () => {
	bench.simulator.faults.add({ path: PATH, delayMs: 30_000 });
	const before = bench.clock.now();
	expect((await call()).status).toBe(200);
	expect(bench.clock.now() - before).toBe(30_000);
});

test('an answer that trickles comes whole, byte by byte on the clock that was handed in', async () => {
	bench.simulator.faults.add({ path: PATH, trickleMs: 1_000 });
	const before = bench.clock.now();
	const { status, data, headers } = await call();
	const bytes = Buffer.byteLength(JSON.stringify(data));
	expect(status).toBe(200);
	expect(data.reply.data).toBeDefined();
	expect(headers['content-length']).toBe(String(bytes));
	expect(bench.clock.now() - before).toBe(bytes * 1_000);
	expect(bench.simulator.requests.entries.at(-1)?.closed).toBeUndefined();
});

test('an answer that trickles ends when the caller hangs up, and the log says when', async () => {
	const stop = new AbortController();
	bench.simulator.faults.add({ path: PATH, trickleMs: 1_000 });
	const before = bench.clock.now();
	// The first bytes have come before the next ones leave.
	const sleep = jest.spyOn(bench.clock, 'sleep').mockImplementation(async (ms) => {
		await turn();
		bench.clock.set(bench.clock.now() + ms);
	});
	const { data } = await bench.send({
		method: 'POST',
		url: PATH,
		data: statusOf(6001),
		headers: cortexHeaders(bench.simulator.keys.admin, bench.clock.now()),
		responseType: 'stream',
		signal: stop.signal,
	});
	const read = async () => {
		let bytes = 0;
		for await (const chunk of data) {
			bytes += chunk.length;
			if (bytes >= 3) stop.abort();
		}
	};
	await expect(read()).rejects.toThrow();
	const entry = bench.simulator.requests.entries.at(-1);
	while (entry?.closed === undefined) await turn();
	expect(entry.closed - before).toBeLessThan(150_000);
	sleep.mockRestore();
	expect(await statuses(1)).toEqual([200]);
});

test('silence lasts until the caller gives up', async () => {
	bench.simulator.faults.add({ path: PATH, silent: true });
	const patience = { method: 'POST', url: PATH, data: statusOf(6001), timeout: 50 };
	await expect(bench.send(patience)).rejects.toThrow('timeout of 50ms exceeded');
	expect(bench.simulator.requests.entries.at(-1)).toMatchObject({ status: 0, actionId: '6001' });
	expect(await statuses(1)).toEqual([200]);
});

test('garbled gzip cannot be read', async () => {
	bench.simulator.faults.add({ path: PATH, garbageGzip: true });
	await expect(call()).rejects.toThrow(/header check/);
});

describe('broken connections', () => {
	/** What a client sees of a scan: headers, characters of the body, whether it was cut off. */
	const scan = async () => {
		const seen = { headers: false, length: 0, whole: false };
		try {
			const { data } = await bench.send({
				method: 'POST',
				url: `/public_api${SCAN}`,
				data: scanGroup('Kiosks'),
				headers: cortexHeaders(bench.simulator.keys.admin, bench.clock.now()),
				responseType: 'stream',
			});
			seen.headers = true;
			for await (const chunk of data) seen.length += chunk.length;
			seen.whole = true;
		} catch {
			// What was seen until then is the result.
		}
		return seen;
	};

	const started = () => bench.simulator.cortex.startedJobs().length;
	const whole = JSON.stringify({ reply: { action_id: 22519813685366, endpoints_count: 5 } }).length;

	const table: Array<[string, FaultRule['breakConnection'], object, number]> = [
		['not at all', undefined, { headers: true, length: whole, whole: true }, 1],
		['before any answer: nothing starts', 'before', { headers: false, length: 0, whole: false }, 0],
		['after the headers: started', 'headers', { headers: true, length: 0, whole: false }, 1],
		['in the middle: started', 'middle', { headers: true, length: whole / 2, whole: false }, 1],
	];
	test.each(table)('%s', async (_name, breakConnection, expected, starts) => {
		const before = started();
		bench.simulator.faults.add({ path: '/public_api', breakConnection });
		expect(await scan()).toEqual(expected);
		expect(started() - before).toBe(starts);
		expect(bench.simulator.requests.entries.at(-1)?.status).toBe(
			breakConnection === 'before' ? 0 : 200,
		);
	});
});
