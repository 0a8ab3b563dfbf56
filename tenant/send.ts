/* Sends calls to a tenant as the nodes do: signed, to its own host only, without following redirects. */
import axios from 'axios';

import { passOn, sentences } from '../nodes/shared/errors';
import { keyOf, signatureHeaders } from '../nodes/shared/cortex/signature';
import { tenantBaseUrl } from '../nodes/shared/cortex/tenant';
import { gatewayBaseUrl } from '../nodes/shared/qualys/gateway';
import { secretsOf, signIn } from '../nodes/shared/qualys/session';
import { clock } from '../nodes/shared/transport/clock';
import { connectionFault, lateAnswer } from '../nodes/shared/transport/connection';
import { showable, showableFault } from '../nodes/shared/transport/secrets';
import { TenantError, type Answer, type Call, type Tenant } from './probe';

const TIMEOUT_MS = 60_000;

/** No answer that the check looks at is nearly as long. */
const LONGEST_ANSWER = 100_000_000;

/** What the fields of a credential hold. */
export type Fields = Record<string, string>;

/** A whole request. */
interface Request extends Omit<Call, 'path' | 'body'> {
	url: string;
	headers: Record<string, string>;
	body?: string;
}

/** Why no answer came, in words that hold nothing of the tenant's: those of an error that nobody knows may. */
function whyNone(error: unknown): string {
	// No field of axios' error says so, only its words.
	if (axios.isAxiosError(error) && error.message.startsWith('maxContentLength')) {
		return `The answer is longer than ${LONGEST_ANSWER / 1_000_000} MB`;
	}
	const { message, details } = axios.isCancel(error) ? lateAnswer() : connectionFault(error);
	if (details.meaning === 'unclear') return 'The request brought no answer';
	return sentences(message, details.hint);
}

/** @throws {TenantError} where no answer comes */
async function request({ url, method, headers, body }: Request): Promise<Answer> {
	try {
		const answer = await axios.request<string>({
			url,
			method,
			headers,
			data: body,
			signal: AbortSignal.timeout(TIMEOUT_MS),
			maxRedirects: 0,
			maxContentLength: LONGEST_ANSWER,
			validateStatus: () => true,
			responseType: 'text',
			transformResponse: (text: string) => text,
		});
		return { status: answer.status, headers: { ...answer.headers }, body: answer.data ?? '' };
	} catch (error) {
		return await passOn(new TenantError(whyNone(error)));
	}
}

const json = (body?: object) => ({
	headers: { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json' }) },
	body: body && JSON.stringify(body),
});

/** What tells who asks, and where: neither belongs into a report. */
const told = (credential: Fields, names: string[]) =>
	names.flatMap((name) => credential[name] ?? []);

/** A refusal in words for the person at the screen, who need not see the secrets again. */
function inWords(error: unknown, secrets: string[]): TenantError {
	if (error instanceof TenantError) return new TenantError(showable(error.message, secrets));
	const { message, details } = showableFault(connectionFault(error), secrets);
	return new TenantError(sentences(message, details.hint));
}

/**
 * A Cortex tenant.
 * @param credential fields as in the credential Cortex XDR API
 * @throws {TenantError} where a field cannot be meant
 */
export async function cortexTenant(credential: Fields): Promise<Tenant> {
	const sign = () => signatureHeaders(credential, clock.now());
	let home: string;
	try {
		home = tenantBaseUrl(credential.tenantUrl);
		sign();
	} catch (error) {
		return await passOn(inWords(error, [keyOf(credential)]));
	}
	return {
		home,
		secrets: [home, ...told(credential, ['tenantUrl', 'apiKeyId', 'apiKey'])],
		async send({ method, path, body }) {
			const { headers, body: text } = json(body);
			return await request({
				url: home + path,
				method,
				headers: { ...headers, ...sign() },
				body: text,
			});
		},
	};
}

/** A login with user and password: the token, and the answer that held it. */
async function logIn(credential: Fields, home: string): Promise<{ token: string; login: Answer }> {
	const answers: Answer[] = [];
	const token = await signIn(credential, async ({ url, headers, body }) => {
		const answer = await request({
			url: `${home}${url}`,
			method: 'POST',
			headers: headers as Record<string, string>,
			body: String(body),
		});
		answers.push(answer);
		return { ...answer, statusCode: answer.status };
	});
	return { token, login: answers[0] };
}

/**
 * A Qualys gateway: one login serves all calls.
 * @param credential fields as in the credential Qualys Gateway API
 * @throws {TenantError} where a field cannot be meant, or the login is refused
 */
export async function qualysTenant(credential: Fields): Promise<Tenant> {
	let home: string;
	let session: Awaited<ReturnType<typeof logIn>>;
	try {
		home = gatewayBaseUrl(credential);
		session = await logIn(credential, home);
	} catch (error) {
		const secrets = secretsOf(credential).filter((value) => typeof value === 'string');
		return await passOn(inWords(error, secrets));
	}
	const { token, login } = session;
	return {
		home,
		secrets: [home, token, ...told(credential, ['gatewayUrl', 'username', 'password'])],
		login,
		async send({ method, path, body }) {
			const { headers, body: text } = json(body);
			const signed = { ...headers, Authorization: `Bearer ${token}` };
			return await request({ url: home + path, method, headers: signed, body: text });
		},
	};
}
