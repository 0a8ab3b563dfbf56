import { Fault, passOn, unexpectedAnswer, type Meaning } from '../errors';
import type { JsonObject } from '../json';
import { MOST_ITEMS, thousands } from '../transport/answer';
import { connectionFault } from '../transport/connection';
import type { Page } from './reply';

/** Offsets beyond this are not served. It is also where search engines stop counting. */
const OFFSET_WINDOW = 10_000;

/** The part of a request's body that says which page. */
export interface PageRequest {
	pageSize: number;
	pageNumber?: number;
	searchAfter?: unknown[];
}

/** Asks for one page, and waits out what can be waited out. */
export type FetchPage = (request: PageRequest) => Promise<Page>;

/** What is listed, in words, and how much of it. */
export interface Listing {
	/** A record, and many. */
	one: string;
	many: string;
	/** How many at most; `Infinity` for all. */
	limit: number;
	/** Records of the first page. */
	pageSize: number;
	/** So large may pages grow; nobody documents how large they may be. The same as `pageSize` where they must not grow. */
	largestPage: number;
	/** Whether the vendor's own count is of what is listed, and not of what came before it too. */
	counts: boolean;
	/** What to do where it ends before the vendor's own count. */
	incomplete: string;
	/** That there may be more than offsets reach, and what to do about it. */
	beyondWindow: { message: string; hint: string };
	/** What to do where there are more than one item can bring; `read` is how many it has. */
	tooMany(read: number): string;
}

export const countInWords = (count: number, { one, many }: Pick<Listing, 'one' | 'many'>): string =>
	`${thousands(count)} ${count === 1 ? one : many}`;

/** Failures that a page may meet because it is large: what takes long, or is too much. */
const MAY_BE_TOO_LARGE: readonly Meaning[] = [
	'refused',
	'declined',
	'failing',
	'interrupted',
	'unavailable',
];

/**
 * How large pages are. They grow as long as the gateway gives what is asked, since a subscription may have no more than
 * 300 calls an hour. Where it refuses a larger page, or cuts it, they stay for good as large as those that it gave.
 */
class PageSize {
	private proven = 0;
	private size: number;

	constructor(
		first: number,
		private largest: number,
	) {
		this.size = first;
	}

	/** The largest page to ask for. */
	get most(): number {
		return this.size;
	}

	/** Learns from a page after which more follow. */
	learn(asked: number, got: number): void {
		if (got < asked) this.stay(Math.max(got, this.proven));
		else {
			this.proven = Math.max(this.proven, asked);
			if (asked >= this.size) this.size = Math.min(asked * 2, this.largest);
		}
	}

	/** Whether a page that did not come whole can be asked for once more, as large as those that the gateway has given. */
	shrinks(asked: number): boolean {
		if (this.proven === 0 || asked <= this.proven) return false;
		this.stay(this.proven);
		return true;
	}

	private stay(size: number): void {
		this.size = size;
		this.largest = size;
	}
}

/** How far a list has been read. */
export class Reading {
	readonly records: JsonObject[] = [];
	/** Records read, those that came twice included. */
	read = 0;
	private readonly pages: PageSize;
	/** The smallest count of records that came with a page of them: some may be created or deleted meanwhile. */
	private counted = Infinity;
	private readonly ids = new Set<unknown>();
	private longest = 0;

	constructor(protected readonly listing: Listing) {
		this.pages = new PageSize(listing.pageSize, listing.largestPage);
	}

	/** How many records are still wanted. */
	get missing(): number {
		return this.listing.limit - this.records.length;
	}

	/**
	 * Asks for the next page, and takes in what it brings.
	 *
	 * @param requestFor the request for a page of at most so many records
	 * @returns the page, how many records it was asked for, and whether it was the last one
	 * @throws {Fault} where the list would bring more than {@link MOST_ITEMS}, or ends before Qualys' own count
	 */
	async next(
		fetch: FetchPage,
		requestFor: (most: number) => PageRequest,
	): Promise<{ page: Page; asked: number; done: boolean }> {
		const request = requestFor(this.pages.most);
		try {
			const page = await fetch(request);
			if (this.mayStartElsewhere(request, page)) return await this.next(fetch, requestFor);
			const done = this.take(page, request.pageSize);
			if (!done) this.pages.learn(request.pageSize, page.records.length);
			return { page, asked: request.pageSize, done };
		} catch (error) {
			const { meaning } = connectionFault(error).details;
			const mayBeTooLarge = MAY_BE_TOO_LARGE.includes(meaning);
			if (!mayBeTooLarge || !this.pages.shrinks(request.pageSize)) return await passOn(error);
			return await this.next(fetch, requestFor);
		}
	}

	/**
	 * Whether a page by number is shorter than a page that grew, and so is to be asked for once more as large as those
	 * before: where the gateway cuts pages, it may have counted from the start in pages of that other size.
	 */
	private mayStartElsewhere({ pageNumber = 0, pageSize }: PageRequest, { records }: Page): boolean {
		return pageNumber > 0 && records.length < pageSize && this.pages.shrinks(pageSize);
	}

	private take({ records, total }: Page, asked: number): boolean {
		const first = this.read === 0;
		if (first || records.length > 0) this.counted = Math.min(this.counted, total ?? Infinity);
		this.add(records);
		this.read += records.length;
		const asLong = records.length === this.longest;
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
		const last = records.length < asked && (first || !asLong) && agrees;
		if (last) this.checkCount();
		return last;
	}

	/** Adds the records of a page that are wanted and new: one that changes its place meanwhile can come twice. */
	private add(records: JsonObject[]): void {
		const before = this.records.length;
		for (const record of records) {
			if (this.missing === 0) return;
			const { id } = record;
			if (id !== undefined && id !== null) {
				if (this.ids.has(id)) continue;
				this.ids.add(id);
			}
			if (this.records.length === MOST_ITEMS) {
				this.records.length = before;
				throw new Fault(`There are more than ${countInWords(MOST_ITEMS, this.listing)}`, {
					meaning: 'local',
					hint: this.listing.tooMany(before),
				});
			}
			this.records.push(record);
		}
	}

	/** All means all: an end that comes before the vendor's own count is told. One with a limit takes what there is. */
	private checkCount(): void {
		const { limit, counts, incomplete } = this.listing;
		if (limit !== Infinity || !counts || this.counted === Infinity) return;
		if (this.records.length >= this.counted) return;
		const got =
			this.records.length === 0 ? 'gave none' : `gave only ${thousands(this.records.length)}`;
		throw new Fault(`Qualys counted ${countInWords(this.counted, this.listing)}, but ${got}`, {
			meaning: 'unexpected',
			hint: `Some may be missing. ${incomplete}`,
		});
	}
}

/**
 * A page size with which a page can start at `offset`: pages are counted in whole ones.
 * @returns the smallest that brings all that is wanted, else the largest there is
 */
export function alignedSize(offset: number, wanted: number, largest: number): number {
	for (let size = wanted; size <= largest; size += 1) if (offset % size === 0) return size;
	for (let size = Math.min(wanted, largest); size > 1; size -= 1)
		if (offset % size === 0) return size;
	return 1;
}

/**
 * Reads a list by number of page to its end.
 * @throws {Fault} also where it goes on beyond 10,000 records: never its first part alone
 */
export async function readByNumber(reading: Reading, listing: Listing, fetch: FetchPage) {
	let cut = Infinity;
	let before: string | undefined;
	for (;;) {
		const room = OFFSET_WINDOW - reading.read;
		if (room <= 0) {
			// Not even a count of exactly as many proves that these were all: it may have ended there too.
			throw new Fault(listing.beyondWindow.message, {
				meaning: 'local',
				hint: listing.beyondWindow.hint,
			});
		}
		const { page, asked, done } = await reading.next(fetch, (largest) => {
			const most = Math.min(largest, room, cut);
			const pageSize = alignedSize(reading.read, Math.min(reading.missing, most), most);
			return { pageSize, pageNumber: reading.read / pageSize };
		});
		if (done) return;
		// Of records without ids, nobody could tell that a gateway overlooks the number of a page.
		const ends = page.records.some(({ id }) => id !== undefined && id !== null)
			? undefined
			: JSON.stringify([page.records[0], page.records[page.records.length - 1]]);
		if (ends !== undefined && ends === before) {
			throw unexpectedAnswer(`Qualys answered with the same page of ${listing.many} again`);
		}
		before = ends;
		// A page size that Qualys cuts down would be another one in the offset of the next page too.
		if (page.records.length < asked) cut = page.records.length;
	}
}

/**
 * All records of a list that is paged by number, each once where they have ids.
 * @throws {Fault}
 */
export async function allByNumber(listing: Listing, fetch: FetchPage): Promise<JsonObject[]> {
	const reading = new Reading(listing);
	await readByNumber(reading, listing, fetch);
	return reading.records;
}
