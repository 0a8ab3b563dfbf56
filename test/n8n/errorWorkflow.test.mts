/* The example "Tell Slack when a wait has failed", called by n8n itself as the error workflow of another one. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { waitUntil } from '../../demo/processes.mts';
import {
	chain,
	items,
	startTestN8n,
	waitForJob,
	webhookTrigger,
	type TestN8n,
} from './support.mts';

const MINUTE = 60_000;
const ERROR_WORKFLOW = 'cortexFailedWaits';

describe('the error workflow of the examples', () => {
	let n8n: TestN8n;

	before(
		async () => {
			n8n = await startTestN8n({ speed: 1 });
		},
		{ timeout: 3 * MINUTE },
	);
	after(() => n8n?.close(), { timeout: MINUTE });

	test(
		'tells Slack once which workflow, node and jobs, also where the wait was parked',
		{ timeout: 5 * MINUTE },
		async () => {
			const { cortex, messages } = n8n.simulator.simulator;
			const end = { kind: 'endpointAction', durationSeconds: 30, endpoints: 2 } as const;
			const [good, bad] = [
				cortex.startJob({ ...end, outcome: 'succeeded' }),
				cortex.startJob({ ...end, outcome: 'failed' }),
			];
			const workflow = chain('nightly', [
				webhookTrigger('nightly'),
				items('Jobs', [{ job: good }, { job: bad }]),
				waitForJob(),
			]);
			workflow.settings = { ...workflow.settings, errorWorkflow: ERROR_WORKFLOW };
			const { id } = await n8n.add(workflow);
			await n8n.client.activate(id);
			assert.equal((await n8n.callWebhook('nightly')).status, 200);
			const failed = await n8n.latestExecution(id);
			const ended = await n8n.client.waitForExecution(failed.id, 3 * MINUTE);
			assert.equal(ended.status, 'error');

			const text = await waitUntil(
				async () => {
					const told = messages.map(({ body }) => (body as { text: string }).text);
					return told.length > 0 ? told.join('\n---\n') : undefined;
				},
				MINUTE,
				'Nobody has told Slack.',
			);
			const [first, ...rest] = text.split('\n');
			assert.equal(
				first,
				':rotating_light: *nightly* stopped at *Wait*: 1 of 2 jobs did not succeed',
			);
			assert.ok(
				rest[0].startsWith(`Action ${bad} failed (FAILED, 2 of 2 endpoints finished)`),
				text,
			);
			assert.ok(rest.includes(`Jobs: ${bad}`), text);
			assert.match(rest.at(-1) ?? '', new RegExp(`/workflow/${id}/executions/${failed.id}$`));
			assert.equal((await n8n.client.summaries({ workflowId: ERROR_WORKFLOW })).length, 1);
		},
	);
});
