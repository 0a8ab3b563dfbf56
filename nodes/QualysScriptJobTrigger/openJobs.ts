import { jobSummary, type AssetJob } from '../shared/qualys/assetJobs';
import { isObject, type JsonObject } from '../shared/json';

/** A job that has not ended, as it is kept from poll to poll. */
export interface OpenJob {
	id: string;
	/** Epoch milliseconds, by the vendor's clock. */
	created: number;
	/** As it will come out. */
	job: JsonObject;
	/** How many assets it had when it was last looked at. */
	assets?: number;
	/** When that was, in epoch milliseconds; absent where it is to be looked at now. */
	looked?: number;
}

/** So many jobs are kept; of more, the oldest are given up. */
export const MOST_OPEN = 500;

/** So many of them are looked at in one poll. */
export const MOST_LOOKS = 10;

const HOUR_MS = 3_600_000;

/** A job is looked at again after a tenth of its age, and at least once an hour. */
const AGE_SHARE = 10;

function isDue({ created, looked }: OpenJob, now: number): boolean {
	// A look that lies ahead: the machine's clock was set back.
	if (looked === undefined || looked > now) return true;
	return now - looked >= Math.min(Math.max(now - created, 0) / AGE_SHARE, HOUR_MS);
}

/** The jobs to look at in this poll: those that were not for the longest time. New ones do not push in before them. */
export const dueJobs = (open: OpenJob[], now: number): OpenJob[] =>
	open
		.filter((one) => isDue(one, now))
		.sort((a, b) => (a.looked ?? a.created) - (b.looked ?? b.created))
		.slice(0, MOST_LOOKS);

/**
 * Open jobs with what looks have told of them.
 * @param remembered as they were after the last poll. Where n8n polls from what it has stored each time, that lacks the
 * looks of which nothing came out, and no job would ever be seen twice.
 */
export function withLooks(open: OpenJob[], remembered: OpenJob[]): OpenJob[] {
	const known = new Map(remembered.map((job) => [job.id, job]));
	return open.map((job) => {
		const { assets = job.assets, looked = job.looked } = known.get(job.id) ?? job;
		return { ...job, assets, looked };
	});
}

/** Whether a job has been open for too long. */
export const isTooOld = ({ created }: OpenJob, now: number, milliseconds: number): boolean =>
	now - created >= milliseconds;

/**
 * What a look says of a job: it has ended where it has assets, as many as at the look before, and all have ended. One
 * with a word that nobody documented has not.
 */
export function afterLook(
	job: OpenJob,
	assets: AssetJob[],
	now: number,
): { ended: boolean; job: OpenJob } {
	const all = assets.length > 0 && assets.every(({ state }) => state === 'finished');
	const ended = all && assets.length === job.assets;
	// Where only the number has to be seen once more, the next poll does so.
	const looked = all ? undefined : now;
	return { ended, job: { ...job, assets: assets.length, looked } };
}

/** Those that are kept, and those that are too many. */
export function withinBounds(open: OpenJob[]): { kept: OpenJob[]; tooMany: OpenJob[] } {
	const newestFirst = [...open].sort((a, b) => b.created - a.created);
	const tooMany = newestFirst.slice(MOST_OPEN);
	return { kept: open.filter((one) => !tooMany.includes(one)), tooMany };
}

/** Counts of a job of which nobody knows how it stands. */
const UNKNOWN = {
	finished: false,
	total: null,
	passed: null,
	failed: null,
	pending: null,
	unknown: null,
	by_status: {},
	assets: [],
};

/**
 * A job as it comes out.
 * @param assets how they stand; `undefined` where that is not known
 * @param reason why it comes out although it has not ended
 */
export function endedItem(
	{ id, job }: Pick<OpenJob, 'id' | 'job'>,
	assets: AssetJob[] | undefined,
	{ complete, reason }: { complete: boolean; reason?: string },
): JsonObject {
	const counts = assets ? jobSummary(id, assets) : { job_id: id, ...UNKNOWN };
	const succeeded = complete && counts.failed === 0;
	return {
		...job,
		...counts,
		complete,
		succeeded,
		...(reason === undefined ? {} : { reason }),
	};
}

/** Whether a value is what {@link OpenJob}s are stored as. */
export const isOpenJob = (value: unknown): value is OpenJob =>
	isObject(value) &&
	typeof value.id === 'string' &&
	typeof value.created === 'number' &&
	isObject(value.job) &&
	(value.assets === undefined || typeof value.assets === 'number') &&
	(value.looked === undefined || typeof value.looked === 'number');
