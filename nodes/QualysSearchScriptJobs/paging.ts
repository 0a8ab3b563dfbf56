import { thousands } from '../shared/transport/answer';
import { Cancelled, Fault, passOn, unexpectedAnswer } from '../shared/errors';
import type { JsonObject } from '../shared/json';
import { connectionFault } from '../shared/transport/connection';
import type { Page } from '../shared/qualys/reply';
import { inexactNumber, isCursor, MOST_JOBS, type Search } from './searchBody';

/** Offsets beyond this are not served by v1. It is also where search engines stop counting. */
const OFFSET_WINDOW = 10_000;

/** The part of a request's body that says which page. */
export interface PageRequest {
	pageSize: number;
	pageNumber?: number;
	searchAfter?: unknown[];
}

export type FetchPage = (request: PageRequest) => Promise<Page>;

const jobsInWords = (count: number) => `${thousands(count)} job${count === 1 ? '' : 's'}`;

/** How far a search has come. */
class Progress {
	readonly jobs: JsonObject[] = [];
	/** v2: the position of the last record read. */
	cursor: unknown[] | undefined;
	/** Records read, those that came twice included. */
	read = 0;
	/** The smallest count of jobs that came with a page of them: some may be created or deleted meanwhile. */
	private counted = Infinity;
	private readonly ids = new Set<unknown>();
	private longest = 0;

	constructor(private readonly search: Search) {
		this.cursor = search.searchAfter;
	}

	/** Where to go on from, as far as this node takes it back: an error must not name any other position. */
	get takenBack(): string | undefined {
		const { cursor, search } = this;
		const fits = isCursor(cursor, search.levels) && inexactNumber(cursor) === undefined;
		return fits ? JSON.stringify(cursor) : undefined;
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
	 * @throws {Fault} where it would bring more than {@link MOST_JOBS}, or ends before Qualys' own count
	 */
	take({ records, total }: Page, asked: number): boolean {
		const first = this.read === 0;
		if (first || records.length > 0) this.counted = Math.min(this.counted, total ?? Infinity);
		this.add(records);
		this.read += records.length;
		const shorter = records.length < this.longest;
		this.longest = Math.max(this.longest, records.length);
		if (this.missing === 0) return true;
		if (records.length === 0) {
			this.checkCount();
			return true;
		}
		// Nobody documents how large a page may be, so one may be short because all are. It is the last one
		// where the vendor's own count agrees and no page of the same length came before; otherwise only an
		// empty page is.
		const agrees = this.read === total && total !== OFFSET_WINDOW;
		return records.length < asked && (first || shorter) && agrees;
	}

	/** Adds the jobs of a page that are wanted and new: one that changes its place meanwhile can come twice. */
	private add(records: JsonObject[]): void {
		const before = this.jobs.length;
		for (const record of records) {
			if (this.missing === 0) return;
			const { id } = record;
			if (id !== undefined && id !== null) {
				if (this.ids.has(id)) continue;
				this.ids.add(id);
			}
			if (this.jobs.length === MOST_JOBS) {
				this.jobs.length = before;
				throw tooMany(before, this.takenBack);
			}
			this.jobs.push(record);
		}
	}

	/**
	 * Return All means all: an end that comes before the vendor's own count is told. A search that goes on from
	 * a cursor has no count of its own, and one with a limit takes what there is.
	 */
	private checkCount(): void {
		const { limit, searchAfter } = this.search;
		if (limit !== Infinity || searchAfter || this.counted === Infinity) return;
		if (this.jobs.length >= this.counted) return;
		const got = this.jobs.length === 0 ? 'gave none' : `gave only ${thousands(this.jobs.length)}`;
		throw new Fault(`Qualys counted ${jobsInWords(this.counted)}, but ${got}`, {
			meaning: 'unexpected',
			hint: `Some may be missing. Run the search again. If it stays like this, turn Return All off and set Limit to ${MOST_JOBS} to take what Qualys gives.`,
		});
	}
}

function tooMany(read: number, cursor: string | undefined): Fault {
	const inParts =
		cursor === undefined
			? ''
			: `, or take them in parts: turn Return All off, set Limit to ${read}, and go on with Options → Search After: ${cursor}`;
	return new Fault(`There are more than ${thousands(MOST_JOBS)} jobs`, {
		meaning: 'local',
		hint: `One item can bring that many at most. Narrow the filters${inParts}.`,
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
		const inexact = inexactNumber(page.cursor);
		if (inexact !== undefined) {
			throw new Fault(
				`Qualys answered Search Script Jobs with sortValues that hold a number too large to be exact (${inexact})`,
				{
					meaning: 'unexpected',
					hint: 'Going on from it could leave out jobs. Sort by another field: jobs without a value in this one may come with such a number.',
				},
			);
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

/**
 * The page size that brings `limit` records in as few pages as `largest` does, and the fewest beyond them.
 * @returns the largest where several do
 */
export function evenSize(limit: number, largest: number): number {
	if (limit === Infinity) return largest;
	const smallest = Math.ceil(limit / Math.ceil(limit / largest));
	let best = { size: largest, beyond: Infinity };
	for (let size = largest; size >= smallest && best.beyond > 0; size -= 1) {
		const rest = limit % size;
		const beyond = rest === 0 ? 0 : alignedSize(limit - rest, rest, size) - rest;
		if (beyond < best.beyond) best = { size, beyond };
	}
	return best.size;
}

/** v1: by number. */
async function byNumber(search: Search, fetch: FetchPage, progress: Progress) {
	let largest = evenSize(search.limit, search.pageSize);
	for (;;) {
		const room = OFFSET_WINDOW - progress.read;
		if (room <= 0) {
			// Not even a count of exactly as many proves that these were all: it may have ended there too.
			throw new Fault(`API version v1 serves no more than ${thousands(OFFSET_WINDOW)} jobs`, {
				meaning: 'local',
				hint: 'There may be more that match. Set API Version to V2, which has no such limit, or narrow the filters.',
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
function withProgress(error: unknown, { jobs, takenBack }: Progress): unknown {
	if (error instanceof Cancelled || jobs.length === 0) return error;
	const fault = connectionFault(error);
	const resume = takenBack ? ` Go on from there with Options → Search After: ${takenBack}.` : '';
	const said = fault.details.hint?.includes('Search After') ? '' : resume;
	const progress = `${jobsInWords(jobs.length)} had been read before.${said}`;
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
		return await passOn(withProgress(error, progress));
	}
	return progress.jobs;
}
