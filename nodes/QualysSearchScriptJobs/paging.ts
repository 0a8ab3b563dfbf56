import { Cancelled, Fault, passOn, unexpectedAnswer } from '../shared/errors';
import type { JsonObject } from '../shared/json';
import {
	alignedSize,
	countInWords,
	readByNumber,
	Reading,
	type FetchPage,
	type Listing,
} from '../shared/qualys/paging';
import { connectionFault } from '../shared/transport/connection';
import { inexactNumber, isCursor, MOST_JOBS, type Search } from './searchBody';

/** How far a search has come. */
class Progress extends Reading {
	/** v2: the position of the last record read. */
	cursor: unknown[] | undefined;

	constructor(
		listing: Listing,
		private readonly search: Search,
	) {
		super(listing);
		this.cursor = search.searchAfter;
	}

	/** Where to go on from, as far as this node takes it back: an error must not name any other position. */
	get takenBack(): string | undefined {
		const { cursor, search } = this;
		const fits = isCursor(cursor, search.levels) && inexactNumber(cursor) === undefined;
		return fits ? JSON.stringify(cursor) : undefined;
	}
}

/** What a search lists. */
function listingOf(search: Search, cursor: () => string | undefined): Listing {
	const { version, limit, pageSize, largestPage, searchAfter } = search;
	return {
		one: 'job',
		many: 'jobs',
		limit,
		// By number, a few jobs too many can be the price of fewer pages.
		pageSize: version === 'v1' ? evenSize(limit, pageSize) : pageSize,
		largestPage: version === 'v1' && limit !== Infinity ? pageSize : largestPage,
		counts: searchAfter === undefined,
		incomplete: `Run the search again. If it stays like this, turn Return All off and set Limit to ${MOST_JOBS} to take what Qualys gives.`,
		beyondWindow: {
			message: 'API version v1 serves no more than 10,000 jobs',
			hint: 'There may be more that match. Set API Version to V2, which has no such limit, or narrow the filters.',
		},
		tooMany(read) {
			const from = cursor();
			const inParts =
				from === undefined
					? ''
					: `, or take them in parts: turn Return All off, set Limit to ${read}, and go on with Options → Search After: ${from}`;
			return `One item can bring that many at most. Narrow the filters${inParts}.`;
		},
	};
}

/** v2: the position of the last job says where the next page starts. */
async function byCursor(search: Search, fetch: FetchPage, progress: Progress) {
	const visited = new Set([JSON.stringify(search.searchAfter)]);
	for (;;) {
		const room = MOST_JOBS - progress.records.length;
		const { page, done } = await progress.next(fetch, (most) => ({
			// With no room left, one more job is enough to know that there are too many.
			pageSize: Math.min(most, progress.missing, Math.max(room, 1)),
			searchAfter: progress.cursor,
		}));
		if (done) return;
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

/** A fault that also says what was read before it, and where to go on. */
function withProgress(error: unknown, { records, takenBack }: Progress, listing: Listing): unknown {
	if (error instanceof Cancelled || records.length === 0) return error;
	const fault = connectionFault(error);
	const resume = takenBack ? ` Go on from there with Options → Search After: ${takenBack}.` : '';
	const said = fault.details.hint?.includes('Search After') ? '' : resume;
	const progress = `${countInWords(records.length, listing)} had been read before.${said}`;
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
	const listing = listingOf(search, () => progress.takenBack);
	const progress: Progress = new Progress(listing, search);
	try {
		if (search.version === 'v2') await byCursor(search, fetch, progress);
		else await readByNumber(progress, listing, fetch);
	} catch (error) {
		return await passOn(withProgress(error, progress, listing));
	}
	return progress.records;
}
