import { createHash } from 'node:crypto';

import type { CortexKey } from './keys';

/** Headers as node gives them: lower-case names. */
export type Headers = Record<string, string | string[] | undefined>;

/** How far a signature's timestamp may be from the tenant's clock. */
const MOST_SKEW_MS = 5 * 60 * 1000;

/** Lower-case hex SHA-256 of key, nonce and timestamp, as an Advanced key asks for. Timestamp in epoch milliseconds. */
export function signCortexRequest(key: string, nonce: string, timestamp: string): string {
	return createHash('sha256').update(`${key}${nonce}${timestamp}`).digest('hex');
}

export interface SignatureCheck {
	/** The key that made the request, or undefined, for whatever reason: the tenant's 401 tells none either. */
	identify(headers: Headers, now: number): CortexKey | undefined;
}

/** Checks against these keys and remembers what was used, for each signature is good for one request. */
export function createSignatureCheck(keys: Record<string, CortexKey>): SignatureCheck {
	const used = new Map<string, number>();

	const isFresh = (nonce: string, timestamp: string, now: number): boolean => {
		for (const [signature, at] of used) {
			if (now - at <= 2 * MOST_SKEW_MS) break;
			used.delete(signature);
		}
		const signature = `${nonce}${timestamp}`;
		if (used.has(signature)) return false;
		used.set(signature, now);
		return true;
	};

	const isSigned = (key: CortexKey, headers: Headers, now: number): boolean => {
		const nonce = String(headers['x-xdr-nonce'] ?? '');
		const timestamp = String(headers['x-xdr-timestamp'] ?? '');
		return (
			/^[A-Za-z0-9]{64}$/.test(nonce) &&
			/^\d{13}$/.test(timestamp) &&
			Math.abs(now - Number(timestamp)) <= MOST_SKEW_MS &&
			headers.authorization === signCortexRequest(key.key, nonce, timestamp) &&
			isFresh(nonce, timestamp, now)
		);
	};

	return {
		identify(headers, now) {
			const id = headers['x-xdr-auth-id'];
			const key = Object.values(keys).find((candidate) => candidate.id === id);
			if (!key) return undefined;
			const accepted =
				key.securityLevel === 'advanced'
					? isSigned(key, headers, now)
					: headers.authorization === key.key;
			return accepted ? key : undefined;
		},
	};
}
