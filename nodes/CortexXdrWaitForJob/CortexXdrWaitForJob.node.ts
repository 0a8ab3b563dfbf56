import { builderHint, toolDescription } from '../shared/transport/tool';
import { CORTEX_JOBS } from '../shared/cortex/jobs';
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { cortexIcon, cortexMethods, cortexNode } from '../shared/cortex/description';
import {
	planProperty,
	timeoutProperty,
	waitingTooltip,
	waitOptions,
	waitOutputs,
} from '../shared/wait/properties';
import { goOnWaiting } from '../shared/wait/roles';
import { waitForJobs } from '../shared/wait/wait';

const hideWithoutParts = { hide: { '/jobType': ['importJob', 'xqlQuery'] } };

const timeout = timeoutProperty({ vendor: 'Cortex' });

const OPTIONS: INodeProperties[] = [
	{
		displayName: 'Accept Partial',
		name: 'acceptPartial',
		type: 'boolean',
		default: false,
		description: 'Whether a job or an endpoint that was completed in part counts as success',
	},
	{
		displayName: 'Endpoint Names',
		name: 'endpointNames',
		type: 'boolean',
		default: true,
		displayOptions: hideWithoutParts,
		description:
			'Whether to look up the names of the endpoints at the end, for the rows of the output and for error messages. Needs the permission Endpoint Administrations (view).',
	},
	{
		displayName: 'Include Results',
		name: 'includeResults',
		type: 'boolean',
		default: true,
		displayOptions: { show: { '/jobType': ['scriptExecution', 'xqlQuery'] } },
		description:
			'Whether to add what the script returned on each endpoint, or the first 1,000 rows of the query',
	},
];

/** A script that is waited for as any other action succeeds, and says nothing of what it has printed. */
function hintAtScripts(context: IExecuteFunctions): void {
	const missed = context
		.getInputData()
		.some(
			({ json }, item) =>
				json.script_uid !== undefined &&
				context.getNodeParameter('jobId', item, '') === json.action_id &&
				context.getNodeParameter('jobType', item, '') === 'endpointAction',
		);
	if (!missed) return;
	context.addExecutionHints({
		message:
			'This waits for a script. To get what the script returned, set Job Type to Script Execution.',
		location: 'outputPane',
	});
}

const FOR_MODELS =
	'Wait until a job of Palo Alto Cortex XDR or XSIAM has ended: a scan or another endpoint action, a script execution, an import job, or a query (xqlQuery). Takes its action_id, job_id or query_id. Returns the outcome (succeeded, failed, timedOut, notFound, skipped) with name and status of each endpoint, or the rows of the query. Long waits cost no worker and survive a restart of n8n. Some agents can wait 5 minutes at most: the outcome is timedOut then, and to go on waiting, call this tool again with the same ID.';

export class CortexXdrWaitForJob implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		icon: cortexIcon,
		// As in cortexNode: n8n's scan of packages looks for the test of a credential in the text of a node's file.
		credentials: [{ name: 'cortexXdrApi', required: true, testedBy: 'cortexXdrApiTest' }],
		displayName: 'Cortex XDR Wait for Job',
		name: 'cortexXdrWaitForJob',
		subtitle:
			'={{ { endpointAction: "endpoint action", scriptExecution: "script execution", importJob: "import job", xqlQuery: "XQL query" }[$parameter.jobType] }}',
		description:
			'Wait until a scan, isolation, script, import or query has ended, and get its outcome',
		defaults: { name: 'Cortex XDR Wait for Job' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this after whatever starts a scan, another endpoint action, a script, an import or a query (XQL), in place of a loop with Wait and Get Action Status. Items have job_id, outcome (succeeded, failed, timedOut, notFound, skipped), status, progress, by_status, endpoints, errors, results. Branch on failure with On Error.',
			{
				cortexXdrScanEndpoints: 'Starts a scan and gives its action_id',
				cortexXdrIsolateEndpoints:
					'Isolates endpoints; its action_id may be null, see If Job ID Is Empty',
				cortexXdrRunScript: 'Runs a script and gives its action_id',
				cortexXdrStartQuery: 'Starts a query and gives its query_id',
			},
		),
		waitingNodeTooltip: waitingTooltip('Cortex'),
		outputs: waitOutputs,
		properties: [
			toolDescription(FOR_MODELS),
			planProperty,
			{
				displayName: 'Job Type',
				name: 'jobType',
				type: 'options',
				noDataExpression: true,
				default: 'endpointAction',
				options: [
					{
						name: 'Endpoint Action',
						value: 'endpointAction',
						description: 'A scan, isolation, file retrieval or any other action on endpoints',
					},
					{
						name: 'Import Job',
						value: 'importJob',
						description: 'An import from an external scanner (BYOS)',
					},
					{
						name: 'Script Execution',
						value: 'scriptExecution',
						description: 'A script that runs on endpoints',
					},
					{
						name: 'XQL Query',
						value: 'xqlQuery',
						description: 'A query over the logs, alerts and endpoints in Cortex',
					},
				],
				description:
					'What to wait for. It must fit the node that started the job: Endpoint Action after Scan, Isolate or Retrieve Files, Script Execution after Run Script, Import Job after Submit Import, XQL Query after Start Query.',
			},
			{
				displayName: 'Job ID',
				name: 'jobId',
				type: 'string',
				required: true,
				default:
					'={{ $json.action_id ?? $json.group_action_id ?? $json.job_id ?? $json.query_id }}',
				placeholder: 'e.g. 22519813685366',
				description:
					'The action_id, job_id or query_id that the start of the job gave. Taken from the incoming item unless you enter another one.',
			},
			{
				displayName: 'Poll Interval',
				name: 'pollInterval',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 10,
				hint: 'In seconds',
				description:
					'Seconds until Cortex is asked again, of a query at least 5. After the first minute at least 65, so that the wait can be kept in the database.',
			},
			{ ...timeout, displayOptions: { hide: { jobType: ['importJob'] } } },
			{
				...timeout,
				hint: 'In minutes. Cortex itself ends an import job after 24 hours (1440 minutes), as COMPLETED_WITH_ERRORS.',
				displayOptions: { show: { jobType: ['importJob'] } },
			},
			waitOptions({
				vendor: 'Cortex',
				parts: 'endpoints',
				withoutJob: 'that of Isolate Endpoints where all endpoints are isolated already',
				hasParts: hideWithoutParts,
				more: OPTIONS,
			}),
		],
	};

	methods = cortexMethods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const plan = this.getNodeParameter('plan', 0, '') as string;
		if (plan !== '') return await goOnWaiting(this, CORTEX_JOBS, plan);
		hintAtScripts(this);
		return await waitForJobs(this, CORTEX_JOBS);
	}
}
