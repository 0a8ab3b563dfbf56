import { CortexXdrRetrieveFiles } from '../../nodes/CortexXdrRetrieveFiles/CortexXdrRetrieveFiles.node';
import { laptopsOf } from '../operations/operation';
import { askTool, WAYS } from '../support/agent';
import { waitFor } from '../support/wait';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const paths = () => world.requests().map(({ path }) => path);
const parametersOf = (parameters: Record<string, unknown>) =>
	({
		windowsPaths: '',
		macosPaths: '',
		linuxPaths: '',
		endpointIds: laptopsOf(world),
		startFor: 'allItems',
		options: {},
		...parameters,
	}) as never;
const run = async (parameters: Record<string, unknown>) =>
	await world.run(new CortexXdrRetrieveFiles(), parametersOf(parameters));

it('retrieves a file from all endpoints, and says which one does not have it', async () => {
	const { json } = await run({ windowsPaths: 'C:\\Windows\\win.ini' });
	const waited = await waitFor(world, { jobId: String(json[0].action_id) });
	expect(waited.json[0]).toMatchObject({ outcome: 'succeeded', progress: { total: 3 } });
	const gone = await run({ windowsPaths: 'C:\\missing.txt' });
	const { error } = await waitFor(world, { jobId: String(gone.json[0].action_id) });
	expect(error?.message).toMatch(/failed \(FAILED, 3 of 3 endpoints finished\): demo-lt-01: /);
});

it('ten endpoints at most go into an action', async () => {
	const { json } = await run({
		windowsPaths: 'C:\\Windows\\win.ini',
		endpointIds: laptopsOf(world, 12),
	});
	expect(json.map(({ requested }) => requested)).toEqual([10, 2]);
});

it.each([
	[{}, 'There are no files to retrieve'],
	[{ windowsPaths: ' , ' }, 'Windows Paths is empty'],
	[
		{ windowsPaths: 'C:\\Temp\\*.log' },
		'Windows Paths holds "C:\\Temp\\*.log", which is not the whole path of one file',
	],
	[
		{ windowsPaths: 'C:\\Temp\\Report, final.docx' },
		'Windows Paths holds "final.docx", which is not the whole path of one file',
	],
	[
		{ linuxPaths: 'etc/hosts' },
		'Linux Paths holds "etc/hosts", which is not the whole path of one file',
	],
	[
		{ macosPaths: '~/invoice.dmg' },
		'macOS Paths holds "~/invoice.dmg", which is not the whole path of one file',
	],
	[
		{ linuxPaths: Array.from({ length: 21 }, (_, index) => `/var/log/${index}`) },
		'Windows Paths, Linux Paths, macOS Paths hold 21 paths, but Cortex retrieves at most 20 files in one action',
	],
	[{ windowsPaths: 'C:\\a.txt', endpointIds: '={{ "" }}' }, 'Endpoint IDs is empty'],
])('%j is refused before anything is sent', async (parameters, message) => {
	const { error } = await run(parameters);
	expect(error?.message).toBe(message);
	expect(error?.description).toBeTruthy();
	expect(paths()).toEqual([]);
});

it('a path with a comma is one of a list', async () => {
	const { bodies } = await run({ windowsPaths: ['C:\\Temp\\Report, final.docx'] });
	expect(bodies[0]).toMatchObject({
		request_data: { files: { windows: ['C:\\Temp\\Report, final.docx'] } },
	});
});

describe.each(WAYS)('as a tool, the %s way', (way) => {
	const ask = async (call: Record<string, unknown>) =>
		await askTool(
			world,
			new CortexXdrRetrieveFiles(),
			parametersOf({
				windowsPaths: '={{ $fromAI("paths") }}',
				endpointIds: '={{ $fromAI("ids", "", "json") }}',
			}),
			[call],
			{ way },
		);

	it('a model gets files by whole paths', async () => {
		const { answers } = await ask({ ids: laptopsOf(world), paths: 'C:\\Windows\\win.ini' });
		expect(answers[0]).toContain('"endpoints_count":3');
	});

	it.each([
		['by wildcards', { paths: 'C:\\Users\\*' }, 'without wildcards'],
		['of all endpoints', { ids: [], paths: 'C:\\a.txt' }, 'Endpoint IDs is empty'],
		['that it does not name', { paths: '' }, 'There are no files to retrieve'],
	])('but none %s', async (_name, call, words) => {
		const { answers } = await ask({ ids: laptopsOf(world), ...call });
		expect(answers[0]).toMatch(new RegExp(`${words}|did not match`));
		expect(paths()).toEqual([]);
	});

	it('nor of more endpoints than a hundred', async () => {
		const { answers } = await ask({ ids: laptopsOf(world, 101), paths: 'C:\\a.txt' });
		expect(answers[0]).toContain('at most 100 are allowed in one run');
		expect(paths()).toEqual([]);
	});
});
