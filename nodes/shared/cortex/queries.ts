import { Fault, unexpectedAnswer } from '../errors';
import { readText } from '../input/values';
import { isObject, numberOf, parseJson, textOf, type JsonObject } from '../json';
import { MOST_ITEMS, thousands, type Answer } from '../transport/answer';
import type { Status } from '../wait/job';
import { statusOfWhole, type Judged, type WordMeaning } from '../wait/verdict';
import type { CortexOperation } from './operations';
import { readReply, replyOf } from './reply';
import { meaningOf, QUERY_STATUSES } from './statuses';

/** Paths of what a query has found. */
export const QUERY_PATHS = {
	results: '/public_api/v1/xql/get_query_results',
	stream: '/public_api/v1/xql/get_query_results_stream',
};

/** Most rows that one answer holds; more of them come as a stream. */
export const MOST_ROWS_IN_ANSWER = 1_000;

/** The id of a query that a user or an expression gave in the field of that label. */
export const readQueryId = (value: unknown, field = 'Query ID'): string =>
	readText(
		field,
		value,
		'Use the query_id that Start Query gave. In Cortex it is in the Query Center, in the column Execution ID.',
	);

/**
 * The body of a look at a query, which is answered at once, whether or not it has ended.
 * @param limit of rows; without one, more than 1,000 of them come as a stream
 */
export const queryBody = (id: string, limit?: number): { request_data: JsonObject } => ({
	request_data: { query_id: id, pending_flag: true, format: 'json', ...(limit ? { limit } : {}) },
});

/** How a query stands. */
export interface QueryState {
	/** The vendor's own word. */
	word: string;
	meaning: WordMeaning;
	/** Why it failed, or did not come to its end everywhere, as far as the vendor says. */
	reasons: string[];
	reply: JsonObject;
}

/** No page of the vendor says which field of the reply explains a failure: whatever stands in one of these. */
const REASONS = ['error', 'error_message', 'err_msg', 'err_extra'];

const reasonsIn = (reply: JsonObject): string[] => {
	const texts = REASONS.map((name) => reply[name])
		.filter((value) => value !== null && value !== undefined)
		.map((value) => textOf(value).trim())
		.filter((text) => text !== '' && text !== '{}' && text !== '[]');
	return [...new Set(texts)];
};

/**
 * How a query stands, from the reply of get_query_results.
 * @throws {Fault} where it holds no status, so that nothing can be concluded
 */
export function queryState(json: JsonObject, operation: CortexOperation): QueryState {
	const reply = replyOf(json, operation);
	const { status: word } = reply;
	if (typeof word !== 'string' || word.trim() === '') {
		throw unexpectedAnswer(`Cortex answered ${operation.name} without a status`);
	}
	return { word, meaning: meaningOf(QUERY_STATUSES, word), reasons: reasonsIn(reply), reply };
}

/** How a query stands, for somebody who waits. */
export const queryStatus = (
	{ word, meaning, reasons }: QueryState,
	settings: Pick<Judged, 'acceptPartial'>,
): Status => {
	const told = reasons.length > 0 || !meaning.partial;
	const errors = told ? reasons : ['Not all tenants answered, so rows may be missing'];
	return statusOfWhole({ word, meaning, errors }, settings);
};

/** What a query has found: its rows, or the id of the stream that holds them. */
export type Found = { rows: JsonObject[] } | { stream: string };

/**
 * What a query that has ended has found.
 * @throws {Fault} where the reply holds neither rows nor a stream
 */
export function foundBy({ reply }: QueryState, { name }: CortexOperation): Found {
	const { results, number_of_results: count } = reply;
	const { data, stream_id: stream } = isObject(results) ? results : {};
	if (Array.isArray(data)) {
		if (data.every(isObject)) return { rows: data };
		throw unexpectedAnswer(`Cortex answered ${name} with a row that is no object`);
	}
	if (typeof stream === 'string' && stream.trim() !== '') return { stream };
	const none = (data ?? null) === null && (isObject(results) || (results ?? null) === null);
	if (none && numberOf(count) === 0) return { rows: [] };
	throw unexpectedAnswer(`Cortex answered ${name} without rows`);
}

/** A row of a stream; `undefined` for what is none. */
function rowIn(line: string): JsonObject | undefined {
	const row = parseJson(line);
	return isObject(row) ? row : undefined;
}

/**
 * Rows of a stream, which holds a JSON object in each line.
 *
 * @param counted how many there must be, as the vendor has counted them before; null where it has not
 * @param now epoch milliseconds, for a Retry-After that is a moment
 * @throws {Fault} where they are too many for one item, or fewer than counted: a stream can break off
 */
export function streamRows(
	answer: Answer,
	operation: CortexOperation,
	counted: number | null,
	now: number,
): JsonObject[] {
	const { statusCode: status, body } = answer;
	const lines = textOf(body)
		.split('\n')
		.filter((line) => line.trim());
	// Neither an error nor a page is a row, and a stream has some. A row may have columns that are called like the fields of an error.
	const first = rowIn(lines[0] ?? '');
	const failed = status < 200 || status >= 300;
	if (failed || !first || (lines.length === 1 && isObject(first.reply))) {
		readReply(answer, operation, now);
	}
	if (!first)
		throw unexpectedAnswer(`Cortex answered ${operation.name} with a stream without rows`);
	checkCount(lines.length, operation);
	const rows = lines.map((line, index) => {
		const row = rowIn(line);
		if (row) return row;
		throw unexpectedAnswer(
			`Cortex answered ${operation.name} with a stream whose line ${index + 1} is no row`,
		);
	});
	if (rows.length >= (counted ?? 0)) return rows;
	throw new Fault(
		`Cortex counted ${thousands(counted ?? 0)} rows, but its stream gave only ${thousands(rows.length)}`,
		{ meaning: 'unexpected', hint: 'Some are missing, so nothing is given. Run this node again.' },
	);
}

/**
 * Refuses more rows than one item can bring.
 * @param count as far as the vendor has counted
 * @throws {Fault}
 */
export function checkCount(count: number | null, { id }: CortexOperation): void {
	if (count === null || count <= MOST_ITEMS) return;
	throw new Fault(
		`Query ${id} has found ${thousands(count)} rows, and one item can bring ${thousands(MOST_ITEMS)} at most`,
		{
			meaning: 'local',
			hint: 'Start a query for fewer: filter more, count with comp, shorten the time range, or end it with "| limit 100000". With Return All off, this node gives the first 1,000.',
		},
	);
}
