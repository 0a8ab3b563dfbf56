import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { CortexXdrRunScript } from '../../nodes/CortexXdrRunScript/CortexXdrRunScript.node';
import { scripts } from '../../simulator/cortex/scripts';
import { askTool, WAYS } from '../support/agent';
import type { EngineOptions } from '../support/engine';
import { loadOptionsOf } from '../support/loadOptions';
import { waitFor } from '../support/wait';
import { createWorld, type World } from '../support/world';

const METADATA = '/public_api/v1/scripts/get_script_metadata';
const RUN = '/public_api/v1/scripts/run_script';
const SNIPPET = '/public_api/v1/scripts/run_snippet_code_script';

const uidOf = (name: string) => scripts.find((script) => script.name === name)?.uid ?? name;
const LARGE_FILES = uidOf('find_large_files');
const COMMANDS = uidOf('execute_commands');
const WIPE = uidOf('wipe_user_profile');

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const paths = () => world.requests().map(({ path }) => path);
const laptops = (count = 3) => world.simulator.cortex.endpoints.slice(0, count).map(({ id }) => id);
const byUid = (value: string) => ({ __rl: true, mode: 'id', value });
const mapped = (value: Record<string, unknown> | null) => ({ mappingMode: 'defineBelow', value });
const parametersOf = (parameters: Record<string, unknown>) =>
	({
		source: 'library',
		scriptUid: byUid(COMMANDS),
		parameters: mapped(null),
		snippetCode: '',
		endpointIds: '={{ $json.endpoint_id }}',
		startFor: 'allItems',
		options: {},
		...parameters,
	}) as never;
const run = async (
	parameters: Record<string, unknown>,
	items: object[] = laptops().map((endpoint_id) => ({ endpoint_id })),
	options: Partial<EngineOptions> = {},
) =>
	await world.run(new CortexXdrRunScript(), parametersOf(parameters), {
		items: items as never,
		...options,
	});

/** What the vendor's pages say of the body, field by field. */
const requestSchema = {
	script_uid: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
	filters: [
		{
			field: 'endpoint_id_list',
			operator: 'in',
			value: expect.arrayContaining([expect.stringMatching(/^[0-9a-f]{32}$/)]) as unknown,
		},
	],
	parameters_values: expect.any(Object) as unknown,
	timeout: expect.any(Number) as unknown,
};

it('runs one script on the endpoints of all items, and waits for what it gives back', async () => {
	const { json, outputs, bodies } = await run({
		parameters: mapped({ commands_list: ['hostname', 'whoami'] }),
		options: { incidentId: 12, scriptTimeout: '90' },
	});
	expect(json).toEqual([
		{
			action_id: expect.stringMatching(/^\d+$/),
			status: 1,
			endpoints_count: 3,
			requested: 3,
			script_uid: COMMANDS,
			script_name: 'execute_commands',
		},
	]);
	expect(outputs[0][0].pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	expect(bodies.at(-1)).toEqual({
		request_data: {
			...requestSchema,
			script_uid: COMMANDS,
			parameters_values: { commands_list: ['hostname', 'whoami'] },
			timeout: 90,
			incident_id: '12',
		},
	});
	const waited = await waitFor(world, {
		jobType: 'scriptExecution',
		jobId: String(json[0].action_id),
	});
	expect(waited.json[0]).toMatchObject({ outcome: 'succeeded' });
	expect(waited.json[0].results).toHaveLength(3);
});

it('sends no parameters as an empty object, since leaving them out breaks the call', async () => {
	const { bodies, error } = await run({ scriptUid: byUid(uidOf('get_uptime')) });
	expect(error).toBeUndefined();
	expect(bodies.at(-1)).toMatchObject({ request_data: { parameters_values: {}, timeout: 600 } });
});

it('types the inputs as the script takes them, whichever way they came', async () => {
	const { bodies } = await run({
		scriptUid: byUid(LARGE_FILES),
		parameters: mapped({ folder: 4711, most_files: '3', least_gigabytes: ' 1.5 ' }),
	});
	expect(bodies.at(-1)).toMatchObject({
		request_data: {
			parameters_values: { folder: '4711', most_files: 3, least_gigabytes: 1.5 },
		},
	});
});

it.each([
	['a list', ['hostname', 'netstat -an | findstr 1,2'], ['hostname', 'netstat -an | findstr 1,2']],
	['JSON', '["hostname", "whoami"]', ['hostname', 'whoami']],
	['lines', 'hostname\r\nwhoami\n', ['hostname', 'whoami']],
	['one, with commas', 'wmic process get name,processid', ['wmic process get name,processid']],
	['one in brackets', '[ -f /etc/hosts ]', ['[ -f /etc/hosts ]']],
])("the vendor's own scripts need no typing: commands as %s", async (_name, given, sent) => {
	const { bodies } = await run({ parameters: mapped({ commands_list: given }) });
	expect(bodies.at(-1)).toMatchObject({
		request_data: { parameters_values: { commands_list: sent } },
	});
});

it.each([
	[
		{ folder: 'C:\\', most_files: 'many' },
		'Input most_files of the script holds "many", but it must be a whole number',
	],
	[
		{ most_files: 1.5 },
		'Input most_files of the script holds "1.5", but it must be a whole number',
	],
	[
		{ folder: ['C:\\', 'D:\\'] },
		'Input folder of the script holds "["C:\\\\","D:\\\\"]", but it must be text',
	],
	[{ path: 'C:\\' }, 'The script takes no input "path"'],
	[{ folder: '={{ $json.nothing }}' }, 'Input folder of the script is empty'],
])('the inputs %j are refused before anything is started', async (values, message) => {
	const { error } = await run({ scriptUid: byUid(LARGE_FILES), parameters: mapped(values) });
	expect(error?.message).toBe(message);
	expect(error?.description).toBeTruthy();
	expect(paths()).toEqual([METADATA]);
});

it.each([
	[{ scriptUid: byUid('={{ "" }}') }, 'Script is empty'],
	[{ source: 'snippet', snippetCode: '={{ " " }}' }, 'Code is empty'],
	[
		{ options: { scriptTimeout: 1.5 } },
		'Script Timeout holds "1.5", but it must be a whole number of seconds, from 1 to 86400',
	],
	[{ endpointIds: '={{ "," }}' }, 'Endpoint IDs is empty'],
])('%j is refused before anything is asked', async (parameters, message) => {
	const { error } = await run(parameters);
	expect(error?.message).toBe(message);
	expect(paths()).toEqual([]);
});

it('a script that the tenant does not know is told in its words', async () => {
	const { error } = await run({ scriptUid: byUid('0'.repeat(32)) });
	expect(error?.message).toMatch(/^Cortex refused Get Script Metadata: /);
	expect(paths()).toEqual([METADATA]);
});

it('a key that may run scripts but not look at them runs them as they are', async () => {
	const { viewer } = world.simulator.keys;
	viewer.permissions.push('Run Script');
	const { json, error } = await run(
		{ parameters: mapped({ commands_list: ['hostname'] }) },
		undefined,
		{ credentials: { cortexXdrApi: world.cortexKey('viewer') } },
	);
	expect(error).toBeUndefined();
	expect(json).toMatchObject([{ script_uid: COMMANDS, script_name: null }]);
});

it('a script that is high risk says so', async () => {
	const { hints } = await run({
		scriptUid: byUid(WIPE),
		parameters: mapped({ user_name: 'anna' }),
	});
	expect(hints).toContain('Cortex marks the script wipe_user_profile as high risk.');
});

it('items whose inputs differ make a run each, and share the look at the script', async () => {
	const items = laptops().map((endpoint_id, index) => ({
		endpoint_id,
		folder: index < 2 ? 'C:\\a' : 'C:\\b',
	}));
	const { json, outputs } = await run(
		{
			scriptUid: byUid(LARGE_FILES),
			parameters: mapped({ folder: '={{ $json.folder }}', most_files: 1, least_gigabytes: 1 }),
		},
		items,
	);
	expect(json.map(({ requested }) => requested)).toEqual([2, 1]);
	expect(outputs[0].map(({ pairedItem }) => pairedItem)).toEqual([
		[{ item: 0 }, { item: 1 }],
		{ item: 2 },
	]);
	expect(paths()).toEqual([METADATA, RUN, RUN]);
});

it('1,500 ids make two actions', async () => {
	const able = world.simulator.cortex.endpoints
		.filter(({ platform }) => platform !== 'android')
		.slice(0, 1500);
	const { json, outputs } = await run(
		{ parameters: mapped({ commands_list: ['hostname'] }) },
		able.map(({ id }) => ({ endpoint_id: id })),
	);
	expect(json.map(({ requested, endpoints_count }) => [requested, endpoints_count])).toEqual([
		[1000, 1000],
		[500, 500],
	]);
	expect(outputs[0].map(({ pairedItem }) => (pairedItem as unknown[]).length)).toEqual([1000, 500]);
	expect(paths()).toEqual([METADATA, RUN, RUN]);
});

it('the second of two actions fails: the first is told, and not started again', async () => {
	const able = world.simulator.cortex.endpoints
		.filter(({ platform }) => platform !== 'android')
		.slice(0, 1500);
	world.simulator.faults.add({ path: RUN, skip: 1, status: 500, body: 'gone' });
	const { error } = await run(
		{ parameters: mapped({ commands_list: ['hostname'] }) },
		able.map(({ id }) => ({ endpoint_id: id })),
		{ node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } },
	);
	expect(error?.description).toMatch(
		/It is not known whether this script was started[^]*Started before this error: action_id \d+ \(1,000 endpoints, items 0 to 999\)\./,
	);
	expect(paths().filter((path) => path === RUN)).toHaveLength(2);
});

it('runs a snippet, whose code goes out as it is', async () => {
	const snippetCode = '  # first line\nimport os\nprint("ä")\n';
	const { json, bodies } = await run({ source: 'snippet', snippetCode });
	expect(json).toMatchObject([{ endpoints_count: 3, script_uid: null, script_name: null }]);
	const request = bodies.at(-1) as { request_data: object };
	expect(request.request_data).toEqual({
		snippet_code: snippetCode,
		timeout: 600,
		filters: requestSchema.filters,
	});
	expect(paths()).toEqual([SNIPPET]);
});

describe('what the editor offers', () => {
	const { methods } = new CortexXdrRunScript();
	const editor = (parameters: Record<string, unknown>, key = 'admin') =>
		loadOptionsOf(world, new CortexXdrRunScript(), parametersOf(parameters), {
			cortexXdrApi: world.cortexKey(key),
		}) as unknown as ILoadOptionsFunctions;

	it('the scripts by name, with systems and risk', async () => {
		const { results } = await methods.listSearch.searchScripts.call(editor({}));
		expect(results).toHaveLength(scripts.length);
		expect(results.map(({ name }) => name)).toEqual(
			results.map(({ name }) => name).sort((a, b) => a.localeCompare(b)),
		);
		expect(results.find(({ value }) => value === WIPE)?.name).toBe(
			'wipe_user_profile (Windows) · High Risk',
		);
		expect(results.find(({ value }) => value === COMMANDS)?.name).toBe(
			'execute_commands (Linux, macOS, Windows)',
		);
	});

	it('those that match what was typed, in name or description', async () => {
		const found = async (text: string) =>
			(await methods.listSearch.searchScripts.call(editor({}), text)).results.map(
				({ value }) => value,
			);
		expect(await found('LARGE')).toEqual([LARGE_FILES]);
		expect(await found('profile of a user')).toEqual([WIPE]);
		expect(await found('nothing like it')).toEqual([]);
	});

	it('the inputs of a script as typed fields', async () => {
		const fields = async (uid: string) =>
			(
				await methods.resourceMapping.getScriptInputs.call(editor({ scriptUid: byUid(uid) }))
			).fields.map(({ id, displayName, type }) => [id, displayName, type]);
		expect(await fields(LARGE_FILES)).toEqual([
			['folder', 'Folder', 'string'],
			['most_files', 'Most files to list', 'number'],
			['least_gigabytes', 'Least size (GB)', 'number'],
		]);
		expect(await fields(COMMANDS)).toEqual([
			['commands_list', 'Commands (a JSON List, or One per Line)', 'string'],
		]);
	});

	it.each([
		['', 'Choose a script first.'],
		[uidOf('get_uptime'), 'The script get_uptime takes no inputs.'],
	])('and a word where there are none: %j', async (uid, notice) => {
		expect(
			await methods.resourceMapping.getScriptInputs.call(editor({ scriptUid: byUid(uid) })),
		).toEqual({ fields: [], emptyFieldsNotice: notice });
	});

	it('a refusal in the words of the vendor, without the key', async () => {
		const asked = methods.listSearch.searchScripts.call(editor({}, 'viewer'));
		await expect(asked).rejects.toMatchObject({
			message: expect.stringMatching(/^Cortex refused Get Scripts: Forbidden access/) as unknown,
			description: expect.stringContaining(
				'Get Scripts needs: Agent Scripts library (view)',
			) as unknown,
		});
		const error: unknown = await asked.catch((one: unknown) => one);
		expect(JSON.stringify(error)).not.toContain(world.simulator.keys.viewer.key);
	});
});

describe.each(WAYS)('as a tool, the %s way', (way) => {
	const ask = async (parameters: Record<string, unknown>, call: Record<string, unknown>) =>
		await askTool(
			world,
			new CortexXdrRunScript(),
			parametersOf({ endpointIds: laptops(), ...parameters }),
			[call],
			{ way },
		);

	it('a model fills in the inputs of the script that the author has chosen', async () => {
		const { answers } = await ask(
			{
				scriptUid: byUid(WIPE),
				parameters: mapped({ user_name: '={{ $fromAI("user") }}' }),
			},
			{ user: 'anna' },
		);
		expect(answers[0]).toContain('"script_name":"wipe_user_profile"');
	});

	it('it chooses a script, but none that is high risk', async () => {
		const parameters = { scriptUid: byUid('={{ $fromAI("uid") }}') };
		const harmless = await ask(parameters, { uid: uidOf('get_uptime') });
		expect(harmless.answers[0]).toContain('"script_name":"get_uptime"');
		world.requests();
		const { answers } = await ask(parameters, { uid: WIPE });
		expect(answers[0]).toContain(
			'The script wipe_user_profile is high risk, or can do anything, so an AI agent cannot choose it',
		);
		expect(paths()).toEqual([METADATA]);
	});

	it('nor one that runs whatever it is told', async () => {
		const { answers } = await ask({ scriptUid: byUid('={{ $fromAI("uid") }}') }, { uid: COMMANDS });
		expect(answers[0]).toContain('so an AI agent cannot choose it');
		expect(paths()).toEqual([METADATA]);
	});

	it.each(['={{ $fromAI("code") }}', '={{ "print(" + $fromAI("code") + ")" }}'])(
		'it writes no code: %s',
		async (snippetCode) => {
			const { answers } = await ask({ source: 'snippet', snippetCode }, { code: 'print(1)' });
			expect(answers[0]).toContain('An AI agent cannot write the code that runs on endpoints');
			expect(paths()).toEqual([]);
		},
	);

	it('it runs the code that the author has entered', async () => {
		const { answers } = await ask({ source: 'snippet', snippetCode: 'print(1)' }, {});
		expect(answers[0]).toContain('"endpoints_count":3');
	});

	it('a wrong input is told so that it can be mended', async () => {
		const { answers } = await ask(
			{
				scriptUid: byUid(LARGE_FILES),
				parameters: mapped({ most_files: '={{ $fromAI("most") }}' }),
			},
			{ most: 'all of them' },
		);
		expect(answers[0]).toContain('must be a whole number. Enter digits');
		expect(paths()).toEqual([METADATA]);
	});
});
