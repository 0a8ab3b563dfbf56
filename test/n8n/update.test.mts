/* What becomes of waits when the package is updated while they are parked, and when a worker lacks it. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { packPackage } from '../../demo/package.mts';
import { silent } from '../../demo/progress.mts';
import { outputOf, type Execution, type WorkflowNode } from '../../demo/rest.mts';
import {
	chain,
	childOf,
	editFields,
	printLog,
	queueModeMissing,
	startTestN8n,
	waitForJob,
	webhookTrigger,
	type TestN8n,
} from './support.mts';

const MINUTE = 60_000;

/** The package as version 0.1.0 was: `npm pack` of its last commit. */
const RELEASED = fileURLToPath(
	new URL('./released/n8n-nodes-cortex-qualys-0.1.0.tgz', import.meta.url),
);

/** So long the jobs take, in seconds: two polls, or one where n8n takes long to start anew. */
const JOB_SECONDS = 120;

/** How a wait ends that the new version took over. */
interface Wait {
	name: string;
	kind: 'endpointAction' | 'scriptExecution' | 'importJob';
	outcome: 'succeeded' | 'failed';
	onError?: WorkflowNode['onError'];
	check: (execution: Execution, job: string) => void;
}

const endOf = (execution: Execution) => outputOf(execution, 'After').map(({ json }) => json);

/** The one item of a wait that went on to the next node, with the label of the item that named its job. */
const item = (expected: Record<string, unknown>) => (execution: Execution, job: string) => {
	assert.equal(execution.status, 'success', execution.error?.message);
	assert.deepEqual(endOf(execution), [{ ...expected, job_id: job, label: 'mine' }]);
};

const WAITS: Wait[] = [
	{
		name: 'scan',
		kind: 'endpointAction',
		outcome: 'succeeded',
		check: item({ outcome: 'succeeded', endpoints: '2', results: '0' }),
	},
	{
		name: 'script',
		kind: 'scriptExecution',
		outcome: 'succeeded',
		check: item({ outcome: 'succeeded', endpoints: '2', results: '2' }),
	},
	{
		name: 'import',
		kind: 'importJob',
		outcome: 'succeeded',
		check: item({ outcome: 'succeeded', endpoints: '0', results: '0' }),
	},
	{
		name: 'failure that stops',
		kind: 'endpointAction',
		outcome: 'failed',
		check: (execution) => {
			assert.equal(execution.status, 'error');
			assert.match(execution.error!.message, /^Action \d+ failed \(FAILED, 2 of 2 endpoints/);
		},
	},
	{
		name: 'failure that continues',
		kind: 'endpointAction',
		outcome: 'failed',
		onError: 'continueRegularOutput',
		check: item({ outcome: 'failed', endpoints: '2', results: '0' }),
	},
];

const releasedTests = () => {
	let n8n: TestN8n;
	let current: string;
	/** By the wait's name. */
	const waits = new Map<string, { execution: string; job: string }>();

	async function park({ name, kind, outcome, onError }: Wait): Promise<void> {
		const path = name.replaceAll(' ', '-');
		const job = n8n.simulator.simulator.cortex.startJob({
			kind,
			durationSeconds: JOB_SECONDS,
			outcome,
			...(kind !== 'importJob' && { endpoints: 2 }),
		});
		const after = editFields('After', {
			job_id: '={{ $json.job_id }}',
			outcome: '={{ $json.outcome }}',
			endpoints: '={{ ($json.endpoints ?? []).length }}',
			results: '={{ ($json.results ?? []).length }}',
			label: "={{ $('Named').item.json.label }}",
		});
		const named = editFields('Named', { job: '={{ $json.body.job }}', label: 'mine' });
		const { id } = await n8n.add(
			chain(name, [webhookTrigger(path), named, waitForJob({ jobType: kind }, { onError }), after]),
		);
		await n8n.client.activate(id);
		assert.equal((await n8n.callWebhook(path, { job })).status, 200);
		const execution = (await n8n.latestExecution(id)).id;
		waits.set(name, { execution, job });
		const parked = await n8n.client.waitForExecution(execution, 2 * MINUTE, new Set(['waiting']));
		assert.equal(parked.status, 'waiting');
		// It has one sub-execution, which polls; later versions have one that watches over that.
		const child = await n8n.client.execution(childOf(parked));
		assert.deepEqual(Object.keys(child.runs).includes('Supervise'), false);
	}

	before(
		async () => {
			n8n = await startTestN8n({ speed: 1, examples: false });
			current = await packPackage(n8n.runtime, silent);
			await n8n.replacePackage(RELEASED);
			await Promise.all(WAITS.map(park));
			await n8n.replacePackage(current);
		},
		{ timeout: 8 * MINUTE },
	);
	after(() => n8n?.close(), { timeout: MINUTE });
	afterEach((context) => printLog(context, n8n));

	for (const wait of WAITS) {
		test(`${wait.name}: ends under this version`, { timeout: 8 * MINUTE }, async () => {
			const { execution, job } = waits.get(wait.name)!;
			wait.check(await n8n.client.waitForExecution(execution, 7 * MINUTE), job);
		});
	}
};

const missing = await queueModeMissing();
if (missing && process.env.CI) throw new Error(`Queue mode must be tested in CI, but: ${missing}`);

const lackingTests = () => {
	let n8n: TestN8n;

	before(
		async () => {
			n8n = await startTestN8n({
				mode: 'queue',
				speed: 1,
				// A worker that lacks the package refuses within milliseconds, and n8n forgets a failed job at once: it would be
				// chance whether the main process hears of it.
				env: { N8N_EXECUTIONS_QUEUE_KEEP_LAST_FAILED: '100' },
			});
		},
		{ timeout: 8 * MINUTE },
	);
	after(() => n8n?.close(), { timeout: MINUTE });
	afterEach((context) => printLog(context, n8n));

	test('ends a parked wait, and says why', { timeout: 8 * MINUTE }, async () => {
		const job = n8n.simulator.simulator.cortex.startJob({
			kind: 'endpointAction',
			durationSeconds: JOB_SECONDS,
		});
		const named = editFields('Named', { job: '={{ $json.body.job }}' });
		const { id } = await n8n.add(chain('wait', [webhookTrigger('wait'), named, waitForJob()]));
		await n8n.client.activate(id);
		assert.equal((await n8n.callWebhook('wait', { job })).status, 200);
		const execution = (await n8n.latestExecution(id)).id;
		await n8n.client.waitForExecution(execution, 2 * MINUTE, new Set(['waiting']));

		await n8n.killWorker();
		await n8n.addWorker({ N8N_COMMUNITY_PACKAGES_PREVENT_LOADING: 'true' });

		const { status, error } = await n8n.client.waitForExecution(execution, 5 * MINUTE);
		assert.equal(status, 'error');
		assert.match(error!.message, /^Unrecognized node type: n8n-nodes-cortex-qualys\./);
	});
};

describe('the package is replaced', { concurrency: true }, () => {
	describe('waits that version 0.1.0 has parked', { concurrency: true }, releasedTests);
	describe('a worker that lacks it', { skip: missing }, lackingTests);
});
