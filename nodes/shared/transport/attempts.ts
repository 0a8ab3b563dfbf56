import { Cancelled, passOn } from '../errors';
import { jittered, pause } from './clock';
import { connectionFault } from './connection';
import { consequencesOf } from './consequences';
import type { Lane } from './lane';

/** A vendor that asks for less than this would be asked again hundreds of times. */
const SHORTEST_WAIT_MS = 1_000;

/** What is done to make a request succeed before its failure is told. */
export interface Patience {
	/** The growing waits, in milliseconds, before a read is repeated after an outage or a broken connection. */
	repeats: readonly number[];
	/**
	 * How many milliseconds the queue may be held, from the request's first "too many requests" on, before it
	 * is given up. Its time in a queue that moves does not count: that is long where many are waiting.
	 */
	throttledFor: number;
}

/** For a request that stands for itself: its failure ends what the user wanted. */
export const PATIENT: Patience = { repeats: [1_000, 2_000, 4_000], throttledFor: 10 * 60_000 };

/**
 * For one of many polls: the next one makes good for an outage. A tenant that several n8n processes ask at
 * once is worth some seconds, or the news of this poll would be a whole interval late.
 */
export const BRIEF: Patience = { repeats: [], throttledFor: 15_000 };

/** For the last poll before a deadline, which no other one makes good for, and where a person is waiting. */
export const LAST: Patience = { ...BRIEF, repeats: PATIENT.repeats };

export interface AttemptOptions {
	lane: Lane;
	/** The call starts something. It is repeated only where the vendor refused it before anything started. */
	startsWork: boolean;
	signal?: AbortSignal;
	patience?: Patience;
}

/** Milliseconds to wait after the `count`-th refusal in a row (from 1) where the vendor names no time. */
export function throttleBackoff(count: number): number {
	return Math.min(1_000 * 2 ** (count - 1), 30_000);
}

/**
 * Makes a request succeed if patience can: waits for its turn, waits out "too many requests", and
 * repeats reads after outages.
 *
 * @param attempt sends the request once, and throws where it brings no result
 * @throws {Fault} the last one
 * @throws {Cancelled} when the execution is stopped
 */
export async function attempts<T>(
	attempt: () => Promise<T>,
	{ lane, startsWork, signal, patience = PATIENT }: AttemptOptions,
): Promise<T> {
	let repeats = 0;
	let throttles = 0;
	let heldBefore: number | undefined;
	for (;;) {
		try {
			return await lane.pass(attempt, signal);
		} catch (error) {
			if (error instanceof Cancelled) return await passOn(error);
			const fault = connectionFault(error);
			const { meaning } = fault.details;
			if (meaning === 'throttled') {
				heldBefore ??= lane.held;
				throttles += 1;
				// "At once", or a moment that has passed, from a vendor that has just refused, is no answer to "when".
				const { retryAfter: asked = 0 } = fault.details;
				const named = asked >= SHORTEST_WAIT_MS;
				const wait = named ? asked : throttleBackoff(throttles);
				const goesOn = lane.held + wait - heldBefore <= patience.throttledFor;
				// A tenant that names a time means everybody, whether or not this request goes on asking.
				if (goesOn || named) lane.hold(wait);
				if (goesOn) continue;
			} else if (consequencesOf(fault).repeat && !startsWork && repeats < patience.repeats.length) {
				await pause(jittered(patience.repeats[repeats]), signal);
				repeats += 1;
				continue;
			}
			return await passOn(fault);
		}
	}
}
