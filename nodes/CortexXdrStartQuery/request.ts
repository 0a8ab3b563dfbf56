import { checkRange, readDate } from '../shared/input/dates';
import { readCollection } from '../shared/input/collections';
import {
	readChoice,
	readList,
	readText,
	readWholeNumber,
	sample,
	typedNumber,
} from '../shared/input/values';
import { Fault, InputError } from '../shared/errors';
import { isObject, type JsonObject } from '../shared/json';
import { mistakeIn, placeOf } from '../shared/cortex/errorText';
import { mayWrite, withLimit } from './stages';

const HOUR_MS = 3_600_000;

/** Ten years: longer than any tenant keeps what it knows. */
const MOST_HOURS = 87_600;

/** What the vendor takes where a query has no limit. */
export const MOST_ROWS = 1_000_000;

/** Rows, where neither the query nor the user says otherwise. */
export const DEFAULT_LIMIT = 1_000;

/** Parameters of the node for one item, as they came. */
export interface QueryParameters {
	query: unknown;
	timeRange: unknown;
	lastHours: unknown;
	from: unknown;
	to: unknown;
	options: unknown;
}

/**
 * Milliseconds of a number of hours, parts of one included.
 * @throws {InputError}
 */
export function readHours(value: unknown): number {
	const hours = typedNumber(value);
	if (hours !== null && hours > 0 && hours <= MOST_HOURS) {
		return Math.max(1, Math.round(hours * HOUR_MS));
	}
	throw new InputError(
		`Last Hours holds ${sample(value)}, but it must be a number of hours, more than 0 and at most ${MOST_HOURS}`,
		'Enter a number such as 24.',
	);
}

function readTimeframe({ timeRange, lastHours, ...range }: QueryParameters, timeZone: string) {
	if (readChoice('Time Range', timeRange, ['relative', 'absolute']) === 'relative') {
		return { relativeTime: readHours(lastHours) };
	}
	const from = readDate('From', range.from, timeZone);
	const to = readDate('To', range.to, timeZone);
	checkRange(['From', 'To'], from, to);
	return { from, to };
}

/** @throws {InputError} also for what is more than the vendor takes */
function readLimit(value: unknown): number {
	const hint = `Enter a whole number from 1 to ${MOST_ROWS}, or remove the option.`;
	const rows = Number(readWholeNumber('Limit', value, hint));
	if (rows <= MOST_ROWS) return rows;
	throw new InputError(
		`Limit holds ${sample(value)}, but a query gives ${MOST_ROWS} at most`,
		hint,
	);
}

/**
 * Reads the query of an item as it is: a place that the vendor names is one in these lines.
 * @throws {InputError}
 */
export function readQuery(value: unknown): string {
	const hint =
		'Enter a query in XQL, e.g. dataset = endpoints | filter endpoint_status = ENUM.DISCONNECTED';
	readText('Query', value, hint);
	return String(value);
}

/**
 * The body that starts a query.
 *
 * @param options.timeZone that a date without one is meant in
 * @param options.ownQuery whether the query is the author's own text, and nobody else's; a tool's may be a model's
 * @throws {InputError}
 */
export function startBody(
	parameters: QueryParameters,
	{ timeZone, ownQuery }: { timeZone: string; ownQuery: boolean },
): { request_data: JsonObject } {
	const query = readQuery(parameters.query);
	if (!ownQuery && mayWrite(query)) {
		throw new InputError(
			'An AI agent cannot run a query with the stage target or call, which can write to a dataset',
			'Only the author of the workflow can, by entering the whole query without an expression. Leave this stage out.',
		);
	}
	const timeframe = readTimeframe(parameters, timeZone);
	const options = readCollection(
		'Options',
		parameters.options,
		['limit', 'tenants'],
		'{ "limit": 100 }',
	);
	const limit = Object.hasOwn(options, 'limit') ? readLimit(options.limit) : DEFAULT_LIMIT;
	const tenants = Object.hasOwn(options, 'tenants')
		? { tenants: readList('Tenants', options.tenants) }
		: {};
	return { request_data: { query: withLimit(query, limit), timeframe, ...tenants } };
}

/**
 * The query that was started, from a reply that is its id and nothing else.
 * @throws {Fault} where it is none, so that nobody can follow the query
 */
export function startedQuery({ reply: id }: JsonObject): { query_id: string } {
	if (typeof id === 'string' && id.trim() !== '') return { query_id: id.trim() };
	throw new Fault('Cortex accepted Start Query, but its answer holds no query id', {
		meaning: 'unexpected',
	});
}

/** So much of a line is shown. */
const LONGEST_LINE = 160;

/** A line of the query, from a little before the column on where it is long. */
function lineAt(line: string, column: number): string {
	const start = line.length > LONGEST_LINE ? Math.max(0, column - LONGEST_LINE / 2) : 0;
	const end = start + LONGEST_LINE;
	const before = start > 0 ? '…' : '';
	return `${before}${line.slice(start, end)}${end < line.length ? '…' : ''}`;
}

const TRY_IT = 'Correct the query; the XQL Search of the Cortex console shows what it knows.';

/**
 * A refusal with the place of the mistake in the user's own lines, where the vendor names one.
 * @param query as the user wrote it
 */
export function refusedQuery(fault: Fault, query: string): Fault {
	const { message, details } = fault;
	const holder = isObject(details.body?.reply) ? details.body.reply : details.body;
	const mistake = mistakeIn(holder?.err_extra);
	if (!mistake?.message) return fault;
	const lines = query.split('\n');
	const { line, column } = mistake;
	if (line === null || line < 1) return new Fault(message, { ...details, hint: TRY_IT });
	if (line > lines.length) {
		// It is where the limit was added: something before it is missing.
		const place = `${placeOf(mistake)}: `;
		return new Fault(message.replace(place, 'at its end: '), {
			...details,
			hint: `The query seems to end too early. ${TRY_IT}`,
		});
	}
	const shown = lineAt(lines[line - 1].trimEnd(), column ?? 0);
	return new Fault(message, { ...details, hint: `Line ${line} of Query: ${shown}\n${TRY_IT}` });
}
