import { sleep } from 'n8n-workflow';

/** Where the nodes take time from; tests hand in a clock of their own. Milliseconds throughout. */
export interface Clock {
	/** Epoch milliseconds. */
	now(): number;
	/** Resolves after `milliseconds`. Once `signal` fires, nobody waits for it any more, and it need not. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const clock: Clock = {
	now: () => Date.now(),
	sleep: async (milliseconds) => await sleep(milliseconds),
};

/** Thrown where a wait ends because the user stopped the execution. */
export class Cancelled extends Error {
	/** @param reached whether a request was under way, so that the vendor may have acted on it */
	constructor(readonly reached: 'no' | 'maybe' = 'no') {
		super('The execution was stopped');
	}
}

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
