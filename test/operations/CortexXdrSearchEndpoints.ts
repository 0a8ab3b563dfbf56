import { CortexXdrSearchEndpoints } from '../../nodes/CortexXdrSearchEndpoints/CortexXdrSearchEndpoints.node';
import { endpointRecord } from '../samples/getEndpoint';
import { orNull, TEXTS, TIME, type OperationTests } from './operation';

const PATH = '/public_api/v1/endpoints/get_endpoint';

const KIOSK = {
	endpoint_id: expect.stringMatching(/^[\da-f]{32}$/),
	endpoint_name: 'kiosk-01',
	endpoint_status: 'CONNECTED',
	isolated: false,
	is_isolated: 'AGENT_UNISOLATED',
	scan_status: expect.stringMatching(/^SCAN_STATUS_/),
	os_type: 'AGENT_OS_WINDOWS',
	operating_system: expect.stringMatching(/^Windows/),
	ip: [expect.stringMatching(/^10\./)],
	users: [expect.stringMatching(/\./)],
	domain: 'corp.example',
	group_name: ['Kiosks'],
	alias: expect.any(String),
	tags: expect.arrayContaining(['site:kiosk']),
	endpoint_version: expect.stringMatching(/^8\./),
	first_seen: expect.stringMatching(/^\d{4}-.*Z$/),
	last_seen: expect.stringMatching(/^\d{4}-.*Z$/),
};

export const tests: OperationTests = {
	node: CortexXdrSearchEndpoints,
	runs: [
		{
			name: 'by hostname',
			parameters: { filters: { hostnames: 'kiosk-01' }, options: {} },
			sends: `POST ${PATH}`,
			gives: ({ json }) => expect(json).toEqual([KIOSK]),
		},
		{
			name: 'as the record came, sorted',
			parameters: {
				filters: { groupNames: ['Kiosks'] },
				simplify: false,
				options: { sort: { row: { field: 'first_seen', direction: 'asc' } } },
			},
			sends: `POST ${PATH}`,
			gives: ({ json }) => {
				expect(json).toHaveLength(5);
				expect(Object.keys(json[0]).sort()).toEqual(Object.keys(endpointRecord).sort());
				const times = json.map(({ first_seen }) => Number(first_seen));
				expect(times).toEqual(times.toSorted((a, b) => a - b));
			},
		},
	],
	tool: {
		parameters: {
			filters: { hostnames: '={{ $fromAI("hostnames", "Hostnames, separated by commas") }}' },
			options: {},
		},
		schema: { hostnames: ['ZodString', 'Hostnames, separated by commas'] },
		call: { hostnames: 'kiosk-01' },
		does: /^Search the endpoints \(computers with an agent\)/,
		needs: /Takes filters such as exact hostname, IP address, username, group/,
		returns: /Returns an endpoint per item with endpoint_id/,
		sends: `POST ${PATH}`,
		gives: [KIOSK],
	},
	faults: {
		'Search Endpoints': {
			behaves: 'read',
			operation: 'Search Endpoints',
			parameters: () => ({ limit: 1, filters: { hostnames: 'kiosk-01' }, options: {} }),
			path: PATH,
			envelope: 'reply',
			timeoutOption: true,
			reply: { reply: { total_count: 1, result_count: 1, endpoints: [endpointRecord] } },
			contract: {
				endpoint_id: expect.stringMatching(/./),
				isolated: orNull(expect.any(Boolean)),
				ip: TEXTS,
				users: TEXTS,
				group_name: TEXTS,
				tags: TEXTS,
				first_seen: TIME,
				last_seen: TIME,
			},
			varies: ['last_seen'],
		},
	},
};
