import { DEFAULT_SORT } from '../../simulator/cortex/endpointRecords';
import { refusals } from '../../simulator/cortex/errors';
import type { SimulatorState } from '../../simulator/server';
import { replySchema } from '../samples/getEndpoint';
import { violation } from '../support/schema';
import {
	closeBenches,
	createFakeClock,
	ENDPOINTS,
	SCAN,
	scanGroup,
	startBench,
	type Bench,
} from './support';

interface EndpointJson {
	endpoint_id: string;
	endpoint_name: string;
	endpoint_status: string;
	is_isolated: string;
	group_name: string[] | null;
	active_directory: unknown;
	public_ip: string;
	first_seen: number;
	last_seen: number;
}

let bench: Bench;

beforeAll(async () => {
	bench = await startBench({ endpoints: 2000 });
});
afterAll(closeBenches);

const ask = async (request_data: object, on = bench) =>
	await on.cortex(ENDPOINTS, { request_data });
const BY_ID = { sort: { field: 'endpoint_id', keyword: 'ASC' } };

/** All endpoints that match, page by page. */
async function all(filters: object[] = [], on = bench): Promise<EndpointJson[]> {
	const rows: EndpointJson[] = [];
	for (let from = 0; ; from += 100) {
		const { data } = await ask({ ...BY_ID, filters, search_from: from, search_to: from + 100 }, on);
		rows.push(...data.reply.endpoints);
		if (data.reply.result_count < 100) return rows;
	}
}

const tally = (values: string[]) => {
	const counts: Record<string, number> = {};
	for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
	return counts;
};
const filter = (field: string, value: unknown, operator = 'in') => ({ field, operator, value });

describe('get_endpoint', () => {
	test('every field has one of its documented forms, and each variant occurs', async () => {
		const answers: unknown[] = [];
		for (let from = 0; from < 2000; from += 100) {
			const { status, data } = await ask({ ...BY_ID, search_from: from, search_to: from + 100 });
			expect(status).toBe(200);
			answers.push(data);
			expect(data.reply).toMatchObject({ total_count: 2000, result_count: 100 });
		}
		expect(await violation({ type: 'array', items: replySchema }, answers)).toBeUndefined();
		const rows = await all();
		expect(new Set(rows.map(({ endpoint_id }) => endpoint_id)).size).toBe(2000);
		expect(Object.keys(tally(rows.map(({ endpoint_status }) => endpoint_status))).sort()).toEqual([
			'CONNECTED',
			'DISCONNECTED',
			'LOST',
			'UNINSTALLED',
			'VDI_PENDING_LOG_ON',
		]);
		expect(Object.keys(tally(rows.map(({ is_isolated }) => is_isolated))).sort()).toEqual([
			'AGENT_ISOLATED',
			'AGENT_UNISOLATED',
		]);
		const forms = rows.map(({ active_directory: at }) => (Array.isArray(at) ? 'list' : typeof at));
		expect(Object.keys(tally(forms)).sort()).toEqual(['list', 'object', 'string']);
	});

	test('without a page, a filter or a sort: the first hundred, those seen last for the first time', async () => {
		const { data } = await ask({});
		const times = data.reply.endpoints.map((row: EndpointJson) => row.first_seen);
		expect(times).toHaveLength(100);
		expect(times).toEqual(times.toSorted((a: number, b: number) => b - a));
		const slash = await bench.cortex(`${ENDPOINTS}/`, { request_data: {} });
		expect(slash.data).toEqual(data);
	});

	test.each([
		['endpoint_id', 'ASC'],
		['endpoint_id', 'DESC'],
		['first_seen', 'ASC'],
		['last_seen', 'DESC'],
	] as const)('sorted by %s %s', async (field, keyword) => {
		const { data } = await ask({ sort: { field, keyword } });
		const values = data.reply.endpoints.map((row: EndpointJson) => row[field]);
		const ascending = values.toSorted((a: number, b: number) => (a < b ? -1 : 1));
		expect(values).toEqual(keyword === 'ASC' ? ascending : ascending.reverse());
	});

	test('pages go from search_from up to search_to, which is not part of them', async () => {
		const { data: whole } = await ask(BY_ID);
		const { data: part } = await ask({ ...BY_ID, search_from: 10, search_to: 13 });
		expect(part.reply.endpoints).toEqual(whole.reply.endpoints.slice(10, 13));
		const { data: end } = await ask({ ...BY_ID, search_from: 1990, search_to: 2090 });
		expect(end.reply.endpoints).toHaveLength(10);
		const { data: beyond } = await ask({ ...BY_ID, search_from: 5000, search_to: 5001 });
		expect(beyond.reply).toEqual({ total_count: 2000, result_count: 0, endpoints: [] });
	});

	test.each<[string, object]>([
		['more than a hundred', { search_from: 0, search_to: 101 }],
		['an end before the start', { search_from: 200, search_to: 100 }],
		['a start without an end of its own', { search_from: 100 }],
		['a page as text', { search_from: '0' }],
		['a keyword in lower case', { sort: { field: 'last_seen', keyword: 'asc' } }],
		['another field', { sort: { field: 'endpoint_name', keyword: 'ASC' } }],
		['a sort without a keyword', { sort: { field: 'last_seen' } }],
		['an unknown parameter', { limit: 5 }],
		['all as a word', { filters: 'all' }],
		['an unknown filter', { filters: [filter('endpoint_name', ['a'])] }],
		['an unknown operator', { filters: [filter('hostname', ['a'], 'eq')] }],
		['an empty list', { filters: [filter('hostname', [])] }],
		['an empty text', { filters: [filter('hostname', [''])] }],
		['one value instead of a list', { filters: [filter('hostname', 'a')] }],
		['an unknown status', { filters: [filter('endpoint_status', ['CONNECTED'])] }],
		['an unknown platform', { filters: [filter('platform', ['ios'])] }],
		['a network', { filters: [filter('public_ip_list', ['10.0.0.0/8'])] }],
		['a date as ISO text', { filters: [filter('last_seen', '2026-01-01', 'gte')] }],
	])('refuses %s', async (_name, request_data) => {
		const { status, data } = await ask(request_data);
		expect([status, data.reply.err_msg]).toEqual([400, refusals.badRequest('').message]);
		expect(data.reply.err_extra).toEqual(expect.any(String));
	});

	test('a setting leaves out how many there are', async () => {
		const { data } = await ask({}, await startBench({ cortexSettings: { noTotalCount: true } }));
		expect(Object.keys(data.reply)).toEqual(['result_count', 'endpoints']);
		expect(await violation(replySchema, data)).toBeUndefined();
	});
});

describe('filters', () => {
	test.each([
		['connected', 'CONNECTED'],
		['disconnected', 'DISCONNECTED'],
		['lost', 'LOST'],
		['uninstalled', 'UNINSTALLED'],
	])('endpoint_status %s', async (word, status) => {
		const rows = await all([filter('endpoint_status', [word])]);
		expect(Object.keys(tally(rows.map(({ endpoint_status }) => endpoint_status)))).toEqual([
			status,
		]);
		const expected = (await all()).filter(({ endpoint_status }) => endpoint_status === status);
		expect(rows).toHaveLength(expected.length);
	});

	test('public_ip_list: all endpoints behind the router of a site', async () => {
		const [{ public_ip }] = await all([filter('hostname', ['demo-lt-01'])]);
		const rows = await all([filter('public_ip_list', [public_ip])]);
		expect(rows.length).toBeGreaterThan(10);
		expect(new Set(rows.map((row) => row.public_ip))).toEqual(new Set([public_ip]));
	});

	test('those that scans have too, together', async () => {
		const laptops = await all([
			filter('group_name', ['Demo Laptops']),
			filter('platform', ['windows']),
			filter('last_seen', 0, 'gte'),
			filter('isolate', ['unisolated']),
		]);
		expect(laptops).toHaveLength(12);
		expect(await all([filter('cloud_provider', ['AWS'])])).toEqual([]);
	});
});

describe('endpoints come and go', () => {
	test('those that are connected check in, and some are switched off and on again', async () => {
		const { time, cortex } = bench.simulator;
		const now = () => {
			const { records } = cortex.search([], DEFAULT_SORT, { from: 0, to: 2000 });
			return records as EndpointJson[];
		};
		const before = await all();
		time.advance(600);
		const soon = await all();
		const connected = soon.filter(({ endpoint_status }) => endpoint_status === 'CONNECTED');
		for (const { last_seen } of connected) {
			expect(last_seen).toBeGreaterThan(time.now() - 301_000);
			expect(last_seen).toBeLessThanOrEqual(time.now());
		}
		const laptop = (rows: EndpointJson[]) =>
			rows.find(({ endpoint_name }) => endpoint_name === 'demo-lt-01');
		expect(laptop(soon)!.last_seen).toBeGreaterThan(laptop(before)!.last_seen);

		const seen = new Map(before.map((row) => [row.endpoint_id, [row.endpoint_status]]));
		for (let hour = 0; hour < 48; hour += 2) {
			time.advance(7200);
			for (const row of now()) seen.get(row.endpoint_id)!.push(row.endpoint_status);
		}
		const histories = [...seen.values()].map((words) =>
			words.filter((word, index) => word !== words[index - 1]).join(' '),
		);
		const forms = tally(histories);
		expect(forms.CONNECTED).toBeGreaterThan(1000);
		expect(histories.some((one) => one.startsWith('CONNECTED DISCONNECTED CONNECTED'))).toBe(true);
		expect(histories.some((one) => one.startsWith('DISCONNECTED CONNECTED'))).toBe(true);
		expect(forms.UNINSTALLED).toBeGreaterThan(0);
		const off = now().filter(({ endpoint_status }) => endpoint_status === 'DISCONNECTED');
		// Nobody who is switched off checks in.
		time.advance(60);
		const later = new Map(now().map((row) => [row.endpoint_id, row]));
		for (const { endpoint_id, last_seen } of off) {
			const then = later.get(endpoint_id)!;
			if (then.endpoint_status === 'DISCONNECTED') expect(then.last_seen).toBe(last_seen);
		}
	});

	test('the groups for demos and tests stay as they are', async () => {
		const rows = await all([filter('group_name', ['Demo Laptops', 'Kiosks'])]);
		expect(tally(rows.map(({ endpoint_status }) => endpoint_status))).toEqual({
			CONNECTED: 16,
			DISCONNECTED: 1,
		});
	});

	test('a search may be followed by endpoints that are enrolled and removed', async () => {
		const cortexSettings = { enrolledPerSearch: 2, removedPerSearch: 3 };
		const small = await startBench({ endpoints: 60, cortexSettings });
		const counts: number[] = [];
		for (let round = 0; round < 4; round += 1) {
			const { data } = await ask(BY_ID, small);
			counts.push(data.reply.total_count);
		}
		expect(counts).toEqual([60, 59, 58, 57]);
		Object.assign(small.simulator.cortexSettings, { enrolledPerSearch: 0, removedPerSearch: 0 });
		const rows = await all([], small);
		const enrolled = rows.filter(({ group_name }) => group_name === null);
		expect(enrolled.length).toBeGreaterThan(0);
		for (const row of enrolled) {
			expect(row).toMatchObject({ endpoint_status: 'CONNECTED', is_isolated: 'AGENT_UNISOLATED' });
		}
		const { data } = await ask(BY_ID, small);
		expect(await violation(replySchema, data)).toBeUndefined();
	});

	test('a restarted simulator finds all of them where they belong', async () => {
		let saved: SimulatorState | undefined;
		const onStateChange = (state: SimulatorState) => (saved = structuredClone(state));
		const clock = createFakeClock();
		const first = await startBench({ endpoints: 200, onStateChange }, clock);
		const kiosk = first.simulator.cortex.endpoints.find(({ hostname }) => hostname === 'kiosk-01')!;
		expect(first.simulator.cortex.removeEndpoints([kiosk.id])).toEqual([kiosk.id]);
		first.simulator.cortex.enrolEndpoints(3);
		const { data } = await first.cortex(SCAN, scanGroup('Kiosks'));
		expect(data.reply.endpoints_count).toBe(4);
		clock.add(5 * 3600 * 1000);
		const second = await startBench(
			{ endpoints: 200, state: JSON.parse(JSON.stringify(saved)) as SimulatorState },
			clock,
		);
		const rows = await all([], first);
		expect(rows).toHaveLength(202);
		expect(await all([], second)).toEqual(rows);
	});
});
