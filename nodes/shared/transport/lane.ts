import { clock, jittered, orCancelled, pause } from './clock';

/** How a tenant wants to be asked. */
export interface Pace {
	/** Milliseconds between two requests; 0 lets them leave as they come. */
	spacing: number;
	/** Requests that may be under way at once. */
	atOnce: number;
	/** Requests that may arrive within any one second, however they bunch up on their way. */
	perSecond: number;
}

/**
 * Milliseconds that a request may take to arrive. A process that has just started, or is busy, holds some back
 * and then sends them together: before each, n8n reads the credential from its database.
 */
const LATEST_ARRIVAL = 1000;

/** Longer than any vendor is waited for, in milliseconds. */
const LONGEST_HOLD = 15 * 60_000;

/** A request that has arrived, or will at once. */
interface Arrival {
	/** When the second that follows it is over for certain, in epoch milliseconds. */
	until: number;
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
	private heldUntil = 0;
	private heldFor = 0;
	private underWay = 0;
	/** Requests that can have arrived within the last second. */
	private recent: Arrival[] = [];
	private placeFree = () => {};

	/** @param into the lane that this one leads into: whoever passes has waited for a turn in both */
	constructor(
		private readonly pace: Pace,
		private readonly into?: Lane,
	) {}

	/**
	 * Sends a request when its turn has come.
	 * @throws {Cancelled} when the execution is stopped before; the place in the queue is given up
	 */
	async pass<T>(send: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		const arrived = await this.enter(signal);
		try {
			return await send();
		} finally {
			arrived();
		}
	}

	/** Waits for a turn. @returns to be called once there is an answer */
	private async enter(signal?: AbortSignal): Promise<() => void> {
		const { arrival, beyond } = await this.turn(signal);
		this.underWay += 1;
		return () => {
			beyond?.();
			// What is answered has arrived.
			arrival.until = Math.min(arrival.until, clock.now() + 1000);
			this.underWay -= 1;
			this.placeFree();
		};
	}

	/** Lets nobody pass for `milliseconds`, and a little more by chance: the vendor asked for a break, and means all of us. */
	hold(milliseconds: number): void {
		const now = clock.now();
		const until = Math.max(this.heldUntil, now + milliseconds);
		this.heldFor += until - Math.max(this.heldUntil, now);
		this.heldUntil = until;
		this.freeAt = Math.max(this.freeAt, now + jittered(until - now));
	}

	/** Milliseconds for which nobody was, or will be, let pass because of {@link hold}, without what came by chance. */
	get held(): number {
		return this.heldFor;
	}

	private async turn(signal?: AbortSignal): Promise<{ arrival: Arrival; beyond?: () => void }> {
		const before = this.tail;
		let leave = () => {};
		this.tail = new Promise((resolve) => {
			leave = resolve;
		});
		try {
			await orCancelled(before, signal);
			while (this.underWay >= this.pace.atOnce) await this.aPlace(signal);
			for (let wait = this.wait(); wait > 0; wait = this.wait()) await pause(wait, signal);
			// Before the time is taken: the spacing is one between requests that leave.
			const beyond = await this.into?.enter(signal);
			const now = clock.now();
			const arrival = { until: now + LATEST_ARRIVAL + 1000 };
			this.freeAt = now + this.pace.spacing;
			this.recent.push(arrival);
			return { arrival, beyond };
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
		const now = clock.now();
		if (this.freeAt - now > LONGEST_HOLD) {
			// Nobody asks for so long: the machine's clock was set back.
			this.freeAt = now;
			this.heldUntil = now;
			this.recent = [];
		}
		this.recent = this.recent.filter(({ until }) => until > now);
		const full = this.recent.length >= this.pace.perSecond;
		const placeAt = full ? Math.min(...this.recent.map(({ until }) => until)) : now;
		return Math.max(this.freeAt, placeAt) - now;
	}
}

const lanes = new Map<string, Lane>();

/**
 * The lane of one tenant, the same for all executions of this process.
 * @param into the one that it leads into, where it is for a part of the requests
 */
export function laneTo(tenant: string, pace: Pace, into?: Lane): Lane {
	const key = tenant.toLowerCase();
	const lane = lanes.get(key) ?? new Lane(pace, into);
	lanes.set(key, lane);
	return lane;
}
