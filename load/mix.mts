import { SPEED } from '../demo/demo.mts';
import type { StartedJob } from '../simulator/cortex/jobs.ts';
import { createRandom } from '../simulator/random.ts';
import type { RequestEntry, Simulator } from '../simulator/server.ts';
import type { Work } from './judgement.mts';
import type { Run, Runs } from './runs.mts';
import { SEARCHED } from './workflows.mts';

/*
 * What the runs of a soak are about. Of each, three things are known here: what it is to do, what work it starts, if any,
 * and what it has to tell in the end. Work that a run starts is told from that of others by what it is about: an endpoint
 * of its own, a query, a number of findings or a description that no other run has.
 */

/**
 * How many runs of each kind are under way at once. With these, the tenant's limit is always reached: what is left of it,
 * the statuses take. Of what the tenant limits by the minute or the hour, a few.
 */
const UNDER_WAY = {
	scan: 8,
	script: 6,
	action: 10,
	import: 3,
	run: 5,
	isolate: 5,
	retrieve: 5,
	query: 4,
	submit: 2,
	execute: 5,
	status: 5,
	search: 1,
};
export type Kind = keyof typeof UNDER_WAY;
export const KINDS = Object.keys(UNDER_WAY) as Kind[];

/** Of all kinds. A worker that takes so many at once has a slot for each, where the polls of all hang. */
export const RUNS_UNDER_WAY = Object.values(UNDER_WAY).reduce((sum, number) => sum + number, 0);

/** Kinds that start no wait. */
const NO_WAITS: Kind[] = ['status', 'search'];

/** Kinds of which there are so few at a time that a kill may miss them; what they wait for, another kind waits for too. */
const RARE: Kind[] = ['submit'];

/** Kinds whose waits are to be polled when a worker is killed. */
export const KINDS_POLLED = KINDS.filter((kind) => ![...NO_WAITS, ...RARE].includes(kind));

/** Runs that are at work all the time, so that a kill hits them: others are started in their place at once. */
const AT_WORK: Kind[] = ['script', 'status', 'search'];

/** The tenant takes ten imports an hour: so many are submitted in a soak. */
const MOST_SUBMITTED = 8;

const STATUS_IDS = 20;
/** Of those that a run asks for at once, so many come at least: a fault that is not repeated costs one of them. */
const MOST_STATUSES = /^(1[5-9]|20) of 20$/;

/** So many assets a script of Qualys is executed on. */
const ASSETS = 2;

const IMPORTS = '/public_api/vulnerability-management/v1/external-scans/assets';

/** What waits ask, by path. */
export const POLL_PATHS = {
	action: '/public_api/v1/actions/get_action_status',
	import: `${IMPORTS}/jobs`,
	query: '/public_api/v1/xql/get_query_results',
	scriptJob: '/sm/v1/assetjobs/search',
};

/** Where work is started, and where reads lead that come before it. */
const STARTS: Partial<Record<Kind, { path: RegExp; reads?: RegExp }>> = {
	scan: { path: /^\/public_api\/v1\/endpoints\/scan/ },
	run: {
		path: /^\/public_api\/v1\/scripts\/run_script/,
		reads: /^\/public_api\/v1\/scripts\/get_script_metadata/,
	},
	isolate: {
		path: /^\/public_api\/v1\/endpoints\/isolate/,
		reads: /^\/public_api\/v1\/endpoints\/get_endpoint/,
	},
	retrieve: { path: /^\/public_api\/v1\/endpoints\/file_retrieval/ },
	query: { path: /^\/public_api\/v1\/xql\/start_xql_query/ },
	submit: { path: new RegExp(`^${IMPORTS}/?$`) },
	execute: { path: /^\/sm\/v1\/scripts\//, reads: /^\/(auth|sm\/v2\/jobs\/search)/ },
	search: { path: /^$/, reads: /^\/(auth|sm\/)/ },
};

/**
 * How many runs of each kind can have ended with a fault, by those that their nodes do not repeat: of what starts work,
 * any but 429 and delays; of reads, 500. A wait asks again at its next poll.
 */
export const mostRefused = (entries: RequestEntry[]): Record<string, number> =>
	Object.fromEntries(
		Object.entries(STARTS).map(([kind, { path: start, reads }]) => [
			kind,
			entries.filter(({ path, fault, status }) => {
				if (fault === 'status' && status === 500 && reads?.test(path)) return true;
				return start.test(path) && (fault === 'break' || (fault === 'status' && status !== 429));
			}).length,
		]),
	);

/** The kind of run that an action of the tenant belongs to, where a run has started it. */
function kindOfAction(job: StartedJob): Kind {
	if (job.kind === 'scriptExecution') return 'run';
	if (job.kind !== 'endpointAction') throw new Error(`No action: ${job.kind}`);
	return job.action === 'isolate' ? 'isolate' : job.action ? 'retrieve' : 'scan';
}

/** The text of a query as the run has it: the node adds a limit below it. */
const queryIn = (text: string) => text.split('\n')[0];

/** A piece of work that the vendor knows of, and how it has ended. */
interface Done extends Work {
	told: string;
}

/** All work that runs have started, and not the simulator by itself. */
function doneBy({ cortex, qualys }: Simulator): Done[] {
	const outcome = (good: boolean) => (good ? 'succeeded' : 'failed');
	const ofCortex = cortex.startedJobs().flatMap((job): Done[] => {
		if (job.plan !== undefined) return [];
		if (job.kind === 'importJob') {
			const { job_status: word } = cortex.importStatus(job.id) as { job_status: string };
			const about = String(job.vulnerabilities);
			return [{ kind: 'submit', about, told: outcome(word === 'COMPLETED') }];
		}
		if (job.kind === 'xqlQuery') {
			return [{ kind: 'query', about: queryIn(job.query), told: 'succeeded 1' }];
		}
		const { data } = cortex.actionStatus(job.id) as { data: Record<string, string> };
		return Object.entries(data).map(([about, word]) => ({
			kind: kindOfAction(job),
			about,
			told: outcome(word === 'COMPLETED_SUCCESSFULLY'),
		}));
	});
	const ofQualys = qualys
		.runs()
		.filter(({ by }) => by !== undefined)
		.map(({ id, description }) => ({
			kind: 'execute',
			about: String(description),
			told: outcome(qualys.assetJobsOf(id).every(({ word }) => word === 'EXECUTION PASSED')),
		}));
	return [...ofCortex, ...ofQualys];
}

/** The runs of a soak. */
export interface Mix {
	/** Starts what is missing. `since`: epoch milliseconds of the last kill, which has hit what is at work. */
	refill(since: number): Promise<void>;
	/** How many polls hang, by the kind of run that waits. */
	hanging(): Record<string, number>;
	/** Once all is over: what each run has to tell, what was asked for, and what was started. */
	end(): { truth: Map<string, RegExp>; asked: Work[]; started: Work[] };
}

/** @param minutes for which runs are started */
export function createMix(parts: {
	simulator: Simulator;
	runs: Runs;
	seed: number;
	minutes: number;
}): Mix {
	const { simulator, runs, minutes } = parts;
	const { cortex, qualys, requests } = simulator;
	const random = createRandom(parts.seed, 'soak');
	const begun = Date.now();
	/** Run → what it has to report, unless it was refused something. */
	const truth = new Map<string, RegExp>();
	/** Run → the work that it was to start. */
	const asked = new Map<string, Work>();
	/** Endpoints that no run was about yet. */
	const free = cortex.endpoints
		.filter(({ status, platform }) => status === 'CONNECTED' && platform !== 'android')
		.filter(({ isolation }) => isolation === 'unisolated')
		.map(({ id }) => id);
	const statusJobs = Array.from({ length: STATUS_IDS }, () =>
		cortex.startJob({ kind: 'endpointAction', durationSeconds: 1 }),
	);
	const countOf = (kind: Kind) => runs.all.filter((run) => run.kind === kind).length;

	const endpoint = (): string => {
		const id = free.pop();
		if (!id) throw new Error('Every endpoint has been used.');
		return id;
	};
	/** Starts a run that is to start a piece of work. */
	async function work(kind: Kind, about: string, body: Record<string, unknown>): Promise<Run> {
		const run = await runs.start(kind, body);
		asked.set(run.key, { kind, about });
		return run;
	}
	const onEndpoint = async (kind: Kind) => {
		const id = endpoint();
		await work(kind, id, { endpoint: id });
	};
	/** Starts a run that waits for a job of five seconds to three minutes, real time, which fails now and then. */
	async function waitFor(kind: Kind, of: 'endpointAction' | 'scriptExecution' | 'importJob') {
		const outcome = random.chance(0.2) ? 'failed' : 'succeeded';
		const durationSeconds = random.integer(5, 180) * SPEED;
		const job = cortex.startJob({ kind: of, durationSeconds, outcome });
		truth.set((await runs.start(kind, { job })).key, new RegExp(`^${outcome}$`));
	}
	async function read(kind: Kind, body: Record<string, unknown>, told: RegExp) {
		truth.set((await runs.start(kind, body)).key, told);
	}

	const start: Record<Kind, () => Promise<unknown>> = {
		scan: () => onEndpoint('scan'),
		run: () => onEndpoint('run'),
		isolate: () => onEndpoint('isolate'),
		retrieve: () => onEndpoint('retrieve'),
		script: () => waitFor('script', 'scriptExecution'),
		action: () => waitFor('action', 'endpointAction'),
		import: () => waitFor('import', 'importJob'),
		query: () => {
			const query = `dataset = endpoints | filter endpoint_id = "${endpoint()}"`;
			return work('query', query, { query });
		},
		submit: () => {
			const findings = countOf('submit') + 1;
			return work('submit', String(findings), { findings });
		},
		execute: () => {
			const count = countOf('execute');
			const assets = Array.from({ length: ASSETS }, (_, place) => {
				const { [(count * ASSETS + place) % qualys.assets.length]: asset } = qualys.assets;
				return asset.id;
			});
			// Assets come again with another script: one that is pending there takes no second one.
			const round = Math.floor((count * ASSETS) / qualys.assets.length);
			const description = `Execution ${count} of the soak`;
			return work('execute', description, {
				script: qualys.scripts[round].id,
				assets,
				description,
			});
		},
		status: () => read('status', { jobs: statusJobs }, MOST_STATUSES),
		search: () => read('search', {}, new RegExp(`^${SEARCHED}$`)),
	};

	/** Whether the tenant would take one more import: they are spread over the whole time. */
	const maySubmit = () =>
		Date.now() - begun >= (countOf('submit') / MOST_SUBMITTED) * minutes * 60_000;

	/** The kind of run that waits for what a request asks about. */
	function waiting({ path, actionId }: RequestEntry): Kind {
		if (path.startsWith(POLL_PATHS.scriptJob)) return 'execute';
		if (path.startsWith(POLL_PATHS.query)) return 'query';
		const id = actionId ?? path.split('/').at(-1);
		const job = cortex.startedJobs().find((one) => one.id === id);
		if (!job || job.kind === 'xqlQuery') throw new Error(`Nobody has started ${id}.`);
		if (job.kind === 'importJob') return job.plan ? 'import' : 'submit';
		if (job.plan === undefined) return kindOfAction(job);
		return job.kind === 'scriptExecution' ? 'script' : 'action';
	}

	return {
		async refill(since) {
			for (const kind of KINDS) {
				const alive = runs
					.open(kind)
					.filter(({ startedAt }) => !AT_WORK.includes(kind) || startedAt > since);
				const missing = alive.length < UNDER_WAY[kind];
				if (missing && (kind !== 'submit' || maySubmit())) await start[kind]();
			}
		},
		hanging() {
			const counts: Record<string, number> = {};
			for (const entry of requests.entries) {
				if (entry.fault !== 'silence' || entry.closed !== undefined) continue;
				// The statuses of many actions are no polls of a wait.
				if (entry.actionId !== undefined && statusJobs.includes(entry.actionId)) continue;
				const kind = waiting(entry);
				counts[kind] = (counts[kind] ?? 0) + 1;
			}
			return counts;
		},
		end() {
			const done = doneBy(simulator);
			const told = new Map(done.map((one) => [`${one.kind} ${one.about}`, one.told]));
			for (const [key, { kind, about }] of asked) {
				const words = told.get(`${kind} ${about}`);
				if (words !== undefined) truth.set(key, new RegExp(`^${words}$`));
			}
			return {
				truth,
				asked: [...asked.values()],
				started: done.map(({ kind, about }) => ({ kind, about })),
			};
		},
	};
}
