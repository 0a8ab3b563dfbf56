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

/**
 * Whether a page was the last one.
 *
 * A short page ends a search, unless the vendor makes all pages shorter than we asked for: nobody documents
 * how large they may be. So a page is short when an earlier one was longer, or when nothing is left of the
 * vendor's own count. Otherwise only an empty page ends the search.
 */
class LastPage {
	private longest = 0;

	isLast({ records, total }: Page, asked: number, read: number): boolean {
		const shorter = records.length < this.longest;
		this.longest = Math.max(this.longest, records.length);
		if (records.length === 0) return true;
		if (records.length >= asked) return false;
		return shorter || (total !== undefined && read >= total);
	}
}

function tooMany(cursor: unknown[] | undefined): Fault {
	return new Fault(`There are more than ${MOST_JOBS.toLocaleString('en-US')} jobs`, {
		hint: `One item can bring that many at most. Narrow the filters, or take them in parts: set Limit to ${MOST_JOBS} with Return All off, and go on with Options → Search After: ${JSON.stringify(cursor)}.`,
	});
}

/** v2: the position of the last job says where the next page starts. */
async function byCursor(search: Search, fetch: FetchPage, jobs: JsonObject[], at: Position) {
	const last = new LastPage();
	at.cursor = search.searchAfter;
	while (jobs.length < search.limit) {
		const room = MOST_JOBS - jobs.length;
		// With no room left, one more job is enough to know that there are too many.
		const pageSize = Math.min(search.pageSize, search.limit - jobs.length, Math.max(room, 1));
		const page = await fetch({ pageSize, searchAfter: at.cursor });
		if (page.records.length > room) throw tooMany(at.cursor);
		for (const record of page.records.slice(0, search.limit - jobs.length)) jobs.push(record);
		if (last.isLast(page, pageSize, jobs.length)) return;
		if (page.cursor === undefined) {
			throw unexpectedAnswer('Qualys answered Search Script Jobs without sortValues to go on from');
		}
		if (JSON.stringify(page.cursor) === JSON.stringify(at.cursor)) {
			throw unexpectedAnswer('Qualys answered Search Script Jobs with the same page again');
		}
		at.cursor = page.cursor;
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

/**
 * v1: by number. Jobs that are created meanwhile push others to a later page, so some come twice; they are
 * dropped by their id.
 */
async function byNumber(search: Search, fetch: FetchPage, jobs: JsonObject[]) {
	const last = new LastPage();
	const seen = new Set<unknown>();
	let offset = 0;
	let total: number | undefined;
	while (jobs.length < search.limit) {
		const room = OFFSET_WINDOW - offset;
		if (room <= 0) {
			if (total !== undefined && total <= OFFSET_WINDOW) return;
			throw new Fault(
				`API version v1 serves no more than ${OFFSET_WINDOW.toLocaleString('en-US')} jobs`,
				{
					hint: 'There are more that match. Set API Version to v2, which has no such limit, or narrow the filters.',
				},
			);
		}
		const largest = Math.min(search.pageSize, room);
		const pageSize = alignedSize(offset, Math.min(search.limit - jobs.length, largest), largest);
		const page = await fetch({ pageSize, pageNumber: offset / pageSize });
		offset += page.records.length;
		total = page.total;
		for (const record of page.records) {
			if (jobs.length === search.limit) break;
			if (!seen.has(record.id)) jobs.push(record);
			seen.add(record.id);
		}
		if (last.isLast(page, pageSize, offset)) return;
	}
}

interface Position {
	cursor?: unknown[];
}

/** A fault that also says what was read before it, and where to go on. */
function withProgress(error: unknown, read: number, { cursor }: Position): unknown {
	if (error instanceof Cancelled || read === 0) return error;
	const fault = connectionFault(error);
	const resume = cursor
		? ` Go on from there with Options → Search After: ${JSON.stringify(cursor)}.`
		: '';
	const said = fault.details.hint?.includes('Search After') ? '' : resume;
	const progress = `${read.toLocaleString('en-US')} jobs had been read before.${said}`;
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
	const jobs: JsonObject[] = [];
	const at: Position = {};
	try {
		if (search.version === 'v2') await byCursor(search, fetch, jobs, at);
		else await byNumber(search, fetch, jobs);
	} catch (error) {
		return await Promise.reject(withProgress(error, jobs.length, at));
	}
	return jobs;
}
