import { CortexXdrUnisolateEndpoints } from '../../nodes/CortexXdrUnisolateEndpoints/CortexXdrUnisolateEndpoints.node';
import type { World } from '../support/world';
import { COUNT, type OperationTests } from './operation';

const LOOK = 'POST /public_api/v1/endpoints/get_endpoint';
const PATH = '/public_api/v1/endpoints/unisolate';

/** Two demo laptops that are isolated. */
const laptops = ({ simulator }: World) => {
	const ids = simulator.cortex.endpoints.slice(0, 2).map(({ id }) => id);
	simulator.cortex.setIsolation(ids, 'AGENT_ISOLATED');
	return ids;
};

const row = {
	endpoint_id: expect.any(String) as unknown,
	endpoint_name: expect.stringMatching(/^demo-lt-/) as unknown,
	before: 'AGENT_ISOLATED',
	result: 'sent',
	reason: null,
};

const started = {
	action_id: expect.stringMatching(/^\d+$/) as unknown,
	endpoints_count: 2,
	requested: 2,
	endpoints: [row, row],
};

export const tests: OperationTests = {
	node: CortexXdrUnisolateEndpoints,
	runs: [
		{
			name: 'all items together',
			parameters: (world) => ({
				endpointIds: laptops(world),
				startFor: 'allItems',
				options: { incidentId: '4711' },
			}),
			sends: [LOOK, `POST ${PATH}`],
			gives: ({ json }) => expect(json).toEqual([started]),
		},
		{
			name: 'each item, without looking first',
			parameters: (world) => ({
				endpointIds: world.simulator.cortex.endpoints[1].id,
				startFor: 'eachItem',
				options: { checkState: false, mostEndpoints: 1 },
			}),
			before: ({ simulator }) => {
				simulator.cortex.setIsolation([simulator.cortex.endpoints[1].id], 'AGENT_ISOLATED');
			},
			sends: `POST ${PATH}`,
			gives: ({ json }) =>
				expect(json).toMatchObject([
					{
						endpoints_count: 1,
						requested: 1,
						endpoints: [{ endpoint_name: null, before: null, result: 'sent' }],
					},
				]),
		},
	],
	tool: {
		parameters: {
			endpointIds: '={{ $fromAI("endpoint_ids", "Endpoint ids, separated by commas") }}',
			startFor: 'allItems',
			options: {},
		},
		schema: { endpoint_ids: ['ZodString', 'Endpoint ids, separated by commas'] },
		call: (world) => ({ endpoint_ids: laptops(world).join(', ') }),
		does: /^End the isolation of endpoints of Palo Alto Cortex/,
		needs: /Takes endpoint ids \(32 hexadecimal digits, from Search Endpoints\), never names/,
		returns: /Returns an action_id, and for each endpoint whether it was sent/,
		sends: [LOOK, `POST ${PATH}`],
		gives: [started],
	},
	faults: {
		'Unisolate Endpoints': {
			behaves: 'start',
			unknown: 'It is not known whether the isolation of these endpoints is being lifted',
			operation: 'Unisolate Endpoints',
			parameters: (world) => ({
				endpointIds: laptops(world),
				startFor: 'allItems',
				options: { checkState: false },
			}),
			path: PATH,
			envelope: 'reply',
			timeoutOption: false,
			reply: { reply: { action_id: 22519813685367, endpoints_count: 1 } },
			contract: {
				action_id: expect.stringMatching(/^\S/),
				endpoints_count: COUNT,
				requested: expect.any(Number),
			},
			varies: ['action_id', 'endpoints_count'],
		},
	},
};
