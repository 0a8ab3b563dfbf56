import { Fault, passOn } from '../errors';
import { checked } from '../transport/refusal';
import { TENANT_BASE_URL_EXPRESSION } from './tenant';
import type {
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	INodePropertyRouting,
	INodeTypeDescription,
} from 'n8n-workflow';
import type { Answer } from '../transport/answer';
import type { JsonObject } from '../json';
import { attempts, PATIENT, type Patience } from '../transport/attempts';
import { clock } from '../transport/clock';
import { declarative, type DeclarativeOperation } from '../transport/declarative';
import { inTime } from '../transport/inTime';
import { laneTo, type Lane, type Pace } from '../transport/lane';
import { userInfoOf } from '../transport/secrets';
import type { CortexOperation } from './operations';
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
	/** Makes the json of the output items from the JSON of a success. */
	items(this: IExecuteSingleFunctions, json: JsonObject): JsonObject[];
	/** Output items in place of a refusal that says that there was nothing to do. */
	instead?(fault: Fault): JsonObject[] | undefined;
	/** A refusal in words that say where in the item's parameters it is. */
	explain?(this: IExecuteSingleFunctions, fault: Fault): Fault;
}

/** Where a declarative node of Cortex sends to, and the one way in which it does. */
export const cortexRequests = ({ operation, startsWork }: CortexNode) =>
	({
		requestDefaults: {
			baseURL: TENANT_BASE_URL_EXPRESSION,
			headers: { Accept: 'application/json' },
		},
		requestOperations: {
			pagination: declarative({
				credential: CORTEX_CREDENTIAL,
				startsWork,
				async send(request, bound) {
					return await attempts(
						async () => await inTime(async () => await this.makeRoutingRequest(request), bound),
						{
							lane: laneToTenant(String(request.options.baseURL), operation),
							startsWork: startsWork !== undefined,
							signal: bound.signal,
							patience: patienceOf(operation),
						},
					);
				},
			}),
		},
	}) satisfies Partial<INodeTypeDescription>;

/** The json of the output items that an answer brings. */
async function readItems(
	this: IExecuteSingleFunctions,
	node: CortexNode,
	answer: Answer,
): Promise<JsonObject[]> {
	const operation = { ...node.operation, id: node.id?.call(this) };
	try {
		return node.items.call(this, readReply(answer, operation, clock.now()));
	} catch (error) {
		if (!(error instanceof Fault)) return await passOn(error);
		return node.instead?.(error) ?? (await passOn(node.explain?.call(this, error) ?? error));
	}
}

/** The routing of a declarative node of Cortex, for the first of its properties. */
export const cortexRouting = (node: CortexNode): INodePropertyRouting => ({
	request: { method: node.method ?? 'POST', url: node.url },
	send: { paginate: true, preSend: [checked(node.prepare)] },
	output: {
		postReceive: [
			async function (
				this: IExecuteSingleFunctions,
				_items: INodeExecutionData[],
				response: IN8nHttpFullResponse,
			): Promise<INodeExecutionData[]> {
				const items = await readItems.call(this, node, response as unknown as Answer);
				return items.map((item) => ({ json: item }) as INodeExecutionData);
			},
		],
	},
});
