import { createRandom } from '../random';
import type { StartedImport } from './jobs';

/** An import's course, in simulated seconds since its start. */
interface ImportLife {
	queued: number;
	ends: number;
	status: string;
	errorLog: unknown;
	/** The vendor's page names no type for its times. */
	timeForm: keyof typeof timeForms;
}

const timeForms = {
	milliseconds: (ms: number) => Math.round(ms),
	iso: (ms: number) => new Date(ms).toISOString(),
	seconds: (ms: number) => Math.floor(ms / 1000),
};

const timeFormNames = Object.keys(timeForms) as Array<keyof typeof timeForms>;

const ERRORS = [
	{ asset: 'web-017.corp.example', error: 'Asset has neither an IP address nor a MAC address' },
	{ asset: 'sql-002.corp.example', error: 'CVE-2023-99999 is not a known vulnerability' },
];

/** Every form an error log could have; the vendor documents none. */
export const errorLogForms: Record<string, unknown> = {
	objects: ERRORS,
	texts: ERRORS.map(({ asset, error }) => `${asset}: ${error}`),
	jsonText: JSON.stringify(ERRORS),
	text: '2 of 40 assets could not be imported',
	nothing: null,
};

/** The vendor ends a job that is still being processed after so long. */
const MOST_SECONDS = 24 * 3600;

/** Error log of a job that the vendor ended. */
export const TIMED_OUT = 'The job was still PROCESSING after 24 hours and was ended';

/** One moment of an import: its status, when it came to that (simulated seconds since the start), and the error log. */
interface Moment {
	status: string;
	since: number;
	errorLog: unknown;
}

const outcomes = [
	{ status: 'COMPLETED', weight: 85 },
	{ status: 'COMPLETED_WITH_ERRORS', weight: 10 },
	{ status: 'FAILED', weight: 5 },
];

function lifeOf(seed: number, job: StartedImport): ImportLife {
	const random = createRandom(seed, job.kind, job.id);
	const status = job.plan?.statuses[0] ?? random.weighted(outcomes).status;
	const chanceLog = status === 'COMPLETED' ? null : random.pick(Object.values(errorLogForms));
	const ends = job.plan?.durationSeconds ?? random.integer(60, 600);
	return {
		queued: Math.min(20, ends / 4),
		ends,
		status,
		errorLog: job.plan && 'errorLog' in job.plan ? job.plan.errorLog : chanceLog,
		timeForm: random.pick(timeFormNames),
	};
}

function momentOf(life: ImportLife, seconds: number): Moment {
	if (seconds >= life.ends) {
		return { status: life.status, since: life.ends, errorLog: life.errorLog };
	}
	return seconds >= life.queued
		? { status: 'PROCESSING', since: life.queued, errorLog: null }
		: { status: 'INITIATED', since: 0, errorLog: null };
}

/** The vendor promises an end to PROCESSING only: INITIATED, and words that nobody documented, stay. */
function endedInTime(life: ImportLife, seconds: number): Moment {
	const isEnded = seconds >= MOST_SECONDS && momentOf(life, MOST_SECONDS).status === 'PROCESSING';
	return isEnded
		? { status: 'COMPLETED_WITH_ERRORS', since: MOST_SECONDS, errorLog: TIMED_OUT }
		: momentOf(life, seconds);
}

/** The flat body of an import job's status at a simulated time (epoch milliseconds). */
export function importJobReply(
	seed: number,
	job: StartedImport,
	now: number,
): { job_status: string; [field: string]: unknown } {
	const life = lifeOf(seed, job);
	const { status, since, errorLog } = endedInTime(life, (now - job.startedAt) / 1000);
	const writeTime = timeForms[life.timeForm];
	return {
		job_id: job.id,
		job_status: status,
		created_timestamp: writeTime(job.startedAt),
		last_updated: writeTime(job.startedAt + since * 1000),
		error_log: errorLog,
	};
}
