import {
	NodeConnectionTypes,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
} from 'n8n-workflow';
import { optionsProperty, simplifyProperty } from '../shared/input/properties';
import { qualysIcon, qualysMethods } from '../shared/qualys/description';
import { jobFilterProperties } from '../shared/qualys/jobFilter';
import { builderHint } from '../shared/transport/tool';
import { pollForJobs } from './poll';

export class QualysScriptJobTrigger implements INodeType {
	description: INodeTypeDescription = {
		group: ['trigger'],
		version: 1,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		icon: qualysIcon,
		credentials: [{ name: 'qualysGatewayApi', required: true, testedBy: 'qualysGatewayApiTest' }],
		displayName: 'Qualys Script Job Trigger',
		name: 'qualysScriptJobTrigger',
		subtitle:
			'={{ $parameter.event === "finished" ? "when a job has ended" : "when a job was created" }}',
		description: 'Start the workflow when a script job was created, or has ended on all assets',
		defaults: { name: 'Qualys Script Job Trigger' },
		polling: true,
		builderHint: builderHint(
			'Take this to start a workflow by script jobs of Qualys, whoever started them. Items have id, title, scriptId, platform, severity, createdAt, correlationUuid; for finished jobs also job_id, complete, succeeded, total, passed, failed, by_status, assets.',
			{ qualysGetScriptJobResults: 'Gives what the script printed on each asset' },
		),
		properties: [
			{
				displayName: 'Event',
				name: 'event',
				type: 'options',
				noDataExpression: true,
				default: 'created',
				options: [
					{
						name: 'Job Created',
						value: 'created',
						description: 'A script was started, by whoever and however',
					},
					{
						name: 'Job Finished',
						value: 'finished',
						description:
							'A job that was created after this workflow was published has ended on all assets',
					},
				],
				description:
					'What starts the workflow. Each job does so once. Nothing that was there before the workflow was published does.',
			},
			{
				displayName: 'Filters',
				name: 'filters',
				type: 'collection',
				placeholder: 'Add Filter',
				default: {},
				description: 'A job starts the workflow when it matches every filter',
				options: jobFilterProperties,
			},
			simplifyProperty,
			optionsProperty([
				{
					displayName: 'Give Up After (Days)',
					name: 'giveUpAfterDays',
					type: 'number',
					typeOptions: { minValue: 1, maxValue: 365 },
					default: 14,
					displayOptions: { show: { '/event': ['finished'] } },
					description:
						'Days after its creation in which a job is looked at. If it has not ended by then, it comes out with complete false: an asset whose agent is offline can keep a job open for days.',
				},
			]),
		],
	};

	methods = qualysMethods;

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await pollForJobs(this);
	}
}
