import type { IHttpRequestOptions } from 'n8n-workflow';
import { InputError } from '../errors';
import { signing } from './inTime';

/** A request as a credential gets it: n8n's older way of sending, which HTTP Request uses, says `uri`. */
type RequestToSign = Partial<IHttpRequestOptions> & { uri?: unknown };

/** Where a request goes; `undefined` where that cannot be told. */
function targetOf({ url, uri, baseURL }: RequestToSign): URL | undefined {
	// n8n prefers `url` where there are both.
	const address: unknown = url ?? uri;
	if (typeof address !== 'string' && !(address instanceof URL)) return undefined;
	try {
		return new URL(address, baseURL || undefined);
	} catch {
		return undefined;
	}
}

/**
 * A request with the headers that sign it, for the one host that the credential is for. It follows no
 * redirect, whichever way n8n sends it: the signature would go along.
 *
 * @param credential its name, for the error
 * @param home base URL of the host that the credential is for
 * @param sign makes the headers
 * @param login the login under way for this credential, if there is one; n8n may renew a token within a request
 * @throws {InputError} where the request is for any other host, or nobody can tell for which
 */
export function signedRequest(
	request: IHttpRequestOptions,
	{
		credential,
		home,
		sign,
		login,
	}: {
		credential: string;
		home: string;
		sign(): Record<string, string>;
		login?: () => Promise<unknown> | undefined;
	},
): IHttpRequestOptions {
	const own = new URL(home);
	const target = targetOf(request);
	if (target?.origin !== own.origin) {
		const where = target ? target.host || target.protocol : 'an address without a host';
		throw new InputError(
			`The ${credential} credential is for ${own.host} and is not sent to ${where}`,
			target
				? `Use a credential that was made for that address, or one of ${own.host}.`
				: `Enter the whole address, starting with ${own.origin}.`,
		);
	}
	const noRedirects = {
		disableFollowRedirect: true,
		followRedirect: false,
		followAllRedirects: false,
	};
	const headers = { ...request.headers, ...sign() };
	return signing(request, { ...request, headers, ...noRedirects }, login);
}
