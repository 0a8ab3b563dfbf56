import { HIGH_RISK_PERMISSION } from '../../simulator/cortex/keys';
import { scripts } from '../../simulator/cortex/scripts';
import { seededIds } from '../../simulator/cortex/seededJobs';
import type { SimulatorState } from '../../simulator/server';
import {
	closeBenches,
	createFakeClock,
	idsOf,
	RESULTS,
	resultsOf,
	RUN,
	SCRIPT_CODE,
	SCRIPT_FILES,
	SCRIPT_METADATA,
	SCRIPT_STATUS,
	SCRIPTS,
	SNIPPET,
	startBench,
	STATUS,
	statusOf,
	type Answer,
	type Bench,
} from './support';

let bench: Bench;

beforeEach(async () => {
	bench = await startBench();
});
afterAll(closeBenches);

const uidOf = (name: string) => scripts.find((script) => script.name === name)!.uid;
const advance = (seconds: number) => bench.simulator.time.advance(seconds);
const replyOf = async (path: string, request_data: object, on = bench) => {
	const { status, data } = await on.cortex(path, { request_data });
	expect([status, Object.keys(data)]).toEqual([200, ['reply']]);
	return data.reply;
};
const laptops = () => idsOf(bench, 'Demo Laptops');
const runOf = (name: string, parameters_values: object = {}, more: object = {}) => ({
	script_uid: uidOf(name),
	filters: laptops(),
	parameters_values,
	...more,
});
const run = async (name: string, parameters_values: object = {}, more: object = {}) =>
	(await replyOf(RUN, runOf(name, parameters_values, more))).action_id;
const refusal = ({ status, data }: Answer) => [status, data.reply.err_extra ?? data.reply.err_msg];

describe('the library', () => {
	const names = async (filters?: object[]): Promise<string[]> =>
		(await replyOf(SCRIPTS, filters ? { filters } : {})).scripts.map(
			({ name }: { name: string }) => name,
		);
	const filter = (field: string, value: unknown, operator = 'in') => ({ field, operator, value });

	test('all of it', async () => {
		const reply = await replyOf(SCRIPTS, {});
		expect(reply).toMatchObject({ total_count: scripts.length, result_count: scripts.length });
		expect(reply.scripts).toHaveLength(scripts.length);
		expect(reply.scripts[0]).toEqual({
			script_id: 1,
			name: 'execute_commands',
			description: 'Runs a list of shell commands\n',
			modification_date: Date.parse('2023-05-30T10:20:30.000Z'),
			created_by: 'Palo Alto Networks',
			is_high_risk: false,
			windows_supported: true,
			linux_supported: true,
			macos_supported: true,
			script_uid: 'a6f7683c8e217d85bd3c398f0d3fb6bf',
		});
		const uids = reply.scripts.map(({ script_uid }: { script_uid: string }) => script_uid);
		expect(new Set(uids).size).toBe(scripts.length);
		for (const uid of uids) expect(uid).toMatch(/^[\da-f]{32}$/);
	});

	test("the vendor's own are there, under the uids that they have everywhere", async () => {
		expect(await names([filter('created_by', ['Palo Alto Networks'])])).toEqual([
			'execute_commands',
			'process_kill_name',
			'file_exists',
			'delete_file',
			'get_process_list',
		]);
		expect(uidOf('delete_file')).toBe('548023b6e4a01ec51a495ba6e5d2a15d');
	});

	const found: Array<[string, object[], string[] | number]> = [
		['by name', [filter('name', ['tail_log', 'get_uptime'])], ['tail_log', 'get_uptime']],
		['by a part of a name', [filter('name', ['tail'])], []],
		['by description', [filter('description', ['The last lines of a log'])], ['tail_log']],
		['by uid', [filter('script_uid', [uidOf('set_proxy')])], ['set_proxy']],
		['high risk', [filter('is_high_risk', ['true'])], ['wipe_user_profile']],
		['high risk, as a boolean', [filter('is_high_risk', true)], ['wipe_user_profile']],
		[
			'not for Windows, but for Linux',
			[filter('windows_supported', ['false']), filter('linux_supported', ['true'])],
			['tail_log', 'set_proxy'],
		],
		['either way', [filter('macos_supported', ['true', 'false'])], scripts.length],
		['since', [filter('modification_date', Date.parse('2025-01-01'), 'gte')], scripts.length - 5],
		['until', [filter('modification_date', Date.parse('2025-01-01'), 'lte')], 5],
		['no filter in the list', [], scripts.length],
	];

	test.each(found)('%s', async (_name, filters, expected) => {
		const seen = await names(filters);
		expect(typeof expected === 'number' ? seen.length : seen).toEqual(expected);
	});

	test.each([
		['another field', filter('script_id', ['1'])],
		['the wrong name of the time', filter('modification_time', 1, 'gte')],
		['another operator', filter('name', ['x'], 'eq')],
		['a text beside a list', filter('name', 'x')],
		['an empty list', filter('name', [])],
		['another word', filter('is_high_risk', ['yes'])],
		['a date', filter('modification_date', '2025-01-01', 'gte')],
	])('refuses %s', async (_name, one) => {
		expect((await bench.cortex(SCRIPTS, { request_data: { filters: [one] } })).status).toBe(400);
	});

	test('part of it, where the tenant gives no more', async () => {
		bench.simulator.cortexSettings.mostScripts = 5;
		const { total_count, result_count, scripts: rows } = await replyOf(SCRIPTS, {});
		expect([total_count, result_count, rows.length]).toEqual([scripts.length, 5, 5]);
	});

	test('script_id as text', async () => {
		bench.simulator.cortexSettings.countsAsText = true;
		expect((await replyOf(SCRIPTS, {})).scripts[2].script_id).toBe('3');
	});
});

describe('metadata and code', () => {
	const metadata = (name: string) => replyOf(SCRIPT_METADATA, { script_uid: uidOf(name) });

	test('inputs with their types, and what is missing where a script is just run', async () => {
		expect(await metadata('find_large_files')).toMatchObject({
			name: 'find_large_files',
			entry_point: 'run',
			script_input: [
				{ name: 'folder', type: 'string', friendly_name: 'Folder' },
				{ name: 'most_files', type: 'integer', friendly_name: 'Most files to list' },
				{ name: 'least_gigabytes', type: 'number', friendly_name: 'Least size (GB)' },
			],
			script_output_type: 'string_list',
			script_output_dictionary_definitions: null,
		});
		expect((await metadata('execute_commands')).script_input).toEqual([
			{ name: 'commands_list', type: 'string', friendly_name: 'Commands' },
		]);
		expect((await metadata('restart_service')).script_input[0]).toEqual({
			name: 'service_name',
			type: 'string',
		});
		expect((await metadata('get_uptime')).script_input).toBeNull();
		expect((await metadata('disk_report')).script_output_dictionary_definitions).toHaveLength(2);
		const justRun = await metadata('collect_scan_report');
		expect(justRun.entry_point).toBe('');
		expect(Object.keys(justRun).filter((key) => /^script_(in|out)put/.test(key))).toEqual([]);
	});

	test('code is a text', async () => {
		for (const { name, uid } of scripts) {
			expect(await replyOf(SCRIPT_CODE, { script_uid: uid })).toContain(name);
		}
	});

	test('of an unknown script', async () => {
		for (const path of [SCRIPT_METADATA, SCRIPT_CODE]) {
			const unknown = await bench.cortex(path, { request_data: { script_uid: 'f00' } });
			expect([unknown.status, unknown.data.reply.err_msg]).toEqual([
				500,
				expect.stringContaining('Script f00 was not found'),
			]);
			expect((await bench.cortex(path, { request_data: {} })).status).toBe(400);
		}
	});
});

describe('run_script', () => {
	const largeFiles = { folder: '/var', most_files: 2, least_gigabytes: 0.5 };

	test('starts a run, with everything that it takes', async () => {
		const more = { timeout: 600, incident_id: '4711' };
		const reply = await replyOf(RUN, runOf('find_large_files', largeFiles, more));
		expect(reply).toEqual({ action_id: expect.any(Number), status: 1, endpoints_count: 12 });
	});

	test.each([['hostname, ls'], [['hostname', 'ls']]])('commands %j', async (commands_list) => {
		const id = await run('execute_commands', { commands_list });
		advance(400);
		const [first] = (await replyOf(RESULTS, resultsOf(id).request_data)).results;
		expect(first).toMatchObject({ _hostname: ['demo-lt-01'], _ls: [] });
	});

	const without = (name: string) => ({ ...runOf('get_uptime'), [name]: undefined });
	const ids = (value: unknown) => [{ field: 'endpoint_id_list', operator: 'in', value }];
	const refused: Array<[string, () => object, number, string]> = [
		['no script', () => without('script_uid'), 500, 'script_uid param is missing'],
		['an unknown script', () => ({ ...runOf('get_uptime'), script_uid: 'f00' }), 500, 'f00'],
		['no filters', () => without('filters'), 400, 'filters'],
		['no filter', () => runOf('get_uptime', {}, { filters: [] }), 500, 'must not be empty'],
		['no id', () => runOf('get_uptime', {}, { filters: ids([]) }), 400, 'value'],
		['one id beside a list', () => runOf('get_uptime', {}, { filters: ids('x') }), 400, 'value'],
		['a number as id', () => runOf('get_uptime', {}, { filters: ids([1]) }), 400, 'value.0'],
		['an empty id', () => runOf('get_uptime', {}, { filters: ids(['']) }), 400, 'value.0'],
		[
			'too many ids',
			() => runOf('get_uptime', {}, { filters: ids(Array(1001).fill('x')) }),
			400,
			'1000',
		],
		[
			'another field',
			() =>
				runOf('get_uptime', {}, { filters: [{ field: 'hostname', operator: 'in', value: ['x'] }] }),
			400,
			'field',
		],
		[
			'ids beside the filters',
			() => runOf('get_uptime', {}, { endpoint_ids: ['x'] }),
			400,
			'endpoint_ids',
		],
		['a number as incident', () => runOf('get_uptime', {}, { incident_id: 7 }), 400, 'incident_id'],
		['a text as timeout', () => runOf('get_uptime', {}, { timeout: '600' }), 400, 'timeout'],
		[
			'nobody',
			() => runOf('get_uptime', {}, { filters: ids(['x']) }),
			500,
			'No endpoint was found',
		],
		['another system', () => runOf('tail_log', { path: '/x', lines: 1 }), 500, 'No endpoint was'],
		['no parameters', () => without('parameters_values'), 400, 'parameters_values'],
		['a list of parameters', () => runOf('get_uptime', [] as object), 400, 'parameters_values'],
		[
			'a parameter too many',
			() => runOf('get_uptime', { a: 1, b: 2 }),
			500,
			'Unexpected script parameters: a, b',
		],
		[
			'a parameter of a script that is just run',
			() => runOf('collect_scan_report', { a: 1 }),
			500,
			'Unexpected script parameters: a',
		],
		[
			'a parameter too few',
			() => runOf('find_large_files', { folder: '/var', most_files: null }),
			500,
			'Missing script parameters: most_files, least_gigabytes',
		],
		...[
			['folder', 1, 'string'],
			['folder', ['/var'], 'string'],
			['most_files', '2', 'integer'],
			['most_files', 1.5, 'integer'],
			['least_gigabytes', '0.5', 'number'],
		].map(([name, value, type]): [string, () => object, number, string] => [
			`${name} ${JSON.stringify(value)}`,
			() => runOf('find_large_files', { ...largeFiles, [String(name)]: value }),
			500,
			`Script parameter ${name} must be of type ${type}`,
		]),
		[
			'commands that are none',
			() => runOf('execute_commands', { commands_list: [1] }),
			500,
			'commands_list',
		],
	];

	test.each(refused)('refuses %s', async (_name, request_data, status, words) => {
		const answer = await bench.cortex(RUN, { request_data: request_data() });
		expect(refusal(answer)).toEqual([status, expect.stringContaining(words)]);
		expect(bench.simulator.cortex.startedJobs()).toEqual([]);
	});

	test('a text for a type that nobody documented', async () => {
		await run('collect_event_logs', { channel: 'Security', since: '2026-01-01' });
	});

	test('leaves out endpoints of other systems', async () => {
		const { endpoints } = bench.simulator.cortex;
		const of = (...platforms: string[]) =>
			endpoints.filter(({ platform }) => platforms.includes(platform)).length;
		const filters = ids(endpoints.map(({ id }) => id));
		const parameters = { path: '/var/log/syslog', lines: 1 };
		const some = await replyOf(RUN, runOf('tail_log', parameters, { filters }));
		expect(some.endpoints_count).toBe(of('linux', 'macos'));
		const all = await replyOf(SNIPPET, { snippet_code: 'print(1)', filters });
		expect(all.endpoints_count).toBe(endpoints.length - of('android'));
	});

	test('a high-risk script takes a permission more', async () => {
		const { keys } = bench.simulator;
		const body = { request_data: runOf('wipe_user_profile', { user_name: 'x' }) };
		const { standard, admin } = keys;
		standard.permissions = standard.permissions.filter((name) => name !== HIGH_RISK_PERMISSION);
		const answer = await bench.cortex(RUN, body, standard);
		expect([answer.status, answer.data.reply.err_extra]).toEqual([
			403,
			{ missing_permissions: [HIGH_RISK_PERMISSION] },
		]);
		expect((await bench.cortex(RUN, { request_data: runOf('get_uptime') }, standard)).status).toBe(
			200,
		);
		expect((await bench.cortex(RUN, body, admin)).status).toBe(200);
	});
});

describe('run_snippet_code_script', () => {
	const snippet = (more: object = {}) => ({
		snippet_code: 'print(1)\n',
		filters: laptops(),
		...more,
	});

	test('starts a run without a script; its reply has no status', async () => {
		const reply = await replyOf(SNIPPET, snippet({ timeout: 60, incident_id: '7' }));
		expect(reply).toEqual({ action_id: expect.any(Number), endpoints_count: 12 });
		advance(400);
		const { script_name, results } = await replyOf(
			RESULTS,
			resultsOf(reply.action_id).request_data,
		);
		expect(script_name).toBe('snippet script');
		expect(results[0]).toMatchObject({
			execution_status: 'COMPLETED_SUCCESSFULLY',
			_return_value: null,
			retrieved_files: 0,
		});
		expect((await replyOf(SCRIPT_STATUS, { action_id: reply.action_id })).general_status).toBe(
			'COMPLETED_SUCCESSFULLY',
		);
	});

	test.each([
		['no code', { snippet_code: undefined }],
		['empty code', { snippet_code: '' }],
		['parameters', { parameters_values: {} }],
		['a number as incident', { incident_id: 7 }],
		['no filters', { filters: undefined }],
	])('refuses %s', async (_name, more) => {
		expect((await bench.cortex(SNIPPET, { request_data: snippet(more) })).status).toBe(400);
	});
});

describe('get_script_execution_status', () => {
	const standing = (id: string | number) => replyOf(SCRIPT_STATUS, { action_id: id });
	const counters = async (id: string | number) =>
		Object.fromEntries(
			Object.entries(await standing(id)).filter(
				([, value]) => typeof value === 'number' && value > 0,
			),
		);

	test('counts every endpoint at every moment, as get_action_status does', async () => {
		const { endpoints } = bench.simulator.cortex;
		const value = endpoints.filter(({ platform }) => platform !== 'android').map(({ id }) => id);
		const filters = [{ field: 'endpoint_id_list', operator: 'in', value }];
		const id = await run('get_uptime', {}, { filters });
		expect(await counters(id)).toEqual({});
		expect((await standing(id)).general_status).toBe('PENDING');
		const seen = new Set<string>();
		for (const seconds of [2, 60, 100, 300, 9 * 24 * 3600]) {
			advance(seconds);
			const words = Object.values((await replyOf(STATUS, statusOf(id).request_data)).data);
			const counts = await counters(id);
			expect(Object.values(counts).reduce((sum, one) => Number(sum) + Number(one), 0)).toBe(
				words.length,
			);
			expect(counts.endpoints_pending ?? 0).toBe(words.filter((word) => word === 'PENDING').length);
			seen.add((await standing(id)).general_status);
		}
		expect(seen).toEqual(new Set(['PENDING', 'IN_PROGRESS', 'COMPLETED_PARTIAL']));
	});

	test('seeded executions, by number and by text', async () => {
		expect(await standing(seededIds.finishedScript)).toEqual({
			general_status: 'COMPLETED_PARTIAL',
			endpoints_pending: 0,
			endpoints_in_progress: 0,
			endpoints_pending_abort: 0,
			endpoints_canceled: 0,
			endpoints_aborted: 0,
			endpoints_timeout: 1,
			endpoints_failed: 2,
			endpoints_completed_successfully: 9,
			endpoints_expired: 0,
			error_message: '',
		});
		expect((await standing(Number(seededIds.runningScript))).general_status).toBe('IN_PROGRESS');
		expect((await standing(seededIds.refusedScript)).error_message).not.toBe('');
		expect(await counters(seededIds.refusedScript)).toEqual({});
	});

	test('counters as text', async () => {
		bench.simulator.cortexSettings.countsAsText = true;
		const { endpoints_failed } = await standing(seededIds.finishedScript);
		expect(endpoints_failed).toBe('2');
	});

	test('of an execution that does not exist', async () => {
		for (const id of ['999', seededIds.finishedScan]) {
			expect((await bench.cortex(SCRIPT_STATUS, resultsOf(id))).status).toBe(500);
		}
		bench.simulator.cortexSettings.unknownExecutionIs200 = true;
		expect((await standing('999')).error_message).toContain('999');
	});
});

test('the words that an execution was asked to end with are counted', async () => {
	const id = bench.simulator.cortex.startJob({
		kind: 'scriptExecution',
		scriptUid: uidOf('get_uptime'),
		endpoints: 4,
		durationSeconds: 10,
		statuses: ['CANCELLED', 'ABORTED', 'EXPIRED', 'SOMETHING_NEW'],
	});
	advance(10);
	expect(await replyOf(SCRIPT_STATUS, { action_id: id })).toMatchObject({
		general_status: 'IN_PROGRESS',
		endpoints_canceled: 1,
		endpoints_aborted: 1,
		endpoints_expired: 1,
		endpoints_in_progress: 1,
	});
	const { script_name } = await replyOf(RESULTS, { action_id: id });
	expect(script_name).toBe('get_uptime');
});

describe('every path, with and without a slash at its end', () => {
	const bodies: Record<string, () => object> = {
		[SCRIPTS]: () => ({}),
		[SCRIPT_METADATA]: () => ({ script_uid: uidOf('get_uptime') }),
		[SCRIPT_CODE]: () => ({ script_uid: uidOf('get_uptime') }),
		[RUN]: () => runOf('get_uptime'),
		[SNIPPET]: () => ({ snippet_code: 'x', filters: laptops() }),
		[SCRIPT_STATUS]: () => ({ action_id: 7001 }),
		[SCRIPT_FILES]: () => ({ action_id: 7004, endpoint_id: laptops()[0].value[0] }),
	};

	test.each(Object.keys(bodies))('%s', async (path) => {
		for (const form of [path, `${path}/`]) await replyOf(form, bodies[path]());
	});
});

test('a restarted simulator knows what was run, and of which kind', async () => {
	let saved: SimulatorState | undefined;
	const onStateChange = (state: SimulatorState) => (saved = structuredClone(state));
	const clock = createFakeClock();
	bench = await startBench({ onStateChange }, clock);
	const { action_id: snippet } = await replyOf(SNIPPET, { snippet_code: 'x', filters: laptops() });
	const commands = await run('execute_commands', { commands_list: ['hostname'] });
	const second = await startBench({ state: JSON.parse(JSON.stringify(saved)) }, clock);
	for (const seconds of [0, 60, 60, 400]) {
		clock.add(seconds * 1000);
		for (const id of [snippet, commands]) {
			for (const path of [RESULTS, SCRIPT_STATUS]) {
				expect(await replyOf(path, { action_id: id }, second)).toEqual(
					await replyOf(path, { action_id: id }),
				);
			}
		}
	}
	expect((await replyOf(RESULTS, { action_id: snippet }, second)).script_name).toBe(
		'snippet script',
	);
});
