import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { cortexIcon, cortexMethods, cortexNode } from '../shared/cortex/description';
import { prepareScan, scanProperties } from '../shared/cortex/scans';
import { cortexRequests, cortexRouting, type CortexNode } from '../shared/cortex/send';
import { startedAction, startedInWords } from '../shared/cortex/startedAction';
import { isNothingToDo } from '../shared/cortex/statusWords';
import { builderHint, toolDescription } from '../shared/transport/tool';

const NODE: CortexNode = {
	operation: {
		name: 'Abort Scan',
		license: 'Cortex XDR Prevent or Cortex XDR Pro',
		permission: 'Endpoint Scan',
	},
	url: '/public_api/v1/endpoints/abort_scan',
	startsWork: {
		describe: startedInWords,
		unknown:
			'It is not known whether these scans are being aborted, and the request is not sent a second time. Look under Response → Action Center before you run this node again.',
	},
	prepare: prepareScan,
	items: (json) => [{ ...startedAction(json, NODE.operation), nothing_to_abort: false }],
	// No scan is running there, which is what was wanted.
	instead: (fault) =>
		isNothingToDo(fault)
			? [{ action_id: null, endpoints_count: 0, nothing_to_abort: true }]
			: undefined,
};

const FOR_MODELS =
	'Abort malware scans that are pending or in progress on endpoints of Palo Alto Cortex XDR or XSIAM. Takes filters such as group, hostname or IP address. Returns an action_id and the number of endpoints at once; where no scan is running, nothing_to_abort is true. The scan itself then shows ABORTED for these endpoints.';

export class CortexXdrAbortScan implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		...cortexRequests(NODE),
		icon: cortexIcon,
		displayName: 'Cortex XDR Abort Scan',
		name: 'cortexXdrAbortScan',
		subtitle: '={{ $parameter.scope === "all" ? "all endpoints" : "matching endpoints" }}',
		description: 'Abort the scans that are running on the endpoints that match, or on all',
		defaults: { name: 'Cortex XDR Abort Scan' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to stop scans that are pending or in progress, such as one that Wait for Job has given up. Its item has action_id (null where nothing was running), endpoints_count, nothing_to_abort.',
			{
				cortexXdrWaitForJob: 'Gives up a scan at its timeout, and can wait for the abort',
				cortexXdrScanEndpoints: 'Starts a scan',
			},
		),
		properties: [
			toolDescription(FOR_MODELS),
			...scanProperties(
				{
					verb: 'abort scans on',
					matching: 'Scans are aborted on an endpoint that',
					allNotice:
						'This aborts the running scans of every endpoint of the tenant, whoever started them.',
					noun: 'abort',
				},
				cortexRouting(NODE),
			),
		],
	};

	methods = cortexMethods;
}
