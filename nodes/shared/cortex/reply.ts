import {
	isObject,
	notTheirWords,
	numberOf,
	pageOf,
	parseJson,
	type Answer,
	type JsonObject,
} from '../transport/answer';
import { Fault, unexpectedAnswer, type FaultDetails } from '../transport/fault';
import { retryAfter } from '../transport/attempts';
import type { CortexOperation } from './operations';

/** JSON of an answer; ids beyond what a JavaScript number holds exactly stay exact, as text. */
function parse(body: unknown): unknown {
	if (typeof body !== 'string') return body;
	return parseJson(body.replace(/("(?:group_)?action_id"\s*:\s*)(\d{16,})(?=\s*[,}])/g, '$1"$2"'));
}

/** The vendor's extra words, whatever form they have. */
function extraText(extra: unknown): string {
	if (extra === null || extra === undefined || extra === '') return '';
	if (typeof extra === 'string') return extra;
	if (Array.isArray(extra)) return extra.map(extraText).filter(Boolean).join('; ');
	return JSON.stringify(extra);
}

/** Error envelope of an answer: with `reply` around it, or flat as newer services send it. */
function envelope(json: unknown): { code: unknown; text: string } | undefined {
	if (!isObject(json)) return undefined;
	const holder = isObject(json.reply) ? json.reply : json;
	const { err_code: code, err_msg: message, err_extra: extra } = holder;
	const none =
		code === undefined || code === null || code === 0 || code === '' || numberOf(code) === 200;
	if (none && !message) return undefined;
	const words = [extraText(message), extraText(extra)].filter(Boolean);
	return { code, text: [...new Set(words)].join(': ') || `error code ${extraText(code)}` };
}

/** Reasons of a refused body, as the newer services list them. */
function validationText(json: unknown): string | undefined {
	if (!isObject(json) || !Array.isArray(json.detail)) return undefined;
	const reasons = json.detail
		.filter(isObject)
		.map(({ loc, msg }) =>
			[Array.isArray(loc) ? loc.map(extraText).join('.') : '', extraText(msg)]
				.filter(Boolean)
				.join(': '),
		);
	return reasons.filter(Boolean).join('; ') || undefined;
}

interface StatusWords extends FaultDetails {
	hint: string;
}

const OUTAGE: StatusWords = {
	hint: 'The tenant, or a gateway before it, is not available at the moment. Try again later.',
	passing: true,
	repeat: true,
	reached: 'maybe',
};

/** For an answer that no Cortex tenant gives. */
export const ELSEWHERE =
	'The address did not answer like a Cortex tenant. Check the Tenant URL of the credential, and that the tenant has the module that this operation belongs to.';

/**
 * What a status means here and what to do about it. Sources: the vendor's pages of the operations.
 * @param enveloped whether the answer held the vendor's error envelope
 */
function statusWords(
	status: number,
	operation: CortexOperation,
	enveloped: boolean,
): StatusWords | undefined {
	const words: Record<number, StatusWords> = {
		400: { hint: 'Cortex could not read the request. Check the values of this node.' },
		401: {
			hint: 'Check the API Key ID, the API Key and the Security Level of the credential: a Standard key signed as Advanced, or the reverse, is refused just like a wrong key. If they are right, check the clock of the machine that n8n runs on: an Advanced signature is refused when it is minutes off.',
		},
		402: { hint: `${operation.name} needs this license on the tenant: ${operation.license}.` },
		403: {
			hint: `The role of the API key lacks a permission. ${operation.name} needs: ${operation.permission}. Change the role under Settings → Configurations → Integrations → API Keys.`,
		},
		404: {
			// The vendor's own services answer with an envelope; without one, nobody has looked for the id.
			hint:
				operation.takesId && enveloped
					? 'Check the id: the tenant does not know it, or no longer.'
					: ELSEWHERE,
		},
		413: { hint: 'The request is too large. Use fewer values in one item.' },
		422: { hint: 'Cortex refused a value of the request. Check the values of this node.' },
		429: {
			hint: 'The tenant takes 10 requests a second from all clients together. Let other integrations poll less often.',
			throttled: true,
		},
		502: OUTAGE,
		503: OUTAGE,
		504: OUTAGE,
	};
	return words[status];
}

/** For what no page of the vendor explains. */
const VERDICT =
	"The text above is all that Cortex says about it. If the values of this node are right, contact the vendor's support.";

const SERVER_VERDICT =
	'Cortex uses status 500 for requests that it understood but cannot carry out, so repeating it rarely helps. The text above says why.';

/**
 * Reads an answer of the Cortex API.
 *
 * @param operation what was asked for; hints name it, its license and its permission
 * @param now epoch milliseconds, for a Retry-After that is a moment
 * @returns the JSON of a success, as the vendor sent it
 * @throws {Fault} with the vendor's `err_msg` and `err_extra`, on any status: also 200 can carry an error
 */
export function readReply(answer: Answer, operation: CortexOperation, now: number): JsonObject {
	const { statusCode: status, headers, body } = answer;
	const json = parse(body);
	const refused = envelope(json);
	const success = status >= 200 && status < 300;

	if (success && !refused) {
		if (isObject(json)) return json;
		const page = pageOf(body, ': ');
		throw new Fault(
			page ? 'Cortex answered with a text instead of data' : 'Cortex answered with nothing',
			{ status, page, hint: ELSEWHERE, reached: 'maybe', passing: true },
		);
	}
	if (status >= 300 && status < 400) {
		throw new Fault(`The address answered with a redirect (${status}), which is not followed`, {
			status,
			hint: 'A redirect would take the API key to another place. Check the Tenant URL of the credential.',
			reached: 'no',
		});
	}
	const text = refused?.text ?? validationText(json);
	// An error inside a 200 carries its real status as the code.
	const inside = numberOf(refused?.code) ?? 0;
	const code = success && inside >= 400 && inside < 600 ? inside : status;
	const words = statusWords(code, operation, refused !== undefined);
	const page = text ? undefined : pageOf(body, ' (', ')');
	const message = text
		? `Cortex refused ${operation.name}: ${text}`
		: `Cortex answered ${operation.name} with status ${status}${page ? '' : ' and no reason'}`;
	const server = code >= 500 && words === undefined;
	const verdict = server ? SERVER_VERDICT : VERDICT;
	const hint = words?.hint ?? (text ? verdict : ELSEWHERE);
	throw new Fault(message, {
		reached: server && !refused ? 'maybe' : 'refused',
		passing: server && !refused,
		...words,
		hint: hint + notTheirWords(status, json, body),
		page,
		status: code,
		envelope: refused !== undefined,
		retryAfter: retryAfter(headers['retry-after'], now),
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
