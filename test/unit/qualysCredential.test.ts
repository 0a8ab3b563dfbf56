import fc from 'fast-check';
import { Expression } from 'n8n-workflow';
import { QualysGatewayApi } from '../../credentials/QualysGatewayApi.credentials';
import { Fault, InputError } from '../../nodes/shared/errors';
import { GATEWAY_BASE_URL_EXPRESSION, gatewayBaseUrl } from '../../nodes/shared/qualys/gateway';
import { readLogin, RefusedLogin } from '../../nodes/shared/qualys/login';
import { authorization, secretsOf } from '../../nodes/shared/qualys/session';

type Fields = Parameters<typeof authorization>[0];

/** What n8n makes of the expression. */
const viaExpression = (credentials: object): unknown =>
	Expression.resolveWithoutWorkflow(GATEWAY_BASE_URL_EXPRESSION.slice(1), {
		$credentials: credentials,
	} as never);

const custom = (gatewayUrl: unknown) => ({ platform: 'custom', gatewayUrl });

const GATEWAY = 'https://gateway.qg1.apps.qualys.com';

/** Where the shared platforms are, as the vendor and its public clients have it. */
const HOSTS = {
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
};

describe('gatewayBaseUrl', () => {
	it.each(Object.entries(HOSTS))('%s is %s, for the expression too', (platform, host) => {
		const credential = { platform, gatewayUrl: 'https://left.over.example' };
		expect(gatewayBaseUrl(credential)).toBe(`https://${host}`);
		expect(viaExpression(credential)).toBe(`https://${host}`);
	});

	it('the editor offers the 14 platforms, each with its host, and custom', () => {
		const platform = new QualysGatewayApi().properties.find(({ name }) => name === 'platform');
		const offered = platform?.options?.map((one) => [
			'value' in one && one.value,
			'description' in one && one.description,
		]);
		expect(offered).toEqual([
			...Object.entries(HOSTS),
			['custom', 'A private platform, by its address'],
		]);
	});

	it.each([
		['gateway.qg1.apps.qualys.com', GATEWAY],
		[`${GATEWAY}/`, GATEWAY],
		[`${GATEWAY}/auth?x=1#y`, GATEWAY],
		['  HTTPS://Gateway.QG1.apps.Qualys.com\n', GATEWAY],
		['\u00a0gateway.qg1.apps.qualys.com\u200b', GATEWAY],
		[`${GATEWAY}:8443/x`, `${GATEWAY}:8443`],
		['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
		['http://localhost:4010/', 'http://localhost:4010'],
		['http://[::1]:4010/a', 'http://[::1]:4010'],
		['10.1.2.3', 'https://10.1.2.3'],
	])('%j is %s, for the expression too', (text, url) => {
		expect(gatewayBaseUrl(custom(text))).toBe(url);
		expect(viaExpression(custom(text))).toBe(url);
	});

	it.each([
		['', 'is empty'],
		['  \u00a0', 'is empty'],
		['https://', 'not an address'],
		['????', 'not an address'],
		['me@evil.example', 'not an address'],
		['https://me:x@evil.example', 'not an address'],
		['ftp://gateway.example', 'not an address'],
		['gateway.example:99999', 'not an address'],
		['gateway.example\\.evil.example', 'not an address'],
		['gateway..example', 'not an address'],
		['http://gateway.qg1.apps.qualys.com', 'readable for everybody'],
		['http://127.0.0.1.evil.example', 'readable for everybody'],
		['http://localhost.evil.example', 'readable for everybody'],
		['http://10.1.2.3', 'readable for everybody'],
		['qualysapi.qg2.apps.qualys.com', 'serves another API'],
		['https://QualysGuard.qualys.eu/fo', 'serves another API'],
	])('refuses %j', (text, words) => {
		expect(() => gatewayBaseUrl(custom(text))).toThrow(InputError);
		expect(() => gatewayBaseUrl(custom(text))).toThrow(words);
	});

	it.each([
		['qualysguard.qg3.apps.qualys.com', HOSTS.US3],
		['qualysapi.qg1.apps.qualys.in', HOSTS.IN1],
		['qualysapi.qualys.com', HOSTS.US1],
		['qualysguard.qualys.eu', HOSTS.EU1],
	])('names the gateway in place of %s', (text, host) => {
		try {
			gatewayBaseUrl(custom(text));
			throw new Error('It was taken');
		} catch (error) {
			expect((error as InputError).hint).toContain(`probably ${host}.`);
		}
	});

	it('takes the host out of what stands around it, the expression likewise', () => {
		fc.assert(
			fc.property(
				fc.domain().filter((host) => !/^qualys(api|guard)\./.test(host)),
				fc.constantFrom('', 'https://', 'HTTPS://'),
				fc.constantFrom('', ':443', ':8443'),
				fc.constantFrom('', '/', '/a/b', '?q', '/ ', '#x', ' (our own)'),
				(host, scheme, port, tail) => {
					const credential = custom(`${scheme}${host}${port}${tail}`);
					const url = `https://${host}${port}`.toLowerCase();
					expect(gatewayBaseUrl(credential)).toBe(url);
					expect(viaExpression(credential)).toBe(url);
				},
			),
			{ numRuns: 1000 },
		);
	});

	it('gives an https URL of a host and nothing more, as the expression does, or an error, whatever comes', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.webUrl(),
					fc.domain(),
					fc.webAuthority({ withUserInfo: true, withPort: true }),
					fc.anything(),
				),
				(value) => {
					try {
						const url = gatewayBaseUrl(custom(value));
						expect(new URL(url).href).toBe(`${new URL(url).origin}/`);
						if (!/^https:/.test(url)) expect(url).toMatch(/^http:\/\/(localhost|127\.|\[::1\])/);
						expect(viaExpression(custom(value))).toBe(url);
					} catch (error) {
						expect(error).toBeInstanceOf(InputError);
					}
				},
			),
			{ numRuns: 1000 },
		);
	});

	it('refuses a platform that it does not know, whatever comes', () => {
		for (const platform of ['US9', '', 'us1', 'constructor', '__proto__', undefined, null, 7]) {
			expect(() => gatewayBaseUrl({ platform })).toThrow(InputError);
		}
	});
});

describe('authorization with a pasted token', () => {
	const token = fc.stringMatching(/^[\w-]{6,40}\.[\w-]{1,40}\.[\w-]{1,40}$/);
	const signed = (bearerToken: unknown) =>
		authorization({ signInWith: 'bearerToken', bearerToken } as Fields);

	it('is the token, with and without the word Bearer, whatever pasting leaves around it', () => {
		const blank = fc.constantFrom('', ' ', '\n', '\u00a0', '\t', '\u200b');
		fc.assert(
			fc.property(
				token,
				fc.constantFrom('', 'Bearer ', 'bearer\u00a0', 'BEARER\t', 'Authorization: Bearer '),
				blank,
				blank,
				(text, word, before, after) => {
					const pasted = before + word + text + after;
					expect(signed(pasted)).toBe(`Bearer ${text}`);
					expect(secretsOf({ bearerToken: pasted })).toContain(text);
				},
			),
			{ numRuns: 1000 },
		);
	});

	it('gives one word that fits a header, or an error that does not repeat it, whatever comes', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.anything()), (value) => {
				try {
					expect(signed(value)).toMatch(/^Bearer [\x21-\x7e]+$/);
				} catch (error) {
					expect(error).toBeInstanceOf(InputError);
					const { message, hint } = error as InputError;
					if (typeof value === 'string' && value.length > 12) {
						expect(`${message} ${hint}`).not.toContain(value);
					}
				}
			}),
			{ numRuns: 1000 },
		);
	});
});

describe('secretsOf', () => {
	it('holds the password as it is sent, and without the blanks around it', () => {
		for (const password of ['secret', ' secret', 'secret\u00a0', '\n secret\u200b ']) {
			expect(secretsOf({ password })).toEqual(expect.arrayContaining([password, 'secret']));
		}
	});
});

describe('a login is only refused where the answer is about user or password', () => {
	const listed = (words: string) => ({ authentication_exceptions: [[words]] });
	const failureOf = (statusCode: number, body: unknown): unknown => {
		const text = typeof body === 'string' ? body : JSON.stringify(body);
		try {
			return readLogin({ statusCode, headers: {}, body: text }, 0);
		} catch (error) {
			return error;
		}
	};

	it.each<[number, unknown]>([
		[401, listed('Authentication Failure: Invalid username or password')],
		[401, listed('Authentication Failure: Account is locked after too many failed logins')],
		[401, { status: 401, error: 'Unauthorized', message: 'JWT expired' }],
		[401, '<h1>Unauthorized</h1>'],
		[401, ''],
		[200, listed('Authentication Failure: locked')],
		[201, { authentication_exceptions: ['Anything else'] }],
		[400, listed('Bad request')],
		[403, listed('Forbidden')],
		[404, listed('No such user')],
		[200, { message: 'Change your password' }],
		[200, { message: 'Your password has expired' }],
		[400, { message: 'Bad credentials' }],
		[400, { responseMessage: 'Invalid user name' }],
		[403, { message: 'The account is locked' }],
		[403, { message: 'Locked account' }],
		[403, { error: 'User suspended' }],
		[403, { _error: { message: 'Login disabled' } }],
		[422, { errorCode: 'AUTH-7', message: 'AUTHENTICATION FAILURE' }],
	])('refused: %d %j', (status, body) => {
		expect(failureOf(status, body)).toBeInstanceOf(RefusedLogin);
	});

	it.each<[number, unknown]>([
		[200, { message: 'Service is starting' }],
		[200, { message: 'Login service is starting' }],
		[200, { error: 'The index is locked' }],
		[200, { errorCode: 7 }],
		[200, '<title>Enter username and password</title>'],
		[302, listed('Authentication Failure')],
		[400, 'Bad credentials'],
		[403, { message: 'Forbidden' }],
		[403, { message: 'No API access' }],
		[403, '<h1>Blocked</h1>'],
		[403, { authentication_exceptions: 'none' }],
		[403, { authentication_exceptions: [] }],
		[404, { message: 'No route for user and password' }],
		[407, { message: 'Proxy authentication required' }],
		[409, listed('Too many logins of this account, try again before it is locked')],
		[429, listed('Too many requests')],
		[422, { error: 'Second factor needed' }],
		[500, listed('Internal error')],
		[500, { message: 'Cannot check the password' }],
		[503, listed('Authentication Failure: the directory is not available')],
		[200, ''],
		[200, 'null'],
	])('not refused: %d %j', (status, body) => {
		const failure = failureOf(status, body);
		expect(failure).toBeInstanceOf(Fault);
		expect(failure).not.toBeInstanceOf(RefusedLogin);
	});
});
