import type { Fault, Meaning } from '../errors';
import type { CortexOperation } from './operations';

/** What a refusal means and what to do about it. */
export interface StatusWords {
	meaning: Meaning;
	hint: string;
	/** Milliseconds to wait before the request is worth sending again. */
	wait?: number;
}

/** For an answer that no Cortex tenant gives. */
export const ELSEWHERE =
	'The address did not answer like a Cortex tenant. Check the Tenant URL of the credential, and that the tenant has the module that this operation belongs to.';

const OUTAGE: StatusWords = {
	meaning: 'unavailable',
	hint: 'The tenant, or a gateway before it, is not available at the moment. Try again later.',
};

/** For what no page of the vendor explains. */
const VERDICT =
	"The text above is all that Cortex says about it. If the values of this node are right, contact the vendor's support.";

const NO_REASON =
	'Cortex gives no reason. Check the values of this node, and look in Cortex under Response → Action Center.';

const SERVER_VERDICT =
	'Cortex uses status 500 for requests that it understood but cannot carry out, so repeating it rarely helps. The text above says why.';

/** An answer that brought no result, as far as its words depend on it. */
export interface Refusal {
	/** HTTP status, or the one that an envelope within a success carries. */
	status: number;
	/** Whether it is the word of somebody who has looked at the request. */
	told: boolean;
	/** The vendor's words. */
	text: string;
}

/** What the newer services answer to any path that they do not have, and to an id that they do not know. */
const AMBIGUOUS = /^not found\.?$/i;

const OTHER_CAUSES =
	'the tenant may lack the module that this operation belongs to, or the Tenant URL of the credential may lead to another place.';

/** Not found, of an operation that names something. */
function notFound({ told, text }: Refusal, { takes, id }: CortexOperation): string {
	// The vendor's own services answer with words; without them, nobody has looked for the id.
	if (!takes || !told) return ELSEWHERE;
	const named = id === undefined ? `the ${takes} with this id` : `${takes} ${id}`;
	return AMBIGUOUS.test(text)
		? `Either the tenant does not know ${named}, or no longer. Or nobody has looked for it: ${OTHER_CAUSES}`
		: `The tenant does not know ${named}, or no longer. If the id is right: ${OTHER_CAUSES}`;
}

/** What every call that starts an action answers where no endpoint of the selection can take it. */
const NOTHING_TO_DO = /No endpoint was found for creating the requested action/i;

/** Whether a start was refused because no endpoint can take it. */
export const isNothingToDo = ({ message, details }: Fault): boolean =>
	details.meaning === 'declined' && NOTHING_TO_DO.test(message);

const declined = (hint: string): StatusWords => ({ meaning: 'declined', hint });

/** Texts of status 500 that mean one certain thing. */
const KNOWN_TEXTS: ReadonlyArray<[RegExp, StatusWords]> = [
	[
		NOTHING_TO_DO,
		declined(
			'Nothing matched, or what matched cannot take this action. Names are exact, without wildcards. An endpoint where the same is under way already, or whose system or agent does not support the action, does not count.',
		),
	],
	[
		/max(?:imum)? allowed (?:number|amount) of parallel/i,
		{
			// Refused before it started, so it may be sent again.
			meaning: 'throttled',
			wait: 20_000,
			hint: 'The tenant runs four queries of the API at once, from all clients together. Wait until others have ended, or start fewer at a time: with Loop Over Items, and Wait for Job within the loop.',
		},
	],
	[
		/exceeded max daily quota|QUOTA_EXCEEDED/i,
		declined(
			'The queries of the API have used up the compute units of the tenant for this day, which begins at 00:00 UTC. Run this again after that. To use fewer, ask for a shorter time range, and filter before anything else.',
		),
	],
];

/**
 * What a refusal means here and what to do about it, from the first line that fits. Sources: the vendor's pages of the
 * operations.
 */
export function statusWords(refusal: Refusal, operation: CortexOperation): StatusWords {
	const { status, told, text } = refusal;
	switch (status) {
		case 400:
			return {
				meaning: 'refused',
				hint: 'Cortex could not read the request. Check the values of this node.',
			};
		case 401:
			return {
				meaning: 'unauthorized',
				hint: 'Check the API Key ID, the API Key and the Security Level of the credential: a Standard key signed as Advanced, or the reverse, is refused just like a wrong key. If they are right, check the clock of the machine that n8n runs on: an Advanced signature is refused when it is minutes off.',
			};
		case 402:
			return {
				meaning: 'forbidden',
				hint: `${operation.name} needs this license on the tenant: ${operation.license}.`,
			};
		case 403:
			return {
				meaning: 'forbidden',
				hint: `The role of the API key lacks a permission. ${operation.name} needs: ${operation.permission}. Change the role under Settings → Configurations → Integrations → API Keys.`,
			};
		case 404:
			return {
				meaning: told && operation.tellsUnknown ? 'unknown' : 'declined',
				hint: notFound(refusal, operation),
			};
		case 413:
			return {
				meaning: 'refused',
				hint: 'The request is too large. Use fewer values in one item.',
			};
		case 422:
			return {
				meaning: 'refused',
				hint: 'Cortex refused a value of the request. Check the values of this node.',
			};
		case 429:
			return { meaning: 'throttled', hint: operation.limit ?? TENANT_LIMIT };
		case 502:
		case 503:
		case 504:
			return OUTAGE;
	}
	if (told && text === '') return { meaning: 'declined', hint: NO_REASON };
	if (status < 500) return { meaning: 'declined', hint: told ? VERDICT : ELSEWHERE };
	// Without the vendor's words it is a wrong path, a missing module, or a real outage.
	if (!told) return { meaning: 'failing', hint: ELSEWHERE };
	const known = KNOWN_TEXTS.find(([pattern]) => pattern.test(text));
	return known?.[1] ?? declined(SERVER_VERDICT);
}

const TENANT_LIMIT =
	'The tenant takes 10 requests a second from all clients together. Let other integrations poll less often.';
