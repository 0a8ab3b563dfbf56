/* The trigger of Qualys on a real n8n, which polls it by schedule: each job once, over restarts, outages and ties. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '../../demo/processes.mts';
import { outputOf } from '../../demo/rest.mts';
import { chain, editFields, node, printLog, startTestN8n, type TestN8n } from './support.mts';

const LONG = { timeout: 240_000 };

/** Two polls a minute may be lost to a machine that is busy. */
const SOON_MS = 60_000;

/** n8n polls at most once a minute, by each of its times: these are six. */
const EVERY_TEN_SECONDS = {
	item: [5, 15, 25, 35, 45, 55].map((second) => ({
		mode: 'custom',
		cronExpression: `${second} * * * * *`,
	})),
};

describe('Script Job Trigger in a real n8n', () => {
	let n8n: TestN8n;
	/** What came out, by workflow. */
	const workflows: Record<'created' | 'finished', string> = { created: '', finished: '' };
	/** Ids of jobs that were created since the workflows were published. */
	const created: string[] = [];

	const trigger = async (event: 'created' | 'finished') => {
		const workflow = chain(`Jobs ${event}`, [
			node(
				'Trigger',
				'n8n-nodes-cortex-qualys.qualysScriptJobTrigger',
				{ pollTimes: EVERY_TEN_SECONDS, event, filters: {}, options: {} },
				{ credentials: { qualysGatewayApi: { id: 'qualysSimulator', name: 'Qualys simulator' } } },
			),
			editFields('Came', {
				id: '={{ $json.id }}',
				complete: '={{ $json.complete }}',
				failed: '={{ $json.failed }}',
			}),
		]);
		const { id } = await n8n.add(workflow);
		const before = searches();
		await n8n.client.activate(id);
		workflows[event] = id;
		// n8n publishes it a moment after it has said so; what was created before its first look is old.
		await waitUntil(
			async () => (await Promise.resolve(searches() > before)) || undefined,
			SOON_MS,
			'The trigger did not look for what there is.',
		);
		await delay(1_000);
	};

	const searches = () =>
		n8n.simulator.simulator.requests.entries.filter(({ path, status }) => {
			return path === '/sm/v2/jobs/search' && status === 200;
		}).length;

	/** Items of all executions that the trigger has started, in the order of these. */
	async function came(event: 'created' | 'finished'): Promise<Array<Record<string, unknown>>> {
		const summaries = await n8n.client.summaries({ workflowId: workflows[event] });
		const whole = await Promise.all(
			summaries
				.filter(({ status }) => status === 'success')
				.map(async ({ id }) => await n8n.client.execution(id)),
		);
		return whole.flatMap((execution) => outputOf(execution, 'Came').map(({ json }) => json));
	}
	const idsOf = async (event: 'created' | 'finished') =>
		(await came(event)).map(({ id }) => String(id)).sort();

	/** Starts runs; those of one call in the same millisecond. */
	function start(count: number, request: object = {}): string[] {
		const { qualys, time } = n8n.simulator.simulator;
		const createdAt = time.now();
		const ids = Array.from({ length: count }, () =>
			qualys.runScript({ createdAt, durationSeconds: 30, ...request }),
		);
		created.push(...ids);
		return ids;
	}

	/** Waits until all jobs so far have come out, and each once. */
	async function allCome(event: 'created' | 'finished', timeoutMs = SOON_MS): Promise<void> {
		const expected = [...created].sort();
		let ids: string[] = [];
		await waitUntil(
			async () => {
				ids = await idsOf(event).catch(() => []);
				return ids.length >= expected.length || undefined;
			},
			timeoutMs,
			`Not all jobs have come out as ${event}.`,
			1_000,
		).catch((error: unknown) => {
			const missing = expected.filter((id) => !ids.includes(id));
			throw new Error(`${String(error)} Missing: ${missing.join(', ')}`);
		});
		assert.deepEqual(await idsOf(event), expected);
	}

	before(
		async () => {
			n8n = await startTestN8n({ scriptJobs: 3_000 });
			// What was there before comes out never.
			n8n.simulator.simulator.qualys.runScript({ durationSeconds: 0 });
			await trigger('created');
			await trigger('finished');
		},
		{ timeout: 240_000 },
	);
	after(() => n8n?.close(), { timeout: 30_000 });
	afterEach((context) => printLog(context, n8n));

	test('jobs, some of one millisecond, come out once, and nothing old does', LONG, async () => {
		start(15);
		start(1, { words: ['EXECUTION FAILED'], assets: 2 });
		await allCome('created');
	});

	test(
		'those that were created while n8n was killed come out after its restart',
		LONG,
		async () => {
			start(2);
			await n8n.killMain();
			start(3);
			await n8n.restartMain();
			start(1);
			await allCome('created');
		},
	);

	test('the same where n8n is ended in order, in the middle of an outage', LONG, async () => {
		const { faults } = n8n.simulator.simulator;
		faults.add({ path: '/sm', status: 503, times: 100_000 });
		start(2);
		await delay(12_000);
		await n8n.main().stop(15_000);
		start(2);
		await n8n.restartMain();
		// n8n tries the first poll after its start five times within a minute, and would then never poll again.
		await delay(70_000);
		faults.clear();
		await allCome('created');
		// A poll that fails is an error that n8n tells, and starts nothing.
		const failed = (await n8n.client.summaries({ workflowId: workflows.created })).filter(
			({ status }) => status === 'error',
		);
		assert.ok(failed.length > 0);
	});

	test('jobs that have ended come out once, over the same restarts', LONG, async () => {
		// Ten a poll, and each twice.
		await allCome('finished', 220_000);
		const items = await came('finished');
		assert.deepEqual([...new Set(items.map(({ complete }) => complete))], ['true']);
		assert.equal(items.filter(({ failed }) => failed !== '0').length, 1);
	});

	test('nothing comes once more', LONG, async () => {
		await n8n.killMain();
		await n8n.restartMain();
		await delay(25_000);
		for (const event of ['created', 'finished'] as const) {
			assert.deepEqual(await idsOf(event), [...created].sort());
		}
	});

	test('"Execute workflow" shows the newest job, and moves nothing', LONG, async () => {
		const [newest] = start(1, { hold: true });
		const id = await n8n.client.run(workflows.finished, 'Trigger');
		const execution = await n8n.client.waitForExecution(id, 60_000);
		assert.equal(execution.status, 'success', execution.error?.message);
		assert.deepEqual(
			outputOf(execution, 'Came').map(({ json }) => [json.id, json.complete]),
			[[newest, 'false']],
		);
		await waitUntil(
			async () => (await idsOf('created')).includes(newest) || undefined,
			SOON_MS,
			'The job did not come out after it was shown.',
			1_000,
		);
	});
});
