import fc from 'fast-check';
import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrGetQueryResults } from '../../nodes/CortexXdrGetQueryResults/CortexXdrGetQueryResults.node';
import { mayWrite, withLimit } from '../../nodes/CortexXdrStartQuery/stages';
import { CortexXdrStartQuery } from '../../nodes/CortexXdrStartQuery/CortexXdrStartQuery.node';
import { seededIds } from '../../simulator/cortex/seededJobs';
import type { JobRequest } from '../../simulator/server';
import { askTool, WAYS } from '../support/agent';
import type { EngineOptions } from '../support/engine';
import { violation } from '../support/schema';
import { waitFor } from '../support/wait';
import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const START = '/public_api/v1/xql/start_xql_query';
const RESULTS = '/public_api/v1/xql/get_query_results';
const STREAM = '/public_api/v1/xql/get_query_results_stream';

const LAST_DAY = { timeRange: 'relative', lastHours: 24, options: {} };
const start = async (parameters: object, options: Partial<EngineOptions> = {}) =>
	await world.run(
		new CortexXdrStartQuery(),
		{ query: 'dataset = endpoints', ...LAST_DAY, ...parameters } as never,
		options,
	);
const results = async (parameters: object, options: Partial<EngineOptions> = {}) =>
	await world.run(
		new CortexXdrGetQueryResults(),
		{ output: 'rows', returnAll: false, ...parameters } as never,
		options,
	);
const plan = (change: Partial<JobRequest> = {}) =>
	world.simulator.cortex.startJob({
		kind: 'xqlQuery',
		durationSeconds: 0,
		query: 'dataset = endpoints | filter group_names = "Kiosks"',
		...change,
	});
const started = () =>
	world.simulator.cortex.startedJobs().flatMap((job) => (job.kind === 'xqlQuery' ? [job] : []));
const sent = () => world.requests().map(({ path }) => path);
const refuse = (err_extra: unknown, times = 1, err_msg = 'An error occurred') =>
	world.simulator.faults.add({
		path: START,
		status: 500,
		times,
		body: { reply: { err_code: 500, err_msg, err_extra } },
	});

/** Queries that get a limit, and those that keep what they have. */
describe('the limit of a query', () => {
	it.each([
		'dataset = xdr_data',
		'  dataset = xdr_data  ',
		'dataset = xdr_data | filter a = "| limit 5"',
		'dataset = xdr_data | filter a = """| limit 5 "quoted" \\""" | limit 6"""',
		'dataset = xdr_data // | limit 5',
		'dataset = xdr_data /* | limit 5 */ | fields a',
		'dataset = xdr_data | join (dataset = b | limit 5) as c a = c.a',
		'dataset = xdr_data | union (dataset = b | limit 5)',
		'dataset = xdr_data | filter path = "C:\\Temp\\"',
		'dataset = xdr_data | filter say = "\\"hello\\""',
		'dataset = xdr_data | alter limits = arraycreate("limit") | fields limits, limit_of_it',
		'config case_sensitive = false | dataset = xdr_data | comp count() by a',
		'call "a saved query"',
		'dataset = xdr_data | filter a contains "//" | fields a',
	])('%j gets one', (query) => {
		expect(withLimit(query, 7)).toBe(`${query}\n| limit 7`);
	});

	it.each([
		'dataset = xdr_data | limit 5',
		'dataset = xdr_data|LIMIT 5',
		'dataset = xdr_data | limit 5 | comp count()',
		'dataset = xdr_data | /* few */ limit 5 // rows',
		'dataset = xdr_data\n| filter a = "x"\n|\tlimit\t5',
		'limit 5',
		'dataset = xdr_data | filter path = "C:\\" | limit 5',
		// Not understood: the vendor says why, in the user's own words.
		'dataset = xdr_data | filter a = "x',
		'dataset = xdr_data /* and so on',
		'dataset = xdr_data | filter (a = 1',
		'dataset = xdr_data | filter a = 1)',
		'dataset = xdr_data |',
		'dataset = xdr_data || fields a',
		'// nothing',
		// What these write, and show, comes last.
		'dataset = xdr_data | target type=dataset append=true mine',
		'dataset = xdr_data | comp count() as n by a | view graph type = pie xaxis = a yaxis = n',
		// One of two readings has a limit.
		'dataset = xdr_data | filter say = "\\"| limit 5\\""',
		'dataset = xdr_data | filter a = "\\" | limit 5 | fields b = "\\"',
	])('%j keeps what it has', (query) => {
		expect(withLimit(query, 7)).toBe(query);
	});

	const quoted = fc.constantFrom(
		'"a"',
		'"| limit 1"',
		'"// | limit 1"',
		'"/* "',
		'"""| limit 1"""',
		'"""a "quoted" | limit 1"""',
		'"(("',
	);
	const aside = fc.constantFrom('', ' ', '\n', '\t', ' /* | limit 1 */ ', ' // | limit 1 "(\n');
	const inner = fc.constantFrom('a', 'a | limit 1', 'a | filter b in ("x", "|") | limit 2');
	const harmless = fc.oneof(
		quoted.map((text) => `filter a = ${text}`),
		fc.constantFrom('fields a, limit_b', 'sort desc a', 'comp count() as limits by a', 'dedup a'),
		inner.map((query) => `union (dataset = ${query})`),
	);
	const limits = fc.constantFrom('limit 3', 'LIMIT 3', 'Limit /* x */ 3');
	const stages = (one: fc.Arbitrary<string>) => fc.array(one, { maxLength: 5 });
	const query = (parts: string[], spaces: string[]) =>
		parts.reduce(
			(text, part, at) =>
				`${text}${spaces[at % spaces.length]}|${spaces[(at + 1) % spaces.length]}${part}`,
			'dataset = d',
		);
	const spacing = fc.array(aside, { minLength: 1, maxLength: 4 });

	it('is added wherever there is none at the top, and nowhere else', () => {
		fc.assert(
			fc.property(
				stages(harmless),
				spacing,
				fc.integer({ min: 1, max: 9_999 }),
				(parts, spaces, rows) => {
					const text = query(parts, spaces);
					expect(withLimit(text, rows)).toBe(`${text}\n| limit ${rows}`);
				},
			),
			{ numRuns: 2_000 },
		);
		fc.assert(
			fc.property(
				stages(harmless),
				limits,
				stages(harmless),
				spacing,
				(before, limit, after, spaces) => {
					const text = query([...before, limit, ...after], spaces);
					expect(withLimit(text, 5)).toBe(text);
				},
			),
			{ numRuns: 2_000 },
		);
	});

	it('of anything at all, changes nothing but the end, and only once', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc
						.array(
							fc.constantFrom(
								'"',
								'"""',
								'\\',
								'|',
								' ',
								'\n',
								'//',
								'/*',
								'*/',
								'(',
								')',
								'limit',
								'a',
								'5',
							),
						)
						.map((parts) => parts.join('')),
				),
				(text) => {
					const once = withLimit(text, 5);
					expect([text, `${text}\n| limit 5`]).toContain(once);
					expect(withLimit(once, 6)).toBe(once);
				},
			),
			{ numRuns: 5_000 },
		);
	});

	it('is that of the option, and gives as many rows', async () => {
		const [{ query_id }] = (await start({ options: { limit: 3 } })).json;
		world.clock.advance(60_000);
		expect((await results({ queryId: query_id })).json).toHaveLength(3);
		const [own] = (await start({ query: 'dataset = endpoints | limit 2', options: { limit: 9 } }))
			.json;
		world.clock.advance(60_000);
		expect((await results({ queryId: own.query_id })).json).toHaveLength(2);
	});
});

/** A body with these fields in its `request_data`, and no others. */
const requestData = (properties: object, required: string[], more: object = {}) => ({
	type: 'object',
	required: ['request_data'],
	additionalProperties: false,
	properties: {
		request_data: { type: 'object', required, additionalProperties: false, properties, ...more },
	},
});

const TEXT = { type: 'string', minLength: 1 };
const MILLISECONDS = { type: 'integer', minimum: 1 };
const timeframe = (...names: string[]) => ({
	type: 'object',
	required: names,
	additionalProperties: false,
	properties: Object.fromEntries(names.map((name) => [name, MILLISECONDS])),
});

/** The bodies as the vendor documents them; blocking calls and packed streams are left out, since nobody must send one. */
const BODIES = {
	start: requestData(
		{
			query: TEXT,
			tenants: { type: 'array', minItems: 1, items: TEXT },
			timeframe: { oneOf: [timeframe('relativeTime'), timeframe('from', 'to')] },
		},
		['query', 'timeframe'],
	),
	results: requestData(
		{
			query_id: TEXT,
			pending_flag: { const: true },
			limit: { type: 'integer', minimum: 1, maximum: 1000 },
			format: { const: 'json' },
		},
		['query_id', 'pending_flag'],
	),
	stream: requestData({ stream_id: TEXT, is_gzip_compressed: { const: false } }, ['stream_id']),
};

describe('what is sent', () => {
	it('has the documented form, field by field, whatever was chosen', async () => {
		world.simulator.cortexSettings.testRows = 1_500;
		const days = { from: '2026-02-01', to: '2026-02-02' };
		for (const parameters of [
			{},
			{ options: { limit: 5, tenants: ['a', 7] } },
			{ timeRange: 'absolute', ...days },
		]) {
			const { bodies } = await start(parameters);
			expect(bodies).toHaveLength(1);
			expect(await violation(BODIES.start, bodies[0])).toBeUndefined();
		}
		const id = plan({ query: 'dataset = test_rows' });
		for (const parameters of [{}, { returnAll: true }, { output: 'summary' }]) {
			const [first, second] = (await results({ queryId: id, ...parameters })).bodies;
			expect(await violation(BODIES.results, first)).toBeUndefined();
			expect(second === undefined).toBe(parameters.returnAll === undefined);
			if (second) expect(await violation(BODIES.stream, second)).toBeUndefined();
		}
		expect(await violation(BODIES.start, { request_data: { query: 'x', limit: 1 } })).toBeDefined();
	});

	it.each([
		[{ lastHours: 24 }, { relativeTime: 86_400_000 }],
		[{ lastHours: '0.5' }, { relativeTime: 1_800_000 }],
		[{ lastHours: 0.000001 }, { relativeTime: 4 }],
		[
			{ timeRange: 'absolute', from: '2026-02-01', to: '2026-02-01T12:00:00+02:00' },
			{ from: Date.parse('2026-01-31T23:00:00Z'), to: Date.parse('2026-02-01T10:00:00Z') },
		],
	])('%j looks at %j', async (parameters, expected) => {
		const { bodies, error } = await start(parameters, { timezone: 'Europe/Berlin' });
		expect(error).toBeUndefined();
		const [{ request_data: data }] = bodies as Array<{ request_data: Record<string, unknown> }>;
		expect(data.timeframe).toEqual(expected);
	});

	it('is the query as it was typed, so that lines and columns stay', async () => {
		const query = '\n  dataset = endpoints // all\n\t| limit 2  \n';
		expect((await start({ query })).bodies).toEqual([
			{ request_data: { query, timeframe: { relativeTime: 86_400_000 } } },
		]);
	});

	it.each([
		[{ query: ' ' }, 'Query is empty'],
		[{ query: ['a'] }, 'Query holds "["a"]", but it must be text'],
		[{ timeRange: 'today' }, 'Time Range holds "today"'],
		[{ lastHours: 0 }, 'Last Hours holds "0", but it must be a number of hours'],
		[{ lastHours: -1 }, 'Last Hours holds "-1"'],
		[{ lastHours: 'a day' }, 'Last Hours holds "a day"'],
		[{ lastHours: 1e9 }, 'more than 0 and at most 87600'],
		[{ timeRange: 'absolute', from: 'x', to: '2026-02-01' }, 'From holds "x", which is not a date'],
		[
			{ timeRange: 'absolute', from: '2026-02-02', to: '2026-02-01' },
			'From (2026-02-02T00:00:00.000Z) lies after To (2026-02-01T00:00:00.000Z)',
		],
		[{ options: { limit: 0 } }, 'Limit holds "0"'],
		[{ options: { limit: 2.5 } }, 'Limit holds "2.5"'],
		[{ options: { limit: 1_000_001 } }, 'but a query gives 1000000 at most'],
		[{ options: { tenants: '' } }, 'Tenants is empty'],
	])('%j is refused before anything is sent', async (parameters, message) => {
		const { error } = await start(parameters);
		expect(error?.message).toContain(message);
		expect(error?.description).toBeTruthy();
		expect(sent()).toEqual([]);
	});

	it.each([
		[{ queryId: ' ' }, 'Query ID is empty'],
		[{ queryId: 'x', output: 'all' }, 'Output holds "all"'],
		[{ queryId: 'x', returnAll: 'maybe' }, 'Return All holds "maybe"'],
	])('of results, %j is refused too', async (parameters, message) => {
		const { error } = await results(parameters);
		expect(error?.message).toContain(message);
		expect(sent()).toEqual([]);
	});
});

describe('a query that is refused', () => {
	it.each([
		[
			'dataset = endpoints\n| filter endpoint_nam = "x"\n| fields endpoint_name',
			"line 2, column 9: unknown field 'endpoint_nam'",
			'Line 2 of Query: | filter endpoint_nam = "x"',
		],
		['\n\nselect *', "line 3, column 0: mismatched input 'select'", 'Line 3 of Query: select *'],
		[
			'dataset = endpoints | filter endpoint_name =',
			"at its end: mismatched input '|' expecting a value",
			'The query seems to end too early',
		],
		[
			'dataset = endpoints | filter endpoint_name = "x',
			'line 1, column 45: token recognition error',
			'Line 1 of Query: dataset = endpoints',
		],
	])('%j says where', async (query, message, hint) => {
		const { error } = await start({ query });
		expect(error?.message).toContain('Cortex refused Start Query: ');
		expect(error?.message).toContain(message);
		expect(error?.description).toContain(hint);
		expect(error?.description).toContain('XQL Search of the Cortex console');
		expect(error?.message).not.toContain('{');
		expect(sent()).toEqual([START]);
	});

	it('shows the part of a long line that is meant', async () => {
		const query = `dataset = endpoints | filter ${'endpoint_name = "x" or '.repeat(30)} nothing = "y"`;
		const { error } = await start({ query });
		const line = error?.description?.split('\n')[0] ?? '';
		expect(line).toContain('…');
		expect(line).toContain('nothing = "y"');
		expect(line.length).toBeLessThan(220);
	});

	it.each([
		[{ parse_err: { line: 'x', column: null, message: 'why' } }, 'An error occurred: why'],
		[{ parse_err: { line: 99, column: 1, message: 'why' } }, 'An error occurred: at its end: why'],
		[{ parse_err: { message: '' } }, '{"parse_err":{"message":""}}'],
		[{ parse_err: 'why' }, '{"parse_err":"why"}'],
		['why', 'An error occurred: why'],
	])('%j is read all the same', async (extra, words) => {
		refuse(extra);
		expect((await start({})).error?.message).toContain(words);
	});

	it('with the quota used up is final, says the figures, and until when', async () => {
		Object.assign(world.simulator.cortexSettings, { xqlUnitsPerDay: 1, testRows: 100_000 });
		await start({ query: 'dataset = test_rows | limit 1' });
		world.requests();
		const { error } = await start({});
		for (const words of [
			'query usage exceeded max daily quota',
			'used_quota: 1',
			'max_quota: 1',
			'insufficient',
		]) {
			expect(error?.message).toContain(words);
		}
		expect(error?.description).toContain('begins at 00:00 UTC');
		expect(sent()).toEqual([START]);
		world.clock.advance(24 * 3_600_000);
		expect((await start({})).error).toBeUndefined();
	});

	it('for lack of a permission names what is known of it', async () => {
		const { error } = await start({}, { credentials: { cortexXdrApi: world.cortexKey('viewer') } });
		expect(error?.description).toContain('Start Query needs: the right to run queries');
		expect(error?.description).toContain('Instance Administrator');
	});

	it('an answer without an id is not taken for a start', async () => {
		world.simulator.faults.add({ path: START, status: 200, body: { reply: { query_id: 'x' } } });
		const { error } = await start({});
		expect(error?.message).toBe('Cortex accepted Start Query, but its answer holds no query id');
		expect(error?.description).toContain('It is not known whether this query was started');
	});
});

describe('four queries at once', () => {
	it('the fifth waits for its turn, is refused rarely, and starts once', async () => {
		const before = world.clock.now();
		const { json, error } = await start(
			{ query: '={{ $json.query }}' },
			{
				items: Array.from({ length: 9 }, (_, at) => ({
					query: `dataset = endpoints | limit ${at + 1}`,
				})),
			},
		);
		expect(error).toBeUndefined();
		expect(new Set(json.map(({ query_id }) => query_id)).size).toBe(9);
		expect(
			started()
				.map(({ query }) => query)
				.sort(),
		).toEqual(Array.from({ length: 9 }, (_, at) => `dataset = endpoints | limit ${at + 1}`));
		const statuses = world.requests().map(({ status }) => status);
		expect(statuses.filter((status) => status === 200)).toHaveLength(9);
		// One at a time, and each refusal holds back the others.
		expect(statuses.filter((status) => status === 500).length).toBeLessThanOrEqual(4);
		expect(world.clock.now() - before).toBeLessThan(100_000);
	});

	it.each([
		'maximum allowed number of parallel running queries',
		'max allowed amount of parallel queries',
	])('"%s" is waited out for 20 seconds', async (words) => {
		refuse({ err_msg: `reached ${words}`, query_cost: {} });
		const before = world.clock.now();
		expect((await start({})).json).toHaveLength(1);
		expect(world.clock.now() - before).toBeGreaterThanOrEqual(20_000);
		expect([sent(), started().length]).toEqual([[START, START], 1]);
	});

	it('does not hold up what else the tenant is asked', async () => {
		for (let count = 0; count < 4; count++) plan({ durationSeconds: 40 });
		const before = world.clock.now();
		let status = Infinity;
		const look = async () => {
			await world.run(new CortexXdrGetActionStatus(), { actionId: '6001', output: 'summary' });
			status = world.clock.now() - before;
		};
		const [{ error }] = await Promise.all([start({}), look()]);
		expect(error).toBeUndefined();
		expect(status).toBeLessThan(2_000);
		expect(world.clock.now() - before).toBeGreaterThanOrEqual(40_000);
	});

	it('is given up after ten minutes, with nothing started, and may be tried again', async () => {
		for (let count = 0; count < 4; count++) plan({ durationSeconds: 700 });
		const running = started().length;
		const { error } = await start(
			{},
			{ node: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 } },
		);
		// The second try of n8n has got through.
		expect(error).toBeUndefined();
		expect(started().length).toBe(running + 1);

		refuse({ err_msg: 'reached the maximum allowed number of parallel running queries' }, 99);
		const refused = await start({});
		expect(refused.error?.message).toContain('parallel running queries');
		expect(refused.error?.description).toContain('The tenant runs four queries of the API at once');
		expect(refused.error?.description).not.toContain('It is not known');
	});
});

describe('the rows of a query', () => {
	const rows = async (count: number, parameters: object = {}) => {
		world.simulator.cortexSettings.testRows = count;
		return await results({
			queryId: plan({ query: 'dataset = test_rows' }),
			returnAll: true,
			...parameters,
		});
	};

	it('up to 1,000 without Return All, in one request', async () => {
		const { json, outputs } = await rows(2_500, { returnAll: false });
		expect([json.length, json[999]]).toEqual([
			1_000,
			{ row: 1_000, name: 'row-1000', even: 'TRUE' },
		]);
		expect(outputs[0][999].pairedItem).toEqual({ item: 0 });
		expect(sent()).toEqual([RESULTS]);
	});

	it.each([
		[1_000, [RESULTS]],
		[1_001, [RESULTS, STREAM]],
		[2_500, [RESULTS, STREAM]],
	])('all %d of them with it', async (count, paths) => {
		const { json, bodies } = await rows(count);
		expect([json.length, json[count - 1].row]).toEqual([count, count]);
		expect(sent()).toEqual(paths);
		if (count > 1_000) {
			expect(bodies[1]).toEqual({
				request_data: {
					stream_id: expect.stringMatching(/_stream$/),
					is_gzip_compressed: false,
				},
			});
		}
	});

	it('100,000 of them, and not one more', async () => {
		expect((await rows(100_000)).json).toHaveLength(100_000);
		world.requests();
		const { error } = await rows(100_001);
		expect(error?.message).toMatch(
			/^Query \S+ has found 100,001 rows, and one item can bring 100,000 at most$/,
		);
		expect(error?.description).toContain('| limit 100000');
		// The count says so before the stream is fetched.
		expect(sent()).toEqual([RESULTS]);
	}, 60_000);

	it('a count that is missing is made good for by that of the stream', async () => {
		world.simulator.faults.add({
			path: `${RESULTS}/`,
			transform: (body) => {
				const { reply } = body as { reply: Record<string, unknown> };
				return { reply: { ...reply, number_of_results: undefined } };
			},
		});
		const { error } = await rows(100_001);
		expect(error?.message).toContain('100,001 rows, and one item can bring 100,000 at most');
	}, 60_000);

	it.each([
		['a stream that breaks off', { breakConnection: 'middle', times: 9 }, 'The connection broke'],
		[
			'a stream that ends early',
			{ transform: (body: unknown) => String(body).split('\n').slice(0, 7).join('\n') },
			'Cortex counted 2,500 rows, but its stream gave only 7',
		],
		['half a line', { truncateBody: 1_000 }, 'is no row'],
		[
			'a page',
			{ status: 200, body: '<html><title>Sign in</title></html>' },
			'a text instead of data: Sign in',
		],
		['nothing', { status: 200, body: '' }, 'Cortex answered with nothing'],
		[
			'an error',
			{ status: 500, body: { reply: { err_code: 500, err_msg: 'gone' } } },
			'Cortex refused Get Query Results: gone',
		],
		[
			'an error in a success',
			{ status: 200, body: { reply: { err_code: 500, err_msg: 'gone' } } },
			'Cortex refused Get Query Results: gone',
		],
		['rows that are none', { status: 200, body: '[1]\n[2]' }, 'a text instead of data'],
	] as const)('%s is an error, and nothing is given', async (_name, fault, message) => {
		world.simulator.faults.add({ path: STREAM, ...fault } as never);
		const { error, json } = await rows(2_500);
		expect(error?.message).toContain(message);
		expect(json).toEqual([]);
	});

	it('a stream is asked for again after an outage, with the path of its own', async () => {
		world.simulator.faults.add({ path: STREAM, status: 503, times: 2 });
		expect((await rows(1_500)).json).toHaveLength(1_500);
		expect(sent()).toEqual([RESULTS, STREAM, STREAM, STREAM]);
	});

	it('of several items stay with their item', async () => {
		world.simulator.cortexSettings.testRows = 1_200;
		const items = [plan(), plan({ query: 'dataset = test_rows' })].map((query_id) => ({
			query_id,
		}));
		const { outputs } = await results(
			{ queryId: '={{ $json.query_id }}', returnAll: true },
			{ items },
		);
		const of = (item: number) =>
			outputs[0].filter(({ pairedItem }) => (pairedItem as { item: number }).item === item);
		expect([of(0).length, of(1).length]).toEqual([5, 1_200]);
	});

	it('columns that are called like an error are columns', async () => {
		world.simulator.faults.add({
			path: STREAM,
			status: 200,
			body: Array.from({ length: 2_500 }, (_, err_code) =>
				JSON.stringify({ err_code: err_code + 1, err_msg: 'x' }),
			).join('\r\n'),
		});
		expect((await rows(2_500)).json[2_499]).toEqual({ err_code: 2_500, err_msg: 'x' });
	});

	it('none at all are no items', async () => {
		const none = plan({ query: 'dataset = endpoints | filter domain = "x"' });
		expect((await results({ queryId: none })).json).toEqual([]);
		world.simulator.faults.add({
			path: RESULTS,
			status: 200,
			body: { reply: { status: 'success', number_of_results: '0' } },
		});
		expect((await results({ queryId: none })).json).toEqual([]);
	});
});

describe('a query that has no rows to give', () => {
	it.each([['PENDING'], ['RUNNING'], ['running'], ['Something New']])(
		'%s: not finished, and what to do',
		async (word) => {
			const id = plan({ statuses: [word] });
			const { error } = await results({ queryId: id });
			expect(error?.message).toBe(`Query ${id} has not ended yet (${word})`);
			expect(error?.description).toContain('Put Wait for Job before this node');
			expect((await results({ queryId: id, output: 'summary' })).json).toEqual([
				expect.objectContaining({ status: word, finished: false, number_of_results: null }),
			]);
		},
	);

	it.each([
		['FAIL', 'out of memory', 'out of memory'],
		['fail', { error_message: 'why' }, 'why'],
		['FAILED', { err_extra: { code: 7 } }, '{"code":7}'],
		['FAIL', { error: null, error_message: 'a', err_extra: ['b'] }, 'a; ["b"]'],
	])('%s, %j: what the vendor says', async (word, errorLog, why) => {
		const id = plan({ statuses: [word], errorLog });
		const { error } = await results({ queryId: id });
		expect(error?.message).toBe(`Query ${id} failed (${word}): ${why}`);
	});

	it('FAIL without a reason says that there is none', async () => {
		const id = plan({ outcome: 'failed' });
		const { error } = await results({ queryId: id });
		expect(error?.message).toBe(`Query ${id} failed (FAIL)`);
		expect(error?.description).toContain('Cortex gives no reason');
	});

	it('an unknown one is told in the words of the vendor', async () => {
		const { error } = await results({ queryId: 'nobody' });
		expect(error?.message).toContain('Query nobody was not found');
	});
});

describe('a query that not all tenants have answered', () => {
	it('gives its rows, each of which says so', async () => {
		const id = plan({ outcome: 'partial', errorLog: 'tenant b did not answer' });
		const { json } = await results({ queryId: id });
		expect(json).toHaveLength(5);
		for (const row of json) {
			expect(row).toMatchObject({ query_status: 'PARTIAL_SUCCESS', group_names: ['Kiosks'] });
		}
		expect((await results({ queryId: id, output: 'summary' })).json[0]).toMatchObject({
			finished: true,
			succeeded: false,
			errors: ['tenant b did not answer'],
		});
	});

	it('and that has found nothing is an error: something may be missing', async () => {
		const id = plan({ outcome: 'partial', query: 'dataset = endpoints | filter domain = "x"' });
		const { error } = await results({ queryId: id });
		expect(error?.message).toBe(
			`Query ${id} has found nothing, but not all tenants answered (PARTIAL_SUCCESS)`,
		);
	});

	it.each([
		['rows may be missing', "first?.json?.query_status === 'PARTIAL_SUCCESS'"],
		['there may be more: turn on Return All', 'node.all(0, $runIndex).length >= 1000'],
	])('has a hint beside its rows: %s', (words, condition) => {
		const { hints = [] } = new CortexXdrGetQueryResults().description;
		const { displayCondition } = hints.find(({ message }) => message.includes(words))!;
		for (const part of [
			'"Cortex XDR Get Query Results","Cortex XDR Get Query Results1"',
			condition,
		]) {
			expect(displayCondition).toContain(part);
		}
	});
});

describe('Wait for Job', () => {
	const QUERY_JOB = { jobType: 'xqlQuery', jobId: '={{ $json.query_id }}' };
	const wait = async (id: string, parameters: object = {}, options: object = {}) =>
		await waitFor(world, { ...QUERY_JOB, ...parameters } as never, {
			items: [{ query_id: id }],
			...options,
		});

	it.each([
		[999, false],
		[1_000, true],
	])('%i rows: whether there may be more is said', async (rows, said) => {
		world.simulator.cortexSettings.testRows = rows;
		const { json, hints } = await wait(plan({ query: 'dataset = test_rows' }), {
			options: { waitMode: 'inMemory' },
		});
		expect(json[0].results).toHaveLength(rows);
		expect(hints.some((hint) => hint.includes('may have found more than these 1,000 rows'))).toBe(
			said,
		);
	});

	it.each([
		['in memory', 30, { waitMode: 'inMemory' }, 0],
		['parked', 200, {}, 1],
	])(
		'waits for a query %s, and brings its rows, fetched once',
		async (_name, durationSeconds, options, parks) => {
			const id = plan({ durationSeconds });
			const { json, parked, states } = await wait(id, { options });
			expect(parked.length >= parks).toBe(true);
			expect(json).toEqual([
				expect.objectContaining({
					job_type: 'xqlQuery',
					job_id: id,
					outcome: 'succeeded',
					status: 'SUCCESS',
					progress: { total: 1, finished: 1, succeeded: 1, failed: 0 },
					errors: [],
				}),
			]);
			expect(json[0].results).toHaveLength(5);
			expect(json[0]).not.toHaveProperty('endpoints');
			// A poll brings one row at most, so that little travels.
			expect(JSON.stringify(states)).not.toContain('kiosk');
			expect(sent()).toHaveLength(Number(json[0].polls) + 1);
		},
	);

	it('polls with a limit of one row and never blocks, then asks for up to 1,000', async () => {
		const { bodies } = await world.run(
			new CortexXdrWaitForJob(),
			{ ...QUERY_JOB, pollInterval: 10, timeout: 60, options: {} },
			{ items: [{ query_id: seededIds.finishedQuery }] },
		);
		const request = { query_id: seededIds.finishedQuery, pending_flag: true, format: 'json' };
		expect(bodies).toEqual([
			{ request_data: { ...request, limit: 1 } },
			{ request_data: { ...request, limit: 1000 } },
		]);
	});

	it('takes the id from an item of Start Query without being told', async () => {
		const [item] = (await start({ options: { limit: 2 } })).json;
		const { jobId } = Object.fromEntries(
			new CortexXdrWaitForJob().description.properties.map(({ name, default: value }) => [
				name,
				value,
			]),
		);
		const { json } = await waitFor(world, { jobType: 'xqlQuery', jobId } as never, {
			items: [item],
		});
		expect(json[0]).toMatchObject({ job_id: item.query_id, outcome: 'succeeded' });
		expect(json[0].results).toHaveLength(2);
	});

	it('brings no rows where they are not wanted', async () => {
		const { json } = await wait(plan(), { options: { includeResults: false } });
		expect(json[0]).not.toHaveProperty('results');
	});

	it.each([
		['failed', 'out of memory', 'failed (FAIL): out of memory'],
		['failed', undefined, 'failed (FAIL)'],
		[
			'partial',
			undefined,
			'failed (PARTIAL_SUCCESS): Not all tenants answered, so rows may be missing',
		],
		['never', undefined, 'was still going on at the deadline (PENDING)'],
	] as const)('%s, %j: "%s"', async (outcome, errorLog, sentence) => {
		const id = plan({ outcome, errorLog });
		const { error } = await wait(id, { timeout: 2, options: { waitMode: 'inMemory' } });
		expect(error?.message).toBe(`Query ${id} ${sentence}`);
		const { json } = await wait(
			id,
			{ timeout: 2, options: { waitMode: 'inMemory' } },
			{ onError: 'continueRegularOutput' },
		);
		// The rows of a query that has none to give are not an empty list.
		if (outcome === 'partial') expect(json[0].results).toHaveLength(5);
		else expect(json[0].results).toBeNull();
		expect(JSON.stringify(json[0].errors)).not.toContain('could not be fetched');
	});

	it('counts a partial success as success where it is told to', async () => {
		const { json } = await wait(plan({ outcome: 'partial' }), { options: { acceptPartial: true } });
		expect(json[0]).toMatchObject({ outcome: 'succeeded', status: 'PARTIAL_SUCCESS' });
		expect(json[0].results).toHaveLength(5);
	});

	it('a failure that is told like a refusal is one all the same', async () => {
		const id = plan({ outcome: 'failed', errorLog: { err_msg: 'out of memory' } });
		const { json } = await wait(id, {}, { onError: 'continueRegularOutput' });
		expect(json[0]).toMatchObject({ outcome: 'failed', status: 'FAIL' });
		expect(JSON.stringify(json[0].errors)).toContain('out of memory');
	});

	it('polls every five seconds at most', async () => {
		await wait(plan({ durationSeconds: 22 }), { pollInterval: 1, options: { backoff: 'fixed' } });
		const times = world.requests().map(({ at }) => at);
		const gaps = times.slice(1, -1).map((at, index) => at - times[index]);
		expect(gaps).toEqual([5000, 5000, 5000, 5000, 5000]);
	});

	it('an id that is empty is refused before anything is sent', async () => {
		const { error } = await wait(' ');
		expect(error?.message).toBe('Job ID is empty, so there is nothing to wait for');
		expect(error?.description).toContain('add the option If Job ID Is Empty');
		expect(sent()).toEqual([]);
	});
});

describe.each(WAYS)('an agent, the %s way', (way) => {
	const ask = async (query: string, call: object) =>
		(
			await askTool(
				world,
				new CortexXdrStartQuery(),
				{ query, ...LAST_DAY } as never,
				[call as Record<string, unknown>],
				{ way },
			)
		).answers[0];
	const MODEL = '={{ $fromAI("query") }}';

	it.each([
		'dataset = endpoints | target type=dataset append=false mine',
		'dataset = endpoints |\n/* x */ TARGET type=lookup mine',
		'dataset = endpoints | filter a = "\\" | target type=dataset mine',
		'dataset = endpoints | union (dataset = b | target type=dataset mine)',
		'dataset = endpoints |\u200b target type=dataset mine',
		'dataset = endpoints | filter a = "x\\"y" | target type=dataset mine',
		// A saved query may end in that stage.
		'call "saved query"',
		'dataset = endpoints | call "saved query"',
	])('cannot write to a dataset with %j', async (query) => {
		expect(await ask(MODEL, { query })).toContain(
			'An AI agent cannot run a query with the stage target',
		);
		expect(sent()).toEqual([]);
	});

	it('nor by what it puts into the query of the author', async () => {
		const answer = await ask(
			'=dataset = endpoints | filter endpoint_name = "{{ $fromAI("host") }}"',
			{ host: 'x" | target type=dataset append=false mine // ' },
		);
		expect(answer).toContain('An AI agent cannot run a query with the stage target');
		expect(sent()).toEqual([]);
	});

	it('runs what the author has written, and queries that only name such a thing', async () => {
		for (const [query, call] of [
			['dataset = endpoints | filter endpoint_name = "| target"', {}],
			[MODEL, { query: 'dataset = endpoints | filter endpoint_name = "| target x"' }],
		] as const) {
			expect(await ask(query, call)).toContain('"query_id"');
		}
		// The simulator does not know the stage, so it has been asked.
		expect(await ask('dataset = endpoints | target type=dataset mine', {})).toContain(
			'Cortex refused Start Query',
		);
	});

	it('reads where its query is wrong', async () => {
		const answer = await ask(MODEL, { query: 'dataset = endpoints | filter nam = "x"' });
		expect(answer).toContain("line 1, column 29: unknown field 'nam'");
	});

	const read = async (parameters: object, call: object) =>
		(
			await askTool(
				world,
				new CortexXdrGetQueryResults(),
				{
					queryId: '={{ $fromAI("query_id") }}',
					output: 'rows',
					returnAll: false,
					...parameters,
				} as never,
				[call as Record<string, unknown>],
				{ way },
			)
		).answers[0];

	it('reads the rows of a query, and no more of them than the author lets it', async () => {
		world.simulator.cortexSettings.testRows = 1_500;
		const query_id = plan({ query: 'dataset = test_rows' });
		for (const [returnAll, last] of [
			[false, 1_000],
			[true, 1_500],
		] as const) {
			// That it asks for more changes nothing.
			const answer = await read({ returnAll }, { query_id, returnAll: true, limit: 9_999 });
			expect(answer).toContain(`row-${last}"`);
			expect(answer).not.toContain(`row-${last + 1}"`);
		}
	});

	it('is told to wait for a query that runs, and why it gets none of another', async () => {
		const running = await read({}, { query_id: plan({ durationSeconds: 60 }) });
		expect(running).toContain('has not ended yet (PENDING)');
		expect(running).toContain('Put Wait for Job before this node');
		expect(await read({}, { query_id: 'nobody' })).toContain('Query nobody was not found');
		world.requests();
		expect(await read({}, { query_id: ' ' })).toContain('Query ID is empty');
		expect(sent()).toEqual([]);
	});
});

it('of a query, anything that may write is seen in whichever way it is read', () => {
	expect(mayWrite('dataset = a | filter target = "x" | fields target_name')).toBe(false);
	expect(mayWrite('dataset = a | target type=lookup b')).toBe(true);
	expect(mayWrite('dataset = a // | target type=lookup b')).toBe(false);
});
