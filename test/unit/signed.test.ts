import type { IHttpRequestOptions } from 'n8n-workflow';
import { CortexXdrApi } from '../../credentials/CortexXdrApi.credentials';
import { QualysGatewayApi } from '../../credentials/QualysGatewayApi.credentials';
import { InputError } from '../../nodes/shared/errors';

const cortex = {
	credential: new CortexXdrApi(),
	fields: {
		tenantUrl: 'https://api-acme.xdr.us.paloaltonetworks.com',
		apiKeyId: '12',
		apiKey: 'k'.repeat(64),
		securityLevel: 'standard',
	},
	home: 'https://api-acme.xdr.us.paloaltonetworks.com',
	authorization: 'k'.repeat(64),
};
const qualys = {
	credential: new QualysGatewayApi(),
	fields: { platform: 'EU2', signInWith: 'bearerToken', bearerToken: 'header.payload.signature' },
	home: 'https://gateway.qg2.apps.qualys.eu',
	authorization: 'Bearer header.payload.signature',
};

describe.each([
	['Cortex XDR API', cortex],
	['Qualys Gateway API', qualys],
])('requests that the credential %s signs', (name, { credential, fields, home, authorization }) => {
	const sign = async (request: object) =>
		await credential.authenticate(fields, request as IHttpRequestOptions);

	it.each<[string, object]>([
		['an address, as nodes name it', { url: `${home}/x` }],
		['an address, as HTTP Request names it', { uri: `${home}/x` }],
		['an address that is an object', { uri: new URL(`${home}/x`) }],
		['an address in capitals', { uri: `${home.toUpperCase()}/x` }],
		['a path on a base', { url: '/x', baseURL: home }],
		['a path on a base, as HTTP Request names it', { uri: '/x', baseURL: home }],
		['an address, with a base that is empty', { url: `${home}/x`, baseURL: '' }],
		['an address, whatever the other name says', { url: `${home}/x`, uri: 'https://evil.example' }],
	])('%s', async (_name, request) => {
		const signed = await sign({ ...request, method: 'POST', headers: { Accept: 'text/plain' } });
		expect(signed).toMatchObject({
			...request,
			method: 'POST',
			headers: { Accept: 'text/plain', Authorization: authorization },
		});
	});

	it.each<[string, object]>([
		['another host', { url: 'https://evil.example/x' }],
		['another host, as HTTP Request names it', { uri: 'https://evil.example/x' }],
		['another host behind a base', { uri: 'https://evil.example/x', baseURL: home }],
		['another host as base', { uri: '/x', baseURL: 'https://evil.example' }],
		['another host without a scheme', { uri: '//evil.example/x', baseURL: home }],
		['another host with backslashes', { uri: '\\\\evil.example\\x', baseURL: home }],
		['a host that only begins like it', { uri: `${home}.evil.example/x` }],
		['a host behind a user name', { uri: `${home}@evil.example/x` }],
		['the same host in the clear', { uri: `${home.replace('https', 'http')}/x` }],
		['another port', { uri: `${home}:8443/x` }],
		['a file', { uri: 'file:///etc/passwd' }],
		['a name that is preferred', { url: 'https://evil.example', uri: `${home}/x` }],
	])('not for %s', async (_name, request) => {
		const error = await sign(request).catch((one: unknown) => one);
		expect(error).toBeInstanceOf(InputError);
		expect((error as Error).message).toContain(
			`The ${name} credential is for ${new URL(home).host} and is not sent to `,
		);
	});

	it.each<[string, object]>([
		['nothing', {}],
		['a base alone', { baseURL: home }],
		['a path alone', { uri: '/x' }],
		['a text that is no address', { uri: 'x y' }],
		['a number', { uri: 7 }],
		['an object', { uri: { toString: () => home } }],
	])('not for %s: nobody can tell where it goes', async (_name, request) => {
		await expect(sign(request)).rejects.toThrow('is not sent to an address without a host');
	});

	it('and follows no redirect, whichever way n8n sends it', async () => {
		const follows = { followRedirect: true, followAllRedirects: true, maxRedirects: 21 };
		expect(await sign({ uri: `${home}/x`, ...follows })).toMatchObject({
			disableFollowRedirect: true,
			followRedirect: false,
			followAllRedirects: false,
		});
	});
});
