import fc from 'fast-check';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import type { FaultRule } from '../../simulator/server';
import { createWorld } from '../support/world';

const CASES = 75;

/** What n8n repeats three times by itself; a case has no more of them. */
const outage = fc.constantFrom<Partial<FaultRule>>(
	{ status: 502 },
	{ status: 503 },
	{ status: 504 },
	{ breakConnection: 'before' },
	{ breakConnection: 'headers' },
	{ breakConnection: 'middle' },
	{ garbageGzip: true },
);

/** What is waited out however often it comes. */
const brake = fc.constantFrom<Partial<FaultRule>>(
	{ status: 429, body: { message: 'Too many' } },
	{ status: 429, headers: { 'x-ratelimit-towait-sec': '30' } },
	{ status: 409, headers: { 'x-ratelimit-towait-sec': '5' }, body: { responseMessage: 'Busy' } },
);

const at = <T>(rule: fc.Arbitrary<T>, maxLength: number) =>
	fc.array(fc.tuple(rule, fc.nat({ max: 12 })), { maxLength });

const sort = fc.uniqueArray(
	fc.record({
		field: fc.constantFrom('created.dateTime', 'updatedDateTime', 'id', 'platform', 'severity'),
		direction: fc.constantFrom('asc', 'desc'),
	}),
	{ selector: ({ field }) => field, maxLength: 3 },
);

it(`${CASES} searches over HTTP, with faults of every kind on their way: each job exactly once`, async () => {
	let requests = 0;
	let faulty = 0;
	await fc.assert(
		fc.asyncProperty(
			fc.record({
				seed: fc.nat({ max: 1000 }),
				scriptJobs: fc.nat({ max: 300 }),
				apiVersion: fc.constantFrom('v1', 'v2'),
				simplify: fc.boolean(),
				pageSize: fc.integer({ min: 15, max: 120 }),
				rows: sort,
				outages: at(outage, 3),
				brakes: at(brake, 4),
				createEvery: fc.nat({ max: 3 }),
				expires: fc.option(fc.nat({ max: 10 })),
			}),
			async ({ seed, scriptJobs, apiVersion, simplify, pageSize, rows, ...troubles }) => {
				const world = await createWorld({ seed, scriptJobs });
				try {
					const run = async (parameters: object) =>
						await world.run(new QualysSearchScriptJobs(), { returnAll: true, ...parameters });
					const options = { sort: { rows } };
					const before = (await run({ options })).json.map(({ id }) => id);
					expect(before).toHaveLength(scriptJobs);
					world.requests();

					for (const [rule, skip] of [...troubles.outages, ...troubles.brakes]) {
						world.simulator.faults.add({ path: '/sm', ...rule, skip });
					}
					if (troubles.expires !== null) {
						const transform = (body: unknown) => {
							world.simulator.qualys.tokens.expireAll();
							return body;
						};
						world.simulator.faults.add({ path: '/sm', skip: troubles.expires, transform });
					}
					world.simulator.qualys.createEvery = troubles.createEvery;

					const { json, error } = await run({
						apiVersion,
						simplify,
						options: { ...options, pageSize },
					});
					expect(error).toBeUndefined();
					const ids = json.map(({ id }) => id);
					expect(new Set(ids).size).toBe(ids.length);
					const there = new Set(before);
					expect(ids.filter((id) => there.has(id))).toEqual(before);

					const entries = world.requests();
					requests += entries.length;
					faulty += entries.filter(({ status }) => status !== 200 && status !== 201).length;
				} finally {
					await world.close();
				}
			},
		),
		{ numRuns: CASES },
	);
	// The cases have shown something only where things did go wrong.
	expect(requests).toBeGreaterThan(CASES * 2);
	expect(faulty).toBeGreaterThan(CASES / 2);
}, 120_000);
