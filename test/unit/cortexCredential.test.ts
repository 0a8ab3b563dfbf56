import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Expression } from 'n8n-workflow';
import { CORTEX_CREDENTIAL } from '../../nodes/shared/cortex/send';
import { signatureHeaders } from '../../nodes/shared/cortex/signature';
import { TENANT_BASE_URL_EXPRESSION, tenantBaseUrl } from '../../nodes/shared/cortex/tenant';
import { InputError } from '../../nodes/shared/errors';

/** What n8n makes of the expression. */
const viaExpression = (tenantUrl: string): unknown =>
	Expression.resolveWithoutWorkflow(TENANT_BASE_URL_EXPRESSION.slice(1), {
		$credentials: { tenantUrl },
	} as never);

const TENANT = 'https://api-acme.xdr.us.paloaltonetworks.com';

describe('tenantBaseUrl', () => {
	it.each([
		['acme.xdr.us.paloaltonetworks.com', TENANT],
		['api-acme.xdr.us.paloaltonetworks.com', TENANT],
		['https://acme.xdr.us.paloaltonetworks.com', TENANT],
		['https://api-acme.xdr.us.paloaltonetworks.com/', TENANT],
		['https://api-acme.xdr.us.paloaltonetworks.com/public_api/v1', TENANT],
		['https://acme.xdr.us.paloaltonetworks.com/dashboard?x=1#y', TENANT],
		['http://acme.xdr.us.paloaltonetworks.com', TENANT],
		['  ACME.xdr.us.PaloAltoNetworks.com\n', TENANT],
		['acme.xdr.us.paloaltonetworks.com/ ', TENANT],
		['https://acme.xdr.us.paloaltonetworks.com:8443/x', `${TENANT}:8443`],
		['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
		['http://localhost:4010/', 'http://localhost:4010'],
		['https://10.1.2.3/x', 'https://10.1.2.3'],
		['http://[::1]:4010/a', 'http://[::1]:4010'],
		['\u200bacme.xdr.us.paloalto\u2060networks.com\ufeff', TENANT],
		['\u00a0https://api-acme.xdr.us.paloaltonetworks.com\u202f', TENANT],
		['acme.xdr.us.paloaltonetworks.com\u00a0(EU)', TENANT],
		['http://\u200b127.0.0.1:4010\u200d', 'http://127.0.0.1:4010'],
	])('%s is %s, for the expression too', (text, url) => {
		expect(tenantBaseUrl(text)).toBe(url);
		expect(viaExpression(text)).toBe(url);
	});

	it.each([
		'',
		'   ',
		'https://',
		'acme',
		'a b.com',
		'me@evil.com',
		'https://me:x@evil.com',
		'????',
		'localhost:4010',
		'acme.xdr.us.paloaltonetworks.com:99999',
		'https://999.1.1.1',
		'http://127.0.0.1:65536',
	])('refuses "%s"', (text) => expect(() => tenantBaseUrl(text)).toThrow(InputError));

	it('agrees with the expression wherever it finds a host', () => {
		const pieces = fc.constantFrom(
			...['https://', 'http://', 'api-', 'acme', '.xdr.com', 'localhost', '127.0.0.1', '[::1]'],
			...[':443', '/', '?', '#', ' ', '\n', '\u00a0', '\u202f', '\u200b', '\u2060', '\ufeff', 'A'],
		);
		fc.assert(
			fc.property(fc.array(pieces, { minLength: 1, maxLength: 8 }), (parts) => {
				const text = parts.join('');
				let url: string;
				try {
					url = tenantBaseUrl(text);
				} catch {
					return;
				}
				expect(viaExpression(text)).toBe(url);
			}),
			{ numRuns: 1_000 },
		);
	});

	it.each([
		['a user with a password', 'https://me:hunter2@acme.xdr.com', 'hunter2'],
		['an address of mail', 'me@evil.com', 'me@'],
		['the key', 'k'.repeat(128), 'kkkkk'],
		['the key behind words', `12. Key: ${'k'.repeat(128)}`, 'kkkkk'],
		['half of the key', `key ${'k'.repeat(40)}`, 'kkkkk'],
	])('does not repeat %s', (_name, text, secret) => {
		const read = () => tenantBaseUrl(text);
		expect(read).toThrow('holds a text, which is not the address of a tenant');
		expect(read).not.toThrow(secret);
	});

	it('adds api- once, whatever stands around the host', () => {
		fc.assert(
			fc.property(
				fc.domain().filter((host) => !host.startsWith('api-')),
				fc.constantFrom('', 'https://', 'http://', 'HTTPS://'),
				fc.constantFrom('', 'api-'),
				fc.constantFrom('', '/', '/a/b', '?q', '/ '),
				(host, scheme, prefix, tail) => {
					const text = `${scheme}${prefix}${host}${tail}`;
					const url = `https://api-${host}`.toLowerCase();
					expect(tenantBaseUrl(text)).toBe(url);
					expect(viaExpression(text)).toBe(url);
				},
			),
		);
	});

	it('gives the URL of a host and nothing more, or an error, whatever comes', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.anything()), (value) => {
				try {
					const url = tenantBaseUrl(value);
					expect(new URL(url).origin).toBe(new URL(url).href.replace(/\/$/, ''));
				} catch (error) {
					expect(error).toBeInstanceOf(InputError);
				}
			}),
		);
	});
});

describe('signatureHeaders', () => {
	const fields = { apiKeyId: '12', apiKey: 'secret-key', securityLevel: 'advanced' };

	it('Standard sends the key itself', () => {
		expect(signatureHeaders({ ...fields, securityLevel: 'standard' }, 1)).toEqual({
			'x-xdr-auth-id': '12',
			Authorization: 'secret-key',
		});
	});

	it('Advanced sends a plain hash over key, nonce and time', () => {
		const nonce = 'n'.repeat(64);
		expect(signatureHeaders(fields, 1772352000000, nonce)).toEqual({
			'x-xdr-auth-id': '12',
			'x-xdr-nonce': nonce,
			'x-xdr-timestamp': '1772352000000',
			Authorization: createHash('sha256').update(`secret-key${nonce}1772352000000`).digest('hex'),
		});
	});

	it('never uses a nonce twice', () => {
		const nonces = Array.from({ length: 1000 }, () => signatureHeaders(fields, 1)['x-xdr-nonce']);
		expect(new Set(nonces).size).toBe(1000);
		for (const nonce of nonces) expect(nonce).toMatch(/^[\da-zA-Z]{64}$/);
	});

	it('takes the blanks off that pasting leaves', () => {
		const pasted = { apiKeyId: ' 12 ', apiKey: '\nsecret-key ', securityLevel: 'standard' };
		expect(signatureHeaders(pasted, 1)).toEqual({
			'x-xdr-auth-id': '12',
			Authorization: 'secret-key',
		});
	});

	it.each(['secret-key', '\n secret-key\t', '\u00a0secret-key\u200b', 'secret\u2060-key '])(
		'what must not be shown is the key that is sent: %j',
		(apiKey) => {
			const { Authorization } = signatureHeaders(
				{ ...fields, apiKey, securityLevel: 'standard' },
				1,
			);
			expect(CORTEX_CREDENTIAL.secrets({ apiKey })).toEqual([Authorization]);
		},
	);

	it('never repeats a key that got into the field of its ID', () => {
		const read = () => signatureHeaders({ ...fields, apiKeyId: 'k'.repeat(128) }, 1);
		expect(read).toThrow(/^API Key ID of .* holds a text of 128 characters/);
	});

	it.each(['secret…key', 'secret\nkey', 'secret key', 'schlüssel'])(
		'refuses "%s", which no header takes or no tenant gave',
		(apiKey) => {
			for (const securityLevel of ['standard', 'advanced']) {
				const read = () => signatureHeaders({ ...fields, apiKey, securityLevel }, 1);
				expect(read).toThrow(/^API Key of .* holds more than a key$/);
			}
		},
	);

	it('never repeats a key in an error', () => {
		for (const apiKey of ['', '  ', undefined, { secret: 'secret-key' }]) {
			expect(() => signatureHeaders({ ...fields, apiKey }, 1)).toThrow(/^API Key of .* is empty$/);
		}
	});
});
