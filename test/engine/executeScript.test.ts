import { QualysExecuteScript } from '../../nodes/QualysExecuteScript/QualysExecuteScript.node';
import { QualysGetScriptJobResults } from '../../nodes/QualysGetScriptJobResults/QualysGetScriptJobResults.node';
import { askTool, WAYS } from '../support/agent';
import type { EngineOptions } from '../support/engine';
import { isShown } from '../support/hints';
import { loadOptionsOf } from '../support/loadOptions';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld({ scriptJobs: 120 });
});

afterEach(async () => await world.close());

const EXECUTE = /\/execute$/;
const SCRIPT = '276000';

const tagOf = (name: string) => world.simulator.qualys.tags.find((tag) => tag.name === name)!;
const valueOf = (name = 'CAR Lab Linux') => {
	const { id, uuid } = tagOf(name);
	return { id: String(id), UUId: uuid };
};
const run = async (parameters: object = {}, options: Partial<EngineOptions> = {}) =>
	await world.run(
		new QualysExecuteScript(),
		{ scriptId: SCRIPT, testTags: [JSON.stringify(valueOf())], options: {}, ...parameters },
		options,
	);
const production = async (parameters: object, options?: Partial<EngineOptions>) =>
	await run({ target: 'production', ...parameters }, options);
const assetIds = (count: number, from = 20) =>
	world.simulator.qualys.assets.slice(from, from + count).map(({ id }) => id);
const sent = () => world.requests().map(({ path }) => path);
const executions = () => sent().filter((path) => EXECUTE.test(path)).length;
const user = (name: string) => ({
	credentials: { ...world.credentials, qualysGatewayApi: world.qualysUser(name) },
});

describe('targets', () => {
	it.each<[what: string, value: () => unknown]>([
		['the choices of the list', () => [JSON.stringify(valueOf())]],
		['objects as execute wants them', () => [valueOf()]],
		[
			'objects as the list of tags has them',
			() => {
				const { id, uuid, name } = tagOf('CAR Lab Linux');
				return [{ tagId: id, tagUuid: uuid, name }];
			},
		],
		['a list as text', () => JSON.stringify([valueOf(), valueOf()])],
		['one object', () => valueOf()],
	])('tags of the lab: %s', async (_, value) => {
		const { json, bodies } = await run(
			{ testTags: '={{ $json.tags }}' },
			{ items: [{ tags: value() }] },
		);
		expect(json[0].job_id).toMatch(/^\d+$/);
		expect(bodies[0]).toMatchObject({ testMode: true, testTags: [valueOf()] });
	});

	it('production assets, as texts with commas', async () => {
		const [a, b, c] = assetIds(3);
		const { bodies, json } = await production({
			assetIds: [a, String(b), a],
			assetTagIds: `${tagOf('Kiosks').id}`,
			excludedAssetIds: `${c}`,
		});
		expect(bodies[0]).toMatchObject({
			testMode: false,
			assetIds: `${a},${b}`,
			assetTagIds: String(tagOf('Kiosks').id),
			excludedAssetIds: String(c),
		});
		expect(bodies[0]).not.toHaveProperty('testTags');
		const { json: rows } = await world.run(new QualysGetScriptJobResults(), {
			jobId: String(json[0].job_id),
			output: 'summary',
		});
		expect(rows[0]).toMatchObject({ finished: false });
		expect(rows[0].total).toBeGreaterThan(2);
	});

	it.each<[parameters: object, message: string]>([
		[{ testTags: '={{ [] }}' }, 'Test Tags is empty, so there is nothing to run the script on'],
		[{ testTags: '' }, 'Test Tags is empty, so there is nothing to run the script on'],
		[{ testTags: ['CAR Lab Linux'] }, 'Test Tags holds "CAR Lab Linux", which is no tag'],
		[{ testTags: [{ id: '1' }] }, 'The UUId of a tag in Test Tags is empty'],
		[{ testTags: [{ UUId: 'x' }] }, 'The id of a tag in Test Tags is empty'],
		[{ scriptId: '={{ "" }}' }, 'Script ID is empty'],
		[
			{ scriptId: 'disk check' },
			'Script ID holds "disk check", but it must be a whole positive number',
		],
		[{ target: 'everything' }, 'Target holds "everything"'],
		[
			{ target: 'production' },
			'Asset IDs and Asset Tag IDs are both empty, so there is nothing to run the script on',
		],
		[
			{ target: 'production', excludedAssetIds: '1' },
			'Asset IDs and Asset Tag IDs are both empty, so there is nothing to run the script on',
		],
		[{ target: 'production', assetIds: ' , ' }, 'Asset IDs is empty'],
		[
			{ target: 'production', assetIds: '1, srv-2' },
			'Asset IDs holds "srv-2", but it must be a whole positive number',
		],
		[
			{ options: { rebootDelayInSeconds: 5 } },
			'Reboot Delay is set, but Reboot After Script Execution is not on',
		],
		[
			{ options: { rebootAfterScriptExecution: true, rebootDelayInSeconds: 100_000 } },
			'Reboot Delay holds "100000", but it must be a whole number of seconds, from 0 to 86400',
		],
		[{ options: { userId: 'x' } }, 'User Name is empty'],
		[{ options: { executionPolicyBypass: 'maybe' } }, 'Execution Policy Bypass holds "maybe"'],
	])('%j is refused before anything is sent', async (parameters, message) => {
		const { error } = await run(parameters);
		expect(error?.message).toBe(message);
		expect(sent()).toEqual([]);
	});

	it('one wrong item keeps all from being sent', async () => {
		const items = [{ script: SCRIPT }, { script: 'x' }];
		const { error } = await run({ scriptId: '={{ $json.script }}' }, { items });
		expect(error?.message).toContain('Script ID holds "x"');
		expect(sent()).toEqual([]);
	});
});

describe('options', () => {
	it('are sent in the form of the sample', async () => {
		const { bodies } = await run({
			description: ' Weekly check ',
			options: {
				executionPolicyBypass: true,
				rebootAfterScriptExecution: true,
				rebootDelayInSeconds: 120,
				userId: 'a-b',
				userName: 'corp_ab1',
			},
		});
		expect(bodies[0]).toEqual({
			testMode: true,
			testTags: [valueOf()],
			user: { id: 'a-b', name: 'corp_ab1' },
			executionPolicyBypassEnabled: true,
			description: 'Weekly check',
			rebootAfterScriptExecution: true,
			rebootDelayInSeconds: 120,
			rebootDelayTimeUnit: 'seconds',
		});
	});

	it('a user can be named where Qualys asks for one', async () => {
		world.simulator.qualysSettings.userMandatory = true;
		const { error } = await run();
		expect(error?.message).toContain('user must not be null');
		const { json } = await run({ options: { userId: 'a-b', userName: 'corp_ab1' } });
		expect(json[0].job_id).toMatch(/^\d+$/);
	});
});

describe('the job of an execution', () => {
	it.each([0, 10, 40, 58])('is found when it shows up after %d seconds', async (seconds) => {
		world.simulator.qualysSettings.jobAppearsAfter = seconds;
		const { json } = await run();
		const [started] = world.simulator.qualys.runs();
		expect(json).toEqual([
			{
				script_id: SCRIPT,
				correlation_uuid: started.correlationUuid,
				job_id: started.id,
				job_ids: [started.id],
			},
		]);
	});

	it('is null after a minute, with what to do', async () => {
		world.simulator.qualysSettings.jobAppearsAfter = 100;
		const start = world.clock.now();
		const { json, error } = await run();
		expect(error).toBeUndefined();
		expect((world.clock.now() - start) / 1000).toBe(60);
		expect(json[0]).toMatchObject({ job_id: null, job_ids: [] });
		expect(json[0].reason).toMatch(
			/^The script was started, but its job did not show up within a minute\. Look for correlationUuid [\da-f-]{36} with Search Script Jobs later/,
		);
		const shown = (rows: object[]) =>
			isShown(new QualysExecuteScript(), 'did not show up within a minute', {}, rows);
		expect(shown(json)).toBe(true);
		expect(shown([{ ...json[0], job_id: '1' }])).toBe(false);
	});

	it('may be several: all are told', async () => {
		world.simulator.qualysSettings.jobsPerRun = 3;
		const { json } = await run();
		const ids = world.simulator.qualys.runs().map(({ id }) => id);
		expect(json[0]).toMatchObject({ job_id: ids[0], job_ids: ids });
		expect(isShown(new QualysExecuteScript(), 'several jobs', {}, json)).toBe(true);
	});

	it('is not taken for another one of the same script', async () => {
		world.simulator.qualys.runScript({ scriptId: Number(SCRIPT) });
		const { json } = await run();
		expect(json[0].job_id).toBe(world.simulator.qualys.runs()[1].id);
	});

	it.each([
		['an outage', { status: 503 }],
		['a refusal', { status: 403, body: { message: 'no' } }],
		['an answer that is none', { status: 200, body: 'x' }],
		['a broken connection', { breakConnection: 'before' as const }],
	])('is null after %s of the search, and the script is not started again', async (_, rule) => {
		world.simulator.faults.add({ path: '/sm/v2/jobs/search', times: 1_000, ...rule });
		const { json, error } = await run();
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ job_id: null });
		expect(json[0].reason).toContain('The last search for it failed: ');
		expect(executions()).toBe(1);
	});
});

describe('sent once', () => {
	it.each([
		['an outage', { status: 503 }],
		['a broken connection', { breakConnection: 'middle' as const }],
		['an answer without a UUID', { status: 200, body: { body: {} } }],
	])('after %s, it says where to look', async (_, rule) => {
		world.simulator.faults.add({ path: '/sm/v1/scripts/', times: 10, ...rule });
		const { error } = await run(
			{},
			{ node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } },
		);
		expect(error?.description).toContain(
			'It is not known whether this script was started, and the request is not sent a second time.',
		);
		expect(executions()).toBe(1);
	});

	it('a token that has ended is renewed, and that starts it once', async () => {
		await run();
		world.simulator.qualys.tokens.expireAll();
		world.requests();
		const { json } = await run({ scriptId: '276007' });
		expect(json[0].job_id).toMatch(/^\d+$/);
		expect(world.simulator.qualys.runs()).toHaveLength(2);
	});

	it('an error says what other items have started', async () => {
		const items = [{ script: SCRIPT }, { script: '999' }];
		const { error } = await run({ scriptId: '={{ $json.script }}' }, { items });
		expect(error?.message).toContain('Script 999 is not found');
		expect(error?.description).toMatch(
			/Other items of this node: item 0: started, script 276000, correlationUuid [\da-f-]{36}, job \d+\./,
		);
	});
});

describe('what Qualys refuses', () => {
	it('a role that may not run scripts', async () => {
		const { error } = await run({}, user('viewer'));
		expect(error?.message).toBe(
			'Qualys refused Execute Script: User does not have permission to execute the script (CAR-403)',
		);
		expect(error?.description).toContain(
			'one of the roles Manager, Operations or Library Script Importer',
		);
	});

	it('a subscription without a license', async () => {
		world.simulator.qualysSettings.unlicensed = true;
		const { error } = await run();
		expect(error?.message).toContain('not enabled for this subscription');
		expect(error?.description).toContain('with a full license');
	});

	it('another tag than one of the lab', async () => {
		const { error } = await run({ testTags: [valueOf('Production')] });
		expect(error?.message).toContain('is not a tag of the lab');
		expect(error?.description).toContain('Nothing was started.');
	});

	it('too many executions a day', async () => {
		world.simulator.qualysSettings.executionsPerDay = 0;
		const { error } = await run();
		expect(error?.description).toContain('only 1,000 executions a day');
		expect(world.simulator.qualys.runs()).toEqual([]);
	});
});

it('assets whose job of the same script is pending get none, and the result says so', async () => {
	const [id] = assetIds(1);
	world.simulator.qualysSettings.runSeconds = 1_000_000;
	await production({ assetIds: `${id}` });
	const { json } = await production({ assetIds: `${id}` });
	expect(json[0].job_id).toMatch(/^\d+$/);
	const results = await world.run(new QualysGetScriptJobResults(), {
		jobId: String(json[0].job_id),
	});
	expect(results.json).toEqual([]);
	expect(isShown(new QualysGetScriptJobResults(), 'no new one for 14 days', {}, [])).toBe(true);
});

describe('the list of tags', () => {
	const list = async (name = 'admin') => {
		const { getTags } = new QualysExecuteScript().methods.loadOptions;
		const credentials = { qualysGatewayApi: world.qualysUser(name) };
		return await getTags.call(loadOptionsOf(world, new QualysExecuteScript(), {}, credentials));
	};

	it.each([false, true])('has every tag, by name (count as text: %s)', async (tagCountAsText) => {
		Object.assign(world.simulator.qualysSettings, {
			tagCountAsText,
			largestPage: 10,
			cutsPages: true,
		});
		const tags = await list();
		expect(tags).toHaveLength(world.simulator.qualys.tags.length);
		expect(tags[0]).toEqual({
			name: `Branches (tagId ${tagOf('Branches').id})`,
			value: JSON.stringify(valueOf('Branches')),
		});
		const names = tags.map(({ name }) => name);
		expect([...names].sort((a, b) => a.localeCompare(b))).toEqual(names);
	});

	it('shows both ids of a tag where they differ', async () => {
		world.simulator.faults.add({
			path: '/sm/v1/assettags/search',
			body: { body: { totalCount: 1, list: [{ tagId: 5, tagUuid: 'a-b', id: 7, name: 'Lab' }] } },
			status: 200,
		});
		expect(await list()).toEqual([
			{ name: 'Lab (tagId 5, id 7)', value: '{"id":"5","UUId":"a-b"}' },
		]);
	});

	it('says why there is none', async () => {
		await expect(list('noApi')).rejects.toMatchObject({
			message: 'Qualys refused the list of tags: The user has no API access',
			description: expect.stringContaining('API access'),
		});
	});
});

describe.each(WAYS)('a model, the %s way', (way) => {
	const ask = async (parameters: object, call: Record<string, unknown>) => {
		const { answers } = await askTool(
			world,
			new QualysExecuteScript(),
			{ scriptId: SCRIPT, options: {}, ...parameters },
			[call],
			{ way },
		);
		return answers[0];
	};

	it('names 100 assets at most', async () => {
		const parameters = { target: 'production', assetIds: '={{ $fromAI("assets") }}' };
		expect(await ask(parameters, { assets: assetIds(101).join(',') })).toContain(
			'Asset IDs holds 101 assets, but a model may name 100 at most',
		);
		expect(executions()).toBe(0);
	});

	it('cannot choose tags of production assets; the author can', async () => {
		const chosen = { target: 'production', assetTagIds: '={{ $fromAI("tags") }}' };
		expect(await ask(chosen, { tags: String(tagOf('Kiosks').id) })).toContain(
			'Asset Tag IDs cannot be chosen by a model',
		);
		expect(executions()).toBe(0);
		const fixed = {
			target: 'production',
			assetTagIds: String(tagOf('Kiosks').id),
			scriptId: '={{ $fromAI("script") }}',
		};
		expect(await ask(fixed, { script: SCRIPT })).toContain('correlation_uuid');
	});

	it('cannot have assets restarted; the author can', async () => {
		const options = (value: unknown) => ({
			testTags: [JSON.stringify(valueOf())],
			scriptId: '={{ $fromAI("script") }}',
			options: { rebootAfterScriptExecution: value },
		});
		expect(
			await ask(options('={{ $fromAI("reboot", "", "boolean") }}'), {
				script: SCRIPT,
				reboot: true,
			}),
		).toContain('Reboot After Script Execution cannot be chosen by a model');
		expect(executions()).toBe(0);
		expect(await ask(options(true), { script: SCRIPT })).toContain('correlation_uuid');
	});
});
