import { unexpectedAnswer } from '../errors';
import { isObject, parseJson, type JsonObject } from '../json';
import { pageOf, type Answer } from '../transport/answer';
import { errorText, isFailure, qualysFault } from './faults';
import { OPERATIONS, type QualysOperation } from './operations';

/**
 * The JSON of a success.
 * @param now epoch milliseconds, for a Retry-After that is a moment
 * @throws {Fault} with the vendor's words: also a 200 can carry an `errorCode`
 */
export function readReply(answer: Answer, operation: QualysOperation, now: number): JsonObject {
	const json = parseJson(answer.body);
	const { statusCode: status } = answer;
	const refused = isObject(json) && isFailure(json.errorCode);
	if (status < 200 || status > 299 || refused) throw qualysFault(answer, operation, json, now);
	if (isObject(json)) return json;
	throw unexpectedAnswer(
		`Qualys answered ${operation.name} without ${operation.gives}`,
		status,
		json === undefined ? pageOf(answer.body, ': ') : undefined,
	);
}

/** One page of a search. */
export interface Page {
	records: JsonObject[];
	/** Position of the last record in the sort; v2 only. */
	cursor?: unknown[];
	/** How many jobs the vendor says there are. */
	total?: number;
}

/** A count, as number or digits; `undefined` for anything else. */
function count(value: unknown): number | undefined {
	return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
		? Number(value)
		: undefined;
}

/** A list, and how many records there are in all. */
interface Listed {
	list: unknown[];
	total?: number;
}

/**
 * The list of a reply.
 * @throws {Fault} where there is none: that is never an empty one
 */
function listIn(json: JsonObject, { name, gives }: QualysOperation): Listed {
	const { body } = json;
	const list: unknown = isObject(body) ? body.list : undefined;
	if (isObject(body) && Array.isArray(list)) return { list, total: count(body.totalCount) };
	const said = errorText(json);
	throw unexpectedAnswer(`Qualys answered ${name} without ${gives}${said ? `: ${said}` : ''}`);
}

/**
 * The records of a reply whose list holds them as they are, as those of version 1 do.
 * @param one what a record is, in words
 * @throws {Fault} where there is no list, or something in it is no record
 */
export function recordsIn(json: JsonObject, operation: QualysOperation, one: string): Page {
	const { list, total } = listIn(json, operation);
	if (list.every(isObject)) return { records: list, total };
	throw unexpectedAnswer(`Qualys answered ${operation.name} with something that is no ${one}`);
}

/**
 * The script jobs of a reply of version 2, taken out of their wrapping.
 * @param keepCursors adds its `sortValues` to each record
 * @throws {Fault} where there is no list, or something in it is no job
 */
export function jobsIn(json: JsonObject, keepCursors = false): Page {
	const { searchScriptJobs: operation } = OPERATIONS;
	const { list, total } = listIn(json, operation);
	const last: unknown = list.at(-1);
	const cursor =
		isObject(last) && Array.isArray(last.sortValues) ? (last.sortValues as unknown[]) : undefined;
	const records = list.map((entry: unknown) => {
		if (!isObject(entry) || !isObject(entry.data)) {
			throw unexpectedAnswer(`Qualys answered ${operation.name} with something that is no job`);
		}
		const { data, sortValues } = entry;
		if (!keepCursors) return data;
		if (Array.isArray(sortValues)) return { ...data, sortValues };
		throw unexpectedAnswer(`Qualys answered ${operation.name} without the sortValues of a job`);
	});
	return { records, cursor, total };
}

/**
 * Reads a page of script jobs; both versions are alike then.
 *
 * @param keepCursors adds its `sortValues` to each record of v2
 * @param now epoch milliseconds, for a Retry-After that is a moment
 * @throws {Fault} with the vendor's words, or where there is no list of jobs
 */
export function readPage(
	answer: Answer,
	version: 'v1' | 'v2',
	keepCursors: boolean,
	now: number,
): Page {
	const { searchScriptJobs: operation } = OPERATIONS;
	const json = readReply(answer, operation, now);
	return version === 'v1' ? recordsIn(json, operation, 'job') : jobsIn(json, keepCursors);
}
