import { connectionTo, type AskingContext, type Starting } from '../transport/asking';
import { clock } from '../transport/clock';
import { gatewayBaseUrl } from './gateway';
import type { Question } from './operations';
import { readReply } from './reply';
import { laneToGateway, QUALYS_CREDENTIAL, refusedAnswer } from './send';
import { LOGIN_TIMEOUT_MS } from './session';

/** The way to a gateway, also for what must never be sent twice. */
export type Gateway = Starting<Question>;

/**
 * The gateway of the credential, for a programmatic node, a trigger, or a list that the editor offers.
 * @throws {InputError} where the credential names no gateway
 */
export async function gatewayOf(context: AskingContext): Promise<Gateway> {
	const baseURL = gatewayBaseUrl(await context.getCredentials(QUALYS_CREDENTIAL.name));
	return await connectionTo<Question>(context, {
		credential: QUALYS_CREDENTIAL,
		baseURL,
		request: ({ path, body }) => ({
			method: 'POST',
			url: path,
			body,
			// n8n renews the token where it sees this one.
			ignoreHttpStatusErrors: { ignore: true, except: [401] },
		}),
		beforeMilliseconds: LOGIN_TIMEOUT_MS,
		thrownAnswer: refusedAnswer,
		read: (answer, { operation }) => readReply(answer, operation, clock.now()),
		lane: () => laneToGateway(baseURL),
	});
}
