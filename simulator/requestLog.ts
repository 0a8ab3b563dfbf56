/** One request as it arrived. Never holds keys, signatures, tokens or passwords. */
export interface RequestEntry {
	/** Arrival in real time, epoch milliseconds. */
	at: number;
	method: string;
	/** Without the query string. */
	path: string;
	/** The status sent; 0 while unanswered, and for connections broken before an answer. */
	status: number;
	/** The Cortex key's id if the simulator knows it, else `unknown` (people paste keys into the wrong field). */
	keyId?: string;
	/** The action that its body asks for. */
	actionId?: string;
	/** The vendor's own limit refused it, not a fault that was asked for. */
	overLimit?: true;
	/** The fault that hit it. */
	fault?: FaultKind;
	/** When its connection was closed before the whole answer was out, epoch milliseconds of real time. */
	closed?: number;
}

/** The id of the action that a body asks for, if it does. */
export function actionIdIn(body: unknown): string | undefined {
	const { request_data: data } = { ...(body as { request_data?: object }) };
	const { group_action_id, action_id } = { ...data } as Record<string, unknown>;
	const id = group_action_id ?? action_id;
	return id === undefined ? undefined : String(id);
}

/**
 * What a fault does: answers itself, holds the answer back, never gives it, ends the connection, spoils the body,
 * sends it byte by byte.
 */
export type FaultKind = 'status' | 'delay' | 'silence' | 'break' | 'body' | 'trickle';

export interface RequestLog {
	entries: RequestEntry[];
	add(entry: RequestEntry): RequestEntry;
	/** path → status → number of requests */
	counts(): Record<string, Record<string, number>>;
	/** The most requests that arrived within any 1000 ms, on paths that start with `prefix`. */
	busiestSecond(prefix?: string): number;
	/** Requests that the vendor's own limit refused, on paths that start with `prefix`. */
	overLimit(prefix?: string): number;
	clear(): void;
}

/** A demo may run for days: the oldest entries go. */
const MOST_ENTRIES = 100_000;

/** An empty log. Entries are handed out so that the status can be filled in when it is known. */
export function createRequestLog(): RequestLog {
	const entries: RequestEntry[] = [];
	return {
		entries,
		add(entry) {
			if (entries.length >= MOST_ENTRIES) entries.splice(0, MOST_ENTRIES / 2);
			entries.push(entry);
			return entry;
		},
		counts() {
			const counts: Record<string, Record<string, number>> = {};
			for (const { path, status } of entries) {
				const statuses = (counts[path] ??= {});
				statuses[status] = (statuses[status] ?? 0) + 1;
			}
			return counts;
		},
		busiestSecond(prefix = '/') {
			const times = entries.filter((entry) => entry.path.startsWith(prefix)).map(({ at }) => at);
			let first = 0;
			let most = 0;
			times.forEach((at, last) => {
				while (at - times[first] >= 1000) first++;
				most = Math.max(most, last - first + 1);
			});
			return most;
		},
		overLimit: (prefix = '/') =>
			entries.filter((entry) => entry.overLimit && entry.path.startsWith(prefix)).length,
		clear: () => void entries.splice(0),
	};
}
