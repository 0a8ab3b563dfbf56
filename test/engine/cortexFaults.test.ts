import type { INodeType } from 'n8n-workflow';
import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrGetImportJob } from '../../nodes/CortexXdrGetImportJob/CortexXdrGetImportJob.node';
import { CortexXdrGetScriptResults } from '../../nodes/CortexXdrGetScriptResults/CortexXdrGetScriptResults.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import type { FaultRule } from '../../simulator/server';
import { errorEnvelope } from '../samples/cortex';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const fault = (rule: Partial<FaultRule>) =>
	world.simulator.faults.add({ path: '/public_api', ...rule });

const status = async (options = {}) =>
	await world.run(new CortexXdrGetActionStatus(), { actionId: '6001', output: 'summary' }, options);
const scan = async (options = {}) =>
	await world.run(
		new CortexXdrScanEndpoints(),
		{
			scope: 'matching',
			filters: { groupNames: '={{ $json.group ?? "Demo Laptops" }}' },
			options: {},
		},
		options,
	);

/** Seconds that passed on the fake clock while `work` ran. */
async function seconds<T>(work: Promise<T>): Promise<[T, number]> {
	const start = world.clock.now();
	const result = await work;
	return [result, (world.clock.now() - start) / 1000];
}

const UNKNOWN_IMPORT = '11111111-1111-4111-a111-999999999999';

const DOES_NOT_KNOW = 'The tenant does not know action 6001, or no longer. If the id is right';

describe('refusals, with the vendor in front and a hint behind', () => {
	const operations: Array<[string, new () => INodeType, object, string]> = [
		['Scan Endpoints', CortexXdrScanEndpoints, { scope: 'all', options: {} }, 'Endpoint Scan'],
		[
			'Get Action Status',
			CortexXdrGetActionStatus,
			{ actionId: 1, output: 'summary' },
			'Action Center',
		],
		[
			'Get Script Results',
			CortexXdrGetScriptResults,
			{ actionId: 1, output: 'endpoints' },
			'Agent Scripts library (view)',
		],
		['Get Import Job', CortexXdrGetImportJob, { jobId: 'a' }, 'manage_vulnerabilities_action'],
	];

	it.each(operations)(
		'%s: 403 names the permission, 402 the license',
		async (name, Node, parameters, permission) => {
			const node = new Node();
			const keyed = async (key: string) =>
				await world.run(node, parameters as never, {
					credentials: { cortexXdrApi: world.cortexKey(key) },
				});
			const forbidden = (await keyed('viewer')).error;
			expect(forbidden?.message).toContain(`Cortex refused ${name}: `);
			expect(forbidden?.description).toContain(permission);
			expect(forbidden?.httpCode).toBe('403');
			const unlicensed = (await keyed('unlicensed')).error;
			expect(unlicensed?.description).toContain(`${name} needs this license`);
			expect(unlicensed?.httpCode).toBe('402');
			expect(world.requests()).toHaveLength(2);
		},
	);

	it.each([
		['a wrong key', { apiKey: 'x'.repeat(128) }],
		['the wrong security level', { securityLevel: 'standard' }],
		['a wrong key id', { apiKeyId: '99' }],
	])('401 for %s names security level and clock, and asks once', async (_name, change) => {
		const { error } = await status({
			credentials: { cortexXdrApi: { ...world.cortexKey('admin'), ...change } },
		});
		expect(error?.httpCode).toBe('401');
		expect(error?.description).toContain('Security Level');
		expect(error?.description).toContain('clock');
		expect(world.requests()).toHaveLength(1);
	});

	it('401 for a clock that is ten minutes off', async () => {
		const real = world.clock.now;
		world.simulator.faults.clear();
		const { clock } = jest.requireActual<typeof import('../../nodes/shared/transport/clock')>(
			'../../nodes/shared/transport/clock',
		);
		clock.now = () => real() - 600_000;
		const { error } = await status();
		expect(error?.httpCode).toBe('401');
	});

	it('signs with a Standard key too', async () => {
		const { json } = await status({ credentials: { cortexXdrApi: world.cortexKey('standard') } });
		expect(json).toHaveLength(1);
	});

	it.each([
		[
			'err_extra as text',
			errorEnvelope(500, 'An error occurred', 'no such group'),
			'An error occurred: no such group',
		],
		[
			'err_extra as a list',
			errorEnvelope(500, 'An error occurred', ['a', 'b']),
			'An error occurred: a; b',
		],
		[
			'err_extra as an object',
			errorEnvelope(500, 'An error occurred', { field: 'x' }),
			'An error occurred: {"field":"x"}',
		],
		['err_extra null', errorEnvelope(500, 'An error occurred', null), 'An error occurred'],
		['a flat envelope', { err_code: 500, err_msg: 'flat', err_extra: 'why' }, 'flat: why'],
		['no words', errorEnvelope(500, '', null), 'error code 500'],
	])('%s', async (_name, body, text) => {
		for (const sent of [500, 200]) {
			fault({ status: sent, body });
			const { error } = await status();
			expect(error?.message).toBe(`Cortex refused Get Action Status: ${text}`);
			expect(error?.description).toContain('repeating it rarely helps');
		}
		expect(world.requests()).toHaveLength(2);
	});

	it('reads the reasons of a refused body', async () => {
		fault({
			status: 422,
			body: { detail: [{ loc: ['body', 'assets'], msg: 'field required', type: 'x' }] },
		});
		const { error } = await status();
		expect(error?.message).toBe('Cortex refused Get Action Status: body.assets: field required');
	});

	it.each([
		['HTML', '<html><head><title>Waitress</title></head></html>', '(Waitress)'],
		['nothing', '', 'and no reason'],
	])('500 with %s is about the address, not the request', async (_name, body, text) => {
		fault({ status: 500, body });
		const { error } = await status();
		expect(error?.message).toBe(`Cortex answered Get Action Status with status 500 ${text}`);
		expect(error?.description).toContain('Tenant URL');
		expect(world.requests()).toHaveLength(1);
	});

	it.each([
		['an envelope', errorEnvelope(404, 'No such action', null), DOES_NOT_KNOW],
		['a flat envelope', { err_code: 404, err_msg: 'No such action' }, DOES_NOT_KNOW],
		['a page', '<h1>Not Found</h1>', 'did not answer like a Cortex tenant'],
		['JSON of a gateway', { message: 'no Route matched' }, 'did not answer like a Cortex tenant'],
		['nothing', '', 'did not answer like a Cortex tenant'],
	])('404 with %s', async (_name, body, hint) => {
		fault({ status: 404, body });
		const { error } = await status();
		expect(error?.description).toContain(hint);
		expect(error?.description?.includes(DOES_NOT_KNOW)).toBe(hint === DOES_NOT_KNOW);
	});

	it('the simulator, and so the vendor, says of an unknown import job that its id is unknown', async () => {
		const { error } = await world.run(new CortexXdrGetImportJob(), { jobId: UNKNOWN_IMPORT });
		expect(error?.httpCode).toBe('404');
		expect(error?.description).toContain(
			`The tenant does not know import job ${UNKNOWN_IMPORT}, or no longer.`,
		);
	});

	it('does not follow a redirect', async () => {
		fault({ status: 302, headers: { location: `${world.url}/elsewhere` }, body: '' });
		const { error } = await status();
		expect(error?.message).toContain('redirect (302), which is not followed');
		expect(world.requests().map(({ path }) => path)).toEqual([
			'/public_api/v1/actions/get_action_status/',
		]);
	});
});

describe('what heals by itself', () => {
	it.each([
		['502', { status: 502 }],
		['503', { status: 503 }],
		['504', { status: 504 }],
		['a connection broken before the answer', { breakConnection: 'before' as const }],
		['a connection broken in the answer', { breakConnection: 'middle' as const }],
		['a garbled answer', { garbageGzip: true }],
	])('a read is repeated after %s, three times, with growing waits', async (_name, rule) => {
		fault({ ...rule, times: 3 });
		const [{ json }, took] = await seconds(status());
		expect(json).toHaveLength(1);
		expect(world.requests()).toHaveLength(4);
		expect(took).toBe(7);

		fault({ ...rule, times: 4 });
		expect((await status()).error).toBeDefined();
		expect(world.requests()).toHaveLength(4);
	});

	it.each([
		['502', { status: 502 }],
		['a broken connection', { breakConnection: 'before' as const }],
	])(
		'a scan is never repeated after %s, and says that it may have started',
		async (_name, rule) => {
			fault({ ...rule, times: 9 });
			const { error } = await scan();
			expect(error?.description).toContain('It is not known whether this scan was started');
			expect(world.requests()).toHaveLength(1);
		},
	);

	it('says that a scan did not start where the host was never reached', async () => {
		await world.simulator.close();
		const { error } = await scan();
		expect(error?.message).toBe('The host refused the connection');
		expect(error?.description).not.toContain('It is not known');
	});

	it.each([
		['no header', {}, 1],
		['seconds', { 'retry-after': '7' }, 7],
		['a Unix timestamp', { 'retry-after': String(Date.parse('2026-03-01T12:00:09Z') / 1000) }, 9],
		['a date', { 'retry-after': 'Sun, 01 Mar 2026 12:00:11 GMT' }, 11],
		['an hour', { 'retry-after': '3600' }, 120],
		['nonsense', { 'retry-after': 'soon' }, 1],
	])('429 with %s in Retry-After is waited out, for a scan too', async (_name, headers, wait) => {
		fault({ status: 429, headers, body: errorEnvelope(429, 'Too many requests.', null) });
		const [{ json, error }, took] = await seconds(scan());
		expect(error).toBeUndefined();
		expect(json).toHaveLength(1);
		expect(took).toBe(wait);
		expect(world.requests()).toHaveLength(2);
	});

	it('429 without end is given up after ten minutes', async () => {
		fault({ status: 429, times: 10_000, body: errorEnvelope(429, 'Too many requests.', null) });
		const [{ error }, took] = await seconds(status());
		expect(error?.message).toBe('Cortex refused Get Action Status: Too many requests.');
		expect(took).toBeGreaterThan(500);
		expect(took).toBeLessThanOrEqual(600);
	});

	it('a stopped execution stops waiting', async () => {
		fault({ status: 503, times: 9 });
		const stop = new AbortController();
		const sleep = world.clock.sleep;
		const { clock } = jest.requireActual<typeof import('../../nodes/shared/transport/clock')>(
			'../../nodes/shared/transport/clock',
		);
		clock.sleep = async (milliseconds, signal) => {
			// Before that, it is the time of the answer that is counted.
			if (world.simulator.requests.entries.some((entry) => entry.status === 503)) stop.abort();
			await sleep(milliseconds, signal);
		};
		await status({ signal: stop.signal });
		expect(world.requests()).toHaveLength(1);
	});
});

describe('On Error', () => {
	const items = [{ group: 'Demo Laptops' }, { group: 'No Such Group' }, { group: 'Kiosks' }];
	const retried = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };

	it('Stop Workflow: names the item, and what the others started', async () => {
		const { error, json } = await scan({ items });
		expect(json).toEqual([]);
		expect(error?.message).toContain('No endpoint was found');
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(error?.description).toMatch(
			/^Other items of this node: item 0: started, action_id \d+; item 2: started, action_id \d+\.$/m,
		);
	});

	it('Stop Workflow: names others of which nobody knows whether they were started', async () => {
		const refused = { group: 'No Such Group' };
		fault({ status: 503, skip: 1 });
		const { error } = await scan({ items: [refused, { group: 'Kiosks' }, { group: 'Kiosks' }] });
		expect(error?.context).toMatchObject({ itemIndex: 0 });
		expect(error?.description).toMatch(
			/^Other items of this node: item 1: not known whether it was started; item 2: started, action_id \d+\.$/m,
		);
		expect(error?.description).not.toContain('It is not known whether this scan');
	});

	it('Continue: the error takes the place of its item', async () => {
		const { json, outputs } = await scan({ items, onError: 'continueRegularOutput' });
		expect(json.map((row) => Object.keys(row))).toEqual([
			['action_id', 'endpoints_count'],
			['error', 'details'],
			['action_id', 'endpoints_count'],
		]);
		expect(json[1].error).toContain('No endpoint was found');
		expect(json[1].details).toMatchObject({ status: 500 });
		expect(outputs[0].map((item) => item.pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
	});

	it('Continue (using error output): the failed item, with the fields of its input', async () => {
		const { outputs } = await scan({ items, onError: 'continueErrorOutput' });
		expect(outputs[0]).toHaveLength(2);
		expect(outputs[0].map((item) => item.pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(outputs[1]).toHaveLength(1);
		expect(outputs[1][0]).toMatchObject({
			json: { group: 'No Such Group', error: expect.stringContaining('No endpoint was found') },
			pairedItem: { item: 1 },
		});
	});

	it('Retry On Fail does not start again what was started', async () => {
		fault({ status: 503, skip: 1 });
		const { error } = await scan({
			items: items.filter(({ group }) => group !== 'No Such Group'),
			node: retried,
		});
		expect(error?.description).toContain('It is not known whether this scan was started');
		expect(world.requests()).toHaveLength(2);
	});

	it('Retry On Fail does not send again what was refused', async () => {
		fault({ status: 403, body: errorEnvelope(403, 'Forbidden', null) });
		const { error } = await scan({ items: [{ group: 'Kiosks' }], node: retried });
		expect(error?.message).toContain('Forbidden');
		expect(error?.description).not.toContain('It is not known');
		expect(world.requests()).toHaveLength(1);
	});

	it('Retry On Fail does send again what was one request too many', async () => {
		const ONE_TRY = 24;
		fault({ status: 429, times: ONE_TRY, body: errorEnvelope(429, 'Too many requests.', null) });
		const { json, error } = await scan({ items: [{ group: 'Kiosks' }], node: retried });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(1);
		expect(world.requests()).toHaveLength(ONE_TRY + 1);
	});

	it('Retry On Fail does read again what could not be read', async () => {
		fault({ status: 403, body: errorEnvelope(403, 'Forbidden', null) });
		expect((await status({ node: retried })).json).toHaveLength(1);
		expect(world.requests()).toHaveLength(2);
	});

	it('an answer that nobody can read leaves open whether the scan was started', async () => {
		const node = new CortexXdrScanEndpoints();
		const scope = node.description.properties.find(({ routing }) => routing)!;
		scope.routing!.output!.postReceive = [
			async () => {
				throw new TypeError('x is not a function');
			},
		];
		const { error } = await world.run(
			node,
			{ scope: 'all', options: {} },
			{ items: [{}], node: retried },
		);
		expect(error?.description).toContain('It is not known whether this scan was started');
		expect(world.requests()).toHaveLength(1);
	});

	it("n8n's list of allowed domains is no reason to look whether the scan was started", async () => {
		const node = new CortexXdrScanEndpoints();
		const send = node.description.properties.find(({ routing }) => routing)!.routing!.send!;
		send.preSend = [
			...(send.preSend ?? []),
			async (request) => ({ ...request, allowedDomains: 'example.com' }),
		];
		const { error } = await world.run(node, { scope: 'all', options: {} });
		expect(error?.message).toContain('Domain not allowed');
		expect(error?.description ?? '').not.toContain('It is not known');
		expect(world.requests()).toHaveLength(0);
	});
});

describe('pace', () => {
	it('500 items pass the limit of 10 requests a second, in order, without a refusal', async () => {
		const items = Array.from({ length: 500 }, (_, index) => ({ id: index % 2 ? '6001' : '7001' }));
		const [{ json, error }, took] = await seconds(
			world.run(
				new CortexXdrGetActionStatus(),
				{ actionId: '={{ $json.id }}', output: 'summary' },
				{ items },
			),
		);
		expect(error).toBeUndefined();
		expect(json.map((row) => row.action_id)).toEqual(items.map(({ id }) => id));
		expect(world.requests()).toHaveLength(500);
		expect(world.simulator.requests.busiestSecond()).toBeLessThanOrEqual(10);
		expect(took).toBeLessThan(60);
	});

	it('executions side by side share the limit', async () => {
		const items = Array.from({ length: 20 }, () => ({}));
		const results = await Promise.all([1, 2, 3].map(async () => await status({ items })));
		expect(results.map(({ json }) => json.length)).toEqual([20, 20, 20]);
		const statuses = new Set(world.requests().map((request) => request.status));
		expect([...statuses]).toEqual([200]);
	});

	it('other clients that use up the limit cost waits, not results', async () => {
		world.simulator.faults.add({ path: '/public_api', rate: 0.3, status: 429 });
		const items = Array.from({ length: 50 }, () => ({}));
		const { json } = await status({ items });
		expect(json).toHaveLength(50);
	});
});

describe('secrets', () => {
	it('an answer that repeats the key does not bring it into the error', async () => {
		const { key } = world.simulator.keys.standard;
		fault({ status: 500, body: errorEnvelope(500, `bad header ${key}`, { authorization: key }) });
		const { error, stored } = await status({
			credentials: { cortexXdrApi: world.cortexKey('standard') },
		});
		expect(error?.message).toContain('bad header [hidden]');
		expect(stored).not.toContain(key);
	});

	it.each([' ', '\n', '\u00a0', '\u200b'])(
		'hides a key that was pasted with %j around it',
		async (blank) => {
			const { key } = world.simulator.keys.standard;
			const padded = {
				...world.cortexKey('standard'),
				apiKey: `${blank}${key}${blank}`,
			};
			fault({ status: 500, body: errorEnvelope(500, `bad header ${key}`, key) });
			const { error, stored } = await status({ credentials: { cortexXdrApi: padded } });
			expect(error?.message).toContain('bad header [hidden]');
			expect(stored).not.toContain(key);
		},
	);

	it('nothing that n8n stores of a failed execution holds key or signature', async () => {
		fault({ breakConnection: 'before', times: 9 });
		const { stored } = await status({ credentials: { cortexXdrApi: world.cortexKey('standard') } });
		expect(stored).toContain('The connection broke');
		expect(stored).not.toContain(world.simulator.keys.standard.key);
		expect(stored.toLowerCase()).not.toContain('authorization');
	});

	it('the key goes to no other host', async () => {
		const node = new CortexXdrScanEndpoints();
		node.description.requestDefaults = { baseURL: world.url.replace('127.0.0.1', 'localhost') };
		const { error } = await world.run(node, { scope: 'all', options: {} });
		expect(error?.message).toContain('is not sent to localhost');
		expect(error?.description).not.toContain('It is not known');
		expect(world.requests()).toEqual([]);
	});
});
