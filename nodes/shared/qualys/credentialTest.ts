import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	IHttpRequestOptions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import type { Answer } from '../transport/answer';
import { clock } from '../transport/clock';
import { connectionFault } from '../transport/connection';
import { sentences } from '../errors';
import { inTime } from '../transport/inTime';
import { showable, showableFault } from '../transport/secrets';
import { gatewayBaseUrl } from './gateway';
import { readPage } from './reply';
import { authorization, secretsOf, testedToken } from './session';

const TEST_TIMEOUT_MS = 20_000;

/**
 * Tests the credential `qualysGatewayApi`: signs in, then reads a single job.
 *
 * Tells the host, the login and missing API access apart.
 */
export async function qualysGatewayApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const fields = { ...credential.data };
	// The only way of sending that n8n gives to a credential test, with the names of options that it knows.
	const { request } = this.helpers;
	const send = async ({ baseURL, url, method, headers, body }: IHttpRequestOptions) => {
		const whole = {
			method,
			uri: `${baseURL}${url}`,
			headers,
			body,
			simple: false,
			resolveWithFullResponse: true,
			followRedirect: false,
			followAllRedirects: false,
			timeout: TEST_TIMEOUT_MS,
		};
		return await inTime(async () => (await request(whole)) as Answer, {
			milliseconds: TEST_TIMEOUT_MS,
		});
	};
	let signedIn = false;
	try {
		const token = await testedToken(fields, send);
		if (token !== undefined) fields.sessionToken = token;
		signedIn = true;
		const answer = await send({
			method: 'POST',
			baseURL: gatewayBaseUrl(fields),
			url: '/sm/v2/jobs/search',
			headers: {
				Authorization: authorization(fields),
				Accept: 'application/json',
				'Content-Type': 'application/json',
			},
			body: JSON.stringify({ pageSize: 1 }),
		});
		readPage(answer, 'v2', false, clock.now());
		return { status: 'OK', message: 'Qualys accepted the login' };
	} catch (error) {
		const known = secretsOf(fields).filter((value) => typeof value === 'string');
		const { message, details } = showableFault(connectionFault(error), known);
		const text = sentences(
			signedIn && details.status === 403 ? `The login works, but: ${message}` : message,
			details.hint,
		);
		return { status: 'Error', message: showable(text, known) };
	}
}
