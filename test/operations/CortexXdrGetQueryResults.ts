import { CortexXdrGetQueryResults } from '../../nodes/CortexXdrGetQueryResults/CortexXdrGetQueryResults.node';
import { seededIds } from '../../simulator/cortex/seededJobs';
import { queryResults } from '../samples/answers';
import type { OperationTests } from './operation';

const PATH = '/public_api/v1/xql/get_query_results';
const SUMMARY = {
	query_id: seededIds.finishedQuery,
	status: 'SUCCESS',
	finished: true,
	succeeded: true,
	number_of_results: 5,
	query_cost: { simulator: expect.any(Number) as number },
	remaining_quota: expect.any(Number) as number,
	errors: [],
};

export const tests: OperationTests = {
	node: CortexXdrGetQueryResults,
	runs: [
		{
			name: 'output rows',
			parameters: { queryId: seededIds.finishedQuery, output: 'rows', returnAll: false },
			sends: `POST ${PATH}`,
			gives: ({ json, bodies }) => {
				expect(json).toHaveLength(5);
				expect(json[0]).toEqual({
					endpoint_name: 'kiosk-01',
					endpoint_status: 'CONNECTED',
					operating_system: expect.stringContaining('Windows'),
				});
				expect(bodies).toEqual([
					{
						request_data: {
							query_id: seededIds.finishedQuery,
							pending_flag: true,
							format: 'json',
							limit: 1000,
						},
					},
				]);
			},
		},
		{
			name: 'output summary',
			parameters: { queryId: seededIds.finishedQuery, output: 'summary' },
			sends: `POST ${PATH}`,
			gives: ({ json }) => expect(json).toEqual([SUMMARY]),
		},
	],
	tool: {
		parameters: { queryId: '={{ $fromAI("query_id", "Id of the query") }}', output: 'summary' },
		schema: { query_id: ['ZodString', 'Id of the query'] },
		call: { query_id: seededIds.finishedQuery },
		does: /^Get the rows that a query in XQL .* has found, once it has ended/,
		needs: /Takes the query_id that Start Query gave/,
		returns: /Returns an item per row, up to 1,000 of them, or a summary/,
		sends: `POST ${PATH}`,
		gives: [SUMMARY],
	},
	faults: {
		'Get Query Results': {
			behaves: 'read',
			operation: 'Get Query Results',
			parameters: () => ({
				queryId: seededIds.finishedQuery,
				output: 'rows',
				returnAll: false,
			}),
			path: PATH,
			envelope: 'reply',
			timeoutOption: true,
			reply: queryResults,
			contract: {},
		},
		'Get Query Results: stream': {
			behaves: 'stream',
			operation: 'Get Query Results',
			parameters: ({ simulator }) => ({
				queryId: simulator.cortex.startJob({
					kind: 'xqlQuery',
					query: 'dataset = test_rows',
					durationSeconds: 0,
				}),
				output: 'rows',
				returnAll: true,
			}),
			path: '/public_api/v1/xql/get_query_results_stream',
			envelope: 'reply',
			timeoutOption: true,
			asksOthers: true,
			reply: '{"row":1,"name":"row-1","even":"NULL"}\n',
			contract: {},
		},
	},
};
