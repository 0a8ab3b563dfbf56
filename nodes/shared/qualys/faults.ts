import { Fault, type FaultDetails } from '../errors';
import { asksToWait } from '../transport/retryAfter';
import { isObject, numberOf } from '../json';
import { notTheirWords, pageOf, type Answer } from '../transport/answer';

const text = (value: unknown) =>
	typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** Whether an `errorCode` says that something went wrong: the library's import answers "0" for success. */
export const isFailure = (code: unknown) => ![undefined, null, 0, '0'].includes(code as null);

/** The vendor's words for an error; every service has another place for them. */
export function errorText(json: unknown): string | undefined {
	if (!isObject(json)) return undefined;
	const nested = isObject(json._error) ? json._error : {};
	const exceptions: unknown = Array.isArray(json.authentication_exceptions)
		? json.authentication_exceptions.flat()[0]
		: undefined;
	const words = [json.message, json.responseMessage, nested.message, exceptions, json.error].map(
		text,
	);
	const { errorCode } = json;
	const code = typeof errorCode === 'object' && errorCode ? JSON.stringify(errorCode) : errorCode;
	const known = words.find((one) => one !== undefined);
	if (!isFailure(code)) return known;
	if (known === undefined) return `error ${String(code)}`;
	return known.includes(String(code)) ? known : `${known} (${String(code)})`;
}

const CHECK_PLATFORM = 'Check the Platform in the credential. In Qualys, look under Help → About.';

/** For an answer without the vendor's words. */
export const ELSEWHERE = `The address did not answer like the Qualys gateway. ${CHECK_PLATFORM}`;

/** What a status means, and what to do about it. */
export interface StatusWords extends Pick<FaultDetails, 'meaning' | 'hint'> {
	/** In place of `hint` where the answer does not hold the vendor's words. */
	wordless?: string;
}

const OUTAGE: StatusWords = {
	meaning: 'unavailable',
	hint: 'The gateway is not available at the moment. Try again later.',
};

/** Why Qualys asks for fewer requests; what to do about it follows. */
export const LIMITED =
	'Qualys limits how often its API may be called, for all clients of a subscription together. Run the workflow less often';

/**
 * What "too many requests" means.
 * @param rather what else to do about it
 */
export const throttled = (rather = ''): StatusWords => ({
	meaning: 'throttled',
	hint: `${LIMITED}${rather}.`,
});

/** For what no page of the vendor explains. */
const UNKNOWN: StatusWords = {
	meaning: 'declined',
	hint: "The text above is all that Qualys says about it. If the credential and the values of this node are right, contact the vendor's support.",
	wordless: ELSEWHERE,
};

const FAILED: StatusWords = {
	meaning: 'failing',
	hint: "Qualys failed to answer this request. Try again later. If it stays like this, contact the vendor's support with the text above.",
	wordless: ELSEWHERE,
};

/** By HTTP status. */
export type Statuses = Readonly<Record<number, StatusWords | undefined>>;

/** What holds for every call. Sources: the vendor's page and its sibling services. */
const STATUSES: Statuses = {
	400: { meaning: 'refused', hint: 'The text above is what Qualys says of the request.' },
	401: {
		meaning: 'unauthorized',
		hint: 'The token is not, or no longer, valid. If Sign In With is Bearer Token, paste a new token into the credential. If it is Username and Password, a new token was fetched and refused as well, so the user may lack access to this API.',
	},
	403: {
		meaning: 'forbidden',
		hint: 'The user lacks API access or the module Custom Assessment and Remediation. A manager can allow both in Qualys under Administration → Users.',
	},
	409: throttled(),
	429: throttled(),
	502: OUTAGE,
	503: OUTAGE,
	504: OUTAGE,
};

/**
 * Milliseconds that the gateway asks to wait: in a header of its own, or in the one of the standard. None at
 * all is no answer to "when", so it counts as not said.
 */
function toWait(headers: Record<string, unknown>, now: number): number | undefined {
	const own = (numberOf(headers['x-ratelimit-towait-sec']) ?? 0) * 1000;
	const wait = own > 0 ? own : asksToWait(headers['retry-after'], now);
	return wait !== undefined && wait > 0 ? wait : undefined;
}

/**
 * A refusal, or a failure, in the vendor's words where the answer holds them.
 * @param asked what was asked for: its name in words, and what statuses mean for it beside {@link STATUSES}
 * @param now epoch milliseconds, for a Retry-After that is a moment
 */
export function qualysFault(
	answer: Answer,
	asked: { name: string; statuses: Statuses },
	json: unknown,
	now: number,
): Fault {
	const { statusCode: status, headers, body } = answer;
	const { name } = asked;
	if (status >= 300 && status < 400) {
		return new Fault(`The address answered with a redirect (${status}), which is not followed`, {
			meaning: 'redirected',
			status,
			hint: `A redirect would take the token to another place. ${CHECK_PLATFORM}`,
		});
	}
	const words = errorText(json);
	const envelope = words !== undefined;
	const page = envelope || isObject(json) ? undefined : pageOf(body, ' (', ')');
	const message = envelope
		? `Qualys refused ${name}: ${words}`
		: `Qualys answered ${name} with status ${status}${page ? '' : ' and no reason'}`;
	const statuses = { ...STATUSES, ...asked.statuses };
	const { wordless, ...details } = statuses[status] ?? (status >= 500 ? FAILED : UNKNOWN);
	const hint = envelope ? details.hint : (wordless ?? details.hint);
	const retryAfter = toWait(headers, now);
	const pause =
		details.meaning === 'throttled' && retryAfter !== undefined
			? ` Qualys asks to wait ${Math.ceil(retryAfter / 1000)} seconds.`
			: '';
	return new Fault(message, {
		...details,
		page,
		hint: hint && hint + pause + notTheirWords(status, json, body),
		status,
		retryAfter,
		envelope,
	});
}
