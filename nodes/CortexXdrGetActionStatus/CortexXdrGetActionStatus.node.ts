import { builderHint, toolDescription } from '../shared/transport/tool';
import type { IExecuteSingleFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { actionSummary, endpointRows } from '../shared/cortex/actionStatus';
import {
	actionIdOf,
	actionIdProperty,
	actionIdToSend,
	cortexIcon,
	cortexMethods,
	cortexNode,
	outputDescription,
} from '../shared/cortex/description';
import { OPERATIONS } from '../shared/cortex/operations';
import { cortexRequests, cortexRouting, type CortexNode } from '../shared/cortex/send';
import { readChoice } from '../shared/input/values';
import { eachItem } from '../shared/transport/answer';

/**
 * What an item stands for.
 * @throws {InputError} for what is none of the choices, which only an expression can give
 */
const outputOf = (context: IExecuteSingleFunctions) =>
	readChoice('Output', context.getNodeParameter('output'), ['endpoints', 'summary']);

const NODE: CortexNode = {
	operation: OPERATIONS.getActionStatus,
	url: '/public_api/v1/actions/get_action_status/',
	id: actionIdOf,
	prepare(request) {
		outputOf(this);
		request.body = { request_data: { group_action_id: actionIdToSend(actionIdOf.call(this)) } };
	},
	items(json) {
		const id = actionIdOf.call(this);
		const rows = endpointRows(json, id);
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
		displayName: 'Cortex XDR Get Action Status',
		name: 'cortexXdrGetActionStatus',
		subtitle: '={{ "action " + $parameter.actionId }}',
		description: 'Get how a scan or another action stands on each endpoint, once, without waiting',
		defaults: { name: 'Cortex XDR Get Action Status' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to look at an action once. Items have action_id, endpoint_id, status, finished, error; with Output = Summary, one item has finished, total, by_status, endpoints. To wait until it has ended, take Wait for Job instead of a loop.',
			{
				cortexXdrWaitForJob: 'Waits until the action has ended',
				cortexXdrScanEndpoints: 'Starts a scan and gives its action_id',
			},
		),
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
		],
	};

	methods = cortexMethods;
}
