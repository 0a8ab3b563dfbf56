import { Cancelled, passOn } from '../errors';
import { orCancelled, pause } from './clock';
import { lateAnswer } from './connection';

/** How long an answer is waited for. */
export interface Bound {
	/** How long it may take in all. */
	milliseconds: number;
	/** How long n8n may need until it signs the first request, because of a login; none unless given. */
	beforeMilliseconds?: number;
	/** Fires when the execution is stopped. */
	signal?: AbortSignal;
	/** The request as n8n hands it to the credential, which signs it, and anew where n8n repeats it: {@link signing}. */
	handedOn?: object;
}

/** The login under way for a credential, if there is one. */
type Login = () => Promise<unknown> | undefined;

/** Why nobody waits any more. Without a reason, Node.js makes an error with a stack trace, for every request. */
const OVER = 'over';

/** The time that one answer may take, while n8n's helper sends a request, and perhaps repeats it. */
class Watch {
	private readonly connection = new AbortController();
	private counting: AbortController | undefined;
	private giveUp = () => {};

	/** Fails when an answer is late. */
	readonly late = new Promise<never>((_, reject) => {
		this.giveUp = () => reject(lateAnswer());
	});

	/**
	 * The time of an answer begins.
	 * @param login where there is one when the time is up, n8n may be renewing the token, with the answer long
	 *   there: the time begins anew once it has ended
	 * @returns ends the connection
	 */
	begin(milliseconds: number, login?: Login): AbortSignal {
		const { signal } = this.connection;
		// n8n can come with the request of an execution that was stopped during a login. It never leaves.
		if (signal.aborted) return signal;
		this.counting?.abort(OVER);
		this.counting = new AbortController();
		void this.count(milliseconds, this.counting.signal, login);
		return signal;
	}

	/** Nobody waits any more. Of a connection that has ended, nothing is left to close. */
	end(): void {
		this.counting?.abort(OVER);
		this.connection.abort(OVER);
	}

	private async count(milliseconds: number, counting: AbortSignal, login?: Login) {
		try {
			for (let waited = true; waited; ) {
				await pause(milliseconds, counting);
				const underWay = login?.();
				waited = underWay !== undefined;
				// How it ends is not the business of this one.
				await orCancelled(Promise.allSettled([underWay]), counting);
			}
			this.giveUp();
		} catch {
			// The answer is there, or its time has begun anew.
		}
	}
}

/** The watches of requests that n8n's helper is busy with, and how long each of their answers may take. */
const watches = new WeakMap<object, { watch: Watch; milliseconds: number }>();

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
	{ milliseconds, beforeMilliseconds = 0, signal, handedOn }: Bound,
): Promise<T> {
	if (signal?.aborted) throw new Cancelled();
	const watch = new Watch();
	if (handedOn) watches.set(handedOn, { watch, milliseconds });
	try {
		const connection = watch.begin(milliseconds + beforeMilliseconds);
		// An n8n that knows no signals goes on with the request, but nobody waits for it.
		return await orCancelled(Promise.race([send(connection), watch.late]), signal);
	} catch (error) {
		return await passOn(signal?.aborted ? new Cancelled('maybe') : error);
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
 * @param login the login under way for the credential, if there is one
 */
export function signing<T extends object>(request: object, signed: T, login?: Login): T {
	const watched = watches.get(request);
	if (!watched) return signed;
	const { watch, milliseconds } = watched;
	const bound = { ...signed, abortSignal: watch.begin(milliseconds, login) };
	watches.set(bound, watched);
	return bound;
}
