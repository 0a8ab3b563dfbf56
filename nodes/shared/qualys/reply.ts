import { Fault, unexpectedAnswer, type FaultDetails, type Meaning } from '../errors';
import { asksToWait } from '../transport/retryAfter';
import { isObject, numberOf, parseJson, type JsonObject } from '../json';
import { notTheirWords, pageOf, type Answer } from '../transport/answer';

const text = (value: unknown) =>
	typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** Whether an `errorCode` says that something went wrong: the library's import answers "0" for success. */
const isFailure = (code: unknown) => ![undefined, null, 0, '0'].includes(code as null);

/** The vendor's words for an error; every service has another place for them. */
function errorText(json: unknown): string | undefined {
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

const ELSEWHERE = `The address did not answer like the Qualys gateway. ${CHECK_PLATFORM}`;

/** What a status means, and what to do about it. */
interface StatusWords extends Pick<FaultDetails, 'meaning' | 'hint'> {
	/** In place of `hint` where the answer does not hold the vendor's words. */
	wordless?: string;
}

const OUTAGE: StatusWords = {
	meaning: 'unavailable',
	hint: 'The gateway is not available at the moment. Try again later.',
};

const LIMITED =
	'Qualys limits how often its API may be called, for all clients of a subscription together. Run the workflow less often';

const THROTTLED: StatusWords = { meaning: 'throttled', hint: `${LIMITED}, or raise Page Size.` };

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

type Statuses = Readonly<Record<number, StatusWords | undefined>>;

/** Sources: the vendor's page and its sibling services. */
const STATUSES: Statuses = {
	400: {
		meaning: 'refused',
		hint: 'Check the filters and the sort of this node: the text above is what Qualys says of them.',
		wordless: 'Check the filters and the sort of this node.',
	},
	401: {
		meaning: 'unauthorized',
		hint: 'The token is not, or no longer, valid. If Sign In With is Bearer Token, paste a new token into the credential. If it is Username and Password, a new token was fetched and refused as well, so the user may lack access to this API.',
	},
	403: {
		meaning: 'forbidden',
		hint: 'The user lacks API access or the module Custom Assessment and Remediation. A manager can allow both in Qualys under Administration → Users.',
	},
	404: {
		meaning: 'declined',
		hint: 'The platform may not have this version of the search: try the other API Version.',
		wordless: ELSEWHERE,
	},
	409: THROTTLED,
	413: { meaning: 'refused', hint: 'The request is too large. Shorten the query.' },
	429: THROTTLED,
	502: OUTAGE,
	503: OUTAGE,
	504: OUTAGE,
};

/** The same for a login, which has no parameters of a node. */
const LOGIN_STATUSES: Statuses = {
	...STATUSES,
	400: { meaning: 'refused', hint: 'Check Username, Password and Platform of the credential.' },
	401: { meaning: 'unauthorized', hint: 'Check Username and Password of the credential.' },
	404: undefined,
	409: { meaning: 'throttled', hint: `${LIMITED}.` },
	413: undefined,
	429: { meaning: 'throttled', hint: `${LIMITED}.` },
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

function fault(
	answer: Answer,
	{ what, statuses, now }: { what: string; statuses: Statuses; now: number },
	json: unknown,
): Fault {
	const { statusCode: status, headers, body } = answer;
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
		? `Qualys refused ${what}: ${words}`
		: `Qualys answered ${what} with status ${status}${page ? '' : ' and no reason'}`;
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

/** One page of a search. */
export interface Page {
	records: JsonObject[];
	/** Position of the last record in the sort; v2 only. */
	cursor?: unknown[];
	/** How many jobs the vendor says there are. */
	total?: number;
}

const SEARCH = 'Search Script Jobs';

/** A count, as number or digits; `undefined` for anything else. */
function count(value: unknown): number | undefined {
	return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
		? Number(value)
		: undefined;
}

/**
 * Reads a page of script jobs; v2's records are taken out of their wrapping, so both versions are alike.
 *
 * @param keepCursors adds its `sortValues` to each record of v2
 * @param now epoch milliseconds, for a Retry-After that is a moment
 * @throws {Fault} with the vendor's words: also a 200 can carry an `errorCode`, and no list is never zero jobs
 */
export function readPage(
	answer: Answer,
	version: 'v1' | 'v2',
	keepCursors: boolean,
	now: number,
): Page {
	const json = parseJson(answer.body);
	const { statusCode: status } = answer;
	const refused = isObject(json) && isFailure(json.errorCode);
	if (status < 200 || status > 299 || refused) {
		throw fault(answer, { what: SEARCH, statuses: STATUSES, now }, json);
	}
	const body = isObject(json) ? json.body : undefined;
	const list: unknown = isObject(body) ? body.list : undefined;
	if (!isObject(body) || !Array.isArray(list)) {
		const said = errorText(json);
		throw unexpectedAnswer(
			`Qualys answered ${SEARCH} without a list of jobs${said ? `: ${said}` : ''}`,
			status,
			json === undefined ? pageOf(answer.body, ': ') : undefined,
		);
	}
	const page: Page = { records: list as JsonObject[], total: count(body.totalCount) };
	if (version === 'v2') {
		const last: unknown = list.at(-1);
		if (isObject(last) && Array.isArray(last.sortValues)) page.cursor = last.sortValues;
		page.records = list.map((entry: unknown) => {
			if (!isObject(entry) || !isObject(entry.data)) throw noRecord(status);
			const { data, sortValues } = entry;
			if (!keepCursors) return data;
			if (Array.isArray(sortValues)) return { ...data, sortValues };
			throw unexpectedAnswer(`Qualys answered ${SEARCH} without the sortValues of a job`, status);
		});
	} else if (!list.every(isObject)) throw noRecord(status);
	return page;
}

const noRecord = (status: number) =>
	unexpectedAnswer(`Qualys answered ${SEARCH} with something that is no job`, status);

/** A login that Qualys refused for what was typed into the credential: it would be refused again. */
export class RefusedLogin extends Fault {}

/** Words about user or password, as against those about a service, a route or a right. */
const ABOUT_USER_OR_PASSWORD =
	/\b(?:passwords?|user ?names?|credentials?|authentication failure)\b|(?=.*\b(?:accounts?|users?|logins?)\b)(?=.*\b(?:locked|disabled|deactivated|inactive|suspended|expired)\b)/is;

/** Meanings that say nothing about who signs in. */
const TEMPORARY: readonly Meaning[] = ['throttled', 'unavailable', 'failing'];

/**
 * Whether an answer says that user or password are not right, or that the account is locked. What is missing,
 * busy or out of order says nothing about them, and neither does a right that the user lacks.
 */
function refusesLogin(details: FaultDetails, json: unknown): boolean {
	const { status, meaning, envelope } = details;
	if (status === 401) return true;
	if (!envelope || TEMPORARY.includes(meaning)) return false;
	// Other places for words serve all of a gateway, but this list is only about who signs in.
	const listed = isObject(json) && Array.isArray(json.authentication_exceptions);
	return listed || (status !== 404 && ABOUT_USER_OR_PASSWORD.test(errorText(json) ?? ''));
}

/** Headers of requests may be no longer than this in all, on most servers. */
const LONGEST_TOKEN = 16_000;

/**
 * Reads the answer to a login.
 *
 * @param now epoch milliseconds, for a Retry-After that is a moment
 * @returns the token
 * @throws {RefusedLogin} with the vendor's words, where these are about user or password
 * @throws {Fault} with the vendor's words, or with what came in place of a token
 */
export function readLogin(answer: Answer, now: number): string {
	const { statusCode: status, body } = answer;
	const json = parseJson(body);
	const refused = isObject(json) && errorText(json) !== undefined;
	if (status < 200 || status > 299 || refused) {
		const failure = fault(answer, { what: 'the login', statuses: LOGIN_STATUSES, now }, json);
		const { message, details } = failure;
		throw refusesLogin(details, json) ? new RefusedLogin(message, details) : failure;
	}
	const token = typeof body === 'string' ? body.trim() : '';
	// A token stands there as it is. What is JSON, were it only a number or a text in quotes, is none.
	const fits = json === undefined && /^[\x21-\x7e]+$/.test(token) && !/[<>]/.test(token);
	if (fits && token.length <= LONGEST_TOKEN) return token;
	throw unexpectedAnswer('Qualys answered the login without a token', status);
}
