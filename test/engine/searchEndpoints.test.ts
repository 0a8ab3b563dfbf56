import type { INode } from 'n8n-workflow';
import { CortexXdrSearchEndpoints } from '../../nodes/CortexXdrSearchEndpoints/CortexXdrSearchEndpoints.node';
import { firstPage } from '../../nodes/CortexXdrSearchEndpoints/paging';
import { pageBody, readSearch } from '../../nodes/CortexXdrSearchEndpoints/search';
import { requestSchema } from '../samples/getEndpoint';
import { askTool, WAYS } from '../support/agent';
import type { EngineOptions } from '../support/engine';
import { isShown } from '../support/hints';
import { print } from '../support/print';
import { violation } from '../support/schema';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const search = async (parameters: INode['parameters'] = {}, options: Partial<EngineOptions> = {}) =>
	await world.run(
		new CortexXdrSearchEndpoints(),
		{ returnAll: true, options: {}, ...parameters },
		options,
	);

const PARAMETERS = { returnAll: false, limit: 50, filters: {}, simplify: true, options: {} };
const idsOf = (json: Array<Record<string, unknown>>) =>
	json.map((item) => String(item.endpoint_id));
const settings = (changed: Partial<World['simulator']['cortexSettings']>) =>
	Object.assign(world.simulator.cortexSettings, changed);
const dataOf = (body: unknown) => (body as { request_data: Record<string, unknown> }).request_data;

describe('2,000 endpoints', () => {
	const all = () => world.simulator.cortex.endpoints.map(({ id }) => id);

	it('come out once each, in about twenty requests, ten a second', async () => {
		const before = world.clock.now();
		const { json, outputs, error } = await search();
		expect(error).toBeUndefined();
		expect(idsOf(json)).toEqual(all().sort());
		expect(outputs[0].every(({ pairedItem }) => (pairedItem as { item: number }).item === 0)).toBe(
			true,
		);
		const requests = world.requests();
		print(`Search Endpoints: 2,000 endpoints in ${requests.length} requests`);
		expect(requests.length).toBeLessThanOrEqual(22);
		expect(world.simulator.requests.overLimit()).toBe(0);
		expect(world.clock.now() - before).toBeGreaterThan(2_000);
	});

	it('also where the tenant does not say how many there are', async () => {
		settings({ noTotalCount: true });
		const { json } = await search();
		expect(idsOf(json)).toEqual(all().sort());
		expect(world.requests().length).toBeLessThanOrEqual(22);
	});

	it.each([
		[1, 1],
		[3, 0],
		[0, 3],
		[5, 40],
	])(
		'while agents check in, %i are removed and %i enrolled between two pages: none is lost',
		async (removedPerSearch, enrolledPerSearch) => {
			const there = new Set(all());
			settings({ removedPerSearch, enrolledPerSearch });
			const { json, error } = await search({
				options: { sort: { row: { field: 'last_seen', direction: 'desc' } } },
			});
			expect(error).toBeUndefined();
			const requests = world.requests().length;
			print(
				`Search Endpoints: -${removedPerSearch} +${enrolledPerSearch} between two pages, ${requests} requests`,
			);
			if (removedPerSearch < 4 && enrolledPerSearch < 4) expect(requests).toBeLessThanOrEqual(22);
			const ids = idsOf(json);
			expect(new Set(ids).size).toBe(ids.length);
			const left = world.simulator.cortex.search(
				[],
				{ field: 'endpoint_id', keyword: 'ASC' },
				{ from: 0, to: Infinity },
			).records as Array<{ endpoint_id: string }>;
			const stayed = left.filter(({ endpoint_id }) => there.has(endpoint_id));
			expect(stayed.length).toBeGreaterThan(1700);
			const found = new Set(ids);
			expect(stayed.filter(({ endpoint_id }) => !found.has(endpoint_id))).toEqual([]);
			const times = json.map(({ last_seen }) => String(last_seen));
			expect(times).toEqual(times.toSorted().reverse());
		},
	);

	it('while endpoints are switched on and off, those of a status come out once each', async () => {
		const { simulator } = world;
		const { json } = await search({ filters: { endpointStatuses: ['connected'] } });
		expect(json.length).toBeGreaterThan(1_500);
		expect(json.every(({ endpoint_status }) => endpoint_status === 'CONNECTED')).toBe(true);
		expect(new Set(idsOf(json)).size).toBe(json.length);
		simulator.time.advance(6 * 3600);
		const later = await search({ filters: { endpointStatuses: ['disconnected'] } });
		expect(later.json.length).toBeGreaterThan(100);
	});

	it('ends at once when the execution is stopped', async () => {
		const stop = new AbortController();
		const { clock } = await import('../../nodes/shared/transport/clock');
		const { sleep } = clock;
		let pauses = 0;
		// Between two pages.
		clock.sleep = async (milliseconds, signal) => {
			pauses += 1;
			if (pauses === 5) stop.abort();
			await sleep(milliseconds, signal);
		};
		const { json } = await search({}, { signal: stop.signal });
		expect(json).toEqual([]);
		expect(pauses).toBe(5);
		expect(world.requests().length).toBeLessThanOrEqual(5);
	});
});

describe('what is asked', () => {
	it('without a filter: all, up to the limit, by their ids', async () => {
		const { json, bodies } = await world.run(new CortexXdrSearchEndpoints(), {});
		expect(json).toHaveLength(50);
		expect(bodies).toEqual([
			{
				request_data: {
					search_from: 0,
					search_to: 50,
					sort: { field: 'endpoint_id', keyword: 'ASC' },
				},
			},
		]);
	});

	it('every filter, as the vendor documents it', async () => {
		const { bodies } = await search({
			filters: {
				aliases: 'a, b',
				distributionNames: 'WinInstaller',
				endpointIds: ['e1', 'e2'],
				endpointStatuses: ['connected', 'lost'],
				firstSeenAfter: '2020-01-31T08:00:00Z',
				firstSeenBefore: '2026-01-31T08:00:00Z',
				groupNames: '["Labs, Building 7"]',
				hostnames: 'demo-lt-01\ndemo-lt-02',
				ipAddresses: '10.0.0.1, fd12::1',
				isolation: 'unisolated',
				lastSeenAfter: 1_700_000_000_000,
				lastSeenBefore: '1900000000000',
				platforms: ['windows', 'linux'],
				publicIpAddresses: '203.0.113.7',
				scanStatuses: ['none', 'success'],
				usernames: 'a.turing',
			},
			options: { sort: { row: { field: 'last_seen', direction: 'desc' } } },
		});
		expect(bodies).toHaveLength(1);
		expect(await violation(requestSchema, bodies[0])).toBeUndefined();
		const { filters } = dataOf(bodies[0]) as { filters: object[] };
		expect(filters).toHaveLength(16);
		expect(filters).toEqual(
			expect.arrayContaining([
				{ field: 'endpoint_status', operator: 'in', value: ['connected', 'lost'] },
				{ field: 'public_ip_list', operator: 'in', value: ['203.0.113.7'] },
				{ field: 'group_name', operator: 'in', value: ['Labs, Building 7'] },
				{ field: 'first_seen', operator: 'gte', value: Date.parse('2020-01-31T08:00:00Z') },
				{ field: 'last_seen', operator: 'lte', value: 1_900_000_000_000 },
			]),
		);
	});

	it('every page of it keeps to the schema', async () => {
		const { bodies } = await search({
			returnAll: false,
			limit: 250,
			filters: { platforms: ['windows'] },
		});
		expect(bodies).toHaveLength(3);
		for (const body of bodies) expect(await violation(requestSchema, body)).toBeUndefined();
	});

	it.each([
		[
			'as the editor makes it',
			{ row: { field: 'first_seen', direction: 'asc' } },
			'first_seen',
			'ASC',
		],
		['as an object', { field: 'LAST_SEEN', direction: 'DESC' }, 'last_seen', 'DESC'],
		['a field alone', { row: { field: 'last_seen' } }, 'last_seen', 'DESC'],
		['nothing chosen', {}, 'endpoint_id', 'ASC'],
		['not added', undefined, 'endpoint_id', 'ASC'],
	])('a sort %s', (_name, sort, field, keyword) => {
		const wanted = readSearch({ ...PARAMETERS, options: { sort } }, 'UTC');
		expect(dataOf(pageBody(wanted, firstPage(wanted))).sort).toEqual({ field, keyword });
	});

	it('each item asks for its own, and keeps its place', async () => {
		const items = [{ host: 'kiosk-02' }, { host: 'nobody' }, { host: 'kiosk-01' }];
		const { outputs } = await search({ filters: { hostnames: '={{ $json.host }}' } }, { items });
		expect(outputs[0].map(({ json, pairedItem }) => [json.endpoint_name, pairedItem])).toEqual([
			['kiosk-02', { item: 0 }],
			['kiosk-01', { item: 2 }],
		]);
	});
});

describe('what is refused before anything is sent', () => {
	it.each<[INode['parameters'], string]>([
		[{ filters: { hostnames: '={{ $json.gone }}' } }, 'Filter Hostnames is empty'],
		[{ filters: { endpointStatuses: [] } }, 'Filter Endpoint Statuses is empty'],
		[
			{ filters: { endpointStatuses: ['online'] } },
			'Filter Endpoint Statuses holds "online", which is not one of its values',
		],
		[
			{ filters: { publicIpAddresses: '10.0.0.0/8' } },
			'Filter Public IP Addresses holds "10.0.0.0/8", which is not an IP address',
		],
		[
			{ filters: { lastSeenAfter: '2026-02-01', lastSeenBefore: '2026-01-01' } },
			'Filter Last Seen After (2026-02-01T00:00:00.000Z) lies after Filter Last Seen Before (2026-01-01T00:00:00.000Z)',
		],
		[
			{ returnAll: false, limit: 0 },
			'Limit holds "0", but it must be a whole number of endpoints, from 1 to 100000',
		],
		[
			{ returnAll: false, limit: 2.5 },
			'Limit holds "2.5", but it must be a whole number of endpoints, from 1 to 100000',
		],
		[{ returnAll: '={{ "maybe" }}' }, 'Return All holds "maybe"'],
		[{ simplify: '={{ "maybe" }}' }, 'Simplify holds "maybe"'],
	])('%j', async (parameters, message) => {
		const { error } = await search(parameters);
		expect(error?.message).toBe(message);
		expect(world.requests()).toEqual([]);
	});

	// n8n itself drops such names when it loads a workflow; they come where parameters come on other ways.
	it.each([
		[{ filters: { hostname: 'a' } }, 'Filters holds "hostname", which is not one of its filters'],
		[{ options: { order: 'a' } }, 'Options holds "order", which is not one of its options'],
		[
			{ options: { sort: { field: 'endpoint_name' } } },
			'Sort Field holds "endpoint_name", which is not one of its values',
		],
		[
			{ options: { sort: { field: 'last_seen', direction: 'up' } } },
			'Sort Direction holds "up", which is not one of its values',
		],
		[
			{ options: { sort: 'last_seen' } },
			'Sort holds "last_seen", which is no field with a direction',
		],
	])('%j, where it comes past n8n', (parameters, message) => {
		expect(() => readSearch({ ...PARAMETERS, ...parameters }, 'UTC')).toThrow(message);
	});
});

describe('what comes back', () => {
	it.each([
		['AGENT_ISOLATED', true],
		['AGENT_UNISOLATED', false],
		['AGENT_PENDING_ISOLATION', null],
		['AGENT_PENDING_ISOLATION_CANCELLATION', null],
		['SOMETHING_NEW', null],
		[null, null],
	])('is_isolated %s: isolated %s', async (word, isolated) => {
		const record = { endpoint_id: 'e1', is_isolated: word };
		world.simulator.faults.add({
			path: '/public_api',
			status: 200,
			body: { reply: { result_count: 1, endpoints: [record] } },
		});
		const { json } = await search();
		expect(json).toEqual([expect.objectContaining({ isolated, is_isolated: word })]);
	});

	it('a record that holds little: every field, and nothing made up', async () => {
		world.simulator.faults.add({
			path: '/public_api',
			status: 200,
			body: {
				reply: {
					endpoints: [{ endpoint_id: 'e1', group_name: 'One', endpointTags: 'a,b', ip: null }],
				},
			},
		});
		const { json } = await search();
		expect(json).toEqual([
			{
				endpoint_id: 'e1',
				endpoint_name: null,
				endpoint_status: null,
				isolated: null,
				is_isolated: null,
				scan_status: null,
				os_type: null,
				operating_system: null,
				ip: [],
				users: [],
				domain: null,
				group_name: ['One'],
				alias: null,
				tags: ['a,b'],
				endpoint_version: null,
				first_seen: null,
				last_seen: null,
			},
		]);
	});

	it('nothing at all is a success without items', async () => {
		const { json, error } = await search({ filters: { hostnames: 'nobody' } });
		expect([json, error]).toEqual([[], undefined]);
	});

	it.each([
		['No endpoint matches', { hostnames: 'nobody' }, 0, true],
		['No endpoint matches', { hostnames: 'kiosk-01' }, 1, false],
		['No filter is set', {}, 3, true],
		['No filter is set', {}, 0, false],
		['No filter is set', { hostnames: '={{ $json.host }}' }, 1, false],
	])(
		'the hint "%s" with the filters %j and %i endpoints: %s',
		(words, filters, count, expected) => {
			const rows = Array.from({ length: count }, () => ({ endpoint_id: 'e' }));
			expect(isShown(new CortexXdrSearchEndpoints(), words, { filters }, rows)).toBe(expected);
		},
	);

	describe('with Fail If Not Found', () => {
		const strictly = async (parameters: INode['parameters']) =>
			await search({ options: { failIfNotFound: true }, ...parameters });

		it.each([
			['a hostname', { hostnames: 'nobody' }, 'No endpoint has the hostname nobody'],
			[
				'some of several',
				{ hostnames: 'kiosk-01, nobody, kiosk-02, noone, nobody' },
				'2 of the 4 hostnames match no endpoint: nobody, noone',
			],
			[
				'one of several',
				{ hostnames: ['kiosk-01', 'nobody'] },
				'1 of the 2 hostnames matches no endpoint: nobody',
			],
			[
				'an id',
				{ endpointIds: 'f'.repeat(32) },
				`No endpoint has the endpoint ID ${'f'.repeat(32)}`,
			],
			[
				'more than anybody would read',
				{ hostnames: Array.from({ length: 25 }, (_, index) => `no-${index}`) },
				/^25 of the 25 hostnames match no endpoint: no-0, .*no-19 and 5 more$/,
			],
			[
				'what another filter keeps out',
				{ hostnames: 'kiosk-01', groupNames: 'Demo Laptops' },
				'No endpoint has the hostname kiosk-01',
			],
		])('%s that matches nothing is an error', async (_, filters, message) => {
			const { error } = await strictly({ filters });
			expect(error?.message).toEqual(
				typeof message === 'string' ? message : expect.stringMatching(message),
			);
			expect(error?.description).toContain('Names are exact');
		});

		it('what was found is no error, with Simplify off neither', async () => {
			const filters = { hostnames: 'kiosk-01, kiosk-02' };
			expect((await strictly({ filters })).json).toHaveLength(2);
			expect((await strictly({ filters, simplify: false })).json).toHaveLength(2);
		});

		it('nor is what a tenant has found that does not look at case', async () => {
			const record = { endpoint_id: 'e1', endpoint_name: 'kiosk-01' };
			world.simulator.faults.add({
				path: '/public_api',
				status: 200,
				body: { reply: { result_count: 1, endpoints: [record] } },
			});
			const { json } = await strictly({ filters: { hostnames: 'KIOSK-01' } });
			expect(json).toHaveLength(1);
		});

		it('a group that nobody is in is none', async () => {
			const { json, error } = await strictly({ filters: { groupNames: 'Nobody' } });
			expect([json, error]).toEqual([[], undefined]);
		});

		it('Limit may be the reason, and the error says so', async () => {
			const { error } = await strictly({
				returnAll: false,
				limit: 1,
				filters: { hostnames: 'kiosk-01, kiosk-02' },
			});
			expect(error?.message).toMatch(/^1 of the 2 hostnames matches no endpoint: kiosk-0\d$/);
			expect(error?.description).toContain('Limit may have left them out');
		});
	});

	it('a key without the permission: which one is missing, and where to give it', async () => {
		const { error } = await search(
			{},
			{ credentials: { cortexXdrApi: world.cortexKey('viewer') } },
		);
		expect(error?.message).toMatch(/^Cortex refused Search Endpoints: Forbidden access/);
		expect(error?.description).toContain('Endpoint Administrations (view)');
	});

	it('an endpoint without an id ends the search: it could not be told from the others', async () => {
		world.simulator.faults.add({
			path: '/public_api',
			status: 200,
			body: { reply: { endpoints: [{ endpoint_name: 'a' }] } },
		});
		const { error } = await search();
		expect(error?.message).toBe(
			'Cortex answered Search Endpoints with an endpoint without an endpoint_id',
		);
	});

	it('an outage in the middle is waited out; one that stays is told, and gives no half of a list', async () => {
		world.simulator.faults.add({ path: '/public_api', status: 503, skip: 5, times: 2 });
		expect((await search()).json).toHaveLength(2000);
		world.simulator.faults.clear();
		world.simulator.faults.add({ path: '/public_api', status: 503, skip: 5, times: 99 });
		const { json, error } = await search();
		expect(json).toEqual([]);
		expect(error?.message).toContain('503');
	});

	it('more than an item can bring is refused at the first page', async () => {
		world.simulator.faults.add({
			path: '/public_api',
			status: 200,
			body: { reply: { total_count: 250_000, endpoints: [{ endpoint_id: 'e1' }] } },
		});
		const { error } = await search();
		expect(error?.message).toBe('There are more than 100,000 endpoints');
		expect(world.requests()).toHaveLength(1);
	});
});

describe.each(WAYS)('as a tool, the %s way', (way) => {
	const ask = async (parameters: INode['parameters'], call: Record<string, unknown>) =>
		await askTool(
			world,
			new CortexXdrSearchEndpoints(),
			{ limit: 10, options: {}, ...parameters },
			[call],
			{ way },
		);

	it('a model names a host, and gets its id', async () => {
		const { answers } = await ask(
			{ filters: { hostnames: '={{ $fromAI("hostnames") }}' } },
			{ hostnames: 'kiosk-01' },
		);
		const [kiosk] = JSON.parse(answers[0]) as Array<Record<string, unknown>>;
		expect(kiosk.endpoint_id).toMatch(/^[\da-f]{32}$/);
	});

	it('a model gets no more than the author of the workflow allows', async () => {
		const { answers } = await ask(
			{ filters: { platforms: '={{ $fromAI("platforms", "", "json") }}' } },
			{ platforms: ['windows'], limit: 1000, returnAll: true },
		);
		expect(JSON.parse(answers[0])).toHaveLength(10);
	});

	it.each(['', ' ', '[]'])(
		'a filter that it left blank (%j) does not become all',
		async (hosts) => {
			const { answers } = await ask(
				{ filters: { hostnames: '={{ $fromAI("hostnames") }}' } },
				{ hostnames: hosts },
			);
			expect(answers[0]).toContain('Filter Hostnames is empty');
			expect(world.requests()).toEqual([]);
		},
	);

	it.each(['*', 'kiosk-01" OR "1"="1', '%'])('the host %j is a name like others', async (host) => {
		const { answers } = await ask(
			{ filters: { hostnames: '={{ $fromAI("hostnames") }}' } },
			{ hostnames: host },
		);
		expect(answers[0]).not.toContain('endpoint_name');
	});
});
