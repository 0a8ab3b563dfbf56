import { CredentialTestContext } from 'n8n-core';
import type { ICredentialDataDecryptedObject, ICredentialTestFunctions } from 'n8n-workflow';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import { cortexXdrApiTest } from '../../nodes/shared/cortex/credentialTest';
import { qualysGatewayApiTest } from '../../nodes/shared/qualys/credentialTest';
import { errorEnvelope } from '../samples/cortex';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const context = new CredentialTestContext({} as never) as unknown as ICredentialTestFunctions;

const test = async (fields: object) =>
	await cortexXdrApiTest.call(context, {
		id: '1',
		name: 'c',
		type: 'cortexXdrApi',
		data: fields as never,
	});
const admin = (change = {}) => ({ ...world.cortexKey('admin'), ...change });

describe('test of the credential Cortex XDR API', () => {
	it.each(['admin', 'standard', 'viewer', 'unlicensed'])(
		'%s: the key is accepted',
		async (name) => {
			expect((await test(world.cortexKey(name))).status).toBe('OK');
			expect(world.requests()).toHaveLength(1);
		},
	);

	it.each([
		['wrong key', { apiKey: 'k'.repeat(128) }, 'Security Level'],
		['wrong level', { securityLevel: 'standard' }, 'Security Level'],
		['no key', { apiKey: '' }, 'API Key of the Cortex XDR API credential is empty'],
		[
			'host without a name',
			{ tenantUrl: 'https://no-such-host.invalid' },
			'The host was not found',
		],
		['nobody listening', { tenantUrl: 'http://127.0.0.1:9' }, 'The host refused the connection'],
		['no tenant', { tenantUrl: '???' }, 'not the address of a tenant'],
	])('%s', async (_name, change, words) => {
		const { status, message } = await test(admin(change));
		expect(status).toBe('Error');
		expect(message).toContain(words);
		expect(message).not.toContain('k'.repeat(128));
	});

	it.each([
		[500, errorEnvelope(500, 'No such action', null)],
		[402, errorEnvelope(402, 'No license', null)],
		[403, errorEnvelope(403, 'Forbidden', null)],
		[403, { err_code: 403, err_msg: 'Forbidden' }],
	])("a refusal with %d in the vendor's envelope has accepted the key", async (code, body) => {
		world.simulator.faults.add({ path: '/public_api', status: code, body });
		expect(await test(admin())).toMatchObject({ status: 'OK' });
	});

	it.each([
		['402', 402, '<h1>Payment Required</h1>', 'Payment Required'],
		['403', 403, '<title>Blocked by the firewall</title>', 'Blocked by the firewall'],
		['403 in JSON', 403, { message: 'Forbidden' }, 'status 403'],
		['500', 500, '', 'did not answer like a Cortex tenant'],
		['200 in JSON', 200, { status: 'ok' }, 'did not answer like a Cortex tenant'],
		['200 with a reply that is none', 200, { reply: 'ok' }, 'did not answer like a Cortex tenant'],
	])('%s of something else than a tenant proves nothing', async (_name, code, body, words) => {
		world.simulator.faults.add({ path: '/public_api', status: code, body });
		const { status, message } = await test(admin());
		expect(status).toBe('Error');
		expect(message).toContain(words);
	});

	it.each([
		['a page', '<h1>Not Found</h1>'],
		['an envelope', errorEnvelope(404, 'Not found', null)],
	])('404 with %s is about the address: nobody has typed an id', async (_name, body) => {
		world.simulator.faults.add({ path: '/public_api', status: 404, body });
		const { status, message } = await test(admin());
		expect(status).toBe('Error');
		expect(message).toContain('Check the Tenant URL');
		expect(message).not.toContain('Check the id');
	});

	it.each([' ', '\n', '\u00a0', '\u200b'])(
		'hides a key that was pasted with %j around it',
		async (blank) => {
			const fields = world.cortexKey('standard');
			const key = String(fields.apiKey);
			const body = errorEnvelope(400, `bad header ${key}`, null);
			world.simulator.faults.add({ path: '/public_api', status: 400, body });
			const { message } = await test({ ...fields, apiKey: `${blank}${key}${blank}` });
			expect(message).toContain('bad header [hidden]');
			expect(message).not.toContain(key);
		},
	);

	it.each([
		['another website', { status: 200, body: '<html><title>Shop</title></html>' }, 'Tenant URL'],
		['a page that is missing', { status: 404, body: '<h1>Not Found</h1>' }, 'Not Found'],
		['a redirect', { status: 302, headers: { location: 'https://example.com' } }, 'not followed'],
		['an outage', { status: 503 }, 'not available at the moment'],
		['a busy tenant', { status: 429 }, 'Let other integrations poll less often'],
	])('%s', async (_name, rule, words) => {
		world.simulator.faults.add({ path: '/public_api', ...rule });
		const { status, message } = await test(admin());
		expect(status).toBe('Error');
		expect(message).toContain(words);
		expect(world.requests()).toHaveLength(1);
	});
});

describe('test of the credential Qualys Gateway API', () => {
	type Fields = ICredentialDataDecryptedObject;

	const testOf = async (data: Fields) =>
		await qualysGatewayApiTest.call(context, {
			id: '2',
			name: 'q',
			type: 'qualysGatewayApi',
			data,
		});
	const user = (change: Fields = {}): Fields => ({ ...world.qualysUser('admin'), ...change });
	const bearer = (bearerToken: string) => user({ signInWith: 'bearerToken', bearerToken });
	const search = async (fields: Fields) =>
		await world.run(
			new QualysSearchScriptJobs(),
			{ limit: 1 },
			{ credentials: { qualysGatewayApi: fields } },
		);
	const paths = () => world.requests().map(({ path }) => path);

	it.each(['admin', 'finance', 'blind'])(
		'%s: the login works, also one that sees nothing',
		async (name) => {
			expect((await testOf(world.qualysUser(name))).status).toBe('OK');
			expect(paths()).toEqual(['/auth', '/sm/v2/jobs/search']);
		},
	);

	it('a bearer token that works, with and without the word Bearer', async () => {
		const { bearerToken } = world.simulator.qualys;
		expect((await testOf(bearer(bearerToken))).status).toBe('OK');
		expect((await testOf(bearer(`Bearer ${bearerToken}`))).status).toBe('OK');
		expect(paths()).toEqual(['/sm/v2/jobs/search', '/sm/v2/jobs/search']);
	});

	it.each([
		[
			'host without a name',
			{ gatewayUrl: 'https://no-such-host.invalid' },
			'The host was not found',
		],
		['nobody listening', { gatewayUrl: 'http://127.0.0.1:9' }, 'The host refused the connection'],
		['no gateway', { gatewayUrl: '???' }, 'which is not an address'],
		['another API', { gatewayUrl: 'qualysapi.qg2.apps.qualys.com' }, 'gateway.qg2.apps.qualys.com'],
		['http', { gatewayUrl: 'http://gateway.example' }, 'Use https://gateway.example'],
		['an unknown platform', { platform: 'US9' }, 'It can hold: AE1'],
		['no user', { username: '' }, 'Username of the Qualys Gateway API credential is empty'],
		['no password', { password: '' }, 'Password of the Qualys Gateway API credential is empty'],
		['a wrong user', { username: 'nobody' }, 'Qualys refused the login: Authentication Failure'],
		['a wrong password', { password: 'Wrong-Pass&1' }, 'Check Username and Password'],
		[
			'no token',
			{ signInWith: 'bearerToken' },
			'Bearer Token of the Qualys Gateway API credential',
		],
		[
			'a token that is none',
			{ signInWith: 'bearerToken', bearerToken: 'not-a-token' },
			'Qualys refused Search Script Jobs: JWT expired. The token is not, or no longer, valid',
		],
		['no way to sign in', { signInWith: '' }, 'It can hold: password, bearerToken'],
	] as Array<[string, Fields, string]>)('%s', async (_name, change, words) => {
		const { status, message } = await testOf(user(change));
		expect(status).toBe('Error');
		expect(message).toContain(words);
		for (const secret of ['Wrong-Pass&1', 'not-a-token', String(user().password)]) {
			expect(message).not.toContain(secret);
		}
	});

	it('a user without API access: the login is told apart from the access', async () => {
		const { status, message } = await testOf(world.qualysUser('noApi'));
		expect(status).toBe('Error');
		expect(message).toContain('The login works, but: Qualys refused Search Script Jobs');
		expect(message).toContain('API access');
	});

	it('a login that is refused with 403 does not work', async () => {
		world.simulator.faults.add({ path: '/auth', status: 403, body: { message: 'No API access' } });
		const { status, message } = await testOf(user());
		expect(status).toBe('Error');
		expect(message).toMatch(/^Qualys refused the login: No API access/);
	});

	it.each([
		['/auth', { status: 200, body: '<html><title>Shop</title></html>' }, 'without a token'],
		['/auth', { status: 404, body: '<h1>Not Found</h1>' }, 'Check the Platform'],
		['/auth', { status: 302, headers: { location: 'https://example.com' } }, 'not followed'],
		['/auth', { status: 503 }, 'not available at the moment'],
		['/sm', { status: 200, body: '<html><title>Shop</title></html>' }, 'without a list of jobs'],
		['/sm', { status: 302, headers: { location: 'https://example.com' } }, 'not followed'],
		['/sm', { status: 429, body: { message: 'Slow down' } }, 'limits how often'],
	])('%s answers %j', async (path, rule, words) => {
		world.simulator.faults.add({ path, ...rule });
		const { status, message } = await testOf(user());
		expect(status).toBe('Error');
		expect(message).toContain(words);
	});

	it('signs in anew every time, also where a token is known that has ended since', async () => {
		const fields = user();
		expect((await search(fields)).error).toBeUndefined();
		world.simulator.qualys.tokens.expireAll();
		paths();
		expect((await testOf(fields)).status).toBe('OK');
		expect(paths()).toEqual(['/auth', '/sm/v2/jobs/search']);
	});

	it('a login that was refused before is tried again by the test, and then by the nodes', async () => {
		const { users } = world.simulator;
		const { password } = users.admin;
		const fields = user();
		users.admin.password = 'changed in Qualys';
		expect((await search(fields)).error?.message).toContain('Qualys refused the login');
		expect(paths()).toEqual(['/auth']);

		users.admin.password = password;
		expect((await search(fields)).error?.message).toContain('Qualys refused the login');
		expect(paths()).toEqual([]);
		expect((await testOf(fields)).status).toBe('OK');
		expect((await search(fields)).error).toBeUndefined();
		// The nodes use what the test has fetched.
		expect(paths()).toEqual(['/auth', '/sm/v2/jobs/search', '/sm/v2/jobs/search']);
	});
});
