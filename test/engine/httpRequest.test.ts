import type { IExecuteFunctions, INodeType } from 'n8n-workflow';
import { createWorld, type World } from '../support/world';

let world: World;
let other: World;

beforeEach(async () => {
	world = await createWorld();
	other = await createWorld();
});

afterEach(async () => {
	await other.close();
	await world.close();
});

/** Deprecated, and yet what HTTP Request sends with. */
const OLDER_WAY = 'requestWithAuthentication';

/** Sends one request as n8n's HTTP Request node does with a predefined credential. */
const httpRequest = (type: string): INodeType =>
	({
		description: {
			name: 'httpRequest',
			displayName: 'HTTP Request',
			version: 1,
			defaults: {},
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: type }],
			properties: [{ displayName: 'Request', name: 'request', type: 'json', default: '' }],
		},
		async execute(this: IExecuteFunctions) {
			const request = JSON.parse(this.getNodeParameter('request', 0) as string) as object;
			const options = { followRedirect: true, followAllRedirects: true, ...request };
			const answer: unknown = await this.helpers[OLDER_WAY].call(
				this,
				type,
				{ method: 'GET', resolveWithFullResponse: true, simple: false, json: true, ...options },
				undefined,
				0,
			);
			const { statusCode } = answer as { statusCode: number };
			return [[{ json: { statusCode } }]];
		},
	}) as unknown as INodeType;

const run = async (type: string, request: object) =>
	await world.run(httpRequest(type), { request: JSON.stringify(request) });

const paths = (where: World) =>
	where
		.requests()
		.map(({ path }) => path)
		.filter((path) => path !== '/auth');

describe.each([
	['cortexXdrApi', '/public_api/v1/actions/get_action_status', 'POST'],
	['qualysGatewayApi', '/sm/v2/jobs/search', 'POST'],
])('the credential %s in HTTP Request', (type, path, method) => {
	it('signs requests to its own host', async () => {
		const { json, error } = await run(type, {
			uri: world.url + path,
			method,
			body: type === 'cortexXdrApi' ? { request_data: { group_action_id: 1 } } : {},
		});
		expect(error).toBeUndefined();
		expect(json[0].statusCode).not.toBe(401);
		expect(paths(world)).toEqual([path]);
	});

	it('is not sent to another host', async () => {
		const { error } = await run(type, { uri: other.url + path, method });
		expect(error?.message).toContain('is not sent to 127.0.0.1');
		expect(paths(other)).toEqual([]);
	});

	it.each(['GET', 'POST'])('does not follow a redirect (%s)', async (verb) => {
		const headers = { location: `${other.url}/elsewhere` };
		world.simulator.faults.add({ path: '/start', status: 302, headers, times: 9 });
		const { json, error } = await run(type, { uri: `${world.url}/start`, method: verb });
		expect(error).toBeUndefined();
		expect(json).toEqual([{ statusCode: 302 }]);
		expect(other.requests()).toEqual([]);
	});
});

it('requests that fail for reasons of their own cost two logins a minute at most', async () => {
	const missing = { uri: `${world.url}/missing`, simple: true };
	for (let request = 0; request < 10; request += 1) {
		expect((await run('qualysGatewayApi', missing)).error).toBeDefined();
	}
	expect(world.requests().filter(({ path }) => path === '/auth')).toHaveLength(2);
});
