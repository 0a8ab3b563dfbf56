import type { INode } from 'n8n-workflow';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import type { FaultRule } from '../../simulator/server';
import * as samples from '../samples/qualys';
import type { EngineOptions, EngineResult } from '../support/engine';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld({ scriptJobs: 1000 });
});

afterEach(async () => await world.close());

const search = async (parameters = {}, options: Partial<EngineOptions> = {}) =>
	await world.run(new QualysSearchScriptJobs(), parameters as INode['parameters'], options);

const fault = (rule: Partial<FaultRule>) => world.simulator.faults.add({ path: '/sm', ...rule });

const answer = (body: unknown, status = 200) => fault({ status, body });

/** Pages that do not grow. */
const IN_HUNDREDS = { pageSize: 100 };

const searches = () => world.requests().filter(({ path }) => path.startsWith('/sm'));

/** Seconds that passed on the fake clock while `work` ran. */
async function seconds<T>(work: Promise<T>): Promise<[T, number]> {
	const start = world.clock.now();
	const result = await work;
	return [result, (world.clock.now() - start) / 1000];
}

/** Ids of all jobs, newest first. */
async function allIds(): Promise<unknown[]> {
	const { json } = await search({ returnAll: true, options: { pageSize: 1000 } });
	expect(new Set(json.map(({ id }) => id)).size).toBe(1000);
	world.requests();
	return json.map(({ id }) => id);
}

describe("refusals, with the vendor's words in front and a hint behind", () => {
	const ELSEWHERE = 'did not answer like the Qualys gateway';

	it.each([
		['message', { message: 'No such tag' }, 400, 'No such tag', 'Check the filters'],
		[
			'message and errorCode',
			{ errorCode: 'CAR-7', message: 'No such tag', body: null },
			400,
			'No such tag (CAR-7)',
			'Check the filters',
		],
		['errorCode alone', { errorCode: 7123, message: null }, 400, 'error 7123', 'Check the filters'],
		['responseMessage', { responseMessage: 'Not today' }, 500, 'Not today', 'Try again later'],
		['_error', { _error: { message: 'Deep down' } }, 500, 'Deep down', 'Try again later'],
		[
			'authentication_exceptions',
			{ authentication_exceptions: [['Authentication Failure: who?']] },
			403,
			'Authentication Failure: who?',
			'API access',
		],
		['error', { error: 'Forbidden' }, 403, 'Forbidden', 'API access'],
		['a blank message and error', { message: ' ', error: 'Gone' }, 404, 'Gone', 'API Version'],
		['a status of its own', { message: 'Teapot' }, 418, 'Teapot', 'all that Qualys says about it'],
	])('%s', async (_name, body, status, words, hint) => {
		answer(body, status);
		const { error, json } = await search();
		expect(error?.message).toBe(`Qualys refused Search Script Jobs: ${words}`);
		expect(error?.description).toContain(hint);
		// Words of the vendor show that it is the gateway.
		expect(error?.description).not.toContain(ELSEWHERE);
		expect(error?.httpCode).toBe(String(status));
		expect(json).toEqual([]);
		expect(searches()).toHaveLength(1);
	});

	it.each([
		['text', 'upstream is gone', 500, '500 (upstream is gone)'],
		['HTML', '<html><title>Login</title><body>x</body></html>', 404, '404 (Login)'],
		['nothing', '', 500, '500 and no reason'],
		['an object without words', { ok: false }, 500, '500 and no reason'],
	])('%s', async (_name, body, status, words) => {
		answer(body, status);
		const { error } = await search();
		expect(error?.message).toBe(`Qualys answered Search Script Jobs with status ${words}`);
		expect(error?.description).toContain(
			`${ELSEWHERE}. Check the Platform in the credential. In Qualys, look under Help → About.`,
		);
	});

	it('400 without words does not say that Qualys said any', async () => {
		answer('', 400);
		const { error } = await search();
		expect(error?.description).toBe('Check the filters and the sort of this node.');
	});

	it('a user without API access', async () => {
		const { error } = await search(
			{},
			{ credentials: { qualysGatewayApi: world.qualysUser('noApi') } },
		);
		expect(error?.message).toBe('Qualys refused Search Script Jobs: The user has no API access');
		expect(error?.description).toContain('Administration → Users');
		expect(searches()).toHaveLength(1);
	});

	it('a query that Qualys does not understand', async () => {
		const { error } = await search({ filters: { query: 'colour: red' } });
		expect(error?.message).toContain('Invalid query: unknown field "colour"');
		expect(error?.message).toContain('(CAR-QQL-400)');
	});

	it('does not follow a redirect', async () => {
		fault({ status: 302, headers: { location: `${world.url}/elsewhere` }, body: '' });
		const { error } = await search();
		expect(error?.message).toBe(
			'The address answered with a redirect (302), which is not followed',
		);
		expect(searches()).toHaveLength(1);
	});
});

describe('answers that are none', () => {
	it.each([
		['an errorCode on 200', { errorCode: 'CAR-5', message: 'Index is down', body: { list: [] } }],
	])('%s is a refusal', async (_name, body) => {
		answer(body);
		const { error } = await search();
		expect(error?.message).toContain('Qualys refused Search Script Jobs: Index is down');
	});

	it.each([0, '0', null])('an errorCode of %j is none', async (errorCode) => {
		answer({ errorCode, message: 'Done successfully', body: { list: [], totalCount: 0 } });
		const { error, json } = await search();
		expect([error?.message, json]).toEqual([undefined, []]);
	});

	it.each([
		['no body', {}, ''],
		['a body of null', { errorCode: null, message: null, body: null }, ''],
		['a body that is a text', { body: 'x' }, ''],
		['no list', { body: { totalCount: 0 } }, ''],
		['a list that is null', { body: { list: null } }, ''],
		['a list that is an object', { body: { list: {} } }, ''],
		['a list', [], ''],
		['words in place of a list', { message: 'Try later', body: null }, ': Try later'],
		['null', 'null', ''],
		['nothing', '', ''],
		['HTML', '<html><title>Maintenance</title></html>', ': Maintenance'],
		['half of its JSON', '{"body":{"list":[{"data":', ': {"body":{"list":[{"data":'],
	])('concludes nothing from %s', async (_name, body, words) => {
		for (const apiVersion of ['v1', 'v2']) {
			answer(body);
			const { error, json } = await search({ apiVersion });
			expect(json).toEqual([]);
			expect(error?.message).toBe(
				`Qualys answered Search Script Jobs without a list of jobs${words}`,
			);
			expect(error?.description).toContain('nothing was concluded from it');
		}
	});

	it("the sample of v1 on the vendor's page, which has one brace too many", async () => {
		answer(samples.v1Printed);
		const { error } = await search({ apiVersion: 'v1' });
		expect(error?.message).toContain('without a list of jobs: { "errorCode": null');
		answer(samples.v1Printed.replace(/\}(\s*\}\s*\])/, '$1'));
		const { json } = await search({ apiVersion: 'v1', limit: 1, simplify: false });
		expect(json).toEqual([samples.v1Record]);
	});

	it.each([
		['v1', [null]],
		['v1', ['79097']],
		['v1', [[samples.v1Record]]],
		['v2', [null]],
		['v2', [{ sortValues: [1, 'a'] }]],
		['v2', [{ sortValues: [1, 'a'], data: null }]],
		['v2', [{ sortValues: [1, 'a'], data: 'x' }]],
		['v2', [samples.v2Record]],
	])('%s: a job that is none: %j', async (apiVersion, list) => {
		answer({ body: { totalCount: 1, list } });
		const { error, json } = await search({ apiVersion });
		expect(json).toEqual([]);
		expect(error?.message).toBe('Qualys answered Search Script Jobs with something that is no job');
	});

	it.each([null, 'ab', [], {}])(
		'sortValues %j: an error only where they are needed',
		async (value) => {
			const row = { sortValues: value, data: samples.v2Record };
			answer({ body: { totalCount: 9, list: [row] } });
			expect((await search({ limit: 1 })).json).toHaveLength(1);
			answer({ body: { totalCount: 9, list: [row] } });
			const { error } = await search({ limit: 2 });
			// An empty list is a cursor like any other, as far as a client can tell.
			if (Array.isArray(value)) expect(error?.message).toContain('searchAfter must hold 2 values');
			else expect(error?.message).toContain('without sortValues to go on from');
			expect(error?.description).toContain('1 job had been read before.');
		},
	);

	it.each([undefined, null, 'ab', {}])(
		'sortValues %j, where items are to carry them',
		async (sortValues) => {
			const row = { sortValues, data: samples.v2Record };
			answer({ body: { totalCount: 1, list: [row] } });
			const { error, json } = await search({ limit: 1, options: { includeCursor: true } });
			expect(json).toEqual([]);
			expect(error?.message).toBe(
				'Qualys answered Search Script Jobs without the sortValues of a job',
			);
		},
	);

	it('sortValues that are not exact: an error only where they are needed', async () => {
		const body =
			'{"body":{"totalCount":9,"list":[{"sortValues":[9223372036854775807,"1"],"data":{"id":"1"}}]}}';
		answer(body);
		expect((await search({ limit: 1 })).json).toHaveLength(1);
		answer(body);
		const { error } = await search({ limit: 2 });
		expect(error?.message).toContain('a number too large to be exact');
		expect(searches()).toHaveLength(2);
	});

	it('Return All of which the pages end too early', async () => {
		fault({ skip: 2, transform: () => ({ body: { totalCount: 0, list: [] } }) });
		const { error, json } = await search({ returnAll: true, options: IN_HUNDREDS });
		expect(json).toEqual([]);
		expect(error?.message).toBe('Qualys counted 1,000 jobs, but gave only 200');
		expect(error?.description).toMatch(/200 jobs had been read before\. .* Search After: \[/);
	});

	const fields = (value: unknown, path: string[] = []): string[][] =>
		typeof value === 'object' && value !== null && !Array.isArray(value)
			? [
					...(path.length > 0 ? [path] : []),
					...Object.entries(value).flatMap(([key, part]) => fields(part, [...path, key])),
				]
			: [path];

	const withField = (record: object, [key, ...rest]: string[], value: unknown): object => ({
		...record,
		[key]: rest.length > 0 ? withField(record[key as never], rest, value) : value,
	});

	it.each([
		['v1', samples.v1Record, (record: object) => record],
		['v2', samples.v2Record, (data: object) => ({ sortValues: [1, 'a'], data })],
	] as const)(
		'%s: null, text, number, list or object in place of any field of a job',
		async (apiVersion, sample, row) => {
			const records = fields(sample).flatMap((path) =>
				[null, 'x', -1.5, [1], { a: 1 }].map((value) => withField(sample, path, value)),
			);
			// Without a number of their own, records that differ elsewhere only would be the same job.
			const jobs = records.map((record, index) =>
				(record as { id: unknown }).id === sample.id ? { ...record, id: `job ${index}` } : record,
			);
			const list = jobs.map(row);
			for (const simplify of [true, false]) {
				answer({ body: { totalCount: list.length, list } });
				const { json, error } = await search({
					apiVersion,
					simplify,
					limit: list.length,
					options: { pageSize: 1000 },
				});
				expect(error).toBeUndefined();
				expect(json).toHaveLength(list.length);
				if (!simplify) expect(json).toEqual(jobs);
			}
		},
	);

	it('a simplified field that holds something else is null or comes as it is', async () => {
		const odd = {
			created: { dateTime: '2026-03-01T12:00:00Z' },
			updatedDateTime: null,
			category: 'General',
			severity: null,
		};
		answer({ body: { totalCount: 1, list: [{ ...samples.v1Record, ...odd }] } });
		const { json } = await search({ apiVersion: 'v1' });
		expect(json[0]).toMatchObject({
			createdAt: '2026-03-01T12:00:00Z',
			updatedAt: null,
			category: 'General',
			severity: null,
		});
	});
});

describe('what heals by itself', () => {
	const outages: Array<[string, Partial<FaultRule>]> = [
		['502', { status: 502 }],
		['503', { status: 503 }],
		['504', { status: 504 }],
		['a connection broken before the answer', { breakConnection: 'before' }],
		['a connection broken after the headers', { breakConnection: 'headers' }],
		['a connection broken in the answer', { breakConnection: 'middle' }],
		['a garbled answer', { garbageGzip: true }],
	];

	it.each(outages)('%s, three times in a row', async (_name, rule) => {
		fault({ ...rule, times: 3 });
		const [{ json, error }, took] = await seconds(search());
		expect(error).toBeUndefined();
		expect(json).toHaveLength(50);
		expect(searches()).toHaveLength(4);
		expect(took).toBe(7);
	});

	it.each(outages)('%s, in the middle of paging: no job lost, none twice', async (_name, rule) => {
		const all = await allIds();
		for (const apiVersion of ['v1', 'v2']) {
			fault({ ...rule, skip: 2 });
			fault({ ...rule, skip: 5, times: 2 });
			const { json } = await search({ apiVersion, returnAll: true, options: IN_HUNDREDS });
			expect(json.map(({ id }) => id)).toEqual(all);
			expect(world.simulator.faults.list()).toEqual([]);
		}
	});

	it.each([
		['429', 'X-RateLimit-ToWait-Sec', { 'x-ratelimit-towait-sec': '45' }, 45],
		['409', 'X-RateLimit-ToWait-Sec', { 'x-ratelimit-towait-sec': '45' }, 45],
		['429', 'Retry-After', { 'retry-after': '7' }, 7],
		['429', 'no header', {}, 1],
		['409', 'no header', {}, 1],
		['429', 'a header of zero', { 'x-ratelimit-towait-sec': '0' }, 1],
		['429', 'zero and Retry-After', { 'x-ratelimit-towait-sec': '0', 'retry-after': '7' }, 7],
		['429', 'both headers', { 'x-ratelimit-towait-sec': '9', 'retry-after': '7' }, 9],
		['429', 'a header of nonsense', { 'x-ratelimit-towait-sec': 'soon' }, 1],
		['429', 'ten minutes', { 'x-ratelimit-towait-sec': '600' }, 600],
	])('%s with %s is waited out', async (status, _name, headers, wait) => {
		fault({ status: Number(status), headers, body: { message: 'API rate limit exceeded' } });
		const [{ json, error }, took] = await seconds(search());
		expect(error).toBeUndefined();
		expect(json).toHaveLength(50);
		expect(took).toBe(wait);
		expect(searches()).toHaveLength(2);
	});

	it.each(['429', '409'])(
		'%s that would take longer than ten minutes fails at once',
		async (status) => {
			const message = 'API rate limit exceeded';
			fault({
				status: Number(status),
				headers: { 'x-ratelimit-towait-sec': '2000' },
				body: { message },
			});
			const [{ error }, took] = await seconds(search());
			expect(error?.message).toBe(`Qualys refused Search Script Jobs: ${message}`);
			expect(error?.description).toContain('Qualys asks to wait 2000 seconds.');
			expect(error?.description).toContain('raise Page Size');
			expect(took).toBe(0);
			expect(searches()).toHaveLength(1);
		},
	);

	it.each([
		[429, { 'x-ratelimit-towait-sec': '2000' }, { cause: 'rate-limited', retryAfterMs: 2_000_000 }],
		[401, {}, { cause: 'credential-invalid' }],
		[403, {}, { cause: 'configuration-invalid' }],
		[503, {}, { cause: 'temporarily-unavailable' }],
		[400, {}, undefined],
		[500, {}, undefined],
	])('%d: why it failed, as n8n stores it', async (status, headers, failure) => {
		fault({ status, headers, times: 99, body: { message: 'no' } });
		const { error } = await search();
		expect((error as { failure?: unknown }).failure).toEqual(failure);
	});

	it('429 without end is given up after ten minutes', async () => {
		fault({ status: 429, times: 10_000, body: { message: 'API rate limit exceeded' } });
		const [{ error }, took] = await seconds(search());
		expect(error?.httpCode).toBe('429');
		expect(took).toBeGreaterThan(500);
		expect(took).toBeLessThanOrEqual(600);
	});

	it.each([
		['429', true],
		['429', false],
		['409', true],
		['409', false],
	] as const)('a quota (%s, header %s) that ends in the middle of paging', async (kind, header) => {
		const all = await allIds();
		world.simulator.qualys.limit = { kind, perWindow: 4, windowSeconds: 60, header };
		const [{ json, error }, took] = await seconds(
			search({ returnAll: true, options: { pageSize: 100 } }),
		);
		expect(error).toBeUndefined();
		expect(json.map(({ id }) => id)).toEqual(all);
		expect(took).toBeGreaterThanOrEqual(120);
		expect(took).toBeLessThan(200);
	});

	it('X-RateLimit-Remaining: 0 on a success is no error', async () => {
		world.simulator.qualys.limit = { kind: '429', perWindow: 1, windowSeconds: 60, header: true };
		const { json, error } = await search();
		expect(error).toBeUndefined();
		expect(json).toHaveLength(50);
	});

	it('many items share a quota', async () => {
		world.simulator.qualys.limit = { kind: '429', perWindow: 10, windowSeconds: 60, header: true };
		const { json, error } = await search({ limit: 1 }, { items: Array(50).fill({}) });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(50);
	});

	it('no more than four requests are under way at once', async () => {
		fault({ times: 10_000, delayMs: 50 });
		const [{ json }, took] = await seconds(search({ limit: 1 }, { items: Array(20).fill({}) }));
		expect(json).toHaveLength(20);
		expect(took).toBe((20 / 4) * 0.05);
	});

	it('a stopped execution stops waiting', async () => {
		fault({ status: 503, times: 9 });
		const stop = new AbortController();
		const { clock } = jest.requireActual<typeof import('../../nodes/shared/transport/clock')>(
			'../../nodes/shared/transport/clock',
		);
		const sleep = world.clock.sleep;
		clock.sleep = async (milliseconds, signal) => {
			// Before that, it is the time of the answer that is counted.
			if (world.simulator.requests.entries.some((entry) => entry.status === 503)) stop.abort();
			await sleep(milliseconds, signal);
		};
		await search({}, { signal: stop.signal });
		expect(searches()).toHaveLength(1);
	});
});

describe('a page that fails for good after others succeeded', () => {
	const failures: Array<[string, Partial<FaultRule>, string]> = [
		['an outage', { status: 503, times: 4 }, 'status 503'],
		['a broken connection', { breakConnection: 'middle', times: 4 }, 'The connection broke'],
		['a refusal', { status: 400, body: { message: 'Too deep' } }, 'Too deep'],
		['an errorCode', { status: 200, body: { errorCode: 1, message: 'Too deep' } }, 'Too deep'],
		['HTML', { status: 200, body: '<html><h1>Hello</h1></html>' }, 'Hello'],
		[
			'a wait that is too long',
			{ status: 429, headers: { 'x-ratelimit-towait-sec': '3600' } },
			'status 429',
		],
	];

	it.each(failures)(
		'%s: the error says how many had been read, and going on from its cursor completes the set',
		async (_name, rule, words) => {
			const all = await allIds();
			fault({ ...rule, skip: 3 });
			const { error, json } = await search({ returnAll: true, options: IN_HUNDREDS });
			expect(json).toEqual([]);
			expect(error?.message).toContain(words);
			const said =
				/([\d,]+) jobs had been read before\. Go on from there with Options → Search After: (\[.*?\])\./.exec(
					String(error?.description),
				);
			expect(said?.[1]).toBe('300');
			const rest = await search({
				returnAll: true,
				options: { ...IN_HUNDREDS, searchAfter: said?.[2] },
			});
			const first = await search({ limit: 300 });
			expect([...first.json, ...rest.json].map(({ id }) => id)).toEqual(all);
		},
	);

	it('v1 has no cursor: the error says how many had been read', async () => {
		fault({ status: 400, body: { message: 'Too deep' }, skip: 2 });
		const { error } = await search({ apiVersion: 'v1', returnAll: true, options: IN_HUNDREDS });
		expect(error?.description).toContain('200 jobs had been read before.');
		expect(error?.description).not.toContain('Search After');
	});

	it('says nothing of jobs where the first page failed', async () => {
		fault({ status: 400, body: { message: 'Too deep' } });
		expect((await search({ returnAll: true })).error?.description).not.toContain('read before');
	});
});

describe('a cursor that stands still', () => {
	it('is an error, with what had been read', async () => {
		let first: unknown;
		fault({ times: 10_000, transform: (body) => (first ??= body) });
		const { error, json } = await search({ returnAll: true, options: IN_HUNDREDS });
		expect(json).toEqual([]);
		expect(error?.message).toBe('Qualys answered Search Script Jobs with the same page again');
		expect(error?.description).toContain('100 jobs had been read before.');
		expect(searches()).toHaveLength(2);
	});
});

describe('On Error', () => {
	const items = [
		{ script: 'Check disk space' },
		{ script: 'no `backticks`' },
		{ script: 'Patch OpenSSL' },
	];
	const run = async (options: Partial<EngineOptions>): Promise<EngineResult> =>
		await search(
			{ limit: 2, filters: { scriptName: '={{ $json.script }}' } },
			{ items, ...options },
		);

	it('Stop Workflow: names the item, and sends nothing', async () => {
		const { error, json } = await run({});
		expect(json).toEqual([]);
		expect(error?.message).toContain('a name with a backtick');
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(world.requests()).toEqual([]);
	});

	it('Continue: the error takes the place of its item', async () => {
		const { outputs } = await run({ onError: 'continueRegularOutput' });
		expect(outputs[0].map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
			{ item: 2 },
		]);
		expect(outputs[0][2].json).toEqual({
			error: expect.stringContaining('a name with a backtick'),
			details: { description: expect.stringContaining('filter Query') },
		});
	});

	it('Continue (using error output): the failed item, with the fields of its input', async () => {
		const { outputs } = await run({ onError: 'continueErrorOutput' });
		expect(outputs[0].map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
			{ item: 2 },
			{ item: 2 },
		]);
		expect(outputs[1]).toHaveLength(1);
		expect(outputs[1][0]).toMatchObject({
			json: { script: 'no `backticks`', error: expect.stringContaining('a name with a backtick') },
			pairedItem: { item: 1 },
		});
	});

	it('a refusal of Qualys carries its status and the cursor', async () => {
		fault({ status: 400, body: { message: 'Too deep' }, skip: 1 });
		const { json } = await search(
			{ returnAll: true, options: IN_HUNDREDS },
			{ onError: 'continueRegularOutput' },
		);
		expect(json).toEqual([
			{
				error: 'Qualys refused Search Script Jobs: Too deep',
				details: { status: 400, description: expect.stringMatching(/100 jobs .*Search After: \[/) },
			},
		]);
	});
});
