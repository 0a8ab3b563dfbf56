import { CortexXdrRetrieveFiles } from '../../nodes/CortexXdrRetrieveFiles/CortexXdrRetrieveFiles.node';
import { COUNT, laptopsOf, type OperationTests } from './operation';

const PATH = '/public_api/v1/endpoints/file_retrieval';

const started = {
	action_id: expect.stringMatching(/^\d+$/) as unknown,
	endpoints_count: 3,
	requested: 3,
};

export const tests: OperationTests = {
	node: CortexXdrRetrieveFiles,
	runs: [
		{
			name: 'paths of three systems, all items together',
			parameters: (world) => ({
				windowsPaths: 'C:\\Windows\\win.ini',
				macosPaths: '/etc/hosts',
				linuxPaths: ['/etc/hosts', '/etc/passwd'],
				endpointIds: laptopsOf(world),
				startFor: 'allItems',
				options: { incidentId: '4711' },
			}),
			sends: `POST ${PATH}`,
			gives: ({ json }) => expect(json).toMatchObject([started]),
		},
		{
			name: 'each item',
			parameters: (world) => ({
				windowsPaths: 'C:\\Windows\\win.ini',
				endpointIds: laptopsOf(world),
				startFor: 'eachItem',
				options: {},
			}),
			sends: `POST ${PATH}`,
			gives: ({ json }) => expect(json).toMatchObject([started]),
		},
	],
	tool: {
		parameters: {
			windowsPaths: '={{ $fromAI("paths", "Whole paths, separated by commas") }}',
			endpointIds: '={{ $fromAI("endpoint_ids", "Endpoint ids, separated by commas") }}',
			startFor: 'allItems',
			options: {},
		},
		schema: {
			paths: ['ZodString', 'Whole paths, separated by commas'],
			endpoint_ids: ['ZodString', 'Endpoint ids, separated by commas'],
		},
		call: (world) => ({
			paths: 'C:\\Windows\\win.ini',
			endpoint_ids: laptopsOf(world).join(','),
		}),
		does: /^Retrieve files from endpoints of Palo Alto Cortex/,
		needs:
			/Takes endpoint ids \(32 hexadecimal digits, from Search Endpoints\), never names, and whole paths/,
		returns: /Returns an action_id for every 10 endpoints/,
		sends: `POST ${PATH}`,
		gives: [expect.objectContaining(started)],
	},
	faults: {
		'Retrieve Files': {
			behaves: 'start',
			unknown: 'It is not known whether this retrieval was started',
			operation: 'Retrieve Files',
			parameters: (world) => ({
				windowsPaths: 'C:\\Windows\\win.ini',
				endpointIds: laptopsOf(world),
				startFor: 'allItems',
				options: {},
			}),
			path: PATH,
			envelope: 'reply',
			timeoutOption: false,
			reply: { reply: { action_id: 22519813685369, status: '1', endpoints_count: '3' } },
			contract: {
				action_id: expect.stringMatching(/^\S/),
				endpoints_count: COUNT,
				requested: expect.any(Number),
			},
			varies: ['action_id', 'status'],
		},
	},
};
