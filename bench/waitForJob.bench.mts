import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Workflow, WorkflowNode } from '../demo/rest.mts';
import {
	chain,
	cortex,
	editFields,
	items,
	manualTrigger,
	node,
	startTestN8n,
	type TestN8n,
} from '../test/n8n/support.mts';
import type { Benchmark, Machine, Result } from './benchmark.mts';
import { machineOf } from './machine.mts';

const STATUS_PATH = '/public_api/v1/actions/get_action_status/';

/** Seconds of the jobs of each workflow: three minutes on average, so that no rhythm of polls is favoured. */
const FULL = {
	durations: [150, 157, 163, 170, 177, 183, 190, 197, 203, 210],
	jobsEach: 10,
	giveUpSeconds: 420,
};
const QUICK = { durations: [20, 30], jobsEach: 3, giveUpSeconds: 180 };
type Size = typeof FULL;

/** Milliseconds between the starts of two workflows: at once, they would be over the tenant's limit. */
const BETWEEN_STARTS = 1_200;

const SAMPLE_MS = 500;

/** The words after which nothing changes any more, as a user would list them. */
const ENDED = ['COMPLETED_SUCCESSFULLY', 'COMPLETED_PARTIAL', 'FAILED', 'TIMEOUT', 'CANCELED'];

const AFTER = 'After';

const after = () => editFields(AFTER, { job: "={{ $('Jobs').item.json.job }}" });

const to = (name: string) => [{ node: name, type: 'main' as const, index: 0 }];

/** What a user builds: ask for the status, go on when it is an end, wait and ask again when not. */
function loop(name: string, jobs: WorkflowNode, seconds: number): Workflow {
	const ask = node(
		'Ask',
		'httpRequest',
		{
			method: 'POST',
			url: `={{ $('Jobs').item.json.url }}${STATUS_PATH}`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'cortexXdrApi',
			sendBody: true,
			specifyBody: 'json',
			jsonBody: "={{ { request_data: { group_action_id: Number($('Jobs').item.json.job) } } }}",
			options: { batching: { batch: { batchSize: 5, batchInterval: 1_000 } } },
		},
		{
			typeVersion: 4.2,
			retryOnFail: true,
			maxTries: 5,
			waitBetweenTries: 5_000,
			credentials: { cortexXdrApi: { id: 'cortexSimulator', name: 'Cortex simulator' } },
		},
	);
	const isEnded = node(
		'Ended?',
		'if',
		{
			conditions: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
				combinator: 'and',
				conditions: [
					{
						id: 'ended',
						leftValue: `={{ Object.keys($json.reply.data).length > 0 && Object.values($json.reply.data).every((status) => ${JSON.stringify(ENDED)}.includes(status)) }}`,
						rightValue: '',
						operator: { type: 'boolean', operation: 'true', singleValue: true },
					},
				],
			},
			options: {},
		},
		{ typeVersion: 2.2 },
	);
	const wait = node(
		'Pause',
		'wait',
		{ resume: 'timeInterval', amount: seconds, unit: 'seconds' },
		{ typeVersion: 1.1 },
	);
	const workflow = chain(name, [manualTrigger(), jobs, ask, isEnded, after()]);
	workflow.nodes.push(wait);
	workflow.connections[isEnded.name] = { main: [to(AFTER), to(wait.name)] };
	workflow.connections[wait.name] = { main: [to(ask.name)] };
	return workflow;
}

/** The node of this package in the place of the loop, as it is when it is dragged in. */
const ours = (name: string, jobs: WorkflowNode, parameters: Record<string, unknown>): Workflow =>
	chain(name, [
		manualTrigger(),
		jobs,
		cortex('Wait for Job', 'cortexXdrWaitForJob', { jobId: '={{ $json.job }}', ...parameters }),
		after(),
	]);

interface Variant {
	label: string;
	workflow: (name: string, jobs: WorkflowNode) => Workflow;
}

const loopOf = (seconds: number): Variant => ({
	label: `Loop with a Wait of ${seconds} seconds`,
	workflow: (name, jobs) => loop(name, jobs, seconds),
});

const VARIANTS: Variant[] = [
	loopOf(10),
	loopOf(30),
	loopOf(65),
	{ label: 'Wait for Job, as it comes', workflow: (name, jobs) => ours(name, jobs, {}) },
	{
		label: 'Wait for Job, Poll Interval 65 and Backoff Fixed',
		workflow: (name, jobs) => ours(name, jobs, { pollInterval: 65, options: { backoff: 'fixed' } }),
	},
];

interface Measured {
	label: string;
	/** Jobs that the next node heard of. */
	reported: number;
	/** Why executions did not succeed, one text each. */
	failures: string[];
	/** Requests for a status, and how many of them the tenant turned away with 429. */
	requests: number;
	refused: number;
	/** Seconds from the end of a job to the next node, on average and at worst. */
	delay: { mean: number; worst: number };
	/** Bytes that n8n stores of the executions. */
	bytes: number;
	/** Seconds for which executions ran, added up: each of them holds a worker's slot meanwhile. */
	held: number;
}

interface Started {
	workflowId: string;
	execution: string;
	/** Job → when it ends, in epoch milliseconds. */
	ends: Map<string, number>;
}

async function startAll(n8n: TestN8n, variant: Variant, size: Size): Promise<Started[]> {
	const started: Started[] = [];
	for (const [index, durationSeconds] of size.durations.entries()) {
		const ends = new Map<string, number>();
		for (let count = 0; count < size.jobsEach; count++) {
			const { cortex } = n8n.simulator.simulator;
			const job = cortex.startJob({ kind: 'endpointAction', durationSeconds });
			ends.set(job, Date.now() + durationSeconds * 1_000);
		}
		const url = n8n.simulator.url;
		const jobs = items(
			'Jobs',
			[...ends.keys()].map((job) => ({ job, url })),
		);
		const { id } = await n8n.add(variant.workflow(`${variant.label} ${index}`, jobs));
		started.push({ workflowId: id, execution: await n8n.client.run(id, 'Start'), ends });
		await delay(BETWEEN_STARTS);
	}
	return started;
}

const ACTIVE = ['running', 'new'];
const OPEN = [...ACTIVE, 'waiting'];

/** Counts what runs, twice a second, until nothing is open any more. Returns seconds of running, added up. */
async function secondsHeld(n8n: TestN8n, allStarted: Promise<unknown>, until: number) {
	let started = false;
	void allStarted.then(() => (started = true));
	let held = 0;
	let last = Date.now();
	for (;;) {
		const open = await n8n.client.summaries({ status: OPEN });
		const now = Date.now();
		held += open.filter(({ status }) => ACTIVE.includes(status)).length * ((now - last) / 1_000);
		last = now;
		if ((started && open.length === 0) || now > until) return held;
		await delay(SAMPLE_MS);
	}
}

async function measureVariant(n8n: TestN8n, variant: Variant, size: Size): Promise<Measured> {
	const { requests } = n8n.simulator.simulator;
	requests.clear();
	const starting = startAll(n8n, variant, size);
	const held = await secondsHeld(n8n, starting, Date.now() + size.giveUpSeconds * 1_000);
	const started = await starting;

	const delays: number[] = [];
	const failures: string[] = [];
	let bytes = 0;
	for (const { workflowId, execution, ends } of started) {
		const { status, runs, error } = await n8n.client.execution(execution);
		if (status !== 'success') failures.push(error?.message ?? status);
		for (const run of runs[AFTER] ?? []) {
			const { startTime } = run as unknown as { startTime: number };
			for (const { json } of run.data?.main?.[0] ?? []) {
				const end = ends.get(String(json.job));
				if (end !== undefined) delays.push((startTime - end) / 1_000);
				ends.delete(String(json.job));
			}
		}
		if (status === 'waiting' || status === 'running') await n8n.client.stop(execution);
		bytes += n8n.storedBytes({ workflowId });
	}
	const asked = requests.entries.filter(({ path }) => path.startsWith(STATUS_PATH));
	return {
		label: variant.label,
		reported: delays.length,
		failures,
		requests: asked.length,
		refused: asked.filter(({ status }) => status === 429).length,
		delay: {
			mean: delays.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, delays.length),
			worst: Math.max(0, ...delays),
		},
		bytes,
		held,
	};
}

const count = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

function resultOf(n8nVersion: string, machine: Machine, size: Size, measured: Measured[]): Result {
	const jobs = size.durations.length * size.jobsEach;
	const [shortest, longest] = [Math.min(...size.durations), Math.max(...size.durations)];
	return {
		title: `Wait for Job: ${count(jobs)} jobs of three minutes`,
		machine,
		parts: [
			{
				text: `${count(jobs)} endpoint actions, ${size.jobsEach} to a workflow, that take ${shortest} to ${longest} seconds (alike within a workflow), in the
same n8n ${n8nVersion} (regular mode, SQLite) against the simulator, one variant after the other.

- **Loop**: what a user builds: HTTP Request (in batches of five a second, five tries) → If → Wait → back, with a Wait
  that is short, middling, or just long enough for n8n to keep it in the database.
- **Wait for Job**: the same jobs through the node, as it is when it is dragged in, and parked after its first poll.`,
			},
			{
				table: {
					columns: [
						'',
						'requests',
						'of them refused (429)',
						'seconds from end to next node',
						'at worst',
						'kB stored',
						'worker seconds held',
						'jobs reported',
					],
					rows: measured.map((row) => [
						row.label,
						count(row.requests),
						count(row.refused),
						row.delay.mean.toFixed(1),
						row.delay.worst.toFixed(1),
						count(row.bytes / 1_000),
						count(row.held),
						`${row.reported} of ${jobs}`,
					]),
				},
			},
			{
				text: `A worker's seconds are those in which an execution runs, seen twice a second. What is stored is the data of all
executions as n8n keeps it, with its copies of the workflow. A loop hands each job on by itself; the node hands on the
items of its input together, once all have ended, which is why jobs are alike within a workflow here.`,
			},
			...measured
				.filter(({ failures }) => failures.length > 0)
				.map(({ label, failures }) => ({
					text: `_${label}_: ${failures.length} of ${size.durations.length} workflows failed: ${[...new Set(failures)].join('; ')}`,
				})),
		],
		measured,
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const size = quick ? QUICK : FULL;
		const n8n = await progress.step('Starting n8n', () => startTestN8n({ speed: 1 }));
		try {
			const measured: Measured[] = [];
			for (const variant of VARIANTS) {
				measured.push(await progress.step(variant.label, () => measureVariant(n8n, variant, size)));
			}
			const manifest = join(n8n.runtime.n8nFolder, 'node_modules', 'n8n', 'package.json');
			const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
			return resultOf(version, machineOf(n8n.runtime), size, measured);
		} finally {
			await n8n.close();
		}
	},
};

export default benchmark;
