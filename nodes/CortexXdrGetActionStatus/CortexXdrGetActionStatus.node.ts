import {
	NodeConnectionTypes,
	type IExecuteSingleFunctions,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { actionSummary, endpointRows } from '../shared/cortex/actionStatus';
import { cortexXdrApiTest } from '../shared/cortex/credentialTest';
import {
	actionIdProperty,
	actionIdToSend,
	cortexIcon,
	cortexRequestDefaults,
	outputDescription,
	readActionId,
} from '../shared/cortex/description';
import { OPERATIONS } from '../shared/cortex/operations';
import { receive, sendToCortex } from '../shared/cortex/send';
import { readChoice } from '../shared/input/values';
import { checked } from '../shared/transport/refusal';

/**
 * What an item stands for.
 * @throws {InputError} for what is none of the choices, which only an expression can give
 */
const outputOf = (context: IExecuteSingleFunctions) =>
	readChoice('Output', context.getNodeParameter('output'), ['endpoints', 'summary']);

export class CortexXdrGetActionStatus implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Cortex XDR Get Action Status',
		name: 'cortexXdrGetActionStatus',
		icon: cortexIcon,
		group: ['transform'],
		version: 1,
		subtitle: '={{ "action " + $parameter.actionId }}',
		description:
			'Get the status of an action of Palo Alto Cortex XDR or XSIAM, such as a scan or a script run, on each of its endpoints. Takes its action_id. Returns status, whether it has finished, and the reason for a failure. Asks once and does not wait.',
		defaults: { name: 'Cortex XDR Get Action Status' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cortexXdrApi', required: true, testedBy: 'cortexXdrApiTest' }],
		requestDefaults: cortexRequestDefaults,
		requestOperations: { pagination: sendToCortex() },
		properties: [
			{
				...actionIdProperty,
				routing: {
					request: { method: 'POST', url: '/public_api/v1/actions/get_action_status/' },
					send: {
						paginate: true,
						preSend: [
							checked(function (request) {
								const id = readActionId(this.getNodeParameter('actionId'));
								outputOf(this);
								request.body = { request_data: { group_action_id: actionIdToSend(id) } };
							}),
						],
					},
				},
			},
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
				routing: {
					output: {
						postReceive: receive(OPERATIONS.getActionStatus, (context, json) => {
							const id = readActionId(context.getNodeParameter('actionId'));
							const rows = endpointRows(json, id);
							const summary = outputOf(context) === 'summary';
							return summary ? [actionSummary(id, rows)] : rows.map((row) => ({ ...row }));
						}),
					},
				},
			},
		],
	};

	methods = { credentialTest: { cortexXdrApiTest } };
}
