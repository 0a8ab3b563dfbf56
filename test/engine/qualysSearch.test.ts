import type { INode } from 'n8n-workflow';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import schema from '../../nodes/QualysSearchScriptJobs/__schema__/v1.0.0.json';
import { MOST_JOBS } from '../../nodes/QualysSearchScriptJobs/searchBody';
import * as samples from '../samples/qualys';
import type { EngineOptions } from '../support/engine';
import { createWorld, type World } from '../support/world';

let world: World;

const search = async (parameters = {}, options: Partial<EngineOptions> = {}) => {
	world.requests();
	return await world.run(new QualysSearchScriptJobs(), parameters as INode['parameters'], options);
};

/** Everything that matters of the bodies that were sent. */
const pages = (bodies: unknown[]) =>
	(bodies as Array<Record<string, unknown>>).map(({ pageSize, pageNumber, searchAfter }) => ({
		pageSize,
		...(pageNumber === undefined ? {} : { pageNumber }),
		...(searchAfter === undefined ? {} : { searchAfter }),
	}));

const searches = () =>
	world.requests().filter(({ path }) => path.startsWith('/sm/') && path.endsWith('/jobs/search'));

const ids = (json: Array<Record<string, unknown>>) => json.map(({ id }) => id);

/** The cursor that an error names. */
const cursorIn = (text: unknown) => /Search After: (\[.*?\])\./.exec(String(text))?.[1];

const closeWorld = async () => await world.close();

describe('what comes out', () => {
	beforeAll(async () => {
		world = await createWorld();
	});

	afterAll(closeWorld);

	afterEach(() => world.simulator.faults.clear());

	it('needs no parameter: the 50 newest jobs, simplified', async () => {
		const { json, outputs, error } = await search();
		expect(error).toBeUndefined();
		expect(json).toHaveLength(50);
		expect(Object.keys(json[0])).toEqual(Object.keys(schema.properties));
		const times = json.map(({ createdAt }) => String(createdAt));
		expect([...times].sort().reverse()).toEqual(times);
		expect(new Set(outputs[0].map(({ pairedItem }) => JSON.stringify(pairedItem)))).toEqual(
			new Set(['{"item":0}']),
		);
	});

	it('v1 and v2 give the same items where simplified', async () => {
		const v2 = await search({ apiVersion: 'v2', limit: 250 });
		const v1 = await search({ apiVersion: 'v1', limit: 250 });
		expect(v1.json).toHaveLength(250);
		expect(v1.json).toEqual(v2.json);
	});

	it('not simplified: the records as they came, taken out of the wrapping of v2', async () => {
		const v2 = await search({ apiVersion: 'v2', simplify: false });
		const v1 = await search({ apiVersion: 'v1', simplify: false });
		expect(v1.json).toHaveLength(50);
		expect(v2.json).toEqual(v1.json.map((record) => expect.objectContaining(record)));
		expect(v2.json[0]).not.toHaveProperty('sortValues');
		expect(v2.json[0]).not.toHaveProperty('data');
	});

	it.each([true, false])('adds the cursor when asked for (simplify %s)', async (simplify) => {
		const { json } = await search({ limit: 3, simplify, options: { includeCursor: true } });
		for (const job of json) {
			expect(job.sortValues).toEqual([expect.any(Number), job.id]);
			const rest = await search({ limit: 1, options: { searchAfter: job.sortValues } });
			expect(rest.json[0]).toEqual((await search()).json[json.indexOf(job) + 1]);
		}
	});

	it.each([
		['v1', samples.v1Reply, samples.v1Record],
		['v2', samples.v2Reply, samples.v2Record],
	])('the sample of the vendor, %s', async (apiVersion, body, record) => {
		const answer = () => world.simulator.faults.add({ path: '/sm', status: 200, body });
		answer();
		expect((await search({ apiVersion, limit: 1, simplify: false })).json).toEqual([record]);
		answer();
		expect((await search({ apiVersion, limit: 1 })).json).toEqual([
			{
				id: record.id,
				title: record.title,
				scriptId: record.scriptId,
				scriptType: record.scriptType,
				platform: record.platform,
				category: record.category.name,
				severity: record.severity,
				createdAt: new Date(record.created.dateTime).toISOString(),
				updatedAt: new Date(record.updatedDateTime).toISOString(),
				correlationUuid: record.correlationUuid,
			},
		]);
		if (apiVersion === 'v1') return;
		answer();
		const { json } = await search({ limit: 1, options: { includeCursor: true } });
		expect(json[0].sortValues).toEqual(samples.v2Reply.body.list[0].sortValues);
	});

	it('the request of the vendor that goes on from a cursor', async () => {
		const { sort, searchAfter, pageSize } = samples.v2NextRequest;
		const { bodies } = await search({
			limit: 5,
			options: {
				searchAfter: JSON.stringify(searchAfter),
				pageSize,
				sort: { rows: [{ field: 'created.dateTime', direction: 'desc' }] },
			},
		});
		expect(JSON.parse(JSON.stringify(bodies))).toEqual([
			{ sort: JSON.stringify(JSON.parse(sort)), searchAfter, pageSize },
		]);
	});

	it('no match: no item, and no error', async () => {
		const { json, error, status } = await search({ filters: { scriptName: 'No such script' } });
		expect([json, error, status]).toEqual([[], undefined, 'success']);
		expect(searches()).toHaveLength(1);
	});

	it('a user sees the jobs of the own tags only', async () => {
		const as = async (user: string) =>
			(
				await search(
					{ returnAll: true, filters: { scriptId: 276_000 } },
					{ credentials: { qualysGatewayApi: world.qualysUser(user) } },
				)
			).json;
		const [all, some, none] = [await as('admin'), await as('finance'), await as('blind')];
		expect(some.length).toBeGreaterThan(0);
		expect(some.length).toBeLessThan(all.length);
		expect(none).toEqual([]);
	});

	it.each(['v1', 'v2'])(
		'%s: many items, each with its own search and its own jobs',
		async (apiVersion) => {
			const scripts = world.simulator.qualys.scripts.slice(0, 6);
			const { json, outputs } = await search(
				{ apiVersion, limit: '={{ $json.most }}', filters: { scriptId: '={{ $json.script }}' } },
				{ items: scripts.map(({ id }, index) => ({ script: id, most: index + 1 })) },
			);
			expect(json.map(({ scriptId }) => scriptId)).toEqual(
				scripts.flatMap(({ id }, index) => Array(index + 1).fill(id)),
			);
			expect(outputs[0].map(({ pairedItem }) => pairedItem)).toEqual(
				scripts.flatMap((_, index) => Array(index + 1).fill({ item: index })),
			);
		},
	);
});

describe('how much is asked for', () => {
	beforeAll(async () => {
		world = await createWorld({ scriptJobs: 1234 });
	});

	afterAll(closeWorld);

	it.each([
		[1, 100, [1]],
		[99, 100, [99]],
		[100, 100, [100]],
		[101, 100, [100, 1]],
		[250, 100, [100, 100, 50]],
		[250, 1000, [250]],
		[5, 2, [2, 2, 1]],
		[1233, 1000, [1000, 233]],
	])('v2: limit %d in pages of %d', async (limit, pageSize, sizes) => {
		const { json, bodies } = await search({ limit, options: { pageSize, includeCursor: true } });
		expect(json).toHaveLength(limit);
		expect(pages(bodies)).toEqual(
			sizes.map((size, index) => {
				const before = sizes.slice(0, index).reduce((sum, one) => sum + one, 0);
				return before === 0
					? { pageSize: size }
					: { pageSize: size, searchAfter: json[before - 1].sortValues };
			}),
		);
	});

	it.each([
		[1, 100, [[1, 0]]],
		[100, 100, [[100, 0]]],
		// A page must start at a multiple of its size.
		[
			101,
			100,
			[
				[100, 0],
				[1, 100],
			],
		],
		[
			250,
			100,
			[
				[100, 0],
				[100, 1],
				[50, 4],
			],
		],
		[
			130,
			100,
			[
				[65, 0],
				[65, 1],
			],
		],
		[
			251,
			100,
			[
				[84, 0],
				[84, 1],
				[84, 2],
			],
		],
		[
			5,
			2,
			[
				[2, 0],
				[2, 1],
				[1, 4],
			],
		],
	])('v1: limit %d in pages of %d', async (limit, pageSize, expected) => {
		const { json, bodies } = await search({ apiVersion: 'v1', limit, options: { pageSize } });
		expect(json).toHaveLength(limit);
		expect(pages(bodies)).toEqual(
			expected.map(([size, number]) => ({ pageSize: size, pageNumber: number })),
		);
	});

	it.each(['v1', 'v2'])('%s: fewer jobs than the limit', async (apiVersion) => {
		const { json, bodies } = await search({ apiVersion, limit: 5000, options: { pageSize: 500 } });
		expect(json).toHaveLength(1234);
		expect(pages(bodies).map((page) => page.pageSize)).toEqual([500, 500, 500]);
	});

	it.each(['v1', 'v2'])(
		'%s: Return All ends with the first page that is not full',
		async (apiVersion) => {
			const { json } = await search({ apiVersion, returnAll: true });
			expect(new Set(ids(json)).size).toBe(1234);
			// 100, 200, 400 and 800. By number, a page starts at a multiple of its size, and a short one is asked for again.
			expect(searches()).toHaveLength(apiVersion === 'v2' ? 4 : 7);
		},
	);

	it.each(['v1', 'v2'])('%s: the same sort, filter and dates on every page', async (apiVersion) => {
		const { bodies } = await search({
			apiVersion,
			limit: 30,
			filters: { query: 'severity > 1', startAt: '2025-12-15', endAt: '2026-02-20' },
			options: { pageSize: 10 },
		});
		expect(bodies).toHaveLength(3);
		for (const body of bodies) {
			expect(body).toMatchObject({
				filter: 'severity > 1',
				startAt: '2025-12-15T00:00:00.000Z',
				endAt: '2026-02-20T00:00:00.000Z',
				sort: '[{"created.dateTime":"desc"},{"id":"desc"}]',
			});
		}
	});

	it.each([7, 60])('v2: a gateway that makes all pages %d long', async (size) => {
		world.simulator.faults.add({
			path: '/sm',
			times: 10_000,
			transform: (body) => {
				const reply = body as { body: { list: unknown[] } };
				reply.body.list = reply.body.list.slice(0, size);
				return reply;
			},
		});
		const { json } = await search({ returnAll: true });
		world.simulator.faults.clear();
		expect(new Set(ids(json)).size).toBe(1234);
		expect(json).toHaveLength(1234);
	});

	it('jobs that are created meanwhile disturb neither version', async () => {
		const before = new Set(ids((await search({ returnAll: true })).json));
		world.simulator.qualys.createEvery = 1;
		for (const apiVersion of ['v1', 'v2']) {
			const { json } = await search({ apiVersion, returnAll: true });
			expect(new Set(ids(json)).size).toBe(json.length);
			expect(ids(json).filter((id) => before.has(id))).toEqual([...before]);
		}
		world.simulator.qualys.createEvery = 0;
	});
});

describe('60,000 jobs', () => {
	beforeAll(async () => {
		world = await createWorld({ scriptJobs: 60_000 });
	});

	afterAll(closeWorld);

	it.each([
		// The last page is full, so that an empty one has to tell that there are no more.
		['pages of 100', { pageSize: 100 }, 601],
		['pages that grow', {}, 63],
	])(
		'come through, each once, in %s',
		async (_, options, pages) => {
			const { json, error } = await search({ returnAll: true, options });
			expect(error).toBeUndefined();
			expect(json).toHaveLength(60_000);
			expect(new Set(ids(json)).size).toBe(60_000);
			const requests = world.requests();
			// The second of the two still has the token of the first.
			expect(requests.filter(({ path }) => path === '/auth').length).toBeLessThanOrEqual(1);
			expect(requests.filter(({ path }) => path !== '/auth')).toHaveLength(pages);
		},
		60_000,
	);

	it.each(['asc', 'desc'])(
		'sorted by a field with many ties, %s',
		async (direction) => {
			const { json, bodies } = await search({
				returnAll: true,
				options: { pageSize: 1000, sort: { rows: [{ field: 'platform', direction }] } },
			});
			expect(bodies[0]).toMatchObject({
				sort: JSON.stringify([{ platform: direction }, { id: direction }]),
			});
			expect(new Set(ids(json)).size).toBe(60_000);
			const platforms = [...new Set(json.map(({ platform }) => String(platform)))];
			const sorted = [...platforms].sort();
			expect(platforms).toEqual(direction === 'asc' ? sorted : sorted.reverse());
		},
		60_000,
	);

	it('a token that expires in the middle costs one login, and no job', async () => {
		let count = 0;
		world.simulator.faults.add({
			path: '/sm',
			times: 10_000,
			transform: (body) => {
				count += 1;
				if (count === 30) world.simulator.qualys.tokens.expireAll();
				return body;
			},
		});
		const { json, error } = await search({ returnAll: true });
		world.simulator.faults.clear();
		expect(error).toBeUndefined();
		expect(new Set(ids(json)).size).toBe(60_000);
		const requests = world.requests();
		expect(requests.filter(({ path }) => path === '/auth')).toHaveLength(1);
		expect(requests.filter(({ status }) => status === 401)).toHaveLength(1);
		expect(requests).toHaveLength(65);
	}, 60_000);
});

describe('more than one item can bring', () => {
	afterEach(closeWorld);

	it('100,000 jobs come through; one more gives an error with the cursor to go on from', async () => {
		world = await createWorld({ scriptJobs: MOST_JOBS });
		const options = { pageSize: 1000 };
		const whole = await search({ returnAll: true, options });
		expect(whole.error).toBeUndefined();
		expect(new Set(ids(whole.json)).size).toBe(MOST_JOBS);

		// Older than all others: it stands at the end.
		world.simulator.qualys.createJobs(1, { createdAt: Date.parse('2020-01-01T00:00:00Z') });
		const { json, error } = await search({ returnAll: true, options });
		expect(json).toEqual([]);
		expect(error?.message).toBe('There are more than 100,000 jobs');
		expect(error?.description).toContain('Narrow the filters');
		expect(error?.description).toContain('100,000 jobs had been read before.');
		expect(searches()).toHaveLength(101);

		const searchAfter = cursorIn(error?.description);
		const first = await search({ limit: MOST_JOBS, options });
		const rest = await search({ returnAll: true, options: { ...options, searchAfter } });
		expect(first.json).toEqual(whole.json);
		expect(rest.json).toHaveLength(1);
		expect(rest.json[0].createdAt).toBe('2020-01-01T00:00:00.000Z');
	}, 120_000);

	it('v1: 9,999 jobs come through; of 10,000 nobody knows whether they are all', async () => {
		world = await createWorld({ scriptJobs: 9_999 });
		const all = { apiVersion: 'v1', returnAll: true };
		for (const pageSize of [1000, 300]) {
			const { json, error } = await search({ ...all, options: { pageSize } });
			expect(error).toBeUndefined();
			expect(new Set(ids(json)).size).toBe(9_999);
		}
		for (const more of ['10,000', '10,001']) {
			world.simulator.qualys.createJobs(1);
			const { json, error } = await search({ ...all, options: { pageSize: 1000 } });
			expect([more, json]).toEqual([more, []]);
			expect(error?.message).toBe('API version v1 serves no more than 10,000 jobs');
			expect(error?.description).toContain('There may be more that match. Set API Version to V2');
			expect(searches()).toHaveLength(10);
		}
		const limited = await search({ apiVersion: 'v1', limit: 10_000, options: { pageSize: 1000 } });
		expect(limited.json).toHaveLength(10_000);
		const more = await search({ apiVersion: 'v1', limit: 10_001, options: { pageSize: 1000 } });
		expect(more.error?.message).toBe('API version v1 serves no more than 10,000 jobs');
	}, 60_000);
});
