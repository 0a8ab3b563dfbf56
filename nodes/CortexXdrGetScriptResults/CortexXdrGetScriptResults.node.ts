import {
	NodeConnectionTypes,
	type IExecuteSingleFunctions,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
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
import { resultRows, scriptExecution } from '../shared/cortex/scriptResults';
import { receive, sendToCortex } from '../shared/cortex/send';
import { readChoice } from '../shared/input/values';
import { checked } from '../shared/transport/refusal';

/**
 * What an item stands for.
 * @throws {InputError} for what is none of the choices, which only an expression can give
 */
const outputOf = (context: IExecuteSingleFunctions) =>
	readChoice('Output', context.getNodeParameter('output'), ['endpoints', 'execution']);

export class CortexXdrGetScriptResults implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Cortex XDR Get Script Results',
		name: 'cortexXdrGetScriptResults',
		icon: cortexIcon,
		group: ['transform'],
		version: 1,
		subtitle: '={{ "action " + $parameter.actionId }}',
		description:
			'Get what a script that ran on endpoints of Palo Alto Cortex XDR or XSIAM returned. Takes the action_id of the script run. Returns status, return value, output of commands and standard output of each endpoint, also while some are still running.',
		defaults: { name: 'Cortex XDR Get Script Results' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cortexXdrApi', required: true, testedBy: 'cortexXdrApiTest' }],
		requestDefaults: cortexRequestDefaults,
		requestOperations: { pagination: sendToCortex() },
		properties: [
			{
				...actionIdProperty,
				description:
					'The action_id of the script run. In Cortex: Response → Action Center, column Action ID.',
				routing: {
					request: { method: 'POST', url: '/public_api/v1/scripts/get_script_execution_results/' },
					send: {
						paginate: true,
						preSend: [
							checked(function (request) {
								const id = readActionId(this.getNodeParameter('actionId'));
								outputOf(this);
								request.body = { request_data: { action_id: actionIdToSend(id) } };
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
						description: 'An item for each endpoint that the script ran on',
					},
					{
						name: 'Execution',
						value: 'execution',
						description: 'One item for the script run, with the reply as Cortex sent it',
					},
				],
				description: outputDescription,
				routing: {
					output: {
						postReceive: receive(OPERATIONS.getScriptResults, (context, json) => {
							const id = readActionId(context.getNodeParameter('actionId'));
							const execution = scriptExecution(json);
							const whole = outputOf(context) === 'execution';
							return whole ? [{ ...execution, action_id: id }] : resultRows(execution, id);
						}),
					},
				},
			},
		],
	};

	methods = { credentialTest: { cortexXdrApiTest } };
}
