import type { JsonObject } from '../shared/transport/answer';
import { Cancelled } from '../shared/transport/clock';
import { connectionFault, Fault, unexpectedAnswer } from '../shared/transport/fault';
import type { Page } from '../shared/qualys/reply';
import { MOST_JOBS, type Search } from './searchBody';

/** Offsets beyond this are not served by v1. */
const OFFSET_WINDOW = 10_000;

/** The part of a request's body that says which page. */
export interface PageRequest {
	pageSize: number;
	pageNumber?: number;
	searchAfter?: unknown[];
}

export type FetchPage = (request: PageRequest) => Promise<Page>;

const thousands = (count: number) => count.toLocaleString('en-US');

/** How far a search has come. */
class Progress {
	readonly jobs: JsonObject[] = [];
	/** v2: the position of the last record read. */
	cursor: unknown[] | undefined;
	/** Records read, those that came twice included. */
	read = 0;
	/** How many jobs there are, as the vendor said last. */
	total: number | undefined;
	private readonly ids = new Set<unknown>();
	private longest = 0;

	constructor(private readonly search: Search) {
		this.cursor = search.searchAfter;
	}

	/** How many jobs are still wanted. */
	get missing(): number {
		return this.search.limit - this.jobs.length;
	}

	/**
	 * Takes in what a page brings.
	 *
	 * @param asked how many records were asked for
	 * @returns whether the search is done
	 * @throws {Fault} where it would bring more than {@link MOST_JOBS}
	 */
	take({ records, total }: Page, asked: number): boolean {
		const first = this.read === 0;
		const shorter = records.length < this.longest;
		const fresh = records.filter((record) => this.isNew(record)).slice(0, this.missing);
		if (this.jobs.length + fresh.length > MOST_JOBS) throw tooMany(this.jobs.length, this.cursor);
		for (const record of fresh) this.jobs.push(record);
		this.read += records.length;
		this.longest = Math.max(this.longest, records.length);
		this.total = total;
		if (records.length === 0 || this.missing === 0) return true;
		// Nobody documents how large a page may be, so one may be short because all are. It is the last one
		// where the vendor's own count agrees and no page of the same length came before; otherwise only an
		// empty page is.
		return records.length < asked && (first || shorter) && this.read === total;
	}

	/** A job that changes its place while we are reading can come twice. */
	private isNew({ id }: JsonObject): boolean {
		if (id === undefined || id === null) return true;
		const known = this.ids.has(id);
		this.ids.add(id);
		return !known;
	}
}

function tooMany(read: number, cursor: unknown[] | undefined): Fault {
	return new Fault(`There are more than ${thousands(MOST_JOBS)} jobs`, {
		hint: `One item can bring that many at most. Narrow the filters, or take them in parts: turn Return All off, set Limit to ${read}, and go on with Options → Search After: ${JSON.stringify(cursor)}.`,
	});
}

/** v2: the position of the last job says where the next page starts. */
async function byCursor(search: Search, fetch: FetchPage, progress: Progress) {
	const visited = new Set([JSON.stringify(search.searchAfter)]);
	for (;;) {
		const room = MOST_JOBS - progress.jobs.length;
		// With no room left, one more job is enough to know that there are too many.
		const pageSize = Math.min(search.pageSize, progress.missing, Math.max(room, 1));
		const page = await fetch({ pageSize, searchAfter: progress.cursor });
		if (progress.take(page, pageSize)) return;
		if (page.cursor === undefined) {
			throw unexpectedAnswer('Qualys answered Search Script Jobs without sortValues to go on from');
		}
		const position = JSON.stringify(page.cursor);
		if (visited.has(position)) {
			throw unexpectedAnswer('Qualys answered Search Script Jobs with the same page again');
		}
		visited.add(position);
		progress.cursor = page.cursor;
	}
}

/**
 * A page size with which a page can start at `offset`: v1 counts in whole pages.
 * @returns the smallest that brings all that is wanted, else the largest there is
 */
export function alignedSize(offset: number, wanted: number, largest: number): number {
	for (let size = wanted; size <= largest; size += 1) if (offset % size === 0) return size;
	for (let size = Math.min(wanted, largest); size > 1; size -= 1)
		if (offset % size === 0) return size;
	return 1;
}

/** v1: by number. */
async function byNumber(search: Search, fetch: FetchPage, progress: Progress) {
	let largest = search.pageSize;
	for (;;) {
		const room = OFFSET_WINDOW - progress.read;
		if (room <= 0) {
			if (progress.total !== undefined && progress.jobs.length >= progress.total) return;
			throw new Fault(`API version v1 serves no more than ${thousands(OFFSET_WINDOW)} jobs`, {
				hint: 'There are more that match. Set API Version to v2, which has no such limit, or narrow the filters.',
			});
		}
		const most = Math.min(largest, room);
		const pageSize = alignedSize(progress.read, Math.min(progress.missing, most), most);
		const page = await fetch({ pageSize, pageNumber: progress.read / pageSize });
		if (progress.take(page, pageSize)) return;
		// A page size that Qualys cuts down would be another one in the offset of the next page too.
		if (page.records.length < pageSize) largest = page.records.length;
	}
}

/** A fault that also says what was read before it, and where to go on. */
function withProgress(error: unknown, { jobs, cursor }: Progress): unknown {
	if (error instanceof Cancelled || jobs.length === 0) return error;
	const fault = connectionFault(error);
	const resume = cursor
		? ` Go on from there with Options → Search After: ${JSON.stringify(cursor)}.`
		: '';
	const said = fault.details.hint?.includes('Search After') ? '' : resume;
	const read = `${thousands(jobs.length)} job${jobs.length === 1 ? '' : 's'}`;
	const progress = `${read} had been read before.${said}`;
	return new Fault(fault.message, {
		...fault.details,
		hint: [fault.details.hint, progress].filter(Boolean).join(' '),
	});
}

/**
 * All jobs that a search asks for, each once, in the order of the sort.
 *
 * @param fetch asks for one page, and waits out what can be waited out
 * @throws {Fault} that says how many jobs had been read, and the cursor to go on from
 */
export async function collectJobs(search: Search, fetch: FetchPage): Promise<JsonObject[]> {
	const progress = new Progress(search);
	const read = search.version === 'v2' ? byCursor : byNumber;
	try {
		await read(search, fetch, progress);
	} catch (error) {
		return await Promise.reject(withProgress(error, progress));
	}
	return progress.jobs;
}
