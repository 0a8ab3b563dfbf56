import { nodeNames, operations } from '../operations';
import type { INode } from 'n8n-workflow';
import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrGetImportJob } from '../../nodes/CortexXdrGetImportJob/CortexXdrGetImportJob.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import { askTool, WAYS, type Way } from '../support/agent';
import type { EngineOptions } from '../support/engine';
import { activity } from '../support/httpActivity';
import { createWorld, type World } from '../support/world';

const SCAN = '/public_api/v1/endpoints/scan';
const STATUS = '/public_api/v1/actions/get_action_status/';

const rows = operations.map(({ node, tool }) => ({ node, ...tool }));

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const callOf = ({ call }: (typeof rows)[number]) =>
	typeof call === 'function' ? call(world) : call;

/** Requests to the vendors, without logins. */
const sent = () =>
	world
		.requests()
		.filter(({ path }) => path !== '/auth')
		.map(({ method, path }) => `${method} ${path}`);

it('every node of the package has a row', () => {
	expect(rows.map(({ node }) => node.name).sort()).toEqual([...nodeNames].sort());
});

describe.each(WAYS)('as a tool of an agent that goes the %s way', (way) => {
	it.each(rows)('$node.name', async (row) => {
		row.before?.(world);
		const { tool, answers, stored } = await askTool(
			world,
			new row.node(),
			row.parameters,
			[callOf(row)],
			{ way },
		);
		for (const words of [row.does, row.needs, row.returns]) {
			expect(tool.description).toMatch(words);
		}
		const schema = Object.entries(tool.schema.shape).map(([name, { description, _def }]) => [
			name,
			[_def.typeName, description ?? ''],
		]);
		expect(Object.fromEntries(schema)).toEqual(row.schema);
		expect(sent()).toEqual([row.sends].flat());
		expect(answers.map((answer) => JSON.parse(answer) as unknown)).toEqual([row.gives]);
		expect(stored).not.toContain(world.simulator.keys.admin.key);
		expect(stored).not.toContain(world.simulator.users.admin.password);
	});

	it.each(rows)('$node.name under On Error: Continue (using error output)', async (row) => {
		row.before?.(world);
		const { answers } = await askTool(world, new row.node(), row.parameters, [callOf(row)], {
			way,
			node: { onError: 'continueErrorOutput' },
		});
		if (way === 'direct') {
			expect(answers.map((answer) => JSON.parse(answer) as unknown)).toEqual([row.gives]);
			return;
		}
		// n8n drops whatever comes out, so that a model would start the same once more.
		expect(sent()).toEqual([]);
		const words =
			'On Error is set to Continue (using error output), and n8n hands nothing of that to the model. Nothing was sent. Set On Error of this tool to Continue or Stop Workflow.';
		expect(answers).toEqual([JSON.stringify([{ error: words }])]);
	});

	it('the model reads what to do, not only what went wrong', async () => {
		const { answers } = await askTool(
			world,
			new CortexXdrGetActionStatus(),
			{ actionId: '={{ $fromAI("id") }}', output: 'summary' },
			[{ id: 'the last one' }],
			{ way },
		);
		expect(answers[0]).toContain(
			'it must be a whole positive number. Use the action_id of the node',
		);
	});
});

describe.each(WAYS)('a model that was told to do something else, the %s way', (way) => {
	const host = () => new URL(world.url).host;
	const importJob = async (id: string) =>
		await askTool(
			world,
			new CortexXdrGetImportJob(),
			{ jobId: '={{ $fromAI("job_id") }}' },
			[{ job_id: id }],
			{ way },
		);

	it.each(rows)('$node.name asks no other tenant, whatever it names', async (row) => {
		const elsewhere = 'https://attacker.example';
		row.before?.(world);
		activity.hosts.clear();
		await askTool(
			world,
			new row.node(),
			row.parameters,
			[
				{
					...callOf(row),
					tenantUrl: elsewhere,
					gatewayUrl: elsewhere,
					baseURL: elsewhere,
					url: elsewhere,
					credentials: { cortexXdrApi: { id: '2', name: 'Another tenant' } },
					requestOptions: { proxy: elsewhere },
				},
			],
			{ way },
		);
		expect([...activity.hosts]).toEqual([host()]);
		expect(sent()).toEqual([row.sends].flat());
	});

	it.each([
		'../../../../../v1/endpoints/scan',
		'..%2f..%2fv1%2fendpoints%2fscan',
		'a?job_id=b',
		'a#b',
		'a;b',
		'//attacker.example/a',
		'https://attacker.example/a',
		'\\\\attacker.example',
		'a\r\nhost: attacker.example',
	])('the id %j stays one part of the path', async (id) => {
		activity.hosts.clear();
		await importJob(id);
		const asked = sent();
		expect(asked.length).toBeLessThanOrEqual(1);
		const folder = '/public_api/vulnerability-management/v1/external-scans/assets/jobs/';
		for (const request of asked) {
			expect(request).toBe(`GET ${folder}${encodeURIComponent(id)}`);
		}
		for (const one of activity.hosts) expect(one).toBe(host());
	});

	it.each(['6001/../7001', '6001?x', '6001#', '6001%2f', '6001 or 1=1', '{"$gt":0}'])(
		'%j is no action id, and nothing is sent',
		async (id) => {
			await askTool(
				world,
				new CortexXdrGetActionStatus(),
				{ actionId: '={{ $fromAI("id") }}', output: 'summary' },
				[{ id }],
				{ way },
			);
			expect(sent()).toEqual([]);
		},
	);

	it.each([
		'x"} or id:* or title:{"',
		'x" or created.dateTime > "2020',
		"x' or '1'='1",
		'*',
		'x` or id:`1',
		'x\\',
	])('the script name %j finds that name and nothing else', async (script) => {
		const { answers } = await askTool(
			world,
			new QualysSearchScriptJobs(),
			{ limit: 5, filters: { scriptName: '={{ $fromAI("script") }}' }, options: {} },
			[{ script }],
			{ way },
		);
		expect(answers[0]).not.toContain('correlationUuid');
	});

	it.each(['x"]}],"scope":"all', 'Kiosks" OR "1"="1', '*', '%'])(
		'the group %j is a name like others',
		async (groups) => {
			const { answers } = await askTool(
				world,
				new CortexXdrScanEndpoints(),
				{ scope: 'matching', filters: { groupNames: '={{ $fromAI("groups") }}' }, options: {} },
				[{ groups }],
				{ way },
			);
			expect(answers[0]).not.toContain('endpoints_count');
			expect(world.simulator.cortex.startedJobs()).toEqual([]);
		},
	);
});

describe.each(WAYS)('Scan Endpoints, the %s way', (way) => {
	const scan = async (
		parameters: INode['parameters'],
		calls: Array<Record<string, unknown>>,
		options: Partial<EngineOptions> = {},
	) =>
		await askTool(world, new CortexXdrScanEndpoints(), { options: {}, ...parameters }, calls, {
			way,
			...options,
		});

	const REFUSED =
		'An AI agent cannot set Scope to all endpoints. Only the author of the workflow can';

	it.each([
		['={{ $fromAI("scope") }}', REFUSED],
		['={{ $fromAI("scope", "all or matching", "string", "all") }}', REFUSED],
		// Of other expressions, n8n evaluates none in a field of fixed choices.
		['={{ $json.scope }}', 'Scope holds "{{ $json.scope }}". It can be matching or all.'],
		['={{ "all" }}', 'Scope holds "{{ \\"all\\" }}". It can be matching or all.'],
	])('scans all endpoints for no model where Scope is %s', async (scope, words) => {
		const { answers } = await scan({ scope, filters: {} }, [{ scope: 'all' }]);
		expect(sent()).toEqual([]);
		expect(answers[0].replaceAll('\\', '')).toContain(words.replaceAll('\\', ''));
	});

	it('scans what matches where the model says so', async () => {
		const { answers } = await scan(
			{ scope: '={{ $fromAI("scope") }}', filters: { groupNames: 'Kiosks' } },
			[{ scope: 'matching' }],
		);
		expect(answers[0]).toContain('"endpoints_count":5');
	});

	it('scans all endpoints where the author of the workflow has said so', async () => {
		const { answers } = await scan({ scope: 'all' }, [{}]);
		expect(answers[0]).toContain('"endpoints_count":2000');
	});

	it.each(['ALL', 'everything', '', null, 1])('refuses the scope %j', async (scope) => {
		const { answers } = await scan({ scope: '={{ $fromAI("scope", "", "json") }}' }, [{ scope }]);
		expect(sent()).toEqual([]);
		expect(answers[0]).toMatch(/Scope holds|did not match expected schema/);
	});

	it.each(['', ' ', ',', '\u200b', '[]', '[""]'])('refuses the blank filter %j', async (groups) => {
		const { answers } = await scan(
			{
				scope: 'matching',
				filters: { hostnames: 'ber-fin-0042', groupNames: '={{ $fromAI("groups") }}' },
			},
			[{ groups }],
		);
		expect(sent()).toEqual([]);
		expect(answers[0]).toContain('Filter Group Names is empty. Enter at least one value');
	});

	it('refuses a filter that the model left out', async () => {
		await scan({ scope: 'matching', filters: { groupNames: '={{ $fromAI("groups") }}' } }, [{}]);
		expect(sent()).toEqual([]);
	});

	it.each([
		[{}],
		[null],
		['all'],
		[[]],
		[{ group: 'Kiosks' }],
		[{ hostnames: 'ber-fin-0042', group: 'Kiosks' }],
		[{ groupNames: [] }],
	])('refuses %j for all filters', async (filters) => {
		const { answers } = await scan(
			{ scope: 'matching', filters: '={{ $fromAI("filters", "", "json") }}' },
			[{ filters }],
		);
		expect(sent()).toEqual([]);
		expect(answers[0]).toMatch(
			/No filter is set|Filters holds|Filter Group Names is empty|did not match expected schema/,
		);
	});

	it('starts a scan for every call, whatever the number of items that the agent works on', async () => {
		const { answers } = await scan(
			{ scope: 'matching', filters: { groupNames: '={{ $fromAI("groups") }}' } },
			[{ groups: 'Demo Laptops' }, { groups: 'Kiosks' }, { groups: 'Kiosks' }],
			{ items: [{}, {}, {}] },
		);
		const scans = answers.map(
			(answer) => (JSON.parse(answer) as Array<Record<string, unknown>>)[0],
		);
		expect(scans.map(({ endpoints_count }) => endpoints_count)).toEqual([12, 5, 5]);
		expect(new Set(scans.map(({ action_id }) => action_id)).size).toBe(3);
		expect(sent()).toHaveLength(3);
	});

	it('starts no scan twice: Retry On Fail leaves one alone that may have started', async () => {
		world.simulator.faults.add({ path: SCAN, status: 503 });
		const { answers } = await scan({ scope: 'matching', filters: { groupNames: 'Kiosks' } }, [{}], {
			node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
		});
		expect(answers[0]).toContain('It is not known whether this scan was started');
		expect(sent()).toEqual([`POST ${SCAN}`]);
	});
});

describe.each(WAYS)('Wait for Job, the %s way', (way: Way) => {
	const MINUTE = 60_000;
	const start = (durationSeconds: number) =>
		world.simulator.cortex.startJob({
			kind: 'endpointAction',
			durationSeconds,
			outcome: 'succeeded',
			endpoints: 2,
		});
	const wait = async (parameters: INode['parameters']) => {
		const before = world.clock.now();
		const { answers } = await askTool(
			world,
			new CortexXdrWaitForJob(),
			{
				jobType: 'endpointAction',
				jobId: '={{ $fromAI("id") }}',
				pollInterval: 10,
				options: {},
				...parameters,
			},
			[{ id: parameters.id }],
			{ way, mode: 'webhook' },
		);
		return { answer: answers[0], minutes: (world.clock.now() - before) / MINUTE };
	};

	it.each([
		['that ends after 3 minutes is waited for, in memory', 180, 60, 3, '"outcome":"succeeded"'],
		[
			'that takes an hour is given up after 5 minutes',
			3600,
			60,
			5,
			'lasts 5 minutes at most. The job goes on at Cortex: call this tool again with the same ID',
		],
		[
			'is given up earlier where Timeout is shorter',
			3600,
			2,
			2,
			'The job goes on at Cortex: call this',
		],
	])('a job %s', async (_name, duration, timeout, minutes, words) => {
		const id = start(duration);
		const waited = await wait({ id, timeout });
		expect(waited.answer).toContain(words);
		expect(waited.answer).toContain(id);
		expect(waited.minutes).toBeGreaterThanOrEqual(minutes);
		expect(waited.minutes).toBeLessThan(minutes + 1.5);
	});

	it('stays in memory whatever Wait Mode says, and says how the job stands', async () => {
		const { answer } = await wait({
			id: start(3600),
			timeout: 60,
			options: { waitMode: 'auto', backoff: 'fixed' },
		});
		expect(answer).toMatch(
			way === 'direct'
				? /"outcome":"timedOut".*"progress":\{"total":2,"finished":0/
				: /was still going on at the deadline \(\w+, 0 of 2 endpoints finished\)/,
		);
		expect(sent().filter((request) => request === `POST ${STATUS}`)).toHaveLength(31);
	});
});

describe('Wait for Job, called by an agent whose execution n8n keeps', () => {
	const HOUR = 3600;

	/** Calls the tool once for each job, in one turn. */
	const waitFor = async (way: Way, calls: number) => {
		const ids = Array.from({ length: calls }, () =>
			world.simulator.cortex.startJob({
				kind: 'endpointAction',
				durationSeconds: HOUR,
				outcome: 'succeeded',
				endpoints: 2,
			}),
		);
		const parked: unknown[] = [];
		const { answers, status } = await askTool(
			world,
			new CortexXdrWaitForJob(),
			{
				jobType: 'endpointAction',
				jobId: '={{ $fromAI("id") }}',
				pollInterval: 10,
				timeout: 120,
				options: {},
			},
			ids.map((id) => ({ id })),
			{
				way,
				mode: 'webhook',
				async onSubWorkflow({ nodes }) {
					const { plan } = nodes.find(({ parameters }) => parameters.plan)!.parameters;
					const { jobs } = JSON.parse(String(plan)) as {
						jobs: Array<{ id: string; settings: { timeout: number } }>;
					};
					parked.push(...jobs.map(({ id, settings }) => [id, settings.timeout]));
					return { id: String(parked.length + 1) };
				},
			},
		);
		return { ids, parked, answers, status };
	};

	it('is parked, under its own limits', async () => {
		const { ids, parked, status } = await waitFor('engine', 1);
		expect(status).toBe('waiting');
		expect(parked).toEqual([[ids[0], 2 * HOUR]]);
	});

	it('is parked for the last of several calls of a turn; the others end before it', async () => {
		const started = world.clock.now();
		const { ids, parked, status } = await waitFor('engine', 3);
		expect(status).toBe('waiting');
		expect(parked).toEqual([[ids[2], 2 * HOUR]]);
		const asked = sent().filter((request) => request === `POST ${STATUS}`).length;
		expect(asked).toBeGreaterThan(6);
		expect((world.clock.now() - started) / 60_000).toBeCloseTo(11, 0);
	});

	it('stays in memory where the agent calls it from within its own run', async () => {
		const { parked, answers, status } = await waitFor('direct', 1);
		expect([parked, status]).toEqual([[], 'success']);
		expect(answers[0]).toContain('lasts 5 minutes at most');
	});
});
