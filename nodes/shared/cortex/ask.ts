import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import type { Answer } from '../transport/answer';
import { attempts, BRIEF, LAST, PATIENT, type Patience } from '../transport/attempts';
import { clock } from '../transport/clock';
import { connectionFault } from '../transport/connection';
import { inTime } from '../transport/inTime';
import { requestRules } from '../transport/requestRules';
import { secretsOf, showableFault } from '../transport/secrets';
import type { Question } from './operations';
import { readReply } from './reply';
import { CORTEX_CREDENTIAL, laneToTenant } from './send';
import { isTool } from '../transport/tool';
import type { Connection } from '../wait/job';
import { tenantBaseUrl } from './tenant';

export type { Question };

/**
 * The tenant of the credential, for a programmatic node.
 * @throws {InputError} where the credential names no tenant
 */
export async function tenantOf(context: IExecuteFunctions): Promise<Connection<Question>> {
	const { name } = CORTEX_CREDENTIAL;
	const baseURL = tenantBaseUrl((await context.getCredentials(name)).tenantUrl);
	const secrets = await secretsOf(context, CORTEX_CREDENTIAL);
	const signal = context.getExecutionCancelSignal();
	const send = async ({ operation, request }: Question) => {
		const rules = requestRules();
		const whole: IHttpRequestOptions = {
			...request,
			...rules,
			baseURL,
			headers: { Accept: 'application/json' },
			returnFullResponse: true,
		};
		const { httpRequestWithAuthentication } = context.helpers;
		const answer = await inTime(
			async () => (await httpRequestWithAuthentication.call(context, name, whole)) as Answer,
			{ milliseconds: rules.timeout, signal, handedOn: whole },
		);
		return readReply(answer, operation, clock.now());
	};
	const ask = (patience: Patience) => async (question: Question) =>
		await attempts(async () => await send(question), {
			lane: laneToTenant(baseURL, question.operation),
			startsWork: false,
			signal,
			patience,
		});
	return {
		briefly: ask(BRIEF),
		lastly: ask(LAST),
		// An agent, and the person talking to it, sit there meanwhile.
		patiently: ask(isTool(context.getNode()) ? LAST : PATIENT),
		faultOf(error) {
			return showableFault(connectionFault(error), secrets);
		},
	};
}
