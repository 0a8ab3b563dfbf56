import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '../../demo/processes.mts';
import { outputOf, type Execution, type NodeRun, type Workflow } from '../../demo/rest.mts';
import { interval, parkedSeconds } from '../../nodes/shared/wait/schedule.ts';
import { CORTEX_JOBS } from '../../nodes/shared/cortex/jobs.ts';
import { readJob } from '../../nodes/shared/wait/settings.ts';
import type { JobRequest } from '../../simulator/cortex/jobs.ts';
import {
	chain,
	childOf,
	editFields,
	items,
	KEY_MARK,
	manualTrigger,
	node,
	pollerOf,
	SHORTEST_PARKED_SECONDS,
	startTestN8n,
	waitForJob,
	webhookTrigger,
	type TestN8n,
} from './support.mts';

const MINUTES = 60_000;
const WAITING = new Set(['waiting']);

/** The shortest deadline, in minutes, that a parked wait can meet. */
const SHORT_TIMEOUT = 1.2;

/** Import jobs are asked for one after the other, which this suite would have to wait for: they are killed in waitKills. */
const TYPES = ['endpointAction', 'scriptExecution'] as const;

/** What stands in the Edit Fields node after the wait: what came, and where n8n says that it came from. */
const results = () =>
	editFields('After', {
		job: '={{ $json.job_id }}',
		outcome: '={{ $json.outcome }}',
		polls: '={{ $json.polls }}',
		waited: '={{ $json.waited_seconds }}',
		label: "={{ $('Jobs').item.json.label }}",
	});

const startOf = (execution: Execution, name: string) =>
	Number((execution.runs[name]?.at(-1) as { startTime?: number } | undefined)?.startTime);

describe('Wait for Job in a real n8n: regular mode, SQLite', () => {
	let n8n: TestN8n;

	before(
		async () => {
			n8n = await startTestN8n({ speed: 1 });
		},
		{ timeout: 3 * MINUTES },
	);
	after(() => n8n?.close(), { timeout: MINUTES });

	// What n8n did last tells why something did not happen.
	afterEach(async (context) => {
		if ((context as unknown as { passed: boolean }).passed) return;
		const lines = (await n8n.logs())
			.split('\n')
			.filter((line) => !/IsolatedVm|Shutting/.test(line));
		console.log(lines.slice(-300).join('\n'));
	});

	const job = (request: JobRequest) => n8n.simulator.simulator.cortex.startJob(request);

	/** How often the tenant was asked for a job. */
	const requestsFor = (id: string) =>
		n8n.simulator.simulator.requests.entries.filter(
			({ path, actionId }) => path.endsWith(id) || actionId === id,
		).length;

	/** Starts it by hand, as the editor does. Returns the execution's id. */
	async function runByHand(workflow: Workflow): Promise<string> {
		const { id } = await n8n.add(workflow);
		return n8n.client.run(id, 'Start');
	}

	/** Starts it from its webhook, of the workflow's name. Returns the execution's id. */
	async function runFromWebhook(workflow: Workflow): Promise<string> {
		const { id } = await n8n.add(workflow);
		await n8n.client.activate(id);
		assert.equal((await n8n.callWebhook(workflow.name)).status, 200);
		return (await n8n.latestExecution(id)).id;
	}

	// An answer that is lost on the way costs a poll a minute.
	const parked = (id: string) => n8n.client.waitForExecution(id, 2 * MINUTES, WAITING);

	test(
		'killed between polls, and again: every outcome right, every item in its place',
		{ timeout: 6 * MINUTES },
		async (context) => {
			const started = Date.now();
			const elapsed = () => (Date.now() - started) / 1000;
			const until = (seconds: number) => delay(Math.max(0, (seconds - elapsed()) * 1000));

			const cases = await Promise.all(
				TYPES.map(async (kind) => {
					const ids = {
						good: job({ kind, durationSeconds: 40 }),
						bad: job({ kind, durationSeconds: 40, outcome: 'failed' }),
						slow: job({ kind, durationSeconds: 0, outcome: 'never' }),
						late: job({ kind, durationSeconds: 100 }),
					};
					const order = ['good', 'slow', 'bad', 'good', 'late', 'slow', 'bad'] as const;
					const rows = order.map((name, index) => ({
						job: ids[name],
						label: `${index} ${name}`,
						timeout: name === 'slow' ? SHORT_TIMEOUT : 30,
					}));
					const id = await runFromWebhook(
						chain(`killed-${kind}`, [
							webhookTrigger(`killed-${kind}`),
							items('Jobs', rows),
							waitForJob(
								{ jobType: kind, timeout: '={{ $json.timeout }}' },
								{ onError: 'continueRegularOutput' },
							),
							results(),
						]),
					);
					return { kind, ids, rows, id };
				}),
			);
			for (const { id } of cases) await parked(id);
			await n8n.killMain();
			await n8n.restartMain();

			// The deadline of this one comes while n8n is down.
			const overdue = await runByHand(
				chain('overdue', [
					manualTrigger(),
					items('Jobs', [
						{
							job: job({ kind: 'endpointAction', durationSeconds: 0, outcome: 'never' }),
							label: 'slow',
						},
						{ job: job({ kind: 'endpointAction', durationSeconds: 50 }), label: 'good' },
					]),
					waitForJob({ timeout: SHORT_TIMEOUT }, { onError: 'continueRegularOutput' }),
					results(),
				]),
			);
			const due = elapsed() + 60 * SHORT_TIMEOUT;
			await parked(overdue);

			// All waits have had their second poll, and wait for the third.
			const polls = async ({ id }: { id: string }) => {
				const poller = await pollerOf(n8n.client, await n8n.client.execution(id));
				return `${poller.runs.Poll?.length ?? 0} polls, ${poller.status}`;
			};
			let states: string[] = [];
			await waitUntil(
				async () => {
					states = await Promise.all(cases.map(polls));
					return states.every((state) => state === '1 polls, waiting') || undefined;
				},
				(SHORTEST_PARKED_SECONDS + 60) * 1000,
				() => `No second poll after the restart: ${states.join('; ')}`,
			);
			await n8n.killMain();
			const killed = elapsed();
			await until(due + 3);
			await n8n.restartMain();
			const restarted = elapsed();

			const late = await n8n.client.waitForExecution(overdue, MINUTES);
			assert.equal(late.status, 'success', late.error?.message);
			const rows = outputOf(late, 'After').map(({ json }) => json);
			assert.deepEqual(
				rows.map(({ label, outcome, polls }) => [label, outcome, polls]),
				[
					['slow', 'timedOut', '2'],
					['good', 'succeeded', '2'],
				],
			);
			for (const { waited } of rows) assert.ok(Number(waited) >= 60 * SHORT_TIMEOUT, `${waited}`);

			for (const { kind, ids, rows, id } of cases) {
				const execution = await n8n.client.waitForExecution(id, 2 * MINUTES);
				assert.equal(execution.status, 'success', execution.error?.message);
				const expected = {
					good: { outcome: 'succeeded', polls: 2 },
					bad: { outcome: 'failed', polls: 2 },
					slow: { outcome: 'timedOut', polls: 2 },
					late: { outcome: 'succeeded', polls: 3 },
				};
				const given = outputOf(execution, 'After').map(({ json }) => json);
				assert.deepEqual(
					given.map(({ waited: _, ...rest }) => rest),
					rows.map(({ job, label }) => {
						const { outcome, polls } = expected[label.split(' ')[1] as keyof typeof ids];
						return { job, outcome, polls: String(polls), label };
					}),
				);
				const words = outputOf(execution, 'Wait').map(({ json }) => json.job_type);
				assert.deepEqual(new Set(words), new Set([kind]));
				if (kind === 'endpointAction') {
					// Duplicates cost one poll. What had ended earlier is asked for once more at the end.
					assert.deepEqual(
						Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, requestsFor(id)])),
						{ good: 3, bad: 3, slow: 3, late: 3 },
					);
				}
			}
			context.diagnostic(
				`3 executions with 16 items, 2 kills, the second with ${Math.round(restarted - killed)} s down over a deadline; all done after ${Math.round(elapsed())} s; lost 0`,
			);
		},
	);

	/** A wait, started by hand and parked, for an action that never ends; `asked`: how often the tenant was. */
	async function parkedForGood(name: string) {
		const slow = job({ kind: 'endpointAction', durationSeconds: 0, outcome: 'never' });
		const id = await runByHand(
			chain(name, [manualTrigger(), items('Jobs', [{ job: slow }]), waitForJob()]),
		);
		const execution = await parked(id);
		const poller = await pollerOf(n8n.client, execution);
		return {
			id,
			childId: childOf(execution),
			pollerId: poller.id,
			asked: () => requestsFor(slow),
		};
	}

	describe('one parked wait each', { concurrency: true }, () => {
		const rowsOf = () =>
			[
				['good', { durationSeconds: 40 }],
				['bad', { durationSeconds: 40, outcome: 'failed' }],
				['good', { durationSeconds: 40 }],
				['never', { durationSeconds: 0, outcome: 'never' }],
			].map(([label, life], index) => ({
				job: job({ kind: 'endpointAction', ...(life as { durationSeconds: number }) }),
				label: `${index} ${label as string}`,
			}));

		test(
			'Continue (using error output): each item on its side, with its input',
			{ timeout: 3 * MINUTES },
			async () => {
				const rows = rowsOf();
				const workflow = chain('Error output', [
					manualTrigger(),
					items('Jobs', rows),
					waitForJob({ timeout: SHORT_TIMEOUT }, { onError: 'continueErrorOutput' }),
					results(),
				]);
				workflow.nodes.push(
					editFields('Refused', {
						own: '={{ $json.label }}',
						error: '={{ $json.error }}',
						outcome: '={{ $json.details.outcome }}',
						linked: "={{ $('Jobs').item.json.label }}",
					}),
				);
				const to = (name: string) => [{ node: name, type: 'main', index: 0 }];
				workflow.connections.Wait = { main: [to('After'), to('Refused')] };
				const id = await runByHand(workflow);
				await parked(id);
				const execution = await n8n.client.waitForExecution(id, 2 * MINUTES);
				assert.equal(execution.status, 'success', execution.error?.message);
				assert.deepEqual(
					outputOf(execution, 'After').map(({ json }) => [json.job, json.outcome, json.label]),
					[0, 2].map((index) => [rows[index].job, 'succeeded', rows[index].label]),
				);
				const refused = outputOf(execution, 'Refused').map(({ json }) => json);
				assert.deepEqual(
					refused.map(({ own, outcome, linked }) => [own, outcome, linked]),
					[
						[rows[1].label, 'failed', rows[1].label],
						[rows[3].label, 'timedOut', rows[3].label],
					],
				);
				for (const { error } of refused) assert.match(String(error), /^Action \d+ /);
			},
		);

		test(
			'Continue: every job as its item, each in its place',
			{ timeout: 3 * MINUTES },
			async () => {
				const rows = rowsOf();
				const id = await runByHand(
					chain('Continue', [
						manualTrigger(),
						items('Jobs', rows),
						waitForJob({ timeout: SHORT_TIMEOUT }, { onError: 'continueRegularOutput' }),
						results(),
					]),
				);
				await parked(id);
				const execution = await n8n.client.waitForExecution(id, 2 * MINUTES);
				assert.equal(execution.status, 'success', execution.error?.message);
				assert.deepEqual(
					outputOf(execution, 'After').map(({ json }) => [json.job, json.outcome, json.label]),
					rows.map(({ job, label }, index) => [
						job,
						['succeeded', 'failed', 'succeeded', 'timedOut'][index],
						label,
					]),
				);
			},
		);

		test(
			'Stop Workflow, no callers allowed, an error workflow: it fails once, with every job named',
			{ timeout: 3 * MINUTES },
			async () => {
				const rescue = await n8n.add(
					chain('Rescue', [
						node('Start', 'errorTrigger'),
						editFields('Told', { execution: '={{ $json.execution.id }}' }),
					]),
				);
				await n8n.client.activate(rescue.id);
				const rows = rowsOf();
				const workflow = chain('stop', [
					webhookTrigger('stop'),
					items('Jobs', rows),
					waitForJob({ timeout: SHORT_TIMEOUT }),
					results(),
				]);
				workflow.settings = {
					...workflow.settings,
					callerPolicy: 'none',
					errorWorkflow: rescue.id,
				};
				const id = await runFromWebhook(workflow);
				const child = childOf(await parked(id));
				const execution = await n8n.client.waitForExecution(id, 2 * MINUTES);
				assert.equal(execution.status, 'error');
				assert.equal(execution.error?.message, '2 of 4 jobs did not succeed');
				const description = String(execution.error?.description);
				for (const index of [1, 3]) assert.ok(description.includes(rows[index].job), description);
				for (const index of [0, 2]) assert.ok(!description.includes(rows[index].job), description);
				assert.equal(outputOf(execution, 'After').length, 0);
				assert.equal((await n8n.client.execution(child)).status, 'error');
				const { workflowData } = execution as unknown as { workflowData: Workflow };
				assert.equal(workflowData.settings?.callerPolicy, 'none');
				assert.equal(workflowData.settings?.errorWorkflow, rescue.id);

				await delay(10_000);
				const told = await n8n.client.summaries({ workflowId: rescue.id });
				assert.equal(told.length, 1);
				const [{ json }] = outputOf(await n8n.client.execution(told[0].id), 'Told');
				assert.equal(json.execution, id);
			},
		);

		test(
			'what stands in the database meanwhile: hint, link, no key',
			{ timeout: 2 * MINUTES },
			async () => {
				const id = await runByHand(
					chain('Look', [
						manualTrigger(),
						items('Jobs', [
							{ job: job({ kind: 'endpointAction', durationSeconds: 1 }) },
							{ job: job({ kind: 'endpointAction', durationSeconds: 40 }) },
						]),
						waitForJob(),
					]),
				);
				const execution = await parked(id);
				const [run] = execution.runs.Wait as Array<
					NodeRun & { hints?: Array<{ message: string; location: string }> }
				>;
				assert.match(String(run.hints?.[0]?.message), /^[12] of 2 jobs (is|are) still running\. /);
				assert.equal(run.hints?.[0]?.location, 'outputPane');
				const shown = outputOf(execution, 'Wait').map(({ json }) => json);
				assert.equal(shown.length, 2);
				for (const { job_type, progress, round, jobs, wait, handover } of shown) {
					assert.equal(job_type, 'endpointAction');
					assert.ok(progress);
					assert.deepEqual([round, jobs, wait, handover], Array(4).fill(undefined));
				}
				assert.match(
					JSON.stringify(shown[1].errors),
					/was still running \(.+when it was last asked/,
				);
				const child = await n8n.client.execution(childOf(execution));
				const poller = await pollerOf(n8n.client, execution);
				for (const { status, workflowId, raw } of [child, poller]) {
					assert.equal(status, 'waiting');
					assert.equal(workflowId, execution.workflowId);
					assert.ok(!raw.includes(KEY_MARK));
				}
				assert.ok(!execution.raw.includes(KEY_MARK));
				const left = (new Date(String(poller.waitTill)).getTime() - Date.now()) / 1000;
				// A little longer, by chance.
				assert.ok(left > 30 && left <= SHORTEST_PARKED_SECONDS * 1.1 + 1, `${left}`);
				const done = await n8n.client.waitForExecution(id, 90_000);
				assert.equal(done.status, 'success', done.error?.message);
				assert.equal(childOf(done), child.id, 'the link is lost at the end');
			},
		);

		test(
			'stopping the execution ends its sub-executions at the next poll',
			{ timeout: 3 * MINUTES },
			async (context) => {
				const { id, childId, pollerId, asked } = await parkedForGood('Stopped');
				await n8n.client.stop(id);
				const stopped = Date.now();
				assert.equal((await n8n.client.execution(id)).status, 'canceled');
				for (const one of [childId, pollerId]) {
					assert.equal((await n8n.client.execution(one)).status, 'waiting');
				}
				const child = await n8n.client.waitForExecution(childId, 100_000);
				assert.notEqual((await n8n.client.execution(pollerId)).status, 'waiting');
				context.diagnostic(`ended ${Math.round((Date.now() - stopped) / 1000)} s after the stop`);
				assert.equal(child.status, 'error');
				assert.match(String(child.error?.message), /was stopped/);
				assert.equal((await n8n.client.execution(id)).status, 'canceled');
				assert.equal(asked(), 1);
			},
		);

		test(
			'deleting the execution ends its sub-execution too',
			{ timeout: 3 * MINUTES },
			async () => {
				const { id, childId, asked } = await parkedForGood('Deleted');
				await n8n.client.deleteExecutions([id]);
				const child = await n8n.client.waitForExecution(childId, 100_000);
				assert.equal(child.status, 'error');
				assert.match(String(child.error?.message), /was stopped/);
				assert.equal(asked(), 1);
			},
		);

		test(
			'stopping the sub-execution ends the execution that waits, and the polls',
			{ timeout: 4 * MINUTES },
			async (context) => {
				const { id, childId, pollerId, asked } = await parkedForGood('Sub-execution stopped');
				await n8n.client.stop(childId);
				const stopped = Date.now();
				assert.equal((await n8n.client.execution(childId)).status, 'canceled');
				const execution = await n8n.client.waitForExecution(id, 3 * MINUTES);
				context.diagnostic(
					`${execution.status} ${Math.round((Date.now() - stopped) / 1000)} s after the stop: ${execution.error?.message}`,
				);
				assert.equal(execution.status, 'error');
				await n8n.client.waitForExecution(pollerId, 100_000);
				assert.equal(asked(), 1);
			},
		);

		test(
			'stopping the sub-execution that polls ends the execution that waits',
			{ timeout: 4 * MINUTES },
			async () => {
				const { id, pollerId, asked } = await parkedForGood('Poller stopped');
				await n8n.client.stop(pollerId);
				const execution = await n8n.client.waitForExecution(id, 3 * MINUTES);
				assert.equal(execution.status, 'error');
				assert.equal(execution.error?.message, 'The sub-execution that polls the jobs was stopped');
				assert.equal(asked(), 1);
			},
		);

		test(
			'a webhook that answers with the last node is told how the jobs stand, in words',
			{ timeout: 3 * MINUTES },
			async () => {
				const slow = job({ kind: 'endpointAction', durationSeconds: 40 });
				const workflow = chain('lastNode', [
					webhookTrigger('lastNode', 'lastNode'),
					items('Jobs', [{ job: slow }]),
					waitForJob(),
				]);
				const { id } = await n8n.add(workflow);
				await n8n.client.activate(id);
				await n8n.webhookReady('lastNode');
				const { status, body } = await n8n.callWebhook('lastNode');
				assert.equal(status, 200);
				const told = JSON.parse(body) as Record<string, unknown>;
				assert.deepEqual(Object.keys(told).sort(), [
					'by_status',
					'errors',
					'job_id',
					'job_type',
					'progress',
					'started_at',
					'status',
				]);
				assert.equal(told.job_id, slow);
				assert.match(String(told.errors), /^Action \d+ was still running/);
				const execution = await n8n.latestExecution(id);
				const done = await n8n.client.waitForExecution(execution.id, 2 * MINUTES);
				assert.equal(done.status, 'success', done.error?.message);
			},
		);

		test(
			'with a credential that reads the incoming item, it stays in memory, and says why',
			{ timeout: 3 * MINUTES },
			async () => {
				const { id: key, key: apiKey, securityLevel } = n8n.simulator.simulator.keys.admin;
				const credential = await n8n.addCredential({
					name: 'Tenant of the item',
					type: 'cortexXdrApi',
					data: { tenantUrl: '={{ $json.tenant }}', apiKeyId: key, apiKey, securityLevel },
				});
				const slow = job({ kind: 'endpointAction', durationSeconds: 20 });
				const { id: credentialId, name } = credential;
				const id = await runByHand(
					chain('Tenant of the item', [
						manualTrigger(),
						items('Jobs', [{ job: slow, tenant: n8n.simulator.url }]),
						waitForJob({}, { credentials: { cortexXdrApi: { id: credentialId, name } } }),
					]),
				);
				const execution = await n8n.client.waitForExecution(id, 2 * MINUTES);
				assert.equal(execution.status, 'success', execution.error?.message);
				const [run] = execution.runs.Wait as Array<
					NodeRun & { hints?: Array<{ message: string }> }
				>;
				assert.match(
					String(run.hints?.map(({ message }) => message)),
					/stayed in memory because a field of its credential holds an expression/,
				);
				assert.equal(outputOf(execution, 'Wait')[0].json.outcome, 'succeeded');
				assert.equal(requestsFor(slow), 2);
			},
		);

		test(
			"a timeout of n8n's that is shorter than the wait is named before it, and counts parked time",
			{ timeout: 4 * MINUTES },
			async () => {
				// Ends at the second poll, later than n8n lets the execution live.
				const slow = job({ kind: 'endpointAction', durationSeconds: 20 });
				const workflow = chain('Cut off', [
					manualTrigger(),
					items('Jobs', [{ job: slow }]),
					waitForJob(),
					results(),
				]);
				workflow.settings = { ...workflow.settings, executionTimeout: 50 };
				const id = await runByHand(workflow);
				const execution = await parked(id);
				const [run] = execution.runs.Wait as Array<
					NodeRun & { hints?: Array<{ message: string }> }
				>;
				const hints = run.hints?.map(({ message }) => message) ?? [];
				assert.ok(
					hints.some((hint) =>
						hint.includes('after 50 seconds, but this node may wait 30 minutes'),
					),
					hints.join('\n'),
				);
				const poller = await pollerOf(n8n.client, execution);
				const ended = await n8n.client.waitForExecution(id, 3 * MINUTES);
				assert.equal(ended.status, 'canceled');
				assert.equal(outputOf(ended, 'After').length, 0);
				// The sub-executions have no such limit: the job was asked for again, and has ended.
				assert.equal((await n8n.client.execution(poller.id)).status, 'success');
				assert.equal(requestsFor(slow), 2);
			},
		);

		test('in a loop, every round waits', { timeout: 5 * MINUTES }, async () => {
			// The second one has not ended when its turn comes, so it is parked too.
			const rows = [20, 100].map((durationSeconds) => ({
				job: job({ kind: 'endpointAction', durationSeconds }),
			}));
			const workflow = chain('Loop', [
				manualTrigger(),
				items('Jobs', rows),
				node('Loop', 'splitInBatches', { batchSize: 1, options: {} }, { typeVersion: 3 }),
				results(),
			]);
			workflow.nodes.push(waitForJob());
			const to = (name: string) => [{ node: name, type: 'main', index: 0 }];
			workflow.connections.Loop = { main: [to('After'), to('Wait')] };
			workflow.connections.Wait = { main: [to('Loop')] };
			const id = await runByHand(workflow);
			await parked(id);
			const execution = await n8n.client.waitForExecution(id, 4 * MINUTES);
			assert.equal(execution.status, 'success', execution.error?.message);
			assert.equal(execution.runs.Wait.length, 2);
			for (const { metadata } of execution.runs.Wait) {
				assert.ok((metadata as { subExecution?: object })?.subExecution, 'not parked');
			}
			assert.deepEqual(
				outputOf(execution, 'After').map(({ json }) => [json.job, json.outcome]),
				rows.map(({ job }) => [job, 'succeeded']),
			);
		});

		test('in a workflow that another one calls, both wait', { timeout: 4 * MINUTES }, async () => {
			const called = chain('Called', [
				node(
					'Start',
					'executeWorkflowTrigger',
					{ inputSource: 'passthrough' },
					{ typeVersion: 1.1 },
				),
				waitForJob(),
			]);
			const { id: calledId } = await n8n.add(called);
			await n8n.client.activate(calledId);
			const rows = [{ job: job({ kind: 'endpointAction', durationSeconds: 20 }), label: 'mine' }];
			const id = await runByHand(
				chain('Calls', [
					manualTrigger(),
					items('Jobs', rows),
					node(
						'Call',
						'executeWorkflow',
						{
							workflowId: { __rl: true, mode: 'id', value: calledId },
							workflowInputs: { mappingMode: 'defineBelow', value: {} },
							options: { waitForSubWorkflow: true },
						},
						{ typeVersion: 1.2 },
					),
					results(),
				]),
			);
			await parked(id);
			const execution = await n8n.client.waitForExecution(id, 3 * MINUTES);
			assert.equal(execution.status, 'success', execution.error?.message);
			assert.deepEqual(
				outputOf(execution, 'After').map(({ json }) => [json.job, json.outcome, json.label]),
				[[rows[0].job, 'succeeded', 'mine']],
			);
		});

		test(
			'a workflow that keeps no executions keeps none of its wait either',
			{ timeout: 4 * MINUTES },
			async () => {
				const { messages } = n8n.simulator.simulator;
				const workflow = chain('keepsNothing', [
					webhookTrigger('keepsNothing'),
					items('Jobs', [{ job: job({ kind: 'endpointAction', durationSeconds: 20 }) }]),
					waitForJob(),
					node(
						'Tell',
						'httpRequest',
						{
							method: 'POST',
							url: `${n8n.simulator.url}/slack/webhook`,
							sendBody: true,
							specifyBody: 'json',
							jsonBody: "={{ { text: 'nothing kept: ' + $json.outcome } }}",
							options: {},
						},
						{ typeVersion: 4.2 },
					),
				]);
				workflow.settings = {
					...workflow.settings,
					saveDataSuccessExecution: 'none',
					saveDataErrorExecution: 'none',
				};
				const id = await runFromWebhook(workflow);
				const waiting = await parked(id);
				await waitUntil(
					() => JSON.stringify(messages).includes('nothing kept: succeeded') || undefined,
					3 * MINUTES,
					'The end was not told.',
				);
				const { workflowId } = waiting;
				await waitUntil(
					async () => ((await n8n.client.summaries({ workflowId })).length > 0 ? undefined : true),
					30_000,
					`Executions ${id} and ${childOf(waiting)} are still there.`,
				);
			},
		);

		test('how soon an end is reported', { timeout: 4 * MINUTES }, async (context) => {
			const interval = 5;
			const ends = [22, 93];
			const runs = await Promise.all(
				ends.map(async (seconds) => {
					const started = Date.now();
					const id = await runByHand(
						chain(`Ends after ${seconds}`, [
							manualTrigger(),
							items('Jobs', [
								{ job: job({ kind: 'endpointAction', durationSeconds: seconds }), label: 'x' },
							]),
							waitForJob({
								pollInterval: interval,
							}),
							results(),
						]),
					);
					const execution = await n8n.client.waitForExecution(id, 3 * MINUTES);
					assert.equal(execution.status, 'success', execution.error?.message);
					return (startOf(execution, 'After') - started) / 1000 - seconds;
				}),
			);
			context.diagnostic(
				`ended after 22 s: next node ${runs[0].toFixed(1)} s later; after 93 s: ${runs[1].toFixed(1)} s later (interval ${interval} s)`,
			);
			assert.ok(runs[0] >= 0 && runs[0] <= interval + 1, `${runs[0]}`);
			assert.ok(runs[1] >= 0 && runs[1] <= SHORTEST_PARKED_SECONDS * 1.1 + interval, `${runs[1]}`);
		});

		test(
			'what a round with a hundred jobs adds to the database',
			{ timeout: 6 * MINUTES },
			async (context) => {
				// Its first poll takes ten seconds of the tenant's limit. By now the others are parked, and what is to end within
				// the first minute has ended.
				await delay(40_000);
				// All of them move on from round to round, and no two are alike: n8n stores equal texts once.
				const started = Array.from({ length: 100 }, (_, index) => ({
					job: job({ kind: 'endpointAction', endpoints: 100 + index, durationSeconds: 1_000 }),
				}));
				const hundred = await runByHand(
					chain('Hundred', [manualTrigger(), items('Jobs', started), waitForJob()]),
				);
				const waiting = await parked(hundred);
				const { id: childId } = await pollerOf(n8n.client, waiting);
				/** Of all three executions, with their workflows. */
				const bytes = () => n8n.storedBytes({ workflowId: waiting.workflowId });
				const settled = async (least: number) =>
					waitUntil(
						async () => {
							const child = await n8n.client.execution(childId);
							const rounds = child.runs.Poll?.length ?? 0;
							return child.status === 'waiting' && rounds >= least ? { child, rounds } : undefined;
						},
						4 * MINUTES,
						`No round ${least}.`,
						1_000,
					);
				const first = await settled(1);
				const firstBytes = bytes();
				const second = await settled(first.rounds + 1);
				const secondBytes = bytes();
				const perRound = (secondBytes - firstBytes) / (second.rounds - first.rounds);
				const base = secondBytes - perRound * second.rounds;

				const [{ json }] = outputOf(second.child, 'Poll', 1);
				const jobs = json.jobs as string[];
				assert.equal(jobs.length, 100);
				const largest = Math.max(...jobs.map((text) => Buffer.byteLength(text)));
				assert.ok(largest <= 1024, `${largest} bytes for one job`);
				const before = outputOf(
					{ ...second.child, runs: { Poll: second.child.runs.Poll.slice(0, -1) } },
					'Poll',
					1,
				)[0].json.jobs as string[];
				const moved = jobs.filter((text, index) => text !== before[index]).length;

				// A day of the default settings.
				const { settings } = readJob(CORTEX_JOBS, {
					jobType: 'endpointAction',
					jobId: '1',
					pollInterval: 10,
					timeout: 24 * 60,
					options: {},
				});
				let rounds = 0;
				for (let elapsed = 60; elapsed < settings.timeout; rounds++) {
					elapsed += parkedSeconds({
						running: [settings],
						wanted: interval(settings, 6 + rounds),
						elapsed,
						busy: 0,
					});
				}
				const day = base + perRound * rounds;
				const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2);
				context.diagnostic(
					`100 jobs, ${moved} with a new status: ${Math.round(base)} bytes + ${Math.round(perRound)} a round; largest job ${largest} bytes; 24 hours are ${rounds} rounds = ${megabytes(day)} MB`,
				);
				assert.ok(moved > 50, `only ${moved} jobs changed: this proves nothing`);
				assert.ok(day < 5e6, `${megabytes(day)} MB`);
				await n8n.client.stop(hundred);
			},
		);
	});

	test('the canvas tooltip reaches the editor', { timeout: MINUTES }, async () => {
		const [{ waitingNodeTooltip }] = await n8n.client.nodeTypes([
			'n8n-nodes-cortex-qualys.cortexXdrWaitForJob',
		]);
		assert.match(String(waitingNodeTooltip), /^Waiting for Cortex to finish/);
	});

	test("n8n has connected to the credential's host alone", { timeout: MINUTES }, async () => {
		assert.deepEqual(await n8n.connections(), [new URL(n8n.simulator.url).host]);
	});

	test("no key in n8n's log or database, after all that", { timeout: MINUTES }, async () => {
		const keys = Object.values(n8n.simulator.simulator.keys).map(({ key }) => key);
		const pieces = keys.flatMap((key) => key.slice(KEY_MARK.length).match(/.{16}/g) ?? []);
		const places = [
			{ name: 'the log', bytes: Buffer.from(await n8n.logs()) },
			...(await n8n.databaseFiles()),
		];
		assert.ok(places.some(({ bytes }) => bytes.includes('killed-endpointAction')));
		for (const { name, bytes } of places) {
			for (const secret of [KEY_MARK, ...new Set(pieces)]) {
				assert.ok(!bytes.includes(secret), `a key is in ${name}`);
			}
		}
	});
});
