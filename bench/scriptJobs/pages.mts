import { createHistory, createScriptEntries, recordOf } from '../../simulator/qualys/jobs.ts';
import { createJobSearch } from '../../simulator/qualys/search.ts';
import { defaultQualysSettings } from '../../simulator/qualys/settings.ts';
import { SORT } from './request.mts';

const SEED = 1;
const NEWEST = Date.UTC(2026, 5, 1);

/** All answers to one search, page by page as the API sends them; the last one is empty. */
export function createPages(jobCount: number, pageSize: number): string[] {
	const jobs = createHistory(SEED, jobCount, NEWEST, createScriptEntries(SEED));
	const { search } = createJobSearch(jobs, defaultQualysSettings);
	const pages: string[] = [];
	let searchAfter: unknown[] | undefined;
	for (;;) {
		const { totalCount, rows } = search({ pageSize, sort: SORT, searchAfter }, 'all');
		const list = rows.map(({ job, sortValues }) => ({ sortValues, data: recordOf(job, 2) }));
		pages.push(JSON.stringify({ body: { totalCount, list } }));
		if (rows.length === 0) return pages;
		searchAfter = rows.at(-1)!.sortValues;
	}
}
