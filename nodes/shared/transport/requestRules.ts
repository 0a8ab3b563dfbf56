import type { IHttpRequestOptions } from 'n8n-workflow';

/** How long a single answer may take, in milliseconds. */
const RESPONSE_TIMEOUT_MS = 60_000;

/**
 * What holds for every request of this package.
 * @param timeout milliseconds that the user set, if any; an expression can give anything
 */
export const requestRules = (timeout?: unknown) =>
	({
		// Vendors put the reason into the body of an error.
		ignoreHttpStatusErrors: true,
		// A redirect would take the key elsewhere.
		disableFollowRedirect: true,
		encoding: 'text',
		timeout: Number(timeout) > 0 ? Number(timeout) : RESPONSE_TIMEOUT_MS,
	}) satisfies Partial<IHttpRequestOptions>;
