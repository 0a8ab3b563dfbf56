import { builderHint, toolDescription } from '../shared/transport/tool';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { cortexIcon, cortexMethods, cortexNode } from '../shared/cortex/description';
import { OPERATIONS } from '../shared/cortex/operations';
import { prepareScan, scanProperties } from '../shared/cortex/scans';
import { cortexRequests, cortexRouting, type CortexNode } from '../shared/cortex/send';
import { startedAction, startedInWords } from '../shared/cortex/startedAction';

const NODE: CortexNode = {
	operation: OPERATIONS.scanEndpoints,
	url: '/public_api/v1/endpoints/scan',
	startsWork: {
		describe: startedInWords,
		unknown:
			'It is not known whether this scan was started, and it is not started a second time. Look under Response → Action Center before you run this node again.',
	},
	prepare: prepareScan,
	items: (json) => [startedAction(json, OPERATIONS.scanEndpoints)],
};

const FOR_MODELS =
	'Start a malware scan on endpoints of Palo Alto Cortex XDR or XSIAM. Takes filters such as group, hostname or IP address. Returns an action_id and the number of endpoints at once, while the scan goes on; pass the action_id to Wait for Job or Get Action Status.';

export class CortexXdrScanEndpoints implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		...cortexRequests(NODE),
		icon: cortexIcon,
		displayName: 'Cortex XDR Scan Endpoints',
		name: 'cortexXdrScanEndpoints',
		subtitle: '={{ $parameter.scope === "all" ? "all endpoints" : "matching endpoints" }}',
		description: 'Start a malware scan on the endpoints that match, or on all',
		defaults: { name: 'Cortex XDR Scan Endpoints' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to start a malware scan. Its item has action_id and endpoints_count at once, while the scan goes on; Wait for Job comes next.',
			{
				cortexXdrWaitForJob: 'Waits until the scan has ended on all endpoints',
				cortexXdrGetActionStatus: 'Looks at the scan once',
			},
		),
		properties: [
			toolDescription(FOR_MODELS),
			...scanProperties(
				{
					verb: 'scan',
					matching: 'An endpoint is scanned when it',
					allNotice:
						'This scans every endpoint of the tenant. This node cannot know how many that is until the scan has started (see endpoints_count).',
					noun: 'scan',
				},
				cortexRouting(NODE),
			),
		],
	};

	methods = cortexMethods;
}
