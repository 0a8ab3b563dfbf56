/* Makes the calls, one after the other, and keeps what came of each. */
import { Fault, passOn, sentences, type Meaning } from '../nodes/shared/errors';
import { clock } from '../nodes/shared/transport/clock';
import { LONGEST_WAIT_MS } from '../nodes/shared/transport/retryAfter';
import { showable } from '../nodes/shared/transport/secrets';
import {
	TenantError,
	type Answer,
	type Call,
	type Known,
	type Probe,
	type Tenant,
	type Vendor,
} from './probe';

/** What the nodes make of an answer. */
export interface Reading {
	word: 'success' | Meaning;
	/** Of a success. */
	json?: unknown;
	/** The vendor's, and what to do. They may hold anything. */
	words?: string;
	/** Milliseconds that the vendor asks to wait. */
	wait?: number;
}

/** A call with what came of it. */
export interface Made {
	probe: Probe;
	/** What was known when it was made. */
	known: Known;
	answer?: Answer;
	reading?: Reading;
	/** The same with a slash more or less at the end of its path; why it brought no answer. */
	twin?: Patient | string;
	/** Why it was not made, or brought no answer. */
	reason?: string;
	/** Answers that only asked to come back later. */
	refusals: Answer[];
}

/** What would be the same for every call. */
const WRONG_FROM_THE_START: Array<Reading['word']> = ['unauthorized', 'redirected'];

/** So often a call is made that the vendor refuses as one too many. */
const ATTEMPTS = 3;

/** How long to wait where the vendor does not say, in milliseconds. */
const UNTOLD_WAIT_MS = 10_000;

/** After so many calls without an answer, the tenant is not there any more. */
const MOST_SILENT = 3;

/** The other form of a path. */
export const otherSlash = (path: string) => (path.endsWith('/') ? path.slice(0, -1) : `${path}/`);

/** What the nodes make of an answer that they refuse; whatever else was thrown is a mistake of this program. */
function failedReading(error: unknown): Reading {
	if (!(error instanceof Fault)) throw error;
	const { meaning: word, hint, retryAfter, asked = retryAfter } = error.details;
	return { word, words: sentences(error.message, hint), wait: asked };
}

/** What the nodes make of an answer. */
export function readingOf(vendor: Vendor, answer: Answer, probe: Probe): Reading {
	try {
		return { word: 'success', json: vendor.read(answer, probe, clock.now()) };
	} catch (error) {
		return failedReading(error);
	}
}

/** What came of a call that was repeated where the vendor asked to wait. */
interface Patient {
	answer: Answer;
	reading: Reading;
	refusals: Answer[];
}

/**
 * Makes a call, and makes it again where the vendor asks for fewer of them: after as long as it says.
 * @throws {TenantError} where no answer comes
 */
async function patiently(
	{ vendor, tenant }: { vendor: Vendor; tenant: Tenant },
	call: Call,
	probe: Probe,
): Promise<Patient> {
	const refusals: Answer[] = [];
	for (;;) {
		const answer = await tenant.send(call);
		await clock.sleep(vendor.spacing);
		const reading = readingOf(vendor, answer, probe);
		const { word, wait = UNTOLD_WAIT_MS } = reading;
		const again = word === 'throttled' && wait <= LONGEST_WAIT_MS;
		if (!again || refusals.length + 1 >= ATTEMPTS) return { answer, reading, refusals };
		refusals.push(answer);
		await clock.sleep(wait);
	}
}

/** Why no answer came; whatever else was thrown is a mistake of this program. */
function reasonOf(error: unknown): string {
	if (error instanceof TenantError) return error.message;
	throw error;
}

/**
 * Makes the calls of a vendor. What a call cannot be made with is left out, and so is the rest once the tenant is silent.
 * @param given ids that the person at the screen has named
 * @throws {TenantError} where the first one shows that the address or the key is wrong
 */
export async function ask(vendor: Vendor, tenant: Tenant, given: Known): Promise<Made[]> {
	const who = { vendor, tenant };
	let known: Known = Object.fromEntries(Object.entries(given).filter(([, id]) => id));
	let silent = 0;
	const made: Made[] = [];
	for (const probe of vendor.probes) {
		const one: Made = { probe, known, refusals: [] };
		const isFirst = made.length === 0;
		made.push(one);
		const { takes, method } = probe;
		if (takes && !known[takes.id]) {
			one.reason = `it takes ${takes.from}`;
			continue;
		}
		if (silent >= MOST_SILENT) {
			one.reason = `${MOST_SILENT} calls in a row brought no answer`;
			continue;
		}
		const call: Call = { method, path: probe.path(known), body: probe.body?.(known) };
		try {
			Object.assign(one, await patiently(who, call, probe));
			silent = 0;
		} catch (error) {
			const reason = reasonOf(error);
			// Without the first one there is no point in the others.
			if (isFirst) await passOn(error);
			one.reason = reason;
			silent += 1;
			continue;
		}
		const { word, words, json } = one.reading!;
		if (isFirst && WRONG_FROM_THE_START.includes(word)) {
			// The vendor may have repeated what was sent.
			throw new TenantError(showable(words ?? '', tenant.secrets));
		}
		if (word === 'success') known = { ...probe.gives?.(json as never), ...known };
		if (!probe.slash) continue;
		try {
			one.twin = await patiently(who, { ...call, path: otherSlash(call.path) }, probe);
			one.refusals.push(...one.twin.refusals);
		} catch (error) {
			one.twin = reasonOf(error);
		}
	}
	return made;
}
