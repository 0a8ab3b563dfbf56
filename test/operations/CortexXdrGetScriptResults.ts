import { CortexXdrGetScriptResults } from '../../nodes/CortexXdrGetScriptResults/CortexXdrGetScriptResults.node';
import { seededIds } from '../../simulator/cortex/seededJobs';
import { scriptResults } from '../samples/answers';
import { COUNT, FLAG, orNull, TEXT, type OperationTests } from './operation';

export const tests: OperationTests = {
	node: CortexXdrGetScriptResults,
	runs: [
		{
			name: 'output endpoints',
			parameters: { actionId: seededIds.finishedScript, output: 'endpoints' },
			sends: 'POST /public_api/v1/scripts/get_script_execution_results/',
			gives: ({ json }) => {
				expect(json).toHaveLength(12);
				for (const row of json) {
					expect(row).toMatchObject({
						action_id: '7001',
						script_name: expect.any(String),
						date_created: expect.any(String),
						endpoint_name: expect.any(String),
						execution_status: expect.any(String),
						finished: true,
					});
					expect(typeof row.retrieved_files).toBe('number');
					expect(typeof row.failed_files).toBe('number');
					expect(row).toHaveProperty('return_value');
					expect(row).toHaveProperty('command_output');
				}
				expect(json.some((row) => row.command_output !== null)).toBe(true);
			},
		},
		{
			name: 'output execution',
			parameters: { actionId: seededIds.finishedScript, output: 'execution' },
			sends: 'POST /public_api/v1/scripts/get_script_execution_results/',
			gives: ({ json }) => {
				expect(json).toHaveLength(1);
				expect(json[0]).toMatchObject({ action_id: '7001', error_message: '' });
				expect(json[0].results).toHaveLength(12);
			},
		},
	],
	tool: {
		parameters: { actionId: '={{ $fromAI("action_id") }}', output: 'execution' },
		schema: { action_id: ['ZodString', ''] },
		call: { action_id: seededIds.finishedScript },
		does: /^Get what a script that ran on endpoints .* returned/,
		needs: /Takes the action_id of the script run/,
		returns: /Returns status, return value, output of commands and standard output/,
		sends: 'POST /public_api/v1/scripts/get_script_execution_results/',
		gives: [expect.objectContaining({ action_id: '7001', error_message: '' })],
	},
	faults: {
		'Get Script Results': {
			behaves: 'read',
			operation: 'Get Script Results',
			parameters: () => ({ actionId: seededIds.finishedScript, output: 'endpoints' }),
			path: '/public_api/v1/scripts/get_script_execution_results/',
			envelope: 'reply',
			timeoutOption: true,
			reply: scriptResults,
			contract: {
				action_id: TEXT,
				finished: FLAG,
				retrieved_files: COUNT,
				failed_files: COUNT,
				command_output: orNull(expect.any(Object)),
			},
		},
	},
};
