import type { Clock } from '../../nodes/shared/transport/clock';
import { activity, turn } from './httpActivity';

/** Turns of the event loop after which whoever was woken or answered has asked for what it wants next. */
const SETTLED = 8;

interface Sleeper {
	at: number;
	wake: () => void;
	/** Once it fires, nobody waits any more: no time has to pass for this one. */
	signal?: AbortSignal;
}

/**
 * A clock whose time passes only while everybody waits.
 *
 * Nodes and simulator share it. It jumps to the next moment that somebody sleeps until, as soon as no HTTP
 * request is under way but those that the simulator itself is holding back.
 */
export class FakeClock implements Clock {
	private time: number;
	private sleepers: Sleeper[] = [];
	private heldBack = 0;
	private running = false;

	constructor(start = Date.parse('2026-03-01T12:00:00Z')) {
		this.time = start;
	}

	now = () => this.time;

	/** No jitter, so that tests can name moments. */
	chance = () => 0;

	sleep = async (milliseconds: number, signal?: AbortSignal) => {
		await this.until(this.time + milliseconds, signal);
	};

	/** The same clock for the simulator: its sleeping requests do not keep time from passing. */
	forSimulator(): Clock {
		return {
			now: this.now,
			chance: this.chance,
			sleep: async (milliseconds, signal) => {
				let hangUp = () => {};
				const hungUp = new Promise<void>((resolve) => {
					hangUp = resolve;
				});
				signal?.addEventListener('abort', hangUp);
				this.heldBack += 1;
				try {
					await Promise.race([this.until(this.time + milliseconds, signal), hungUp]);
				} finally {
					this.heldBack -= 1;
					signal?.removeEventListener('abort', hangUp);
				}
			},
		};
	}

	/** How many are waiting for a moment that is still to come. */
	get waiting(): number {
		return this.sleepers.filter(({ signal }) => !signal?.aborted).length;
	}

	/** Lets time pass without anybody asking for it. */
	advance(milliseconds: number) {
		this.time += milliseconds;
	}

	private async until(at: number, signal?: AbortSignal) {
		await new Promise<void>((wake) => {
			this.sleepers.push({ at, wake, signal });
			void this.run();
		});
	}

	private async run() {
		if (this.running) return;
		this.running = true;
		while (this.sleepers.length > 0) {
			for (let count = 0; count < SETTLED; count += 1) await turn();
			this.sleepers = this.sleepers.filter(({ signal }) => !signal?.aborted);
			if (activity.underWay > this.heldBack) continue;
			this.sleepers.sort((a, b) => a.at - b.at);
			const next = this.sleepers.shift();
			if (!next) break;
			this.time = Math.max(this.time, next.at);
			next.wake();
		}
		this.running = false;
	}
}
