import type { Settings } from './settings';

/** Seconds for which a wait stays in memory: short jobs are answered fast, long ones cost no worker. */
const IN_MEMORY_SECONDS = 60;

/** Seconds below which n8n's own Wait node holds the process instead of the database. */
export const SHORTEST_PARKED_SECONDS = 65;

/** What a round of polls may take before the wait after it begins. */
const ROUND_SECONDS = 30;

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

/** What a wait for several jobs looks at: how long each may still take, and how often it wants to be asked. */
export interface Waiting {
	/** Settings of the jobs that are still running. */
	running: Settings[];
	/** How many polls there were. */
	round: number;
	/** Seconds since the first poll. */
	elapsed: number;
}

/** Seconds until a deadline of the jobs that are still running: the earliest, or the latest. */
function untilDeadline({ running, elapsed }: Waiting, which: typeof Math.min): number {
	return Math.max(0, which(...running.map(({ timeout }) => timeout)) - elapsed);
}

function shortestInterval({ running, round }: Waiting): number {
	return Math.min(...running.map((settings) => interval(settings, round)));
}

/** Seconds until the next poll of a wait that stays in memory. */
export const secondsInMemory = (waiting: Waiting): number =>
	Math.min(shortestInterval(waiting), untilDeadline(waiting, Math.min));

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
export function nextPoll(waiting: Waiting, mayPark: boolean): NextPoll {
	const { elapsed } = waiting;
	const wanted = shortestInterval(waiting);
	const inMemory = secondsInMemory(waiting);
	// Jobs whose deadlines are staggered would never be parked if the earliest one decided.
	if (!mayPark || untilDeadline(waiting, Math.max) < SHORTEST_PARKED_SECONDS) return { inMemory };
	if (elapsed >= IN_MEMORY_SECONDS) return { parked: parkedSeconds(waiting) };
	if (elapsed + inMemory <= IN_MEMORY_SECONDS) return { inMemory };
	// The next poll would lie beyond the first minute.
	if (wanted >= SHORTEST_PARKED_SECONDS) return { parked: parkedSeconds(waiting) };
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
 * only a shorter one would be left after it.
 */
export function parkedSeconds(waiting: Waiting): number {
	const { elapsed } = waiting;
	const left = untilDeadline(waiting, Math.min);
	const seldom = elapsed >= LONG_WAIT_SECONDS ? elapsed * LONG_WAIT_SHARE : 0;
	const wanted = Math.max(shortestInterval(waiting), SHORTEST_PARKED_SECONDS, seldom);
	const restTooShort = left < wanted + ROUND_SECONDS + SHORTEST_PARKED_SECONDS;
	return Math.ceil(Math.max(restTooShort ? left : wanted, SHORTEST_PARKED_SECONDS));
}
