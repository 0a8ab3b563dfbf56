import { unexpectedAnswer } from '../shared/errors';
import { isObject, type JsonObject } from '../shared/json';
import type { CortexOperation } from '../shared/cortex/operations';
import { replyOf } from '../shared/cortex/reply';

/** A link to the files of an endpoint; or why there is none, `undefined` where Cortex does not say. */
export type Link = { url: string } | { none: string | undefined };

const UNREADABLE = 'Cortex gave something that is no link to its files.';

/**
 * A link as the vendor sent it. One with a user in it is none: it would sign the request in the place of the key.
 */
export function linkIn(value: unknown): Link {
	if (value === undefined || value === null) return { none: undefined };
	const text = typeof value === 'string' ? value.trim() : undefined;
	if (text === '') return { none: undefined };
	if (text === undefined || !URL.canParse(text)) return { none: UNREADABLE };
	const { protocol, username, password } = new URL(text);
	const usable = ['http:', 'https:'].includes(protocol) && username === '' && password === '';
	return usable ? { url: text } : { none: UNREADABLE };
}

/**
 * The links to retrieved files by endpoint id, from a reply of file_retrieval_details. An endpoint whose files are not
 * there yet, or never will be, has null or an empty text.
 *
 * @throws {Fault} where `data` is neither an object nor missing
 */
export function retrievalLinks(json: JsonObject, operation: CortexOperation): Map<string, Link> {
	const { data } = replyOf(json, operation);
	if (data === undefined || data === null) return new Map();
	if (!isObject(data)) {
		throw unexpectedAnswer(`Cortex answered ${operation.name} without a list of endpoints`);
	}
	return new Map(Object.entries(data).map(([id, value]) => [id, linkIn(value)]));
}

/**
 * The link to the files of one endpoint, from a reply of get_script_execution_results_files: `DATA` in the vendor's
 * examples, `data` in its schema.
 */
export function scriptLink(json: JsonObject, operation: CortexOperation): Link {
	const { DATA: upper, data: lower } = replyOf(json, operation);
	const link = linkIn(upper);
	return 'url' in link || lower === undefined ? link : linkIn(lower);
}
