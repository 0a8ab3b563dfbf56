import { InputError } from '../errors';
import { addressSample, sample, trimmed } from '../input/values';

/**
 * Gateways of the shared platforms. US1 stands on a page of the vendor; the others are what public clients
 * use, GOV1 only one of them.
 */
export const PLATFORMS = {
	AE1: 'gateway.qg1.apps.qualys.ae',
	AU1: 'gateway.qg1.apps.qualys.com.au',
	CA1: 'gateway.qg1.apps.qualys.ca',
	EU1: 'gateway.qg1.apps.qualys.eu',
	EU2: 'gateway.qg2.apps.qualys.eu',
	EU3: 'gateway.qg3.apps.qualys.it',
	GOV1: 'gateway.gov1.qualys.us',
	IN1: 'gateway.qg1.apps.qualys.in',
	KSA1: 'gateway.qg1.apps.qualysksa.com',
	UK1: 'gateway.qg1.apps.qualys.co.uk',
	US1: 'gateway.qg1.apps.qualys.com',
	US2: 'gateway.qg2.apps.qualys.com',
	US3: 'gateway.qg3.apps.qualys.com',
	US4: 'gateway.qg4.apps.qualys.com',
} as const;

const FIELD = 'Gateway URL of the Qualys Gateway API credential';
const GATEWAY_HINT =
	'Enter the address of the gateway, e.g. https://gateway.qg1.apps.qualys.com. In Qualys it stands under Help → About → API Gateway.';

/** The two platforms whose other hosts do not carry the name of the platform. */
const OLDEST = new Map<string, string>([
	['qualys.com', PLATFORMS.US1],
	['qualys.eu', PLATFORMS.EU1],
]);

/** Hosts for which http is allowed: what is sent there does not leave the machine. */
const LOCAL = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const HOST = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)*[a-z\d](?:[a-z\d-]*[a-z\d])?$|^\[[\da-f:.]+\]$/;

/** The gateway of a private platform, from what people paste. */
function customGateway(gatewayUrl: unknown): string {
	const text = typeof gatewayUrl === 'string' ? trimmed(gatewayUrl).toLowerCase() : '';
	if (text === '') throw new InputError(`${FIELD} is empty`, GATEWAY_HINT);
	const [, scheme = 'https:', address = ''] =
		/^(?:([a-z][a-z\d+.-]*:)\/\/)?([^/?#\s]*)/.exec(text) ?? [];
	const [, host = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$/.exec(address) ?? [];
	const url = `${scheme}//${host}${port}`;
	if (!HOST.test(host) || !['http:', 'https:'].includes(scheme) || !URL.canParse(url)) {
		throw new InputError(
			`${FIELD} holds ${addressSample(text)}, which is not an address`,
			GATEWAY_HINT,
		);
	}
	const other = /^(qualysapi|qualysguard)\.(.+)$/.exec(host);
	if (other) {
		throw new InputError(
			`${FIELD} holds ${sample(host)}, which serves another API`,
			`The gateway of that platform is probably ${OLDEST.get(other[2]) ?? `gateway.${other[2]}`}. ${GATEWAY_HINT}`,
		);
	}
	if (scheme === 'http:' && !LOCAL.test(host)) {
		throw new InputError(
			`${FIELD} holds ${sample(url)}, but http would send the password readable for everybody on the way`,
			`Use https://${host}${port}.`,
		);
	}
	return url;
}

/**
 * Base URL of the gateway that a credential is for.
 * @param credential its fields, as the user filled them in
 * @throws {InputError}
 */
export function gatewayBaseUrl(credential: { platform?: unknown; gatewayUrl?: unknown }): string {
	const { platform } = credential;
	if (platform === 'custom') return customGateway(credential.gatewayUrl);
	if (typeof platform === 'string' && Object.hasOwn(PLATFORMS, platform)) {
		return `https://${PLATFORMS[platform as keyof typeof PLATFORMS]}`;
	}
	throw new InputError(
		`Platform of the Qualys Gateway API credential holds ${sample(platform ?? '')}`,
		`It can hold: ${Object.keys(PLATFORMS).join(', ')}, custom.`,
	);
}

/**
 * The same as an n8n expression, for a node's `baseURL`, where n8n's domain allow-list looks for the host.
 * It refuses nothing; the credential does, before anything is sent.
 */
export const GATEWAY_BASE_URL_EXPRESSION = `={{ $credentials.platform === 'custom' ? $credentials.gatewayUrl.replace(/[\\u200b-\\u200d\\u2060\\ufeff]/g, '').trim().toLowerCase().replace(/^(?![a-z][a-z0-9+.-]*:\\/\\/)/, 'https://').replace(/^([a-z]+:\\/\\/[^\\/?#\\s]*)[^]*$/, '$1') : 'https://' + ${JSON.stringify(Object.entries(PLATFORMS))}.find((one) => one[0] === $credentials.platform)?.[1] }}`;
