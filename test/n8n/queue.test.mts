import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { outputOf } from '../../demo/rest.mts';
import { searchSecrets } from './secrets.mts';
import {
	chain,
	cortex,
	items,
	manualTrigger,
	queueModeMissing,
	startTestN8n,
	waitForJob,
	webhookTrigger,
	type TestN8n,
} from './support.mts';

const missing = await queueModeMissing();
if (missing && process.env.CI) throw new Error(`Queue mode must be tested in CI, but: ${missing}`);

describe('queue mode: main, worker, Redis, PostgreSQL', { skip: missing }, () => {
	let n8n: TestN8n;

	before(
		async () => {
			n8n = await startTestN8n({ mode: 'queue' });
		},
		{ timeout: 300_000 },
	);
	after(() => n8n?.close(), { timeout: 60_000 });

	test(
		'a production run happens on the worker, in the packed nodes',
		{ timeout: 90_000 },
		async () => {
			const workflow = await n8n.add(
				chain('Queue', [
					webhookTrigger('queue-status'),
					cortex('Status', 'cortexXdrGetActionStatus', { actionId: '7001' }),
				]),
			);
			await n8n.client.activate(workflow.id);
			assert.equal((await n8n.callWebhook('queue-status')).status, 200);
			const { id } = await n8n.latestExecution(workflow.id);
			const execution = await n8n.client.waitForExecution(id, 60_000);
			assert.equal(execution.status, 'success', execution.error?.message);
			assert.equal(outputOf(execution, 'Status').length, 12);
			assert.match(n8n.workers()[0].log(), new RegExp(`execution ${id}\\b`, 'i'));
		},
	);

	test('a run by hand happens there too', { timeout: 90_000 }, async () => {
		const execution = await n8n.run(
			chain('Queue by hand', [
				manualTrigger(),
				cortex('Results', 'cortexXdrGetScriptResults', { actionId: '7001' }),
			]),
		);
		assert.equal(execution.status, 'success', execution.error?.message);
		assert.equal(outputOf(execution, 'Results').length, 12);
	});

	test(
		"n8n's timeout does not count the time for which a wait is parked",
		{ timeout: 240_000 },
		async () => {
			const job = n8n.simulator.simulator.cortex.startJob({
				kind: 'endpointAction',
				durationSeconds: 1_000_000,
			});
			const workflow = chain('queue-timeout', [
				webhookTrigger('queue-timeout'),
				items('Jobs', [{ job }]),
				waitForJob(),
			]);
			// Shorter than the time until the second poll.
			workflow.settings = { ...workflow.settings, executionTimeout: 50 };
			const { id } = await n8n.add(workflow);
			await n8n.client.activate(id);
			assert.equal((await n8n.callWebhook('queue-timeout')).status, 200);
			const execution = await n8n.latestExecution(id);
			await n8n.client.waitForExecution(execution.id, 120_000, new Set(['waiting']));
			await n8n.control('POST', '/time', { advanceSeconds: 1_000_000 });
			const ended = await n8n.client.waitForExecution(execution.id, 180_000);
			assert.equal(ended.status, 'success', ended.error?.message);
			assert.equal(outputOf(ended, 'Wait')[0].json.outcome, 'succeeded');
		},
	);

	test('a killed main comes back with its workflows', { timeout: 120_000 }, async () => {
		await n8n.restartMain();
		assert.equal((await n8n.callWebhook('queue-status')).status, 200);
	});

	test('no secret in log, database and messages', { timeout: 180_000 }, async () => {
		assert.deepEqual(await searchSecrets(n8n), []);
	});

	test("main and worker have connected to the credential's host alone", async () => {
		assert.deepEqual(await n8n.connections(), [new URL(n8n.simulator.url).host]);
	});
});
