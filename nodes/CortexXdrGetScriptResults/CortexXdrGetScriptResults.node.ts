import { builderHint, toolDescription } from '../shared/transport/tool';
import type { IExecuteSingleFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import {
	actionIdOf,
	actionIdProperty,
	actionIdToSend,
	cortexIcon,
	cortexMethods,
	cortexNode,
	outputDescription,
	INCOMING_ACTION_ID,
} from '../shared/cortex/description';
import { OPERATIONS } from '../shared/cortex/operations';
import { resultRows, scriptExecution } from '../shared/cortex/scriptResults';
import { cortexRequests, cortexRouting, type CortexNode } from '../shared/cortex/send';
import { readChoice } from '../shared/input/values';
import { eachItem } from '../shared/transport/answer';

/**
 * What an item stands for.
 * @throws {InputError} for what is none of the choices, which only an expression can give
 */
const outputOf = (context: IExecuteSingleFunctions) =>
	readChoice('Output', context.getNodeParameter('output'), ['endpoints', 'execution']);

const NODE: CortexNode = {
	operation: OPERATIONS.getScriptResults,
	url: '/public_api/v1/scripts/get_script_execution_results/',
	id: actionIdOf,
	prepare(request) {
		outputOf(this);
		request.body = { request_data: { action_id: actionIdToSend(actionIdOf.call(this)) } };
	},
	items(json) {
		const id = actionIdOf.call(this);
		const execution = scriptExecution(json, id);
		if (outputOf(this) === 'execution') return [{ ...execution, action_id: id }];
		const rows = resultRows(execution, id);
		return eachItem(rows, `Action ${id} has results of`, 'endpoints', 'Set Output to Execution');
	},
};

const FOR_MODELS =
	'Get what a script that ran on endpoints of Palo Alto Cortex XDR or XSIAM returned. Takes the action_id of the script run. Returns status, return value, output of commands and standard output of each endpoint, also while some are still running.';

export class CortexXdrGetScriptResults implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		...cortexRequests(NODE),
		icon: cortexIcon,
		displayName: 'Cortex XDR Get Script Results',
		name: 'cortexXdrGetScriptResults',
		subtitle: '={{ "action " + $parameter.actionId }}',
		description: 'Get what a script returned on each endpoint, also while some are still running',
		defaults: { name: 'Cortex XDR Get Script Results' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to read what a script returned. Items have action_id, endpoint_id, endpoint_name, execution_status, finished, return_value, command_output, standard_output. Wait for Job gives the same rows in its field results once the script has ended.',
			{ cortexXdrWaitForJob: 'Waits until the script has ended on all endpoints' },
		),
		properties: [
			toolDescription(FOR_MODELS),
			{
				...actionIdProperty,
				default: INCOMING_ACTION_ID,
				description:
					'The action_id of the script run. As it stands, it takes the one that Run Script or Wait for Job gives. In Cortex: Response → Action Center, column Action ID.',
				routing: cortexRouting(NODE),
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
			},
		],
	};

	methods = cortexMethods;
}
