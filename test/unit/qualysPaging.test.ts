import fc from 'fast-check';
import { collectJobs, evenSize } from '../../nodes/QualysSearchScriptJobs/paging';
import { MOST_JOBS, readSearch, type Search } from '../../nodes/QualysSearchScriptJobs/searchBody';
import { alignedSize, type PageRequest } from '../../nodes/shared/qualys/paging';
import { readPage, type Page } from '../../nodes/shared/qualys/reply';
import { attempts } from '../../nodes/shared/transport/attempts';
import { clock } from '../../nodes/shared/transport/clock';
import { Fault } from '../../nodes/shared/errors';
import { Lane } from '../../nodes/shared/transport/lane';
import { createQualysPlatform, type QualysPlatform } from '../../simulator/qualys/platform';
import type { SearchBody } from '../../simulator/qualys/search';

const RUNS = 1000;
const system = { ...clock };
const EPOCH = Date.parse('2026-03-01T12:00:00Z');

/** Time that passes at once: what waits in these tests is no part of what they prove. */
beforeEach(() => {
	let time = EPOCH;
	Object.assign(clock, {
		now: () => time,
		chance: () => 0,
		sleep: async (milliseconds: number) => void (time += milliseconds),
	});
});

afterAll(() => void Object.assign(clock, system));

type Version = Search['version'];
type Record = { [field: string]: unknown };

const FIELDS = [
	'created.dateTime',
	'updatedDateTime',
	'id',
	'title',
	'platform',
	'severity',
	'scriptId',
	'scriptType',
	'category.name',
];

const sort = fc.uniqueArray(
	fc.record({ field: fc.constantFrom(...FIELDS), direction: fc.constantFrom('asc', 'desc') }),
	{ selector: ({ field }) => field, maxLength: 4 },
);

/** How the vendor cuts down pages, which nobody documents. */
type Cap =
	| 'none'
	/** All pages alike; the offset counts in pages as they were asked for, or as they are served. */
	| { size: number; offset: 'asked' | 'served' }
	/** Each page anew; by cursor only, for an offset says nothing there. */
	| { sizes: number[] };

/** A vendor with jobs, and what happens to it while a client pages. */
interface Vendor {
	seed: number;
	/** Jobs with times of their own, runs that share a millisecond among them. */
	history: number;
	/** Jobs that share one millisecond. */
	ties: number;
	cap: Cap;
	/** A job is created before the request of this number; how many seconds before now. */
	created: Array<{ before: number; age: number }>;
	/** Requests of these numbers fail. */
	faults: Set<number>;
}

const cap = (version: Version): fc.Arbitrary<Cap> => {
	const size = fc.integer({ min: 1, max: 60 });
	const fixed = fc.record({ size, offset: fc.constantFrom('asked' as const, 'served' as const) });
	return version === 'v2'
		? fc.oneof(
				fc.constant('none' as const),
				fixed,
				fc.record({ sizes: fc.array(size, { minLength: 1, maxLength: 8 }) }),
			)
		: fc.oneof(fc.constant('none' as const), fixed);
};

const vendor = (version: Version): fc.Arbitrary<Vendor> =>
	fc.record({
		seed: fc.nat({ max: 1000 }),
		history: fc.nat({ max: 160 }),
		ties: fc.nat({ max: 80 }),
		cap: cap(version),
		created: fc.array(
			fc.record({ before: fc.nat({ max: 30 }), age: fc.nat({ max: 90 * 86_400 }) }),
			{ maxLength: 12 },
		),
		// Three in a row are repeated by themselves, a fourth would end the search.
		faults: fc
			.uniqueArray(fc.nat({ max: 40 }), { maxLength: 6 })
			.map((numbers) => new Set(numbers))
			.filter((set) => ![...set].some((one) => [1, 2, 3].every((next) => set.has(one + next)))),
	});

function platformOf({ seed, history, ties }: Vendor): QualysPlatform {
	const platform = createQualysPlatform({
		seed,
		jobs: history,
		epoch: EPOCH,
		now: () => EPOCH,
		batches: [],
		onChange: () => {},
	});
	if (ties > 0) platform.createJobs(ties, { createdAt: EPOCH - 3_600_000 });
	return platform;
}

/** Answers one request as the vendor of this case would. */
function serve(
	platform: QualysPlatform,
	{ cap }: Vendor,
	search: Search,
	request: PageRequest,
	number: number,
): Page {
	const served: PageRequest = { ...request };
	let most = Infinity;
	if (cap !== 'none' && 'sizes' in cap) most = cap.sizes[number % cap.sizes.length];
	else if (cap !== 'none') {
		most = cap.size;
		if (cap.offset === 'served') served.pageSize = Math.min(request.pageSize, cap.size);
	}
	const body = JSON.parse(JSON.stringify({ ...search.body, ...served })) as SearchBody;
	const version = search.version === 'v1' ? 1 : 2;
	const reply = platform.search(body, platform.users.admin, version) as {
		body: { list: unknown[] };
	};
	reply.body.list = reply.body.list.slice(0, most);
	return readPage({ statusCode: 200, headers: {}, body: reply }, search.version, true, 0);
}

/** A client's way to the vendor, with everything that the case has happen on it. */
function fetcher(platform: QualysPlatform, vendor: Vendor, search: Search) {
	const lane = new Lane({ spacing: 0, atOnce: 4, perSecond: Infinity });
	const asked: PageRequest[] = [];
	let sent = 0;
	const fetch = async (request: PageRequest) => {
		asked.push(request);
		return await attempts(
			async () => {
				sent += 1;
				for (const { before, age } of vendor.created) {
					if (before === sent) platform.createJobs(1, { createdAt: EPOCH - age * 1000 });
				}
				if (vendor.faults.has(sent)) throw new Fault('outage', { meaning: 'unavailable' });
				return serve(platform, vendor, search, request, asked.length);
			},
			{ lane, startsWork: false },
		);
	};
	return { fetch, asked };
}

const searchFor = (apiVersion: Version, rows: unknown, more = {}, options = {}): Search =>
	readSearch(
		{
			apiVersion,
			returnAll: true,
			limit: null,
			filters: {},
			simplify: false,
			...more,
			options: { ...options, sort: { rows } },
		},
		'UTC',
	);

/** Ids of all jobs there are, in the order of the sort. */
function idsInOrder(platform: QualysPlatform, search: Search): unknown[] {
	const ids: unknown[] = [];
	let searchAfter: unknown[] | undefined;
	for (;;) {
		const body = { sort: String(search.body.sort), pageSize: 1000, searchAfter };
		const reply = platform.search(body, platform.users.admin, 2) as {
			body: { list: Array<{ sortValues: unknown[]; data: Record }> };
		};
		if (reply.body.list.length === 0) return ids;
		ids.push(...reply.body.list.map(({ data }) => data.id));
		searchAfter = reply.body.list.at(-1)?.sortValues;
	}
}

const record = (id: number | string): Record => ({ id: String(id) });
const idsOf = (jobs: Record[]) => jobs.map(({ id }) => id);

describe.each(['v2', 'v1'] as const)('Return All, %s', (version) => {
	it('gives each job that was there from start to end exactly once, whatever happens meanwhile', async () => {
		let runs = 0;
		await fc.assert(
			fc.asyncProperty(
				vendor(version),
				sort,
				fc.integer({ min: 1, max: 80 }),
				async (vendor, rows, pageSize) => {
					runs += 1;
					const platform = platformOf(vendor);
					const grows = pageSize > 60;
					const search = searchFor(version, rows, {}, grows ? {} : { pageSize });
					const before = idsInOrder(platform, search);
					const { fetch } = fetcher(platform, vendor, search);
					const got = idsOf(await collectJobs(search, fetch));
					expect(new Set(got).size).toBe(got.length);
					// Jobs created meanwhile may come or not; without them it is what was there, in its order.
					const there = new Set(before);
					expect(got.filter((id) => there.has(id))).toEqual(before);
				},
			),
			{ numRuns: RUNS },
		);
		expect(runs).toBeGreaterThanOrEqual(RUNS);
	}, 120_000);

	it('Limit gives the first of them, and asks for no page and hardly a record more', async () => {
		await fc.assert(
			fc.asyncProperty(
				vendor(version).map((one) => ({ ...one, cap: 'none' as const, created: [] })),
				sort,
				fc.integer({ min: 1, max: 80 }),
				fc.integer({ min: 1, max: 400 }),
				async (vendor, rows, pageSize, limit) => {
					const platform = platformOf(vendor);
					const search = searchFor(version, rows, { returnAll: false, limit }, { pageSize });
					const before = idsInOrder(platform, search);
					const { fetch, asked } = fetcher(platform, vendor, search);
					const got = idsOf(await collectJobs(search, fetch));
					expect(got).toEqual(before.slice(0, limit));

					const records = asked.reduce((sum, request) => sum + request.pageSize, 0);
					const pages = Math.ceil(Math.min(limit, before.length) / pageSize);
					const whole = before.length % pageSize === 0 && limit > before.length;
					// Only an empty page shows that there are no more where the last one was full.
					if (version === 'v2') {
						expect(asked).toHaveLength(Math.max(pages + Number(whole), 1));
						expect(records).toBe(Math.min(limit, asked.length * pageSize));
					} else if (limit <= before.length) {
						expect(asked).toHaveLength(pages);
						// Pages that are equally long bring too many by less than one each.
						expect(records - limit).toBeLessThan(pages);
					}
				},
			),
			{ numRuns: RUNS },
		);
	}, 120_000);
});

describe('a search that ends halfway', () => {
	it('says how many jobs it had read, and going on from its cursor brings the others', async () => {
		let ended = 0;
		await fc.assert(
			fc.asyncProperty(
				vendor('v2').map((one) => ({ ...one, created: [], faults: new Set<number>() })),
				sort,
				fc.integer({ min: 1, max: 30 }),
				fc.integer({ min: 1, max: 12 }),
				async (vendor, rows, pageSize, last) => {
					const platform = platformOf(vendor);
					const search = searchFor('v2', rows, {}, { pageSize });
					const before = idsInOrder(platform, search);
					const { fetch, asked } = fetcher(platform, vendor, search);
					const error = await collectJobs(search, async (request) => {
						if (asked.length >= last)
							throw new Fault('gone for good', { meaning: 'declined', hint: 'Wait.' });
						return await fetch(request);
					}).catch((one: unknown) => one);
					if (!(error instanceof Fault)) return expect(idsOf(error as Record[])).toEqual(before);

					ended += 1;
					expect(error.message).toBe('gone for good');
					const said =
						/^Wait\. ([\d,]+) jobs had been read before\. Go on from there with Options → Search After: (\[.*\])\.$/.exec(
							error.details.hint ?? '',
						);
					const read = Number(said?.[1].replace(',', ''));
					const rest = searchFor('v2', rows, {}, { pageSize, searchAfter: said?.[2] });
					const got = idsOf(await collectJobs(rest, fetcher(platform, vendor, rest).fetch));
					expect([...before.slice(0, read), ...got]).toEqual(before);
				},
			),
			{ numRuns: RUNS },
		);
		expect(ended).toBeGreaterThan(RUNS / 10);
	}, 120_000);
});

describe('answers that would make a search endless, or end it too early', () => {
	const all = searchFor('v2', []);
	const page = (ids: number[], cursor: unknown, total?: number): Page => ({
		records: ids.map(record),
		cursor: [cursor],
		total,
	});
	/** Gives these pages, then the last of them without end. */
	const pages = (list: Page[]) => {
		let next = 0;
		return async () => list[Math.min(next++, list.length - 1)];
	};

	it.each([
		['the same page again', [page([1, 2], 'a')]],
		['two pages by turns', [page([1], 'a'), page([2], 'b'), page([1], 'a')]],
	])('%s', async (_name, list) => {
		await expect(collectJobs(all, pages(list))).rejects.toThrow('with the same page again');
	});

	it('the cursor that the search started from', async () => {
		const search = searchFor('v2', [], {}, { searchAfter: '[5, "x"]' });
		const still: Page = { records: [record(1)], cursor: [5, 'x'] };
		await expect(collectJobs(search, pages([still]))).rejects.toThrow('with the same page again');
	});

	it('no cursor to go on from', async () => {
		const list = [page([1, 2], 'a'), { records: [record(3)] }];
		const error = await collectJobs(all, pages(list)).catch((one: unknown) => one);
		expect(error).toMatchObject({ message: expect.stringContaining('without sortValues') });
		expect((error as Fault).details.hint).toContain('3 jobs had been read before.');
		expect((error as Fault).details.hint).not.toContain('Search After');
	});

	it.each([
		[[5, 'x'], 'Search After: [5,"x"].'],
		[[null, 'x'], 'Search After: [null,"x"].'],
		[['x'], undefined],
		[[5, 'x', 'y'], undefined],
		[[{}, 'x'], undefined],
	])('the cursor %j is named where this node takes it back', async (cursor, named) => {
		const list: Page[] = [{ records: [record(1)], cursor }, { records: [record(2)] }];
		const error = await collectJobs(all, pages(list)).catch((one: unknown) => one);
		const { hint = '' } = (error as Fault).details;
		if (named === undefined) expect(hint).not.toContain('Search After');
		else expect(hint).toContain(named);
		const after = JSON.stringify(cursor);
		const takenBack = () => searchFor('v2', [], {}, { searchAfter: after });
		if (named === undefined) expect(takenBack).toThrow('no cursor of this sort');
		else expect(takenBack().searchAfter).toEqual(cursor);
	});

	it('no cursor is needed where nothing is left to ask for', async () => {
		const search = searchFor('v2', [], { returnAll: false, limit: 2 });
		const list = [{ records: [record(1), record(2), record(3)] }];
		expect(idsOf(await collectJobs(search, pages(list)))).toEqual(['1', '2']);
	});

	it('a count that is missing or too small is not believed over an empty page', async () => {
		for (const total of [undefined, 3, 0, 4]) {
			const list = [page([1, 2], 'a', total), page([3, 4], 'b', total), page([], 'c', total)];
			expect(idsOf(await collectJobs(all, pages(list)))).toEqual(['1', '2', '3', '4']);
		}
	});

	it('an end that comes before all that Qualys counted is an error, with the cursor', async () => {
		const list = [page([1, 2], 'a', 5), page([3], 'b', 5), page([], undefined, 0)];
		const error = await collectJobs(all, pages(list)).catch((one: unknown) => one);
		expect(error).toBeInstanceOf(Fault);
		const { message, details } = error as Fault;
		expect(message).toBe('Qualys counted 5 jobs, but gave only 3');
		expect(details.hint).toContain('set Limit to 100000 to take what Qualys gives');
		expect(details.hint).toContain('3 jobs had been read before.');

		const none = collectJobs(all, pages([page([], undefined, 1)]));
		await expect(none).rejects.toThrow('Qualys counted 1 job, but gave none');
	});

	it.each<[string, Page[]]>([
		['jobs created before the cursor', [page([1], 'a', 2), page([2], 'b', 7), page([], 'c', 7)]],
		['jobs deleted meanwhile', [page([1], 'a', 9), page([2], 'b', 2), page([], 'c', 2)]],
		['both', [page([1], 'a', 3), page([2], 'b', 2), page([3], 'c', 5), page([], 'd', 5)]],
	])('%s are no early end', async (_name, list) => {
		expect(await collectJobs(all, pages(list))).toHaveLength(list.length - 1);
	});

	it('a search with a limit, or from a cursor, takes what there is', async () => {
		const list = [page([1, 2], 'a', 9), page([], undefined, 9)];
		const limited = searchFor('v2', [], { returnAll: false, limit: 50 });
		const rest = searchFor('v2', [], {}, { searchAfter: '[1, "x"]' });
		for (const search of [limited, rest]) {
			expect(idsOf(await collectJobs(search, pages(list)))).toEqual(['1', '2']);
		}
	});

	it('a count of exactly 10,000 ends nothing: counting may have ended there', async () => {
		const rows = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);
		const sizes = searchFor('v2', [], {}, { pageSize: 1000 });
		const list = [
			...rows(0, 10).map((n) => page(rows(n * 1000, 1000), n, 10_000)),
			page(rows(10_000, 5), 'x', 10_000),
			page([], undefined, 10_000),
		];
		// The last of the first 10,000 comes on a page that is short.
		list.splice(9, 1, page(rows(9000, 999), 9, 10_000), page([9999], 10, 10_000));
		expect(await collectJobs(sizes, pages(list))).toHaveLength(10_005);
	});

	it.each([2 ** 53, -(2 ** 53), 2 ** 63])(
		'a cursor that holds %d, which JavaScript cannot hold exactly',
		async (number) => {
			const error = await collectJobs(all, pages([page([1, 2], number, 9)])).catch(
				(one: unknown) => one,
			);
			expect(error).toBeInstanceOf(Fault);
			expect((error as Fault).message).toContain('a number too large to be exact');
			expect((error as Fault).details.hint).toContain('Sort by another field');
			const last = searchFor('v2', [], { returnAll: false, limit: 2 });
			expect(await collectJobs(last, pages([page([1, 2], number, 9)]))).toHaveLength(2);
		},
	);

	it('records without an id are jobs of their own', async () => {
		const list: Page[] = [{ records: [{}, { id: null }, {}], total: 3 }];
		for (const version of ['v1', 'v2'] as const) {
			expect(await collectJobs(searchFor(version, []), pages(list))).toHaveLength(3);
		}
	});

	it('v1: 9,999 jobs come through; 10,000 may be a first part, whatever Qualys counts', async () => {
		for (const [total, counted] of [
			[9_999, 9_999],
			[10_000, 10_000],
			[10_000, 9_999],
			[10_000, undefined],
		]) {
			const search = searchFor('v1', [], {}, { pageSize: 1000 });
			const found = collectJobs(search, async ({ pageSize, pageNumber = 0 }) => {
				const left = Math.min(pageSize, total! - pageSize * pageNumber);
				const records = Array.from({ length: left }, (_, n) => record(pageSize * pageNumber + n));
				return await Promise.resolve({ records, total: counted });
			});
			if (total === 9_999) expect(await found).toHaveLength(9_999);
			else {
				const error = await found.catch((one: unknown) => one);
				expect(error).toMatchObject({
					message: 'API version v1 serves no more than 10,000 jobs',
					details: { hint: expect.stringMatching(/^There may be more .* API Version to V2/) },
				});
			}
		}
	});

	it('v1: a page number that is overlooked ends in an error, not in the first page', async () => {
		const list = [{ records: Array.from({ length: 100 }, (_, id) => record(id)), total: 500 }];
		const error = await collectJobs(searchFor('v1', []), pages(list)).catch((one: unknown) => one);
		expect(error).toMatchObject({ message: expect.stringContaining('serves no more than 10,000') });
	});
});

describe('jobs that change while they are read', () => {
	interface Job {
		id: string;
		value: number | null;
	}

	/** As search engines sort: what has no value comes last, whichever way the sort goes. */
	const order = (direction: string, a: Job, b: Job): number => {
		const sign = direction === 'asc' ? 1 : -1;
		if (a.value === b.value) return a.id < b.id ? -sign : Number(a.id > b.id) * sign;
		if (a.value === null || b.value === null) return a.value === null ? 1 : -1;
		return a.value < b.value ? -sign : sign;
	};

	it('each one that stays as it is comes exactly once, those without a value too', async () => {
		let told = 0;
		let changed = 0;
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.option(fc.nat({ max: 12 })), { maxLength: 80 }),
				fc.constantFrom('asc', 'desc'),
				fc.integer({ min: 1, max: 8 }),
				fc.array(
					fc.record({
						before: fc.integer({ min: 2, max: 5 }),
						job: fc.nat({ max: 90 }),
						value: fc.option(fc.nat({ max: 12 })),
						deleted: fc.boolean(),
					}),
					{ maxLength: 6 },
				),
				async (values, direction, pageSize, changes) => {
					let jobs = values.map((value, index): Job => ({ id: `j${index + 100}`, value }));
					const touched = new Set<string>();
					let sent = 0;
					const fetch = async (request: PageRequest): Promise<Page> => {
						sent += 1;
						for (const { job, value, deleted } of changes.filter(({ before }) => before === sent)) {
							// Of a job that there is none of, a new one.
							const id = `j${job + 100}`;
							jobs = jobs.filter((one) => one.id !== id);
							if (!deleted) jobs.push({ id, value });
							touched.add(id);
						}
						const [value, id] = (request.searchAfter ?? []) as [number | null, string];
						const rows = [...jobs]
							.sort((a, b) => order(direction, a, b))
							.filter((one) => !request.searchAfter || order(direction, one, { id, value }) > 0)
							.slice(0, request.pageSize);
						const list = rows.map((data) => ({ sortValues: [data.value, data.id], data }));
						const body = { body: { totalCount: jobs.length, list } };
						return await Promise.resolve(
							readPage({ statusCode: 200, headers: {}, body }, 'v2', false, 0),
						);
					};
					const search = searchFor('v2', [{ field: 'severity', direction }], {}, { pageSize });
					const before = values.map((_, index) => `j${index + 100}`);
					const got = await collectJobs(search, fetch).catch((one: unknown) => one);
					changed += Number(touched.size > 0);
					if (got instanceof Fault) {
						// Nothing else can make it miss one.
						expect(got.message).toMatch(/^Qualys counted /);
						expect(touched.size).toBeGreaterThan(0);
						told += 1;
						return;
					}
					const ids = idsOf(got as Record[]);
					expect(new Set(ids).size).toBe(ids.length);
					const same = (id: unknown) => !touched.has(String(id));
					expect(ids.filter(same).sort()).toEqual(before.filter(same));
				},
			),
			{ numRuns: RUNS },
		);
		expect(changed).toBeGreaterThan(RUNS / 10);
		// Most changes lead to no error.
		expect(told).toBeLessThan(changed / 4);
	}, 120_000);
});

describe('two items that bring as many jobs as one can', () => {
	it(`${MOST_JOBS} each, at the same time`, async () => {
		const total = MOST_JOBS;
		const fetch = async ({ pageSize, searchAfter }: PageRequest): Promise<Page> => {
			const from = Number(searchAfter?.[0] ?? 0);
			const length = Math.min(pageSize, total - from);
			const records = Array.from({ length }, (_, n) => record(from + n));
			return await Promise.resolve({ records, cursor: [from + length], total });
		};
		const search = searchFor('v2', [], {}, { pageSize: 1000 });
		const both = await Promise.all([collectJobs(search, fetch), collectJobs(search, fetch)]);
		for (const jobs of both) expect(new Set(idsOf(jobs)).size).toBe(total);
	}, 60_000);
});

describe('pages that grow', () => {
	/** A gateway that has so many jobs, and takes pages no larger than that. */
	function gateway(
		jobs: number,
		most = Infinity,
		then: 'refuse' | 'cut' | 'recount' | 'break' = 'refuse',
	) {
		const asked: number[] = [];
		const fetch = async (request: PageRequest): Promise<Page> => {
			const { pageSize, pageNumber, searchAfter } = request;
			asked.push(pageSize);
			if (pageSize > most && (then === 'refuse' || then === 'break')) {
				const meaning = then === 'refuse' ? 'refused' : 'interrupted';
				throw new Fault(`no page of ${pageSize}`, { meaning });
			}
			const size = Math.min(pageSize, most);
			const counted = then === 'recount' ? size : pageSize;
			const from = pageNumber === undefined ? Number(searchAfter?.[0] ?? 0) : pageNumber * counted;
			const count = Math.max(Math.min(size, jobs - from), 0);
			const records = Array.from({ length: count }, (_, index) => record(from + index));
			return await Promise.resolve({ records, cursor: [from + count, 'x'], total: jobs });
		};
		return { asked, fetch };
	}

	const whole = (jobs: number) => Array.from({ length: jobs }, (_, index) => String(index));

	it('brings 50,000 jobs in less than 60 requests', async () => {
		const { asked, fetch } = gateway(50_000);
		const got = await collectJobs(searchFor('v2', []), fetch);
		expect(got).toHaveLength(50_000);
		expect(asked.slice(0, 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
		expect(asked.length).toBeLessThan(60);
	});

	it.each<
		[
			what: string,
			version: Version,
			most: number,
			then: 'refuse' | 'cut' | 'recount' | 'break',
			sizes: number[],
		]
	>([
		['refused from 250 on', 'v2', 250, 'refuse', [100, 200, 400, 200, 200, 200, 200]],
		['refused from 100 on', 'v2', 100, 'refuse', [100, 200, ...Array<number>(9).fill(100)]],
		['too slow from 400 on', 'v2', 399, 'break', [100, 200, 400, 200, 200, 200, 200]],
		['cut to 250', 'v2', 250, 'cut', [100, 200, 400, 250, 250]],
		['cut to 100', 'v2', 100, 'cut', [100, 200, ...Array<number>(8).fill(100)]],
		['cut to 60', 'v2', 60, 'cut', [100, ...Array<number>(15).fill(60)]],
		['by number', 'v1', 1_000, 'refuse', [100, 100, 200, 400, 800, 400]],
		['by number, refused from 250 on', 'v1', 250, 'refuse', [100, 100, 200, 400, 200, 200, 200]],
		['by number, cut to 100', 'v1', 100, 'cut', [100, 100, 200, ...Array<number>(8).fill(100)]],
		[
			'by number, cut to 100 and counted in hundreds',
			'v1',
			100,
			'recount',
			[100, 100, 200, ...Array<number>(8).fill(100)],
		],
		['by number, cut to 60', 'v1', 60, 'recount', [100, ...Array<number>(15).fill(60)]],
	])('%s', async (_, version, most, then, sizes) => {
		const { asked, fetch } = gateway(950, most, then);
		const got = await collectJobs(searchFor(version, []), fetch);
		expect(idsOf(got)).toEqual(whole(950));
		expect(asked).toEqual(sizes);
	});

	it('never asks for more than is wanted', async () => {
		const { asked, fetch } = gateway(2_000);
		const search = searchFor('v2', [], { returnAll: false, limit: 450 });
		expect(idsOf(await collectJobs(search, fetch))).toEqual(whole(450));
		expect(asked).toEqual([100, 200, 150]);
	});

	it('stay as large as the user has set them', async () => {
		const { asked, fetch } = gateway(950, 100);
		const got = await collectJobs(searchFor('v2', [], {}, { pageSize: 100 }), fetch);
		expect(got).toHaveLength(950);
		expect(new Set(asked)).toEqual(new Set([100]));
	});

	it.each(['refused', 'interrupted'] as const)(
		'a first page that is %s is asked for once: its size is not the reason',
		async (meaning) => {
			let asked = 0;
			const fetch = async () => {
				asked += 1;
				return await Promise.reject(new Fault('no', { meaning }));
			};
			await expect(collectJobs(searchFor('v2', []), fetch)).rejects.toThrow('no');
			expect(asked).toBe(1);
		},
	);

	it.each(['unauthorized', 'throttled', 'unexpected', 'local'] as const)(
		'a larger page that is %s is not asked for once more',
		async (meaning) => {
			const { asked, fetch } = gateway(950);
			const failing = async (request: PageRequest) => {
				if (request.pageSize > 100) throw new Fault('no', { meaning });
				return await fetch(request);
			};
			await expect(collectJobs(searchFor('v2', []), failing)).rejects.toThrow('no');
			expect(asked).toEqual([100]);
		},
	);

	it('a refusal that has another reason is told as it came', async () => {
		const { asked, fetch } = gateway(950);
		const failing = async (request: PageRequest) => {
			const page = await fetch(request);
			if (asked.length > 1) throw new Fault(`no, ${request.pageSize}`, { meaning: 'refused' });
			return page;
		};
		await expect(collectJobs(searchFor('v2', []), failing)).rejects.toThrow('no, 100');
		expect(asked).toEqual([100, 200, 100]);
	});
});

describe('evenSize', () => {
	/** What v1 would be asked for with this page size. */
	const plan = (limit: number, size: number) => {
		const rest = limit % size;
		const last = rest === 0 ? 0 : alignedSize(limit - rest, rest, size);
		return { pages: Math.ceil(limit / size), records: limit - rest + last };
	};

	it.each([
		[251, 100, 84, 252],
		[250, 100, 100, 250],
		[101, 100, 100, 101],
		[130, 100, 65, 130],
		[50, 100, 100, 50],
	])('%d at %d a page: %d, which brings %d', (limit, largest, size, records) => {
		expect(evenSize(limit, largest)).toBe(size);
		expect(plan(limit, size).records).toBe(records);
	});

	it('needs no page more than the largest size, and as few records as possible', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 10_000 }),
				fc.integer({ min: 1, max: 300 }),
				(limit, largest) => {
					const { pages, records } = plan(limit, evenSize(limit, largest));
					expect(pages).toBe(Math.ceil(limit / largest));
					expect(records - limit).toBeLessThan(pages);
					for (let size = 1; size <= largest; size += 1) {
						const other = plan(limit, size);
						if (other.pages === pages) expect(other.records).toBeGreaterThanOrEqual(records);
					}
				},
			),
			{ numRuns: RUNS },
		);
		expect(evenSize(Infinity, 100)).toBe(100);
	}, 60_000);
});

describe('alignedSize', () => {
	it('fits the offset, stays within the largest, and brings what is wanted where it can', () => {
		fc.assert(
			fc.property(
				fc.nat({ max: 10_000 }),
				fc.integer({ min: 1, max: 1000 }),
				fc.integer({ min: 1, max: 1000 }),
				(offset, wanted, largest) => {
					const size = alignedSize(offset, Math.min(wanted, largest), largest);
					expect(offset % size).toBe(0);
					expect(size).toBeLessThanOrEqual(largest);
					const possible = Array.from({ length: largest }, (_, index) => index + 1).filter(
						(one) => offset % one === 0,
					);
					const enough = possible.filter((one) => one >= Math.min(wanted, largest));
					expect(size).toBe(enough[0] ?? possible.at(-1));
				},
			),
			{ numRuns: RUNS },
		);
	});
});
