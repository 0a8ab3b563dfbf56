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
	startForSubtitle,
} from '../shared/cortex/endpointActions';
import { incidentProperty } from '../shared/cortex/incident';
import { builderHint, toolDescription } from '../shared/transport/tool';
import { RETRIEVE_FILES } from './retrieveFiles';

const FOR_MODELS =
	'Retrieve files from endpoints of Palo Alto Cortex XDR or XSIAM. Takes endpoint ids (32 hexadecimal digits, from Search Endpoints), never names, and whole paths of files by operating system, without wildcards; 20 files at most. Returns an action_id for every 10 endpoints; wait for it, then download the files with it.';

export class CortexXdrRetrieveFiles implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		icon: cortexIcon,
		displayName: 'Cortex XDR Retrieve Files',
		name: 'cortexXdrRetrieveFiles',
		subtitle: startForSubtitle,
		description: 'Have files of endpoints brought to Cortex, from where they can be downloaded',
		defaults: { name: 'Cortex XDR Retrieve Files' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to get files from endpoints (forensics, evidence, malware samples), after Search Endpoints has given their endpoint_id. An item for each action, of 10 endpoints at most: action_id, endpoints_count, requested.',
			{
				cortexXdrSearchEndpoints: 'Finds endpoints, and gives their endpoint_id',
				cortexXdrWaitForJob: 'Waits until the files have arrived',
				cortexXdrDownloadFiles: 'Downloads the files after that',
			},
		),
		properties: [
			toolDescription(FOR_MODELS),
			{
				displayName: 'Windows Paths',
				name: 'windowsPaths',
				type: 'string',
				default: '',
				placeholder: 'e.g. C:\\Users\\anna\\Downloads\\invoice.exe',
				description:
					'Whole paths of files on endpoints with Windows, separated by commas or lines, or a list. At most 20 files of all systems together.',
			},
			{
				displayName: 'macOS Paths',
				name: 'macosPaths',
				type: 'string',
				default: '',
				placeholder: 'e.g. /Users/anna/Downloads/invoice.dmg',
				description: 'Whole paths of files on endpoints with macOS',
			},
			{
				displayName: 'Linux Paths',
				name: 'linuxPaths',
				type: 'string',
				default: '',
				placeholder: 'e.g. /var/log/auth.log',
				description: 'Whole paths of files on endpoints with Linux',
			},
			...endpointProperties('retrieve files from'),
			endpointOptions([incidentProperty('retrieval')]),
		],
	};

	methods = cortexMethods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await actOnEndpoints(this, RETRIEVE_FILES);
	}
}
