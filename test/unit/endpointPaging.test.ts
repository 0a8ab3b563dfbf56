import fc from 'fast-check';
import {
	BY_ID,
	collectEndpoints,
	firstPage,
	type Page,
	type PageRequest,
	type Row,
	type Wanted,
} from '../../nodes/CortexXdrSearchEndpoints/paging';
import { Fault } from '../../nodes/shared/errors';

const idOf = (number: number) => number.toString(16).padStart(32, '0');
const row = (number: number, moment: number | null = 1000 + number): Row => ({
	id: idOf(number),
	moment,
	item: { number, moment },
});

interface Tenant {
	rows: Map<string, Row>;
	requests: PageRequest[];
	/** What happens after each request. */
	then?: (tenant: Tenant) => void;
	noTotal?: boolean;
}

const tenantOf = (count: number, more: Partial<Tenant> = {}): Tenant => ({
	rows: new Map(Array.from({ length: count }, (_, i) => [idOf(i * 10), row(i * 10)])),
	requests: [],
	...more,
});

/** A page as the vendor gives it. */
async function pageOf(tenant: Tenant, request: PageRequest): Promise<Page> {
	const { from, to, sort } = request;
	const sign = sort.direction === 'asc' ? 1 : -1;
	const all = [...tenant.rows.values()].sort((a, b) => {
		const by = sort.field === 'endpoint_id' ? 0 : (a.moment ?? 0) - (b.moment ?? 0);
		return sign * (by || (a.id < b.id ? -1 : 1));
	});
	tenant.requests.push(request);
	const page = { rows: all.slice(from, to), total: tenant.noTotal ? undefined : all.length };
	tenant.then?.(tenant);
	return await Promise.resolve(page);
}

const collect = async (tenant: Tenant, wanted: Partial<Wanted> = {}) => {
	const whole: Wanted = { limit: Infinity, sort: BY_ID, ...wanted };
	const items = await collectEndpoints(
		whole,
		await pageOf(tenant, firstPage(whole)),
		async (request) => await pageOf(tenant, request),
	);
	return items.map(({ number }) => number as number);
};

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i * 10);

describe('a tenant where nothing happens', () => {
	it.each([
		[0, 1],
		[1, 1],
		[99, 1],
		[100, 1],
		[101, 2],
		[196, 2],
		[197, 3],
		[2000, 21],
	])('%i endpoints come in %i requests', async (count, requests) => {
		const tenant = tenantOf(count);
		expect(await collect(tenant)).toEqual(numbers(count));
		expect(tenant.requests).toHaveLength(requests);
	});

	it.each([0, 1, 99, 100, 101, 196, 197, 2000])(
		'%i endpoints, also where it does not say how many there are',
		async (count) => {
			const tenant = tenantOf(count, { noTotal: true });
			expect(await collect(tenant)).toEqual(numbers(count));
			expect(tenant.requests.length).toBeLessThanOrEqual(22);
		},
	);

	it.each([
		[1, [[0, 1]]],
		[100, [[0, 100]]],
		[
			150,
			[
				[0, 100],
				[96, 150],
			],
		],
	])('no more than %i are asked for where no more are wanted', async (limit, asked) => {
		const tenant = tenantOf(500);
		expect(await collect(tenant, { limit })).toEqual(numbers(limit));
		expect(tenant.requests.map(({ from, to }) => [from, to])).toEqual(asked);
	});

	it('pages that are shorter than asked are no end where the tenant says that there are more', async () => {
		const tenant = tenantOf(230);
		const short = async (request: PageRequest) =>
			await pageOf(tenant, { ...request, to: Math.min(request.to, request.from + 50) });
		const wanted = { limit: Infinity, sort: BY_ID };
		const items = await collectEndpoints(wanted, await short(firstPage(wanted)), short);
		expect(items.map(({ number }) => number)).toEqual(numbers(230));
	});
});

describe('another order', () => {
	const newest = { field: 'last_seen', direction: 'desc' } as const;

	it.each([1, 50, 100])('up to a page (%i), the vendor sorts: one request', async (limit) => {
		const tenant = tenantOf(500);
		expect(await collect(tenant, { limit, sort: newest })).toEqual(
			numbers(500).reverse().slice(0, limit),
		);
		expect(tenant.requests).toEqual([{ from: 0, to: limit, sort: newest }]);
	});

	it.each([101, 300, Infinity])(
		'beyond it (%i), all are read by their ids, whoever checks in',
		async (limit) => {
			let moment = 10_000;
			const tenant = tenantOf(500, {
				then: ({ rows }) => {
					// The one that was seen last so long ago that it would be on a later page.
					const oldest = [...rows.values()].sort((a, b) => a.moment! - b.moment!)[0];
					rows.set(oldest.id, { ...oldest, moment: moment++ });
				},
			});
			const found = await collect(tenant, { limit, sort: newest });
			expect(found).toHaveLength(Math.min(limit, 500));
			expect(new Set(found).size).toBe(found.length);
			expect(tenant.requests.every(({ sort }) => sort.field === 'endpoint_id')).toBe(true);
		},
	);

	it('by id the other way round, page by page', async () => {
		const tenant = tenantOf(250);
		const sort = { field: 'endpoint_id', direction: 'desc' } as const;
		expect(await collect(tenant, { sort })).toEqual(numbers(250).reverse());
		expect(tenant.requests).toHaveLength(3);
	});

	it('those without a value come last, either way, and equal ones by their ids', async () => {
		const tenant = tenantOf(0);
		for (const [number, moment] of [
			[1, null],
			[2, 7],
			[3, 7],
			[4, 5],
		] as const) {
			tenant.rows.set(idOf(number), row(number, moment));
		}
		const sort = { field: 'first_seen', direction: 'asc' } as const;
		expect(await collect(tenant, { sort })).toEqual([4, 2, 3, 1]);
		expect(await collect(tenant, { sort: { ...sort, direction: 'desc' } })).toEqual([2, 3, 4, 1]);
	});

	it('a tenant whose pages are shorter is read by ids, too', async () => {
		const tenant = tenantOf(80);
		const short = async (request: PageRequest) =>
			await pageOf(tenant, { ...request, to: Math.min(request.to, request.from + 20) });
		const wanted = { limit: 60, sort: newest };
		const items = await collectEndpoints(wanted, await short(firstPage(wanted)), short);
		expect(items.map(({ number }) => number)).toEqual(numbers(80).reverse().slice(0, 60));
	});
});

describe('a list that changes meanwhile', () => {
	it.each([1, 3, 10, 60])(
		'%i of those that were read are removed before each page: none behind is skipped',
		async (count) => {
			const kept = new Set(numbers(1000).map(idOf));
			const tenant = tenantOf(1000, {
				then: ({ rows, requests }) => {
					const read = [...rows.keys()].sort().slice(0, requests.at(-1)!.from + 100);
					for (const id of read.slice(-count)) {
						if (requests.length > 12) return;
						rows.delete(id);
						kept.delete(id);
					}
				},
			});
			const found = await collect(tenant);
			expect(new Set(found).size).toBe(found.length);
			for (const id of kept) expect(found).toContain(Number.parseInt(id, 16));
		},
	);

	it('even where the place that was read is gone, and the end with it', async () => {
		const tenant = tenantOf(320, {
			then: ({ rows, requests }) => {
				if (requests.length === 3) for (const number of numbers(280)) rows.delete(idOf(number));
			},
		});
		expect(await collect(tenant)).toEqual(numbers(320));
	});

	it('property: whoever is there all the time comes out, each once, in order', async () => {
		const change = fc.record({
			remove: fc.array(fc.nat(), { maxLength: 12 }),
			add: fc.array(fc.integer({ min: 0, max: 9_999 }), { maxLength: 12 }),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 0, max: 900 }),
				fc.array(change, { maxLength: 15 }),
				fc.boolean(),
				fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 400 })),
				async (count, changes, noTotal, limit) => {
					const always = new Set(numbers(count));
					const tenant = tenantOf(count, {
						noTotal,
						then: ({ rows, requests }) => {
							const { remove = [], add = [] } = changes[requests.length - 1] ?? {};
							for (const at of remove) {
								const id = [...rows.keys()][at % Math.max(rows.size, 1)];
								if (id === undefined) continue;
								rows.delete(id);
								always.delete(Number.parseInt(id, 16));
							}
							for (const number of add) {
								if (!rows.has(idOf(number))) rows.set(idOf(number), row(number));
							}
						},
					});
					const found = await collect(tenant, { limit });
					expect(new Set(found).size).toBe(found.length);
					expect(found).toEqual(found.toSorted((a, b) => a - b));
					expect(found.length).toBeLessThanOrEqual(limit);
					// With a limit: no gap before the last one.
					const last = limit === Infinity ? Infinity : (found.at(-1) ?? -1);
					const missing = [...always].filter((one) => one <= last && !found.includes(one));
					expect(missing).toEqual([]);
					if (limit !== Infinity && always.size >= limit) expect(found).toHaveLength(limit);
					expect(tenant.requests.length).toBeLessThan(80);
				},
			),
			{ numRuns: 400 },
		);
	});
});

describe('answers that come to no end', () => {
	const failure = async (
		answer: (request: PageRequest, count: number) => Page,
		wanted: Wanted = { limit: Infinity, sort: BY_ID },
	) => {
		let count = 0;
		const fetch = async (request: PageRequest) => {
			count += 1;
			if (count > 20_000) throw new Error('No end');
			return await Promise.resolve(answer(request, count));
		};
		try {
			await collectEndpoints(wanted, await fetch(firstPage(wanted)), fetch);
		} catch (error) {
			expect(error).toBeInstanceOf(Fault);
			return { message: (error as Fault).message, count };
		}
		return { message: 'none', count };
	};
	const first = numbers(100).map((number) => row(number));

	it('the same page again and again', async () => {
		expect(await failure(() => ({ rows: first }))).toEqual({
			message: 'Cortex answered Search Endpoints with the same endpoints again and again',
			count: 4,
		});
	});

	it('fewer endpoints than it counts', async () => {
		expect(await failure(({ from, to }) => ({ rows: first.slice(from, to), total: 500 }))).toEqual({
			message: 'Cortex counted 500 endpoints, but gave only 100',
			count: 4,
		});
	});

	it('a page that is longer than asked', async () => {
		expect((await failure(() => ({ rows: first }), { limit: 5, sort: BY_ID })).message).toBe(
			'Cortex answered Search Endpoints with 100 endpoints, where 5 were asked for',
		);
	});

	it('other endpoints each time', async () => {
		const { message, count } = await failure((_request, round) => ({
			rows: first.map((_, i) => row(round * 1000 + i)),
		}));
		expect(message).toMatch(/^There are more than 100,000 endpoints|changes faster than/);
		expect(count).toBeLessThan(20_000);
	});

	it('more than an item can bring: at once where the tenant says so, else when they are read', async () => {
		const words = 'There are more than 100,000 endpoints';
		const page = ({ from, to }: PageRequest) =>
			Array.from({ length: to - from }, (_, i) => row(from + i));
		expect(await failure((request) => ({ rows: page(request), total: 100_001 }))).toEqual({
			message: words,
			count: 1,
		});
		const read = await failure((request) => ({ rows: page(request) }));
		expect(read.message).toBe(words);
		expect(read.count).toBeGreaterThan(1000);
		expect(
			(
				await failure((request) => ({ rows: page(request), total: 100_001 }), {
					limit: 100,
					sort: BY_ID,
				})
			).message,
		).toBe('none');
	});
});
