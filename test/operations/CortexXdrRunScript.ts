import { CortexXdrRunScript } from '../../nodes/CortexXdrRunScript/CortexXdrRunScript.node';
import { COUNT, laptopsOf, type OperationTests } from './operation';

const METADATA = 'POST /public_api/v1/scripts/get_script_metadata';
const RUN = '/public_api/v1/scripts/run_script';
const SNIPPET = '/public_api/v1/scripts/run_snippet_code_script';

/** A script that every tenant has, and what it takes. */
const FILE_EXISTS = '414763381b5bfb7b05796c9fe690df46';

const started = {
	action_id: expect.stringMatching(/^\d+$/) as unknown,
	endpoints_count: 3,
	requested: 3,
};

const mapped = (value: Record<string, unknown>) => ({ mappingMode: 'defineBelow', value });

export const tests: OperationTests = {
	node: CortexXdrRunScript,
	runs: [
		{
			name: 'source library, all items together',
			parameters: (world) => ({
				source: 'library',
				scriptUid: { __rl: true, mode: 'id', value: FILE_EXISTS },
				parameters: mapped({ path: 'C:\\Temp\\a.txt' }) as never,
				endpointIds: laptopsOf(world),
				startFor: 'allItems',
				options: { scriptTimeout: 60, incidentId: '4711' },
			}),
			sends: [METADATA, `POST ${RUN}`],
			gives: ({ json }) =>
				expect(json).toEqual([
					{ ...started, status: 1, script_uid: FILE_EXISTS, script_name: 'file_exists' },
				]),
		},
		{
			name: 'source snippet, each item',
			parameters: (world) => ({
				source: 'snippet',
				snippetCode: 'import platform\nprint(platform.node())',
				endpointIds: laptopsOf(world),
				startFor: 'eachItem',
				options: { mostEndpoints: 3 },
			}),
			sends: `POST ${SNIPPET}`,
			gives: ({ json }) =>
				expect(json).toEqual([{ ...started, script_uid: null, script_name: null }]),
		},
	],
	tool: {
		parameters: {
			source: 'library',
			scriptUid: { __rl: true, mode: 'id', value: FILE_EXISTS },
			parameters: mapped({ path: '={{ $fromAI("path", "Path of the file") }}' }) as never,
			endpointIds: '={{ $fromAI("endpoint_ids", "Endpoint ids, separated by commas") }}',
			startFor: 'allItems',
			options: {},
		},
		schema: {
			path: ['ZodString', 'Path of the file'],
			endpoint_ids: ['ZodString', 'Endpoint ids, separated by commas'],
		},
		call: (world) => ({ path: '/etc/hosts', endpoint_ids: laptopsOf(world).join(',') }),
		does: /^Run a script on endpoints of Palo Alto Cortex/,
		needs: /Takes endpoint ids \(32 hexadecimal digits, from Search Endpoints\), never names/,
		returns: /Returns an action_id and the number of endpoints at once/,
		sends: [METADATA, `POST ${RUN}`],
		gives: [{ ...started, status: 1, script_uid: FILE_EXISTS, script_name: 'file_exists' }],
	},
	faults: {
		'Run Script': {
			behaves: 'start',
			unknown: 'It is not known whether this script was started',
			operation: 'Run Script',
			parameters: (world) => ({
				source: 'library',
				scriptUid: { __rl: true, mode: 'id', value: FILE_EXISTS },
				parameters: mapped({ path: 'C:\\Temp\\a.txt' }) as never,
				endpointIds: laptopsOf(world),
				startFor: 'allItems',
				options: {},
			}),
			path: RUN,
			envelope: 'reply',
			timeoutOption: false,
			asksOthers: true,
			reply: { reply: { action_id: 22519813685368, status: 1, endpoints_count: 3 } },
			contract: {
				action_id: expect.stringMatching(/^\S/),
				endpoints_count: COUNT,
				requested: expect.any(Number),
			},
			varies: ['action_id'],
		},
		'Run Snippet': {
			behaves: 'start',
			unknown: 'It is not known whether this script was started',
			operation: 'Run Script',
			parameters: (world) => ({
				source: 'snippet',
				snippetCode: 'print(1)',
				endpointIds: laptopsOf(world),
				startFor: 'allItems',
				options: {},
			}),
			path: SNIPPET,
			envelope: 'reply',
			timeoutOption: false,
			reply: { reply: { action_id: '434', endpoints_count: 3 } },
			contract: {
				action_id: expect.stringMatching(/^\S/),
				endpoints_count: COUNT,
				requested: expect.any(Number),
			},
			varies: ['action_id'],
		},
	},
};
