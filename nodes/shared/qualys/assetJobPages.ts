import type { JsonObject } from '../json';
import type { Ask } from '../transport/asking';
import { OPERATIONS, type Question } from './operations';
import { allByNumber } from './paging';
import { recordsIn } from './reply';

/** Oldest first, so that asset jobs that are added meanwhile come last. The one field of which the vendor shows a sort. */
const SORT = JSON.stringify([{ 'created.dateTime': 'asc' }]);

/** With what scripts printed, which may be 1 MB for each asset, a page holds fewer. */
const PAGE_SIZES = {
	withOutput: { pageSize: 25, largestPage: 25 },
	without: { pageSize: 100, largestPage: 1_000 },
};

/**
 * All asset jobs of a job, as they came.
 * @param jobId digits
 * @param what.output whether they hold what the scripts printed
 * @throws {Fault} also beyond 10,000, which is all that the vendor's offsets reach
 */
export async function assetJobRecords(
	ask: Ask<Question>,
	jobId: string,
	{ output }: { output: boolean },
): Promise<JsonObject[]> {
	const { getScriptJobResults: operation } = OPERATIONS;
	return await allByNumber(
		{
			one: 'asset job',
			many: 'asset jobs',
			limit: Infinity,
			...(output ? PAGE_SIZES.withOutput : PAGE_SIZES.without),
			counts: true,
			incomplete: 'Run the node again.',
			beyondWindow: {
				message: 'Qualys serves no more than 10,000 asset jobs of a job',
				hint: 'There may be more. Look at this job in Qualys itself.',
			},
			tooMany: () => 'Look at this job in Qualys itself.',
		},
		async (page) => {
			const body = {
				filter: `job.id:${jobId}`,
				...(output ? { includeScriptResult: true } : {}),
				sort: SORT,
				...page,
			};
			const json = await ask({ operation, path: '/sm/v1/assetjobs/search', body });
			return recordsIn(json, operation, 'asset job');
		},
	);
}
