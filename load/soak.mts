import { setTimeout as delay } from 'node:timers/promises';

import { SPEED } from '../demo/demo.mts';
import { waitUntil } from '../demo/processes.mts';
import { createRandom } from '../simulator/random.ts';
import type { FaultRule } from '../simulator/server.ts';
import {
	editFields,
	chain,
	KEY_MARK,
	startTestN8n,
	webhookTrigger,
	type TestN8n,
} from '../test/n8n/support.mts';
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

export interface Soak {
	minutes: number;
	/** Runs started, by workflow. */
	started: Record<string, number>;
	/** Runs that told how they ended. */
	reported: number;
	/** Runs that n8n ended with an error since their worker was killed while it was at work for them. */
	cutOff: number;
	/** What n8n said of those, each text once. */
	cutOffWords: string[];
	/** Runs that nothing was heard of. */
	lost: string[];
	/** Runs that were reported more than once, and endpoints that were scanned more than once. */
	doubled: string[];
	/** Runs that reported something else than what had happened. */
	wrong: string[];
	/** Runs that a fault ended, with words that say which: scans that cannot be repeated, mostly. */
	refused: number;
	/** Requests to Cortex, and how many of them came within one second at most. */
	requests: number;
	busiestSecond: number;
	/** Requests to either vendor that were answered with anything but 200 or not at all. */
	spoilt: number;
	/** Seconds after the start at which a worker was killed. */
	kills: number[];
	/** Of the n8n that takes webhooks (`main`) and of the worker. */
	memory: Sample[];
	/** Where a piece of a key or password was found: a log, the database. */
	secrets: string[];
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
const VENDOR_PATHS = ['/public_api', '/auth', '/sm/'];

/** How many runs of each workflow are under way at once. With these, the tenant's limit is always reached. */
const UNDER_WAY = { scan: 15, script: 8, action: 25, import: 10, status: 5, search: 1 };
type Kind = keyof typeof UNDER_WAY;
const KINDS = Object.keys(UNDER_WAY) as Kind[];

/** Runs that are at work all the time, so that a kill hits them: others are started in their place at once. */
const AT_WORK: Kind[] = ['script', 'status', 'search'];

/** Jobs that the worker takes at once. */
const CONCURRENCY = 20;
const STATUS_IDS = 20;
const STEP_MS = 500;
const SAMPLE_SECONDS = 5;
/** What is under way at the end must come to its end within this. */
const DRAIN_MS = 8 * 60_000;
const PROGRESS_MS = 30_000;
const MARKER = 'PlantedMarkerThatASearchMustFind';

/** Where the keys and passwords of the simulator, or pieces of them, can be read. Proves itself on a planted text. */
async function searchSecrets(n8n: TestN8n): Promise<string[]> {
	const { simulator } = n8n.simulator;
	const keys = Object.values(simulator.keys).map(({ key }) => key);
	const pieces = keys.flatMap((key) => key.slice(KEY_MARK.length).match(/.{16}/g) ?? []);
	const tokens = [simulator.qualys.bearerToken.split('.')[1].slice(0, 24)];
	const files = [
		{ name: 'log', bytes: Buffer.from(await n8n.logs()) },
		...(await n8n.databaseFiles()),
	];
	if (!files.every(({ bytes }) => bytes.includes(MARKER))) {
		throw new Error('The search for secrets does not find what is there.');
	}
	return files.flatMap(({ name, bytes }) =>
		[KEY_MARK, ...new Set(pieces), ...tokens]
			.filter((secret) => bytes.includes(secret))
			.map((secret) => `${secret.slice(0, 6)}… in ${name}`),
	);
}

/** Leaves a text in n8n's log and database, as a key would be left there. */
async function plantMarker(n8n: TestN8n): Promise<void> {
	const { id } = await n8n.add(
		chain(MARKER, [webhookTrigger(MARKER), editFields('Marker', { text: MARKER })]),
	);
	await n8n.client.activate(id);
	await n8n.callWebhook(MARKER);
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
		await plantMarker(n8n);
		messages.length = 0;
		requests.clear();
		for (const path of VENDOR_PATHS) FAULTS.forEach((fault) => faults.add({ path, ...fault }));

		const runs = new Runs(n8n, workflowIds);
		/** Run → what it has to report, unless it was refused something. */
		const truth = new Map<string, RegExp>();
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
			scan: () => {
				const endpoint = online.pop();
				if (!endpoint) throw new Error('Every endpoint has been scanned.');
				return runs.start('scan', { endpoint });
			},
			script: () => startJob('script', 'scriptExecution'),
			action: () => startJob('action', 'endpointAction'),
			import: () => startJob('import', 'importJob'),
			status: async () => {
				const { key } = await runs.start('status', { jobs: statusJobs });
				truth.set(key, new RegExp(`^\\d+ of ${STATUS_IDS}$`));
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
		const kills: number[] = [];
		let killedAt = 0;
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
						.filter(({ startedAt }) => !AT_WORK.includes(kind) || startedAt > killedAt);
					if (alive.length < UNDER_WAY[kind]) await start[kind]();
				}
				// None in the last minute of a kill's interval: what follows shows that the load goes on.
				if (elapsed() >= (kills.length + 0.5) * killEveryMinutes * 60) {
					await n8n.killWorker();
					kills.push(elapsed());
					killedAt = Date.now();
					await n8n.addWorker();
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

		const scanned = cortex
			.startedJobs()
			.flatMap((one) => ('endpoints' in one && one.plan === undefined ? one.endpoints : []));
		const scannedTwice = scanned.filter((place, index) => scanned.indexOf(place) !== index);
		const entries = requests.entries.filter(({ path }) =>
			VENDOR_PATHS.some((prefix) => path.startsWith(prefix)),
		);
		const failures = runs.all.flatMap(({ reports, failure }) =>
			failure !== undefined && reports.length === 0 ? failure : [],
		);
		const isRefused = (report: string) => report.startsWith('refused');
		const isTrue = (key: string, report: string) => truth.get(key)?.test(report) ?? true;
		const named = ({ kind, key, reports }: (typeof runs.all)[number]) =>
			`${kind} ${key} ${reports.join(' | ')}`;
		return {
			minutes,
			started: Object.fromEntries(
				KINDS.map((kind) => [kind, runs.all.filter((run) => run.kind === kind).length]),
			),
			reported: runs.all.filter(({ reports }) => reports.length > 0).length,
			cutOff: failures.length,
			cutOffWords: [...new Set(failures)],
			lost: runs.all.filter(isOpen).map(named),
			doubled: [
				...runs.all.filter(({ reports }) => reports.length > 1).map(named),
				...scannedTwice.map((place) => `endpoint ${cortex.endpoints[place].hostname}`),
			],
			wrong: runs.all
				.filter(({ key, reports: [first] }) => first && !isRefused(first) && !isTrue(key, first))
				.map((run) => `${named(run)} instead of ${truth.get(run.key)?.source}`),
			refused: runs.all.filter(({ reports: [first] }) => first && isRefused(first)).length,
			requests: entries.filter(({ path }) => path.startsWith('/public_api')).length,
			busiestSecond: requests.busiestSecond('/public_api'),
			spoilt: entries.filter(({ status }) => status !== 200).length,
			kills,
			memory: memory.samples,
			secrets: await searchSecrets(n8n),
		};
	} finally {
		await n8n.close();
	}
}
