import { clock, orCancelled, pause } from './clock';

/** How a tenant wants to be asked. */
export interface Pace {
	/** Milliseconds between two requests; 0 lets them leave as they come. */
	spacing: number;
	/** Requests that may be under way at once. */
	atOnce: number;
}

/**
 * The single file in which all requests to one tenant leave, whichever node or execution sends them.
 *
 * The vendors limit a tenant, not a client, so the requests of a whole n8n process stand in one queue:
 * first come, first served, at a pace that the tenant takes.
 */
export class Lane {
	private tail: Promise<void> = Promise.resolve();
	private freeAt = 0;
	private underWay = 0;
	private placeFree = () => {};

	constructor(private readonly pace: Pace) {}

	/**
	 * Sends a request when its turn has come.
	 * @throws {Cancelled} when the execution is stopped before; the place in the queue is given up
	 */
	async pass<T>(send: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		await this.turn(signal);
		this.underWay += 1;
		try {
			return await send();
		} finally {
			this.underWay -= 1;
			this.placeFree();
		}
	}

	/** Lets nobody pass for `milliseconds`: the vendor asked for a break, and means all of us. */
	hold(milliseconds: number): void {
		this.freeAt = Math.max(this.freeAt, clock.now() + milliseconds);
	}

	private async turn(signal?: AbortSignal): Promise<void> {
		const before = this.tail;
		let leave = () => {};
		this.tail = new Promise((resolve) => {
			leave = resolve;
		});
		try {
			await orCancelled(before, signal);
			while (this.underWay >= this.pace.atOnce) await this.aPlace(signal);
			for (let wait = this.wait(); wait > 0; wait = this.wait()) await pause(wait, signal);
			this.freeAt = clock.now() + this.pace.spacing;
		} finally {
			void before.then(leave);
		}
	}

	private async aPlace(signal?: AbortSignal): Promise<void> {
		const free = new Promise<void>((resolve) => {
			this.placeFree = resolve;
		});
		await orCancelled(free, signal);
	}

	private wait(): number {
		return this.freeAt - clock.now();
	}
}

const lanes = new Map<string, Lane>();

/** The lane of one tenant, the same for all executions of this process. */
export function laneTo(tenant: string, pace: Pace): Lane {
	const key = tenant.toLowerCase();
	const lane = lanes.get(key) ?? new Lane(pace);
	lanes.set(key, lane);
	return lane;
}
