import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '../demo/processes.mts';
import type { FaultRule } from '../simulator/server.ts';
import { searchSecrets } from '../test/n8n/secrets.mts';
import { startTestN8n } from '../test/n8n/support.mts';
import { judge, judgeStarts, type Judgement, type Kill, type Starts } from './judgement.mts';
import { watchMemory, type Sample } from './memory.mts';
import { createMix, KINDS, KINDS_POLLED, mostRefused, POLL_PATHS, RUNS_UNDER_WAY } from './mix.mts';
import { isOpen, Runs } from './runs.mts';
import { addWorkflows } from './workflows.mts';

export interface SoakOptions {
	/** For how long runs are started. */
	minutes: number;
	killEveryMinutes: number;
	/** Which runs, faults and outcomes come. */
	seed?: number;
	/** Called about twice a minute. */
	onProgress?: (line: string) => void;
}

export interface Soak extends Judgement, Starts {
	minutes: number;
	killEveryMinutes: number;
	/** Runs started, by workflow. */
	started: Record<string, number>;
	/** Requests to Cortex, and how many of them came within one second at most. */
	requests: number;
	busiestSecond: number;
	/** Requests that the tenant's own limit refused. */
	overLimit: number;
	/** Requests to either vendor that met a fault. */
	faults: number;
	/** Seconds after the start at which a worker was killed. */
	kills: number[];
	/** How many polls of parked waits were under way at each of those moments. */
	pollsKilled: number[];
	/** Polls of waits that hung at those moments, by the kind of run. */
	pollsByKind: Record<string, number>;
	/** Of the n8n that takes webhooks (`main`) and of the worker. */
	memory: Sample[];
	/** Where a piece of a key, password or token was found. */
	secrets: string[];
	/** Addresses other than the credential's that n8n has connected to. */
	strangers: string[];
}

/** What goes wrong, by chance, with 5 % of the requests to either vendor; the rest is real. */
const FAULTS: Array<Omit<FaultRule, 'path'>> = [
	{ rate: 0.006, status: 500 },
	{ rate: 0.006, status: 502 },
	{ rate: 0.008, status: 503 },
	{ rate: 0.006, status: 504 },
	{ rate: 0.006, status: 429, headers: { 'retry-after': '1' }, body: { reply: {} } },
	{ rate: 0.006, breakConnection: 'before' },
	{ rate: 0.004, breakConnection: 'headers' },
	{ rate: 0.004, breakConnection: 'middle' },
	{ rate: 0.004, delayMs: 5_000 },
];
/** Before each kill, what waits ask hangs for so long at least: a parked wait polls every 65 seconds or more. */
const HANGING_MS = 15_000;
/** And for so long at most, until the polls of all kinds of waits hang. */
const MOST_HANGING_MS = 75_000;
const VENDOR_PATHS = ['/public_api', '/auth', '/sm/'];

const STEP_MS = 500;
const SAMPLE_SECONDS = 5;
/** What is under way at the end must come to its end within this. */
const DRAIN_MS = 8 * 60_000;
const PROGRESS_MS = 30_000;

/**
 * Mixed workflows at the tenant's limit, in queue mode with one worker, with 5 % of all requests going wrong and
 * the worker killed again and again. Needs Redis and PostgreSQL.
 */
export async function soak(options: SoakOptions): Promise<Soak> {
	const { minutes, killEveryMinutes, seed = 1, onProgress = () => {} } = options;
	const n8n = await startTestN8n({ mode: 'queue', workers: 1, concurrency: RUNS_UNDER_WAY });
	try {
		const { simulator } = n8n.simulator;
		const { faults, requests, messages } = simulator;
		const workflowIds = await addWorkflows(n8n, KINDS);
		messages.length = 0;
		requests.clear();
		const addFaults = () => {
			for (const path of VENDOR_PATHS) FAULTS.forEach((fault) => faults.add({ path, ...fault }));
		};
		addFaults();

		const runs = new Runs(n8n, workflowIds);
		const mix = createMix({ simulator, runs, seed, minutes });

		const started = Date.now();
		const elapsed = () => Math.round((Date.now() - started) / 1000);
		const memory = watchMemory(
			() => ({ main: n8n.main().pid, worker: n8n.workers()[0]?.pid }),
			SAMPLE_SECONDS,
		);
		const kills: Kill[] = [];
		const pollsKilled: number[] = [];
		const pollsByKind: Record<string, number> = {};
		/** Kills the worker while it polls, and starts another one. */
		const killInPolls = async () => {
			// The first rule that hits a request wins.
			faults.clear();
			for (const path of Object.values(POLL_PATHS)) {
				faults.add({ path, silent: true, times: 1_000_000 });
			}
			addFaults();
			const since = Date.now();
			await delay(HANGING_MS);
			while (
				Date.now() - since < MOST_HANGING_MS &&
				!KINDS_POLLED.every((kind) => mix.hanging()[kind] > 0)
			) {
				await delay(STEP_MS);
			}
			pollsKilled.push(await runs.pollsUnderWay());
			for (const [kind, polls] of Object.entries(mix.hanging())) {
				pollsByKind[kind] = (pollsByKind[kind] ?? 0) + polls;
			}
			const parked = await runs.parked();
			const at = Date.now();
			await n8n.killWorker();
			kills.push({ at, parked, begun: await runs.begun() });
			faults.clear();
			addFaults();
			await n8n.addWorker();
		};
		let told = Date.now();
		const tell = () => {
			const open = runs.open().length;
			onProgress(
				`${elapsed()} s: ${runs.all.length} runs, ${open} under way, ${kills.length} kills`,
			);
			told = Date.now();
		};
		try {
			while (elapsed() < minutes * 60) {
				await runs.update();
				await mix.refill(kills.at(-1)?.at ?? 0);
				// In the middle of a kill's interval, and in no other one: what follows shows that the load goes on.
				const next = (kills.length + 0.5) * killEveryMinutes * 60;
				if (elapsed() >= next && next < minutes * 60) {
					await killInPolls();
				}
				if (Date.now() - told > PROGRESS_MS) tell();
				await delay(STEP_MS);
			}
			faults.clear();
			// Offline endpoints keep a scan pending for seven days.
			await n8n.control('POST', '/time', { advanceSeconds: 8 * 24 * 3600 });
			await waitUntil(
				async () => {
					await runs.update();
					if (Date.now() - told > PROGRESS_MS) tell();
					return runs.all.some(isOpen) ? undefined : true;
				},
				DRAIN_MS,
				'',
				1_000,
			).catch(() => {});
			// Time for what would be reported twice.
			await delay(5_000);
			await runs.update();
		} finally {
			memory.stop();
		}

		const { truth, asked, started: works } = mix.end();
		const entries = requests.entries.filter(({ path }) =>
			VENDOR_PATHS.some((prefix) => path.startsWith(prefix)),
		);
		return {
			...judge(runs.all, { truth, kills, mostRefused: mostRefused(entries) }),
			...judgeStarts(asked, works),
			minutes,
			killEveryMinutes,
			started: Object.fromEntries(
				KINDS.map((kind) => [kind, runs.all.filter((run) => run.kind === kind).length]),
			),
			requests: entries.filter(({ path }) => path.startsWith('/public_api')).length,
			busiestSecond: requests.busiestSecond('/public_api'),
			overLimit: requests.overLimit('/public_api'),
			faults: entries.filter(({ fault }) => fault !== undefined).length,
			kills: kills.map(({ at }) => Math.round((at - started) / 1000)),
			pollsKilled,
			pollsByKind,
			memory: memory.samples,
			secrets: await searchSecrets(n8n),
			strangers: (await n8n.connections()).filter(
				(address) => address !== new URL(n8n.simulator.url).host,
			),
		};
	} finally {
		await n8n.close();
	}
}
