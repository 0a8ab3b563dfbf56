/*
 * The examples for agents, found and started through n8n's own MCP server as a model does it: by nothing but what stands in
 * their descriptions. Their outcome is read later, by the id of the execution.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { readWorkflows } from '../../demo/seed.mts';
import { seededFile } from '../../simulator/cortex/xqlRows.ts';
import { connectMcp, type McpClient } from './mcp.mts';
import { KEY_MARK, printLog, startTestN8n, type TestN8n } from './support.mts';

const MINUTE = 60_000;
const SCAN = 'cortexAgentScan';
const HUNT = 'cortexAgentHunt';
/** Not made available to agents: it isolates. */
const CONTAIN = 'cortexContainHost';

/** A wait is parked after the first minute. */
const PARKED_MS = 90_000;
/** One answer that is lost costs a poll a minute. */
const ENDED_MS = 4 * MINUTE;
const MINUTES = { timeout: 5 * MINUTE };

/** What the description of a workflow tells a model. */
interface Told {
	trigger: string;
	inputs: Record<string, unknown>;
	/** The node whose item is the outcome. */
	report: string;
}

interface Started {
	executionId: string | null;
	status: 'started' | 'error';
	error?: string;
}

interface Looked {
	execution: { status: string; workflowId: string };
	data?: {
		resultData: {
			runData: Record<
				string,
				Array<{ data: { main: Array<Array<{ json: Record<string, unknown> }>> } }>
			>;
			error?: { message: string };
		};
	};
}

const part = (text: string, pattern: RegExp): string => {
	const found = pattern.exec(text)?.[1];
	assert.ok(found, `${String(pattern)} in: ${text}`);
	return found;
};

/** Reads a description as a model has to. */
const readDescription = (text: string): Told => ({
	trigger: part(text, /triggerNodeName "([^"]+)"/),
	inputs: JSON.parse(part(text, /inputs (\{.+?\})\. /)) as Told['inputs'],
	report: part(text, /nodeNames \["([^"]+)"\]/),
});

describe("the examples for agents, through n8n's MCP server", () => {
	let n8n: TestN8n;
	let url: string;
	let server: McpClient;

	/** The answer of a tool, which has to be JSON. */
	async function ask<T>(tool: string, args: Record<string, unknown>): Promise<T> {
		const { text, isError } = await server.call(tool, args);
		assert.ok(!isError, text);
		assert.ok(!text.includes(KEY_MARK), text);
		return JSON.parse(text) as T;
	}

	const details = (workflowId: string) =>
		ask<{ workflow: { description: string }; triggerInfo: string }>('get_workflow_details', {
			workflowId,
			detailLevel: 'execution',
		});

	const execute = (workflowId: string, triggerNodeName: string, inputs?: object) =>
		ask<Started>('execute_workflow', {
			workflowId,
			executionMode: 'production',
			triggerNodeName,
			inputs,
		});

	const look = (workflowId: string, executionId: string, more: Record<string, unknown> = {}) =>
		ask<Looked>('get_workflow_execution', { workflowId, executionId, ...more });

	/**
	 * Waits until an execution has one of these statuses, which the server then tells. In production it takes 100
	 * requests in five minutes, so meanwhile another interface of n8n is asked.
	 */
	async function untilStatus(
		workflowId: string,
		executionId: string,
		statuses: string[],
		timeoutMs: number,
	): Promise<void> {
		const { status } = await n8n.client.waitForExecution(executionId, timeoutMs, new Set(statuses));
		assert.equal((await look(workflowId, executionId)).execution.status, status);
	}

	/** What became of an execution that has ended: the item of its report, or why it has failed. */
	async function outcome(workflowId: string, executionId: string, report: string) {
		const { data } = await look(workflowId, executionId, {
			includeData: true,
			nodeNames: [report],
		});
		const { runData, error } = data!.resultData;
		return { item: runData[report]?.[0].data.main[0][0].json, error: error?.message };
	}

	/** Requests to the simulator that start something. */
	const starts = () =>
		n8n.simulator.simulator.requests.entries
			.map(({ path }) => path)
			.filter((path) => /scan|start_xql|isolate|run_/.test(path));

	before(
		async () => {
			n8n = await startTestN8n({ speed: 1 });
			url = `${n8n.main().url}/mcp-server/http`;
			server = await connectMcp(url, await n8n.client.newMcpKey());
		},
		{ timeout: 3 * MINUTE },
	);
	after(() => n8n?.close(), { timeout: MINUTE });
	afterEach((context) => printLog(context, n8n));

	test('nobody gets in without a key', async () => {
		const response = await fetch(url, { method: 'POST', body: '{}' });
		assert.equal(response.status, 401);
	});

	test('the two are found by what they do; no other example can be started', async () => {
		interface Found {
			id: string;
			name: string;
			description: string;
			active: boolean;
			availableInMCP: boolean;
		}
		const search = async (query?: string) =>
			(await ask<{ data: Found[] }>('search_workflows', { query })).data;
		const all = await search();
		const examples = await readWorkflows();
		const words = (one: { id: string; name: string; description?: unknown }) =>
			[one.id, one.name, one.description].join('\n');
		assert.deepEqual(
			all.map(words).sort(),
			examples.map(({ workflow }) => words(workflow)).sort(),
			'n8n keeps names and descriptions',
		);
		const startable = all.filter(({ availableInMCP }) => availableInMCP);
		assert.deepEqual(startable.map(({ id }) => id).sort(), [HUNT, SCAN]);
		assert.ok(startable.every(({ active }) => active));
		for (const [query, id] of [
			['scan hosts', SCAN],
			['SHA-256', HUNT],
		]) {
			const found = (await search(query)).filter(({ availableInMCP }) => availableInMCP);
			assert.deepEqual(
				found.map((one) => one.id),
				[id],
			);
		}

		const { error } = await execute(CONTAIN, 'Containment Form', { formData: {} });
		assert.match(error ?? '', /not available in MCP/);
		assert.deepEqual(starts(), []);
	});

	const WRONG: Array<[workflowId: string, inputs: Record<string, unknown>, says: RegExp]> = [
		[
			SCAN,
			{ formData: {} },
			/^Hostnames has 0 names, and nothing was scanned\. Enter 1 to 10 exact/,
		],
		[SCAN, { formData: { Hostnames: ' , ' } }, /^Hostnames has 0 names/],
		[
			SCAN,
			{ formData: { Hostnames: Array.from({ length: 11 }, (_, at) => `host-${at}`) } },
			/^Hostnames has 11 names/,
		],
		[
			SCAN,
			{ formData: { Hostnames: 'demo-lt-01, nobody-01' } },
			/^1 of the 2 hostnames matches no endpoint: nobody-01/,
		],
		[HUNT, { webhookData: {} }, /^sha256 is "", and nothing was looked for\. Pass sha256 as 64/],
		[
			HUNT,
			{ webhookData: { body: { sha256: '" or agent_hostname = "*' } } },
			/^sha256 is "" or agent_hostname = "\*", and nothing was looked for/,
		],
		[
			HUNT,
			{ webhookData: { body: { sha256: seededFile.sha256, hours: 'all of them' } } },
			/^hours is "all of them", and nothing was looked for.* from 1 to 720/,
		],
	];
	for (const [workflowId, inputs, says] of WRONG) {
		test(`${workflowId} with ${JSON.stringify(inputs)} starts nothing`, async () => {
			const { trigger, report } = readDescription((await details(workflowId)).workflow.description);
			const { executionId } = await execute(workflowId, trigger, inputs);
			assert.ok(executionId);
			await untilStatus(workflowId, executionId, ['error'], MINUTE);
			const { item, error } = await outcome(workflowId, executionId, report);
			assert.equal(item, undefined);
			assert.match(error ?? '', says);
			assert.deepEqual(starts(), []);
		});
	}

	test('a start without inputs is answered with what is missing', async () => {
		const { error } = await execute(SCAN, 'Scan Request');
		assert.match(error ?? '', /"Scan Request" requires inputs matching \{ formData:/);
		assert.deepEqual(starts(), []);
	});

	test('a hunt says where the file was started', MINUTES, async () => {
		const { workflow, triggerInfo } = await details(HUNT);
		const { trigger, inputs, report } = readDescription(workflow.description);
		assert.match(triggerInfo, new RegExp(`Node name: ${trigger}\\b`));
		const { executionId } = await execute(HUNT, trigger, inputs);
		assert.ok(executionId);
		await untilStatus(HUNT, executionId, ['success', 'error'], ENDED_MS);
		const { item, error } = await outcome(HUNT, executionId, report);
		assert.equal(error, undefined);
		assert.equal(item?.outcome, 'succeeded');
		assert.equal(item.found, 2);
		assert.deepEqual([...(item.hosts as string[])].sort(), ['demo-lt-03', 'demo-lt-07']);
		assert.match((item.starts as Array<{ path: string }>)[0].path, /\\invoice\.exe$/);
	});

	test('a hunt that fails is reported as such, not as nothing found', MINUTES, async () => {
		const { trigger, inputs, report } = readDescription((await details(HUNT)).workflow.description);
		await n8n.control('POST', '/faults', {
			path: '/public_api/v1/xql/get_query_results',
			status: 403,
		});
		try {
			const { executionId } = await execute(HUNT, trigger, inputs);
			assert.ok(executionId);
			await untilStatus(HUNT, executionId, ['success', 'error'], ENDED_MS);
			const { item, error } = await outcome(HUNT, executionId, report);
			assert.equal(error, undefined);
			assert.equal(item?.outcome, 'failed');
			assert.equal(item.found, null);
			assert.match((item.errors as string[]).join('\n'), /permission/);
		} finally {
			await n8n.control('DELETE', '/faults');
		}
	});

	test(
		'a scan is started, parks, and tells its outcome by the id of its execution',
		{ timeout: 12 * MINUTE },
		async () => {
			const { workflow, triggerInfo } = await details(SCAN);
			const { trigger, inputs, report } = readDescription(workflow.description);
			assert.match(triggerInfo, new RegExp(`Node name: ${trigger}\\b`));
			const [field] = Object.keys(inputs.formData as object);
			assert.ok(triggerInfo.includes(`"fieldLabel":"${field}"`), triggerInfo);

			const before = starts().length;
			const { executionId } = await execute(SCAN, trigger, inputs);
			assert.ok(executionId);
			await untilStatus(SCAN, executionId, ['waiting'], PARKED_MS);
			const early = await outcome(SCAN, executionId, report);
			assert.deepEqual(early, { item: undefined, error: undefined });
			// Whose answer with the id was lost finds it again.
			const { data: listed } = await ask<{ data: Array<{ id: string }> }>(
				'search_workflow_executions',
				{ workflowId: SCAN, status: ['waiting'] },
			);
			assert.ok(listed.some(({ id }) => id === executionId));

			await n8n.control('POST', '/time', { advanceSeconds: 36_000 });
			await untilStatus(SCAN, executionId, ['success', 'error'], ENDED_MS);
			const { item, error } = await outcome(SCAN, executionId, report);
			assert.equal(error, undefined);
			const names = String(Object.values(inputs.formData as object)[0]).split(', ');
			const { endpoints, ...rest } = item as { endpoints: Array<{ endpoint: string }> };
			assert.deepEqual(
				endpoints.sort((a, b) => a.endpoint.localeCompare(b.endpoint)),
				names.map((endpoint) => ({
					endpoint,
					status: 'COMPLETED_SUCCESSFULLY',
					problem: 'none',
				})),
			);
			const { action_id: actionId } = item as { action_id: string };
			assert.match(actionId, /^\d+$/);
			assert.deepEqual(rest, { outcome: 'succeeded', action_id: actionId, errors: [] });
			assert.equal(starts().length, before + 1);
		},
	);
});
