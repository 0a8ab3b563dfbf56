import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { cortexIcon, cortexMethods, cortexNode } from '../shared/cortex/description';
import { actOnEndpoints, startForSubtitle } from '../shared/cortex/endpointActions';
import { isolationNode, isolationProperties } from '../shared/cortex/isolationNode';
import { ISOLATION_ROLE } from '../shared/cortex/operations';
import { builderHint, toolDescription } from '../shared/transport/tool';

const NODE = isolationNode(
	'unisolate',
	{ name: 'Unisolate Endpoints', ...ISOLATION_ROLE },
	'It is not known whether the isolation of these endpoints is being lifted, and the request is not sent a second time. Look under Response → Action Center, or search for the endpoints, before you run this node again.',
);

const FOR_MODELS =
	'End the isolation of endpoints of Palo Alto Cortex XDR or XSIAM, so that they reach the network again. Do it only for endpoints that you were asked to release. Takes endpoint ids (32 hexadecimal digits, from Search Endpoints), never names. Returns an action_id, and for each endpoint whether it was sent, alreadyDone, underWay or leftOut, and why.';

export class CortexXdrUnisolateEndpoints implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		icon: cortexIcon,
		displayName: 'Cortex XDR Unisolate Endpoints',
		name: 'cortexXdrUnisolateEndpoints',
		subtitle: startForSubtitle,
		description: 'End the isolation of endpoints, so that they reach the network again',
		defaults: { name: 'Cortex XDR Unisolate Endpoints' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to release endpoints from isolation (unisolate, reconnect), after Search Endpoints has given their endpoint_id. One item for each action: action_id (null where nothing had to be sent), endpoints_count, requested, endpoints (endpoint_id, endpoint_name, before, result, reason).',
			{
				cortexXdrSearchEndpoints: 'Finds isolated endpoints, and gives their endpoint_id',
				cortexXdrWaitForJob:
					'Waits until the endpoints are released; set its option If Job ID Is Empty to Skip',
				cortexXdrIsolateEndpoints: 'Isolates endpoints',
			},
		),
		properties: [toolDescription(FOR_MODELS), ...isolationProperties('unisolate')],
	};

	methods = cortexMethods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await actOnEndpoints(this, NODE);
	}
}
