/* A wait is right at every moment: n8n is killed while it polls, while it fetches results, while a poll is due. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '../../demo/processes.mts';
import { outputOf } from '../../demo/rest.mts';
import type { JobRequest } from '../../simulator/cortex/jobs.ts';
import {
	chain,
	childOf,
	editFields,
	items,
	queueModeMissing,
	startTestN8n,
	waitForJob,
	webhookTrigger,
	type TestN8n,
	type TestN8nOptions,
} from './support.mts';

const MINUTES = 60_000;
const POLLS = ['/public_api/v1/actions/get_action_status', '/public_api/vulnerability-management'];
const RESULTS = '/public_api/v1/scripts/get_script_execution_results';
const JOB_SECONDS = 36_000;

/** One answer that is lost costs a poll a minute; a worker that is gone is noticed after a minute, at the latest. */
const NEXT_POLL_MS = 6 * MINUTES;

const missing = await queueModeMissing();
if (missing && process.env.CI) throw new Error(`Queue mode must be tested in CI, but: ${missing}`);

interface Mode {
	name: string;
	options: TestN8nOptions;
	skip?: string | false;
}

const recovery = (mode: 'simple' | 'extensive') => ({ N8N_EVENTBUS_RECOVERY_MODE: mode });

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

/** A workflow that waits: what for, what On Error says, and what has to come out, by job. */
interface Case {
	name: string;
	kind: 'importJob' | 'endpointAction' | 'scriptExecution';
	onError: string;
	jobs: Array<'good' | 'bad'>;
}

const CASES: Case[] = [
	{ name: 'stop', kind: 'importJob', onError: 'stopWorkflow', jobs: ['good', 'good'] },
	{ name: 'stopBad', kind: 'endpointAction', onError: 'stopWorkflow', jobs: ['good', 'bad'] },
	{
		name: 'continue',
		kind: 'scriptExecution',
		onError: 'continueRegularOutput',
		jobs: ['good', 'bad', 'good'],
	},
	{
		name: 'errorOutput',
		kind: 'endpointAction',
		onError: 'continueErrorOutput',
		jobs: ['bad', 'good'],
	},
];
const JOBS = CASES.flatMap(({ jobs }) => jobs).length;

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
	describe(mode, { skip: skip ?? false }, () => {
		let n8n: TestN8n;
		const inQueue = options.mode === 'queue';

		before(
			async () => {
				n8n = await startTestN8n({ speed: 1, ...options });
			},
			{ timeout: 5 * MINUTES },
		);
		after(() => n8n?.close(), { timeout: MINUTES });

		const kill = async () => (inQueue ? n8n.killWorker(0) : n8n.killMain());

		/** Asks it to end, as a restart by an operator does. */
		async function shutDown(): Promise<void> {
			const process = inQueue ? n8n.workers().splice(0, 1)[0] : n8n.main();
			await process.stop(MINUTES);
		}

		/** Ends what runs executions, and starts it again; `down` is done in between. */
		async function killed(
			down: () => Promise<void> | void = () => {},
			end = kill,
		): Promise<number> {
			await end();
			await down();
			if (inQueue) await n8n.addWorker();
			else await n8n.restartMain();
			return Date.now();
		}

		const hanging = () =>
			n8n.simulator.simulator.requests.entries.filter(({ fault }) => fault === 'silence').length;

		/** The vendor answers no more on these paths. Resolves when so many requests are without an answer. */
		async function hang(paths: string[], count: number): Promise<() => number> {
			const before = hanging();
			const { faults } = n8n.simulator.simulator;
			for (const path of paths) faults.add({ path, silent: true, times: 1_000_000 });
			await waitUntil(
				() => hanging() - before >= count || undefined,
				NEXT_POLL_MS,
				() => `${hanging() - before} of ${count} requests`,
				100,
			);
			return () => hanging() - before;
		}

		test('goes on and ends right', { timeout: 30 * MINUTES }, async (context) => {
			const { cortex, faults } = n8n.simulator.simulator;
			const job = (request: JobRequest) => cortex.startJob(request);
			const waits = await Promise.all(
				CASES.map(async ({ name, kind, onError, jobs }) => {
					const rows = jobs.map((is, index) => ({
						job: job({
							kind,
							durationSeconds: JOB_SECONDS,
							outcome: is === 'bad' ? 'failed' : 'succeeded',
							endpoints: 2,
						}),
						label: `${index} ${is}`,
					}));
					const workflow = chain(name, [
						webhookTrigger(name),
						items('Jobs', rows),
						waitForJob({ jobType: kind, timeout: 24 * 60 }, { onError }),
						told(),
					]);
					workflow.nodes.push(refused());
					if (onError === 'continueErrorOutput') {
						const to = (node: string) => [{ node, type: 'main', index: 0 }];
						workflow.connections.Wait = { main: [to('After'), to('Refused')] };
					}
					const { id } = await n8n.add(workflow);
					await n8n.client.activate(id);
					await n8n.webhookReady(name);
					assert.equal((await n8n.callWebhook(name)).status, 200);
					return { name, kind, rows, onError, id: (await n8n.latestExecution(id)).id };
				}),
			);
			const parked = new Set(['waiting']);
			for (const { id } of waits) await n8n.client.waitForExecution(id, 2 * MINUTES, parked);

			const stillWaiting = async (moment: string) => {
				for (const { id, name } of waits) {
					const { status, error } = await n8n.client.execution(id);
					assert.equal(status, 'waiting', `${moment}: ${name} is ${status}: ${error?.message}`);
				}
			};
			const seen: string[] = [];
			let hits = 0;
			const note = async (moment: string, restarted: number) => {
				hits += JOBS;
				const asked = await hang(POLLS, JOBS);
				const seconds = Math.round((Date.now() - restarted) / 1000);
				await delay(3_000);
				assert.equal(asked(), JOBS, `${moment}: polled twice`);
				await stillWaiting(moment);
				seen.push(`${moment}: all polled again ${seconds} s after the restart`);
			};

			// The poll comes due while n8n is down; the vendor hangs when it is made.
			let restarted = await killed(async () => {
				await delay(75_000);
				for (const path of POLLS) faults.add({ path, silent: true, times: 1_000_000 });
			});
			await waitUntil(() => hanging() >= JOBS || undefined, NEXT_POLL_MS, 'No late poll.', 100);
			// n8n looks for crashed executions when it has started whole.
			await delay(10_000);
			faults.clear();
			await note('due while down', restarted);

			restarted = await killed(() => faults.clear());
			await note('in a poll', restarted);

			restarted = await killed(() => faults.clear());
			await note('in a poll, again', restarted);

			// All jobs end meanwhile; the results of the scripts do not come.
			restarted = await killed(async () => {
				faults.clear();
				faults.add({ path: RESULTS, silent: true, times: 1_000_000 });
				await n8n.control('POST', '/time', { advanceSeconds: JOB_SECONDS });
			}, shutDown);
			hits += JOBS;
			const before = hanging();
			await waitUntil(
				() => hanging() - before >= 3 || undefined,
				NEXT_POLL_MS,
				() => `${hanging() - before} of 3 requests for results`,
				100,
			);
			// The others have ended, and are not killed in the middle of what comes after the wait.
			await delay(15_000);
			hits += 3;
			seen.push(
				`asked to end, in a poll: all polled again, and ended, ${Math.round((Date.now() - restarted) / 1000)} s later`,
			);
			restarted = await killed(() => faults.clear());

			const ended = await Promise.all(
				waits.map(async (wait) => ({
					...wait,
					execution: await n8n.client.waitForExecution(wait.id, NEXT_POLL_MS),
				})),
			);
			seen.push(
				`while results were fetched: ended ${Math.round((Date.now() - restarted) / 1000)} s later`,
			);
			const supervisors = ended.map(({ execution }) => childOf(execution));
			const times = atWork(await n8n.logs(), supervisors).map(Math.round);
			context.diagnostic(
				`${mode}: ${hits} polls were under way when n8n was ended; ${seen.join('; ')}; the supervisors were at work for ${times.join(', ')} ms`,
			);
			assert.ok(times.length > 0, 'the log does not tell when the supervisors were at work');
			for (const { name, rows, execution, kind, onError } of ended) {
				const given = (node: string) => outputOf(execution, node).map(({ json }) => json);
				const expected = (is: 'good' | 'bad') =>
					rows
						.filter(({ label }) => onError !== 'continueErrorOutput' || label.endsWith(is))
						.map(({ job, label }) => ({
							job,
							outcome: label.endsWith('bad') ? 'failed' : 'succeeded',
							...(is === 'good' && { results: kind === 'scriptExecution' ? '2' : '0' }),
							label,
						}));
				if (name === 'stopBad') {
					assert.equal(execution.status, 'error');
					assert.equal(execution.error?.message, '1 of 2 jobs did not succeed');
					assert.ok(String(execution.error?.description).includes(rows[1].job));
					assert.deepEqual(given('After'), []);
					continue;
				}
				assert.equal(execution.status, 'success', `${name}: ${execution.error?.message}`);
				assert.deepEqual(given('After'), expected('good'));
				if (onError === 'continueErrorOutput') assert.deepEqual(given('Refused'), expected('bad'));
			}
		});
	});
}

describe('Wait for Job, killed at every moment', { concurrency: true }, () => {
	for (const mode of MODES) killTests(mode);
});
