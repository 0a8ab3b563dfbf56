import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { InputError } from '../input/inputError';
import type { Answer } from '../transport/answer';
import { clock } from '../transport/clock';
import { connectionFault, sentences, type Fault } from '../transport/fault';
import { showable } from '../transport/secrets';
import { OPERATIONS } from './operations';
import { readReply } from './reply';
import { signatureHeaders } from './signature';
import { tenantBaseUrl } from './tenant';

const TEST_TIMEOUT_MS = 20_000;

/** Whether the tenant looked at the key and took it, though it did not carry out the request. */
function keyAccepted({ details: { status = 0, envelope = false } }: Fault): boolean {
	return status === 402 || status === 403 || (envelope && status >= 500);
}

/**
 * Tests the credential `cortexXdrApi` with a read that changes nothing: the status of an action.
 *
 * Tells apart what the answer lets apart: the host, the key with its security level and clock, and a key that
 * is fine. A key whose role may not do this very call has passed, and so has one that knows no such action.
 */
export async function cortexXdrApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const fields = credential.data ?? {};
	// The only way of sending that n8n gives to a credential test.
	const { request } = this.helpers;
	try {
		const answer = (await request({
			method: 'POST',
			uri: `${tenantBaseUrl(fields.tenantUrl)}/public_api/v1/actions/get_action_status/`,
			headers: {
				...signatureHeaders(fields, clock.now()),
				Accept: 'application/json',
				'Content-Type': 'application/json',
			},
			body: JSON.stringify({ request_data: { group_action_id: 1 } }),
			simple: false,
			resolveWithFullResponse: true,
			followRedirect: false,
			followAllRedirects: false,
			timeout: TEST_TIMEOUT_MS,
		})) as Answer;
		readReply(answer, OPERATIONS.getActionStatus, clock.now());
	} catch (error) {
		const { message, hint } =
			error instanceof InputError ? error : { message: '', hint: undefined };
		const fault = connectionFault(error);
		if (keyAccepted(fault)) return accepted;
		const text = sentences(message || fault.message, hint ?? fault.details.hint);
		return { status: 'Error', message: showable(text, [String(fields.apiKey ?? '')]) };
	}
	return accepted;
}

const accepted: INodeCredentialTestResult = {
	status: 'OK',
	message: 'The tenant accepted the key',
};
