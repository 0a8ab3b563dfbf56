import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { seededIds } from '../../simulator/cortex/seededJobs';
import { actionStatus } from '../samples/answers';
import { FLAG, orNull, TEXT, type OperationTests } from './operation';

export const tests: OperationTests = {
	node: CortexXdrGetActionStatus,
	runs: [
		{
			name: 'output endpoints',
			parameters: { actionId: seededIds.finishedScan, output: 'endpoints' },
			sends: 'POST /public_api/v1/actions/get_action_status/',
			gives: ({ json }) => {
				expect(json).toHaveLength(5);
				expect(json[0]).toEqual({
					action_id: '6001',
					endpoint_id: expect.stringMatching(/^[\da-f]{32}$/),
					status: 'COMPLETED_SUCCESSFULLY',
					finished: true,
					error: null,
					error_reason: null,
				});
				const failed = json.find(({ status }) => status === 'FAILED');
				expect(failed).toMatchObject({ finished: true, action_id: '6001' });
			},
		},
		{
			name: 'output summary',
			parameters: { actionId: 6001, output: 'summary' },
			sends: 'POST /public_api/v1/actions/get_action_status/',
			gives: ({ json }) => {
				expect(json).toHaveLength(1);
				expect(json[0]).toMatchObject({
					action_id: '6001',
					finished: true,
					total: 5,
					by_status: { COMPLETED_SUCCESSFULLY: 3, FAILED: 1, EXPIRED: 1 },
				});
				expect(json[0].endpoints).toHaveLength(5);
			},
		},
	],
	tool: {
		parameters: {
			actionId: '={{ $fromAI("action_id", "Id of the action", "number") }}',
			output: 'summary',
		},
		schema: { action_id: ['ZodNumber', 'Id of the action'] },
		call: { action_id: 6001 },
		does: /^Get the status of an action .*, such as a scan or a script run/,
		needs: /Takes its action_id/,
		returns: /Returns status, whether it has finished, and the reason for a failure/,
		sends: 'POST /public_api/v1/actions/get_action_status/',
		gives: [expect.objectContaining({ action_id: '6001', finished: true, total: 5 })],
	},
	faults: {
		'Get Action Status': {
			behaves: 'read',
			operation: 'Get Action Status',
			parameters: () => ({ actionId: seededIds.finishedScan, output: 'endpoints' }),
			path: '/public_api/v1/actions/get_action_status/',
			envelope: 'reply',
			timeoutOption: true,
			reply: actionStatus,
			contract: {
				action_id: TEXT,
				endpoint_id: TEXT,
				status: TEXT,
				finished: FLAG,
				error: orNull(expect.any(String)),
			},
		},
	},
};
