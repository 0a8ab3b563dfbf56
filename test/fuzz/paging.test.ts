import fc from 'fast-check';
import { collectJobs } from '../../nodes/QualysSearchScriptJobs/paging';
import type { Search } from '../../nodes/QualysSearchScriptJobs/searchBody';
import type { Page } from '../../nodes/shared/qualys/reply';
import { Fault } from '../../nodes/shared/errors';
import { runs } from './environment';

/** A gateway that answers with whatever it likes, page after page, and then with nothing more. */
const pages: fc.Arbitrary<Page[]> = fc.array(
	fc.record({
		records: fc.array(
			fc.record({ id: fc.oneof(fc.nat({ max: 30 }), fc.constantFrom(null, '7', true, {})) }),
			{ maxLength: 12 },
		),
		cursor: fc.option(
			fc.array(fc.oneof(fc.nat({ max: 5 }), fc.constantFrom('a', null)), { maxLength: 2 }),
			{ nil: undefined },
		),
		total: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
	}),
	{ maxLength: 12 },
);

const searches: fc.Arbitrary<Search> = fc.record({
	version: fc.constantFrom('v1' as const, 'v2' as const),
	body: fc.constant({}),
	pageSize: fc.integer({ min: 1, max: 12 }),
	largestPage: fc.integer({ min: 12, max: 100 }),
	limit: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(Infinity)),
	levels: fc.constant(2),
	searchAfter: fc.constantFrom(undefined, [1, 'a'], []),
	includeCursor: fc.boolean(),
	simplify: fc.boolean(),
});

test(`${runs} searches of a gateway that keeps no rule: an end, no job twice, no more than were wanted`, async () => {
	await fc.assert(
		fc.asyncProperty(pages, searches, async (answers, search) => {
			let asked = 0;
			const fetch = async (): Promise<Page> => {
				asked += 1;
				return await Promise.resolve(answers[asked - 1] ?? { records: [], total: 0 });
			};
			const collect = async () => {
				asked = 0;
				try {
					return await collectJobs(search, fetch);
				} catch (error) {
					if (error instanceof Fault) return [error.message, error.details.hint];
					return await Promise.reject(error);
				}
			};
			const jobs = await collect();
			// One that shows the end, and one for a page that grew and came short.
			expect(asked).toBeLessThanOrEqual(answers.length + 2);
			expect(await collect()).toEqual(jobs);
			if (jobs.every((one) => typeof one === 'object')) {
				const ids = jobs.map(({ id }) => id).filter((id) => id !== null);
				expect(new Set(ids).size).toBe(ids.length);
				expect(jobs.length).toBeLessThanOrEqual(search.limit);
			}
		}),
		{ numRuns: runs },
	);
}, 600_000);
