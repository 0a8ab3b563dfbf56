import { sleep } from 'n8n-workflow';
import { Cancelled } from '../errors';

/** Where the nodes take time from; tests hand in a clock of their own. Milliseconds throughout. */
export interface Clock {
	/** Epoch milliseconds. */
	now(): number;
	/** A number from 0 to 1, by chance. */
	chance(): number;
	/** Resolves after `milliseconds`. Once `signal` fires, nobody waits for it any more, and it need not. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const clock: Clock = {
	now: () => Date.now(),
	// Nothing secret depends on it.
	chance: () => Math.random(),
	sleep: async (milliseconds) => await sleep(milliseconds),
};

/** n8n's `sleep` cannot be cancelled, so a stopped wait leaves a timer behind for this long at most. */
const SLICE_MS = 1000;

/** Who waits on a signal. One listener serves all: hundreds on one signal make Node.js warn of a leak. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

function waitersOf(signal: AbortSignal): Set<() => void> {
	const known = waiting.get(signal);
	if (known) return known;
	const waiters = new Set<() => void>();
	waiting.set(signal, waiters);
	signal.addEventListener('abort', () => waiters.forEach((cancel) => cancel()), { once: true });
	return waiters;
}

/**
 * Waits for `promise`, but no longer than until the execution is stopped.
 * @throws {Cancelled}
 */
export async function orCancelled<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
	if (!signal) return await promise;
	const waiters = waitersOf(signal);
	let cancel = () => {};
	const cancelled = new Promise<never>((_, reject) => {
		cancel = () => reject(new Cancelled());
	});
	waiters.add(cancel);
	if (signal.aborted) cancel();
	try {
		return await Promise.race([promise, cancelled]);
	} finally {
		waiters.delete(cancel);
	}
}

/**
 * Waits `milliseconds`, and ends at once when the execution is stopped.
 * @throws {Cancelled}
 */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	const end = clock.now() + milliseconds;
	for (let left = milliseconds; left > 0; ) {
		const slice = Math.min(left, SLICE_MS);
		await orCancelled(clock.sleep(slice, signal), signal);
		// Whichever is less: a machine that slept has waited too, and a clock that was set back makes nobody wait longer.
		left = Math.min(left - slice, end - clock.now());
	}
}

/** Part of a wait by which it is made longer at the most, and never by more than so many milliseconds. */
const JITTER = { share: 0.1, milliseconds: 30_000 };

/** A wait made a little longer, by chance: several processes that wait for the same thing do not come back in step. */
export const jittered = (milliseconds: number): number =>
	milliseconds + clock.chance() * Math.min(milliseconds * JITTER.share, JITTER.milliseconds);
