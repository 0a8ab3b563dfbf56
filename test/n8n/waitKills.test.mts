/* A wait is right at every moment: n8n is killed while it polls, while it fetches results, while a poll is due. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '../../demo/processes.mts';
import { outputOf, type Execution, type WorkflowNode } from '../../demo/rest.mts';
import type { RequestEntry } from '../../simulator/requestLog.ts';
import {
	chain,
	childOf,
	editFields,
	node,
	printLog,
	queueModeMissing,
	startTestN8n,
	waitForJob,
	waitForScriptJob,
	webhookTrigger,
	type TestN8n,
	type TestN8nOptions,
} from './support.mts';

const MINUTES = 60_000;
const ASSET_JOBS = '/sm/v1/assetjobs/search';
const POLLS = [
	'/public_api/v1/actions/get_action_status',
	'/public_api/vulnerability-management',
	ASSET_JOBS,
];
const RESULTS = '/public_api/v1/scripts/get_script_execution_results';
const JOB_SECONDS = 36_000;
const PARKED = new Set(['waiting']);

/** One answer that is lost costs a poll a minute; a worker that is gone is noticed after a minute, at the latest. */
const NEXT_POLL_MS = 6 * MINUTES;

const missing = await queueModeMissing();
if (missing && process.env.CI) throw new Error(`Queue mode must be tested in CI, but: ${missing}`);

interface Mode {
	name: string;
	options: TestN8nOptions;
	skip?: string | false;
}

const recovery = (mode: 'simple' | 'extensive') => ({
	N8N_EVENTBUS_RECOVERY_MODE: mode,
	// In minutes. Where a worker is gone together with the main process, extensive recovery overlooks what it ran, and n8n
	// looks for such executions after three hours by default.
	N8N_EXECUTIONS_QUEUE_RECOVERY_INTERVAL: '1',
});

const MODES: Mode[] = [
	{ name: 'regular mode, simple recovery', options: { env: recovery('simple') } },
	{ name: 'regular mode, extensive recovery', options: { env: recovery('extensive') } },
	{
		name: 'queue mode, simple recovery',
		options: { mode: 'queue', workers: 1, concurrency: 20, env: recovery('simple') },
		skip: missing,
	},
	{
		name: 'queue mode, extensive recovery',
		options: { mode: 'queue', workers: 1, concurrency: 20, env: recovery('extensive') },
		skip: missing,
	},
];

/**
 * What a wait is at when n8n is killed first. Each has a key of its own, by which the simulator tells whose requests
 * it has not answered.
 */
const MOMENTS: Record<Moment, { key?: string }> = {
	polling: { key: 'admin' },
	fetching: { key: 'standard' },
	/** Its poll comes due while n8n is down, and is made before n8n has looked for what has crashed. */
	due: { key: 'reader' },
	/** Like `polling`, at Qualys: nothing else is asked there, so these are told by their path. */
	pollingQualys: {},
};
type Moment = 'polling' | 'fetching' | 'due' | 'pollingQualys';

/** A workflow that waits: from which moment on, what for, what On Error says, and how its jobs end. */
interface Case {
	moment: Moment;
	kind: 'importJob' | 'endpointAction' | 'scriptExecution' | 'scriptJob';
	onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	jobs: Array<'good' | 'bad'>;
}

const CASES: Case[] = [
	{ moment: 'polling', kind: 'importJob', onError: 'stopWorkflow', jobs: ['good', 'good'] },
	{ moment: 'polling', kind: 'endpointAction', onError: 'stopWorkflow', jobs: ['good', 'bad'] },
	{
		moment: 'polling',
		kind: 'endpointAction',
		onError: 'continueRegularOutput',
		jobs: ['good', 'bad', 'good'],
	},
	{ moment: 'polling', kind: 'importJob', onError: 'continueErrorOutput', jobs: ['bad', 'good'] },
	{ moment: 'fetching', kind: 'scriptExecution', onError: 'stopWorkflow', jobs: ['good', 'good'] },
	{
		moment: 'fetching',
		kind: 'scriptExecution',
		onError: 'continueRegularOutput',
		jobs: ['bad', 'good'],
	},
	{
		moment: 'fetching',
		kind: 'scriptExecution',
		onError: 'continueErrorOutput',
		jobs: ['good', 'bad'],
	},
	{ moment: 'due', kind: 'endpointAction', onError: 'stopWorkflow', jobs: ['good', 'good'] },
	{ moment: 'due', kind: 'importJob', onError: 'continueRegularOutput', jobs: ['good', 'bad'] },
	{ moment: 'due', kind: 'endpointAction', onError: 'continueErrorOutput', jobs: ['bad', 'good'] },
	{
		moment: 'pollingQualys',
		kind: 'scriptJob',
		onError: 'stopWorkflow',
		jobs: ['good', 'bad'],
	},
	{
		moment: 'pollingQualys',
		kind: 'scriptJob',
		onError: 'continueRegularOutput',
		jobs: ['bad', 'good'],
	},
	{
		moment: 'pollingQualys',
		kind: 'scriptJob',
		onError: 'continueErrorOutput',
		jobs: ['good', 'bad'],
	},
];

const jobsAt = (moment: Moment) =>
	CASES.filter((one) => one.moment === moment).flatMap(({ jobs }) => jobs).length;

/** So many requests one n8n sends to Qualys at once; the others wait for their turn. */
const AT_ONCE_TO_QUALYS = 4;

/** Requests that the waits of a moment have under way at once. Import jobs are polled one after the other. */
const requestsAt = (moment: Moment) =>
	Math.min(
		moment === 'pollingQualys' ? AT_ONCE_TO_QUALYS : Infinity,
		CASES.filter((one) => one.moment === moment)
			.map(({ kind, jobs }) => (kind === 'importJob' ? 1 : jobs.length))
			.reduce((sum, count) => sum + count, 0),
	);

const told = () =>
	editFields('After', {
		job: '={{ $json.job_id }}',
		outcome: '={{ $json.outcome }}',
		results: '={{ $json.results ? $json.results.length : 0 }}',
		label: "={{ $('Jobs').item.json.label }}",
	});
const refused = () =>
	editFields('Refused', {
		job: '={{ $json.details.job_id }}',
		outcome: '={{ $json.details.outcome }}',
		label: "={{ $('Jobs').item.json.label }}",
	});

/** A wait of which n8n is killed, as it was started. */
interface Started extends Case {
	name: string;
	rows: Array<{ job: string; label: string }>;
	/** The execution. */
	id: string;
}

/** The node that waits, with a key of its own where it asks Cortex. */
async function waitingNode(
	n8n: TestN8n,
	given: { name: string; key?: string },
): Promise<(one: Case) => WorkflowNode> {
	const timeout = 24 * 60;
	if (given.key === undefined) {
		return ({ onError }) => waitForScriptJob({ timeout }, { onError });
	}
	const { id: apiKeyId, key: apiKey, securityLevel } = n8n.simulator.simulator.keys[given.key];
	const credential = await n8n.addCredential({
		name: given.name,
		type: 'cortexXdrApi',
		data: { tenantUrl: n8n.simulator.url, apiKeyId, apiKey, securityLevel },
	});
	const credentials = { cortexXdrApi: { id: credential.id, name: given.name } };
	return ({ kind, onError }) => waitForJob({ jobType: kind, timeout }, { onError, credentials });
}

/** Starts a job at the vendor, with two endpoints or assets. Returns its id. */
function startJob(n8n: TestN8n, kind: Case['kind'], durationSeconds: number, bad: boolean): string {
	const { cortex, qualys } = n8n.simulator.simulator;
	if (kind === 'scriptJob') {
		const words = [bad ? 'EXECUTION FAILED' : 'EXECUTION PASSED'];
		return qualys.runScript({ assets: 2, durationSeconds, words });
	}
	const outcome = bad ? 'failed' : 'succeeded';
	return cortex.startJob({ kind, durationSeconds, outcome, endpoints: 2 });
}

/** Starts waits. Resolves when all are parked. */
async function startWaits(
	n8n: TestN8n,
	given: { name: string; key?: string; cases: Case[]; durationSeconds: number },
): Promise<Started[]> {
	const wait = await waitingNode(n8n, given);
	const workflows = await Promise.all(
		given.cases.map(async (one, place) => {
			const name = `${given.name}-${place}`;
			const rows = one.jobs.map((is, index) => ({
				job: startJob(n8n, one.kind, given.durationSeconds, is === 'bad'),
				label: `${index} ${is}`,
			}));
			const workflow = chain(name, [
				webhookTrigger(name),
				node('Jobs', 'splitOut', { fieldToSplitOut: 'body.rows', options: {} }),
				wait(one),
				told(),
			]);
			workflow.nodes.push(refused());
			if (one.onError === 'continueErrorOutput') {
				const to = (node: string) => [{ node, type: 'main', index: 0 }];
				workflow.connections.Wait = { main: [to('After'), to('Refused')] };
			}
			const { id } = await n8n.add(workflow);
			await n8n.client.activate(id);
			await n8n.webhookReady(name);
			return { ...one, name, rows, workflowId: id };
		}),
	);
	const waits: Started[] = [];
	for (const { workflowId, ...one } of workflows) {
		assert.equal((await n8n.callWebhook(one.name, { rows: one.rows })).status, 200);
		waits.push({ ...one, id: (await n8n.latestExecution(workflowId)).id });
	}
	for (const { id } of waits) await n8n.client.waitForExecution(id, 2 * MINUTES, PARKED);
	return waits;
}

/** Compares what came out of a wait with how its jobs have ended. */
function assertRight({ name, kind, onError, rows }: Started, execution: Execution): void {
	const given = (node: string) => outputOf(execution, node).map(({ json }) => json);
	const isBad = ({ label }: { label: string }) => label.endsWith('bad');
	const toErrors = onError === 'continueErrorOutput';
	if (onError === 'stopWorkflow' && rows.some(isBad)) {
		assert.equal(execution.status, 'error', name);
		assert.equal(execution.error?.message, '1 of 2 jobs did not succeed');
		const description = String(execution.error?.description);
		for (const row of rows) assert.equal(description.includes(row.job), isBad(row), description);
		assert.deepEqual(given('After'), []);
		return;
	}
	assert.equal(execution.status, 'success', `${name}: ${execution.error?.message}`);
	const results = kind === 'scriptExecution' || kind === 'scriptJob' ? '2' : '0';
	const expected = rows.map((row) => ({
		bad: isBad(row),
		item: { job: row.job, outcome: isBad(row) ? 'failed' : 'succeeded', label: row.label },
	}));
	assert.deepEqual(
		given('After'),
		expected.flatMap(({ bad, item }) => (toErrors && bad ? [] : { ...item, results })),
		name,
	);
	assert.deepEqual(
		given('Refused'),
		expected.flatMap(({ bad, item }) => (toErrors && bad ? item : [])),
		name,
	);
}

/**
 * What came out of a wait whose supervisor may have been killed, in words, and whether that is as if nothing had
 * happened.
 *
 * @throws {AssertionError} for a success that is none
 */
function whatCameOut(wait: Started, execution: Execution): [string, boolean] {
	if (execution.status === 'success') {
		const given = [...outputOf(execution, 'After'), ...outputOf(execution, 'Refused')];
		const lost = given.filter(({ json }) => json.outcome === 'failed' && isGood(json.label));
		if (lost.length === 0) {
			assertRight(wait, execution);
			return ['right', true];
		}
		assert.equal(given.length, wait.rows.length);
		for (const { json } of given) {
			assert.ok(json.outcome === 'failed' || isGood(json.label), JSON.stringify(json));
		}
		return [`${lost.length} items with the outcome failed`, false];
	}
	if (execution.error?.message === '1 of 2 jobs did not succeed') {
		assertRight(wait, execution);
		return ['right', true];
	}
	// The workflow itself was at work, after its wait: n8n marks it so.
	if (execution.status === 'crashed') return ['the workflow crashed after its wait', false];
	assert.match(String(execution.error?.message), /^n8n was ended|crashed/);
	return [`${execution.status} (${execution.error?.message})`, false];
}

const isGood = (label: unknown) => String(label).endsWith('good');

/** What was measured of waits that were killed; `npm run load` reads it from the output. */
export interface Killed {
	mode: string;
	waits: number;
	/** Polls, and fetches of results, that were under way when n8n was ended. */
	polls: number;
	/** From each restart until the last wait had polled again; after the last one until all had ended. */
	seconds: number[];
	/** For how long the supervisors were at work at a time, in milliseconds, sorted. */
	supervisorsAtWork: number[];
}

/** What was measured of waits whose supervisors were killed. */
export interface Window {
	mode: string;
	waits: number;
	/** How many supervisors were at work just before the kill. */
	supervisors: number;
	/** What came out that was not as if nothing had happened, counted. */
	cameOut: string[];
}

const tell = (
	context: { diagnostic(message: string): void },
	what: 'kills' | 'window',
	measured: Killed | Window,
) => context.diagnostic(`measured ${what}: ${JSON.stringify(measured)}`);

/** Waits of each kind whose supervisors are to be at work when n8n is killed. */
const ENDING_TOGETHER = 8;

/** n8n logs a day's time only, and in colors. */
const LINE = /^(\d\d):(\d\d):(\d\d\.\d+)\s/;

/** For how long each execution of these was at work at a time, in milliseconds, by n8n's log. */
function atWork(log: string, ids: string[]): number[] {
	// eslint-disable-next-line no-control-regex
	const lines = log.replace(/\x1b\[\d+m/g, '').split('\n');
	const begins = new Map<string, number>();
	const times: number[] = [];
	for (const line of lines) {
		const [, hours, minutes, seconds] = LINE.exec(line) ?? [];
		if (hours === undefined) continue;
		const at = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
		const begun = /was assigned id (\d+) |Worker started execution (\d+) /.exec(line);
		const id = begun?.[1] ?? begun?.[2];
		if (id !== undefined) begins.set(id, at);
		const saved = /Save execution data to database for execution ID (\d+) /.exec(line)?.[1];
		const from = saved === undefined ? undefined : begins.get(saved);
		if (saved === undefined || from === undefined) continue;
		begins.delete(saved);
		if (ids.includes(saved) && at >= from) times.push(at - from);
	}
	return times.sort((a, b) => a - b);
}

function killTests({ name: mode, options, skip }: Mode): void {
	// One test after the other: each kills the n8n that both use.
	describe(mode, { skip: skip ?? false, concurrency: 1 }, () => {
		let n8n: TestN8n;
		const inQueue = options.mode === 'queue';

		before(
			async () => {
				n8n = await startTestN8n({ speed: 1, ...options });
			},
			{ timeout: 5 * MINUTES },
		);
		after(() => n8n?.close(), { timeout: MINUTES });
		afterEach((context) => printLog(context, n8n));

		/** What runs executions. */
		const kill = async () => (inQueue ? n8n.killWorker(0) : n8n.killMain());

		/** The whole machine: in queue mode, what hands executions out goes too. */
		const killAll = async () => {
			if (inQueue) await n8n.killWorker(0);
			await n8n.killMain();
		};

		/** Asks it to end, as a restart by an operator does. */
		const shutDown = () => n8n.main().stop(MINUTES);

		/** Ends what runs executions, and starts it again; `down` is done in between. */
		async function killed(
			down: () => Promise<void> | void = () => {},
			end = kill,
		): Promise<number> {
			await end();
			await down();
			if (n8n.main().hasExited()) await n8n.restartMain();
			if (inQueue) await n8n.addWorker();
			return Date.now();
		}

		/** Requests that the waits of a moment have not had answered, since it was begun to count. */
		function unanswered(moments: Moment[]): () => number {
			const { requests, keys } = n8n.simulator.simulator;
			const isOf = (moment: Moment, { keyId, path }: RequestEntry) => {
				const { key } = MOMENTS[moment];
				return key === undefined ? path === ASSET_JOBS : keyId === keys[key].id;
			};
			const hanging = () =>
				requests.entries.filter(
					(entry) => entry.fault === 'silence' && moments.some((moment) => isOf(moment, entry)),
				).length;
			const before = hanging();
			return () => hanging() - before;
		}

		/** The vendor does not answer on these paths. */
		const hang = (paths: readonly string[]) => {
			for (const path of paths) {
				n8n.simulator.simulator.faults.add({ path, silent: true, times: 1_000_000 });
			}
		};
		const answer = () => n8n.simulator.simulator.faults.clear();

		const reached = (count: () => number, expected: number, what: string) =>
			waitUntil(
				() => count() >= expected || undefined,
				NEXT_POLL_MS,
				() => `${mode}, ${what}: ${count()} of ${expected} requests`,
				100,
			);

		/** Starts the waits of a moment. Resolves when all are parked. */
		const start = (moment: Moment, durationSeconds: number) =>
			startWaits(n8n, {
				name: moment,
				key: MOMENTS[moment].key,
				cases: CASES.filter((one) => one.moment === moment),
				durationSeconds,
			});

		test('goes on and ends right', { timeout: 25 * MINUTES }, async (context) => {
			const all = Object.keys(MOMENTS) as Moment[];
			const seconds: number[] = [];
			const sinceRestart = () => Math.round((Date.now() - restarted) / 1000);
			let waits: Started[] = [];
			const assertWaiting = async (when: string) => {
				for (const { id, name } of waits) {
					const { status, error } = await n8n.client.execution(id);
					assert.equal(status, 'waiting', `${when}: ${name} is ${status}: ${error?.message}`);
				}
			};
			/** Not all waits' polls can be told by requests: those over the limit to Qualys are still in line. */
			const supervisorsParked = async () => {
				for (const { id } of waits) {
					const supervisor = childOf(await n8n.client.execution(id));
					await n8n.client.waitForExecution(supervisor, NEXT_POLL_MS, PARKED);
				}
			};
			let killedPolls = 0;

			// First: results are fetched, polls are made, and polls come due while it is down.
			hang([RESULTS]);
			const fetched = unanswered(['fetching']);
			waits = await start('fetching', 30);
			// So much later that these have asked for their jobs before polls are not answered any more.
			await delay(20_000);
			waits.push(...(await start('polling', JOB_SECONDS)));
			waits.push(...(await start('pollingQualys', JOB_SECONDS)));
			await delay(20_000);
			waits.push(...(await start('due', JOB_SECONDS)));
			await reached(fetched, requestsAt('fetching'), 'results');
			const underWay = (['polling', 'pollingQualys'] as const).map(
				(moment) => [moment, unanswered([moment])] as const,
			);
			hang(POLLS);
			for (const [moment, count] of underWay) await reached(count, requestsAt(moment), moment);
			await supervisorsParked();
			await assertWaiting('before it was killed');
			killedPolls += fetched() + underWay.reduce((sum, [, count]) => sum + count(), 0);
			const late = unanswered(['due']);
			let restarted = await killed(() => delay(30_000));
			await reached(late, requestsAt('due'), 'polls that came due meanwhile');
			// n8n looks for crashed executions when it has started whole.
			await delay(10_000);
			answer();

			// Once more, with all that n8n consists of; then it is asked to end, in queue mode killed a third time.
			const ends = [
				['killed', killAll],
				// A worker that is told to end can still take the supervisor of a poll that it gives up, and end with it.
				['killed again', inQueue ? kill : shutDown],
			] as const;
			for (const [when, end] of ends) {
				const again = all.map((moment) => [moment, unanswered([moment])] as const);
				hang(POLLS);
				for (const [moment, count] of again) await reached(count, requestsAt(moment), when);
				seconds.push(sinceRestart());
				await delay(3_000);
				await supervisorsParked();
				for (const [moment, count] of again) {
					// n8n notices in its own time which of a worker's executions are gone: the first ones may ask twice meanwhile.
					if (inQueue) continue;
					// One of import jobs that was given up makes room for the next one.
					assert.ok(
						count() <= jobsAt(moment),
						`${when}: ${moment} has polled twice: ${count()} requests`,
					);
				}
				await assertWaiting(when);
				killedPolls += again.reduce((sum, [, count]) => sum + count(), 0);
				restarted = await killed(answer, end);
			}
			await n8n.control('POST', '/time', { advanceSeconds: JOB_SECONDS });
			const ended = await Promise.all(
				waits.map(({ id }) => n8n.client.waitForExecution(id, NEXT_POLL_MS)),
			);
			seconds.push(sinceRestart());
			const times = atWork(
				await n8n.logs(),
				ended.map((one) => childOf(one)),
			).map(Math.round);
			tell(context, 'kills', {
				mode,
				waits: waits.length,
				polls: killedPolls,
				seconds,
				supervisorsAtWork: times,
			} satisfies Killed);
			assert.ok(times.length > 0, 'the log does not tell when the supervisors were at work');
			waits.forEach((wait, index) => assertRight(wait, ended[index]));
		});

		// The milliseconds that are left. A worker's are like those of the one process, which can be watched more closely.
		if (inQueue) return;
		test(
			'while supervisors are at work, there is no success but a right one',
			{ timeout: 10 * MINUTES },
			async (context) => {
				// Import jobs would end one after the other.
				const cases = CASES.filter(
					({ moment, kind }) => moment === 'polling' && kind !== 'importJob',
				);
				const waits = await startWaits(n8n, {
					name: 'window',
					key: 'admin',
					cases: Array.from({ length: ENDING_TOGETHER }, () => cases).flat(),
					durationSeconds: JOB_SECONDS,
				});
				const supervisors = await Promise.all(
					waits.map(async ({ id }) => childOf(await n8n.client.execution(id))),
				);
				const { entries } = n8n.simulator.simulator.requests;
				const before = entries.length;
				await n8n.control('POST', '/time', { advanceSeconds: JOB_SECONDS });
				// Until the first poll has come, n8n is left in peace: to be asked so often is work for it.
				await reached(() => entries.length - before, 1, 'polls after the jobs have ended');
				const atWorkNow = async () => {
					const running = await n8n.client.summaries({ status: ['running'] });
					const found = running.filter(({ id }) => supervisors.includes(id));
					return found.length > 0 ? found : undefined;
				};
				const hit = await waitUntil(atWorkNow, NEXT_POLL_MS, 'No supervisor was at work.', 5);
				await n8n.killMain();
				await n8n.restartMain();

				const said: string[] = [];
				for (const wait of waits) {
					const execution = await n8n.client.waitForExecution(wait.id, NEXT_POLL_MS);
					const [words, isRight] = whatCameOut(wait, execution);
					if (!isRight) said.push(`${wait.onError}: ${words}`);
				}
				tell(context, 'window', {
					mode,
					waits: waits.length,
					supervisors: hit.length,
					cameOut: [...new Set(said)].map(
						(words) => `${said.filter((one) => one === words).length} × ${words}`,
					),
				} satisfies Window);
			},
		);
	});
}

describe('Wait for Job, killed at every moment', { concurrency: true }, () => {
	for (const mode of MODES) killTests(mode);
});
