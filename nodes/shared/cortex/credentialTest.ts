import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import type { Answer } from '../transport/answer';
import { clock } from '../transport/clock';
import { connectionFault } from '../transport/connection';
import { sentences, type Fault } from '../errors';
import { inTime } from '../transport/inTime';
import { showable, showableFault } from '../transport/secrets';
import { OPERATIONS, type CortexOperation } from './operations';
import { readReply, replyOf } from './reply';
import { CORTEX_CREDENTIAL } from './send';
import { signatureHeaders } from './signature';
import { ELSEWHERE } from './statusWords';
import { tenantBaseUrl } from './tenant';

const TEST_TIMEOUT_MS = 20_000;

/** What the test asks for: the status of an action that may not exist. Nobody typed its id, so no hint names it. */
const PROBE: CortexOperation = { ...OPERATIONS.getActionStatus, takes: undefined };

/**
 * Whether the tenant looked at the key and took it, though it did not carry out the request. Only the vendor's
 * error envelope proves that: a 403 without it may be a firewall's page.
 */
function keyAccepted({ details: { status = 0, envelope = false } }: Fault): boolean {
	return envelope && (status === 402 || status === 403 || status >= 500);
}

/**
 * Tests the credential `cortexXdrApi` with a read that changes nothing: the status of an action.
 *
 * Its message says what is wrong as far as the answer lets it: the host, or the key with its security level and
 * the clock. A key that the tenant accepts has passed, even if its role may not do this very call, the tenant
 * lacks the license for it, or knows no such action.
 */
export async function cortexXdrApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const fields = credential.data ?? {};
	// The only way of sending that n8n gives to a credential test.
	const { request } = this.helpers;
	try {
		const probe = {
			method: 'POST' as const,
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
		};
		const answer = await inTime(async () => (await request(probe)) as Answer, {
			milliseconds: TEST_TIMEOUT_MS,
		});
		replyOf(readReply(answer, PROBE, clock.now()), PROBE);
	} catch (error) {
		const secrets = CORTEX_CREDENTIAL.secrets(fields);
		const fault = showableFault(connectionFault(error), secrets);
		if (keyAccepted(fault)) return accepted;
		const { hint, meaning } = fault.details;
		const text = sentences(fault.message, meaning === 'unexpected' ? ELSEWHERE : hint);
		return { status: 'Error', message: showable(text, secrets) };
	}
	return accepted;
}

const accepted: INodeCredentialTestResult = {
	status: 'OK',
	message: 'The tenant accepted the key',
};
