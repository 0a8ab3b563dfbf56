import { assetJobRecord, pastAssetJobs, standingOf, type AssetJob } from './assetJobs';
import type { Asset } from './assets';
import type { ScriptJob } from './jobs';
import { timeRange } from './search';
import type { QualysSettings } from './settings';
import { DEFAULT_SORT, parseSort } from './sort';
import type { QualysUser } from './users';

/** What is asked about the asset jobs of a job. */
export interface AssetJobQuery {
	user: QualysUser;
	/** Whether their records hold what the script printed. */
	withResult: boolean;
	startAt?: string;
	endAt?: string;
	sort?: string;
}

export interface AssetJobSearch {
	/** Those that the user sees by now, each to be made a record of; newest first, unless sorted. Throws SearchError. */
	search(jobId: string, query: AssetJobQuery): Array<() => object>;
	/** How the assets of a job stand now. */
	standings(jobId: string): Array<{ asset: string; word: string; ended: boolean }>;
}

/** Searches asset jobs; they are worked out from their job when they are asked for. */
export function createAssetJobSearch(parts: {
	seed: number;
	now: () => number;
	assets: () => Asset[];
	settings: QualysSettings;
	/** A job that has shown up. */
	jobOf: (id: string) => ScriptJob | undefined;
	/** The asset jobs of a run, by the id of its job. */
	assetsOfRun: (id: string) => AssetJob[] | undefined;
}): AssetJobSearch {
	const { seed, now, assets, settings, jobOf, assetsOfRun } = parts;

	/** Those that are there by now. Each keeps its place, and so its id, while others are added. */
	const present = (job: ScriptJob) =>
		(assetsOfRun(job.id) ?? pastAssetJobs(seed, job, assets().length))
			.map((one, place) => ({ one, place }))
			.filter(({ one }) => one.createdAt <= now());

	return {
		search(jobId, { user, withResult, startAt, endAt, sort = DEFAULT_SORT }) {
			// The vendor shows a sort by this field only; one that says it twice is as one that says it once.
			const [{ sign }] = parseSort(sort, ['created.datetime']);
			const { from, to } = timeRange({ startAt, endAt });
			const job = jobOf(jobId);
			if (!job || (user.scope !== 'all' && !user.scope.includes(job.tag))) return [];
			return present(job)
				.filter(({ one }) => one.createdAt >= from && one.createdAt <= to)
				.sort((a, b) => (a.one.createdAt - b.one.createdAt) * sign)
				.map(({ one, place }) => {
					const about = {
						id: `${jobId}${String(place).padStart(5, '0')}`,
						jobId,
						script: job.script,
						asset: assets()[one.asset],
						test: job.test ?? false,
					};
					return () => assetJobRecord(one, about, { now: now(), withResult, settings });
				});
		},
		standings(jobId) {
			const job = jobOf(jobId);
			return (job ? present(job) : []).map(({ one }) => ({
				asset: assets()[one.asset].name,
				...standingOf(one, now()),
			}));
		},
	};
}
