import { CortexXdrStartQuery } from '../../nodes/CortexXdrStartQuery/CortexXdrStartQuery.node';
import { TEXT, type OperationTests } from './operation';

const PATH = '/public_api/v1/xql/start_xql_query';
const QUERY = 'dataset = endpoints | filter group_names = "Kiosks"';
const STARTED = { query_id: expect.stringMatching(/^[\da-f]+_\d+_inv$/) as string };

export const tests: OperationTests = {
	node: CortexXdrStartQuery,
	runs: [
		{
			name: 'time range relative',
			parameters: { query: QUERY, timeRange: 'relative', lastHours: 24, options: {} },
			sends: `POST ${PATH}`,
			gives: ({ json, bodies }) => {
				expect(json).toEqual([STARTED]);
				expect(bodies).toEqual([
					{
						request_data: {
							query: `${QUERY}\n| limit 1000`,
							timeframe: { relativeTime: 86_400_000 },
						},
					},
				]);
			},
		},
		{
			name: 'time range absolute',
			parameters: {
				query: QUERY,
				timeRange: 'absolute',
				from: '2026-02-01T00:00:00Z',
				to: '2026-02-02T00:00:00Z',
				options: { limit: 5, tenants: 'a, b' },
			},
			sends: `POST ${PATH}`,
			gives: ({ json, bodies }) => {
				expect(json).toEqual([STARTED]);
				expect(bodies).toEqual([
					{
						request_data: {
							query: `${QUERY}\n| limit 5`,
							timeframe: {
								from: Date.parse('2026-02-01T00:00:00Z'),
								to: Date.parse('2026-02-02T00:00:00Z'),
							},
							tenants: ['a', 'b'],
						},
					},
				]);
			},
		},
	],
	tool: {
		parameters: {
			query: '={{ $fromAI("query", "Query in XQL") }}',
			timeRange: 'relative',
			lastHours: '={{ $fromAI("hours", "How far to look back", "number") }}',
			options: {},
		},
		schema: {
			query: ['ZodString', 'Query in XQL'],
			hours: ['ZodNumber', 'How far to look back'],
		},
		call: { query: 'dataset = endpoints | limit 3', hours: 12 },
		does: /^Start a query in XQL, the query language of Palo Alto Cortex/,
		needs: /Takes the query and a time range/,
		returns: /Returns a query_id at once, while the query runs/,
		sends: `POST ${PATH}`,
		gives: [STARTED],
	},
	faults: {
		'Start Query': {
			behaves: 'start',
			unknown: 'It is not known whether this query was started',
			operation: 'Start Query',
			parameters(world) {
				// What goes wrong is up to the faults.
				Object.assign(world.simulator.cortexSettings, { xqlAtOnce: 0, xqlUnitsPerDay: 0 });
				return { query: QUERY, timeRange: 'relative', lastHours: 24, options: {} };
			},
			path: PATH,
			envelope: 'reply',
			timeoutOption: true,
			reply: { reply: 'ad21c1e1492d4c_667_inv' },
			contract: { query_id: TEXT },
			varies: ['query_id'],
		},
	},
};
