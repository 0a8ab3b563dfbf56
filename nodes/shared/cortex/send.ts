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
import { attempts, LAST, PATIENT, type AttemptOptions, type Patience } from '../transport/attempts';
import { clock } from '../transport/clock';
import { declarative, type DeclarativeOperation } from '../transport/declarative';
import { inTime, type Bound } from '../transport/inTime';
import { laneTo, type Lane, type Pace } from '../transport/lane';
import { userInfoOf } from '../transport/secrets';
import type { Connection } from '../wait/job';
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
export function laneToTenant(baseUrl: string, { name, spacing }: CortexOperation): Lane {
	const tenant = laneTo(baseUrl, PACE);
	if (spacing === undefined) return tenant;
	const own: Pace = { spacing, atOnce: Infinity, perSecond: Infinity };
	return laneTo(`${baseUrl} ${name}`, own, tenant);
}

/**
 * Further reads for one item, one after the other: they wait for their turn, and end at once when the execution is
 * stopped.
 */
export type Reads = Pick<Connection<Question>, 'lastly' | 'patiently'>;

/** What a declarative node of Cortex does. */
export interface CortexNode {
	operation: CortexOperation;
	/** For an operation that must never be sent twice. */
	startsWork?: DeclarativeOperation['startsWork'];
	/** POST unless given. */
	method?: 'GET';
	/** Path of the request; absent where {@link CortexNode.prepare} sets it. */
	url?: string;
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
}

/** The item whose requests are sent, and all that they need. */
interface Sending {
	context: IExecutePaginationFunctions;
	request: DeclarativeRestApiSettings.ResultOptions;
	bound: Bound;
}

/** Sends the item's request as it is now, and reads the answer. */
async function answerTo(
	{ context, request, bound }: Sending,
	operation: CortexOperation,
	options: Pick<AttemptOptions, 'startsWork' | 'patience'>,
): Promise<JsonObject> {
	const lane = laneToTenant(String(request.options.baseURL), operation);
	return await attempts(
		async () => {
			const whole = await inTime(async () => await context.makeRoutingRequest(request), bound);
			return readReply(whole[0].json as unknown as Answer, operation, clock.now());
		},
		{ lane, signal: bound.signal, ...options },
	);
}

/** The reads that can follow the first request of an item. */
function readsFor(sending: Sending): Reads {
	const ask =
		(patience: Patience) =>
		async ({ operation, request }: Question) => {
			Object.assign(sending.request.options, request);
			return await answerTo(sending, operation, { startsWork: false, patience });
		};
	return { lastly: ask(LAST), patiently: ask(PATIENT) };
}

/** The json of the output items of one input item. */
async function itemsFor(sending: Sending, node: CortexNode): Promise<JsonObject[]> {
	const { context } = sending;
	const operation = { ...node.operation, id: node.id?.call(context) };
	try {
		const startsWork = node.startsWork !== undefined;
		const json = await answerTo(sending, operation, { startsWork });
		return await node.items.call(context, json, readsFor(sending));
	} catch (error) {
		const instead = error instanceof Fault ? node.instead?.(error) : undefined;
		return instead ?? (await passOn(error));
	}
}

/** Where a declarative node of Cortex sends to, and the one way in which it does. Needs {@link cortexRouting}. */
export const cortexRequests = (node: CortexNode) =>
	({
		requestDefaults: {
			baseURL: TENANT_BASE_URL_EXPRESSION,
			headers: { Accept: 'application/json' },
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
