import { createHash, randomBytes } from 'node:crypto';
import { InputError } from '../errors';
import { readText, readWholeNumber, sample, trimmed } from '../input/values';

const SECURITY_LEVELS = ['advanced', 'standard'] as const;

const ID = 'API Key ID of the Cortex XDR API credential';
const ID_HINT = 'It is in the ID column of Settings → Configurations → Integrations → API Keys.';

/** Longer than any ID, and far shorter than a key. */
const LONGEST_ID = 40;

/** Characters of the nonce of an Advanced signature. */
const NONCE_LENGTH = 64;

/**
 * The key as it is sent, without what pasting has left in its field. It is also what must never be shown.
 * @returns an empty text where there is none
 */
export function keyOf({ apiKey }: { apiKey?: unknown }): string {
	return typeof apiKey === 'string' ? trimmed(apiKey) : '';
}

/**
 * The headers that sign one request. An Advanced signature is good for one request only, so every poll and
 * every repetition needs a new one.
 *
 * @param credential the fields of the credential, as the user filled them in
 * @param now epoch milliseconds; the tenant refuses a time that is minutes off
 * @param nonce 64 letters and digits, never used before
 * @throws {InputError} where a field is empty, or holds what cannot be sent; never with the key in its words
 */
export function signatureHeaders(
	credential: { apiKeyId?: unknown; apiKey?: unknown; securityLevel?: unknown },
	now: number,
	nonce: string = randomBytes(NONCE_LENGTH / 2).toString('hex'),
): Record<string, string> {
	const { apiKeyId } = credential;
	if (typeof apiKeyId === 'string' && apiKeyId.length > LONGEST_ID) {
		// It may be the key, in the wrong field, so this refusal must not repeat it either.
		throw new InputError(
			`${ID} holds a text of ${apiKeyId.length} characters, which is too long for an ID`,
			`${ID_HINT} Did the key itself get into this field?`,
		);
	}
	const id = readWholeNumber(ID, apiKeyId, ID_HINT);
	// The value is a secret, so a refusal must not repeat it.
	const key = readText(
		'API Key of the Cortex XDR API credential',
		keyOf(credential),
		'Cortex shows the key once, when it is created. Create a new one if it is lost.',
	);
	if (!/^[\x21-\x7e]+$/.test(key)) {
		throw new InputError(
			'API Key of the Cortex XDR API credential holds more than a key',
			'Paste the key alone, with no spaces or line breaks, and not shortened with dots.',
		);
	}
	if (credential.securityLevel === 'standard') return { 'x-xdr-auth-id': id, Authorization: key };
	if (credential.securityLevel !== 'advanced') {
		throw new InputError(
			`Security Level of the Cortex XDR API credential holds ${sample(credential.securityLevel)}`,
			`It can hold: ${SECURITY_LEVELS.join(', ')}.`,
		);
	}
	const timestamp = String(Math.floor(now));
	return {
		'x-xdr-auth-id': id,
		'x-xdr-nonce': nonce,
		'x-xdr-timestamp': timestamp,
		Authorization: createHash('sha256').update(`${key}${nonce}${timestamp}`).digest('hex'),
	};
}
