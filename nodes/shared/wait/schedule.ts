import { jittered } from '../transport/clock';
import type { Job, Plan, Settings, Vendor } from './job';

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

/**
 * In how many rounds each job is asked for once. A round of hundreds of polls that must lie apart would hold a worker
 * for as long, and lose all of them if n8n is killed.
 */
export function turnsOf(vendor: Vendor, { jobs }: Plan): number {
	const limited = jobs.filter((job) => secondsApart(vendor, job) > 0).length;
	return Math.max(1, Math.ceil(limited / LIMITED_A_ROUND));
}

/** Whether a job's turn is in this round, from its place in the plan. */
export const isAsked = (place: number, round: number, turns: number) =>
	place % turns === (round - 1) % turns;

/** What a wait for several jobs looks at: how long each may still take, and how often it wants to be asked. */
export interface Pending {
	/** Settings of the jobs that are still running. */
	running: Settings[];
	/** How many rounds of polls there were. */
	round: number;
	/** Seconds since the first poll. */
	elapsed: number;
	/** In how many rounds each job is asked for once. */
	turns: number;
	/** Seconds that the next round takes at least, because its polls must lie apart. */
	busy: number;
}

/** Seconds until a deadline of the jobs that are still running: the earliest, or the latest. */
function untilDeadline({ running, elapsed }: Pending, which: typeof Math.min): number {
	return Math.max(0, which(...running.map(({ timeout }) => timeout)) - elapsed);
}

/** Seconds until the next round. A vendor that limits polls is asked half as often as it allows: others ask too. */
function shortestInterval({ running, round, turns, busy }: Pending): number {
	const polls = Math.ceil(round / turns);
	const wanted = Math.min(...running.map((settings) => interval(settings, polls)));
	return Math.max(wanted / turns, busy);
}

/** Seconds until the next poll of a wait that stays in memory. */
export const secondsInMemory = (pending: Pending): number =>
	Math.min(shortestInterval(pending), untilDeadline(pending, Math.min));

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
	const wanted = shortestInterval(pending);
	const inMemory = secondsInMemory(pending);
	// Jobs whose deadlines are staggered would never be parked if the earliest one decided.
	if (!mayPark || untilDeadline(pending, Math.max) < SHORTEST_PARKED_SECONDS) return { inMemory };
	if (elapsed >= IN_MEMORY_SECONDS) return { parked: parkedSeconds(pending) };
	if (elapsed + inMemory <= IN_MEMORY_SECONDS) return { inMemory };
	// The next poll would lie beyond the first minute.
	if (wanted + busy >= SHORTEST_PARKED_SECONDS) return { parked: parkedSeconds(pending) };
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
export function parkedSeconds(pending: Pending): number {
	const { elapsed, busy } = pending;
	const left = untilDeadline(pending, Math.min);
	const seldom = elapsed >= LONG_WAIT_SECONDS ? elapsed * LONG_WAIT_SHARE : 0;
	const wanted = Math.max(shortestInterval(pending), SHORTEST_PARKED_SECONDS, seldom);
	const restTooShort = left < wanted + busy + ROUND_SECONDS + SHORTEST_PARKED_SECONDS;
	return Math.ceil(Math.max(restTooShort ? left : wanted, SHORTEST_PARKED_SECONDS));
}

/** Seconds for a wait in the database, a little more by chance: n8n counts whole ones. */
export const withJitter = (seconds: number): number => Math.ceil(jittered(seconds * 1000) / 1000);
