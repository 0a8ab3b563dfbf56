import { createHistory, createScriptEntries, recordOf } from '../../simulator/qualys/jobs.ts';
import { createJobSearch } from '../../simulator/qualys/search.ts';
import { defaultQualysSettings } from '../../simulator/qualys/settings.ts';
import { nextSize, SORT, type Growth } from './request.mts';

const SEED = 1;
const NEWEST = Date.UTC(2026, 5, 1);

/** An answer of the API, and the request for it. */
export interface CannedPage {
	pageSize: number;
	searchAfter?: unknown[];
	/** JSON. */
	answer: string;
}

/** All answers to one search, page by page as the API sends them, for each way in which pages grow. */
export function createPages(jobCount: number, ways: Growth[]): CannedPage[] {
	const jobs = createHistory(SEED, jobCount, NEWEST, createScriptEntries(SEED));
	const { search } = createJobSearch(jobs, defaultQualysSettings);
	return ways.flatMap((growth) => {
		const pages: CannedPage[] = [];
		let pageSize = growth.first;
		let searchAfter: unknown[] | undefined;
		for (;;) {
			const { totalCount, rows } = search({ pageSize, sort: SORT, searchAfter }, 'all');
			const list = rows.map(({ job, sortValues }) => ({ sortValues, data: recordOf(job, 2) }));
			const answer = JSON.stringify({ body: { totalCount, list } });
			pages.push({ pageSize, searchAfter, answer });
			if (rows.length === 0) return pages;
			searchAfter = rows.at(-1)!.sortValues;
			pageSize = nextSize(pageSize, growth);
		}
	});
}
