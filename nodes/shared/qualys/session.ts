import { createHash } from 'node:crypto';
import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { InputError } from '../input/inputError';
import { readText, sample, trimmed } from '../input/values';
import type { Answer } from '../transport/answer';
import { Fault } from '../transport/fault';
import { gatewayBaseUrl } from './gateway';
import { readLogin } from './reply';

const LOGIN_TIMEOUT_MS = 30_000;

const field = (label: string) => `${label} of the Qualys Gateway API credential`;

function secret(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** The pasted token, without the word Bearer. */
function bearerToken(credential: ICredentialDataDecryptedObject): string {
	const text = trimmed(secret(credential.bearerToken)).replace(
		/^(?:authorization:\s*)?bearer\s+/i,
		'',
	);
	// Neither of these may repeat the value: it is a secret.
	if (text === '' || /^bearer$/i.test(text)) {
		throw new InputError(
			`${field('Bearer Token')} is empty`,
			'Paste the token, with or without the word Bearer.',
		);
	}
	if (/\s/.test(text)) {
		throw new InputError(
			`${field('Bearer Token')} holds more than one word`,
			'Paste the token alone, without line breaks.',
		);
	}
	return text;
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

/** What must never be shown of a credential. */
export const secretsOf = (fields: Record<string, unknown>) => [
	fields.password,
	trimmed(secret(fields.bearerToken)).replace(/^bearer\s+/i, ''),
	secret(fields.sessionToken).split(' ')[1] ?? '',
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
 * @throws {Fault} with the vendor's words where the login is refused
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
	const answer = await send({
		method: 'POST',
		baseURL: gatewayBaseUrl(credential),
		url: '/auth',
		headers: {
			'Content-Type': 'application/x-www-form-urlencoded',
			Accept: 'text/plain, application/json',
		},
		body: new URLSearchParams({ username, password, token: 'true' }).toString(),
		encoding: 'text',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: LOGIN_TIMEOUT_MS,
	});
	return readLogin(answer);
}

/** What this n8n process knows of a login. */
interface Session {
	/** The newest token. */
	token?: string;
	/** A login that is under way. */
	login?: Promise<string>;
	/** Qualys refused it: it is not tried again, because accounts lock after a few refusals. */
	refusal?: Fault;
}

const sessions = new Map<string, Session>();

function sessionOf(credential: ICredentialDataDecryptedObject): Session {
	const owner = fingerprint(credential);
	const session = sessions.get(owner) ?? {};
	sessions.set(owner, session);
	return session;
}

/**
 * The value to keep in the credential after a request was refused, or when there is no token yet.
 *
 * However many requests ask at once, or one after the other with the same old token: Qualys sees one login.
 * A login that was refused is not repeated until the credential changes or its test is run.
 *
 * @returns `undefined` for a pasted token, which cannot be renewed
 * @throws {Fault | InputError}
 */
export async function renewedToken(
	credential: ICredentialDataDecryptedObject,
	send: SendLogin,
): Promise<string | undefined> {
	if (credential.signInWith === 'bearerToken') return undefined;
	if (credential.signInWith !== 'password') {
		throw new InputError(
			`${field('Sign In With')} holds ${sample(credential.signInWith ?? '')}`,
			'It can hold: password, bearerToken.',
		);
	}
	const session = sessionOf(credential);
	if (session.refusal) throw session.refusal;
	const known = session.token;
	if (known !== undefined && known !== storedToken(credential)) return stored(credential, known);
	session.login ??= signIn(credential, send).finally(() => {
		session.login = undefined;
	});
	try {
		session.token = await session.login;
	} catch (error) {
		if (error instanceof Fault && error.details.status === 401) session.refusal = error;
		return await Promise.reject(error);
	}
	return stored(credential, session.token);
}

/** Forgets that a login was refused: the user asks for another try. */
export function forgetRefusal(credential: ICredentialDataDecryptedObject): void {
	sessionOf(credential).refusal = undefined;
}

function stored(credential: ICredentialDataDecryptedObject, token: string): string {
	return `${fingerprint(credential)} ${token}`;
}
