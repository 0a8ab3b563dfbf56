import type { JsonObject } from './json';

/** Input that cannot be sent: which field, what it held, what it should be. */
export class InputError extends Error {
	/** @param hint what to do about it */
	constructor(
		message: string,
		readonly hint?: string,
	) {
		super(message);
	}
}

/** Thrown where a wait ends because the user stopped the execution. */
export class Cancelled extends Error {
	/** @param reached whether a request was under way, so that the vendor may have acted on it */
	constructor(readonly reached: 'no' | 'maybe' = 'no') {
		super('The execution was stopped');
	}
}

/**
 * What it means that a request brought no result. Decided once, where the answer is read, or the error of the
 * connection; what follows from it stands in the table of `transport/consequences.ts`.
 */
export type Meaning =
	/** The vendor does not take the key or the login. */
	| 'unauthorized'
	/** The license, or the role of the key, lacks what this call needs. */
	| 'forbidden'
	/** The vendor does not take the request, and would not the next time either. */
	| 'refused'
	/** The vendor does not know what the request names. */
	| 'unknown'
	/** The vendor has understood the request and cannot carry it out. */
	| 'declined'
	/** The vendor asks for fewer requests (429). Nothing was done. */
	| 'throttled'
	/** The vendor says that it is out of order at the moment (502, 503, 504). */
	| 'unavailable'
	/** An answer without the vendor's words, of a server that failed. */
	| 'failing'
	/** The connection broke, or no answer came in time. */
	| 'interrupted'
	/** The request never left: nothing listens there, or no way leads there. */
	| 'unreachable'
	/** The request never left: the name of the host is not known. */
	| 'unresolved'
	/** The request never left, and would not the next time: a certificate, an address. */
	| 'unsendable'
	/** The address points elsewhere, where the key does not go. */
	| 'redirected'
	/** This package or n8n itself refused it, and would again. */
	| 'local'
	/** The execution was stopped while the request was under way. */
	| 'stopped'
	/** The answer does not have the documented form. */
	| 'unexpected'
	/** Nobody knows. */
	| 'unclear';

/** An answer that is no JSON, whole, and what stands around its words where a message quotes it. */
export interface Page {
	body: string;
	before: string;
	after: string;
}

/** How a request ended that brought no result; the vendors' own words stand in `message`. */
export interface FaultDetails {
	meaning: Meaning;
	/** What to do about it, in words for the user. */
	hint?: string;
	/** HTTP status of the answer; absent when there was none. */
	status?: number;
	/** Milliseconds to wait because the vendor asked for it. */
	retryAfter?: number;
	/** Milliseconds that the vendor has asked for, where that is longer than anybody waits. */
	asked?: number;
	/** The answer held the vendor's error envelope, so it is a verdict about this very request. */
	envelope?: boolean;
	/** JSON of the answer, where it may tell more than the words do. */
	body?: JsonObject;
	/** What came in place of the vendor's words. It may repeat secrets, so it is no part of the message yet. */
	page?: Page;
}

/** A request that brought no result. Becomes a NodeApiError at the node's edge. */
export class Fault extends Error {
	constructor(
		message: string,
		readonly details: FaultDetails,
	) {
		super(message);
	}
}

/** An answer that does not look like what the vendor documents; nothing is guessed from it. */
export function unexpectedAnswer(what: string, status?: number, page?: Page): Fault {
	return new Fault(what, {
		meaning: 'unexpected',
		status,
		page,
		hint: 'The answer does not have the documented form, so nothing was concluded from it. If it stays like this, please report it with the text of this message.',
	});
}

/** A text as it begins a sentence. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * The first of a list, and how many more there are: "a, b and 3 more".
 * @param most so many are told
 * @param between clauses and lines keep it before the last part as well
 */
export function firstOf<T>(
	list: readonly T[],
	most: number,
	between: ', ' | '; ' | '\n',
	inWords: (one: T) => string = String,
): string {
	const told = list.slice(0, most).map(inWords).join(between);
	const more = list.length - most;
	return more > 0 ? `${told}${between === ', ' ? ' ' : between}and ${more} more` : told;
}

/** Sentences one after the other, whether or not the vendor ended its own with a full stop. */
export function sentences(...texts: Array<string | undefined>): string {
	return texts
		.filter((text) => text)
		.map((text, index, all) => (index < all.length - 1 ? text?.replace(/[\s.]+$/, '') : text))
		.join('. ');
}

/**
 * Passes on an error that was caught, as it is: `return await passOn(error)`. n8n's linter takes every `throw` of a
 * caught error for one that the user sees raw; these have a node's edge before them, which puts them into words.
 */
export async function passOn(error: unknown): Promise<never> {
	return await Promise.reject(error);
}
