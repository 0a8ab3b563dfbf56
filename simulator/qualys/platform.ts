import {
	createBatch,
	createHistory,
	createScriptEntries,
	recordOf,
	type JobBatch,
	type ScriptEntry,
	type ScriptJob,
} from './jobs';
import { createJobSearch, pageOf, type JobSearch, type SearchBody } from './search';
import { createAssetJobSearch, type AssetJobSearch } from './assetJobSearch';
import { createAssets, createTags, type Asset, type AssetTag } from './assets';
import { createRuns, jobOfRun, type Run, type Runs } from './runs';
import { defaultQualysSettings, type QualysSettings } from './settings';
import { createTokens, type Tokens, type TokenState } from './tokens';
import { createQualysUsers, type QualysUser } from './users';

/** How often a user signed in, or failed to. */
export interface LoginCount {
	granted: number;
	refused: number;
	/** Refusals since the last success. */
	refusedInARow: number;
	locked: boolean;
}

/** A limit to answer with: 429 as the gateway does, 409 as the classic API does. Real time. */
export interface QualysLimit {
	kind: '429' | '409';
	perWindow: number;
	windowSeconds: number;
	/** Whether refusals say how long to wait. */
	header: boolean;
}

export interface QualysPlatform {
	users: Record<string, QualysUser>;
	/** A bearer token of the admin user that does not expire by itself. */
	bearerToken: string;
	tokens: Tokens;
	/** By username. */
	logins: Record<string, LoginCount>;
	/** Checks a sign-in and counts it; returns the token, or why there is none. */
	signIn(username: string, password: string): { token: string } | { refusal: string };
	scripts: ScriptEntry[];
	/** How many jobs there are. Makes them, where nobody has searched yet. */
	jobCount(): number;
	/** Creates jobs now (simulated time), unless told when; one script for all of them, if told which. */
	createJobs(count: number, partial?: { scriptId?: number; createdAt?: number }): void;
	/** Every so many searches one job is created, before the answer; 0: never. */
	createEvery: number;
	limit: QualysLimit | undefined;
	/** A search's reply body. Throws SearchError. */
	search(body: SearchBody, user: QualysUser, version: 1 | 2): object;
	settings: QualysSettings;
	assets: Asset[];
	tags: AssetTag[];
	execute: Runs['execute'];
	runScript: Runs['start'];
	assetJobs: AssetJobSearch['search'];
	/** For tests. */
	assetJobsOf: AssetJobSearch['standings'];
	/** The page of a list that a body asks for. Throws SearchError. */
	page<T>(list: T[], body: Pick<SearchBody, 'pageNumber' | 'pageSize'>): T[];
	/** What to save. */
	batches(): JobBatch[];
	runs(): Run[];
}

/** After so many refused sign-ins in a row the account locks. */
const MOST_REFUSALS = 5;

/** What is made once, when it is first wanted. */
function once<T>(make: () => T): () => T {
	let made: { value: T } | undefined;
	return () => (made ??= { value: make() }).value;
}

/** The platform for a seed, as of `epoch` (simulated epoch milliseconds). Its jobs are made at the first search. */
export function createQualysPlatform(options: {
	seed: number;
	jobs: number;
	epoch: number;
	now: () => number;
	batches: JobBatch[];
	runs?: Run[];
	settings?: QualysSettings;
	tokens?: TokenState;
	onChange: () => void;
}): QualysPlatform {
	const { seed, epoch, now, onChange, settings = { ...defaultQualysSettings } } = options;
	const users = createQualysUsers();
	const tokens = createTokens({ seed, epoch, now, saved: options.tokens, onChange });
	const scripts = createScriptEntries(seed);
	const batches = [...options.batches];
	// Made when they are first asked for, as the jobs are.
	const machines = once(() => createAssets(seed));
	const tags = once(() => createTags(seed));
	const runs = createRuns({
		seed,
		now,
		scripts,
		assets: machines,
		tags,
		settings,
		saved: options.runs ?? [],
		onChange,
	});
	// Without a prototype: people sign in under any name, `__proto__` too.
	const logins = Object.create(null) as Record<string, LoginCount>;
	let made: { jobs: ScriptJob[]; past: number; search: JobSearch } | undefined;
	let searches = 0;

	const make = () => {
		if (made) return made;
		const jobs = createHistory(seed, options.jobs, epoch, scripts);
		for (const batch of batches) jobs.push(...createBatch(seed, batch, jobs.length, scripts));
		return (made = { jobs, past: jobs.length, search: createJobSearch(jobs, settings) });
	};

	/** Adds jobs to what is searched. */
	const show = (jobs: ScriptJob[]) => {
		if (jobs.length === 0) return;
		make().jobs.push(...jobs);
		make().search.add(jobs);
	};

	/** Jobs of runs show up when their time has come. */
	const showDue = () => show(runs.due().map((run) => jobOfRun(run, scripts)));

	const createJobs: QualysPlatform['createJobs'] = (count, partial = {}) => {
		const batch = { createdAt: now(), ...partial, count };
		if (made) {
			const jobs = createBatch(seed, batch, made.past, scripts);
			made.past += jobs.length;
			show(jobs);
		}
		batches.push(batch);
		onChange();
	};

	/** A job that can be searched for. */
	const jobOf = (id: string): ScriptJob | undefined => {
		make();
		showDue();
		return make().jobs.find((job) => job.id === id);
	};

	const assetJobs = createAssetJobSearch({
		seed,
		now,
		assets: machines,
		settings,
		jobOf,
		assetsOfRun: (id) => runs.find(id)?.assets,
	});

	const signIn: QualysPlatform['signIn'] = (username, password) => {
		const count = (logins[username] ??= {
			granted: 0,
			refused: 0,
			refusedInARow: 0,
			locked: false,
		});
		const user = Object.values(users).find((candidate) => candidate.username === username);
		if (!count.locked && user?.password === password) {
			count.granted++;
			count.refusedInARow = 0;
			return { token: tokens.mint(username) };
		}
		count.refused++;
		count.refusedInARow++;
		count.locked ||= count.refusedInARow >= MOST_REFUSALS;
		return {
			refusal: count.locked
				? 'Authentication Failure: Account is locked after too many failed logins'
				: 'Authentication Failure: Invalid username or password',
		};
	};

	const platform: QualysPlatform = {
		users,
		bearerToken: tokens.longLived(users.admin.username),
		tokens,
		logins,
		signIn,
		scripts,
		jobCount: () => make().jobs.length,
		createJobs,
		createEvery: 0,
		limit: undefined,
		search(body, user, version) {
			searches++;
			if (platform.createEvery > 0 && searches % platform.createEvery === 0) createJobs(1);
			make();
			showDue();
			const { totalCount, rows } = make().search.search(body, user.scope);
			if (version === 1) {
				const list = rows.map(({ job }) => recordOf(job, 1));
				return { errorCode: null, message: null, body: { totalCount, list } };
			}
			const list = rows.map(({ job, sortValues }) => ({
				sortValues,
				data: recordOf(job, 2),
			}));
			return { body: { totalCount, list } };
		},
		settings,
		get assets() {
			return machines();
		},
		get tags() {
			return tags();
		},
		execute: runs.execute,
		runScript: runs.start,
		assetJobs: assetJobs.search,
		assetJobsOf: assetJobs.standings,
		page: (list, body) => pageOf(list, body, settings),
		batches: () => batches,
		runs: runs.all,
	};
	return platform;
}
