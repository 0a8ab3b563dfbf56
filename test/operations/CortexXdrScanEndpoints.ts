import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import { COUNT, type OperationTests } from './operation';

export const tests: OperationTests = {
	node: CortexXdrScanEndpoints,
	runs: [
		{
			name: 'scope matching',
			parameters: { scope: 'matching', filters: { groupNames: 'Demo Laptops' }, options: {} },
			sends: 'POST /public_api/v1/endpoints/scan',
			gives: ({ json }) =>
				expect(json).toEqual([{ action_id: expect.stringMatching(/^\d+$/), endpoints_count: 12 }]),
		},
		{
			name: 'scope all',
			parameters: { scope: 'all', options: { incidentId: '4711' } },
			sends: 'POST /public_api/v1/endpoints/scan',
			gives: ({ json }) => expect(json[0].endpoints_count).toBe(2000),
		},
	],
	tool: {
		parameters: {
			scope: 'matching',
			filters: {
				groupNames: '={{ $fromAI("groups", "Names of endpoint groups, separated by commas") }}',
				lastSeenAfter: '={{ $fromAI("seen_after", "Date in ISO 8601") }}',
			},
			options: {},
		},
		schema: {
			groups: ['ZodString', 'Names of endpoint groups, separated by commas'],
			seen_after: ['ZodString', 'Date in ISO 8601'],
		},
		call: { groups: 'Demo Laptops', seen_after: '2020-01-01' },
		does: /^Start a malware scan on endpoints/,
		needs: /Takes filters such as group, hostname or IP address/,
		returns: /Returns an action_id and the number of endpoints/,
		sends: 'POST /public_api/v1/endpoints/scan',
		gives: [{ action_id: expect.stringMatching(/^\d+$/), endpoints_count: 12 }],
	},
	faults: {
		'Scan Endpoints': {
			behaves: 'start',
			unknown: 'It is not known whether this scan was started',
			operation: 'Scan Endpoints',
			parameters: () => ({ scope: 'matching', filters: { groupNames: 'Kiosks' }, options: {} }),
			path: '/public_api/v1/endpoints/scan',
			envelope: 'reply',
			timeoutOption: true,
			reply: { reply: { action_id: 22519813685366, endpoints_count: 12 } },
			contract: { action_id: expect.stringMatching(/^\S/), endpoints_count: COUNT },
			varies: ['action_id'],
		},
	},
};
