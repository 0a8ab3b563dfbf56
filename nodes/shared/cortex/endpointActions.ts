import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { optionsProperty } from '../input/properties';
import { InputError } from '../errors';
import { isObject, type JsonObject } from '../json';
import { readCollection } from '../input/collections';
import { readChoice, readList, readNumber } from '../input/values';
import { thousands } from '../transport/answer';
import { gather, type Start } from '../transport/gathering';
import { isSetByAuthor, isTool } from '../transport/tool';
import { tenantOf, type Tenant } from './ask';
import type { CortexOperation } from './operations';
import { CORTEX_CREDENTIAL } from './send';
import { startedAction, startedInWords } from './startedAction';

/** One action: what it does, on which endpoints, for which input items. */
export interface Action<Parameters> {
	items: number[];
	/** Endpoint ids, each once. */
	ids: string[];
	parameters: Parameters;
}

/** What is known of an action before it is sent. */
export interface Prepared {
	/** The endpoints that it is sent for; for none, nothing is sent. */
	ids: string[];
	/** Fields of the output item beside those of the reply. */
	output: JsonObject;
	/** Fields of the request beside those of {@link EndpointAction.requestData}. */
	data?: JsonObject;
	/** Why it must not be sent. */
	refusal?: Error;
}

/** A node that starts an action on endpoints. `Parameters` is all that tells its actions apart. */
export interface EndpointAction<Parameters> {
	operation: CortexOperation;
	url: string | ((parameters: Parameters) => string);
	/** What to look at where nobody knows whether the action was started. */
	unknown: string;
	/** Endpoints that the vendor takes in one call. */
	mostEndpoints: number;
	/** Names of the options, beside Most Endpoints. */
	options: readonly string[];
	/**
	 * Reads what an item asks for, beside its endpoints.
	 * @param options the collection Options, whose names were checked
	 * @throws {InputError}
	 */
	read(context: IExecuteFunctions, item: number, options: JsonObject): Parameters;
	/** The request, beside its endpoints. */
	requestData(parameters: Parameters): JsonObject;
	/**
	 * Looks at what is about to be sent, before anything is.
	 * @param hint shows a sentence with the node's output
	 * @returns for each action, in their order
	 */
	prepare?(
		tenant: Tenant,
		actions: Array<Action<Parameters>>,
		hint: (sentence: string) => void,
	): Promise<Prepared[]>;
}

/** So many endpoints may a model name in one call, unless the author of the workflow has set another number. */
const MOST_FOR_MODELS = 100;

/** What one item asks for. */
interface Asked<Parameters> {
	ids: string[];
	together: boolean;
	parameters: Parameters;
	/** Infinity where there is no bound. */
	mostEndpoints: number;
}

/** A number of endpoints, in words. */
export const endpointsInWords = (count: number): string =>
	`${thousands(count)} ${count === 1 ? 'endpoint' : 'endpoints'}`;

const NO_ENDPOINTS =
	'By itself this field takes the endpoint_id of the incoming item, and this item has none. Put Search Endpoints before this node; if it is there already, it found no endpoint, so check its filters. Or enter ids, separated by commas. Nothing was sent.';

/** How many endpoints one run of the node may act on. */
function mostEndpointsOf(context: IExecuteFunctions, options: JsonObject): number {
	const set: unknown = context.getNode().parameters.options;
	const chosen = isObject(set) ? set.mostEndpoints : undefined;
	const tool = isTool(context.getNode());
	if (options.mostEndpoints === undefined || (tool && !isSetByAuthor(chosen))) {
		return tool ? MOST_FOR_MODELS : Infinity;
	}
	return readNumber('Most Endpoints', options.mostEndpoints, { least: 1, unit: 'endpoints' });
}

function readAsked<Parameters>(
	context: IExecuteFunctions,
	item: number,
	node: EndpointAction<Parameters>,
): Asked<Parameters> {
	const parameter = (name: string, otherwise?: unknown) =>
		context.getNodeParameter(name, item, otherwise as never) as unknown;
	const options = readCollection(
		'Options',
		parameter('options', {}),
		[...node.options, 'mostEndpoints'],
		'{ "incidentId": "4711" }',
	);
	const together = readChoice('Start For', parameter('startFor'), ['allItems', 'eachItem']);
	return {
		ids: readList('Endpoint IDs', parameter('endpointIds'), { whereEmpty: NO_ENDPOINTS }),
		together: together === 'allItems',
		parameters: node.read(context, item, options),
		mostEndpoints: mostEndpointsOf(context, options),
	};
}

/** What goes into one action, or several where there are more endpoints than the vendor takes at once. */
interface Group<Parameters> {
	parameters: Parameters;
	/** The input items that name each endpoint. */
	endpoints: Map<string, number[]>;
}

/**
 * The actions that make up what all items ask for: one for each set of parameters, or for each item.
 * @param most endpoints of one action
 */
export function actionsOf<Parameters>(
	asked: Array<{ item: number; asked: Pick<Asked<Parameters>, 'ids' | 'together' | 'parameters'> }>,
	most: number,
): Array<Action<Parameters>> {
	const groups = new Map<string, Group<Parameters>>();
	for (const { item, asked: one } of asked) {
		const key = JSON.stringify(one.together ? [one.parameters] : [one.parameters, item]);
		const group = groups.get(key) ?? { parameters: one.parameters, endpoints: new Map() };
		groups.set(key, group);
		for (const id of new Set(one.ids)) {
			const of = group.endpoints.get(id) ?? [];
			of.push(item);
			group.endpoints.set(id, of);
		}
	}
	return [...groups.values()].flatMap(({ parameters, endpoints }) => {
		const all = [...endpoints];
		const actions: Array<Action<Parameters>> = [];
		for (let start = 0; start < all.length; start += most) {
			const some = all.slice(start, start + most);
			const items = [...new Set(some.flatMap(([, of]) => of))].sort((a, b) => a - b);
			actions.push({ parameters, ids: some.map(([id]) => id), items });
		}
		return actions;
	});
}

/** @throws {InputError} where the items name more endpoints than the run may act on */
function checkMost(asked: Array<Asked<unknown>>, tool: boolean): void {
	const count = new Set(asked.flatMap(({ ids }) => ids)).size;
	const most = Math.min(...asked.map(({ mostEndpoints }) => mostEndpoints));
	if (count <= most) return;
	throw new InputError(
		`Endpoint IDs holds ${endpointsInWords(count)}, but at most ${thousands(most)} are allowed in one run`,
		tool
			? 'Nothing was sent. Only the author of the workflow can allow more, by setting the option Most Endpoints to a fixed number.'
			: 'Nothing was sent. Raise the option Most Endpoints, or remove it, if that is what you want.',
	);
}

/** The filter that names endpoints, the only one that these calls take. */
const filtersOf = (ids: string[]) => [{ field: 'endpoint_id_list', operator: 'in', value: ids }];

/** Acts on the endpoints that the node's items name. */
export async function actOnEndpoints<Parameters>(
	context: IExecuteFunctions,
	node: EndpointAction<Parameters>,
): Promise<INodeExecutionData[][]> {
	const { operation, url } = node;
	const hint = (message: string) =>
		context.addExecutionHints({ message, location: 'outputPane', type: 'warning' });
	const start = (
		tenant: Tenant,
		{ items, ids: asked, parameters }: Action<Parameters>,
		{ ids, output, data, refusal }: Prepared,
	): Start => ({
		items,
		about: endpointsInWords(ids.length),
		refusal,
		async send() {
			if (ids.length === 0) {
				return { action_id: null, endpoints_count: 0, requested: asked.length, ...output };
			}
			const json = await tenant.once({
				operation,
				request: {
					method: 'POST',
					url: typeof url === 'string' ? url : url(parameters),
					body: {
						request_data: { ...node.requestData(parameters), ...data, filters: filtersOf(ids) },
					},
				},
			});
			const action = startedAction(json, operation);
			const { endpoints_count: count } = action;
			if (typeof count === 'number' && count < ids.length) {
				hint(
					`Cortex runs action ${String(action.action_id)} on ${thousands(count)} of the ${endpointsInWords(ids.length)} that it was sent for. It leaves out an endpoint that it does not know, or that cannot take the action.`,
				);
			}
			return { ...action, requested: asked.length, ...output };
		},
	});
	return await gather<Asked<Parameters>>(context, {
		credential: CORTEX_CREDENTIAL,
		startsWork: { describe: startedInWords, unknown: node.unknown },
		read: (item) => readAsked(context, item, node),
		async starts(asked) {
			checkMost(
				asked.map((one) => one.asked),
				isTool(context.getNode()),
			);
			const tenant = await tenantOf(context);
			const actions = actionsOf(asked, node.mostEndpoints);
			const prepared =
				(await node.prepare?.(tenant, actions, hint)) ??
				actions.map(({ ids }) => ({ ids, output: {} }));
			return actions.map((action, index) => start(tenant, action, prepared[index]));
		},
	});
}

/** The fields that say on which endpoints a node acts, and in how many actions. */
export const endpointProperties = (verb: string): INodeProperties[] => [
	{
		displayName: 'Endpoint IDs',
		name: 'endpointIds',
		type: 'string',
		required: true,
		default: '={{ $json.endpoint_id }}',
		placeholder: 'e.g. 4f8c0d…, 91ab27…',
		hint: 'All incoming items count. To set a limit, add the option Most Endpoints.',
		description: `Endpoints to ${verb}, separated by commas, or a list. Search Endpoints gives an item for each, with its endpoint_id; and Start For says whether they are taken together.`,
	},
	{
		displayName: 'Start For',
		name: 'startFor',
		type: 'options',
		noDataExpression: true,
		default: 'allItems',
		options: [
			{
				name: 'All Items Together',
				value: 'allItems',
				description: 'One action for the endpoints of all items whose other fields are the same',
			},
			{
				name: 'Each Item',
				value: 'eachItem',
				description: 'An action for each item',
			},
		],
		description: 'Whether all incoming endpoints share one action, or each item gets its own',
	},
];

const mostEndpoints: INodeProperties = {
	displayName: 'Most Endpoints',
	name: 'mostEndpoints',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: MOST_FOR_MODELS,
	description: `How many endpoints one run may act on; more are refused before anything is sent. As a tool of an AI agent ${MOST_FOR_MODELS}, unless you set a fixed number here.`,
};

/** The line below such a node on the canvas. */
export const startForSubtitle =
	'={{ $parameter.startFor === "eachItem" ? "each item by itself" : "all items together" }}';

/** The collection Options of such a node. */
export const endpointOptions = (options: INodeProperties[]): INodeProperties =>
	optionsProperty(
		[...options, mostEndpoints].sort((a, b) => a.displayName.localeCompare(b.displayName)),
	);
