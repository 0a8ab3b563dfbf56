import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { connectionTo, type AskingContext, type Starting } from '../transport/asking';
import { clock } from '../transport/clock';
import type { Question } from './operations';
import { readReply } from './reply';
import { CORTEX_CREDENTIAL, laneToTenant, patienceOf } from './send';
import { tenantBaseUrl } from './tenant';

export type { Question };

/** The way to a tenant, also for what must never be sent twice. */
export type Tenant = Starting<Question>;

/**
 * The tenant of the credential, for a programmatic node, or for a list that the editor offers.
 * @throws {InputError} where the credential names no tenant
 */
export async function tenantOf(
	context: IExecuteFunctions | ILoadOptionsFunctions,
): Promise<Tenant> {
	const { tenantUrl } = await context.getCredentials(CORTEX_CREDENTIAL.name);
	const baseURL = tenantBaseUrl(tenantUrl);
	return await connectionTo<Question>(context as AskingContext, {
		credential: CORTEX_CREDENTIAL,
		baseURL,
		request: ({ request }) => request,
		timeout: ({ timeout }) => timeout,
		read: (answer, { operation }) => readReply(answer, operation, clock.now()),
		lane: ({ operation }) => laneToTenant(baseURL, operation),
		patience: ({ operation }, patience) => patienceOf(operation, patience),
	});
}
