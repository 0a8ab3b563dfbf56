import type { Failure } from 'n8n-workflow';
import type { Fault, Meaning } from '../errors';

/** What follows from what a failed request means. */
interface Consequences {
	/**
	 * How far the request came. `no`: it certainly never left, or not whole. `refused`: the vendor has answered, and its
	 * answer says that nothing was done. `maybe`: nobody knows, so the vendor may have acted on it.
	 */
	reached: 'no' | 'refused' | 'maybe';
	/** Worth repeating within seconds, if repeating does no harm. */
	repeat: boolean;
	/** What it says of a job that was asked for: see {@link NoStatus}. */
	poll: NoStatus;
	/** Why it failed in n8n's own words, where the answer proves it. */
	cause?: Failure['cause'];
}

/** What a poll that brought no status says about the job. */
export type NoStatus =
	/** Nothing: the tenant or the way to it has a problem. */
	| 'passing'
	/** The tenant does not let us ask, and will not the next time either. */
	| 'refused'
	/**
	 * It may well say something: the tenant has an answer that is not this job's status, or something is wrong on the
	 * way to it that does not heal by itself, such as a certificate or a redirect.
	 */
	| 'missing';

const row = (
	reached: Consequences['reached'],
	repeat: boolean,
	poll: NoStatus,
	cause?: Failure['cause'],
): Consequences => ({ reached, repeat, poll, cause });

export const CONSEQUENCES: Readonly<Record<Meaning, Consequences>> = {
	unauthorized: row('refused', false, 'refused', 'credential-invalid'),
	forbidden: row('refused', false, 'refused', 'configuration-invalid'),
	refused: row('refused', false, 'refused'),
	unknown: row('refused', false, 'missing', 'configuration-invalid'),
	declined: row('refused', false, 'missing'),
	// Repeated in another way: the whole queue waits.
	throttled: row('refused', false, 'passing', 'rate-limited'),
	unavailable: row('maybe', true, 'passing', 'temporarily-unavailable'),
	failing: row('maybe', false, 'passing'),
	interrupted: row('maybe', true, 'passing'),
	unreachable: row('no', true, 'passing'),
	unresolved: row('no', false, 'passing'),
	unsendable: row('no', false, 'missing'),
	redirected: row('no', false, 'missing'),
	local: row('no', false, 'refused'),
	stopped: row('maybe', false, 'refused'),
	unexpected: row('maybe', false, 'missing'),
	unclear: row('maybe', false, 'missing'),
};

/** What follows from a fault. */
export const consequencesOf = ({ details }: Fault): Consequences => CONSEQUENCES[details.meaning];

/** Whether it is certain that nothing came of a request: it never left, or was sent back as one too many. */
export const cameToNothing = (fault: Fault): boolean =>
	consequencesOf(fault).reached === 'no' || fault.details.meaning === 'throttled';

/** Why a request failed, as n8n stores it beside the words; `undefined` where the answer does not prove it. */
export function failureOf(fault: Fault): Failure | undefined {
	const { cause } = consequencesOf(fault);
	if (cause === undefined) return undefined;
	const { retryAfter, asked = retryAfter } = fault.details;
	return cause === 'rate-limited' && asked !== undefined
		? { cause, retryAfterMs: asked }
		: { cause };
}
