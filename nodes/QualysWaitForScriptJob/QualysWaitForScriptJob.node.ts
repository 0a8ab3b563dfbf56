import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { jobIdProperty, qualysIcon, qualysMethods, qualysNode } from '../shared/qualys/description';
import { QUALYS_JOBS } from '../shared/qualys/jobs';
import { builderHint, toolDescription } from '../shared/transport/tool';
import {
	planProperty,
	timeoutProperty,
	waitingTooltip,
	waitOptions,
	waitOutputs,
} from '../shared/wait/properties';
import { goOnWaiting } from '../shared/wait/roles';
import { waitForJobs } from '../shared/wait/wait';

const FOR_MODELS =
	'Wait until a script job of Qualys Custom Assessment and Remediation has ended on every asset. Takes the id of the job (a number), such as the job_id that Execute Script gives. Returns the outcome (succeeded, failed, timedOut, skipped) with status and exit code of each asset, and what the script printed there. Assets whose agent is offline can keep a job open for days. Long waits cost no worker and survive a restart of n8n. Some agents can wait 5 minutes at most: the outcome is timedOut then, and to go on waiting, call this tool again with the same ID.';

export class QualysWaitForScriptJob implements INodeType {
	description: INodeTypeDescription = {
		...qualysNode,
		icon: qualysIcon,
		// As in qualysNode: n8n's scan of packages looks for the test of a credential in the text of a node's file.
		credentials: [{ name: 'qualysGatewayApi', required: true, testedBy: 'qualysGatewayApiTest' }],
		displayName: 'Qualys Wait for Script Job',
		name: 'qualysWaitForScriptJob',
		subtitle: '={{ "up to " + $parameter.timeout + " minutes" }}',
		description: 'Wait until a script has ended on every asset, and get its outcome',
		defaults: { name: 'Qualys Wait for Script Job' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this after Execute Script, in place of a loop with Wait and Get Script Job Results. Items have job_id, outcome (succeeded, failed, timedOut, skipped), assets, status, progress, by_status, errors, results (a row per asset with script_output). Branch on failure with On Error.',
			{
				qualysExecuteScript: 'Runs a script and gives its job_id',
				qualysScriptJobTrigger: 'Starts a workflow when the job of somebody else has ended',
			},
		),
		waitingNodeTooltip: waitingTooltip('Qualys'),
		outputs: waitOutputs,
		properties: [
			toolDescription(FOR_MODELS),
			planProperty,
			jobIdProperty,
			{
				displayName: 'Poll Interval',
				name: 'pollInterval',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 30,
				hint: 'In seconds',
				description:
					'Seconds until Qualys is asked again, at least 10. After the first minute at least 65, so that the wait can be kept in the database. A job counts as ended when Qualys has named the same number of assets twice.',
			},
			{
				...timeoutProperty({ vendor: 'Qualys' }),
				hint: 'In minutes. An asset whose agent is offline can keep a job open for days; see also Finished Share.',
			},
			waitOptions({
				vendor: 'Qualys',
				parts: 'assets',
				withoutJob: 'one that an If node has led around Execute Script',
				more: [
					{
						displayName: 'Include Results',
						name: 'includeResults',
						type: 'boolean',
						default: true,
						description:
							'Whether to add what the script printed on each asset, which is fetched once, at the end',
					},
				],
			}),
		],
	};

	methods = qualysMethods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const plan = this.getNodeParameter('plan', 0, '') as string;
		if (plan !== '') return await goOnWaiting(this, QUALYS_JOBS, plan);
		return await waitForJobs(this, QUALYS_JOBS);
	}
}
