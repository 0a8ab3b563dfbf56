import { CortexXdrAbortScan } from '../../nodes/CortexXdrAbortScan/CortexXdrAbortScan.node';
import type { World } from '../support/world';
import { COUNT, FLAG, type OperationTests } from './operation';

const PATH = '/public_api/v1/endpoints/abort_scan';

/** A scan that is running. */
const startScan = ({ simulator }: World) =>
	void simulator.cortex.startJob({
		kind: 'endpointAction',
		durationSeconds: 9_999,
		endpoints: 3,
	});

/** What comes of it where no scan is running. */
const NOTHING = { action_id: null, endpoints_count: 0, nothing_to_abort: true };

export const tests: OperationTests = {
	node: CortexXdrAbortScan,
	runs: [
		{
			name: 'scope matching',
			parameters: { scope: 'matching', filters: { groupNames: 'Demo Laptops' }, options: {} },
			sends: `POST ${PATH}`,
			gives: ({ json }) => expect(json).toEqual([NOTHING]),
		},
		{
			name: 'scope all',
			parameters: { scope: 'all', options: { incidentId: '4711' } },
			before: startScan,
			sends: `POST ${PATH}`,
			gives: ({ json }) =>
				expect(json).toEqual([
					{
						action_id: expect.stringMatching(/^\d+$/),
						endpoints_count: 3,
						nothing_to_abort: false,
					},
				]),
		},
	],
	tool: {
		parameters: {
			scope: 'matching',
			filters: { hostnames: '={{ $fromAI("hostnames", "Hostnames, separated by commas") }}' },
			options: {},
		},
		schema: { hostnames: ['ZodString', 'Hostnames, separated by commas'] },
		call: { hostnames: 'demo-lt-01' },
		does: /^Abort malware scans that are pending or in progress/,
		needs: /Takes filters such as group, hostname or IP address/,
		returns: /Returns an action_id and the number of endpoints/,
		sends: `POST ${PATH}`,
		gives: [NOTHING],
	},
	faults: {
		'Abort Scan': {
			behaves: 'start',
			unknown: 'It is not known whether these scans are being aborted',
			operation: 'Abort Scan',
			parameters(world) {
				startScan(world);
				return { scope: 'all', options: {} };
			},
			path: PATH,
			envelope: 'reply',
			timeoutOption: true,
			reply: { reply: { action_id: 22519813685367, endpoints_count: 2 } },
			contract: {
				action_id: expect.stringMatching(/^\S/),
				endpoints_count: COUNT,
				nothing_to_abort: FLAG,
			},
			varies: ['action_id', 'endpoints_count', 'nothing_to_abort'],
		},
	},
};
