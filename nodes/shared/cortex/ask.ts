import type { IExecuteFunctions, IHttpRequestOptions, ILoadOptionsFunctions } from 'n8n-workflow';
import type { Answer } from '../transport/answer';
import { attempts, BRIEF, LAST, PATIENT, type Patience } from '../transport/attempts';
import { clock } from '../transport/clock';
import { connectionFault } from '../transport/connection';
import { inTime } from '../transport/inTime';
import { requestRules } from '../transport/requestRules';
import { secretsOf, showableFault } from '../transport/secrets';
import type { CortexOperation } from './operations';
import type { JsonObject } from '../json';
import { readReply } from './reply';
import { CORTEX_CREDENTIAL, laneToTenant, patienceOf } from './send';
import { isTool } from '../transport/tool';
import type { Connection } from '../wait/job';
import { tenantBaseUrl } from './tenant';

/** A request to the Cortex API. */
export interface Question {
	operation: CortexOperation;
	request: Pick<IHttpRequestOptions, 'method' | 'url' | 'body'>;
	/** Milliseconds that the answer may take; a minute unless given. */
	timeout?: number;
}

/** The way to a tenant, also for what must never be sent twice. */
export interface Tenant extends Connection<Question> {
	/**
	 * Starts something: sent once, and again only after "too many requests".
	 * @throws {Fault}
	 */
	once(start: Question): Promise<JsonObject>;
}

/**
 * The tenant of the credential, for a programmatic node, or for a list that the editor offers.
 * @throws {InputError} where the credential names no tenant
 */
export async function tenantOf(
	context: IExecuteFunctions | ILoadOptionsFunctions,
): Promise<Tenant> {
	const { name } = CORTEX_CREDENTIAL;
	const baseURL = tenantBaseUrl((await context.getCredentials(name)).tenantUrl);
	const secrets = await secretsOf(context, CORTEX_CREDENTIAL);
	// Nobody can stop a list that the editor asks for.
	const signal =
		'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
	const send = async ({ operation, request, timeout }: Question) => {
		const rules = requestRules(timeout);
		const whole: IHttpRequestOptions = {
			...request,
			...rules,
			baseURL,
			headers: { Accept: 'application/json' },
			returnFullResponse: true,
		};
		const { httpRequestWithAuthentication } = context.helpers;
		const answer = await inTime(
			async () =>
				(await httpRequestWithAuthentication.call(
					context as IExecuteFunctions,
					name,
					whole,
				)) as Answer,
			{ milliseconds: rules.timeout, signal, handedOn: whole },
		);
		return readReply(answer, operation, clock.now());
	};
	// An agent, and the person talking to it, sit there meanwhile.
	const patient = isTool(context.getNode()) ? LAST : PATIENT;
	const ask =
		(patience: Patience, startsWork = false) =>
		async (question: Question) =>
			await attempts(async () => await send(question), {
				lane: laneToTenant(baseURL, question.operation),
				startsWork,
				signal,
				patience: patienceOf(question.operation, patience),
			});
	return {
		briefly: ask(BRIEF),
		lastly: ask(LAST),
		patiently: ask(patient),
		once: ask(patient, true),
		faultOf(error) {
			return showableFault(connectionFault(error), secrets);
		},
	};
}
