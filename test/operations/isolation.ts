import type { INodeType } from 'n8n-workflow';
import type { IsolationWord } from '../../simulator/cortex/isolation';
import type { World } from '../support/world';
import { COUNT, ENDPOINT_IDS, laptopsOf, type OperationTests } from './operation';

const LOOK = 'POST /public_api/v1/endpoints/get_endpoint';

/** What tells Isolate Endpoints from Unisolate Endpoints. */
interface Isolation {
	node: new () => INodeType;
	verb: 'Isolate' | 'Unisolate';
	/** How the endpoints have to stand, so that there is something to do. */
	before: IsolationWord;
	/** Of the tool's description. */
	does: RegExp;
	/** What is said where nobody knows whether it got through. */
	unknown: string;
}

/** The tests of both. */
export function isolationTests({ node, verb, before, does, unknown }: Isolation): OperationTests {
	const path = `/public_api/v1/endpoints/${verb.toLowerCase()}`;
	/** Two laptops that stand so. */
	const laptops = (world: World) => {
		const ids = laptopsOf(world, 2);
		world.simulator.cortex.setIsolation(ids, before);
		return ids;
	};
	const row = {
		endpoint_id: expect.any(String) as unknown,
		endpoint_name: expect.stringMatching(/^demo-lt-/) as unknown,
		before,
		result: 'sent',
		reason: null,
	};
	const started = {
		action_id: expect.stringMatching(/^\d+$/) as unknown,
		endpoints_count: 2,
		requested: 2,
		endpoints: [row, row],
	};
	return {
		node,
		runs: [
			{
				name: 'all items together',
				parameters: (world) => ({
					endpointIds: laptops(world),
					startFor: 'allItems',
					options: { incidentId: '4711' },
				}),
				sends: [LOOK, `POST ${path}`],
				gives: ({ json }) => expect(json).toEqual([started]),
			},
			{
				name: 'each item, without looking first',
				parameters: (world) => ({
					endpointIds: laptops(world)[0],
					startFor: 'eachItem',
					options: { checkState: false, mostEndpoints: 1 },
				}),
				sends: `POST ${path}`,
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
				endpointIds: `={{ $fromAI("endpoint_ids", "${ENDPOINT_IDS}") }}`,
				startFor: 'allItems',
				options: {},
			},
			schema: { endpoint_ids: ['ZodString', ENDPOINT_IDS] },
			call: (world) => ({ endpoint_ids: laptops(world).join(', ') }),
			does,
			needs: /Takes endpoint ids \(32 hexadecimal digits, from Search Endpoints\), never names/,
			returns: /Returns an action_id, and for each endpoint whether it was sent/,
			sends: [LOOK, `POST ${path}`],
			gives: [started],
		},
		faults: {
			[`${verb} Endpoints`]: {
				behaves: 'start',
				unknown,
				operation: `${verb} Endpoints`,
				parameters: (world) => ({
					endpointIds: laptops(world),
					startFor: 'allItems',
					options: { checkState: false },
				}),
				path,
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
}
