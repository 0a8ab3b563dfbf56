import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { outputOf } from '../../demo/rest.mts';
import { searchSecrets } from './secrets.mts';
import {
	chain,
	cortex,
	manualTrigger,
	queueModeMissing,
	startTestN8n,
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
