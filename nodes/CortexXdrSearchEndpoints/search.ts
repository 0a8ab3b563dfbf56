import { idOfEndpoint, nameOfEndpoint } from '../shared/cortex/endpoints';
import { searchFilters, type ScanFilter } from '../shared/cortex/scanFilters';
import { firstOf, InputError, unexpectedAnswer } from '../shared/errors';
import { readCollection } from '../shared/input/collections';
import { readChoices, readNumber, readSwitch, sample } from '../shared/input/values';
import { isObject, numberOf, type JsonObject } from '../shared/json';
import { MOST_ITEMS } from '../shared/transport/answer';
import { BY_ID, type PageRequest, type Row, type Sort, type Wanted } from './paging';
import { simplifiedEndpoint } from './simplified';

/** What the user asks for, read and checked. */
export interface Search extends Wanted {
	filters: ScanFilter[];
	/** Whether items hold only the fields that people use. */
	simplify: boolean;
	/** Whether a hostname or an id that matches nothing is an error. */
	failIfNotFound: boolean;
}

/** The parameters of the node, by name. */
export type Parameters = Record<
	'returnAll' | 'limit' | 'filters' | 'simplify' | 'options',
	unknown
>;

const SORT_FIELDS = ['endpoint_id', 'first_seen', 'last_seen'] as const;
const DIRECTIONS = ['asc', 'desc'] as const;

/** The sort of the user, as the node's field or an expression gives it. */
function readSort(value: unknown): Sort {
	const row: unknown = isObject(value) && 'row' in value ? value.row : value;
	// Added, and nothing chosen: the field was opened and left alone.
	if (row === undefined || (isObject(row) && Object.keys(row).length === 0)) return BY_ID;
	const { field, direction = 'desc' } = isObject(row) ? row : {};
	if (typeof field !== 'string' || typeof direction !== 'string') {
		throw new InputError(
			`Sort holds ${sample(row)}, which is no field with a direction`,
			'Use an expression that gives an object such as { "field": "last_seen", "direction": "desc" }.',
		);
	}
	return {
		field: readChoices('Sort Field', [field], SORT_FIELDS)[0] as Sort['field'],
		direction: readChoices('Sort Direction', [direction], DIRECTIONS)[0] as Sort['direction'],
	};
}

/**
 * Reads what the user asks for.
 *
 * @param timeZone the workflow's, for dates without a zone
 * @throws {InputError}
 */
export function readSearch(parameters: Parameters, timeZone: string): Search {
	const options = readCollection(
		'Options',
		parameters.options,
		['failIfNotFound', 'sort'],
		'{ "sort": { "field": "last_seen", "direction": "desc" } }',
	);
	const range = { least: 1, most: MOST_ITEMS, unit: 'endpoints', whole: true };
	return {
		filters: searchFilters(parameters.filters, timeZone),
		limit: readSwitch('Return All', parameters.returnAll)
			? Infinity
			: readNumber('Limit', parameters.limit, range),
		simplify: readSwitch('Simplify', parameters.simplify),
		failIfNotFound: readSwitch('Fail If Not Found', options.failIfNotFound ?? false),
		sort: readSort(options.sort),
	};
}

/** The body of a request for a page. Without a filter there is none: nobody documents an empty list. */
export const pageBody = (
	{ filters }: Pick<Search, 'filters'>,
	{ from, to, sort }: PageRequest,
): JsonObject => ({
	request_data: {
		...(filters.length > 0 ? { filters } : {}),
		search_from: from,
		search_to: to,
		// The vendor wants the direction in capitals.
		sort: { field: sort.field, keyword: sort.direction.toUpperCase() },
	},
});

/**
 * An endpoint as paging needs it. Simplified at once, so that no more than a page is held as it came.
 * @throws {Fault} for one without an id: it could not be told from the others
 */
export function rowOf(record: JsonObject, { sort, simplify }: Search): Row {
	const id = idOfEndpoint(record);
	if (id === undefined) {
		throw unexpectedAnswer(
			'Cortex answered Search Endpoints with an endpoint without an endpoint_id',
		);
	}
	return {
		id,
		moment: numberOf(record[sort.field]),
		item: simplify ? simplifiedEndpoint(record) : record,
	};
}

/** The filters that name single endpoints, by the vendor's field: in words, and what an endpoint has of them. */
const NAMING = [
	{ field: 'hostname', words: ['hostname', 'hostnames'], of: nameOfEndpoint },
	{ field: 'endpoint_id_list', words: ['endpoint ID', 'endpoint IDs'], of: idOfEndpoint },
] as const;

/** So many of the names that match nothing stand in the error. */
const MOST_NAMED = 20;

/**
 * Checks that each endpoint that the filters name was found, where the user wants that.
 * @param items all that was found, simplified or not
 * @throws {InputError}
 */
export function checkFound({ failIfNotFound, filters, limit }: Search, items: JsonObject[]): void {
	if (!failIfNotFound) return;
	for (const { field, words, of } of NAMING) {
		const value = filters.find((filter) => filter.field === field)?.value;
		if (!Array.isArray(value)) continue;
		// Whether case counts is for the tenant to say: one that it has found is not missing.
		const found = new Set(items.map((item) => of(item)?.toLowerCase()));
		const wanted = [...new Set(value)];
		const missing = wanted.filter((name) => !found.has(name.toLowerCase()));
		if (missing.length === 0) continue;
		const named = firstOf(missing, MOST_NAMED, ', ');
		const matches = missing.length === 1 ? 'matches' : 'match';
		throw new InputError(
			wanted.length === 1
				? `No endpoint has the ${words[0]} ${named}`
				: `${missing.length} of the ${wanted.length} ${words[1]} ${matches} no endpoint: ${named}`,
			items.length >= limit
				? 'Limit may have left them out: raise it, or turn on Return All.'
				: 'Names are exact, without wildcards, upper and lower case may count, and the other filters have to match as well. To go on with the endpoints that were found, turn off Fail If Not Found.',
		);
	}
}
