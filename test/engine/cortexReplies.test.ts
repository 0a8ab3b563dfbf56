import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrGetImportJob } from '../../nodes/CortexXdrGetImportJob/CortexXdrGetImportJob.node';
import { CortexXdrGetScriptResults } from '../../nodes/CortexXdrGetScriptResults/CortexXdrGetScriptResults.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import * as samples from '../samples/cortex';
import { createWorld, type World } from '../support/world';

let world: World;

beforeAll(async () => {
	world = await createWorld();
});

afterAll(async () => await world.close());

afterEach(() => world.simulator.faults.clear());

const reply = (body: unknown, status = 200) =>
	world.simulator.faults.add({ path: '/public_api', status, body });

const scan = async (parameters = {}) =>
	await world.run(new CortexXdrScanEndpoints(), {
		scope: 'matching',
		filters: { groupNames: 'Demo Laptops' },
		options: {},
		...parameters,
	});
const actionStatus = async (output = 'endpoints') =>
	await world.run(new CortexXdrGetActionStatus(), { actionId: '77', output });
const scriptResults = async (output = 'endpoints') =>
	await world.run(new CortexXdrGetScriptResults(), { actionId: '77', output });
const importJob = async () => await world.run(new CortexXdrGetImportJob(), { jobId: 'a' });

describe('samples of the vendor pages', () => {
	it('get_action_status: keys are endpoint ids', async () => {
		reply(samples.actionStatus);
		const { json } = await actionStatus();
		expect(json).toEqual(
			Object.entries(samples.actionStatus.reply.data).map(([endpoint_id, status]) => ({
				action_id: '77',
				endpoint_id,
				status,
				finished: status === 'COMPLETED_SUCCESSFULLY',
				error: null,
				error_reason: null,
			})),
		);
	});

	it('get_script_execution_results: every field of the page comes through', async () => {
		reply(samples.scriptResults);
		const { json } = await scriptResults();
		const { results, script_name, date_created } = samples.scriptResults.reply;
		expect(json).toEqual(
			results.map((result) => ({
				action_id: '77',
				script_name,
				date_created,
				...result,
				finished: false,
				return_value: null,
				command_output: null,
			})),
		);
		reply(samples.scriptResults);
		expect((await scriptResults('execution')).json).toEqual([
			{ ...samples.scriptResults.reply, action_id: '77' },
		]);
	});

	it('import job: flat reply, fields kept', async () => {
		reply(samples.importJob);
		expect((await importJob()).json).toEqual([
			{ ...samples.importJob, finished: true, succeeded: false, errors: ['some assets failed'] },
		]);
	});

	it('scan: sends the body that the page prints', async () => {
		const { filters } = samples.scanRequest.request_data;
		const result = await scan({
			filters: {
				distributionNames: 'WinInstaller',
				endpointIds: filters[1].value,
				groupNames: ['test"'],
				scanStatuses: filters[3].value,
			},
		});
		expect(result.bodies).toEqual([samples.scanRequest]);
		expect(result.error?.message).toContain('No endpoint was found');
	});

	it('scan: asks for all endpoints with the word that the page prints, and names the incident', async () => {
		const { bodies } = await scan({ scope: 'all', options: { incidentId: 4711 } });
		expect(bodies).toEqual([{ request_data: { filters: 'all', incident_id: '4711' } }]);
	});
});

describe('traps of Scan Endpoints', () => {
	it.each([
		[
			{ action_id: 123, endpoints_count: '673' },
			{ action_id: '123', endpoints_count: 673 },
		],
		[
			{ action_id: '22519813685366', endpoints_count: 1, status: 1 },
			{ action_id: '22519813685366', endpoints_count: 1, status: 1 },
		],
	])('takes ids and counts as numbers and as text: %j', async (sent, given) => {
		reply({ reply: sent });
		expect((await scan()).json).toEqual([given]);
	});

	it('keeps every digit of an id that is too large for a JavaScript number', async () => {
		reply('{"reply":{"action_id": 9007199254740993123 ,"endpoints_count":1}}');
		expect((await scan()).json[0].action_id).toBe('9007199254740993123');
	});

	it.each([
		['no action_id', { reply: { endpoints_count: 1 } }],
		['an empty action_id', { reply: { action_id: '' } }],
		['an action_id that is no id', { reply: { action_id: { id: 1 } } }],
		['a text', 'Accepted'],
		['no reply', { status: 'ok' }],
		['a reply that is none', { reply: null }],
	])('says that a scan may have started where the answer holds %s', async (_name, body) => {
		reply(body);
		const { error } = await scan();
		expect(error?.description).toContain('It is not known whether this scan was started');
	});
});

describe('traps of Get Action Status', () => {
	it.each([[{}], [{ data: null }], [{ data: {} }]])(
		'knows no endpoints right after the start: %j',
		async (body) => {
			reply({ reply: body });
			expect((await actionStatus()).json).toEqual([]);
			reply({ reply: body });
			expect((await actionStatus('summary')).json).toEqual([
				{ action_id: '77', finished: false, total: 0, by_status: {}, endpoints: [] },
			]);
		},
	);

	it.each([
		['errorDescription', { errorDescription: ' disk full ' }, 'disk full'],
		['missing_files', { missing_files: [{ description: 'no such file' }] }, 'no such file'],
		['errorData as JSON text', { errorData: '{"errorText":"denied"}' }, 'denied'],
		['errorData as an object', { errorData: { errorText: 'denied' } }, 'denied'],
		['errorData that is no JSON', { errorData: 'denied' }, 'denied'],
		['nothing that helps', { terminated_by: null }, null],
		['an empty description first', { errorDescription: '', errorData: '{"errorText":"x"}' }, 'x'],
	])('finds the reason in %s', async (_name, reason, error) => {
		reply({ reply: { data: { a: 'FAILED', b: 'FAILED' }, errorReasons: { a: reason } } });
		const { json } = await actionStatus();
		expect(json[0]).toMatchObject({ finished: true, error, error_reason: reason });
		expect(json[1]).toMatchObject({ finished: true, error: null, error_reason: null });
	});

	it('counts a word that every object knows already', async () => {
		reply('{"reply":{"data":{"a":"__proto__","b":"constructor","c":"__proto__"}}}');
		const [{ by_status }] = (await actionStatus('summary')).json;
		expect(Object.entries(by_status as object)).toEqual([
			['__proto__', 2],
			['constructor', 1],
		]);
	});

	it('shows a word that nobody documented, and takes it for still going on', async () => {
		reply({ reply: { data: { a: 'REBOOTING', b: 'completed_successfully', c: null, d: 7 } } });
		const { json } = await actionStatus();
		expect(json.map(({ status, finished }) => [status, finished])).toEqual([
			['REBOOTING', false],
			['completed_successfully', true],
			['', false],
			['7', false],
		]);
	});

	it('sends the id as a number, and one too large for that as text', async () => {
		const sent = async (actionId: string) =>
			(await world.run(new CortexXdrGetActionStatus(), { actionId, output: 'summary' })).bodies;
		expect(await sent('007')).toEqual([{ request_data: { group_action_id: 7 } }]);
		expect(await sent('9007199254740993123')).toEqual([
			{ request_data: { group_action_id: '9007199254740993123' } },
		]);
	});
});

describe('traps of Get Script Results', () => {
	const results = (...fields: Array<Record<string, unknown>>) =>
		reply({ reply: { script_name: 's', date_created: 'd', results: fields } });

	it('finds what a script returned under both names', async () => {
		results(
			{ return_value: 'a' },
			{ _return_value: 0 },
			{ return_value: null, _return_value: 'b' },
		);
		const { json } = await scriptResults();
		expect(json.map((row) => row.return_value)).toEqual(['a', 0, 'b']);
		expect(json.every((row) => row.command_output === null)).toBe(true);
	});

	it('gathers the output of each command', async () => {
		results({ '_echo hello': ['hello'], _whoami: [] });
		const [row] = (await scriptResults()).json;
		expect(row.command_output).toEqual({ 'echo hello': ['hello'], whoami: [] });
		expect(row.return_value).toBeNull();
		expect(row['_echo hello']).toEqual(['hello']);
	});

	it("takes the script of the vendor's that runs commands by its name", async () => {
		const fields = { '_echo hello': ['hello'], _note: 'no list' };
		reply({ reply: { script_name: 'execute_commands', results: [fields] } });
		const [row] = (await scriptResults()).json;
		expect([row.command_output, row.return_value]).toEqual([{ 'echo hello': ['hello'] }, null]);
	});

	it.each([
		[{ _pids: [1, 2] }, { pids: [1, 2] }],
		[
			{ _users: ['a'], _count: 2 },
			{ users: ['a'], count: 2 },
		],
		[{ _by_user: { a: ['x'] } }, { by_user: { a: ['x'] } }],
	])('a dictionary that a script returned is no output of commands: %j', async (fields, value) => {
		results(fields);
		const [row] = (await scriptResults()).json;
		expect([row.command_output, row.return_value]).toEqual([null, value]);
	});

	it.each([{}, { results: null }, { results: {} }])(
		'an answer without a list of results is an error, not zero items: %j',
		async (fields) => {
			reply({ reply: { script_name: 's', error_message: '', ...fields } });
			const { error, json } = await scriptResults();
			expect(error?.message).toContain('without a list of results');
			expect(json).toEqual([]);
		},
	);

	it('error_message on 200 also means that there is no such action', async () => {
		reply({ reply: { error_message: 'Action was not found' } });
		const { error } = await scriptResults();
		expect(error?.message).toBe('Cortex refused Get Script Results: Action was not found');
		expect(error?.description).toContain('where there is no such action');
		expect(error?.description).toContain('the id 77');
	});

	it('what a script returns takes the place of none of the fields that the node promises', async () => {
		const own = { action_id: 'x', script_name: 'x', date_created: 'x', finished: 'x' };
		results({ ...own, command_output: 'x', execution_status: 'FAILED', _whoami: ['root'], a: 'x' });
		expect((await scriptResults()).json).toEqual([
			expect.objectContaining({
				action_id: '77',
				script_name: 's',
				date_created: 'd',
				finished: true,
				command_output: { whoami: ['root'] },
				a: 'x',
			}),
		]);
	});

	it('gives counts of files as numbers', async () => {
		results(
			{ failed_files: '0', retrieved_files: 3 },
			{ failed_files: null },
			{ failed_files: 'x' },
		);
		const { json } = await scriptResults();
		expect(json.map((row) => row.failed_files)).toEqual([0, null, null]);
		expect(json[0].retrieved_files).toBe(3);
	});

	it.each(['endpoints', 'execution'])(
		'takes an error_message on a 200 for a refusal (%s)',
		async (output) => {
			reply({ reply: { error_message: 'You lack a permission', results: [] } });
			const { error } = await scriptResults(output);
			expect(error?.message).toBe('Cortex refused Get Script Results: You lack a permission');
		},
	);

	it('copes with a reply without parameters and results', async () => {
		reply({ reply: { script_name: 's' } });
		expect((await scriptResults()).json).toEqual([]);
	});
});

describe('traps of Get Import Job', () => {
	it.each([
		[null, []],
		[undefined, []],
		['', []],
		['plain words', ['plain words']],
		['["a","b"]', ['a', 'b']],
		['{"message":"bad asset"}', ['bad asset']],
		['[1, {"error":"x","asset":"host-1"}]', ['1', 'x (asset: host-1)']],
		['[not json', ['[not json']],
		[
			['a', '', null, 'b'],
			['a', 'b'],
		],
		[[{ reason: 'r', code: 5 }], ['r (code: 5)']],
		[{ unknown: 'form' }, ['{"unknown":"form"}']],
		[{}, []],
		[7, ['7']],
	])('reads the error log %j', async (error_log, errors) => {
		reply({ job_id: 'a', job_status: 'COMPLETED_WITH_ERRORS', error_log });
		expect((await importJob()).json[0].errors).toEqual(errors);
	});

	it.each([
		['INITIATED', false, false],
		['PROCESSING', false, false],
		['COMPLETED', true, true],
		['COMPLETED_WITH_ERRORS', true, false],
		['FAILED', true, false],
		['SLEEPING', false, false],
	])('%s: finished %s, succeeded %s', async (job_status, finished, succeeded) => {
		reply({ job_id: 'a', job_status });
		expect((await importJob()).json[0]).toEqual({
			job_id: 'a',
			job_status,
			finished,
			succeeded,
			errors: [],
		});
	});

	it('takes a reply around the job off', async () => {
		reply({ reply: { job_id: 'a', job_status: 'COMPLETED' } });
		expect((await importJob()).json[0]).toMatchObject({ job_id: 'a', finished: true });
	});

	it('refuses half a character, which no URL can hold', async () => {
		world.requests();
		const { error } = await world.run(new CortexXdrGetImportJob(), { jobId: 'a\ud800' });
		expect(error?.message).toContain('it must be the id of a job');
		expect(world.requests()).toEqual([]);
	});

	it('percent-encodes the id, which goes into the path', async () => {
		world.requests();
		const { error } = await world.run(new CortexXdrGetImportJob(), { jobId: '../a b/?x=ü' });
		expect(error?.message).toContain('Cortex refused Get Import Job');
		expect(world.requests()[0].path).toMatch(/\/jobs\/\.\.%2Fa%20b%2F%3Fx%3D%C3%BC$/);
	});
});

describe('answers that are none', () => {
	it.each([
		['a list', []],
		['data as a list', { reply: { data: [] } }],
		['data as a text', { reply: { data: 'COMPLETED_SUCCESSFULLY' } }],
		['a reply that is a text', { reply: 'ok' }],
		['no reply', { data: { a: 'PENDING' } }],
		['HTML', '<html><title>Sign in</title></html>'],
		['nothing', ''],
		['half of its JSON', '{"reply":{"data":{"a":"COMPLE'],
	])('concludes nothing from %s', async (_name, body) => {
		reply(body);
		const { json, error } = await actionStatus('summary');
		expect(json).toEqual([]);
		expect(error?.message).toMatch(/^Cortex answered/);
		expect(error?.description).toBeTruthy();
	});
});
