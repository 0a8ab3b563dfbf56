import { isObject, parseJson, type JsonObject } from '../shared/transport/answer';
import type { EndpointRow } from '../shared/cortex/actionStatus';
import { sentences, type Fault } from '../shared/transport/fault';
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

const words = ({ message, details }: Fault) => sentences(message, details.hint);

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

/** What travels with a parked wait is not what this node put there. */
export const lostState = () =>
	new InputError(
		'This wait has lost its state',
		'Its sub-execution was changed or copied. Run the workflow again.',
	);

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isList = <T>(value: unknown, holds: (one: unknown) => one is T): value is T[] =>
	Array.isArray(value) && value.every(holds);

/** A standing as {@link pack} writes it: word, counts, counts by word, errors. */
type PackedStanding = [string, [number, number, number, number], Record<string, number>, string[]];

function isPackedStanding(value: unknown): value is PackedStanding {
	if (!Array.isArray(value)) return false;
	const [word, counts, byStatus, errors] = value as unknown[];
	return (
		isText(word) &&
		isList(counts, isNumber) &&
		counts.length === 4 &&
		isObject(byStatus) &&
		Object.values(byStatus).every(isNumber) &&
		isList(errors, isText)
	);
}

const OUTCOMES: readonly unknown[] = [
	'succeeded',
	'failed',
	'timedOut',
	'notFound',
] satisfies Outcome[];

function isPackedEnd(value: unknown): value is [Outcome, number, number] {
	if (!Array.isArray(value)) return false;
	const [outcome, polls, at] = value as unknown[];
	return OUTCOMES.includes(outcome) && isNumber(polls) && isNumber(at) && isMoment(at);
}

const isMoment = (epoch: number) => !Number.isNaN(new Date(epoch).getTime());

/**
 * The reverse of {@link pack}.
 * @throws {InputError} for anything else
 */
export function unpack(text: unknown): Tracked {
	const packed = isText(text) ? parseJson(text) : undefined;
	if (!isObject(packed)) throw lostState();
	const { s, m, f, e } = packed;
	if (s !== undefined && !isPackedStanding(s)) throw lostState();
	if (m !== undefined && !isNumber(m)) throw lostState();
	if (f !== undefined && !isText(f)) throw lostState();
	if (e !== undefined && !isPackedEnd(e)) throw lostState();
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
	// Neither endpoints nor a fault: that is all there was to know.
	const unknown = status === '' && errors.length === 0 ? 'Cortex named no endpoints of it' : '';
	const shown = errors.slice(0, REASONS_SHOWN).join('; ') || unknown;
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
	// One job can end in two ways, for items that wait with other settings.
	const keyOf = ({ job_type, job_id, outcome }: JobItem) => `${job_type} ${job_id} ${outcome}`;
	const distinct = [...new Map(items.map((item) => [keyOf(item), item])).values()];
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
export function isParkedState(value: unknown): value is { round: number; jobs: unknown[] } {
	return isObject(value) && isNumber(value.round) && Array.isArray(value.jobs);
}

const isJob = (value: unknown): value is Job =>
	isObject(value) && isText(value.type) && isText(value.id) && isObject(value.settings);

/** Whether a value is a plan. Its settings were read when it was made. */
export function isPlan(value: unknown): value is Plan {
	if (!isObject(value)) return false;
	const { startedAt, jobs, items, onError } = value;
	const known = Array.isArray(jobs) && jobs.length > 0 && jobs.every(isJob);
	return (
		known &&
		isNumber(startedAt) &&
		isMoment(startedAt) &&
		isText(onError) &&
		Array.isArray(items) &&
		items.every((item) => isObject(item) || (isNumber(item) && item in jobs))
	);
}
