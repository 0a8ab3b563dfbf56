import { jittered } from '../transport/clock';
import type { Job, Plan, Settings, State, Vendor } from './job';

/** Seconds for which a wait stays in memory: short jobs are answered fast, long ones cost no worker. */
const IN_MEMORY_SECONDS = 60;

/** Seconds below which n8n's own Wait node holds the process instead of the database. */
export const SHORTEST_PARKED_SECONDS = 65;

/** What a round of polls may take before the wait after it begins. */
const ROUND_SECONDS = 30;

/** Of jobs whose polls the vendor limits, so many are asked for in one round: about a minute's worth. */
const LIMITED_A_ROUND = 10;

/** Each wait is so many times as long as the one before. */
const GROWTH = 1.5;

/**
 * Seconds from one poll to the next.
 * @param round how many polls there were, from 1
 */
export function interval(
	{ pollInterval, backoff, maxPollInterval }: Settings,
	round: number,
): number {
	if (backoff === 'fixed') return pollInterval;
	const grown = Math.round(pollInterval * GROWTH ** (round - 1) * 10) / 10;
	return Math.max(pollInterval, Math.min(grown, maxPollInterval));
}

/** Seconds that must lie between two polls of jobs of this kind; 0 where the vendor does not limit them. */
export const secondsApart = ({ kinds }: Vendor, { type }: Job): number => kinds[type].apart ?? 0;

/** Jobs that are asked for in a round, by their places in the plan, and whose turn it is in the next one. */
interface Turn {
	/** Those that the vendor does not limit, all of them. */
	atOnce: number[];
	/** Those that it limits, in the order in which their turn comes. */
	oneByOne: number[];
	/** For the next round; absent where all limited ones fit into one. */
	turn?: State['turn'];
}

/**
 * Whose turn it is. A round of hundreds of polls that must lie apart would hold a worker for as long, and lose all of
 * them if n8n is killed; so each round goes on where the one before has stopped.
 */
export function turnOf(vendor: Vendor, { jobs }: Plan, state: State): Turn {
	const open = jobs.flatMap((_, place) => (state.jobs[place].end ? [] : [place]));
	const isLimited = (place: number) => secondsApart(vendor, jobs[place]) > 0;
	const atOnce = open.filter((place) => !isLimited(place));
	const limited = open.filter(isLimited);
	if (state.turn === undefined && limited.length <= LIMITED_A_ROUND) {
		return { atOnce, oneByOne: limited };
	}
	const { next, full } = state.turn ?? { next: 0, full: state.round };
	const left = limited.filter((place) => place >= next);
	const oneByOne = left.slice(0, LIMITED_A_ROUND);
	const isFull = left.length <= LIMITED_A_ROUND;
	const turn = isFull
		? { next: 0, full: full + 1 }
		: { next: oneByOne[oneByOne.length - 1] + 1, full };
	return { atOnce, oneByOne, turn };
}

/** How many polls of a job there were with this round. */
export const pollsOf = (vendor: Vendor, job: Job, { round, turn }: State): number =>
	turn !== undefined && secondsApart(vendor, job) > 0 ? turn.full + 1 : round;

/** What a wait for several jobs looks at: how long each may still take, and how often it wants to be asked. */
export interface Pending {
	/** Settings of the jobs that are still running. */
	running: Settings[];
	/** Seconds until the next round, as the most impatient of them wants it. */
	wanted: number;
	/** Seconds since the first poll. */
	elapsed: number;
	/** Seconds that the next round takes at least, because its polls must lie apart. */
	busy: number;
}

/**
 * What a wait looks at after a round.
 * @param waitFor settings of the jobs that it waits for, if not of all that are open
 */
export function pendingAfter(
	vendor: Vendor,
	plan: Plan,
	state: State,
	{ elapsed, waitFor }: { elapsed: number; waitFor: Settings[] },
): Pending {
	const open = plan.jobs.filter((_, place) => !state.jobs[place].end);
	const isLimited = (job: Job) => secondsApart(vendor, job) > 0;
	const rounds = Math.max(1, Math.ceil(open.filter(isLimited).length / LIMITED_A_ROUND));
	const wants = open.map((job) => {
		if (!isLimited(job)) return interval(job.settings, state.round);
		// Each job has its turn in one of so many rounds.
		return interval(job.settings, Math.max(1, state.turn?.full ?? state.round)) / rounds;
	});
	// Of ended jobs, what could not be fetched is asked for again.
	const again = waitFor.map((settings) => interval(settings, state.round));
	const { oneByOne } = turnOf(vendor, plan, state);
	return {
		running: waitFor,
		wanted: Math.min(...(wants.length > 0 ? wants : again)),
		elapsed,
		busy: oneByOne.reduce((seconds, place) => seconds + secondsApart(vendor, plan.jobs[place]), 0),
	};
}

/** Seconds until a deadline of the jobs that are still running: the earliest, or the latest. */
function untilDeadline({ running, elapsed }: Pending, which: typeof Math.min): number {
	return Math.max(0, which(...running.map(({ timeout }) => timeout)) - elapsed);
}

/** Seconds until the next round. A vendor that limits polls is asked half as often as it allows: others ask too. */
const secondsBetween = ({ wanted, busy }: Pending): number => Math.max(wanted, busy);

const jitteredSeconds = (seconds: number): number => jittered(seconds * 1000) / 1000;

/** Seconds until the next poll of a wait that stays in memory: a little more by chance, but never past a deadline. */
export const secondsInMemory = (pending: Pending): number =>
	Math.min(jitteredSeconds(secondsBetween(pending)), untilDeadline(pending, Math.min));

export type NextPoll =
	/** Wait so many seconds in memory, then poll. */
	| { inMemory: number }
	/** Wait so many seconds in the database, then poll. */
	| { parked: number };

/**
 * When to poll next, and where to wait until then.
 *
 * A poll always falls on the end of the first minute, so that a job which ends within it is reported within it
 * or one interval later; and one always falls on the last deadline. What is left of a wait that could only be held
 * in memory stays there, unless the jobs have been parked already.
 *
 * @param mayPark whether this wait can be kept in the database
 */
export function nextPoll(pending: Pending, mayPark: boolean): NextPoll {
	const { elapsed, busy } = pending;
	const between = secondsBetween(pending);
	const inMemory = secondsInMemory(pending);
	// Jobs whose deadlines are staggered would never be parked if the earliest one decided.
	if (!mayPark || untilDeadline(pending, Math.max) < SHORTEST_PARKED_SECONDS) return { inMemory };
	if (elapsed >= IN_MEMORY_SECONDS) return { parked: parkedSeconds(pending) };
	if (elapsed + inMemory <= IN_MEMORY_SECONDS) return { inMemory };
	// The next poll would lie beyond the first minute.
	if (between + busy >= SHORTEST_PARKED_SECONDS) return { parked: parkedSeconds(pending) };
	return { inMemory: IN_MEMORY_SECONDS - elapsed };
}

/** Seconds after which a wait is asked for ever less often. */
const LONG_WAIT_SECONDS = 24 * 3600;

/**
 * After a day, the time between two polls is at least this part of the time that has passed: 5 minutes after a
 * day, 35 minutes after a week. n8n stores every round of an execution for as long as it waits.
 */
const LONG_WAIT_SHARE = 1 / 288;

/**
 * Seconds for a wait in the database: at least those that n8n keeps there, and up to the earliest deadline where
 * only a shorter one would be left after it; else a little more by chance.
 */
export function parkedSeconds(pending: Pending): number {
	const { elapsed, busy } = pending;
	const left = untilDeadline(pending, Math.min);
	const seldom = elapsed >= LONG_WAIT_SECONDS ? elapsed * LONG_WAIT_SHARE : 0;
	const between = Math.max(secondsBetween(pending), SHORTEST_PARKED_SECONDS, seldom);
	const wanted = jitteredSeconds(between);
	const restTooShort = left < wanted + busy + ROUND_SECONDS + SHORTEST_PARKED_SECONDS;
	return Math.ceil(Math.max(restTooShort ? left : wanted, SHORTEST_PARKED_SECONDS));
}
