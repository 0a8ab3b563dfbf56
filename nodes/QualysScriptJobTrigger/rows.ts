import { unexpectedAnswer } from '../shared/errors';
import { isObject, numberOf, type JsonObject } from '../shared/json';
import { OPERATIONS, type Question } from '../shared/qualys/operations';
import { jobsIn } from '../shared/qualys/reply';
import type { Ask } from '../shared/transport/asking';
import type { Row } from './mark';

const PAGE_SIZE = 100;

/** So many pages are read in one poll. */
const MOST_PAGES = 20;

const { pollScriptJobs: operation } = OPERATIONS;

/** @throws {Fault} where it lacks what tells a job from others: it could come twice, or never */
function rowOf({ sortValues, ...record }: JsonObject): Row {
	const { id } = record;
	const created = numberOf(isObject(record.created) ? record.created.dateTime : record.created);
	if ((typeof id === 'string' || typeof id === 'number') && String(id) !== '' && created !== null) {
		return { id: String(id), created, cursor: sortValues as unknown[], record };
	}
	throw unexpectedAnswer(
		`Qualys answered ${operation.name} with a job that has no id or no time of its creation`,
	);
}

/** Pages of a search in one direction, each with where the next one starts. */
async function page(
	ask: Ask<Question>,
	filter: string | undefined,
	{ direction, after, size = PAGE_SIZE }: { direction: string; after?: unknown[]; size?: number },
): Promise<Row[]> {
	const json = await ask({
		operation,
		path: '/sm/v2/jobs/search',
		body: {
			filter,
			sort: JSON.stringify([{ 'created.dateTime': direction }, { id: direction }]),
			pageSize: size,
			searchAfter: after,
		},
	});
	return jobsIn(json, true).records.map(rowOf);
}

/**
 * Rows from a position on, page by page to the end.
 * @param enough whether no more are wanted
 * @returns the rows, and whether there may be more
 */
async function pages(
	ask: Ask<Question>,
	filter: string | undefined,
	from: { direction: string; after?: unknown[] },
	enough: (rows: Row[]) => boolean,
): Promise<{ rows: Row[]; more: boolean }> {
	const rows: Row[] = [];
	const visited = new Set([JSON.stringify(from.after)]);
	let { after } = from;
	for (let count = 0; count < MOST_PAGES; count += 1) {
		// Only an empty page is the last one: one may be short because all are.
		const next = await page(ask, filter, { ...from, after });
		if (next.length === 0) return { rows, more: false };
		rows.push(...next);
		after = next[next.length - 1].cursor;
		const position = JSON.stringify(after);
		if (visited.has(position)) {
			throw unexpectedAnswer(`Qualys answered ${operation.name} with the same page again`);
		}
		visited.add(position);
		if (enough(rows)) break;
	}
	return { rows, more: true };
}

/**
 * The jobs after a position, oldest first.
 * @param enough whether no more are wanted; asked after each page
 */
export const rowsAfter = async (
	ask: Ask<Question>,
	filter: string | undefined,
	{ after, enough }: { after: unknown[] | undefined; enough: () => boolean },
) => await pages(ask, filter, { direction: 'asc', after }, enough);

/** The newest jobs, newest first, as far back as `milliseconds` before the newest, and one that is older. */
export const newestRows = async (
	ask: Ask<Question>,
	filter: string | undefined,
	milliseconds: number,
): Promise<{ rows: Row[]; more: boolean }> => {
	const isOld = (rows: Row[]) => rows[rows.length - 1].created < rows[0].created - milliseconds;
	return await pages(ask, filter, { direction: 'desc' }, isOld);
};

/** The newest job. */
export const newestRow = async (
	ask: Ask<Question>,
	filter: string | undefined,
): Promise<Row | undefined> => (await page(ask, filter, { direction: 'desc', size: 1 }))[0];
