import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { signatureHeaders } from '../nodes/shared/cortex/signature';
import { tenantBaseUrl } from '../nodes/shared/cortex/tenant';
import { clock } from '../nodes/shared/transport/clock';
import { signedRequest } from '../nodes/shared/transport/signed';

export class CortexXdrApi implements ICredentialType {
	name = 'cortexXdrApi';

	displayName = 'Cortex XDR API';

	icon = { light: 'file:../icons/cortex.svg', dark: 'file:../icons/cortex.dark.svg' } as const;

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-cortex-qualys#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Tenant URL',
			name: 'tenantUrl',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://api-acme.xdr.us.paloaltonetworks.com',
			description:
				'Address of the tenant. In Cortex: Settings → Configurations → Integrations → API Keys → Copy API URL. The address of the console works too.',
		},
		{
			displayName: 'API Key ID',
			name: 'apiKeyId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 12',
			description: 'Number in the ID column of Settings → Configurations → Integrations → API Keys',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'Cortex shows the key once, when it is created',
		},
		{
			displayName: 'Security Level',
			name: 'securityLevel',
			type: 'options',
			default: 'advanced',
			options: [
				{
					name: 'Advanced',
					value: 'advanced',
					description:
						'Each request gets its own signature, so an intercepted request cannot be reused',
				},
				{
					name: 'Standard',
					value: 'standard',
					description: 'The key itself is sent with every request',
				},
			],
			description:
				'As chosen when the key was created. A key of the other level is refused like a wrong key.',
		},
	];

	/**
	 * Signs one request. n8n calls it before each one, repetitions included.
	 * @throws {InputError} where the request is for any host but the credential's own
	 */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return signedRequest(requestOptions, {
			credential: 'Cortex XDR API',
			home: tenantBaseUrl(credentials.tenantUrl),
			sign: () => signatureHeaders(credentials, clock.now()),
		});
	}
}
