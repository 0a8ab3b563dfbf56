import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { passOn, type Fault } from '../errors';
import type { JsonObject } from '../json';
import type { Answer } from './answer';
import { attempts, BRIEF, LAST, PATIENT, type Patience } from './attempts';
import { connectionFault } from './connection';
import { inTime } from './inTime';
import type { Lane } from './lane';
import { requestRules } from './requestRules';
import { secretsOf, showableFault, type CredentialSecrets } from './secrets';
import { isTool } from './tool';

/** Sends a question to a vendor. */
export type Ask<Question> = (question: Question) => Promise<JsonObject>;

/** The way to the vendor, for one run of a node, with little patience or much. All questions wait for their turn. */
export interface Connection<Question = unknown> {
	/**
	 * For a question that will be asked again anyway.
	 * @throws {Fault} at once, but for "too many requests", which is waited out for some seconds
	 */
	briefly(question: Question): Promise<JsonObject>;
	/** For one that will not be asked again, and that somebody waits for. @throws {Fault} after some seconds of patience */
	lastly(question: Question): Promise<JsonObject>;
	/**
	 * For a question that will not be asked again.
	 * @throws {Fault} after outages and "too many requests" were waited out for minutes, as a tool for seconds
	 */
	patiently(question: Question): Promise<JsonObject>;
	/** What was thrown on the way to an answer or while it was read, in words that may be shown. */
	faultOf(error: unknown): Fault;
}

/** The same, also for what must never be sent twice. */
export interface Starting<Question> extends Connection<Question> {
	/**
	 * Starts something: sent once, and again only after "too many requests".
	 * @throws {Fault}
	 */
	once(start: Question): Promise<JsonObject>;
}

/** How a vendor is asked. */
export interface Asking<Question> {
	credential: CredentialSecrets;
	baseURL: string;
	/** The request, but for what holds for all of them. */
	request(
		question: Question,
	): Pick<IHttpRequestOptions, 'method' | 'url' | 'body' | 'ignoreHttpStatusErrors'>;
	/** Milliseconds that the answer may take; a minute unless given. */
	timeout?(question: Question): number | undefined;
	/** Milliseconds that a login before the first request may take. */
	beforeMilliseconds?: number;
	/** An answer that n8n throws all the same. */
	thrownAnswer?(error: unknown): Answer | undefined;
	/** @throws {Fault} for what is no success */
	read(answer: Answer, question: Question): JsonObject;
	lane(question: Question): Lane;
	/** Bounds patience where more of it is not worth it. */
	patience?(question: Question, patience: Patience): Patience;
}

/** What sends a request: a node that runs, a trigger that looks for news, or a list that the editor asks for. */
export type AskingContext = Pick<IExecuteFunctions, 'getCredentials' | 'getNode' | 'helpers'> & {
	/** Missing where nobody can stop it. */
	getExecutionCancelSignal?: IExecuteFunctions['getExecutionCancelSignal'];
};

/** The way to a vendor for whoever sends by n8n's helper, and not as a declarative node. */
export async function connectionTo<Question>(
	context: AskingContext,
	asking: Asking<Question>,
): Promise<Starting<Question>> {
	const { credential, baseURL } = asking;
	const secrets = await secretsOf(context, credential);
	const signal = context.getExecutionCancelSignal?.();
	const send = async (question: Question) => {
		const rules = requestRules(asking.timeout?.(question));
		const whole: IHttpRequestOptions = {
			...rules,
			...asking.request(question),
			baseURL,
			headers: { Accept: 'application/json' },
			returnFullResponse: true,
		};
		const { httpRequestWithAuthentication } = context.helpers;
		const answer = await inTime(
			async () => {
				try {
					return (await httpRequestWithAuthentication.call(
						context as IExecuteFunctions,
						credential.name,
						whole,
					)) as Answer;
				} catch (error) {
					return asking.thrownAnswer?.(error) ?? (await passOn(error));
				}
			},
			{
				milliseconds: rules.timeout,
				beforeMilliseconds: asking.beforeMilliseconds,
				signal,
				handedOn: whole,
			},
		);
		return asking.read(answer, question);
	};
	// An agent, and the person talking to it, sit there meanwhile.
	const patient = isTool(context.getNode()) ? LAST : PATIENT;
	const ask =
		(patience: Patience, startsWork = false): Ask<Question> =>
		async (question) =>
			await attempts(async () => await send(question), {
				lane: asking.lane(question),
				startsWork,
				signal,
				patience: asking.patience?.(question, patience) ?? patience,
			});
	return {
		briefly: ask(BRIEF),
		lastly: ask(LAST),
		patiently: ask(patient),
		once: ask(patient, true),
		faultOf: (error) => showableFault(connectionFault(error), secrets),
	};
}
