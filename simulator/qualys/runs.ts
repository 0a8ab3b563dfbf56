import { createRandom } from '../random';
import { standingOf, type AssetJob } from './assetJobs';
import type { Asset, AssetTag } from './assets';
import type { ScriptEntry, ScriptJob } from './jobs';
import type { QualysSettings } from './settings';
import { isTest, refuse, targetsOf, type ExecuteBody } from './targets';
import { jobTags, type QualysUser } from './users';

/** A script that was executed; part of the saved state. Simulated epoch milliseconds. */
export interface Run {
	/** Of its job. */
	id: string;
	correlationUuid: string;
	scriptId: number;
	createdAt: number;
	/** Its job shows up in searches then. */
	appearsAt: number;
	test: boolean;
	description?: string;
	/** Name of the user that executed it; absent where a test did. */
	by?: string;
	/** The user that its job names. */
	user?: { id: string; name: string };
	/** Tag that its job carries; the first there is, unless given. */
	tag?: string;
	/** Its asset jobs; each is there from its creation on. */
	assets: AssetJob[];
}

/** A run whose end a test has chosen. Durations in simulated seconds. */
export interface RunRequest {
	scriptId?: number;
	/** Default 3. */
	assets?: number;
	/** The last asset ends then, the others evenly before it; default 60. */
	durationSeconds?: number;
	/** The word that each asset ends with, in turn; default EXECUTION PASSED. */
	words?: string[];
	/** Exit codes, in turn, in place of those that go with the words. */
	codes?: number[];
	/** So many of the assets, the last ones, are offline. */
	offline?: number;
	/** The assets never end. */
	hold?: boolean;
	createdAt?: number;
	correlationUuid?: string;
	/** Seconds until its job shows up in searches, although it was created before; default 0. */
	appearsAfter?: number;
	/** Seconds until each further asset job is there; default 0: all at once. */
	growsEvery?: number;
}

/** Ids of jobs that were executed here: apart from those of the past, of which there are any number. */
const FIRST_RUN_ID = 2_000_000;

const LOCK_MS = 14 * 24 * 3600 * 1000;
const DAY_MS = 24 * 3600 * 1000;

export interface Runs {
	/**
	 * Executes a script as the API does.
	 * @returns the correlation UUID
	 * @throws {ExecutionError} where the API refuses
	 */
	execute(scriptId: number, body: ExecuteBody, user: QualysUser): string;
	/**
	 * Starts a run whose end is chosen, also one in the past.
	 * @returns the id of its job
	 * @throws {ExecutionError} where the script is not in the library
	 */
	start(request?: RunRequest): string;
	/** Runs whose jobs have to show up now, each told once. */
	due(): Run[];
	find(id: string): Run | undefined;
	/** What to save. */
	all(): Run[];
}

/** The runs of a platform. `saved` are those of an earlier one. */
export function createRuns(parts: {
	seed: number;
	now: () => number;
	scripts: ScriptEntry[];
	assets: () => Asset[];
	tags: () => AssetTag[];
	settings: QualysSettings;
	saved: Run[];
	onChange: () => void;
}): Runs {
	const { seed, now, scripts, assets, tags, settings, onChange } = parts;
	const runs = [...parts.saved];
	const byId = new Map(runs.map((run) => [run.id, run]));
	let hidden = [...runs];

	const add = (run: Omit<Run, 'id'>): Run => {
		const whole = { ...run, id: String(FIRST_RUN_ID + runs.length) };
		runs.push(whole);
		byId.set(whole.id, whole);
		hidden.push(whole);
		onChange();
		return whole;
	};

	/** Whether an asset still has a job of the script that is going on. */
	const isLocked = (scriptId: number, asset: number) =>
		runs.some(
			(run) =>
				run.scriptId === scriptId &&
				now() - run.createdAt < LOCK_MS &&
				run.assets.some((job) => job.asset === asset && !standingOf(job, now()).ended),
		);

	/** Executions of a user on this simulated day (UTC). Their jobs may be several. */
	const executionsToday = (username: string): number => {
		const midnight = Math.floor(now() / DAY_MS) * DAY_MS;
		const today = runs.filter(({ by, createdAt }) => by === username && createdAt >= midnight);
		return new Set(today.map(({ correlationUuid }) => correlationUuid)).size;
	};

	const checkScript = (scriptId: number) => {
		if (!scripts.some(({ id }) => id === scriptId)) refuse(404, `Script ${scriptId} is not found`);
	};

	return {
		execute(scriptId, body, user) {
			checkScript(scriptId);
			if (user.role === 'viewer')
				refuse(403, 'User does not have permission to execute the script');
			if (settings.userMandatory && !body.user) refuse(400, 'user must not be null');
			const named = targetsOf(body, { assets: assets(), tags: tags(), settings });
			if (executionsToday(user.username) >= settings.executionsPerDay) {
				refuse(429, 'Executions of the day are used up');
			}
			const targets = named.filter((asset) => !isLocked(scriptId, asset));
			const random = createRandom(seed, 'run', runs.length);
			const correlationUuid = random.uuid();
			const createdAt = now();
			const startsAt = createdAt + settings.assetJobsAppearAfter * 1000;
			const jobs = targets.map((asset, place): AssetJob => {
				const fails = random.chance(settings.failingPercent / 100);
				const job: AssetJob = {
					asset,
					createdAt: startsAt,
					endsAt: startsAt + (settings.runSeconds * 1000 * (place + 1)) / targets.length,
					word: fails ? 'EXECUTION FAILED' : 'EXECUTION PASSED',
				};
				return random.chance(settings.offlinePercent / 100) ? { ...job, offline: true } : job;
			});
			for (let part = 0; part < settings.jobsPerRun; part += 1) {
				add({
					correlationUuid,
					scriptId,
					createdAt: createdAt + part,
					appearsAt: createdAt + settings.jobAppearsAfter * 1000,
					test: isTest(body),
					description: body.description,
					by: user.username,
					user: body.user,
					// One that the user sees.
					tag: user.scope === 'all' ? undefined : user.scope[0],
					assets: jobs.filter((_, place) => place % settings.jobsPerRun === part),
				});
			}
			return correlationUuid;
		},
		start(request = {}) {
			const { assets: count = 3, durationSeconds = 60, words = ['EXECUTION PASSED'] } = request;
			const { codes, offline = 0, hold, appearsAfter = 0, growsEvery = 0 } = request;
			const { scriptId = scripts[0].id, createdAt = now() } = request;
			checkScript(scriptId);
			const random = createRandom(seed, 'run', runs.length);
			const jobs = Array.from({ length: count }, (_, place): AssetJob => {
				const begins = createdAt + place * growsEvery * 1000;
				return {
					asset: place % assets().length,
					createdAt: begins,
					...(hold
						? {}
						: {
								endsAt: Math.max(
									begins,
									createdAt + (durationSeconds * 1000 * (place + 1)) / count,
								),
							}),
					word: words[place % words.length],
					...(codes ? { code: codes[place % codes.length] } : {}),
					...(place >= count - offline ? { offline: true as const } : {}),
				};
			});
			return add({
				correlationUuid: request.correlationUuid ?? random.uuid(),
				scriptId,
				createdAt,
				appearsAt: createdAt + appearsAfter * 1000,
				test: false,
				assets: jobs,
			}).id;
		},
		due() {
			const moment = now();
			const due = hidden.filter(({ appearsAt }) => appearsAt <= moment);
			hidden = hidden.filter(({ appearsAt }) => appearsAt > moment);
			return due;
		},
		find: (id) => byId.get(id),
		all: () => runs,
	};
}

/** The job of a run, for searches. */
export function jobOfRun(run: Run, scripts: ScriptEntry[]): ScriptJob {
	const script = scripts.find(({ id }) => id === run.scriptId)!;
	return {
		id: run.id,
		createdAt: run.createdAt,
		updatedAt: run.createdAt,
		script,
		tag: run.tag ?? jobTags[0],
		user: run.user,
		title: `${script.name}-${Math.floor(run.createdAt / 1000)}`,
		correlationUuid: run.correlationUuid,
		test: run.test,
		description: run.description,
	};
}
