import { InputError } from '../errors';
import { addressSample, trimmed } from '../input/values';

/** Hosts that are meant as they stand: a simulator or a proxy, not a tenant's name. */
const DIRECT = /^(https?:\/\/(?:localhost|[\d.]+|\[[\da-f:.]+\])(?::\d+)?)(?=[/?#]|$)/i;
const HOST = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*(?::\d+)?$/i;

/**
 * Base URL of a tenant's API, from any form of its address that people paste: the host with or without
 * `api-`, a URL with or without a path.
 *
 * `https://api-{fqdn}` is the vendor's rule. An address with a scheme and an IP address or `localhost` is
 * kept as it is.
 *
 * @throws {InputError} for a text that holds no host
 */
export function tenantBaseUrl(tenantUrl: unknown): string {
	const text = typeof tenantUrl === 'string' ? trimmed(tenantUrl) : '';
	const direct = DIRECT.exec(text)?.[1];
	if (direct !== undefined && URL.canParse(direct)) return direct.toLowerCase();
	const host = text
		.replace(/^[a-z][a-z\d+.-]*:\/\//i, '')
		.replace(/[/?#\s][\s\S]*$/, '')
		.replace(/^api-/i, '');
	const url = `https://api-${host}`.toLowerCase();
	// The pattern does not know how large the number of a port may be.
	if (HOST.test(host) && URL.canParse(url)) return url;
	throw new InputError(
		text === ''
			? 'Tenant URL of the Cortex XDR API credential is empty'
			: `Tenant URL of the Cortex XDR API credential holds ${addressSample(text)}, which is not the address of a tenant`,
		'In Cortex, open Settings → Configurations → Integrations → API Keys and use Copy API URL, e.g. https://api-acme.xdr.us.paloaltonetworks.com.',
	);
}

/** The address without what pasting has left in it, as {@link trimmed} makes it. */
const TEXT = '$credentials.tenantUrl.replace(/[\\u200b-\\u200d\\u2060\\ufeff]/g, "").trim()';

/**
 * The same as an n8n expression, for the one place that cannot call a function: a node's `baseURL`, where
 * n8n's domain allow-list looks for the host. It never throws; the credential refuses what holds no host
 * before anything is sent.
 */
export const TENANT_BASE_URL_EXPRESSION = `={{ (/^https?:\\/\\/(localhost|[0-9.]+|\\[[0-9a-f:.]+\\])(:[0-9]+)?([\\/?#]|$)/i.test(${TEXT}) ? ${TEXT}.replace(/^(https?:\\/\\/[^\\/?#]+)[^]*$/i, '$1') : 'https://api-' + ${TEXT}.replace(/^[a-z][a-z0-9+.-]*:\\/\\//i, '').replace(/[\\/?#\\s][^]*$/, '').replace(/^api-/i, '')).toLowerCase() }}`;
