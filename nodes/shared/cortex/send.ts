import { Fault, passOn } from '../errors';
import { checked } from '../transport/refusal';
import { TENANT_BASE_URL_EXPRESSION } from './tenant';
import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	INodePropertyRouting,
	INodeTypeDescription,
} from 'n8n-workflow';
import type { Answer } from '../transport/answer';
import type { JsonObject } from '../json';
import { attempts, LAST, PATIENT, type Patience } from '../transport/attempts';
import { clock } from '../transport/clock';
import { declarative, type DeclarativeOperation } from '../transport/declarative';
import { inTime, type Bound } from '../transport/inTime';
import { laneTo, type Lane, type Pace } from '../transport/lane';
import { userInfoOf } from '../transport/secrets';
import type { Connection } from '../transport/asking';
import type { CortexOperation, Question } from './operations';
import { readReply } from './reply';
import { keyOf } from './signature';

/** The credential of all Cortex nodes. */
export const CORTEX_CREDENTIAL = {
	name: 'cortexXdrApi',
	secrets: (fields: Record<string, unknown>) => [keyOf(fields), ...userInfoOf(fields.tenantUrl)],
};

/** A tenant takes 10 requests a second from all clients together; a little less leaves room for others. */
const PACE: Pace = { spacing: 110, atOnce: Infinity, perSecond: 10 };

/**
 * The queue of everything that this n8n process sends to a tenant. A call that the vendor limits by itself has one of
 * its own before it: whoever waits for that lets all others pass. So they pass, too, while that one is held for "too many
 * requests", of which nobody can tell which limit it was about.
 */
export function laneToTenant(baseUrl: string, operation: CortexOperation): Lane {
	const { name, spacing, atOnce } = operation;
	const tenant = laneTo(baseUrl, PACE);
	if (spacing === undefined && atOnce === undefined) return tenant;
	const own: Pace = {
		spacing: spacing ?? 0,
		atOnce: atOnce ?? Infinity,
		perSecond: Infinity,
	};
	return laneTo(`${baseUrl} ${name}`, own, tenant);
}

/** How much is done to make a request of an operation succeed: not more than its own limit is worth waiting for. */
export const patienceOf = (
	{ throttledFor = Infinity }: CortexOperation,
	patience: Patience = PATIENT,
): Patience => ({ ...patience, throttledFor: Math.min(patience.throttledFor, throttledFor) });

/**
 * Further reads for one item, one after the other: they wait for their turn, and end at once when the execution is
 * stopped.
 */
export interface Reads extends Pick<Connection<Question>, 'lastly' | 'patiently'> {
	/**
	 * For an answer that is no JSON, with all patience.
	 * @param read makes something of it; what it throws as an outage is asked for again
	 */
	reading<T>(question: Question, read: (answer: Answer) => T): Promise<T>;
}

/** What a declarative node of Cortex does. */
export interface CortexNode {
	operation: CortexOperation;
	/** For an operation that must never be sent twice. */
	startsWork?: DeclarativeOperation['startsWork'];
	/** POST unless given. */
	method?: 'GET';
	/** Path of the request; absent where {@link CortexNode.prepare} sets it. */
	url?: string;
	/** Headers of its requests, beside those that all have. */
	headers?: Record<string, string>;
	/**
	 * Reads the item's parameters and fills the request.
	 * @throws {InputError}
	 */
	prepare(this: IExecuteSingleFunctions, request: IHttpRequestOptions): void;
	/** The id that the request names, where it does. */
	id?(this: IExecuteSingleFunctions): string;
	/**
	 * Makes the json of the output items from the JSON of a success.
	 * @param more for reads that follow from it: the next page, names of what it holds
	 */
	items(
		this: IExecuteSingleFunctions,
		json: JsonObject,
		more: Reads,
	): JsonObject[] | Promise<JsonObject[]>;
	/** Output items in place of a refusal that says that there was nothing to do. */
	instead?(fault: Fault): JsonObject[] | undefined;
	/** A refusal in words that say where in the item's parameters it is. */
	explain?(this: IExecuteSingleFunctions, fault: Fault): Fault;
}

/** The item whose requests are sent, and all that they need. */
interface Sending {
	context: IExecutePaginationFunctions;
	request: DeclarativeRestApiSettings.ResultOptions;
	bound: Bound;
}

/** What to do with a request of an operation, and with its answer. */
interface Reading<T> {
	startsWork: boolean;
	patience: Patience;
	/** What it throws as an outage is asked for again. */
	read(answer: Answer): T;
}

/** Sends the item's request as it is now, and reads the answer. */
async function answerTo<T>(
	{ context, request, bound }: Sending,
	operation: CortexOperation,
	{ startsWork, patience, read }: Reading<T>,
): Promise<T> {
	return await attempts(
		async () => {
			const whole = await inTime(async () => await context.makeRoutingRequest(request), bound);
			return read(whole[0].json as unknown as Answer);
		},
		{
			lane: laneToTenant(String(request.options.baseURL), operation),
			signal: bound.signal,
			startsWork,
			patience: patienceOf(operation, patience),
		},
	);
}

/** Reads an answer as the JSON that most calls have. */
const jsonOf = (operation: CortexOperation) => (answer: Answer) =>
	readReply(answer, operation, clock.now());

/** The reads that can follow the first request of an item. */
function readsFor(sending: Sending): Reads {
	const ask = async <T>(
		{ operation, request }: Question,
		patience: Patience,
		read: (answer: Answer) => T,
	) => {
		Object.assign(sending.request.options, request);
		return await answerTo(sending, operation, { startsWork: false, patience, read });
	};
	return {
		lastly: async (question) => await ask(question, LAST, jsonOf(question.operation)),
		patiently: async (question) => await ask(question, PATIENT, jsonOf(question.operation)),
		reading: async (question, read) => await ask(question, PATIENT, read),
	};
}

/** The json of the output items of one input item. */
async function itemsFor(sending: Sending, node: CortexNode): Promise<JsonObject[]> {
	const { context } = sending;
	const operation = { ...node.operation, id: node.id?.call(context) };
	try {
		const startsWork = node.startsWork !== undefined;
		const json = await answerTo(sending, operation, {
			startsWork,
			patience: PATIENT,
			read: jsonOf(operation),
		});
		return await node.items.call(context, json, readsFor(sending));
	} catch (error) {
		if (!(error instanceof Fault)) return await passOn(error);
		return node.instead?.(error) ?? (await passOn(node.explain?.call(context, error) ?? error));
	}
}

/** Where a declarative node of Cortex sends to, and the one way in which it does. Needs {@link cortexRouting}. */
export const cortexRequests = (node: CortexNode) =>
	({
		requestDefaults: {
			baseURL: TENANT_BASE_URL_EXPRESSION,
			headers: { Accept: 'application/json', ...node.headers },
		},
		requestOperations: {
			pagination: declarative({
				credential: CORTEX_CREDENTIAL,
				startsWork: node.startsWork,
				async send(request, bound) {
					const items = await itemsFor({ context: this, request, bound }, node);
					return items.map((json) => ({ json }) as INodeExecutionData);
				},
			}),
		},
	}) satisfies Partial<INodeTypeDescription>;

/** The routing of a declarative node of Cortex, for the first of its properties. */
export const cortexRouting = (node: CortexNode): INodePropertyRouting => ({
	request: { method: node.method ?? 'POST', url: node.url },
	send: { paginate: true, preSend: [checked(node.prepare)] },
	output: {
		postReceive: [
			// The answer as it came, for whoever asked for it.
			async function (_items: INodeExecutionData[], response: IN8nHttpFullResponse) {
				return [{ json: response as unknown as INodeExecutionData['json'] }];
			},
		],
	},
});
