import { createRandom } from '../random';
import { standingOf, type AssetJob } from './assetJobs';
import type { Asset, AssetTag } from './assets';
import type { ScriptEntry, ScriptJob } from './jobs';
import { SearchError } from './errors';
import type { QualysSettings } from './settings';
import type { QualysUser } from './users';

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

/** The body of an execution. */
export interface ExecuteBody {
	testMode?: boolean | 'true' | 'false';
	testTags?: Array<{ id: string | number; UUId: string }>;
	testAssets?: Array<{ id: string | number; UUId: string }>;
	assetIds?: string | Array<string | number>;
	assetTagIds?: string | Array<string | number>;
	excludedAssetIds?: string | Array<string | number>;
	description?: string;
	user?: { id: string; name: string };
}

/** Ids of jobs that were executed here: apart from those of the past, of which there are any number. */
const FIRST_RUN_ID = 2_000_000;

const LOCK_MS = 14 * 24 * 3600 * 1000;
const DAY_MS = 24 * 3600 * 1000;

/** Refuses as the API does. */
export class ExecutionError extends SearchError {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(`CAR-${status}`, message);
	}
}

const fail = (status: number, message: string): never => {
	throw new ExecutionError(status, message);
};

export interface Runs {
	/** @returns the correlation UUID */
	execute(scriptId: number, body: ExecuteBody, user: QualysUser): string;
	/** @returns the id of the job */
	start(request?: RunRequest): string;
	/** Runs whose jobs have to show up now, each told once. */
	due(): Run[];
	find(id: string): Run | undefined;
	/** What to save. */
	all(): Run[];
}

/** Which assets an execution is for. */
function targetsOf(
	body: ExecuteBody,
	{ assets, tags, settings }: { assets: Asset[]; tags: AssetTag[]; settings: QualysSettings },
): number[] {
	const placeOf = (id: string) => {
		const place = assets.findIndex((asset) => String(asset.id) === id);
		return place >= 0 ? place : fail(400, `Asset ${id} is not valid`);
	};
	const tagOf = (id: string) =>
		tags.find((tag) => String(tag.id) === id) ?? fail(400, `Tag ${id} is not valid`);
	if (String(body.testMode) === 'true') {
		const places = (body.testTags ?? []).flatMap(({ id, UUId }) => {
			const tag = tagOf(String(id));
			if (tag.uuid !== UUId) fail(400, `Tag ${id} does not have the UUID ${UUId}`);
			if (!tag.lab) fail(400, `Tag ${tag.name} is not a tag of the lab`);
			return tag.assets;
		});
		places.push(...(body.testAssets ?? []).map(({ id }) => placeOf(String(id))));
		return places.length > 0 ? places : fail(400, 'testAssets or testTags must be given');
	}
	const listed = (name: 'assetIds' | 'assetTagIds' | 'excludedAssetIds'): string[] => {
		const { [name]: value } = body;
		if (value === undefined) return [];
		if (Array.isArray(value) !== settings.targetsAsLists) {
			fail(400, `${name} must be ${settings.targetsAsLists ? 'a list' : 'a text'}`);
		}
		return Array.isArray(value) ? value.map(String) : value.split(',').map((id) => id.trim());
	};
	const [ids, tagIds] = [listed('assetIds'), listed('assetTagIds')];
	if (ids.length + tagIds.length === 0) fail(400, 'assetIds or assetTagIds must be given');
	const places = [...ids.map(placeOf), ...tagIds.flatMap((id) => tagOf(id).assets)];
	const excluded = new Set(listed('excludedAssetIds').map(placeOf));
	return places.filter((place) => !excluded.has(place));
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
	const executed = new Map<string, { day: number; count: number }>();

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

	const countExecution = ({ username }: QualysUser) => {
		const day = Math.floor(now() / DAY_MS);
		const known = executed.get(username);
		const count = known?.day === day ? known.count : 0;
		if (count >= settings.executionsPerDay) fail(429, 'Executions of the day are used up');
		executed.set(username, { day, count: count + 1 });
	};

	return {
		execute(scriptId, body, user) {
			if (!scripts.some(({ id }) => id === scriptId)) fail(404, `Script ${scriptId} is not found`);
			if (user.role === 'viewer') fail(403, 'User does not have permission to execute the script');
			if (settings.userMandatory && !body.user) fail(400, 'user must not be null');
			const targets = [
				...new Set(targetsOf(body, { assets: assets(), tags: tags(), settings })),
			].filter((asset) => !isLocked(scriptId, asset));
			countExecution(user);
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
					test: String(body.testMode) === 'true',
					description: body.description,
					assets: jobs.filter((_, place) => place % settings.jobsPerRun === part),
				});
			}
			return correlationUuid;
		},
		start(request = {}) {
			const { assets: count = 3, durationSeconds = 60, words = ['EXECUTION PASSED'] } = request;
			const { codes, offline = 0, hold, appearsAfter = 0, growsEvery = 0 } = request;
			const createdAt = request.createdAt ?? now();
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
				scriptId: request.scriptId ?? scripts[0].id,
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
export function jobOfRun(run: Run, scripts: ScriptEntry[], tag: string): ScriptJob {
	const script = scripts.find(({ id }) => id === run.scriptId) ?? scripts[0];
	return {
		id: run.id,
		createdAt: run.createdAt,
		updatedAt: run.createdAt,
		script,
		tag,
		title: `${script.name}-${Math.floor(run.createdAt / 1000)}`,
		correlationUuid: run.correlationUuid,
		test: run.test,
		description: run.description,
	};
}
