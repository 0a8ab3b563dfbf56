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

/** The flat body of an import job's status at a simulated time (epoch milliseconds). */
export function importJobReply(seed: number, job: StartedImport, now: number): object {
	const life = lifeOf(seed, job);
	const seconds = (now - job.startedAt) / 1000;
	const writeTime = timeForms[life.timeForm];
	const [status, since] =
		seconds >= life.ends
			? [life.status, life.ends]
			: seconds >= life.queued
				? ['PROCESSING', life.queued]
				: ['INITIATED', 0];
	return {
		job_id: job.id,
		job_status: status,
		created_timestamp: writeTime(job.startedAt),
		last_updated: writeTime(job.startedAt + since * 1000),
		error_log: seconds >= life.ends ? life.errorLog : null,
	};
}
