import { Fault, unexpectedAnswer } from '../shared/errors';
import type { JsonObject } from '../shared/json';
import { MOST_ENDPOINTS_A_PAGE } from '../shared/cortex/endpoints';
import { MOST_ITEMS, thousands } from '../shared/transport/answer';

/*
 * Pages are counted in rows, and while they are read, endpoints check in, are enrolled and removed, and come under the
 * filters and out of them. So rows shift: one that moves up past the place that was read is never seen.
 *
 * In the order of endpoint_id, an endpoint never changes its place among the others; only rows before it can come and
 * go. So many endpoints are always read in that order, and each page begins with rows of the one before. Where its first
 * row is one that was read, nothing was skipped. Where it is not, rows before it have gone, and it is read again from
 * further up. Another order is made of what was read, at the end: by last_seen, every check-in shifts rows, and no
 * overlap would tell. Only where one page holds all that is wanted, the vendor does the sorting.
 */

export interface Sort {
	field: 'endpoint_id' | 'first_seen' | 'last_seen';
	direction: 'asc' | 'desc';
}

/** What is wanted. */
export interface Wanted {
	/** How many endpoints at most; `Infinity` for all. */
	limit: number;
	sort: Sort;
}

/** Which rows a request asks for: from the first, counted from 0, up to the last, which is not one of them. */
export interface PageRequest {
	from: number;
	to: number;
	sort: Sort;
}

/** An endpoint of a page. */
export interface Row {
	id: string;
	/** Epoch milliseconds of the field that is sorted by; null where it has none. */
	moment: number | null;
	/** The output item. */
	item: JsonObject;
}

export interface Page {
	rows: Row[];
	/** How many endpoints match; absent where the tenant does not say. */
	total?: number;
}

export type FetchPage = (request: PageRequest) => Promise<Page>;

export const BY_ID: Sort = { field: 'endpoint_id', direction: 'asc' };

/** Rows of the page before that a page begins with: so many but one may be removed between two pages at no cost. */
const OVERLAP = 4;
const LARGEST_OVERLAP = 50;

/** A page without anything new is no proof of trouble; so many in a row are. */
const MOST_IDLE_PAGES = 3;

/** Rows to go up where a page does not join the one before; twice as many each time in a row. */
const STEP_BACK = 50;

/** So often a search may go up: a list that changes faster cannot be read. */
const mostStepsBack = (found: number) => 50 + found / 20;

/** What the first request asks for. */
export function firstPage({ limit, sort }: Wanted): PageRequest {
	const one = limit <= MOST_ENDPOINTS_A_PAGE;
	const byId = sort.field === 'endpoint_id' ? sort : BY_ID;
	return { from: 0, to: Math.min(limit, MOST_ENDPOINTS_A_PAGE), sort: one ? sort : byId };
}

const tooMany = () =>
	new Fault(`There are more than ${thousands(MOST_ITEMS)} endpoints`, {
		meaning: 'local',
		hint: 'One item can bring that many at most. Narrow the filters, for instance by Platforms or First Seen.',
	});

const changing = () =>
	new Fault('The list of endpoints changes faster than it can be read', {
		meaning: 'local',
		hint: 'Endpoints that match come and go all the time, so that some could be missing. Narrow the filters, or search again later.',
	});

/** Pages that bring nothing new although there should be more. */
const stuck = (found: number, total: number | undefined) =>
	total !== undefined && found < total
		? unexpectedAnswer(
				`Cortex counted ${thousands(total)} endpoints, but gave only ${thousands(found)}`,
			)
		: unexpectedAnswer('Cortex answered Search Endpoints with the same endpoints again and again');

/** Whether this page is the last one. */
function isLast({ rows, total }: Page, { from, to }: PageRequest): boolean {
	const [end, full] = [from + rows.length, rows.length >= to - from];
	if (rows.length === 0 || total === undefined) return !full;
	// A full page that goes beyond the count says that there may be more.
	return full ? end === total : end >= total;
}

/** Endpoints in the order that is wanted; those without a value last, and equal ones by their ids. */
function sorted(rows: Row[], { field, direction }: Sort): Row[] {
	const sign = direction === 'asc' ? 1 : -1;
	const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
	return rows.sort((a, b) => {
		if (field === 'endpoint_id') return sign * compare(a.id, b.id);
		if (a.moment === null || b.moment === null) {
			return Number(a.moment === null) - Number(b.moment === null) || compare(a.id, b.id);
		}
		return sign * compare(a.moment, b.moment) || compare(a.id, b.id);
	});
}

/**
 * Endpoints in the order of their ids, each once: every one that is there all the time, and matches all the time.
 * @param enough how many are enough
 */
async function byId(
	enough: number,
	first: { request: PageRequest; page: Page },
	fetch: FetchPage,
): Promise<Row[]> {
	const found = new Map<string, Row>();
	const { sort } = first.request;
	let { request, page } = first;
	let overlap = OVERLAP;
	let [idle, furthest, stepsBack, step] = [0, 0, 0, STEP_BACK];
	for (;;) {
		const { rows, total } = page;
		if (rows.length > request.to - request.from) {
			throw unexpectedAnswer(
				`Cortex answered Search Endpoints with ${rows.length} endpoints, where ${request.to - request.from} were asked for`,
			);
		}
		if (enough > MOST_ITEMS && (total ?? 0) > MOST_ITEMS) throw tooMany();
		let [from, asked] = [0, MOST_ENDPOINTS_A_PAGE];
		// Where nothing has gone, even the page after the last one begins with rows that were read.
		if (request.from === 0 || (rows.length > 0 && found.has(rows[0].id))) {
			const before = found.size;
			for (const row of rows) found.set(row.id, row);
			if (found.size >= enough || isLast(page, request)) return [...found.values()];
			if (found.size > MOST_ITEMS) throw tooMany();
			const end = request.from + rows.length;
			// On the way back to where it was before it went up, there is nothing new.
			if (found.size > before) idle = 0;
			else if (end >= furthest) idle += 1;
			if (idle === MOST_IDLE_PAGES) throw stuck(found.size, total);
			furthest = Math.max(furthest, end);
			step = STEP_BACK;
			from = Math.max(0, end - overlap);
			// A few rows would not get past those that were added before them.
			if (idle === 0) asked = Math.min(asked, enough - found.size + overlap);
		} else {
			stepsBack += 1;
			if (stepsBack > mostStepsBack(found.size)) throw changing();
			// Where so many go between two pages, it is cheaper to read a few more twice.
			overlap = Math.min(overlap * 2, LARGEST_OVERLAP);
			from = Math.max(0, request.from - step);
			step *= 2;
		}
		request = { from, to: from + asked, sort };
		page = await fetch(request);
	}
}

/**
 * The items of all endpoints that are wanted, each once, in the order that is wanted.
 *
 * An endpoint that appears or disappears while it is read may be among them or not.
 *
 * @param first the answer to {@link firstPage}
 * @param fetch asks for a further page, and waits out what can be waited out
 * @throws {Fault} beyond {@link MOST_ITEMS} endpoints, and for answers that come to no end
 */
export async function collectEndpoints(
	wanted: Wanted,
	first: Page,
	fetch: FetchPage,
): Promise<JsonObject[]> {
	const { limit, sort } = wanted;
	let request = firstPage(wanted);
	let page = first;
	if (request.sort.field !== 'endpoint_id') {
		// All in one page, as the vendor has sorted it, unless the tenant gives shorter pages.
		const whole = page.rows.length === limit || isLast(page, request);
		if (whole) return unique(page.rows).map(({ item }) => item);
		request = firstPage({ limit: Infinity, sort });
		page = await fetch(request);
	}
	// To sort by anything else, all must be known.
	const enough = sort.field === 'endpoint_id' ? limit : Infinity;
	const rows = sorted(await byId(enough, { request, page }, fetch), sort);
	return rows.slice(0, limit).map(({ item }) => item);
}

const unique = (rows: Row[]) => [...new Map(rows.map((row) => [row.id, row])).values()];
