import { SearchError } from './errors';
import type { ScriptJob } from './jobs';

export type SortValue = number | string;

/** One level of a sort. */
export interface SortKey {
	of: (job: ScriptJob) => SortValue;
	/** 1 ascending, -1 descending. */
	sign: 1 | -1;
	type: 'number' | 'string';
}

/** What jobs can be sorted by; the names in lower case, for the vendor's page writes them both ways. */
const sortFields: Record<string, Pick<SortKey, 'of' | 'type'>> = {
	'created.datetime': { of: ({ createdAt }) => createdAt, type: 'number' },
	updateddatetime: { of: ({ updatedAt }) => updatedAt, type: 'number' },
	// A keyword: compared as text, digit by digit.
	id: { of: ({ id }) => id, type: 'string' },
	title: { of: ({ title }) => title, type: 'string' },
	platform: { of: ({ script }) => script.platform, type: 'string' },
	severity: { of: ({ script }) => script.severity, type: 'number' },
	scriptid: { of: ({ script }) => script.id, type: 'number' },
	scripttype: { of: ({ script }) => script.type, type: 'string' },
	'category.name': { of: ({ script }) => script.category.name, type: 'string' },
};

const signs: Record<string, SortKey['sign']> = { asc: 1, desc: -1 };

/** Without a sort: newest first, and jobs of one millisecond in no promised order. */
export const DEFAULT_SORT = '[{"created.dateTime": "desc"}]';

const fail = (message: string): never => {
	throw new SearchError('CAR-SORT-400', `Invalid sort: ${message}`);
};

function readRows(sort: string): Array<Record<string, string>> {
	try {
		const rows: unknown = JSON.parse(sort);
		if (Array.isArray(rows) && rows.length > 0) return rows as Array<Record<string, string>>;
	} catch {
		// Said below, as for JSON that is not a list.
	}
	return fail('it must be a JSON list such as [{"created.dateTime": "desc"}]');
}

/**
 * The levels of a sort given as the API takes it: JSON in a text.
 * @param fields that may be sorted by, in lower case; all, unless given
 */
export function parseSort(sort: string, fields = Object.keys(sortFields)): SortKey[] {
	return readRows(sort).map((row) => {
		const entries = Object.entries(row ?? {});
		if (entries.length !== 1) fail('each entry must name one field');
		const [field, direction] = entries[0];
		const name = field.toLowerCase();
		const known = fields.includes(name) ? sortFields[name] : fail(`cannot sort by "${field}"`);
		const sign = signs[String(direction).toLowerCase()] ?? fail(`"${direction}" is no direction`);
		return { ...known, sign };
	});
}

export const sortValuesOf = (keys: SortKey[], job: ScriptJob): SortValue[] =>
	keys.map(({ of }) => of(job));

/** Negative where `job` comes before the values, positive where after; texts compare by code unit. */
export function compareTo(keys: SortKey[], job: ScriptJob, values: SortValue[]): number {
	for (let i = 0; i < keys.length; i++) {
		const own = keys[i].of(job);
		if (own !== values[i]) return own < values[i] ? -keys[i].sign : keys[i].sign;
	}
	return 0;
}

/** The same between two jobs. */
export function compareJobs(keys: SortKey[], a: ScriptJob, b: ScriptJob): number {
	for (const { of, sign } of keys) {
		const left = of(a);
		const right = of(b);
		if (left !== right) return left < right ? -sign : sign;
	}
	return 0;
}

/** Refuses a cursor that does not fit the sort: another length, or other types. */
export function checkCursor(keys: SortKey[], cursor: unknown[]): SortValue[] {
	const fits =
		cursor.length === keys.length && keys.every(({ type }, i) => typeof cursor[i] === type);
	if (!fits) {
		throw new SearchError(
			'CAR-SEARCH-AFTER-400',
			`searchAfter must hold ${keys.length} values (${keys.map(({ type }) => type).join(', ')}), one for each sort field`,
		);
	}
	return cursor as SortValue[];
}
