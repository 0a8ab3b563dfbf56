import type { Endpoint } from '../../simulator/cortex/endpoints';
import type { EndpointFilter } from '../../simulator/cortex/filters';
import { seededIds } from '../../simulator/cortex/seededJobs';
import { presenceAt } from '../../simulator/cortex/presence';
import { scripts, type ScriptInput } from '../../simulator/cortex/scripts';
import {
	closeBenches,
	idsOf,
	importOf,
	IMPORTS,
	resultsOf,
	RESULTS,
	RUN,
	SCAN,
	scanGroup,
	START,
	startBench,
	STATUS,
	statusOf,
	type Bench,
} from './support';

let bench: Bench;

beforeAll(async () => {
	bench = await startBench({ endpoints: 2000 });
});
afterAll(closeBenches);

const DAY = 24 * 3600;

/** The words of an action's endpoints, by endpoint id. */
const wordsOf = async (id: string | number): Promise<Record<string, string>> =>
	(await bench.cortex(STATUS, statusOf(id))).data.reply.data;

describe('scan', () => {
	const all = () => bench.simulator.cortex.endpoints;
	const first = () => all()[0];
	const lastSeen = (endpoint: Endpoint) =>
		presenceAt(1, endpoint, { epoch: START, now: bench.simulator.time.now() }).lastSeen;
	const byFilter: Array<[string, () => EndpointFilter, (i: number) => boolean]> = [
		[
			'endpoint_id_list',
			() => ({ field: 'endpoint_id_list', operator: 'in', value: [first().id, 'nobody'] }),
			(i) => i === 0,
		],
		[
			'hostname',
			() => ({ field: 'hostname', operator: 'in', value: [first().hostname] }),
			(i) => i === 0,
		],
		[
			'alias',
			() => ({
				field: 'alias',
				operator: 'in',
				value: all()
					.map(({ alias }) => alias)
					.filter(Boolean)
					.slice(0, 2),
			}),
			(i) =>
				all()
					.filter(({ alias }) => alias)
					.slice(0, 2)
					.includes(all()[i]),
		],
		[
			'dist_name',
			() => ({ field: 'dist_name', operator: 'in', value: ['Mac-Installer'] }),
			(i) => all()[i].platform === 'macos',
		],
		[
			'group_name',
			() => ({ field: 'group_name', operator: 'in', value: ['Labs, Building 7'] }),
			(i) => all()[i].groups.includes('Labs, Building 7'),
		],
		[
			'username',
			() => ({ field: 'username', operator: 'in', value: ['Administrator'] }),
			(i) => all()[i].groups.includes('Servers'),
		],
		[
			'ip_list',
			() => ({ field: 'ip_list', operator: 'in', value: [first().ips[0]] }),
			(i) => i === 0,
		],
		[
			'platform',
			() => ({ field: 'platform', operator: 'in', value: ['linux', 'android'] }),
			(i) => ['linux', 'android'].includes(all()[i].platform),
		],
		[
			'isolate',
			() => ({ field: 'isolate', operator: 'in', value: ['isolated'] }),
			(i) => all()[i].isolation === 'isolated',
		],
		[
			'scan_status',
			() => ({ field: 'scan_status', operator: 'in', value: ['error', 'aborted'] }),
			(i) => ['error', 'aborted'].includes(all()[i].scanStatus),
		],
		[
			'first_seen',
			() => ({ field: 'first_seen', operator: 'gte', value: first().firstSeen }),
			(i) => all()[i].firstSeen >= first().firstSeen,
		],
		[
			'last_seen',
			() => ({ field: 'last_seen', operator: 'lte', value: lastSeen(first()) }),
			(i) => lastSeen(all()[i]) <= lastSeen(first()),
		],
	];

	test.each(byFilter)('%s', async (_name, filter, matches) => {
		const { status, data } = await bench.cortex(SCAN, { request_data: { filters: [filter()] } });
		expect(status).toBe(200);
		const expected = all().filter((_endpoint, i) => matches(i));
		expect(expected.length).toBeGreaterThan(0);
		expect(expected.length).toBeLessThan(all().length);
		expect(data.reply.endpoints_count).toBe(expected.length);
		bench.simulator.time.advance(3);
		const known = Object.keys(await wordsOf(data.reply.action_id));
		expect(known.sort()).toEqual(expected.map(({ id }) => id).sort());
	});

	test('filters are ANDed, and "all" is all', async () => {
		const filters = [byFilter[7][1](), byFilter[5][1]()];
		const both = await bench.cortex(SCAN, { request_data: { filters, incident_id: '7' } });
		const count = all().filter(
			({ platform, groups }) => platform === 'linux' && groups.includes('Servers'),
		).length;
		expect(both.data.reply.endpoints_count).toBe(count);
		const whole = await bench.cortex(SCAN, { request_data: { filters: 'all' } });
		expect(whole.data.reply.endpoints_count).toBe(2000);
		expect(whole.data.reply.action_id).toBeGreaterThan(22519813685365);
	});

	const filter = (field: string, operator: string, value: unknown) => ({
		request_data: { filters: [{ field, operator, value }] },
	});
	const refused: Array<[string, unknown, number, string]> = [
		['an empty list', { request_data: { filters: [] } }, 500, 'filters must not be empty'],
		[
			'nobody',
			filter('hostname', 'in', ['nobody']),
			500,
			'No endpoint was found for creating the requested action',
		],
		['a group in other case', scanGroup('kiosks'), 500, 'No endpoint was found'],
		['an object', { request_data: { filters: { property1: {} } } }, 400, 'filters'],
		['another word than all', { request_data: { filters: 'none' } }, 400, 'filters'],
		['no filters', { request_data: {} }, 400, 'filters'],
		['no request_data', {}, 400, 'request_data'],
		['an unknown field', filter('colour', 'in', ['red']), 400, 'colour'],
		['a wrong operator', filter('hostname', 'gte', ['x']), 400, 'operator'],
		['in for a time', filter('last_seen', 'in', [1]), 400, 'operator'],
		['an empty value', filter('hostname', 'in', []), 400, 'value'],
		['no address', filter('ip_list', 'in', ['10.0.0']), 400, 'value.0'],
		['an unknown platform', filter('platform', 'in', ['Windows']), 400, 'value.0'],
		['an unknown scan status', filter('scan_status', 'in', ['done']), 400, 'value.0'],
		['an extra field', { request_data: { filters: 'all', all: true } }, 400, 'all'],
		['an extra field beside it', { request_data: { filters: 'all' }, scope: 1 }, 400, 'scope'],
	];

	test.each(refused)('refuses %s', async (_name, body, status, words) => {
		const before = bench.simulator.cortex.startedJobs().length;
		const answer = await bench.cortex(SCAN, body);
		expect(answer.status).toBe(status);
		const { err_code, err_msg, err_extra } = answer.data.reply;
		expect(err_code).toBe(status);
		expect(`${err_msg} ${err_extra}`).toContain(words);
		expect(bench.simulator.cortex.startedJobs()).toHaveLength(before);
	});
});

describe('action status', () => {
	test('a scan of the demo laptops: unknown, pending, in progress, succeeded', async () => {
		const { data } = await bench.cortex(SCAN, scanGroup('Demo Laptops'));
		const id = data.reply.action_id;
		const distinct = async () => [...new Set(Object.values(await wordsOf(id)))];
		expect(await wordsOf(id)).toEqual({});
		bench.clock.add(1999);
		expect(await wordsOf(id)).toEqual({});
		bench.clock.add(1);
		expect(await distinct()).toEqual(['PENDING']);
		expect(Object.keys(await wordsOf(id))).toHaveLength(12);
		bench.simulator.time.advance(100);
		expect(await distinct()).toEqual(['IN_PROGRESS']);
		// 20 simulated minutes and the minute before an endpoint begins: 63 seconds at the demo's speed.
		bench.simulator.time.advance(21 * 60 - 102);
		expect(await distinct()).toEqual(['COMPLETED_SUCCESSFULLY']);
	});

	test('kiosks: one fails, one comes back after two hours', async () => {
		const { data } = await bench.cortex(SCAN, scanGroup('Kiosks'));
		const id = data.reply.action_id;
		const ordered = async () => {
			const words = await wordsOf(String(id));
			return bench.simulator.cortex.endpoints
				.filter(({ groups }) => groups.includes('Kiosks'))
				.map((endpoint) => words[endpoint.id]);
		};
		const done = 'COMPLETED_SUCCESSFULLY';
		bench.simulator.time.advance(1300);
		expect(await ordered()).toEqual([done, done, done, 'FAILED', 'PENDING']);
		bench.simulator.time.advance(2 * 3600 - 1300);
		expect((await ordered())[4]).toBe('IN_PROGRESS');
		bench.simulator.time.advance(1200);
		expect(await ordered()).toEqual([done, done, done, 'FAILED', done]);
	});

	test('a scan of everything shows every word and every form of reason; some expire', async () => {
		const { data } = await bench.cortex(SCAN, { request_data: { filters: 'all' } });
		const seen = new Set<string>();
		const look = async () =>
			Object.values(await wordsOf(data.reply.action_id)).forEach((word) => seen.add(word));
		for (const seconds of [30, 570, 200, 200, 200, DAY, 6 * DAY]) {
			bench.simulator.time.advance(seconds);
			await look();
		}
		expect([...seen].sort()).toEqual([
			'ABORTED',
			'CANCELED',
			'CANCELLED',
			'COMPLETED_PARTIAL',
			'COMPLETED_SUCCESSFULLY',
			'EXPIRED',
			'FAILED',
			'IN_PROGRESS',
			'PENDING',
			'PENDING_ABORT',
			'TIMEOUT',
		]);
		const { reply } = (await bench.cortex(STATUS, statusOf(data.reply.action_id))).data;
		const failed = Object.keys(reply.data).filter((id) => reply.data[id] === 'FAILED');
		const forms = failed.map((id) => Object.keys(reply.errorReasons[id] ?? { none: 1 })[0]);
		expect(new Set(forms).size).toBeGreaterThanOrEqual(3);
		const data1107 = Object.values<Record<string, string>>(reply.errorReasons).find(
			(reason) => reason.errorData,
		);
		expect(JSON.parse(data1107!.errorData).errorText).toEqual(expect.any(String));
	});

	test('the seeded scan', async () => {
		const words = Object.values(await wordsOf(seededIds.finishedScan));
		expect(words.filter((word) => word === 'COMPLETED_SUCCESSFULLY')).toHaveLength(3);
		expect(words).toEqual(expect.arrayContaining(['FAILED', 'EXPIRED']));
	});

	test.each([
		[999, 500],
		['nonsense', 400],
		['', 400],
		[1.5, 400],
		[null, 400],
	])('id %p: %i', async (id, status) => {
		const answer = await bench.cortex(STATUS, statusOf(id as number));
		expect(answer.status).toBe(status);
		expect(answer.data.reply.err_code).toBe(status);
	});
});

describe('scripts', () => {
	const results = async (id: string | number) =>
		(await bench.cortex(RESULTS, resultsOf(id))).data.reply;
	const forWindows = scripts.filter(({ systems }) => systems.includes('windows'));
	const commands = 'hostname, echo ok';
	const valueOf = ({ type, name }: ScriptInput) => {
		if (type === 'integer') return 3;
		if (type === 'number') return 1.5;
		return name === 'commands_list' ? commands : 'x';
	};

	test.each(forWindows.map((script) => [script.name, script] as const))(
		'%s',
		async (name, { uid, form, inputs, files = 0 }) => {
			const parameters = inputs.map((input) => ({ name: input.name, value: valueOf(input) }));
			const started = await bench.cortex(RUN, {
				request_data: {
					script_uid: uid,
					filters: idsOf(bench, 'Demo Laptops'),
					parameters_values: Object.fromEntries(
						parameters.map((parameter) => [parameter.name, parameter.value]),
					),
				},
			});
			expect(started.data.reply).toMatchObject({ status: 1, endpoints_count: 12 });
			const id = started.data.reply.action_id;
			const early = await results(id);
			expect(early.script_name).toBe(name);
			expect(early.script_parameters).toEqual(parameters.length ? parameters : undefined);
			expect(early.date_created).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
			expect(early.results).toHaveLength(12);
			expect(early.results[0]).toMatchObject({
				execution_status: 'PENDING',
				standard_output: null,
			});
			expect(early.results[0]).not.toHaveProperty(form);
			bench.simulator.time.advance(400);
			const [late] = (await results(id)).results;
			expect(late).toMatchObject({
				execution_status: 'COMPLETED_SUCCESSFULLY',
				standard_output: 'done\n',
			});
			expect(late).toHaveProperty([form === 'commands' ? '_echo ok' : form]);
			expect(late.retrieved_files).toBe(files);
			expect(late.failed_files).toBe(form === 'return_value' ? 0 : '0');
			expect(Object.keys(await wordsOf(id))).toHaveLength(12);
		},
	);

	test('seeded executions', async () => {
		const finished = await results(seededIds.finishedScript);
		const words = finished.results.map((row: { execution_status: string }) => row.execution_status);
		expect(new Set(words)).toEqual(
			new Set(['COMPLETED_SUCCESSFULLY', 'FAILED', 'COMPLETED_PARTIAL', 'TIMEOUT']),
		);
		expect(Object.values(await wordsOf(seededIds.runningScript))).toContain('IN_PROGRESS');
		const refused = await results(seededIds.refusedScript);
		expect(refused.error_message).not.toBe('');
		expect(refused.results).toEqual([]);
	});

	test('a scan has no script results', async () => {
		expect((await bench.cortex(RESULTS, resultsOf(seededIds.finishedScan))).status).toBe(500);
	});
});

describe('import jobs', () => {
	// Where no test before has let a day pass: no import is processed for longer.
	beforeAll(async () => {
		bench = await startBench();
	});

	const job = async (id: string) => bench.cortex(`${IMPORTS}/jobs/${encodeURIComponent(id)}`);

	test('from submission to its end', async () => {
		const [one] = importOf(START, 2).assets;
		const body = { ...importOf(START), assets: [one, ...importOf(START).assets] };
		const { status, data } = await bench.cortex(IMPORTS, body);
		expect(status).toBe(201);
		expect(data).toEqual({
			job_id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
			job_status: 'INITIATED',
			assets_count: 2,
			vulnerabilities_count: 2,
		});
		expect((await job(data.job_id)).data).toMatchObject({
			job_id: data.job_id,
			job_status: 'INITIATED',
			error_log: null,
		});
		bench.simulator.time.advance(40);
		expect((await job(data.job_id)).data.job_status).toBe('PROCESSING');
		bench.simulator.time.advance(600);
		expect((await job(data.job_id)).data.job_status).toMatch(
			/^(COMPLETED|COMPLETED_WITH_ERRORS|FAILED)$/,
		);
	});

	test.each([
		[seededIds.importCompleted, 'COMPLETED', 'object'],
		[seededIds.importFailed, 'FAILED', 'string'],
		[seededIds.importProcessing, 'PROCESSING', 'object'],
		[seededIds.importErrorObjects, 'COMPLETED_WITH_ERRORS', 'list of object'],
		[seededIds.importErrorTexts, 'COMPLETED_WITH_ERRORS', 'list of string'],
		[seededIds.importErrorJsonText, 'COMPLETED_WITH_ERRORS', 'string'],
		[seededIds.importErrorText, 'COMPLETED_WITH_ERRORS', 'string'],
		[seededIds.importErrorNothing, 'COMPLETED_WITH_ERRORS', 'object'],
	])('%s: %s', async (id, status, form) => {
		const { data } = await job(id);
		expect(data.job_status).toBe(status);
		const log = data.error_log;
		expect(Array.isArray(log) ? `list of ${typeof log[0]}` : typeof log).toBe(form);
	});

	test('refusals have a detail, and no reply', async () => {
		const unknown = await job('11111111-1111-4111-a111-999999999999');
		expect([unknown.status, unknown.data]).toEqual([404, { detail: 'Job not found' }]);
		for (const id of ['no such/job', 'x'.repeat(101), '7'.repeat(5_000), seededIds.finishedScan]) {
			const malformed = await job(id);
			expect([malformed.status, malformed.data]).toEqual([
				422,
				{
					detail: [
						{ loc: ['path', 'job_id'], msg: 'value is not a valid uuid', type: 'type_error.uuid' },
					],
				},
			]);
		}
		const wrong = await bench.cortex(IMPORTS, { ...importOf(START), assets: 'x' });
		expect(wrong.status).toBe(422);
		expect(wrong.data.detail).toEqual([
			{ loc: ['body', 'assets'], msg: 'value is not a valid list', type: 'type_error.list' },
		]);
	});
});

describe('jobs as asked for', () => {
	test.each([
		[{ outcome: 'succeeded' }, ['COMPLETED_SUCCESSFULLY']],
		[{ outcome: 'failed' }, ['FAILED']],
		[{ outcome: 'partial' }, ['COMPLETED_PARTIAL']],
		[{ outcome: 'never' }, ['IN_PROGRESS']],
		[
			{ statuses: ['COMPLETED_SUCCESSFULLY', 'SOMETHING_NEW'] },
			['COMPLETED_SUCCESSFULLY', 'SOMETHING_NEW'],
		],
		[{ outcome: 'succeeded', offline: 1 }, ['COMPLETED_SUCCESSFULLY', 'PENDING']],
	])('%j', async (wish, words) => {
		const { data } = await bench.send({
			method: 'POST',
			url: '/simulator/jobs',
			data: { kind: 'endpointAction', endpoints: 4, durationSeconds: 100, ...wish },
		});
		bench.simulator.time.advance(99);
		expect(Object.values(await wordsOf(data.id))).toContain('IN_PROGRESS');
		bench.simulator.time.advance(1);
		expect([...new Set(Object.values(await wordsOf(data.id)))].sort()).toEqual([...words].sort());
	});

	test('an import job with an id and a log of one’s own', async () => {
		const id = bench.simulator.cortex.startJob({
			kind: 'importJob',
			id: 'a/b c',
			durationSeconds: 10,
			outcome: 'partial',
			errorLog: ['x'],
		});
		expect(id).toBe('a/b c');
		bench.simulator.time.advance(10);
		const { data } = await bench.cortex(`${IMPORTS}/jobs/a%2Fb%20c`);
		expect(data).toMatchObject({
			job_id: id,
			job_status: 'COMPLETED_WITH_ERRORS',
			error_log: ['x'],
		});
	});

	test('a job started long ago', async () => {
		const id = bench.simulator.cortex.startJob({
			kind: 'scriptExecution',
			id: 42,
			durationSeconds: 10,
			ageSeconds: 10,
		});
		expect(new Set(Object.values(await wordsOf(id)))).toEqual(new Set(['COMPLETED_SUCCESSFULLY']));
	});

	test('a wish that makes no sense is refused', async () => {
		const answer = await bench.send({
			method: 'POST',
			url: '/simulator/jobs',
			data: { kind: 'scan', durationSeconds: 1 },
		});
		expect(answer.status).toBe(400);
	});
});
