import { MOST_ITEMS } from '../shared/transport/answer';
import { readCollection } from '../shared/input/collections';
import { checkRange, readDate } from '../shared/input/dates';
import { InputError } from '../shared/errors';
import { readSwitch, readText, sample, typedNumber } from '../shared/input/values';
import { isObject, parseJson } from '../shared/json';
import { jobFilter } from '../shared/qualys/jobFilter';

/** Most jobs that one input item can bring. */
export const MOST_JOBS = MOST_ITEMS;

/** Nobody documents how large a page may be; this is what common search engines behind such services take. */
export const LARGEST_PAGE = 1_000;

/** What the first page is asked for, unless the user sets it; later ones grow. */
const FIRST_PAGE = 100;

/** What the user asks for, read and checked. */
export interface Search {
	version: 'v1' | 'v2';
	/** Fields of the body that stay the same on every page. */
	body: Record<string, unknown>;
	/** Jobs of the first page. */
	pageSize: number;
	/** So large may pages grow; where the user has set their size, they do not. */
	largestPage: number;
	/** How many jobs at most; `Infinity` for all. */
	limit: number;
	/** Fields of the sort, and so values of a position in it. */
	levels: number;
	/** Position in the sort to go on from. */
	searchAfter?: unknown[];
	/** Whether items carry their position in the sort. */
	includeCursor: boolean;
	/** Whether items hold only the fields that people use. */
	simplify: boolean;
}

/** The parameters of the node, by name. */
type ParameterName = 'apiVersion' | 'returnAll' | 'limit' | 'filters' | 'simplify' | 'options';

/** Names of what the two collections of the node can hold. */
export const FILTERS = ['endAt', 'query', 'scriptId', 'scriptName', 'startAt'] as const;
export const OPTIONS = ['includeCursor', 'pageSize', 'searchAfter', 'sort'] as const;

interface SortRow {
	field: string;
	direction: string;
}

const NEWEST_FIRST: SortRow[] = [{ field: 'created.dateTime', direction: 'desc' }];

function readNumber(field: string, value: unknown, largest: number): number {
	const number = typedNumber(value);
	if (number !== null && Number.isInteger(number) && number >= 1 && number <= largest) {
		return number;
	}
	throw new InputError(
		`${field} holds ${sample(value)}, but it must be a whole number from 1 to ${largest}`,
		`Enter a number such as ${Math.min(largest, 100)}.`,
	);
}

/** The rows of the sort; `undefined` where none were added. */
function sortRows(value: unknown): unknown[] | undefined {
	const rows = isObject(value) ? (value.rows ?? []) : (value ?? []);
	if (Array.isArray(rows)) return rows.length > 0 ? rows : undefined;
	throw new InputError(
		`Sort holds ${sample(value)}, which is no list of fields`,
		'Add its fields one by one, or use an expression that gives a list such as [{ "field": "created.dateTime", "direction": "desc" }].',
	);
}

/**
 * The sort as the vendor wants it: JSON in a text.
 *
 * It always ends in `id`: jobs can share a millisecond, and a cursor into a sort that does not tell them
 * apart loses some.
 */
function readSort(value: unknown): SortRow[] {
	const read = (sortRows(value) ?? NEWEST_FIRST).map((row) => {
		const { field, direction = 'desc' } = isObject(row) ? row : {};
		const name = readText('Sort Field', field, 'Enter a field such as created.dateTime or id.');
		const known = typeof direction === 'string' ? direction.toLowerCase() : '';
		// The one field that tells all jobs apart must be found under its very name.
		const sent = name.toLowerCase() === 'id' ? 'id' : name;
		if (known === 'asc' || known === 'desc') return { field: sent, direction: known };
		throw new InputError(`Sort Direction holds ${sample(direction)}`, 'It can be asc or desc.');
	});
	const names = read.map(({ field }) => field.toLowerCase());
	const twice = names.find((name, index) => names.indexOf(name) !== index);
	if (twice !== undefined) {
		throw new InputError(`Sort holds the field ${sample(twice)} twice`, 'Remove one of the two.');
	}
	return names.includes('id') ? read : [...read, { field: 'id', direction: read[0].direction }];
}

/** A number of a cursor that JavaScript cannot hold exactly: sent back, it would be another position. */
export function inexactNumber(cursor: unknown[]): number | undefined {
	return cursor.find(
		(part): part is number => Number.isInteger(part) && !Number.isSafeInteger(part),
	);
}

/** The JSON of a text, with whatever pasting has left between its values; texts within stay as they are. */
function parsePasted(pasted: string): unknown {
	const json = pasted.replace(
		/("(?:[^"\\]|\\.)*")|[\u00a0\u202f\u200b-\u200d\u2060\ufeff]/g,
		(_, text?: string) => text ?? ' ',
	);
	return parseJson(json);
}

/** Whether a list is a position in a sort of so many levels. */
export const isCursor = (list: unknown, levels: number): list is unknown[] =>
	Array.isArray(list) &&
	list.length === levels &&
	list.every((part) => ['string', 'number', 'boolean'].includes(typeof part) || part === null);

/** A cursor that an item or an error of this node gave, as JSON or as a list. */
function readCursor(value: unknown, levels: number): unknown[] {
	const list = typeof value === 'string' ? parsePasted(value) : value;
	if (!isCursor(list, levels)) {
		throw new InputError(
			`Search After holds ${sample(value)}, which is no cursor of this sort`,
			`Use the sortValues of an item, or the cursor that an error named, e.g. [1774940443667, "805452"]. This sort needs ${levels} values, the last one for the id that is always part of it.`,
		);
	}
	const inexact = inexactNumber(list);
	if (inexact === undefined) return list;
	throw new InputError(
		`Search After holds ${sample(value)}, in which ${inexact} is too large to be exact`,
		'The search would go on from another position. Sort by another field: jobs without a value in this one may come with such a number.',
	);
}

/**
 * Reads what the user asks for.
 *
 * @param timeZone the workflow's, for dates without a zone
 * @throws {InputError}
 */
export function readSearch(parameters: Record<ParameterName, unknown>, timeZone: string): Search {
	const { apiVersion } = parameters;
	const filters = readCollection(
		'Filters',
		parameters.filters,
		FILTERS,
		'{ "query": "platform: LINUX" }',
	);
	const options = readCollection('Options', parameters.options, OPTIONS, '{ "pageSize": 100 }');
	if (apiVersion !== 'v1' && apiVersion !== 'v2') {
		throw new InputError(`API Version holds ${sample(apiVersion)}`, 'It can be v1 or v2.');
	}
	const date = (name: 'startAt' | 'endAt', label: string) =>
		Object.hasOwn(filters, name) ? readDate(label, filters[name], timeZone) : undefined;
	const [start, end] = [date('startAt', 'Filter Start At'), date('endAt', 'Filter End At')];
	checkRange(['Filter Start At', 'Filter End At'], start, end);

	const sort = readSort(options.sort);
	// A first run, which has no cursor yet, may hand in nothing.
	const continues = ![undefined, null, ''].includes(options.searchAfter as null);
	const includeCursor = readSwitch('Include Cursor', options.includeCursor ?? false);
	if (apiVersion === 'v1' && (continues || includeCursor)) {
		throw new InputError(
			`${continues ? 'Search After' : 'Include Cursor'} does not work with API Version v1, which has no cursors`,
			'Set API Version to V2, or remove the option.',
		);
	}
	const pageSize = readNumber('Page Size', options.pageSize ?? FIRST_PAGE, LARGEST_PAGE);
	return {
		version: apiVersion,
		body: {
			filter: jobFilter(filters),
			startAt: start === undefined ? undefined : new Date(start).toISOString(),
			endAt: end === undefined ? undefined : new Date(end).toISOString(),
			sort: JSON.stringify(sort.map(({ field, direction }) => ({ [field]: direction }))),
		},
		pageSize,
		largestPage: options.pageSize === undefined ? LARGEST_PAGE : pageSize,
		limit: readSwitch('Return All', parameters.returnAll)
			? Infinity
			: readNumber('Limit', parameters.limit, MOST_JOBS),
		levels: sort.length,
		searchAfter: continues ? readCursor(options.searchAfter, sort.length) : undefined,
		includeCursor,
		simplify: readSwitch('Simplify', parameters.simplify),
	};
}
