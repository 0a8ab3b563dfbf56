import type { Clock } from './clock.ts';

/** The computer's own clock. Its sleeps keep no process alive. */
export const realClock: Clock = {
	now: () => Date.now(),
	sleep: (ms) =>
		new Promise((resolve) => {
			setTimeout(resolve, ms).unref();
		}),
};
