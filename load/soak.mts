import { setTimeout as delay } from 'node:timers/promises';

import { SPEED } from '../demo/demo.mts';
import { waitUntil } from '../demo/processes.mts';
import { createRandom } from '../simulator/random.ts';
import type { FaultRule, RequestEntry, Simulator } from '../simulator/server.ts';
import { searchSecrets } from '../test/n8n/secrets.mts';
import { startTestN8n } from '../test/n8n/support.mts';
import { judge, type Judgement } from './judgement.mts';
import { watchMemory, type Sample } from './memory.mts';
import { isOpen, Runs } from './runs.mts';
import { addWorkflows, SEARCHED } from './workflows.mts';

export interface SoakOptions {
	/** For how long runs are started. */
	minutes: number;
	killEveryMinutes: number;
	/** Which runs, faults and outcomes come. */
	seed?: number;
	/** Called about twice a minute. */
	onProgress?: (line: string) => void;
}

export interface Soak extends Judgement {
	minutes: number;
	killEveryMinutes: number;
	/** Runs started, by workflow. */
	started: Record<string, number>;
	/** Endpoints that were scanned more than once. */
	scannedTwice: string[];
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
/** What waits ask. It hangs before each kill, so that kills fall into polls. */
const POLL_PATHS = [
	'/public_api/v1/actions/get_action_status',
	'/public_api/vulnerability-management',
];
/** For so long: a parked wait polls every 65 seconds or more. */
const HANGING_MS = 15_000;
const VENDOR_PATHS = ['/public_api', '/auth', '/sm/'];

/**
 * How many runs of each workflow are under way at once. With these, the tenant's limit is always reached. Of import jobs
 * a few, since their polls have a limit of their own.
 */
const UNDER_WAY = { scan: 15, script: 8, action: 25, import: 4, status: 5, search: 1 };
type Kind = keyof typeof UNDER_WAY;
const KINDS = Object.keys(UNDER_WAY) as Kind[];

/** Runs that are at work all the time, so that a kill hits them: others are started in their place at once. */
const AT_WORK: Kind[] = ['script', 'status', 'search'];

/** Jobs that the worker takes at once, so that no kill hits more. */
export const CONCURRENCY = 20;
const STATUS_IDS = 20;
/** Of those that a run asks for at once, so many come at least: a fault that is not repeated costs one of them. */
const MOST_STATUSES = /^(1[5-9]|20) of 20$/;
const STEP_MS = 500;
const SAMPLE_SECONDS = 5;
/** What is under way at the end must come to its end within this. */
const DRAIN_MS = 8 * 60_000;
const PROGRESS_MS = 30_000;

/** What the wait for a scan has to tell, by the id of the endpoint; nothing for endpoints that no scan was started on. */
function scanOutcomes({ cortex }: Simulator): Map<string, string> {
	const outcomes = new Map<string, string>();
	for (const job of cortex.startedJobs()) {
		if (job.kind !== 'endpointAction' || job.plan !== undefined) continue;
		const { data } = cortex.actionStatus(job.id) as { data: Record<string, string> };
		for (const [id, word] of Object.entries(data)) {
			outcomes.set(id, word === 'COMPLETED_SUCCESSFULLY' ? 'succeeded' : 'failed');
		}
	}
	return outcomes;
}
/**
 * How many runs of each kind can have ended with a fault, by those that their nodes do not repeat: any of a scan but
 * 429 and delays, 500 of a search and its login. A wait asks again at its next poll.
 */
function mostRefused(entries: RequestEntry[]): Record<string, number> {
	const count = (paths: string[], isFatal: (entry: RequestEntry) => boolean) =>
		entries.filter((entry) => paths.some((path) => entry.path.startsWith(path)) && isFatal(entry))
			.length;
	return {
		scan: count(
			['/public_api/v1/endpoints/scan'],
			({ fault, status }) => fault === 'break' || (fault === 'status' && status !== 429),
		),
		search: count(['/auth', '/sm/'], ({ fault, status }) => fault === 'status' && status === 500),
	};
}

/**
 * Mixed workflows at the tenant's limit, in queue mode with one worker, with 5 % of all requests going wrong and
 * the worker killed again and again. Needs Redis and PostgreSQL.
 */
export async function soak(options: SoakOptions): Promise<Soak> {
	const { minutes, killEveryMinutes, seed = 1, onProgress = () => {} } = options;
	const random = createRandom(seed, 'soak');
	const n8n = await startTestN8n({ mode: 'queue', workers: 1, concurrency: CONCURRENCY });
	try {
		const { simulator } = n8n.simulator;
		const { cortex, faults, requests, messages } = simulator;
		const workflowIds = await addWorkflows(n8n, KINDS);
		messages.length = 0;
		requests.clear();
		const addFaults = () => {
			for (const path of VENDOR_PATHS) FAULTS.forEach((fault) => faults.add({ path, ...fault }));
		};
		addFaults();

		const runs = new Runs(n8n, workflowIds);
		/** Run → what it has to report, unless it was refused something. */
		const truth = new Map<string, RegExp>();
		/** Run → the endpoint that it scans. */
		const scanned = new Map<string, string>();
		const online = cortex.endpoints.flatMap(({ id, status }) => (status === 'CONNECTED' ? id : []));
		const statusJobs = Array.from({ length: STATUS_IDS }, () =>
			cortex.startJob({ kind: 'endpointAction', durationSeconds: 1 }),
		);

		/** A job of five seconds to three minutes, real time, that fails now and then. */
		function job(kind: 'endpointAction' | 'scriptExecution' | 'importJob') {
			const outcome = random.chance(0.2) ? 'failed' : 'succeeded';
			const durationSeconds = random.integer(5, 180) * SPEED;
			return { id: cortex.startJob({ kind, durationSeconds, outcome }), outcome };
		}
		async function startJob(webhook: Kind, kind: Parameters<typeof job>[0]) {
			const { id, outcome } = job(kind);
			truth.set((await runs.start(webhook, { job: id })).key, new RegExp(`^${outcome}$`));
		}
		const start: Record<Kind, () => Promise<unknown>> = {
			scan: async () => {
				const endpoint = online.pop();
				if (!endpoint) throw new Error('Every endpoint has been scanned.');
				const { key } = await runs.start('scan', { endpoint });
				scanned.set(key, endpoint);
			},
			script: () => startJob('script', 'scriptExecution'),
			action: () => startJob('action', 'endpointAction'),
			import: () => startJob('import', 'importJob'),
			status: async () => {
				const { key } = await runs.start('status', { jobs: statusJobs });
				truth.set(key, MOST_STATUSES);
			},
			search: async () =>
				truth.set((await runs.start('search', {})).key, new RegExp(`^${SEARCHED}$`)),
		};

		const started = Date.now();
		const elapsed = () => Math.round((Date.now() - started) / 1000);
		const memory = watchMemory(
			() => ({ main: n8n.main().pid, worker: n8n.workers()[0]?.pid }),
			SAMPLE_SECONDS,
		);
		/** Epoch milliseconds. */
		const kills: number[] = [];
		const pollsKilled: number[] = [];
		/** Kills the worker while it polls, and starts another one. */
		const killInPolls = async () => {
			for (const path of POLL_PATHS) faults.add({ path, silent: true, times: 1_000_000 });
			await delay(HANGING_MS);
			pollsKilled.push(await runs.pollsUnderWay());
			await n8n.killWorker();
			kills.push(Date.now());
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
				for (const kind of KINDS) {
					const alive = runs
						.open(kind)
						.filter(({ startedAt }) => !AT_WORK.includes(kind) || startedAt > (kills.at(-1) ?? 0));
					if (alive.length < UNDER_WAY[kind]) await start[kind]();
				}
				// None in the last minute of a kill's interval: what follows shows that the load goes on.
				if (elapsed() >= (kills.length + 0.5) * killEveryMinutes * 60) {
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

		const outcomes = scanOutcomes(n8n.simulator.simulator);
		for (const [key, endpoint] of scanned) {
			const outcome = outcomes.get(endpoint);
			if (outcome) truth.set(key, new RegExp(`^${outcome}$`));
		}
		const scans = cortex
			.startedJobs()
			.flatMap((job) => ('endpoints' in job && job.plan === undefined ? job.endpoints : []));
		const entries = requests.entries.filter(({ path }) =>
			VENDOR_PATHS.some((prefix) => path.startsWith(prefix)),
		);
		return {
			...judge(runs.all, { truth, kills, mostRefused: mostRefused(entries) }),
			minutes,
			killEveryMinutes,
			started: Object.fromEntries(
				KINDS.map((kind) => [kind, runs.all.filter((run) => run.kind === kind).length]),
			),
			scannedTwice: scans
				.filter((place, index) => scans.indexOf(place) !== index)
				.map((place) => cortex.endpoints[place].hostname),
			requests: entries.filter(({ path }) => path.startsWith('/public_api')).length,
			busiestSecond: requests.busiestSecond('/public_api'),
			overLimit: requests.overLimit('/public_api'),
			faults: entries.filter(({ fault }) => fault !== undefined).length,
			kills: kills.map((at) => Math.round((at - started) / 1000)),
			pollsKilled,
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
