/** Real time, handed in, so that tests decide what it says and how long a sleep takes. */
export interface Clock {
	/** Epoch milliseconds. */
	now(): number;
	/** Once `signal` fires, nobody waits for it any more. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** One moment in both times, and how fast simulated time went on from there. Epoch milliseconds. */
export interface TimeAnchor {
	real: number;
	simulated: number;
	/** Simulated seconds per real second. */
	speed: number;
}

/** The time by which jobs live. It runs `speed` times as fast as real time and can be moved forward. */
export interface SimulatedTime {
	/** Simulated epoch milliseconds. */
	now(): number;
	/** Moves simulated time forward; jobs go on as if that time had passed. */
	advance(seconds: number): void;
	/** What to save: time goes on from this anchor even while no simulator runs. */
	anchor(): TimeAnchor;
}

const simulatedNow = (anchor: TimeAnchor, realNow: number): number =>
	Math.round(anchor.simulated + (realNow - anchor.real) * anchor.speed);

/**
 * Simulated time from `speed` (simulated seconds per real second) and, after a restart, the saved anchor. The time in
 * between counts with the speed of then, so a slower restart never turns time back.
 */
export function createSimulatedTime(
	clock: Clock,
	speed: number,
	saved?: TimeAnchor,
	onAdvance: () => void = () => {},
): SimulatedTime {
	const start = clock.now();
	let anchor: TimeAnchor = {
		real: start,
		simulated: saved ? simulatedNow(saved, start) : start,
		speed,
	};
	return {
		now: () => simulatedNow(anchor, clock.now()),
		advance(seconds) {
			anchor = { ...anchor, simulated: anchor.simulated + seconds * 1000 };
			onAdvance();
		},
		anchor: () => anchor,
	};
}
