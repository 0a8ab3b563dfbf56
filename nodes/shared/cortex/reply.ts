import { Fault, unexpectedAnswer } from '../errors';
import { isObject, numberOf, parseJson, type JsonObject } from '../json';
import { notTheirWords, pageOf, type Answer } from '../transport/answer';
import { asksToWait, retryAfter } from '../transport/retryAfter';
import { errorText } from './errorText';
import type { CortexOperation } from './operations';
import { ELSEWHERE, statusWords } from './statusWords';

/** JSON of an answer; ids beyond what a JavaScript number holds exactly stay exact, as text. */
function parse(body: unknown): unknown {
	if (typeof body !== 'string') return body;
	return parseJson(body.replace(/("(?:group_)?action_id"\s*:\s*)(\d{16,})(?=\s*[,}])/g, '$1"$2"'));
}

/** The JSON of a success. */
function readSuccess(
	{ statusCode: status, body }: Answer,
	json: unknown,
	{ name }: CortexOperation,
): JsonObject {
	// Services of cases, tags and hash lists answer "done" with a bare true, or with nothing at all.
	const done = isObject(json) && typeof json.reply === 'boolean' ? json.reply : json;
	if (done === false) {
		throw new Fault(`Cortex answered ${name} with "false": it was not done`, {
			meaning: 'declined',
			status,
			hint: 'Cortex gives no reason. Check the values of this node, and what the role of the API key may do.',
		});
	}
	if (done === true) return { reply: true };
	if (isObject(json)) return json;
	if (status === 204) return {};
	const page = pageOf(body, ': ');
	throw new Fault(
		page ? 'Cortex answered with a text instead of data' : 'Cortex answered with nothing',
		{ meaning: 'failing', status, page, hint: ELSEWHERE },
	);
}

/** What the vendor asks for, or what is known to be needed. */
const longer = (asked: number | undefined, needed: number): number | undefined =>
	Math.max(asked ?? 0, needed) || asked;

/**
 * Reads an answer of the Cortex API.
 *
 * @param operation what was asked for; hints name it, its license and its permission
 * @param now epoch milliseconds, for a Retry-After that is a moment
 * @returns the JSON of a success, as the vendor sent it; an empty object for "done" without a body
 * @throws {Fault} with the vendor's words, on any status: also 200 can carry an error
 */
export function readReply(answer: Answer, operation: CortexOperation, now: number): JsonObject {
	const { statusCode: status, headers, body } = answer;
	const json = parse(body);
	const success = status >= 200 && status < 300;
	const told = errorText(json, !success);
	if (success && !told) return readSuccess(answer, json, operation);
	if (status >= 300 && status < 400) {
		throw new Fault(`The address answered with a redirect (${status}), which is not followed`, {
			meaning: 'redirected',
			status,
			hint: 'A redirect would take the API key to another place. Check the Tenant URL of the credential.',
		});
	}
	const text = told?.text ?? '';
	// An error inside a 200 carries its real status as the code.
	const inside = numberOf(told?.code) ?? 0;
	const code = success && inside >= 400 && inside < 600 ? inside : status;
	// A service that has crashed has a form for that too, which is no verdict about the request.
	const verdict = told?.from === 'vendor' || (told?.from === 'service' && code < 500);
	const { meaning, hint, wait = 0 } = statusWords({ status: code, told: verdict, text }, operation);
	const page = told ? undefined : pageOf(body, ' (', ')');
	const reason = text ? ` (${text})` : page ? '' : ' and no reason';
	const message =
		verdict && text
			? `Cortex refused ${operation.name}: ${text}`
			: `Cortex answered ${operation.name} with status ${status}${reason}`;
	throw new Fault(message, {
		meaning,
		hint: hint + notTheirWords(status, json, body),
		page,
		status: code,
		envelope: told?.from === 'vendor',
		retryAfter: longer(retryAfter(headers['retry-after'], now), wait),
		asked: asksToWait(headers['retry-after'], now),
		body: isObject(json) ? json : undefined,
	});
}

/**
 * The part of a reply that carries the result.
 * @param operation what was asked for; the error names it
 * @throws {Fault} where there is none
 */
export function replyOf(json: JsonObject, operation: CortexOperation): JsonObject {
	if (isObject(json.reply)) return json.reply;
	throw unexpectedAnswer(`Cortex answered ${operation.name} without a reply object`);
}
