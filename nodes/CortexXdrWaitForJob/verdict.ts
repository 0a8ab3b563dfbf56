import { countByStatus, type EndpointRow } from '../shared/cortex/actionStatus';
import {
	ENDPOINT_STATUSES,
	IMPORT_JOB_STATUSES,
	meaningOf,
	type Meaning,
} from '../shared/cortex/statuses';
import type { JsonObject } from '../shared/transport/answer';
import type { Fault } from '../shared/transport/fault';
import type { Settings } from './settings';

export type Outcome = 'succeeded' | 'failed' | 'timedOut' | 'notFound';

export interface Progress {
	total: number;
	finished: number;
	succeeded: number;
	failed: number;
}

/** How a job stands. */
export interface Standing {
	/** The job has ended, or enough of it. */
	ended: boolean;
	/** What it ended as; meaningless before. */
	succeeded: boolean;
	/** The job's own word, or the most telling one of its endpoints. */
	status: string;
	progress: Progress;
	by_status: Record<string, number>;
	errors: string[];
	/** Absent for import jobs. */
	endpoints?: EndpointRow[];
}

type Judged = Pick<Settings, 'acceptPartial' | 'finishedShare' | 'requiredShare'>;

const isSuccess = ({ succeeded, partial }: Meaning, { acceptPartial }: Judged) =>
	succeeded || (partial === true && acceptPartial);

const reaches = (part: number, whole: number, percent: number) => part * 100 >= whole * percent;

/**
 * Words from the most to the least telling, by how a job stands. A word that nobody documented tells most
 * about a job that is still going on.
 */
const TELLING = {
	failed: [
		'FAILED',
		'TIMEOUT',
		'EXPIRED',
		'ABORTED',
		'CANCELLED',
		'CANCELED',
		'COMPLETED_PARTIAL',
		'COMPLETED_SUCCESSFULLY',
	],
	succeeded: ['COMPLETED_SUCCESSFULLY', 'COMPLETED_PARTIAL', 'FAILED'],
	goingOn: ['PENDING_ABORT', 'IN_PROGRESS', 'PENDING'],
} as const;

function mostTelling(statuses: string[], order: readonly string[]): string {
	const rank = (status: string) => order.indexOf(status.trim().toUpperCase());
	const known = statuses.filter((status) => rank(status) >= 0);
	return known.sort((a, b) => rank(a) - rank(b))[0] ?? statuses[0] ?? '';
}

/** A row that did not succeed, in words. */
const rowError = ({ endpoint_id, status, error }: EndpointRow) =>
	`${endpoint_id}: ${status}${error ? ` (${error})` : ''}`;

/** How an action stands, from its endpoints. An action without known endpoints has only just begun. */
export function actionStanding(rows: EndpointRow[], settings: Judged): Standing {
	const judged = rows.map((row) => ({ row, meaning: meaningOf(ENDPOINT_STATUSES, row.status) }));
	const finished = judged.filter(({ meaning }) => meaning.finished);
	const bad = finished.filter(({ meaning }) => !isSuccess(meaning, settings)).map(({ row }) => row);
	const succeeded = finished.length - bad.length;
	const ended =
		finished.length > 0 && reaches(finished.length, rows.length, settings.finishedShare);
	const success = ended && reaches(succeeded, finished.length, settings.requiredShare);
	const going = judged.filter(({ meaning }) => !meaning.finished).map(({ row }) => row.status);
	const unknown = going.find(
		(status) => !Object.hasOwn(ENDPOINT_STATUSES, status.trim().toUpperCase()),
	);
	const telling = ended
		? mostTelling(
				finished.map(({ row }) => row.status),
				success ? TELLING.succeeded : TELLING.failed,
			)
		: (unknown ?? mostTelling(going, TELLING.goingOn));
	return {
		ended,
		succeeded: success,
		status: telling,
		progress: { total: rows.length, finished: finished.length, succeeded, failed: bad.length },
		by_status: countByStatus(rows),
		errors: bad.map(rowError),
		endpoints: rows,
	};
}

/** How an import job stands, from what {@link importJob} read. */
export function importStanding(
	job: JsonObject & { job_status: string; errors: string[] },
	settings: Judged,
): Standing {
	const meaning = meaningOf(IMPORT_JOB_STATUSES, job.job_status);
	const succeeded = isSuccess(meaning, settings);
	const one = (yes: boolean) => (yes ? 1 : 0);
	return {
		ended: meaning.finished,
		succeeded,
		status: job.job_status,
		progress: {
			total: 1,
			finished: one(meaning.finished),
			succeeded: one(succeeded),
			failed: one(meaning.finished && !succeeded),
		},
		by_status: { [job.job_status]: 1 },
		errors: job.errors,
	};
}

/** What a poll that brought no standing says about the job. */
export type Silence =
	/** Nothing: the tenant or the way to it has a problem. */
	| 'passing'
	/** The tenant does not let us ask, and will not the next time either. */
	| 'refused'
	/**
	 * It may well say something: the tenant has an answer that is not this job's standing, or something is wrong on the
	 * way to it that does not heal by itself, such as a certificate or a redirect.
	 */
	| 'missing';

/** By status of the answer: the tenant's verdict about the key or the request. */
const REFUSALS = [400, 401, 402, 403, 413, 422];

/** Judges a poll that failed. */
export function silence({ details }: Fault): Silence {
	const { status = 0, passing, throttled, unexpected, envelope, local } = details;
	if (passing || throttled) return 'passing';
	if (local || (REFUSALS.includes(status) && !unexpected)) return 'refused';
	return status >= 500 && !envelope ? 'passing' : 'missing';
}

/** So many misses in a row end a job. */
export const MOST_MISSES = 3;
