import { setTimeout as delay } from 'node:timers/promises';

import type { Benchmark, Machine, Result } from '../bench/benchmark.mts';
import { machineOf } from '../bench/machine.mts';
import { waitUntil } from '../demo/processes.mts';
import { silent } from '../demo/progress.mts';
import { prepareRuntime } from '../demo/runtime.mts';
import { searchSecrets } from '../test/n8n/secrets.mts';
import { startTestN8n } from '../test/n8n/support.mts';
import { isOpen, Runs, TENANT_LIMIT } from './runs.mts';
import { addWorkflows } from './workflows.mts';

const FULL = { workers: [1, 2, 4], lists: 40, ids: 25, waits: 40 };
const QUICK = { workers: [1, 2], lists: 6, ids: 10, waits: 4 };
type Size = typeof FULL;

const CONCURRENCY = 5;
const GIVE_UP_MS = 15 * 60_000;

interface Measured {
	workers: number;
	/** Seconds from the first webhook to the last report. */
	seconds: number;
	requests: number;
	/** Requests that the tenant refused with 429. */
	refused: number;
	/** Runs that were reported complete and once; of how many. */
	complete: number;
	runs: number;
	/** Where a key, password or token was found. */
	secrets: string[];
}

async function measure(workers: number, size: Size): Promise<Measured> {
	const n8n = await startTestN8n({ mode: 'queue', workers, concurrency: CONCURRENCY });
	try {
		const { cortex, requests } = n8n.simulator.simulator;
		const workflowIds = await addWorkflows(n8n, ['status', 'action']);
		const startJob = () => cortex.startJob({ kind: 'endpointAction', durationSeconds: 1 });
		const jobs = Array.from({ length: size.ids }, startJob);
		await delay(1_000);
		requests.clear();
		const runs = new Runs(n8n, workflowIds);
		const started = Date.now();
		for (let count = 0; count < Math.max(size.lists, size.waits); count++) {
			if (count < size.lists) await runs.start('status', { jobs });
			if (count < size.waits) await runs.start('action', { job: startJob() });
		}
		await waitUntil(
			async () => {
				await runs.update();
				return runs.all.some(isOpen) ? undefined : true;
			},
			GIVE_UP_MS,
			'',
			500,
		).catch(() => {});
		const seconds = (Date.now() - started) / 1000;
		const asked = requests.entries.filter(({ path }) => path.startsWith('/public_api'));
		const whole = { status: `${size.ids} of ${size.ids}`, action: 'succeeded' } as Record<
			string,
			string
		>;
		return {
			workers,
			seconds,
			requests: asked.length,
			refused: asked.filter(({ status }) => status === 429).length,
			complete: runs.all.filter(({ kind, reports }) => reports.join() === whole[kind]).length,
			runs: runs.all.length,
			secrets: await searchSecrets(n8n),
		};
	} finally {
		await n8n.close();
	}
}

function resultOf(size: Size, measured: Measured[], machine: Machine): Result {
	const needed = size.lists * size.ids + size.waits;
	return {
		title: 'Several workers',
		machine,
		parts: [
			{
				text: `The tenant's limit is one, but each worker is a process of its own and paces itself. ${size.lists} executions that each ask
for ${size.ids} statuses and ${size.waits} waits are started at once: ${needed} requests that have to succeed, which take the tenant at least
${Math.round(needed / TENANT_LIMIT)} seconds. Each worker takes ${CONCURRENCY} executions at once.`,
			},
			{
				table: {
					columns: [
						'workers',
						'seconds',
						'requests',
						'refused with 429',
						'share',
						'executions that ended well',
						'secrets found',
					],
					rows: measured.map(({ workers, seconds, requests, refused, complete, runs, secrets }) => [
						String(workers),
						seconds.toFixed(0),
						String(requests),
						String(refused),
						`${((100 * refused) / requests).toFixed(0)} %`,
						`${complete} of ${runs}`,
						String(secrets.length),
					]),
				},
			},
			{
				text: `A refused request is not carried out. The node waits as long as the tenant asks for, or longer each time, and sends it
again: nothing is lost. More workers bring no more statuses a second, since the tenant gives no more.`,
			},
		],
		measured,
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const size = quick ? QUICK : FULL;
		const measured: Measured[] = [];
		for (const workers of size.workers) {
			measured.push(await progress.step(`${workers} workers`, () => measure(workers, size)));
		}
		return resultOf(size, measured, machineOf(await prepareRuntime(silent)));
	},
};

export default benchmark;
