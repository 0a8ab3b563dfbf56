import { isObject, type JsonObject } from '../shared/transport/answer';
import type { EndpointRow } from '../shared/cortex/actionStatus';
import type { Fault } from '../shared/transport/fault';
import { InputError } from '../shared/input/inputError';
import type { Job } from './settings';
import { MOST_MISSES, silence, type Outcome, type Progress, type Standing } from './verdict';

/** What does not change while a node waits. It travels with a parked wait, and holds no secret. */
export interface Plan {
	/** Moment of the first poll, epoch milliseconds. The clock of all timeouts starts here. */
	startedAt: number;
	/** Jobs to wait for, each once. */
	jobs: Job[];
	/** What each input item waits for: a job by its place in `jobs`, or why its input was refused. */
	items: Array<number | { refusal: string; hint?: string }>;
	onError: 'stop' | 'continue' | 'errorOutput';
}

/** How a job ended. */
export interface End {
	outcome: Outcome;
	/** Polls that it took. */
	polls: number;
	/** Epoch milliseconds. */
	at: number;
}

/** What is known of one job. */
export interface Tracked {
	/** Its last known standing; of a job that was parked, without endpoints. */
	standing?: Omit<Standing, 'ended' | 'succeeded'>;
	/** Answers in a row that were not the job's standing. */
	misses: number;
	/** Words of the last poll that brought no standing; gone after one that did. */
	fault?: string;
	end?: End;
}

/** What a poll brought. */
export type Poll = { standing: Standing } | { fault: Fault };

const words = ({ message, details }: Fault) => [message, details.hint].filter(Boolean).join('. ');

/**
 * What is known of a job after one more poll.
 *
 * @param poll what it brought
 * @param round how many polls there were with it
 * @param elapsed seconds since the first poll
 * @param now epoch milliseconds
 */
export function afterPoll(
	before: Tracked,
	poll: Poll,
	job: Job,
	{ round, elapsed, now }: { round: number; elapsed: number; now: number },
): Tracked {
	const end = (outcome: Outcome): End => ({ outcome, polls: round, at: now });
	const due = elapsed >= job.settings.timeout;
	if ('standing' in poll) {
		const { ended, succeeded, ...standing } = poll.standing;
		const outcome = ended ? (succeeded ? 'succeeded' : 'failed') : due ? 'timedOut' : undefined;
		return { standing, misses: 0, end: outcome && end(outcome) };
	}
	const { fault } = poll;
	const kind = silence(fault);
	const tracked: Tracked = {
		...before,
		misses: kind === 'missing' ? before.misses + 1 : 0,
		fault: words(fault),
	};
	if (kind === 'refused') return { ...tracked, end: end('failed') };
	if (tracked.misses >= MOST_MISSES) {
		return { ...tracked, end: end(fault.details.status === 404 ? 'notFound' : 'failed') };
	}
	return due ? { ...tracked, end: end('timedOut') } : tracked;
}

/** Bytes that texts of one job may take up while it is parked: its errors, and its last fault. */
const PARKED_TEXT = 250;

/** The beginning of a text that takes up no more than so many bytes as JSON. */
function fitting(text: string, bytes: number): string {
	let start = text.slice(0, Math.max(bytes, 0));
	while (start !== '' && Buffer.byteLength(JSON.stringify(start)) > bytes + 2) {
		start = start.slice(0, -Math.ceil(start.length / 8));
	}
	return start;
}

/** As much of the texts as fits. */
function allFitting(texts: string[], bytes: number): string[] {
	const kept: string[] = [];
	let left = bytes;
	for (const text of texts) {
		const part = fitting(text, left);
		if (part === '') break;
		kept.push(part);
		left -= Buffer.byteLength(JSON.stringify(part)) + 1;
	}
	return kept;
}

/** At most so many different words of a status are kept while a job is parked, each so long. */
const PARKED_WORDS = { count: 10, bytes: 25 };

/**
 * What is known of a job as a text that is small enough to be stored round by round: neither endpoints nor
 * results. n8n stores equal texts once, so a job that did not move costs nothing.
 */
export function pack({ standing, misses, fault, end }: Tracked): string {
	const byStatus = Object.entries(standing?.by_status ?? {}).slice(0, PARKED_WORDS.count);
	const { total, finished, succeeded, failed } = standing?.progress ?? EMPTY;
	return JSON.stringify({
		s: standing && [
			fitting(standing.status, PARKED_WORDS.bytes),
			[total, finished, succeeded, failed],
			Object.fromEntries(
				byStatus.map(([word, count]) => [fitting(word, PARKED_WORDS.bytes), count]),
			),
			end ? allFitting(standing.errors, PARKED_TEXT) : [],
		],
		m: misses || undefined,
		f: fault && fitting(fault, PARKED_TEXT),
		e: end && [end.outcome, end.polls, end.at],
	});
}

const EMPTY: Progress = { total: 0, finished: 0, succeeded: 0, failed: 0 };

/** The reverse of {@link pack}. */
export function unpack(text: string): Tracked {
	const { s, m, f, e } = JSON.parse(text) as {
		s?: [string, [number, number, number, number], Record<string, number>, string[]];
		m?: number;
		f?: string;
		e?: [Outcome, number, number];
	};
	return {
		standing: s && {
			status: s[0],
			progress: { total: s[1][0], finished: s[1][1], succeeded: s[1][2], failed: s[1][3] },
			by_status: s[2],
			errors: s[3],
		},
		misses: m ?? 0,
		fault: f,
		end: e && { outcome: e[0], polls: e[1], at: e[2] },
	};
}

/** What was fetched of a job once it had ended. */
export interface Details {
	endpoints?: EndpointRow[];
	/** Rows of a script's results; null where they could not be fetched. */
	results?: JsonObject[] | null;
	/** Why something could not be fetched. */
	errors: string[];
}

/** The item that a job comes out as. */
export function jobItem(job: Job, plan: Plan, tracked: Tracked & { end: End }, details: Details) {
	const { standing, end, fault } = tracked;
	const errors = [...(standing?.errors ?? []), ...(fault ? [fault] : []), ...details.errors];
	return {
		job_type: job.type,
		job_id: job.id,
		outcome: end.outcome,
		status: standing?.status ?? '',
		progress: standing?.progress ?? EMPTY,
		by_status: standing?.by_status ?? {},
		...(job.type === 'importJob' ? {} : { endpoints: details.endpoints ?? [] }),
		errors,
		...(details.results === undefined ? {} : { results: details.results }),
		polls: end.polls,
		started_at: new Date(plan.startedAt).toISOString(),
		finished_at: new Date(end.at).toISOString(),
		waited_seconds: Math.round((end.at - plan.startedAt) / 100) / 10,
	};
}

export type JobItem = ReturnType<typeof jobItem>;

const REASONS: Record<Exclude<Outcome, 'succeeded'>, string> = {
	failed: 'failed',
	timedOut: 'was still going on at the deadline',
	notFound: 'was not found',
};

const KINDS: Record<Job['type'], string> = {
	endpointAction: 'Action',
	scriptExecution: 'Script execution',
	importJob: 'Import job',
};

/** At most so many reasons stand in the sentence about one job. */
const REASONS_SHOWN = 3;

/** A job that did not succeed, in one sentence: id, outcome, status, reason. */
export function failureText(item: JobItem): string {
	const { job_type, job_id, outcome, status, progress, errors } = item;
	if (outcome === 'succeeded') return '';
	const counts =
		progress.total > 1 ? `, ${progress.finished} of ${progress.total} endpoints finished` : '';
	const shown = errors.slice(0, REASONS_SHOWN).join('; ');
	const more = errors.length > REASONS_SHOWN ? `; and ${errors.length - REASONS_SHOWN} more` : '';
	return `${KINDS[job_type]} ${job_id} ${REASONS[outcome]}${status ? ` (${status}${counts})` : ''}${shown && `: ${shown}`}${more}`;
}

/** At most so many jobs are listed in one error. */
const JOBS_LISTED = 50;

/**
 * The error of a node of which not every job succeeded, for On Error: Stop Workflow. It counts the jobs, and
 * lists those that did not succeed.
 */
export function summaryOf(items: JobItem[]): InputError | undefined {
	const distinct = [...new Map(items.map((item) => [item.job_type + item.job_id, item])).values()];
	const bad = distinct.filter(({ outcome }) => outcome !== 'succeeded');
	if (bad.length === 0) return undefined;
	const listed = bad.slice(0, JOBS_LISTED).map(failureText);
	if (bad.length > JOBS_LISTED) listed.push(`and ${bad.length - JOBS_LISTED} more`);
	return new InputError(
		`${bad.length} of ${distinct.length} ${distinct.length === 1 ? 'job' : 'jobs'} did not succeed`,
		listed.join('\n'),
	);
}

/** Whether a value is what {@link pack}ed jobs travel in. */
export function isParkedState(value: unknown): value is { round: number; jobs: string[] } {
	return isObject(value) && typeof value.round === 'number' && Array.isArray(value.jobs);
}
