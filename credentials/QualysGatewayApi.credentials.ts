import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { gatewayBaseUrl, PLATFORMS } from '../nodes/shared/qualys/gateway';
import { authorization, loginUnderWay, renewedToken } from '../nodes/shared/qualys/session';
import type { Answer } from '../nodes/shared/transport/answer';
import { signedRequest } from '../nodes/shared/transport/signed';

const showForPassword = { show: { signInWith: ['password'] } };

export class QualysGatewayApi implements ICredentialType {
	name = 'qualysGatewayApi';

	displayName = 'Qualys Gateway API';

	icon = { light: 'file:../icons/qualys.svg', dark: 'file:../icons/qualys.dark.svg' } as const;

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-cortex-qualys#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Platform',
			name: 'platform',
			type: 'options',
			default: 'US1',
			options: [
				...Object.entries(PLATFORMS).map(([value, host]) => ({
					name: value,
					value,
					description: host,
				})),
				{ name: 'Custom', value: 'custom', description: 'A private platform, by its address' },
			],
			description: 'Where your Qualys subscription lives. In Qualys, look under Help → About.',
		},
		{
			displayName: 'Gateway URL',
			name: 'gatewayUrl',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://gateway.qg1.apps.qualys.com',
			displayOptions: { show: { platform: ['custom'] } },
			description:
				'Address of the API gateway; it starts with gateway, not with qualysapi or qualysguard',
		},
		{
			displayName: 'Sign In With',
			name: 'signInWith',
			type: 'options',
			default: 'password',
			options: [
				{
					name: 'Username and Password',
					value: 'password',
					// n8n hands none of a node's settings to the function that fetches the token.
					description:
						'The token is fetched and renewed automatically. The Request Options of a node, such as Proxy or Timeout, do not apply to that login; a proxy that n8n itself is set up with does.',
				},
				{
					name: 'Bearer Token',
					value: 'bearerToken',
					description:
						'A token from elsewhere, which ends after its time and has to be replaced by hand',
				},
			],
			description: 'How to sign in to the gateway',
		},
		{
			displayName: 'Username',
			name: 'username',
			type: 'string',
			required: true,
			default: '',
			displayOptions: showForPassword,
			description: 'A user with API access, best one that nobody else signs in with',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			displayOptions: showForPassword,
			description:
				'Password of the user. A user who has to confirm a second factor cannot sign in here.',
		},
		{
			displayName: 'Bearer Token',
			name: 'bearerToken',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			displayOptions: { show: { signInWith: ['bearerToken'] } },
			description: 'Pasted with or without the word Bearer',
		},
		{
			displayName: 'Session Token',
			name: 'sessionToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
	];

	/**
	 * Fetches a token. n8n calls it where there is none yet, and after a request was refused, and keeps the
	 * result encrypted with the credential.
	 */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const sessionToken = await renewedToken(
			credentials,
			async (request) => (await this.helpers.httpRequest(request)) as Answer,
		);
		return sessionToken === undefined ? {} : { sessionToken };
	}

	/**
	 * Signs one request. n8n calls it before each one, pages and repetitions included.
	 * @throws {InputError} where the request is for any host but the credential's own
	 */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return signedRequest(requestOptions, {
			credential: 'Qualys Gateway API',
			home: gatewayBaseUrl(credentials),
			sign: () => ({ Authorization: authorization(credentials) }),
			login: () => loginUnderWay(credentials),
		});
	}
}
