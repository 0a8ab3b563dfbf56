import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { PACKAGE_NAME, ROOT } from '../../demo/paths.mts';
import { outputOf, type NodeRun } from '../../demo/rest.mts';
import {
	chain,
	cortex,
	editFields,
	items,
	startTestN8n,
	waitForJob,
	webhookTrigger,
	type TestN8n,
} from './support.mts';

const MINUTES = 60_000;

/** A job that the simulator knows from the start. */
const FINISHED_SCRIPT = '7001';

describe('the oldest n8n that the package claims to run on: 2.0.0', { concurrency: true }, () => {
	let n8n: TestN8n;

	before(
		async () => {
			const n8nLock = fileURLToPath(new URL('./oldest', import.meta.url));
			n8n = await startTestN8n({
				n8nLock,
				speed: 1,
				// It takes no ids of workflows, by which the demo knows its examples.
				examples: false,
				// It stops at the name of a module that came later.
				env: { N8N_DISABLED_MODULES: 'insights' },
			});
		},
		// It may have to be installed first.
		{ timeout: 20 * MINUTES },
	);
	after(() => n8n?.close(), { timeout: MINUTES });

	const jobs = (...seconds: number[]) =>
		items(
			'Jobs',
			seconds.map((durationSeconds) => ({
				job: n8n.simulator.simulator.cortex.startJob({ kind: 'endpointAction', durationSeconds }),
				label: `${durationSeconds} seconds`,
			})),
		);
	const results = () =>
		editFields('After', {
			outcome: '={{ $json.outcome }}',
			label: "={{ $('Jobs').item.json.label }}",
		});
	const runOf = (runs: Record<string, NodeRun[]>) =>
		runs.Wait[0] as NodeRun & { hints?: Array<{ message: string }> };

	/** Runs a workflow from its webhook, of the workflow's name. */
	async function run(name: string, nodes: Parameters<typeof chain>[1], timeoutMs: number) {
		const { id } = await n8n.add(chain(name, [webhookTrigger(name), ...nodes]));
		await n8n.client.activate(id);
		assert.equal((await n8n.callWebhook(name)).status, 200);
		const execution = await n8n.latestExecution(id);
		return n8n.client.waitForExecution(execution.id, timeoutMs);
	}

	test('every node of the package loads', { timeout: MINUTES }, async () => {
		const { n8n: parts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
			n8n: { nodes: string[] };
		};
		const names = parts.nodes.map((path) => {
			const [first, ...rest] = basename(path, '.node.js');
			return first.toLowerCase() + rest.join('');
		});
		const types = await n8n.client.nodeTypes(names.map((name) => `${PACKAGE_NAME}.${name}`));
		assert.deepEqual(types.map(({ name }) => name).sort(), names.sort());
	});

	test('a declarative node', { timeout: MINUTES }, async () => {
		const status = cortex('Status', 'cortexXdrGetActionStatus', { actionId: FINISHED_SCRIPT });
		const execution = await run('status', [status], 30_000);
		assert.equal(execution.status, 'success', execution.error?.message);
		assert.equal(outputOf(execution, 'Status').length, 12);
	});

	test('a short wait', { timeout: MINUTES }, async () => {
		const nodes = [jobs(3, 6), waitForJob({ pollInterval: 2 }), results()];
		const execution = await run('short', nodes, 50_000);
		assert.equal(execution.status, 'success', execution.error?.message);
		assert.deepEqual(
			outputOf(execution, 'After').map(({ json }) => json),
			[3, 6].map((seconds) => ({ outcome: 'succeeded', label: `${seconds} seconds` })),
		);
	});

	test('a long wait stays in memory, and a hint says why', { timeout: 3 * MINUTES }, async () => {
		const execution = await run('long', [jobs(3, 40), waitForJob(), results()], 2 * MINUTES);
		assert.equal(execution.status, 'success', execution.error?.message);
		assert.deepEqual(
			outputOf(execution, 'After').map(({ json }) => json),
			[3, 40].map((seconds) => ({ outcome: 'succeeded', label: `${seconds} seconds` })),
		);
		const { hints, metadata } = runOf(execution.runs);
		assert.match(String(hints?.[0]?.message), /stayed in memory because .* before 2\.41 /);
		assert.equal((metadata as { subExecution?: unknown } | undefined)?.subExecution, undefined);
		assert.equal((await n8n.client.summaries({ workflowId: execution.workflowId })).length, 1);
	});
});
