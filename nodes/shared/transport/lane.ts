import { clock, orCancelled, pause } from './clock';

/**
 * The single file in which all requests to one tenant leave, whichever node or execution sends them.
 *
 * The vendors limit a tenant, not a client, so the requests of a whole n8n process stand in one queue:
 * first come, first served, at least `spacing` milliseconds apart.
 */
export class Lane {
	private tail: Promise<void> = Promise.resolve();
	private freeAt = 0;

	/** @param spacing milliseconds between two requests; 0 lets them pass as they come */
	constructor(private readonly spacing: number) {}

	/**
	 * Resolves when the caller may send its request.
	 * @throws {Cancelled} when the execution is stopped meanwhile; the place in the queue is given up
	 */
	async turn(signal?: AbortSignal): Promise<void> {
		const before = this.tail;
		let leave = () => {};
		this.tail = new Promise((resolve) => {
			leave = resolve;
		});
		try {
			await orCancelled(before, signal);
			for (let wait = this.wait(); wait > 0; wait = this.wait()) await pause(wait, signal);
			this.freeAt = clock.now() + this.spacing;
		} finally {
			void before.then(leave);
		}
	}

	/** Lets nobody pass for `milliseconds`: the vendor asked for a break, and means all of us. */
	hold(milliseconds: number): void {
		this.freeAt = Math.max(this.freeAt, clock.now() + milliseconds);
	}

	private wait(): number {
		return this.freeAt - clock.now();
	}
}

const lanes = new Map<string, Lane>();

/** The lane of one tenant, the same for all executions of this process. */
export function laneTo(tenant: string, spacing: number): Lane {
	const key = tenant.toLowerCase();
	const lane = lanes.get(key) ?? new Lane(spacing);
	lanes.set(key, lane);
	return lane;
}
