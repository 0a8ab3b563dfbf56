import { Fault, unexpectedAnswer, type FaultDetails, type Meaning } from '../errors';
import { isObject, parseJson } from '../json';
import type { Answer } from '../transport/answer';
import { errorText, qualysFault, type Statuses } from './faults';

/** What a login is called in errors, and what statuses mean for it: it has no parameters of a node. */
const LOGIN: { name: string; statuses: Statuses } = {
	name: 'the login',
	statuses: {
		400: { meaning: 'refused', hint: 'Check Username, Password and Platform of the credential.' },
		401: { meaning: 'unauthorized', hint: 'Check Username and Password of the credential.' },
	},
};

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
		const failure = qualysFault(answer, LOGIN, json, now);
		const { message, details } = failure;
		throw refusesLogin(details, json) ? new RefusedLogin(message, details) : failure;
	}
	const token = typeof body === 'string' ? body.trim() : '';
	// A token stands there as it is. What is JSON, were it only a number or a text in quotes, is none.
	const fits = json === undefined && /^[\x21-\x7e]+$/.test(token) && !/[<>]/.test(token);
	if (fits && token.length <= LONGEST_TOKEN) return token;
	throw unexpectedAnswer('Qualys answered the login without a token', status);
}
