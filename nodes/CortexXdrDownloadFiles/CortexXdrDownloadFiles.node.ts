import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import {
	actionIdProperty,
	cortexIcon,
	cortexMethods,
	cortexNode,
	INCOMING_ACTION_ID,
} from '../shared/cortex/description';
import { builderHint, toolDescription } from '../shared/transport/tool';
import { downloadFiles } from './downloadFiles';

const FOR_MODELS =
	'Find out which files came back from endpoints of Palo Alto Cortex XDR or XSIAM, by a file retrieval or a script, and how large they are. Takes the action_id of the retrieval or of the script run, after it has ended. Returns file_name and size of a ZIP for each endpoint, or the reason why there is none. You do not get to see what is in the files: n8n hands no files to models.';

export class CortexXdrDownloadFiles implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		icon: cortexIcon,
		displayName: 'Cortex XDR Download Files',
		name: 'cortexXdrDownloadFiles',
		subtitle:
			'={{ $parameter.from === "scriptExecution" ? "files of a script" : "retrieved files" }}',
		description: 'Download the files that came back from endpoints, as a ZIP for each endpoint',
		defaults: { name: 'Cortex XDR Download Files' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this after Wait for Job to download files that Retrieve Files or a script brought back from endpoints (evidence, logs, samples). An item for each endpoint: action_id, endpoint_id, file_name, size in bytes, and the ZIP as binary data in the field data; reason (why there are no files, else null).',
			{
				cortexXdrRetrieveFiles: 'Has the files brought to Cortex, and gives the action_id',
				cortexXdrWaitForJob: 'Waits until the files have arrived; comes before this node',
				cortexXdrRunScript: 'Runs a script, which may bring files back',
			},
		),
		properties: [
			toolDescription(FOR_MODELS),
			{
				displayName: 'From',
				name: 'from',
				type: 'options',
				noDataExpression: true,
				default: 'fileRetrieval',
				options: [
					{
						name: 'File Retrieval',
						value: 'fileRetrieval',
						description: 'Files that Retrieve Files has brought to Cortex',
					},
					{
						name: 'Script Execution',
						value: 'scriptExecution',
						description: 'Files that a script has brought back',
					},
				],
				description: 'What has brought the files to Cortex',
			},
			{
				...actionIdProperty,
				default: INCOMING_ACTION_ID,
				description:
					'The action_id of the retrieval or of the script run. As it stands, it takes the one that Wait for Job, Retrieve Files or Run Script gives.',
			},
			{
				displayName: 'Endpoint IDs',
				name: 'endpointIds',
				type: 'string',
				default: '',
				placeholder: 'All endpoints of the action',
				description:
					'Endpoints to download the files of, separated by commas, or a list. All endpoints of the action if you leave it empty.',
			},
			{
				displayName: 'Put Output File in Field',
				name: 'binaryProperty',
				type: 'string',
				required: true,
				default: 'data',
				hint: 'The name of the output binary field to put the file in',
				description: 'Field of the output item that the ZIP comes in',
			},
		],
	};

	methods = cortexMethods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await downloadFiles(this);
	}
}
