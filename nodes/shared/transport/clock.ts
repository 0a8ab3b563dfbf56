import { sleep } from 'n8n-workflow';

/** Where the nodes take time from; tests hand in a clock of their own. Milliseconds throughout. */
export interface Clock {
	/** Epoch milliseconds. */
	now(): number;
	/** Resolves after `milliseconds`. */
	sleep(milliseconds: number): Promise<void>;
}

export const clock: Clock = {
	now: () => Date.now(),
	sleep: async (milliseconds) => await sleep(milliseconds),
};

/** Thrown where a wait ends because the user stopped the execution. */
export class Cancelled extends Error {
	constructor() {
		super('The execution was stopped');
	}
}

/** n8n's `sleep` cannot be cancelled, so a stopped wait leaves a timer behind for this long at most. */
const SLICE_MS = 1000;

/** Rejects with {@link Cancelled} as soon as `signal` fires; `undo` forgets about it. */
function cancellation(signal: AbortSignal | undefined): { rejects: Promise<never>; undo(): void } {
	let onAbort = () => {};
	const rejects = new Promise<never>((_, reject) => {
		onAbort = () => reject(new Cancelled());
		if (signal?.aborted) onAbort();
		else signal?.addEventListener('abort', onAbort, { once: true });
	});
	rejects.catch(() => {});
	return { rejects, undo: () => signal?.removeEventListener('abort', onAbort) };
}

/**
 * Waits for `promise`, but no longer than until the execution is stopped.
 * @throws {Cancelled}
 */
export async function orCancelled<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
	const { rejects, undo } = cancellation(signal);
	try {
		return await Promise.race([promise, rejects]);
	} finally {
		undo();
	}
}

/**
 * Waits `milliseconds`, and ends at once when the execution is stopped.
 * @throws {Cancelled}
 */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	const end = clock.now() + milliseconds;
	for (let left = milliseconds; left > 0; left = end - clock.now()) {
		await orCancelled(clock.sleep(Math.min(left, SLICE_MS)), signal);
	}
}
