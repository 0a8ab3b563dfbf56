import { Cancelled, orCancelled, pause } from './clock';
import { lateAnswer } from './fault';

/** The time that one answer may take, while n8n's helper sends a request, and perhaps repeats it. */
class Watch {
	private readonly connection = new AbortController();
	private counting = new AbortController();
	private giveUp = () => {};

	/** Fails when an answer is late. */
	readonly late = new Promise<never>((_, reject) => {
		this.giveUp = () => reject(lateAnswer());
	});

	constructor(
		private readonly milliseconds: number,
		/** Fires when the execution is stopped. */
		readonly stop?: AbortSignal,
	) {}

	/**
	 * A request leaves: its time begins.
	 * @returns ends its connection
	 */
	begin(): AbortSignal {
		this.rest();
		this.counting = new AbortController();
		// Rejected as soon as the answer is there.
		void pause(this.milliseconds, this.counting.signal).then(this.giveUp, () => {});
		return this.connection.signal;
	}

	/** No request is under way, so no time counts. */
	rest(): void {
		this.counting.abort();
	}

	/** Nobody waits any more. Of a connection that has ended, nothing is left to close. */
	end(): void {
		this.rest();
		this.connection.abort();
	}
}

/** The watches of what n8n's helper is busy with, by the things of ours that it passes on. */
const watches = new WeakMap<object, Watch>();

/** How long an answer is waited for. */
export interface Bound {
	/** How long it may take in all. */
	milliseconds: number;
	/** Fires when the execution is stopped. */
	signal?: AbortSignal;
	/**
	 * What n8n hands to the credential, which signs anew where n8n repeats the request: the request itself and the
	 * helpers. See {@link signing} and {@link renewing}.
	 */
	handedOn?: object[];
}

/**
 * Waits for the answer to a request, headers and body, for so long and no longer: the `timeout` of n8n's request
 * helper only counts silence, so an answer that comes byte by byte would never end.
 *
 * @param send sends it; its signal closes the connection
 * @throws {Fault} "No answer came in time"
 * @throws {Cancelled} as soon as the execution is stopped
 */
export async function inTime<T>(
	send: (connection: AbortSignal) => Promise<T>,
	{ milliseconds, signal, handedOn = [] }: Bound,
): Promise<T> {
	if (signal?.aborted) throw new Cancelled();
	const watch = new Watch(milliseconds, signal);
	for (const one of handedOn) watches.set(one, watch);
	try {
		// An n8n that knows no signals goes on with the request, but nobody waits for it.
		return await orCancelled(Promise.race([send(watch.begin()), watch.late]), signal);
	} catch (error) {
		return await Promise.reject(signal?.aborted ? new Cancelled('maybe') : error);
	} finally {
		watch.end();
	}
}

/**
 * A request that is signed leaves now: its time begins anew, and it gets the signal that closes its connection. One
 * that n8n itself has set would only do so when the execution is stopped.
 *
 * @param request as n8n hands it to the credential
 * @param signed what becomes of it; n8n signs this one where it repeats the request
 */
export function signing<T extends object>(request: object, signed: T): T {
	const watch = watches.get(request);
	if (!watch) return signed;
	const watched = { ...signed, abortSignal: watch.begin() };
	watches.set(watched, watch);
	return watched;
}

/**
 * The answer to a request is there, and a login comes next, which has a time of its own.
 * @param helpers as n8n hands them to the credential
 * @returns fires when the execution that needs the login is stopped; `undefined` where that is not known
 */
export function renewing(helpers: object): AbortSignal | undefined {
	const watch = watches.get(helpers);
	watch?.rest();
	return watch?.stop;
}
