import { sentences, type Fault } from '../errors';
import { clock } from '../transport/clock';
import { consequencesOf } from '../transport/consequences';
import type { Job, JobState, Outcome, Plan, Settings, State, Status } from './job';

/** A plan for these jobs, whose clock starts now. */
export const startPlan = (plan: Omit<Plan, 'startedAt'>): Plan => ({
	...plan,
	startedAt: clock.now(),
});

/** Where a wait begins: nobody has been asked yet. */
export const newState = (plan: Plan): State => ({
	round: 0,
	jobs: plan.jobs.map(() => ({ misses: 0 })),
});

/** Seconds since the wait began, restarts included. */
export const elapsedSeconds = (plan: Plan) => (clock.now() - plan.startedAt) / 1000;

/** Settings of the jobs that are still running. */
export const running = (plan: Plan, state: State): Settings[] =>
	plan.jobs.flatMap(({ settings }, index) => (state.jobs[index].end ? [] : [settings]));

/** What a poll brought: the status, or why there is none, and what that says of it all the same. */
export type Polled = { status: Status } | { fault: Fault; status?: Status };

/** So many misses in a row end a job. */
export const MOST_MISSES = 3;

/** When a poll was made. */
export interface Moment {
	/** How many polls of the job there were with it. */
	polls: number;
	/** Seconds since the clock started. */
	elapsed: number;
	/** Epoch milliseconds. */
	at: number;
}

/**
 * Whether a job's time is up with this poll.
 *
 * Never with the first one: of thousands of jobs, the last are asked for minutes after the clock has started, and
 * one look is no wait.
 *
 * @param before what was known of it before
 * @param elapsed seconds since the clock started
 */
export const isDue = ({ settings }: Job, { status, fault }: JobState, elapsed: number): boolean =>
	(status ?? fault) !== undefined && elapsed >= settings.timeout;

/** What is known of a job after one more poll. */
export function afterPoll(before: JobState, answer: Polled, job: Job, moment: Moment): JobState {
	const { polls, elapsed, at } = moment;
	const end = (outcome: Outcome) => ({ outcome, polls, at });
	const due = isDue(job, before, elapsed);
	if (!('fault' in answer)) {
		const { ended, succeeded, ...known } = answer.status;
		const outcome = ended ? (succeeded ? 'succeeded' : 'failed') : due ? 'timedOut' : undefined;
		return { status: keeping(before, known), misses: 0, end: outcome && end(outcome) };
	}
	const { fault } = answer;
	const { poll: says } = consequencesOf(fault);
	const state: JobState = {
		...before,
		status: answer.status ? keeping(before, knownOf(answer.status)) : before.status,
		misses: says === 'missing' ? before.misses + 1 : 0,
		fault: sentences(fault.message, fault.details.hint),
	};
	if (says === 'refused') return { ...state, end: end('failed') };
	if (state.misses >= MOST_MISSES) {
		return { ...state, end: end(fault.details.meaning === 'unknown' ? 'notFound' : 'failed') };
	}
	return due ? { ...state, end: end('timedOut') } : state;
}

type Known = NonNullable<JobState['status']>;

const knownOf = ({ word, progress, counts, errors, parts }: Status): Known => ({
	word,
	progress,
	counts,
	errors,
	parts,
});

/** Parts that were named once do not cease to belong to the job. */
const keeping = (before: JobState, now: Known): Known =>
	now.progress.total === 0 ? (before.status ?? now) : now;
