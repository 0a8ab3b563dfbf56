/*
 * The forms in which clients really send their requests: path, incident_id, filters, ids. A client's row may be sent by
 * others too; what counts is that none of them is refused, and that all mean the same.
 */
import { scripts } from '../../simulator/cortex/scripts';
import { seededIds } from '../../simulator/cortex/seededJobs';
import type { CortexKey } from '../../simulator/server';
import {
	ABORT,
	closeBenches,
	createFakeClock,
	importOf,
	IMPORTS,
	RESULTS,
	RUN,
	SCAN,
	startBench,
	START,
	STATUS,
	type Bench,
} from './support';

let bench: Bench;

const freshBench = async () => {
	bench = await startBench();
};
afterAll(closeBenches);

const LAPTOPS = 12;
const laptop = () => bench.simulator.cortex.endpoints[0];
const demoLaptops = ['Demo Laptops'];
const isIn = (value: unknown) => ({ field: 'group_name', operator: 'in', value });

/** Filters that leave the demo laptops, however they are written. */
const one = (field: string, value: unknown, operator = 'in') => [
	isIn(demoLaptops),
	{ field, operator, value },
];
const LONG_AGO = START - 3000 * 24 * 3600 * 1000;

type Client =
	| 'a Python client'
	| 'a JavaScript client'
	| 'a SOAR connector'
	| 'another SOAR connector';

interface Sent {
	path: string;
	/** What it puts into request_data; nothing: GET. */
	data?: () => object;
	/** Endpoints that take part, where any do. */
	endpoints?: number;
	/** Default: the advanced one. */
	key?: 'standard';
}

const scanned = (path: string, filters: () => unknown, more: object = {}, endpoints = LAPTOPS) => ({
	path,
	data: () => ({ filters: filters(), ...more }),
	endpoints,
});

const clients: Record<Client, Record<string, Sent>> = {
	// No slash at the end, numbers as ids, advanced keys, null for what is not given.
	'a Python client': {
		'scan of a list of ids': scanned(
			SCAN,
			() => [{ field: 'endpoint_id_list', operator: 'in', value: [laptop().id] }],
			{},
			1,
		),
		'scan of a group, by lists': scanned(SCAN, () => [
			isIn(demoLaptops),
			{ field: 'platform', operator: 'in', value: ['windows', 'linux'] },
			{ field: 'isolate', operator: 'in', value: ['unisolated'] },
		]),
		'scan since a number': scanned(SCAN, () => one('first_seen', LONG_AGO, 'gte')),
		'scan until a number': scanned(SCAN, () => one('last_seen', START, 'lte')),
		'scan of all': scanned(SCAN, () => 'all', {}, 100),
		'scan, incident null': scanned(SCAN, () => [isIn(demoLaptops)], { incident_id: null }),
		'scan, incident as text': scanned(SCAN, () => [isIn(demoLaptops)], { incident_id: '4711' }),
		'end of a scan': scanned(ABORT, () => [isIn(demoLaptops)], { incident_id: null }),
		'status by a number': {
			path: '/v1/actions/get_action_status',
			data: () => ({ group_action_id: Number(seededIds.finishedScan) }),
		},
		'run script, incident left out': {
			path: RUN,
			data: () => ({
				script_uid: scripts[0].uid,
				filters: [{ field: 'endpoint_id_list', operator: 'in', value: [laptop().id] }],
				parameters_values: { commands_list: ['hostname'] },
				timeout: 600,
			}),
			endpoints: 1,
		},
		'results by a number': {
			path: '/v1/scripts/get_script_execution_results',
			data: () => ({ action_id: Number(seededIds.finishedScript) }),
		},
		'import job': { path: `${IMPORTS}/jobs/${seededIds.importCompleted}` },
	},
	// No slash at the end, one word instead of a list of one, ids as text.
	'a JavaScript client': {
		'scan, platform as a word': scanned(SCAN, () => one('platform', 'windows')),
		'scan, isolate as a word': scanned(SCAN, () => one('isolate', 'unisolated')),
		'scan of one id': scanned(
			SCAN,
			() => [{ field: 'endpoint_id_list', operator: 'in', value: laptop().id }],
			{},
			1,
		),
		'scan since a number': scanned(SCAN, () => one('last_seen', LONG_AGO, 'gte')),
		'end of a scan, by a word': scanned(ABORT, () => one('platform', 'windows')),
		'status by a text': {
			path: '/v1/actions/get_action_status',
			data: () => ({ group_action_id: seededIds.finishedScan }),
		},
		'results by a text': {
			path: RESULTS,
			data: () => ({ action_id: seededIds.finishedScript }),
		},
		'import job, with a slash': { path: `${IMPORTS}/jobs/${seededIds.importCompleted}/` },
	},
	// A slash at the end, numbers as incidents, lists of what the user typed.
	'a SOAR connector': {
		'scan, incident as a number': scanned(`${SCAN}/`, () => [isIn(demoLaptops)], {
			incident_id: 4711,
		}),
		'scan of all': scanned(`${SCAN}/`, () => 'all', { incident_id: 4711 }, 100),
		'scan by address': scanned(
			`${SCAN}/`,
			() => [{ field: 'ip_list', operator: 'in', value: [laptop().ips[0]] }],
			{},
			1,
		),
		'scan by host, one name': scanned(
			`${SCAN}/`,
			() => [{ field: 'hostname', operator: 'in', value: laptop().hostname }],
			{},
			1,
		),
		'scan since a text': scanned(`${SCAN}/`, () => one('first_seen', String(LONG_AGO), 'gte')),
		'scan until a text': scanned(`${SCAN}/`, () => one('last_seen', String(START), 'lte')),
		'end of a scan, incident as a number': scanned(`${ABORT}/`, () => [isIn(demoLaptops)], {
			incident_id: 4711,
		}),
		'status by a number': {
			path: STATUS,
			data: () => ({ group_action_id: Number(seededIds.finishedScan) }),
		},
		'run script, incident as a text': {
			path: `${RUN}/`,
			data: () => ({
				script_uid: scripts[0].uid,
				filters: [{ field: 'endpoint_id_list', operator: 'in', value: [laptop().id] }],
				parameters_values: { commands_list: 'hostname' },
				timeout: 600,
				incident_id: '4711',
			}),
			endpoints: 1,
		},
		'results by a text': { path: RESULTS, data: () => ({ action_id: seededIds.finishedScript }) },
	},
	// A slash at the end, the raw key of a standard one, words for the lists that users choose from.
	'another SOAR connector': {
		'scan, isolate always sent': {
			...scanned(`${SCAN}/`, () => [
				isIn(demoLaptops),
				{ field: 'isolate', operator: 'in', value: ['unisolated'] },
			]),
			key: 'standard',
		},
		'scan, the group as a text': {
			...scanned(`${SCAN}/`, () => [isIn('Demo Laptops')]),
			key: 'standard',
		},
		'scan, platform as a word': {
			...scanned(`${SCAN}/`, () => one('platform', 'windows')),
			key: 'standard',
		},
		'scan by scan status, one word': {
			...scanned(`${SCAN}/`, () => [
				{ field: 'endpoint_id_list', operator: 'in', value: [laptop().id, 4711] },
				{ field: 'scan_status', operator: 'in', value: laptop().scanStatus },
			]),
			endpoints: 1,
			key: 'standard',
		},
		'end of all scans': { ...scanned(`${ABORT}/`, () => 'all'), key: 'standard' },
		'status by a text': {
			path: STATUS,
			data: () => ({ group_action_id: seededIds.finishedScan }),
			key: 'standard',
		},
	},
};

const everything = Object.entries(clients).flatMap(([client, rows]) =>
	Object.entries(rows).map(([what, sent]): [string, string, Sent] => [client, what, sent]),
);

test.each(everything)('%s: %s', async (_client, _what, { path, data, endpoints, key }) => {
	await freshBench();
	const { keys } = bench.simulator;
	const as: CortexKey | undefined = key && keys[key];
	if (path.startsWith(ABORT)) {
		await bench.cortex(SCAN, { request_data: { filters: [isIn(demoLaptops)] } });
	}
	const answer = await bench.cortex(path, data && { request_data: data() }, as);
	expect([answer.status, answer.data.reply?.err_extra]).toEqual([200, undefined]);
	expect(answer.data.reply?.endpoints_count).toBe(endpoints);
});

describe('every path, with and without a slash at its end', () => {
	beforeAll(freshBench);

	const bodies: Record<string, object | undefined> = {
		[SCAN]: { request_data: { filters: [isIn(demoLaptops)] } },
		[ABORT]: { request_data: { filters: [isIn(demoLaptops)] } },
		'/v1/actions/get_action_status': { request_data: { group_action_id: 6001 } },
		'/v1/scripts/get_script_execution_results': { request_data: { action_id: 7001 } },
		[IMPORTS]: importOf(START),
		[`${IMPORTS}/jobs/${seededIds.importCompleted}`]: undefined,
	};

	test.each(Object.keys(bodies))('%s', async (path) => {
		for (const form of [path, `${path}/`]) {
			if (path === ABORT) await bench.cortex(SCAN, bodies[SCAN]);
			expect((await bench.cortex(form, bodies[path])).status).toBe(path === IMPORTS ? 201 : 200);
		}
	});
});

test('a number means the endpoint whose text it is', async () => {
	const clock = createFakeClock();
	const { simulator, cortex } = await startBench({}, clock);
	simulator.cortex.endpoints[3].alias = '4711';
	simulator.cortex.endpoints[4].hostname = '12';
	for (const [field, value] of [
		['alias', 4711],
		['alias', [1, 4711]],
		['hostname', 12],
	]) {
		const filters = [{ field, operator: 'in', value }];
		const { data } = await cortex(SCAN, { request_data: { filters } });
		expect(data.reply.endpoints_count).toBe(1);
	}
});

describe('what stays refused', () => {
	beforeAll(freshBench);

	const filter = (field: string, operator: string, value: unknown) => ({
		filters: [{ field, operator, value }],
	});
	const refused: Array<[string, object, string]> = [
		['an empty text', filter('hostname', 'in', ''), 'value'],
		['an empty list', filter('hostname', 'in', []), 'value'],
		['an empty text in a list', filter('alias', 'in', ['a', '']), 'value.1'],
		['null', filter('hostname', 'in', null), 'value'],
		['a boolean', filter('hostname', 'in', true), 'value'],
		['an object', filter('hostname', 'in', { name: 'x' }), 'value'],
		['a list in a list', filter('hostname', 'in', [['x']]), 'value.0'],
		['an unknown field', filter('endpoint_status', 'in', 'connected'), 'endpoint_status'],
		['another operator', filter('hostname', 'eq', 'x'), 'operator'],
		['an unknown word', filter('platform', 'in', 'Windows'), 'value'],
		['a number for a word', filter('platform', 'in', 1), 'value'],
		['an unknown word in a list', filter('isolate', 'in', ['isolated', 'no']), 'value.1'],
		['an unknown scan status', filter('scan_status', 'in', 'done'), 'value'],
		['no address', filter('ip_list', 'in', 'localhost'), 'value'],
		['a number for an address', filter('ip_list', 'in', 167772161), 'value'],
		['a date for a time', filter('last_seen', 'gte', '2026-01-01'), 'value'],
		['an empty text for a time', filter('last_seen', 'gte', ''), 'value'],
		['a list for a time', filter('last_seen', 'gte', [START]), 'value'],
		['a negative time', filter('last_seen', 'gte', -1), 'value'],
		['half a millisecond', filter('last_seen', 'gte', 0.5), 'value'],
		['a filter without a value', { filters: [{ field: 'hostname', operator: 'in' }] }, 'value'],
		['a filter beside a list', { filters: { field: 'hostname' } }, 'filters'],
		['another word than all', { filters: 'ALL' }, 'filters'],
		['no filters', {}, 'filters'],
		['a boolean incident', { filters: 'all', incident_id: true }, 'incident_id'],
		['half an incident', { filters: 'all', incident_id: 1.5 }, 'incident_id'],
		['a list of incidents', { filters: 'all', incident_id: ['1'] }, 'incident_id'],
		['an unknown field beside it', { filters: 'all', endpoint_id: 'x' }, 'endpoint_id'],
	];

	test.each(refused)('%s', async (_name, request_data, words) => {
		for (const path of [SCAN, `${ABORT}/`]) {
			const { status, data } = await bench.cortex(path, { request_data });
			expect(status).toBe(400);
			expect(data.reply.err_extra).toContain(words);
		}
		expect(bench.simulator.cortex.startedJobs()).toEqual([]);
	});

	test('no filter at all, which must not mean all', async () => {
		for (const path of [SCAN, ABORT]) {
			const { status, data } = await bench.cortex(path, { request_data: { filters: [] } });
			expect(status).toBe(500);
			expect(data.reply.err_msg).toContain('filters must not be empty');
		}
	});

	test.each([['6001x'], [60.01], [true], [['6001']], [null]])('the action id %j', async (id) => {
		const asked = [
			await bench.cortex(STATUS, { request_data: { group_action_id: id } }),
			await bench.cortex(RESULTS, { request_data: { action_id: id } }),
		];
		expect(asked.map(({ status }) => status)).toEqual([400, 400]);
	});
});
