/* What is asked of a tenant: calls that read, each with what is expected of its reply. */
import type { Shape } from './shapes';

/** Ids that replies of earlier calls have given, or the person at the screen. They are sent, and never shown. */
export type Known = Partial<Record<string, string>>;

/** What a reply is looked at with. */
export interface Surroundings {
	known: Known;
	/** Address of the tenant. */
	home: string;
}

/** A call that reads. */
export interface Probe {
	/** As in the title of the node that makes it. */
	name: string;
	method: 'GET' | 'POST';
	/** Path, as the nodes send it. */
	path: (known: Known) => string;
	/** The JSON that is sent, as the nodes send it. */
	body?: (known: Known) => object;
	/** What it cannot be sent without. */
	takes?: {
		/** A name among what is {@link Known}. */
		id: string;
		/** Where it comes from, in words: "the query_id of a query (CORTEX_QUERY_ID)". */
		from: string;
		/** The person at the screen may name it, and so a wrong one. */
		given?: true;
	};
	/** The reply that is expected; `null` where the call names what cannot exist: then any answer is told. */
	expected: Shape | null;
	/** The answer holds a row in each line, and is read as a list of them. */
	lines?: true;
	/** Whether a success is a refusal all the same. */
	refuses?: (reply: never) => boolean;
	/** Status 404 is how the tenant says that it does not know an id. */
	tellsUnknown?: true;
	/** No node makes this call, so that no answer to it does harm. */
	extra?: true;
	/** Also asked with a slash at the end of its path, or without the one that it has. */
	slash?: true;
	/** What later calls take, from a reply that may be any JSON. */
	gives?: (reply: never) => Known;
	/** What is to be told of a reply that fits, in words without anything of the tenant's. */
	remarks?: (reply: never, surroundings: Surroundings) => string[];
}

/** The answer to a call. */
export interface Answer {
	status: number;
	headers: Record<string, unknown>;
	/** As it came. */
	body: string;
}

/** A vendor whose tenants can be checked. */
export interface Vendor {
	name: string;
	probes: Probe[];
	/**
	 * Reads an answer as the nodes do.
	 * @param now epoch milliseconds, for a Retry-After that is a moment
	 * @returns its JSON
	 * @throws {Fault} for what they take for no success
	 */
	read: (answer: Answer, probe: Probe, now: number) => unknown;
	/** Least time between two calls, in milliseconds. */
	spacing: number;
}

/** A call as it is sent. */
export interface Call {
	method: 'GET' | 'POST';
	path: string;
	body?: object;
}

/** A tenant that can be asked. */
export interface Tenant {
	/** Its address. */
	home: string;
	/**
	 * Sends a call, signed.
	 * @throws {TenantError} where no answer comes, with words that name neither host nor address
	 */
	send: (call: Call) => Promise<Answer>;
	/** What was filled in, which no report may hold. */
	secrets: string[];
	/** How it answered the login, where there is one. */
	login?: Answer;
}

/** Why a tenant cannot be asked, in words for the person at the screen. */
export class TenantError extends Error {
	override name = 'TenantError';
}
