import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { optionsProperty } from '../shared/input/properties';
import { qualysIcon, qualysMethods, qualysNode } from '../shared/qualys/description';
import { wholeAnswer } from '../shared/qualys/send';
import { hintWhere } from '../shared/transport/hints';
import { checked } from '../shared/transport/refusal';
import { builderHint, toolDescription } from '../shared/transport/tool';
import { executeRequests, executionOf } from './executeScript';
import { getTags } from './tags';

const NAME = 'Qualys Execute Script';

const showForLab = { show: { target: ['testTags'] } };
const showForProduction = { show: { target: ['production'] } };

const FOR_MODELS =
	'Run a script of Qualys Custom Assessment and Remediation now, on the assets of the lab or on production assets, as the author of the workflow has set. Takes the number of the script. Returns the job_id of the run within a minute, while the script goes on; pass it to Wait for Script Job. It starts work on machines: never repeat it because the result is missing.';

export class QualysExecuteScript implements INodeType {
	description: INodeTypeDescription = {
		...qualysNode,
		...executeRequests,
		icon: qualysIcon,
		// As in qualysNode: n8n's scan of packages looks for the test of a credential in the text of a node's file.
		credentials: [{ name: 'qualysGatewayApi', required: true, testedBy: 'qualysGatewayApiTest' }],
		displayName: NAME,
		name: 'qualysExecuteScript',
		subtitle:
			'={{ $parameter.target === "production" ? "on production assets" : "on the assets of the lab" }}',
		description: 'Run a script now, on the assets of the lab or on production assets',
		defaults: { name: NAME },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to run a script of Qualys Custom Assessment and Remediation. Its item has script_id, correlation_uuid, job_id (null if the job did not show up within a minute) and job_ids, while the script goes on; Wait for Script Job comes next.',
			{
				qualysWaitForScriptJob: 'Waits until the script has ended on all assets',
				qualysGetScriptJobResults: 'Looks at the job once, and gives what the script printed',
			},
		),
		hints: [
			hintWhere(
				NAME,
				'The script was started, but its job did not show up within a minute: see reason in the result.',
				'first.json.job_id === null',
			),
			hintWhere(
				NAME,
				'This run made several jobs, and job_id is only the first of them. To wait for all, put Split Out before Wait for Script Job, for the field job_ids, and use its value as Job ID.',
				'first.json.job_ids.length > 1',
			),
		],
		properties: [
			toolDescription(FOR_MODELS),
			{
				displayName:
					'An asset whose last job of the same script is still pending gets no new one for 14 days: then the script runs on fewer assets than you name, or on none.',
				name: 'pendingNotice',
				type: 'notice',
				default: '',
			},
			{
				displayName: 'Script ID',
				name: 'scriptId',
				type: 'string',
				required: true,
				default: '',
				placeholder: 'e.g. 276233',
				description: 'Number of the script. It is in the list of scripts in Qualys.',
				routing: {
					request: { method: 'POST', url: '/sm/v1/scripts/' },
					send: {
						paginate: true,
						preSend: [
							checked(function () {
								executionOf(this);
							}),
						],
					},
					output: { postReceive: wholeAnswer },
				},
			},
			{
				displayName: 'Target',
				name: 'target',
				type: 'options',
				noDataExpression: true,
				default: 'testTags',
				options: [
					{
						name: 'Lab',
						value: 'testTags',
						description: 'Test mode: the assets that carry tags of the lab',
					},
					{
						name: 'Production',
						value: 'production',
						description: 'Any assets, by their numbers or tags',
					},
				],
				description: 'Where the script runs',
			},
			{
				displayName: 'Test Tag Names or IDs',
				name: 'testTags',
				type: 'multiOptions',
				typeOptions: { loadOptionsMethod: 'getTags' },
				required: true,
				default: [],
				displayOptions: showForLab,
				description:
					'Tags of the lab; the list cannot tell them from others. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
			{
				displayName:
					'Qualys documents how production assets are named by a table only, without a sample, so try this with a harmless script first. It needs the role Manager, Operations or Library Script Importer.',
				name: 'productionNotice',
				type: 'notice',
				default: '',
				displayOptions: showForProduction,
			},
			{
				displayName: 'Asset IDs',
				name: 'assetIds',
				type: 'string',
				default: '',
				placeholder: 'e.g. 7512812, 7512813',
				displayOptions: showForProduction,
				description:
					'Numbers of assets, separated by commas, or a list. As a tool of an AI agent, 100 at most.',
			},
			{
				displayName: 'Asset Tag IDs',
				name: 'assetTagIds',
				type: 'string',
				default: '',
				placeholder: 'e.g. 45127',
				displayOptions: showForProduction,
				description:
					'Numbers of tags, separated by commas, or a list: the script runs on every asset that has one of them',
			},
			{
				displayName: 'Excluded Asset IDs',
				name: 'excludedAssetIds',
				type: 'string',
				default: '',
				placeholder: 'e.g. 7512899',
				displayOptions: showForProduction,
				description: 'Numbers of assets on which the script does not run, whatever their tags',
			},
			{
				displayName: 'Description',
				name: 'description',
				type: 'string',
				default: '',
				placeholder: 'e.g. Weekly check of the lab',
				description: 'Text that Qualys keeps with the run',
			},
			optionsProperty([
				{
					displayName: 'Execution Policy Bypass',
					name: 'executionPolicyBypass',
					type: 'boolean',
					default: false,
					description:
						'Whether to ignore the execution policy of PowerShell; for scripts on Windows only',
				},
				{
					displayName: 'Reboot After Script Execution',
					name: 'rebootAfterScriptExecution',
					type: 'boolean',
					default: false,
					description:
						'Whether to restart each asset once the script has ended there. As a tool of an AI agent, only where you set it here.',
				},
				{
					displayName: 'Reboot Delay',
					name: 'rebootDelayInSeconds',
					type: 'number',
					typeOptions: { minValue: 0, maxValue: 86400 },
					default: 60,
					hint: 'In seconds',
					description: 'Seconds between the end of the script and the restart',
				},
				{
					displayName: 'User ID',
					name: 'userId',
					type: 'string',
					default: '',
					placeholder: 'e.g. 5b1f6f5e-7f0a-4c1d-9a5b-3c2d1e0f9a8b',
					description:
						'UUID of the user in whose name the script runs, together with User Name. Only where Qualys asks for it: its page does not say whether it must be given.',
				},
				{
					displayName: 'User Name',
					name: 'userName',
					type: 'string',
					default: '',
					placeholder: 'e.g. corp_ab1',
					description: 'Name of that user',
				},
			]),
		],
	};

	methods = { ...qualysMethods, loadOptions: { getTags } };
}
