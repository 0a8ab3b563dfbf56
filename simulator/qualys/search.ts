import { SearchError } from './errors';
import type { ScriptJob } from './jobs';
import { compileQuery, type Matcher } from './qql';
import type { QualysSettings } from './settings';
import {
	checkCursor,
	compareJobs,
	compareTo,
	DEFAULT_SORT,
	parseSort,
	sortValuesOf,
	type SortKey,
	type SortValue,
} from './sort';

/** A search body; numbers may come as digits. */
export interface SearchBody {
	filter?: string;
	startAt?: string;
	endAt?: string;
	pageNumber?: number | string;
	pageSize?: number | string;
	sort?: string;
	searchAfter?: unknown[];
}

export interface SearchResult {
	totalCount: number;
	rows: Array<{ job: ScriptJob; sortValues: SortValue[] }>;
}

export interface JobSearch {
	/** `scope`: the tags whose jobs are seen. */
	search(body: SearchBody, scope: 'all' | string[]): SearchResult;
	/** Puts new jobs where they belong in what has been sorted already. */
	add(jobs: ScriptJob[]): void;
}

/** Jobs that match, in order: kept, because paging asks for the same ones again and again. */
interface View {
	matches: Matcher;
	keys: SortKey[];
	jobs: ScriptJob[];
}

const DEFAULT_PAGE_SIZE = 10;

/** An offset plus a page reaches no further than this, as in the search engine behind such services. */
const RESULT_WINDOW = 10_000;

const MOST_VIEWS = 20;

/** More new jobs than this are cheaper to sort in anew than to put in one by one. */
const MOST_PUT_IN = 1_000;

const fail = (code: string, message: string): never => {
	throw new SearchError(code, message);
};

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function readTime(name: string, text: string | undefined, otherwise: number): number {
	if (text === undefined) return otherwise;
	const time = TIME.test(text) ? Date.parse(text) : NaN;
	return Number.isNaN(time)
		? fail('CAR-DATE-400', `${name} must look like 2025-05-26T11:47:56.810Z`)
		: time;
}

/** The number of jobs that stand before the place where `isBefore` turns false. */
function countBefore(jobs: ScriptJob[], isBefore: (job: ScriptJob) => boolean): number {
	let from = 0;
	let to = jobs.length;
	while (from < to) {
		const middle = (from + to) >> 1;
		if (isBefore(jobs[middle])) from = middle + 1;
		else to = middle;
	}
	return from;
}

/** The range of time that a body asks for, in epoch milliseconds, both ends included. */
export const timeRange = ({ startAt, endAt }: Pick<SearchBody, 'startAt' | 'endAt'>) => ({
	from: readTime('startAt', startAt, -Infinity),
	to: readTime('endAt', endAt, Infinity),
});

function createMatcher(body: SearchBody, scope: 'all' | string[]): Matcher {
	const { from, to } = timeRange(body);
	const query = body.filter?.trim() ? compileQuery(body.filter) : () => true;
	return (job) =>
		job.createdAt >= from &&
		job.createdAt <= to &&
		(scope === 'all' || scope.includes(job.tag)) &&
		query(job);
}

/** How many records a page holds. */
function pageSizeOf(
	{ pageSize = DEFAULT_PAGE_SIZE }: Pick<SearchBody, 'pageSize'>,
	{ largestPage, cutsPages }: QualysSettings,
): number {
	const asked = Number(pageSize);
	if (asked < 1 || (asked > largestPage && !cutsPages)) {
		fail('CAR-PAGE-400', `pageSize must be between 1 and ${largestPage}`);
	}
	return Math.min(asked, largestPage);
}

/** Where a page of a list starts that is read by number. */
function offsetOf({ pageNumber }: Pick<SearchBody, 'pageNumber'>, pageSize: number): number {
	const start = Number(pageNumber ?? 0) * pageSize;
	const end = start + pageSize;
	if (end > RESULT_WINDOW) {
		fail(
			'CAR-WINDOW-400',
			`Result window is too large, from + size must be less than or equal to: [${RESULT_WINDOW}] but was [${end}]`,
		);
	}
	return start;
}

/** The page of a list that a body asks for. */
export function pageOf<T>(
	list: T[],
	body: Pick<SearchBody, 'pageNumber' | 'pageSize'>,
	settings: QualysSettings,
): T[] {
	const pageSize = pageSizeOf(body, settings);
	const start = offsetOf(body, pageSize);
	return list.slice(start, start + pageSize);
}

/** Where a page starts: after the cursor, or at its offset. */
function findStart(view: View, body: SearchBody, pageSize: number): number {
	const pageNumber = Number(body.pageNumber ?? 0);
	if (body.searchAfter) {
		if (pageNumber > 0) fail('CAR-PAGE-400', 'pageNumber must be 0 when searchAfter is used');
		const cursor = checkCursor(view.keys, body.searchAfter);
		return countBefore(view.jobs, (job) => compareTo(view.keys, job, cursor) <= 0);
	}
	return offsetOf(body, pageSize);
}

/** Searches `all`, a list that the caller keeps adding to; `add` must be told of what is new. */
export function createJobSearch(all: ScriptJob[], settings: QualysSettings): JobSearch {
	const views = new Map<string, View>();

	const createView = (body: SearchBody, scope: 'all' | string[]): View => {
		const matches = createMatcher(body, scope);
		const keys = parseSort(body.sort ?? DEFAULT_SORT);
		const jobs = all.filter(matches).sort((a, b) => compareJobs(keys, a, b));
		return { matches, keys, jobs };
	};

	const viewFor = (body: SearchBody, scope: 'all' | string[]): View => {
		const name = JSON.stringify([scope, body.filter, body.startAt, body.endAt, body.sort]);
		const known = views.get(name);
		if (known) return known;
		const view = createView(body, scope);
		views.set(name, view);
		if (views.size > MOST_VIEWS) views.delete([...views.keys()][0]);
		return view;
	};

	return {
		search(body, scope) {
			const pageSize = pageSizeOf(body, settings);
			const view = viewFor(body, scope);
			const start = findStart(view, body, pageSize);
			return {
				totalCount: view.jobs.length,
				rows: view.jobs
					.slice(start, start + pageSize)
					.map((job) => ({ job, sortValues: sortValuesOf(view.keys, job) })),
			};
		},
		add(jobs) {
			if (jobs.length > MOST_PUT_IN) return views.clear();
			for (const view of views.values()) {
				for (const job of jobs.filter(view.matches)) {
					const at = countBefore(view.jobs, (other) => compareJobs(view.keys, other, job) <= 0);
					view.jobs.splice(at, 0, job);
				}
			}
		},
	};
}
