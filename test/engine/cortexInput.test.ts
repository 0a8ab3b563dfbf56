import type { INode, INodeProperties, INodeType } from 'n8n-workflow';
import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrGetImportJob } from '../../nodes/CortexXdrGetImportJob/CortexXdrGetImportJob.node';
import { CortexXdrGetScriptResults } from '../../nodes/CortexXdrGetScriptResults/CortexXdrGetScriptResults.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import {
	FILTER_FIELDS,
	ISOLATION,
	PLATFORMS,
	SCAN_STATUSES,
} from '../../nodes/shared/cortex/scanFilters';
import { refusalOf } from '../../nodes/shared/transport/refusal';
import { createWorld, type World } from '../support/world';

let world: World;

beforeAll(async () => {
	world = await createWorld();
});

afterAll(async () => await world.close());

/** One wrong input: what the node is given, and what its message must name. */
interface Wrong {
	node: new () => INodeType;
	name: string;
	parameters: INode['parameters'];
	message: string;
	/** What its hint must say. */
	hint?: string;
}

const filtered = (filters: object): INode['parameters'] =>
	({ scope: 'matching', filters, options: {} }) as INode['parameters'];

const scans: Array<[string, object, string]> = [
	['no filter', {}, 'No filter is set'],
	['a filter of blanks', { groupNames: ' , \n ' }, 'Filter Group Names is empty'],
	['a filter of no-break spaces', { hostnames: '\u00a0' }, 'Filter Hostnames is empty'],
	['an empty array', { aliases: [] }, 'Filter Aliases is empty'],
	[
		'an expression that gives nothing',
		{ usernames: '={{ $json.none }}' },
		'Filter Usernames is empty',
	],
	[
		'one good and one empty filter',
		{ hostnames: 'a', endpointIds: '' },
		'Filter Endpoint IDs is empty',
	],
	['a list of objects', { hostnames: [{ name: 'a' }] }, 'Filter Hostnames holds "{"name":"a"}"'],
	['an object', { groupNames: '={{ {a: 1} }}' }, 'Filter Group Names holds'],
	[
		'an address that is none',
		{ ipAddresses: '10.0.0.1, 10.0.0.256' },
		'"10.0.0.256", which is not an IP address',
	],
	['a network', { ipAddresses: '10.0.0.0/8' }, '"10.0.0.0/8", which is not an IP address'],
	[
		'an IPv6 address with too many parts',
		{ ipAddresses: '1:2:3:4:5:6:7:8:9' },
		'not an IP address',
	],
	['an unknown platform', { platforms: ['windows', 'beos'] }, 'Filter Platforms holds "beos"'],
	['no platform', { platforms: [] }, 'Filter Platforms is empty'],
	['an unknown scan status', { scanStatuses: 'done' }, 'Filter Scan Statuses holds "done"'],
	['an unknown isolation', { isolation: 'maybe' }, 'Filter Isolation holds "maybe"'],
	[
		'a date that is none',
		{ firstSeenAfter: 'yesterday' },
		'Filter First Seen After holds "yesterday", which is not a date',
	],
	['a day that is none', { lastSeenBefore: '2026-02-30' }, 'not a date'],
	['an empty date', { lastSeenAfter: '' }, 'Filter Last Seen After is empty'],
	['epoch seconds', { lastSeenAfter: 1772366400 }, 'looks like epoch seconds'],
	[
		'a range that ends before it starts',
		{ firstSeenAfter: '2026-02-01', firstSeenBefore: '2026-01-01' },
		'Filter First Seen After (2026-02-01T00:00:00.000Z) lies after Filter First Seen Before (2026-01-01T00:00:00.000Z)',
	],
	[
		'another such range',
		{ lastSeenAfter: '2026-02-01', lastSeenBefore: '2026-01-01' },
		'Filter Last Seen After (2026-02-01T00:00:00.000Z) lies after Filter Last Seen Before (2026-01-01T00:00:00.000Z)',
	],
	['a list with single quotes', { groupNames: "['a', 'b']" }, 'looks like a list but is no JSON'],
	['a number that is not exact', { endpointIds: [2 ** 60] }, 'too large to be exact'],
];

const actionIds: Array<[string, unknown, string]> = [
	['an empty text', '={{ "" }}', 'Action ID is empty'],
	['blanks', ' \u00a0 ', 'Action ID is empty'],
	['an expression that gives nothing', '={{ $json.none }}', 'Action ID is empty'],
	['a word', 'abc', 'Action ID holds "abc", but it must be a whole positive number'],
	['zero', 0, 'Action ID holds "0"'],
	['a negative number', '-5', 'Action ID holds "-5"'],
	['a fraction', 1.5, 'Action ID holds "1.5"'],
	['two ids', '1,2', 'Action ID holds "1,2"'],
	['an object', '={{ {id: 1} }}', 'Action ID holds "{"id":1}", but it must be text'],
	['a number beyond exactness', 2 ** 53 + 2, 'too large to be exact'],
];

const wrong: Wrong[] = [
	...scans.map(([name, filters, message]) => ({
		node: CortexXdrScanEndpoints,
		name,
		parameters: filtered(filters),
		message,
	})),
	{
		node: CortexXdrScanEndpoints,
		name: 'an empty incident',
		parameters: { scope: 'all', options: { incidentId: '' } },
		message: 'Incident ID is empty',
	},
	...(
		[
			[CortexXdrGetActionStatus, 'sumary', 'It can hold: endpoints, summary.'],
			[CortexXdrGetScriptResults, 'summary', 'It can hold: endpoints, execution.'],
		] as const
	).flatMap(([node, output, hint]) =>
		[output, `={{ '${output}' }}`, '={{ $json.none }}'].map((given) => ({
			node,
			name: `the output ${given}`,
			parameters: { actionId: '6001', output: given },
			message: 'Output holds ',
			hint,
		})),
	),
	...[CortexXdrGetActionStatus, CortexXdrGetScriptResults].flatMap((node) =>
		actionIds.map(([name, actionId, message]) => ({
			node,
			name,
			parameters: { actionId, output: 'endpoints' } as INode['parameters'],
			message,
		})),
	),
	...(
		[
			['an empty text', '={{ "" }}', 'Job ID is empty'],
			['a step in a path', '..', 'Job ID holds ".."'],
			['a list', '={{ ["a"] }}', 'Job ID holds "["a"]", but it must be text'],
		] as const
	).map(([name, jobId, message]) => ({
		node: CortexXdrGetImportJob,
		name,
		parameters: { jobId },
		message,
	})),
];

/** An expression with which n8n stops at the first item without a group. */
const FAILS_WITHOUT_GROUP = '={{ $json.group ?? $("No Such Node").first().json.group }}';

describe('wrong input is refused before anything is sent', () => {
	it.each(wrong)('$node.name: $name', async ({ node, parameters, message, hint = '' }) => {
		world.requests();
		const { error, json } = await world.run(new node(), parameters);
		expect(error?.message).toContain(message);
		expect(error?.description).toBeTruthy();
		expect(error?.description).toContain(hint);
		expect(json).toEqual([]);
		expect(world.requests()).toEqual([]);
	});

	it('one wrong item of many keeps all from being sent, and is named', async () => {
		world.requests();
		const { error } = await world.run(
			new CortexXdrScanEndpoints(),
			filtered({ groupNames: '={{ $json.group }}' }),
			{ items: [{ group: 'Kiosks' }, { group: '' }, { group: 'Kiosks' }] },
		);
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(world.requests()).toEqual([]);
	});

	it('an expression that fails keeps all from being sent', async () => {
		world.requests();
		const { error } = await world.run(
			new CortexXdrScanEndpoints(),
			filtered({ groupNames: FAILS_WITHOUT_GROUP }),
			{ items: [{ group: 'Kiosks' }, {}] },
		);
		expect(error?.message).toBe("Referenced node doesn't exist");
		expect(world.requests()).toEqual([]);
	});

	it('an expression that fails leaves no refusal behind that nobody waits for', async () => {
		world.requests();
		const { error } = await world.run(
			new CortexXdrScanEndpoints(),
			filtered({ groupNames: FAILS_WITHOUT_GROUP }),
			{ items: [{ group: '' }, {}] },
		);
		// Of a rejection that nobody waits for, jest makes a failure.
		expect(error?.message).toBe("Referenced node doesn't exist");
		expect(world.requests()).toEqual([]);
	});

	it.each([
		['no batching', undefined, 0],
		['no time between batches', { batchSize: 1, batchInterval: 0 }, 0],
		['a batch for all', { batchSize: 3, batchInterval: 10 }, 0],
		// The others have been sent by then.
		['smaller batches', { batchSize: 2, batchInterval: 10 }, 2],
	])('%s: a wrong item of three lets so many others be sent', async (_name, batch, sent) => {
		world.requests();
		const { error } = await world.run(
			new CortexXdrScanEndpoints(),
			{
				...filtered({ groupNames: '={{ $json.group }}' }),
				...(batch && { requestOptions: { batching: { batch } } }),
			},
			{ items: [{ group: 'Kiosks' }, { group: 'Kiosks' }, { group: '' }] },
		);
		expect(error?.message).toBe('Filter Group Names is empty');
		expect(world.requests()).toHaveLength(sent);
	});

	it('where On Error says to continue, the good items are sent', async () => {
		world.requests();
		const { outputs } = await world.run(
			new CortexXdrScanEndpoints(),
			filtered({ groupNames: '={{ $json.group }}' }),
			{
				items: [{ group: 'Kiosks' }, { group: '' }, { group: 'Kiosks' }],
				onError: 'continueErrorOutput',
			},
		);
		expect(outputs[0].map((item) => item.pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(outputs[1][0].json).toMatchObject({ group: '', error: 'Filter Group Names is empty' });
		expect(world.requests()).toHaveLength(2);
	});

	it.each([
		['no key', { apiKey: '' }, 'API Key of the Cortex XDR API credential is empty'],
		['no key id', { apiKeyId: ' ' }, 'API Key ID of the Cortex XDR API credential is empty'],
		['no tenant', { tenantUrl: '' }, 'Tenant URL of the Cortex XDR API credential is empty'],
		['a tenant that is none', { tenantUrl: 'not a host' }, 'holds "not a host"'],
		[
			'an unknown level',
			{ securityLevel: 'x' },
			'Security Level of the Cortex XDR API credential holds "x"',
		],
	])('a credential with %s', async (_name, change, message) => {
		const { error } = await world.run(
			new CortexXdrGetActionStatus(),
			{ actionId: '1', output: 'summary' },
			{ credentials: { cortexXdrApi: { ...world.cortexKey('admin'), ...change } } },
		);
		expect(error?.message).toContain(message);
	});
});

// When it loads a workflow, n8n drops collections and names in them that a node does not have.
describe('options that come on another way than through a workflow that n8n has loaded', () => {
	const prepared = async (options: unknown) => {
		const { properties } = new CortexXdrScanEndpoints().description;
		const { routing } = properties.find((property) => property.routing)!;
		const request: { body?: unknown } = {};
		const parameters: Record<string, unknown> = { scope: 'all', options };
		const context = {
			getNodeParameter: (name: string) => parameters[name],
			getNode: () => ({ type: 'scan', parameters: { scope: 'all' } }),
		};
		await routing!.send!.preSend![0].call(context as never, request as never);
		return { body: request.body, refusal: refusalOf(request)?.message };
	};

	it('are sent', async () => {
		expect(await prepared({ incidentId: 1 })).toEqual({
			body: { request_data: { filters: 'all', incident_id: '1' } },
		});
		expect((await prepared({})).body).toEqual({ request_data: { filters: 'all' } });
	});

	it.each([
		[{ incident: 4711 }, 'Options holds "incident", which is not one of its options'],
		[['4711'], 'Options holds "["4711"]", which is no collection of options'],
		[null, 'Options holds "null", which is no collection of options'],
		[{ incidentId: null }, 'Incident ID is empty'],
	])('%j is refused', async (options, refusal) =>
		expect(await prepared(options)).toEqual({ refusal }),
	);
});

describe('Execute Once', () => {
	const items = [{ id: '6001', group: 'Kiosks' }, { id: '7001' }, {}];

	it.each([
		[CortexXdrScanEndpoints, filtered({ groupNames: '={{ $json.group }}' })],
		[CortexXdrGetActionStatus, { actionId: '={{ $json.id }}', output: 'summary' }],
	])('%p deals with the first item', async (Node, parameters) => {
		world.requests();
		const { json, outputs, error } = await world.run(new Node(), parameters, {
			items,
			node: { executeOnce: true },
		});
		expect(error).toBeUndefined();
		expect(json).toHaveLength(1);
		expect(outputs[0][0].pairedItem).toEqual({ item: 0 });
		expect(world.requests()).toHaveLength(1);
	});

	it('still refuses wrong input', async () => {
		world.requests();
		const { error } = await world.run(
			new CortexXdrScanEndpoints(),
			filtered({ groupNames: '={{ $json.none }}' }),
			{ items, node: { executeOnce: true } },
		);
		expect(error?.message).toBe('Filter Group Names is empty');
		expect(world.requests()).toEqual([]);
	});
});

describe('input of every form that people use', () => {
	const sent = async (filters: object, options = {}) => {
		const { bodies } = await world.run(new CortexXdrScanEndpoints(), filtered(filters), options);
		return (bodies as Array<{ request_data: { filters: unknown } }>)[0].request_data.filters;
	};

	it.each([
		['commas', 'a, b,,a '],
		['lines', 'a\r\nb\n'],
		['JSON text', '["a", "b"]'],
		['an array', ['a', 'b', null, 'a']],
		['an expression', '={{ ["a", "b"] }}'],
	])('lists: %s', async (_name, hostnames) => {
		expect(await sent({ hostnames })).toEqual([
			{ field: 'hostname', operator: 'in', value: ['a', 'b'] },
		]);
	});

	it.each([
		['ISO with a zone', '2026-03-01T09:30:00+01:30', 'UTC'],
		['ISO without one, in the zone of the workflow', '2026-03-01T03:00:00', 'America/New_York'],
		['epoch milliseconds', 1772352000000, 'UTC'],
		['epoch milliseconds as text', '1772352000000', 'UTC'],
		['a Luxon date', '={{ DateTime.fromISO("2026-03-01T08:00:00Z") }}', 'UTC'],
		['a JavaScript date', '={{ new Date("2026-03-01T08:00:00Z") }}', 'UTC'],
	])('dates: %s', async (_name, lastSeenAfter, timezone) => {
		expect(await sent({ lastSeenAfter }, { timezone })).toEqual([
			{ field: 'last_seen', operator: 'gte', value: 1772352000000 },
		]);
	});

	/** For each filter, what the user gives and what the vendor gets. */
	const sentFilters: Record<
		string,
		[given: unknown, field: string, operator: string, value: unknown]
	> = {
		aliases: ['reception-pc, kiosk-2', 'alias', 'in', ['reception-pc', 'kiosk-2']],
		distributionNames: ['WinInstaller', 'dist_name', 'in', ['WinInstaller']],
		endpointIds: [['0f3c1a5e'], 'endpoint_id_list', 'in', ['0f3c1a5e']],
		firstSeenAfter: ['2026-03-01T08:00:00Z', 'first_seen', 'gte', 1772352000000],
		firstSeenBefore: ['2026-03-01T08:00:00Z', 'first_seen', 'lte', 1772352000000],
		groupNames: [['Labs, Building 7'], 'group_name', 'in', ['Labs, Building 7']],
		hostnames: ['web-01', 'hostname', 'in', ['web-01']],
		ipAddresses: ['192.168.5.12, 2001:db8::1', 'ip_list', 'in', ['192.168.5.12', '2001:db8::1']],
		isolation: ['unisolated', 'isolate', 'in', ['unisolated']],
		lastSeenAfter: ['2026-03-01T08:00:00Z', 'last_seen', 'gte', 1772352000000],
		lastSeenBefore: ['2026-03-01T08:00:00Z', 'last_seen', 'lte', 1772352000000],
		platforms: [['windows', 'macos'], 'platform', 'in', ['windows', 'macos']],
		scanStatuses: [['none', 'error'], 'scan_status', 'in', ['none', 'error']],
		usernames: ['a.turing', 'username', 'in', ['a.turing']],
	};

	it.each(Object.entries(sentFilters))(
		'filters: %s',
		async (name, [given, field, operator, value]) =>
			expect(await sent({ [name]: given })).toEqual([{ field, operator, value }]),
	);

	it('every filter has a row that says what is sent', () => {
		expect(Object.keys(sentFilters)).toEqual(Object.keys(FILTER_FIELDS));
	});

	it('all filters go along, however many there are', async () => {
		const given = Object.entries(sentFilters).map(([name, [value]]) => [name, value]);
		expect(await sent(Object.fromEntries(given) as object)).toHaveLength(given.length);
	});

	it.each([
		['platforms', PLATFORMS],
		['scanStatuses', SCAN_STATUSES],
		['isolation', ISOLATION],
	])('the editor offers what the filter %s takes', (name, allowed) => {
		const { properties } = new CortexXdrScanEndpoints().description;
		const filters = properties.find((property) => property.name === 'filters')?.options ?? [];
		const filter = filters.find((option) => option.name === name) as INodeProperties;
		const values = (filter.options ?? []).map((option) => 'value' in option && option.value);
		expect([...values].sort()).toEqual([...allowed].sort());
	});

	it('every filter of the editor is one of the table, and the reverse', () => {
		const { properties } = new CortexXdrScanEndpoints().description;
		const filters = properties.find(({ name }) => name === 'filters');
		const names = (filters?.options ?? []).map(({ name }) => name);
		expect(names).toEqual(Object.keys(FILTER_FIELDS));
		for (const option of filters?.options ?? []) {
			expect('displayName' in option && option.displayName).toBe(FILTER_FIELDS[option.name].label);
		}
	});
});
