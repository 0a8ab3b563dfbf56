import { CredentialTestContext } from 'n8n-core';
import type { ICredentialTestFunctions } from 'n8n-workflow';
import { cortexXdrApiTest } from '../../nodes/shared/cortex/credentialTest';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const test = async (fields: object) =>
	await cortexXdrApiTest.call(
		new CredentialTestContext({} as never) as unknown as ICredentialTestFunctions,
		{ id: '1', name: 'c', type: 'cortexXdrApi', data: fields as never },
	);
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
		['another website', { status: 200, body: '<html><title>Shop</title></html>' }, 'Tenant URL'],
		['a page that is missing', { status: 404, body: '<h1>Not Found</h1>' }, 'Not Found'],
		['a redirect', { status: 302, headers: { location: 'https://example.com' } }, 'not followed'],
		['an outage', { status: 503 }, 'not available at the moment'],
		['a busy tenant', { status: 429 }, '10 requests a second'],
	])('%s', async (_name, rule, words) => {
		world.simulator.faults.add({ path: '/public_api', ...rule });
		const { status, message } = await test(admin());
		expect(status).toBe('Error');
		expect(message).toContain(words);
		expect(world.requests()).toHaveLength(1);
	});
});
