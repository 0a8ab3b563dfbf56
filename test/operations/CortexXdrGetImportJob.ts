import { CortexXdrGetImportJob } from '../../nodes/CortexXdrGetImportJob/CortexXdrGetImportJob.node';
import { seededIds } from '../../simulator/cortex/seededJobs';
import { importJob } from '../samples/answers';
import { FLAG, TEXT, TEXTS, type OperationTests } from './operation';

export const tests: OperationTests = {
	node: CortexXdrGetImportJob,
	runs: [
		{
			name: 'a job with errors',
			parameters: { jobId: seededIds.importErrorObjects },
			sends: `GET /public_api/vulnerability-management/v1/external-scans/assets/jobs/${seededIds.importErrorObjects}`,
			gives: ({ json }) => {
				expect(json).toHaveLength(1);
				expect(json[0]).toMatchObject({
					job_id: seededIds.importErrorObjects,
					job_status: 'COMPLETED_WITH_ERRORS',
					finished: true,
					succeeded: false,
				});
				const errors = json[0].errors as string[];
				expect(errors.length).toBeGreaterThan(0);
				expect(errors.every((text) => typeof text === 'string' && text !== '')).toBe(true);
			},
		},
	],
	tool: {
		parameters: { jobId: '={{ $fromAI("job_id", "Id of the import job") }}' },
		schema: { job_id: ['ZodString', 'Id of the import job'] },
		call: { job_id: seededIds.importCompleted },
		does: /^Get the status of an import of assets and vulnerabilities/,
		needs: /Takes the job_id that the import gave/,
		returns: /Returns its status, whether it has finished and succeeded, and its errors/,
		sends: `GET /public_api/vulnerability-management/v1/external-scans/assets/jobs/${seededIds.importCompleted}`,
		gives: [expect.objectContaining({ job_id: seededIds.importCompleted, succeeded: true })],
	},
	faults: {
		'Get Import Job': {
			behaves: 'read',
			operation: 'Get Import Job',
			parameters: () => ({ jobId: seededIds.importCompleted }),
			path: '/public_api/vulnerability-management/',
			envelope: 'flat',
			timeoutOption: true,
			reply: importJob,
			contract: { job_status: TEXT, finished: FLAG, succeeded: FLAG, errors: TEXTS },
		},
	},
};
