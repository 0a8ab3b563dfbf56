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
	'isolate',
	{ name: 'Isolate Endpoints', ...ISOLATION_ROLE },
	'It is not known whether these endpoints are being isolated, and the request is not sent a second time. Look under Response → Action Center, or search for the endpoints, before you run this node again.',
);

const FOR_MODELS =
	'Isolate endpoints of Palo Alto Cortex XDR or XSIAM from the network: they can then reach nothing but Cortex. This cuts people off, so do it only for endpoints that you were asked to isolate. Takes endpoint ids (32 hexadecimal digits, from Search Endpoints), never names. Returns an action_id, and for each endpoint whether it was sent, alreadyDone, underWay or leftOut, and why. Isolating takes a while: wait for the action_id.';

export class CortexXdrIsolateEndpoints implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		icon: cortexIcon,
		displayName: 'Cortex XDR Isolate Endpoints',
		name: 'cortexXdrIsolateEndpoints',
		subtitle: startForSubtitle,
		description: 'Cut endpoints off from the network, so that they reach nothing but Cortex',
		defaults: { name: 'Cortex XDR Isolate Endpoints' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to contain (isolate, quarantine from the network) endpoints, after Search Endpoints has given their endpoint_id. One item for each action: action_id (null where nothing had to be sent), endpoints_count, requested, endpoints (endpoint_id, endpoint_name, before, result, reason).',
			{
				cortexXdrSearchEndpoints:
					'Finds endpoints by hostname, user or address, and gives their endpoint_id',
				cortexXdrWaitForJob:
					'Waits until the endpoints are isolated; set its option If Job ID Is Empty to Skip',
				cortexXdrUnisolateEndpoints: 'Ends the isolation',
			},
		),
		properties: [toolDescription(FOR_MODELS), ...isolationProperties('isolate')],
	};

	methods = cortexMethods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await actOnEndpoints(this, NODE);
	}
}
