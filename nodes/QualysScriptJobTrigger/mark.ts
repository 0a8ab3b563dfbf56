import type { JsonObject } from '../shared/json';

/** A job as a search brings it, in the order of the search. */
export interface Row {
	id: string;
	/** Epoch milliseconds. */
	created: number;
	/** Its position in the sort, as it came: only such are sent back. */
	cursor: unknown[];
	record: JsonObject;
}

/** Up to where jobs were read. No clock is part of it: neither n8n's nor that of the vendor decides what is new. */
export interface Mark {
	/** Position of a job; all that come up to it are known. Absent where there was no job yet. */
	cursor?: unknown[];
	/** Ids of the jobs after it that are known, too. */
	seen: string[];
}

/**
 * Milliseconds before the newest job that are read once more each time: a job can be listed later than one that was
 * created after it.
 */
export const OVERLAP_MS = 5 * 60_000;

/** More jobs than that are not read once more, however close together they were created. */
const MOST_SEEN = 2_000;

/**
 * The mark after these rows, oldest first, which are all that there is after the cursor `before`, or their beginning.
 * @param bounds how many rows are read once more at the most, and how many at least are not
 */
function markAfter(
	before: unknown[] | undefined,
	rows: Row[],
	{ most, least = 0 }: { most: number; least?: number },
): Mark {
	const newest = Math.max(...rows.map(({ created }) => created));
	const recent = rows.findIndex(({ created }) => created >= newest - OVERLAP_MS);
	const from = Math.max(recent, rows.length - most, least);
	return {
		cursor: from > 0 ? rows[from - 1].cursor : before,
		seen: rows.slice(from).map(({ id }) => id),
	};
}

/**
 * Where to begin, so that nothing old is taken for new.
 * @param rows the newest jobs, newest first
 * @param more there are more before them
 */
export const firstMark = (rows: Row[], more: boolean): Mark =>
	rows.length === 0
		? { seen: [] }
		: markAfter(undefined, [...rows].reverse(), { most: MOST_SEEN, least: more ? 1 : 0 });

/**
 * What is new among the rows after a mark, and the next mark.
 * @param rows oldest first
 * @param more there are more after them: then at least half of them are not read again, so that it goes on
 */
export function afterRows(mark: Mark, rows: Row[], more: boolean): { fresh: Row[]; mark: Mark } {
	const known = new Set(mark.seen);
	const fresh = rows.filter(({ id }) => !known.has(id) && known.add(id));
	if (rows.length === 0) return { fresh, mark };
	const most = more ? Math.min(MOST_SEEN, Math.floor(rows.length / 2)) : MOST_SEEN;
	return { fresh, mark: markAfter(mark.cursor, rows, { most }) };
}
