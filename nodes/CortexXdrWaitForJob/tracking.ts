import { isObject, parseJson, type JsonObject } from '../shared/transport/answer';
import type { EndpointRow } from '../shared/cortex/actionStatus';
import { sentences, type Fault } from '../shared/transport/fault';
import { InputError } from '../shared/input/inputError';
import { clock } from '../shared/transport/clock';
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

/** A plan for these jobs, whose clock starts now. */
export const startPlan = (plan: Omit<Plan, 'startedAt'>): Plan => ({
	...plan,
	startedAt: clock.now(),
});

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
 * Whether a job's time is up with this poll.
 *
 * Never with the first one: of thousands of jobs, the last are asked for minutes after the clock has started, and
 * one look is no wait.
 *
 * @param round how many polls there were with this one
 * @param elapsed seconds since the clock started
 */
export const isDue = ({ settings }: Job, round: number, elapsed: number) =>
	round > 1 && elapsed >= settings.timeout;

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
	const due = isDue(job, round, elapsed);
	if ('standing' in poll) {
		const { ended, succeeded, ...now } = poll.standing;
		// Endpoints that were named once do not cease to be part of the job.
		const standing = now.progress.total === 0 ? (before.standing ?? now) : now;
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
		const unknown = job.type === 'importJob' && fault.details.status === 404;
		return { ...tracked, end: end(unknown ? 'notFound' : 'failed') };
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
	/** Null where they could not be fetched; absent for import jobs. */
	endpoints?: EndpointRow[] | null;
	/** Rows of a script's results; null where they could not be fetched. */
	results?: JsonObject[] | null;
	/** Why endpoints did not succeed, where these are known better than from the last poll. */
	reasons?: string[];
	/** Why something could not be fetched. */
	errors: string[];
	/** What could not be fetched may be there in a while. */
	again: boolean;
}

const NO_DETAILS: Details = { errors: [], again: false };

/** The item that a job comes out as. */
export function jobItem(job: Job, plan: Plan, tracked: Tracked & { end: End }, details: Details) {
	const { standing, end, fault } = tracked;
	const reasons = details.reasons ?? standing?.errors ?? [];
	const errors = [...reasons, ...(fault ? [fault] : []), ...details.errors];
	return {
		job_type: job.type,
		job_id: job.id,
		outcome: end.outcome,
		status: standing?.status ?? '',
		progress: standing?.progress ?? EMPTY,
		by_status: standing?.by_status ?? {},
		...(details.endpoints === undefined ? {} : { endpoints: details.endpoints }),
		errors,
		...(details.results === undefined ? {} : { results: details.results }),
		polls: end.polls,
		started_at: new Date(plan.startedAt).toISOString(),
		finished_at: new Date(end.at).toISOString(),
		waited_seconds: Math.round((end.at - plan.startedAt) / 100) / 10,
	};
}

export type JobItem = ReturnType<typeof jobItem>;

/** How a job stands whose wait is parked: its item, without what only the end brings. */
export function standingItem(job: Job, plan: Plan, tracked: Tracked) {
	const { standing, end, fault } = tracked;
	if (end) return jobItem(job, plan, { ...tracked, end }, NO_DETAILS);
	return {
		job_type: job.type,
		job_id: job.id,
		status: standing?.status ?? '',
		progress: standing?.progress ?? EMPTY,
		by_status: standing?.by_status ?? {},
		errors: [`${lastKnown(job, tracked)} when it was last asked for`, ...(fault ? [fault] : [])],
		started_at: new Date(plan.startedAt).toISOString(),
	};
}

const OUTCOMES_IN_WORDS: Record<Outcome, string> = {
	succeeded: 'succeeded',
	failed: 'failed',
	timedOut: 'was still going on at the deadline',
	notFound: 'was not found',
};

const KINDS: Record<Job['type'], string> = {
	endpointAction: 'Action',
	scriptExecution: 'Script execution',
	importJob: 'Import job',
};

/** At most so many reasons are part of the sentence about one job, each so long. */
const REASONS = { count: 3, characters: 300 };

const short = (text: string) =>
	text.length > REASONS.characters ? `${text.slice(0, REASONS.characters)} …` : text;

/** A job by its kind, id and standing: "Action 7 (IN_PROGRESS, 1 of 2 endpoints finished)", in two parts. */
function standingText({ type, id }: Pick<Job, 'type' | 'id'>, standing: Known): [string, string] {
	const { status = '', progress = EMPTY } = standing ?? {};
	const counts =
		progress.total > 1 ? `, ${progress.finished} of ${progress.total} endpoints finished` : '';
	return [`${KINDS[type]} ${id}`, status ? ` (${status}${counts})` : ''];
}

type Known = Pick<Standing, 'status' | 'progress'> | undefined;

/** Takes secrets out of a text; it must come before the text is cut. */
export type Clean = (text: string) => string;

const asItIs: Clean = (text) => text;

/** A job that did not succeed, in one sentence: id, outcome, status, and the reasons if wanted. */
export function failureText(item: JobItem, withReasons = true, clean = asItIs): string {
	const { job_type, job_id, outcome, status, errors } = item;
	if (outcome === 'succeeded') return '';
	const [job, standing] = standingText({ type: job_type, id: job_id }, item);
	const ended = `${job} ${OUTCOMES_IN_WORDS[outcome]}${standing}`;
	if (!withReasons) return ended;
	// Neither endpoints nor a fault: that is all there was to know.
	const unknown = status === '' && errors.length === 0 ? 'Cortex named no endpoints of it' : '';
	const reasons = errors.slice(0, REASONS.count).map((text) => short(clean(text)));
	const shown = reasons.join('; ') || unknown;
	const more = errors.length > REASONS.count ? `; and ${errors.length - REASONS.count} more` : '';
	return `${ended}${shown && `: ${shown}`}${more}`;
}

/** So many jobs are listed with their reasons in one error, the others without. */
const JOBS_WITH_REASONS = 50;

/** What went wrong with a node's jobs, for On Error: Stop Workflow. */
export interface Summary {
	message: string;
	/** A line each, nothing left out: the node has no output that could tell the rest. */
	description: string;
}

/** The error of a node of which not every job succeeded. It counts the jobs, and names those that did not succeed. */
export function summaryOf(items: JobItem[], clean = asItIs): Summary | undefined {
	// One job can end in two ways, for items that wait with other settings.
	const keyOf = ({ job_type, job_id, outcome }: JobItem) => `${job_type} ${job_id} ${outcome}`;
	const distinct = [...new Map(items.map((item) => [keyOf(item), item])).values()];
	const bad = distinct.filter(({ outcome }) => outcome !== 'succeeded');
	if (bad.length === 0) return undefined;
	const lines = bad.map((item, index) => failureText(item, index < JOBS_WITH_REASONS, clean));
	return {
		message: `${bad.length} of ${distinct.length} ${distinct.length === 1 ? 'job' : 'jobs'} did not succeed`,
		description: lines.join('\n'),
	};
}

/** What was known of a job when its wait broke off, in one sentence. */
export function lastKnown(job: Job, { standing, end }: Tracked): string {
	const [name, status] = standingText(job, standing);
	return `${name} ${end ? OUTCOMES_IN_WORDS[end.outcome] : 'was still running'}${status}`;
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
