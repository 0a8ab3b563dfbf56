import { builderHint, toolDescription } from '../shared/transport/tool';
import { optionsProperty } from '../shared/input/properties';
import type { IExecuteSingleFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { actionSummary, endpointRows, type EndpointRow } from '../shared/cortex/actionStatus';
import {
	actionIdOf,
	actionIdProperty,
	actionIdToSend,
	cortexIcon,
	cortexMethods,
	cortexNode,
	outputDescription,
} from '../shared/cortex/description';
import { ENDPOINT_NAMES } from '../shared/cortex/endpoints';
import { OPERATIONS, type Question } from '../shared/cortex/operations';
import { cortexRequests, cortexRouting, type CortexNode } from '../shared/cortex/send';
import { Cancelled, passOn } from '../shared/errors';
import { readCollection } from '../shared/input/collections';
import { readChoice, readSwitch } from '../shared/input/values';
import { eachItem } from '../shared/transport/answer';
import { hintWhere } from '../shared/transport/hints';
import type { Ask } from '../shared/transport/asking';
import { namedRows } from '../shared/wait/names';

/**
 * What an item stands for.
 * @throws {InputError} for what is none of the choices, which only an expression can give
 */
const outputOf = (context: IExecuteSingleFunctions) =>
	readChoice('Output', context.getNodeParameter('output'), ['endpoints', 'summary']);

/**
 * Whether the names of the endpoints are wanted.
 * @throws {InputError} also for options under a name that this node does not know
 */
function wantsNames(context: IExecuteSingleFunctions): boolean {
	const options = readCollection(
		'Options',
		context.getNodeParameter('options', {}),
		['endpointNames'],
		'{ "endpointNames": true }',
	);
	return readSwitch('Endpoint Names', options.endpointNames ?? false);
}

/** Rows with the names of their endpoints. That they cannot be looked up changes nothing but that they are null. */
async function withNames(rows: EndpointRow[], ask: Ask<Question>): Promise<EndpointRow[]> {
	let names: ReadonlyMap<string, string> = new Map();
	try {
		const ids = rows.map(({ endpoint_id }) => endpoint_id);
		names = await ENDPOINT_NAMES.lookUp(ask, ids);
	} catch (error) {
		if (error instanceof Cancelled) return await passOn(error);
	}
	return namedRows(rows, ENDPOINT_NAMES, names);
}

const NAME = 'Cortex XDR Get Action Status';

/** For the panel: of a declarative node, it is all that can tell the user. Items of Summary hold the rows in a list. */
const NO_NAMES =
	'node.params.options?.endpointNames === true && ((rows) => rows.length > 0 && rows.every(({ endpoint_name }) => endpoint_name === null))(node.all(0, $runIndex).flatMap(({ json }) => json.endpoints ?? json))';

const NODE: CortexNode = {
	operation: OPERATIONS.getActionStatus,
	url: '/public_api/v1/actions/get_action_status/',
	id: actionIdOf,
	prepare(request) {
		outputOf(this);
		wantsNames(this);
		request.body = { request_data: { group_action_id: actionIdToSend(actionIdOf.call(this)) } };
	},
	async items(json, { lastly }) {
		const id = actionIdOf.call(this);
		const found = endpointRows(json, id);
		const rows = wantsNames(this) ? await withNames(found, lastly) : found;
		if (outputOf(this) === 'summary') return [actionSummary(id, rows)];
		return eachItem(rows, `Action ${id} has`, 'endpoints', 'Set Output to Summary');
	},
};

const FOR_MODELS =
	'Get the status of an action of Palo Alto Cortex XDR or XSIAM, such as a scan or a script run, on each of its endpoints. Takes its action_id. Returns status, whether it has finished, and the reason for a failure. Asks once and does not wait.';

export class CortexXdrGetActionStatus implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		...cortexRequests(NODE),
		icon: cortexIcon,
		displayName: NAME,
		name: 'cortexXdrGetActionStatus',
		subtitle: '={{ "action " + $parameter.actionId }}',
		description: 'Get how a scan or another action stands on each endpoint, once, without waiting',
		defaults: { name: NAME },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to look at an action once. Items have action_id, endpoint_id, status, finished, error; endpoint_name with Endpoint Names; with Output = Summary, one item has finished, total, by_status, endpoints. To wait until it has ended, take Wait for Job instead of a loop.',
			{
				cortexXdrWaitForJob: 'Waits until the action has ended',
				cortexXdrScanEndpoints: 'Starts a scan and gives its action_id',
			},
		),
		hints: [
			hintWhere(
				NAME,
				'No endpoint has a name here. Perhaps the role of the API key lacks the permission Endpoint Administrations (view), or these endpoints are no longer in the tenant.',
				NO_NAMES,
			),
		],
		properties: [
			toolDescription(FOR_MODELS),
			{ ...actionIdProperty, routing: cortexRouting(NODE) },
			{
				displayName: 'Output',
				name: 'output',
				type: 'options',
				noDataExpression: true,
				default: 'endpoints',
				options: [
					{
						name: 'Endpoints',
						value: 'endpoints',
						description: 'An item for each endpoint of the action',
					},
					{
						name: 'Summary',
						value: 'summary',
						description: 'One item for the action, with counts and the list of its endpoints',
					},
				],
				description: outputDescription,
			},
			optionsProperty([
				{
					displayName: 'Endpoint Names',
					name: 'endpointNames',
					type: 'boolean',
					default: false,
					description:
						'Whether to look up the names of the endpoints, a hundred in a request. Needs the permission Endpoint Administrations (view).',
				},
			]),
		],
	};

	methods = cortexMethods;
}
