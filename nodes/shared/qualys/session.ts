import { consequencesOf } from '../transport/consequences';
import { Fault, InputError, passOn } from '../errors';
import { createHash } from 'node:crypto';
import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { readText, sample, trimmed } from '../input/values';
import type { Answer } from '../transport/answer';
import { clock } from '../transport/clock';
import { connectionFault } from '../transport/connection';
import { inTime } from '../transport/inTime';
import { requestRules } from '../transport/requestRules';
import { showableFault, userInfoOf } from '../transport/secrets';
import { gatewayBaseUrl } from './gateway';
import { readLogin, RefusedLogin } from './login';

/** How long a login may take, in milliseconds. */
export const LOGIN_TIMEOUT_MS = 30_000;

const field = (label: string) => `${label} of the Qualys Gateway API credential`;

function secret(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** What was pasted as a token, without the word Bearer. */
function pasted(value: unknown): string {
	return trimmed(secret(value)).replace(/^(?:authorization\s*:\s*)?bearer(?:\s+|$)/i, '');
}

function bearerToken(credential: ICredentialDataDecryptedObject): string {
	const token = pasted(credential.bearerToken);
	// Neither of these may repeat the value: it is a secret.
	if (token === '') {
		throw new InputError(
			`${field('Bearer Token')} is empty`,
			'Paste the token, with or without the word Bearer.',
		);
	}
	if (!/^[\x21-\x7e]+$/.test(token)) {
		throw new InputError(
			`${field('Bearer Token')} holds more than a token`,
			'Paste the token alone, with no spaces or line breaks, and not shortened with dots.',
		);
	}
	return token;
}

/** Who signs in where. A token that was minted for somebody else, or somewhere else, is not used. */
function fingerprint(credential: ICredentialDataDecryptedObject): string {
	const parts = [gatewayBaseUrl(credential), credential.username, credential.password];
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The token that an earlier login left in the credential; empty where it is not this login's. */
function storedToken(credential: ICredentialDataDecryptedObject): string {
	const [owner, token = ''] = secret(credential.sessionToken).split(' ');
	return owner === fingerprint(credential) ? token : '';
}

/** What must never be shown of a credential. A server may cut off the blanks around what was sent. */
export const secretsOf = (fields: Record<string, unknown>) => [
	...new Set([
		fields.password,
		trimmed(secret(fields.password)),
		pasted(fields.bearerToken),
		secret(fields.sessionToken).split(' ')[1] ?? '',
		...userInfoOf(fields.gatewayUrl),
	]),
];

/** Makes n8n renew the token as if a request had been refused: it looks for this status. */
class TokenMissing extends Error {
	readonly response = { status: 401 };
}

/**
 * The header that signs a request.
 * @throws {InputError} where a field is empty
 * @throws {TokenMissing} where there is no token yet that was minted for this login
 */
export function authorization(credential: ICredentialDataDecryptedObject): string {
	if (credential.signInWith === 'bearerToken') return `Bearer ${bearerToken(credential)}`;
	const token = storedToken(credential);
	if (token === '') throw new TokenMissing('The token of the Qualys gateway has to be renewed');
	return `Bearer ${token}`;
}

/** Sends a request and gives the whole answer, whatever its status. */
export type SendLogin = (request: IHttpRequestOptions) => Promise<Answer>;

/**
 * Signs in with user and password.
 *
 * @param send n8n's request helper
 * @returns the token
 * @throws {InputError} where a field is empty
 * @throws {RefusedLogin} with the vendor's words, where these are about user or password
 * @throws {Fault} for any other answer that holds no token
 */
export async function signIn(
	credential: ICredentialDataDecryptedObject,
	send: SendLogin,
): Promise<string> {
	const username = readText(
		field('Username'),
		credential.username,
		'Enter the user that signs in.',
	);
	const password = secret(credential.password);
	if (password === '') {
		throw new InputError(`${field('Password')} is empty`, 'Enter the password of the user.');
	}
	const rules = requestRules(LOGIN_TIMEOUT_MS);
	const request: IHttpRequestOptions = {
		method: 'POST',
		baseURL: gatewayBaseUrl(credential),
		url: '/auth',
		headers: {
			'Content-Type': 'application/x-www-form-urlencoded',
			Accept: 'text/plain, application/json',
		},
		body: new URLSearchParams({ username, password, token: 'true' }).toString(),
		...rules,
		returnFullResponse: true,
	};
	const answer = await inTime(async (abortSignal) => await send({ ...request, abortSignal }), {
		milliseconds: rules.timeout,
	});
	return readLogin(answer, clock.now());
}

/** A token that was fetched. */
interface Token {
	token: string;
	/** When it was fetched, in epoch milliseconds. */
	at: number;
	/** The one in whose place it was fetched. */
	replaced: string;
	/** Whether that one was refused while it was young. */
	replacedYoung: boolean;
}

/** What this n8n process knows of a login. */
interface Session {
	newest?: Token;
	/** A login that is under way. */
	login?: Promise<string>;
	/** Qualys refused it: it is not tried again, because accounts lock after a few refusals. */
	refusal?: Fault;
	/** It failed for another reason: whoever asks within a minute gets this. */
	failure?: { fault: Fault; at: number };
}

const sessions = new Map<string, Session>();

function sessionOf(credential: ICredentialDataDecryptedObject): Session {
	const owner = fingerprint(credential);
	const session = sessions.get(owner) ?? {};
	sessions.set(owner, session);
	return session;
}

/** The refusal, with what to do now that it is remembered. */
function remembered({ message, details }: Fault): Fault {
	const change = details.status === 401 ? 'unlocked' : 'changed';
	const hint = `${details.hint} This login is not repeated automatically, because Qualys locks accounts after a few refused logins. Correct the credential. If it is correct and the account had to be ${change} in Qualys, test the credential again; in queue mode, also restart the workers.`;
	return new Fault(message, { ...details, hint });
}

/** The failure of a login, for those who ask soon after it. */
function recent({ message, details }: Fault): Fault {
	const hint = `${details.hint ?? ''} This is what the last login brought, less than a minute ago. The next one is tried a minute after it, or at once by the test of the credential.`;
	return new Fault(message, { ...details, hint: hint.trim() });
}

/**
 * Whether a failed login is left alone for a while, however many ask: the answer was no outage and no "too many
 * requests", which every request waits out by itself, and the login was sent.
 */
function isLeftAlone(fault: Fault): boolean {
	const { meaning } = fault.details;
	const { repeat, reached } = consequencesOf(fault);
	if (meaning === 'throttled' || meaning === 'stopped') return false;
	// A redirect is an answer to a login that was sent, though it went nowhere.
	return meaning === 'redirected' || (!repeat && reached !== 'no');
}

/** Milliseconds: a token that is refused so soon was not refused for its age, and a login that failed is not tried again. */
const YOUNG_MS = 60_000;

/** Where the machine's clock was set back, nothing is young. */
const isYoung = ({ at }: { at: number }) => Math.abs(clock.now() - at) < YOUNG_MS;

/**
 * Whether a token serves in place of the one that a credential holds.
 *
 * It does for whoever still holds the one that it replaced. It also does for itself where it is refused soon
 * after one that was as young: yet another one would be refused as well. A single young one may have been
 * revoked, so that is replaced.
 */
function servesFor(newest: Token, held: string): boolean {
	if (newest.token !== held) return newest.replaced === held;
	return newest.replacedYoung && isYoung(newest);
}

/** Signs in, and keeps in mind what came of it. */
async function login(
	session: Session,
	credential: ICredentialDataDecryptedObject,
	send: SendLogin,
): Promise<string> {
	try {
		const { newest } = session;
		const replaced = storedToken(credential);
		const replacedYoung = newest?.token === replaced && isYoung(newest);
		const token = await signIn(credential, send);
		session.newest = { token, at: clock.now(), replaced, replacedYoung };
		session.failure = undefined;
		return token;
	} catch (error) {
		// Other nodes than those of this package, which know nothing of its secrets, may show it too.
		const secrets = secretsOf(credential).filter((value) => typeof value === 'string');
		const fault = showableFault(connectionFault(error), secrets);
		if (error instanceof RefusedLogin) {
			session.refusal = remembered(fault);
			return await passOn(session.refusal);
		}
		session.failure = isLeftAlone(fault) ? { fault, at: clock.now() } : undefined;
		return await passOn(fault);
	} finally {
		session.login = undefined;
	}
}

/**
 * A token from a new login; whoever asks while it is under way shares it. It is not given up where an execution that
 * waits for it is stopped: its token serves the next one.
 */
async function newToken(
	session: Session,
	credential: ICredentialDataDecryptedObject,
	send: SendLogin,
): Promise<string> {
	session.login ??= login(session, credential, send);
	return await session.login;
}

/** The login of a credential that is under way, if there is one. */
export const loginUnderWay = (
	credential: ICredentialDataDecryptedObject,
): Promise<unknown> | undefined => sessions.get(fingerprint(credential))?.login;

/** Whether a credential signs in with user and password, whose token can be renewed. */
function signsIn({ signInWith }: ICredentialDataDecryptedObject): boolean {
	if (signInWith === 'password' || signInWith === 'bearerToken') return signInWith === 'password';
	throw new InputError(
		`${field('Sign In With')} holds ${sample(signInWith ?? '')}`,
		'It can hold: password, bearerToken.',
	);
}

/**
 * The value to keep in the credential after a request was refused, or when there is no token yet.
 *
 * However many requests ask at once, or one after the other with the same old token: Qualys sees one login.
 * A login that was refused is not repeated until the credential changes or its test is run, and one that failed
 * otherwise not for a minute.
 *
 * @returns `undefined` for a pasted token, which cannot be renewed
 * @throws {Fault | InputError}
 */
export async function renewedToken(
	credential: ICredentialDataDecryptedObject,
	send: SendLogin,
): Promise<string | undefined> {
	if (!signsIn(credential)) return undefined;
	const session = sessionOf(credential);
	const { newest, refusal, failure } = session;
	if (refusal) throw refusal;
	if (newest && servesFor(newest, storedToken(credential))) return stored(credential, newest.token);
	if (failure && isYoung(failure)) throw recent(failure.fault);
	return stored(credential, await newToken(session, credential, send));
}

/**
 * The same for the test of the credential, which always signs in, also where that was refused before: the
 * user asks for it.
 */
export async function testedToken(
	credential: ICredentialDataDecryptedObject,
	send: SendLogin,
): Promise<string | undefined> {
	if (!signsIn(credential)) return undefined;
	const session = sessionOf(credential);
	session.refusal = undefined;
	session.failure = undefined;
	return stored(credential, await newToken(session, credential, send));
}

function stored(credential: ICredentialDataDecryptedObject, token: string): string {
	return `${fingerprint(credential)} ${token}`;
}
