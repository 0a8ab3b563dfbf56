import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { cortexXdrApiTest } from '../shared/cortex/credentialTest';
import { cortexIcon, cortexRequestDefaults } from '../shared/cortex/description';
import { importJob, IMPORT_JOBS_PATH, readJobId } from '../shared/cortex/importJob';
import { OPERATIONS } from '../shared/cortex/operations';
import { receive, sendToCortex } from '../shared/cortex/send';
import { checked } from '../shared/transport/refusal';

export class CortexXdrGetImportJob implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Cortex XDR Get Import Job',
		name: 'cortexXdrGetImportJob',
		icon: cortexIcon,
		group: ['transform'],
		version: 1,
		subtitle: '={{ "job " + $parameter.jobId }}',
		description:
			'Get the status of an import of assets and vulnerabilities from an external scanner (BYOS) into Palo Alto Cortex. Takes the job_id that the import gave. Returns its status, whether it has finished and succeeded, and its errors as a list. Asks once and does not wait.',
		defaults: { name: 'Cortex XDR Get Import Job' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cortexXdrApi', required: true, testedBy: 'cortexXdrApiTest' }],
		requestDefaults: cortexRequestDefaults,
		requestOperations: { pagination: sendToCortex() },
		properties: [
			{
				displayName: 'Job ID',
				name: 'jobId',
				type: 'string',
				required: true,
				default: '',
				placeholder: 'e.g. 5d1f0c9a-6f0e-4a57-9a53-2f6f4b0f8a11',
				description:
					'The job_id that Cortex gave when the assets and vulnerabilities were submitted',
				routing: {
					request: { method: 'GET' },
					send: {
						paginate: true,
						preSend: [
							checked(function (request) {
								const id = readJobId(this.getNodeParameter('jobId'));
								request.url = `${IMPORT_JOBS_PATH}/${encodeURIComponent(id)}`;
							}),
						],
					},
					output: {
						postReceive: receive(OPERATIONS.getImportJob, (_context, json) => [importJob(json)]),
					},
				},
			},
		],
	};

	methods = { credentialTest: { cortexXdrApiTest } };
}
