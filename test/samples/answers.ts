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

export const importJob = { ...cortex.importJob, job_status: 'COMPLETED' };
