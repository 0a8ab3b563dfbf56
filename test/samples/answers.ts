import * as cortex from './cortex';

/** Documented replies with every documented field, as the fault matrix bends them. */
export const actionStatus = {
	reply: {
		data: { 'endpoint-1': 'COMPLETED_SUCCESSFULLY', 'endpoint-2': 'FAILED' },
		errorReasons: {
			'endpoint-2': {
				errorDescription: 'disk full',
				missing_files: [{ description: 'no such file' }],
				errorData: '{"errorText":"denied"}',
			},
		},
	},
};

export const scriptResults = {
	reply: {
		...cortex.scriptResults.reply,
		results: [
			{
				...cortex.scriptResults.reply.results[0],
				execution_status: 'COMPLETED_SUCCESSFULLY',
				return_value: 'ok',
				_return_value: null,
				'_echo hello': ['hello'],
			},
		],
	},
};

export const queryResults = {
	reply: {
		status: 'SUCCESS',
		number_of_results: 1,
		query_cost: { '9991234567890': 0.0126 },
		remaining_quota: 4.98,
		results: { data: [{ endpoint_name: 'ber-fin-lt0042', events: 3 }] },
	},
};

export const importJob = { ...cortex.importJob, job_status: 'COMPLETED' };
