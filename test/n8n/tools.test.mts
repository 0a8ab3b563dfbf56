/* The nodes as tools, as n8n itself makes them: offered and called by its MCP Server Trigger, without any model. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { WorkflowNode } from '../../demo/rest.mts';
import { seededIds } from '../../simulator/cortex/seededJobs.ts';
import manifest from '../../package.json' with { type: 'json' };
import { connectMcp, type McpClient } from './mcp.mts';
import {
	asTool,
	chain,
	cortex,
	KEY_MARK,
	node,
	qualys,
	qualysSearch,
	startTestN8n,
	type TestN8n,
} from './support.mts';

const MINUTE = 60_000;

/** A script that every tenant has. */
const FILE_EXISTS = '414763381b5bfb7b05796c9fe690df46';

const scan = (name: string, parameters: Record<string, unknown>) =>
	asTool(cortex(name, 'cortexXdrScanEndpoints', { options: {}, ...parameters }));

/** Under these names a model sees them with `_` for each blank. */
const TOOLS: WorkflowNode[] = [
	scan('Scan a group', {
		scope: 'matching',
		filters: { groupNames: '={{ $fromAI("groups", "Names of endpoint groups") }}' },
	}),
	scan('Scan anything', { scope: '={{ $fromAI("scope", "all or matching") }}', filters: {} }),
	asTool(
		cortex('Abort scan', 'cortexXdrAbortScan', {
			scope: 'matching',
			filters: { hostnames: '={{ $fromAI("hosts", "Hostnames") }}' },
			options: {},
		}),
	),
	asTool(
		cortex('Action status', 'cortexXdrGetActionStatus', {
			actionId: '={{ $fromAI("id", "Id of the action", "number") }}',
			output: 'summary',
		}),
	),
	asTool(
		cortex('Script results', 'cortexXdrGetScriptResults', { actionId: '={{ $fromAI("id") }}' }),
	),
	asTool(cortex('Import job', 'cortexXdrGetImportJob', { jobId: '={{ $fromAI("id") }}' })),
	asTool(
		cortex('Wait', 'cortexXdrWaitForJob', {
			jobType: 'importJob',
			jobId: '={{ $fromAI("id") }}',
			options: {},
		}),
	),
	asTool(
		cortex('Search', 'cortexXdrSearchEndpoints', {
			filters: { hostnames: '={{ $fromAI("hosts", "Hostnames") }}' },
			options: {},
		}),
	),
	...(['Isolate', 'Unisolate'] as const).map((verb) =>
		asTool(
			cortex(verb, `cortexXdr${verb}Endpoints`, {
				endpointIds: '={{ $fromAI("ids", "Endpoint ids") }}',
				options: {},
			}),
		),
	),
	asTool(
		cortex('Run script', 'cortexXdrRunScript', {
			scriptUid: { __rl: true, mode: 'id', value: FILE_EXISTS },
			parameters: {
				mappingMode: 'defineBelow',
				value: { path: '={{ $fromAI("path", "Path") }}' },
			},
			endpointIds: '={{ $fromAI("ids", "Endpoint ids") }}',
			options: {},
		}),
	),
	asTool(
		cortex('Retrieve', 'cortexXdrRetrieveFiles', {
			windowsPaths: '={{ $fromAI("paths", "Paths") }}',
			endpointIds: '={{ $fromAI("ids", "Endpoint ids") }}',
			options: {},
		}),
	),
	asTool(cortex('Download', 'cortexXdrDownloadFiles', { actionId: '={{ $fromAI("id") }}' })),
	asTool(
		cortex('Submit', 'cortexXdrSubmitImport', {
			vendor: 'ACME',
			product: 'Scanner',
			assetsFrom: 'list',
			assets: '={{ $fromAI("assets", "Assets", "json") }}',
			options: {},
		}),
	),
	asTool(
		cortex('Start query', 'cortexXdrStartQuery', {
			query: '={{ $fromAI("query", "XQL") }}',
			options: {},
		}),
	),
	asTool(cortex('Query results', 'cortexXdrGetQueryResults', { queryId: '={{ $fromAI("id") }}' })),
	asTool(qualysSearch('Script jobs', { limit: '={{ $fromAI("limit", "How many", "number") }}' })),
	asTool(
		qualys('Execute', 'qualysExecuteScript', {
			scriptId: '={{ $fromAI("script") }}',
			target: 'production',
			assetIds: '={{ $fromAI("assets") }}',
			options: {},
		}),
	),
	asTool(qualys('Job results', 'qualysGetScriptJobResults', { jobId: '={{ $fromAI("job") }}' })),
	asTool(
		qualys('Wait for scripts', 'qualysWaitForScriptJob', {
			jobId: '={{ $fromAI("job") }}',
			pollInterval: 10,
			timeout: 1,
			options: {},
		}),
	),
];

describe('the nodes as tools of a real n8n', () => {
	let n8n: TestN8n;
	let server: McpClient;

	before(
		async () => {
			n8n = await startTestN8n();
			const trigger = node(
				'MCP',
				'@n8n/n8n-nodes-langchain.mcpTrigger',
				{ path: 'tools' },
				{ typeVersion: 2, webhookId: 'tools' },
			);
			const workflow = chain('tools', [trigger]);
			workflow.nodes.push(...TOOLS);
			for (const { name } of TOOLS) {
				workflow.connections[name] = { ai_tool: [[{ node: 'MCP', type: 'ai_tool', index: 0 }]] };
			}
			const { id } = await n8n.add(workflow);
			await n8n.client.activate(id);
			server = await connectMcp(`${n8n.main().url}/mcp/tools`);
		},
		{ timeout: 3 * MINUTE },
	);
	after(() => n8n?.close(), { timeout: MINUTE });

	test('n8n offers every node of the package, with its own words and what $fromAI stands for', async () => {
		const offered = new Set(TOOLS.map(({ type }) => type.replace(/^.*\.(.*)Tool$/, '$1.node.js')));
		// A trigger is no tool.
		const nodes = manifest.n8n.nodes
			.map((path) => path.split('/').at(-1) ?? '')
			.filter((file) => !file.includes('Trigger'));
		const lower = (name: string) => name[0].toLowerCase() + name.slice(1);
		assert.deepEqual([...offered].sort(), nodes.map(lower).sort());

		const { tools } = server;
		assert.equal(tools.length, TOOLS.length);
		for (const { name, type, parameters } of TOOLS) {
			const tool = tools.find((one) => one.name === name.replaceAll(' ', '_'));
			assert.ok(tool, name);
			const [own] = await n8n.client.nodeTypes([type.replace(/Tool$/, '')]);
			const { replacements } = own.usableAsTool as { replacements: { description: string } };
			assert.equal(tool.description, replacements.description);
			const wanted = [...JSON.stringify(parameters).matchAll(/\$fromAI\(\\"(\w+)/g)];
			assert.deepEqual(
				Object.keys(tool.inputSchema.properties),
				wanted.map(([, argument]) => argument),
			);
		}
	});

	// The simulator's endpoints are the same each time.
	const LAPTOP = 'LAPTOP';
	const IMPORT = seededIds.importCompleted;
	const UNKNOWN = '11111111-1111-4111-a111-999999999999';
	const CALLS: Array<[tool: string, args: Record<string, unknown>, says: RegExp, works: boolean]> =
		[
			['Scan_a_group', { groups: 'Demo Laptops' }, /"endpoints_count":12\b/, true],
			// The second call of the same tool is not answered with what the first one started.
			['Scan_a_group', { groups: 'Kiosks' }, /"endpoints_count":5\b/, true],
			['Scan_a_group', { groups: ' ' }, /Filter Group Names is empty\. Enter at least one/, false],
			['Scan_anything', { scope: 'all' }, /An AI agent cannot set Scope to all endpoints/, false],
			[
				'Abort_scan',
				{ hosts: 'demo-lt-01' },
				/"endpoints_count":1\b.*"nothing_to_abort":false/,
				true,
			],
			['Action_status', { id: 6001 }, /"finished":true,"total":5\b/, true],
			['Script_results', { id: seededIds.finishedScript }, /"endpoint_name":"demo-lt-01"/, true],
			['Import_job', { id: IMPORT }, /"job_status":"COMPLETED"/, true],
			['Wait', { id: IMPORT }, /"outcome":"succeeded"/, true],
			[
				'Wait',
				{ id: UNKNOWN },
				/Import job \S+-999999999999 was not found: Cortex refused Get Import Job: Job not found/,
				false,
			],
			['Search', { hosts: 'demo-lt-01' }, /"endpoint_name":"demo-lt-01"/, true],
			[
				'Isolate',
				{ ids: 'all' },
				/None of the endpoints can be isolated\. all: No endpoint of the tenant has this id/,
				false,
			],
			['Isolate', { ids: '' }, /Endpoint IDs is empty/, false],
			['Unisolate', { ids: LAPTOP }, /"action_id":null.*"result":"alreadyDone"/, true],
			['Isolate', { ids: LAPTOP }, /"endpoints_count":1\b.*"result":"sent"/, true],
			['Run_script', { ids: LAPTOP, path: '/etc/hosts' }, /"script_name":"file_exists"/, true],
			['Retrieve', { ids: LAPTOP, paths: 'C:\\Windows\\win.ini' }, /"endpoints_count":1\b/, true],
			['Download', { id: seededIds.finishedRetrieval }, /"file_name":"[^"]+\.zip"/, true],
			['Submit', { assets: [] }, /Value must be a non-empty object/, false],
			['Start_query', { query: 'dataset = endpoints' }, /"query_id":"\w+"/, true],
			['Start_query', { query: 'dataset =' }, /The query seems to end too early/, false],
			['Query_results', { id: seededIds.finishedQuery }, /"endpoint_name":"kiosk-01"/, true],
			['Script_jobs', { limit: 2 }, /"correlationUuid".*"correlationUuid"/, true],
			['Execute', { script: '276000', assets: '' }, /nothing to run the script on/, false],
			['Execute', { script: '276000', assets: '7512812' }, /"job_id":"\d+"/, true],
			['Job_results', { job: 'the last one' }, /must be a whole positive number/, false],
			['Wait_for_scripts', { job: '950000' }, /Script job 950000 failed \(/, false],
		];

	for (const [tool, args, says, works] of CALLS) {
		test(`${tool} with ${JSON.stringify(args)}`, { timeout: MINUTE }, async () => {
			const [laptop] = n8n.simulator.simulator.cortex.endpoints;
			const given = JSON.parse(JSON.stringify(args).replaceAll(LAPTOP, laptop.id)) as typeof args;
			const { text, isError } = await server.call(tool, given);
			assert.match(text, says);
			assert.equal(isError ?? false, !works, text);
			assert.ok(!text.includes(KEY_MARK));
		});
	}

	test('only the two scans of groups were started', async () => {
		const { entries } = n8n.simulator.simulator.requests;
		assert.equal(entries.filter(({ path }) => path === '/public_api/v1/endpoints/scan').length, 2);
	});
});
