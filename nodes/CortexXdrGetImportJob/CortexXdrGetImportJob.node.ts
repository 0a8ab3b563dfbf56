import { builderHint, toolDescription } from '../shared/transport/tool';
import type { IExecuteSingleFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { cortexIcon, cortexMethods, cortexNode } from '../shared/cortex/description';
import { importJob, IMPORT_JOBS_PATH, readJobId } from '../shared/cortex/importJob';
import { OPERATIONS } from '../shared/cortex/operations';
import { cortexRequests, cortexRouting, type CortexNode } from '../shared/cortex/send';

const jobIdOf = (context: IExecuteSingleFunctions) => readJobId(context.getNodeParameter('jobId'));

const NODE: CortexNode = {
	operation: OPERATIONS.getImportJob,
	method: 'GET',
	id() {
		return jobIdOf(this);
	},
	prepare(request) {
		request.url = `${IMPORT_JOBS_PATH}/${encodeURIComponent(jobIdOf(this))}`;
	},
	items: (json) => [importJob(json)],
};

const FOR_MODELS =
	'Get the status of an import of assets and vulnerabilities from an external scanner (BYOS) into Palo Alto Cortex. Takes the job_id that the import gave. Returns its status, whether it has finished and succeeded, and its errors as a list. Asks once and does not wait.';

export class CortexXdrGetImportJob implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		...cortexRequests(NODE),
		icon: cortexIcon,
		displayName: 'Cortex XDR Get Import Job',
		name: 'cortexXdrGetImportJob',
		subtitle: '={{ "job " + $parameter.jobId }}',
		description: 'Get how an import from an external scanner stands, once, without waiting',
		defaults: { name: 'Cortex XDR Get Import Job' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to look at an import job once. Its item has job_id, job_status, finished, succeeded, errors. To wait until it has ended, take Wait for Job with Job Type = Import Job instead of a loop.',
			{ cortexXdrWaitForJob: 'Waits until the import has ended' },
		),
		properties: [
			toolDescription(FOR_MODELS),
			{
				displayName: 'Job ID',
				name: 'jobId',
				type: 'string',
				required: true,
				default: '',
				placeholder: 'e.g. 5d1f0c9a-6f0e-4a57-9a53-2f6f4b0f8a11',
				description:
					'The job_id that Cortex gave when the assets and vulnerabilities were submitted',
				routing: cortexRouting(NODE),
			},
		],
	};

	methods = cortexMethods;
}
