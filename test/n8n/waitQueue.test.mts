import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '../../demo/processes.mts';
import {
	chain,
	editFields,
	node,
	queueModeMissing,
	SHORTEST_PARKED_SECONDS,
	startTestN8n,
	waitForJob,
	webhookTrigger,
	type TestN8n,
} from './support.mts';

const MINUTES = 60_000;
const STATUS_PATH = '/public_api/v1/actions/get_action_status';

/** n8n lists a hundred executions of a workflow at most. */
const WORKFLOWS = ['wait-a', 'wait-b', 'wait-c', 'wait-d'];
const EXECUTIONS = 100;
/** The execution that waits, the one that polls, and the one that watches over that. */
const EACH = 3;
const SHORT_WORKFLOW_SECONDS = 5;
const QUIET_SECONDS = 3;

const missing = await queueModeMissing();
if (missing && process.env.CI) throw new Error(`Queue mode must be tested in CI, but: ${missing}`);

describe(
	'Wait for Job in queue mode: a hundred executions on two workers',
	{ skip: missing },
	() => {
		let n8n: TestN8n;
		/** Ids of the workflows with the wait. */
		let workflows: string[];
		const jobs: string[] = [];

		before(
			async () => {
				n8n = await startTestN8n({ mode: 'queue', workers: 2, concurrency: 2, speed: 1 });
			},
			{ timeout: 5 * MINUTES },
		);
		after(() => n8n?.close(), { timeout: MINUTES });

		/** How many executions of the waits are in a status. */
		const count = async (status: string) =>
			(
				await Promise.all(
					workflows.map((workflowId) => n8n.client.summaries({ workflowId, status: [status] })),
				)
			).flat().length;

		/** true while nothing runs, nor will within the next seconds. */
		const quiet = async () => {
			if ((await count('running')) + (await count('new')) > 0) return undefined;
			const waiting = await Promise.all(
				workflows.map((workflowId) => n8n.client.summaries({ workflowId, status: ['waiting'] })),
			);
			const next = Math.min(
				...waiting.flat().map(({ waitTill }) => new Date(String(waitTill)).getTime()),
			);
			return next > Date.now() + QUIET_SECONDS * 1000 || undefined;
		};

		/** How far it has come, and what has gone wrong, for the words of a failure. */
		const progress = async () => {
			const counts = await Promise.all(
				['new', 'running', 'waiting', 'success'].map(
					async (status) => `${status} ${await count(status)}`,
				),
			);
			const failed = await Promise.all(
				workflows.map((workflowId) =>
					n8n.client.summaries({ workflowId, status: ['error', 'crashed', 'canceled'] }),
				),
			);
			const errors = await Promise.all(
				failed.flat().map(async ({ id }) => {
					const { status, mode, lastNodeExecuted, error } = await n8n.client.execution(id);
					return `${id} ${mode} ${status} in ${lastNodeExecuted}: ${error?.message} ${error?.description ?? ''}`;
				}),
			);
			return [
				`${reports().length} executions have reported; ${counts.join(', ')}; ${polls()}.`,
				...errors,
			].join('\n');
		};

		/** How many polls there were, and what was answered. */
		const polls = () => {
			const statuses = n8n.simulator.simulator.requests.entries
				.filter(({ path }) => path.startsWith(STATUS_PATH))
				.map(({ status }) => status);
			const refused = statuses.filter((status) => status === 429).length;
			return `${statuses.length} polls, ${refused} of them over the tenant's limit`;
		};

		/** Texts that the node after the wait has sent. */
		const reports = () =>
			n8n.simulator.simulator.messages.map(({ body }) => (body as { text: string }).text);

		test(
			'none lost, none reported twice, with a worker killed half way; all slots free meanwhile',
			{ timeout: 9 * MINUTES },
			async (context) => {
				const quick = await n8n.add(
					chain('Quick', [webhookTrigger('quick'), editFields('Done', { done: 'yes' })]),
				);
				await n8n.client.activate(quick.id);
				workflows = await Promise.all(
					WORKFLOWS.map(async (path) => {
						const { id } = await n8n.add(
							chain(path, [
								webhookTrigger(path),
								waitForJob({ jobId: '={{ $json.body.job }}' }),
								node(
									'Report',
									'httpRequest',
									{
										method: 'POST',
										url: `${n8n.simulator.url}/slack/webhook`,
										sendBody: true,
										specifyBody: 'json',
										jsonBody: '={{ { text: $json.job_id + " " + $json.outcome } }}',
										options: {},
									},
									{ typeVersion: 4.2 },
								),
							]),
						);
						await n8n.client.activate(id);
						return id;
					}),
				);

				const started = Date.now();
				const elapsed = () => Math.round((Date.now() - started) / 1000);
				const { cortex } = n8n.simulator.simulator;
				for (let index = 0; index < EXECUTIONS; index++) {
					// Half of them end before their second poll; the others only when time is advanced.
					const durationSeconds = index % 2 === 0 ? 20 : 3600;
					const job = cortex.startJob({ kind: 'endpointAction', durationSeconds });
					jobs.push(job);
					const { status } = await n8n.callWebhook(WORKFLOWS[(index >> 1) % WORKFLOWS.length], {
						job,
					});
					assert.equal(status, 200);
				}
				const called = elapsed();

				/** Runs the short workflow. Returns its seconds, call to end. */
				async function quickSeconds(): Promise<number> {
					const before = Date.now();
					assert.equal((await n8n.callWebhook('quick')).status, 200);
					const { id } = await n8n.latestExecution(quick.id);
					const { status, stoppedAt } = await n8n.client.waitForExecution(id, 30_000);
					assert.equal(status, 'success');
					return (new Date(String(stoppedAt)).getTime() - before) / 1000;
				}

				await waitUntil(
					async () => ((await count('waiting')) === EACH * EXECUTIONS ? true : undefined),
					60_000,
					'Not all executions are parked.',
					500,
				);
				const allParked = elapsed();
				let slotSeconds = 0;
				const quickest: number[] = [];
				for (let second = 0; second < 10; second++) {
					slotSeconds += (await count('running')) + (await count('new'));
					if (second % 3 === 0) quickest.push(await quickSeconds());
					await delay(1_000);
				}

				await waitUntil(
					() => reports().length >= EXECUTIONS / 2 || undefined,
					3 * MINUTES,
					progress,
				);
				const half = elapsed();
				// n8n fails an execution whose worker dies while it runs, and says so; parked ones must not care.
				await waitUntil(quiet, MINUTES, 'Some execution is running all the time.', 100);
				await n8n.killWorker(0);
				const killed = elapsed();
				await n8n.addWorker();
				await n8n.control('POST', '/time', { advanceSeconds: 3600 });

				await waitUntil(
					async () => (await count('success')) === EACH * EXECUTIONS || undefined,
					5 * MINUTES,
					progress,
					1_000,
				);
				const done = elapsed();
				await delay(5_000);
				const told = reports().sort();
				const doubled = told.filter((text, index) => told[index - 1] === text).length;
				const lost = jobs.filter((job) => !told.includes(`${job} succeeded`)).length;
				context.diagnostic(
					`${EXECUTIONS} executions called in ${called} s, all parked after ${allParked} s, half reported after ${half} s, a worker killed after ${killed} s, done after ${done} s; lost ${lost}, doubled ${doubled}`,
				);
				context.diagnostic(
					`slot seconds held in 10 s with all parked: ${slotSeconds}; short workflow: ${quickest.map((s) => `${s.toFixed(1)} s`).join(', ')}; ${polls()}`,
				);
				assert.equal(lost, 0);
				assert.equal(doubled, 0);
				assert.equal(told.length, EXECUTIONS);
				assert.equal(slotSeconds, 0);
				assert.ok(Math.max(...quickest) < SHORT_WORKFLOW_SECONDS);
				assert.ok(allParked < SHORTEST_PARKED_SECONDS);
			},
		);
	},
);
