import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { cortexIcon, cortexMethods, cortexNode } from '../shared/cortex/description';
import {
	actOnEndpoints,
	endpointOptions,
	endpointProperties,
} from '../shared/cortex/endpointActions';
import { incidentProperty } from '../shared/cortex/incident';
import { builderHint, toolDescription } from '../shared/transport/tool';
import { getScriptInputs, searchScripts } from './lists';
import { RUN_SCRIPT } from './runScript';

const forLibrary = { show: { source: ['library'] } };

const FOR_MODELS =
	'Run a script on endpoints of Palo Alto Cortex XDR or XSIAM: the one that the author of the workflow has chosen. Takes endpoint ids (32 hexadecimal digits, from Search Endpoints), never names, and the inputs of the script. Returns an action_id and the number of endpoints at once; wait for the action_id to get what the script returned.';

export class CortexXdrRunScript implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		icon: cortexIcon,
		displayName: 'Cortex XDR Run Script',
		name: 'cortexXdrRunScript',
		subtitle:
			'={{ $parameter.source === "snippet" ? "Python snippet" : ($parameter.scriptUid?.cachedResultName || "script of the library") }}',
		description: 'Run a script of the library, or your own Python code, on endpoints',
		defaults: { name: 'Cortex XDR Run Script' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to run a script or commands on endpoints (live response), after Search Endpoints has given their endpoint_id. All input items go into one run. Items have action_id, endpoints_count, requested, script_uid, script_name.',
			{
				cortexXdrSearchEndpoints: 'Finds endpoints, and gives their endpoint_id',
				cortexXdrWaitForJob:
					'Waits until the script has ended, with Job Type set to Script Execution, and gives what it returned',
				cortexXdrDownloadFiles: 'Downloads the files that the script brought back',
			},
		),
		properties: [
			toolDescription(FOR_MODELS),
			{
				displayName: 'Source',
				name: 'source',
				type: 'options',
				noDataExpression: true,
				default: 'library',
				options: [
					{
						name: 'Script Library',
						value: 'library',
						description: "A script of the tenant's Agent Script Library",
					},
					{
						name: 'Snippet',
						value: 'snippet',
						description: 'Python code that you enter here',
					},
				],
				description: 'Where the script comes from',
			},
			{
				displayName: 'Script',
				name: 'scriptUid',
				type: 'resourceLocator',
				required: true,
				default: { mode: 'list', value: '' },
				displayOptions: forLibrary,
				modes: [
					{
						displayName: 'From List',
						name: 'list',
						type: 'list',
						placeholder: 'Select a script…',
						typeOptions: { searchListMethod: 'searchScripts', searchable: true },
					},
					{
						displayName: 'By UID',
						name: 'id',
						type: 'string',
						placeholder: 'e.g. 956e8989f67ebcb2c71c4635311e47e4',
					},
				],
				hint: 'Its inputs appear below. If they do not fit after you have changed the script: ⋮ beside them → Refresh Input List.',
				description: 'The script to run. One that is high risk is marked as such in the list.',
			},
			{
				displayName: 'Parameters',
				name: 'parameters',
				type: 'resourceMapper',
				noDataExpression: true,
				default: { mappingMode: 'defineBelow', value: null },
				// n8n asks for the fields as this appears. It asks again for another script, but only where all expressions
				// of the node can be resolved, which they cannot before its input is there.
				displayOptions: { ...forLibrary, hide: { scriptUid: [''] } },
				typeOptions: {
					loadOptionsDependsOn: ['scriptUid.value'],
					resourceMapper: {
						resourceMapperMethod: 'getScriptInputs',
						mode: 'add',
						valuesLabel: 'Inputs of the Script',
						fieldWords: { singular: 'input', plural: 'inputs' },
						addAllFields: true,
						supportAutoMap: false,
					},
				},
				description: 'What the script takes. Fields that you leave empty are not sent.',
			},
			{
				displayName: 'Code',
				name: 'snippetCode',
				type: 'string',
				typeOptions: { rows: 8 },
				required: true,
				default: '',
				placeholder: 'e.g. import platform\nprint(platform.node())',
				displayOptions: { show: { source: ['snippet'] } },
				description: 'Python 3.7 code, which the agent runs on each endpoint',
			},
			...endpointProperties('run the script on'),
			endpointOptions([
				incidentProperty('script run'),
				{
					displayName: 'Script Timeout',
					name: 'scriptTimeout',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 600,
					hint: 'In seconds',
					description:
						'Seconds that the script may run on an endpoint. An endpoint that is offline does not count: it runs the script when it returns.',
				},
			]),
		],
	};

	methods = {
		...cortexMethods,
		listSearch: { searchScripts },
		resourceMapping: { getScriptInputs },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await actOnEndpoints(this, RUN_SCRIPT);
	}
}
