/* The check of a tenant: what it finds, what it shows, and what it sends. */
import { checkTenant } from '../../tenant/check';
import { CORTEX } from '../../tenant/cortex';
import type { Vendor } from '../../tenant/probe';
import { QUALYS } from '../../tenant/qualys';
import { isHarmful, reportText } from '../../tenant/report';
import { cortexTenant, qualysTenant, type Fields } from '../../tenant/send';
import { seededIds } from '../../simulator/cortex/seededJobs';
import type { FaultRule } from '../../simulator/server';
import { createWorld, type World } from '../support/world';
import { check as checkWorld, findingOf, IDS, lines, longQuery } from './support';

let world: World;

beforeAll(async () => {
	world = await createWorld();
});
beforeEach(() => {
	// Import jobs are told of ten times a minute.
	world.clock.advance(60_000);
	world.simulator.faults.clear();
	world.requests();
});
afterAll(() => world.close());

const check = async (vendor: Vendor, ids = IDS) => await checkWorld(world, vendor, ids);

describe('a tenant as the nodes expect it', () => {
	it('fits in every call, with and without a slash', async () => {
		const report = await check(CORTEX, { ...IDS, query: longQuery(world) });
		expect(report.findings.map(({ name, verdict, slash }) => [name, verdict, slash])).toEqual(
			CORTEX.probes.map(({ name, expected, slash }) => [
				name,
				expected ? 'fits' : 'told',
				slash && 'alike',
			]),
		);
		expect(isHarmful(report)).toBe(false);
	});

	it('fits with what commands have printed, whose names are not shown', async () => {
		const report = await check(CORTEX, { scriptAction: seededIds.finishedScript });
		expect(findingOf(report, 'Get Script Results').verdict).toBe('fits');
	});

	it('of Qualys, too: what differs is what no page of the vendor shows', async () => {
		const report = await check(QUALYS, {});
		expect(report.findings).toHaveLength(QUALYS.probes.length + 1);
		for (const { verdict } of report.findings) expect(['fits', 'differs']).toContain(verdict);
		expect(report.findings[0]).toMatchObject({ name: 'Login', status: 201, verdict: 'fits' });
		expect(isHarmful(report)).toBe(false);
		expect(lines(findingOf(report, 'Get Script Job Results'))).toEqual(
			expect.arrayContaining([expect.stringMatching(/^body\.list\[\]\.assetName is new: text$/)]),
		);
	});

	it('leaves out what it has no id for, and says so', async () => {
		const report = await check(CORTEX, {});
		expect(findingOf(report, 'Get Action Status')).toMatchObject({
			verdict: 'not looked at',
			reason: 'it takes the action_id of a scan or another action (CORTEX_ACTION_ID)',
		});
		expect(reportText(report, '1')).toContain('- Get Import Job: it takes the job_id of an import');
	});

	it('tells what a key may not read', async () => {
		const tenant = await cortexTenant(world.cortexKey('viewer') as Fields);
		const report = await checkTenant(CORTEX, tenant, IDS);
		expect(report.findings).toHaveLength(CORTEX.probes.length);
		for (const { status, verdict } of report.findings) {
			expect([status, verdict]).toEqual(
				verdict === 'not looked at'
					? [undefined, verdict]
					: [403, expect.stringMatching(/refused|told/)],
			);
		}
		expect(findingOf(report, 'Search Endpoints')).toMatchObject({
			form: [
				'reply.err_code: number',
				'reply.err_extra.missing_permissions[]: text',
				'reply.err_msg: text',
			],
			readAs: 'forbidden',
			slash: 'alike',
		});
		expect(isHarmful(report)).toBe(false);
	});

	it('takes an id that the tenant does not know for what it is', async () => {
		const { cortexSettings } = world.simulator;
		cortexSettings.unknownExecutionIs200 = true;
		const unknown = { action: '1', scriptAction: '1', filesAction: '1', query: 'none' };
		const report = await check(CORTEX, { ...unknown, importJob: '11111111-0000-4000-8000-1' });
		cortexSettings.unknownExecutionIs200 = false;
		expect(isHarmful(report)).toBe(false);
		const names = ['Get Action Status', 'Get Script Results', 'Get Import Job'];
		for (const name of names) expect(findingOf(report, name).verdict).toBe('refused');
	});
});

/** The only calls that a check may make. */
const READS = [
	/^POST \/public_api\/v1\/endpoints\/get_endpoint\/?$/,
	/^POST \/public_api\/v1\/scripts\/get_(scripts|script_metadata|script_execution_results(_files)?)\/?$/,
	/^POST \/public_api\/v1\/actions\/(get_action_status|file_retrieval_details)\/?$/,
	/^POST \/public_api\/v1\/xql\/get_(quota|query_results|query_results_stream)\/?$/,
	/^GET \/public_api\/vulnerability-management\/v1\/external-scans\/assets\/jobs\/[\w-]+\/?$/,
	/^POST \/sm\/v[12]\/(jobs|assetjobs|assettags)\/search\/?$/,
];

describe('sends nothing but calls that read', () => {
	const writesOf = (sent: Array<{ method: string; path: string }>) =>
		sent
			.map(({ method, path }) => `${method} ${path}`)
			.filter((call) => !READS.some((read) => read.test(call)));

	it('to Cortex', async () => {
		const ids = { ...IDS, query: longQuery(world) };
		const before = JSON.stringify(world.simulator.state().jobs);
		await check(CORTEX, ids);
		const sent = world.requests();
		expect(sent.length).toBeGreaterThan(CORTEX.probes.length);
		expect(writesOf(sent)).toEqual([]);
		expect(JSON.stringify(world.simulator.state().jobs)).toBe(before);
	});

	it('to Qualys, and one login', async () => {
		await check(QUALYS);
		const sent = world.requests();
		expect(sent.length).toBeGreaterThan(QUALYS.probes.length);
		expect(writesOf(sent)).toEqual(['POST /auth']);
		expect(world.simulator.state().qualysRuns).toEqual([]);
	});

	it('and would be told of one that writes', () => {
		const path = '/public_api/v1/endpoints/isolate';
		expect(writesOf([{ method: 'POST', path }])).toEqual([`POST ${path}`]);
	});

	it('not faster than the vendors take them', async () => {
		await check(CORTEX);
		expect(world.simulator.requests.busiestSecond()).toBeLessThanOrEqual(5);
		expect(world.simulator.requests.overLimit()).toBe(0);
	});
});

/** Something that no report may hold: a host, a name, an id. */
const SECRET = 'acme-payroll-07';

interface Planted {
	vendor?: Vendor;
	/** Of the call that is changed. */
	name: string;
	path: string;
	/** Changes its reply. */
	change: (reply: never) => unknown;
	finds: string;
}

type Endpoints = { reply: { endpoints: Array<Record<string, unknown>> } };
type Jobs = { body: { list: Array<{ data: Record<string, unknown> }> } };

const ENDPOINTS = { name: 'Search Endpoints', path: '/public_api/v1/endpoints/get_endpoint' };
const JOBS = {
	vendor: QUALYS,
	name: 'Search Script Jobs, version 2',
	path: '/sm/v2/jobs/search',
};

const each =
	(change: (endpoint: Record<string, unknown>, index: number) => void) => (json: Endpoints) => {
		json.reply.endpoints.forEach(change);
		return json;
	};

const PLANTED: Array<[string, Planted]> = [
	[
		'a field that is missing in all',
		{
			...ENDPOINTS,
			change: each((one) => delete one.endpoint_id) as never,
			finds: 'harmful: reply.endpoints[].endpoint_id is missing in all of them',
		},
	],
	[
		'a field that is missing in some',
		{
			...ENDPOINTS,
			change: each((one, index) => index > 3 || delete one.domain) as never,
			finds: 'reply.endpoints[].domain is missing in some of them',
		},
	],
	[
		'a new field',
		{
			...ENDPOINTS,
			change: each((one) => Object.assign(one, { agent_owner: SECRET })) as never,
			finds: 'reply.endpoints[].agent_owner is new: text',
		},
	],
	[
		'a new field with things in it',
		{
			...ENDPOINTS,
			change: each((one) =>
				Object.assign(one, { owner: { mail: SECRET, since: 1, [SECRET]: true } }),
			) as never,
			finds:
				'reply.endpoints[].owner is new: an object ((not shown): true or false, mail: text, since: number)',
		},
	],
	[
		'new names of general words that are those of a host, or could be',
		{
			...ENDPOINTS,
			change: each((one) =>
				Object.assign(one, {
					endpoint_name: 'backup_manager',
					owner: { backup_manager: 1, 'mail-server-01': 1, 'test.server.local': 1, since: 1 },
				}),
			) as never,
			finds: 'reply.endpoints[].owner is new: an object ((not shown): number, since: number)',
		},
	],
	[
		'a new field whose name is an id',
		{
			...ENDPOINTS,
			change: each((one) => Object.assign(one, { ['0a1b2c3d4e5f']: 1 })) as never,
			finds: 'reply.endpoints[].(not shown) is new: number',
		},
	],
	[
		'another type',
		{
			...ENDPOINTS,
			change: each((one) => Object.assign(one, { last_seen: '2026-11-27T10:00:00Z' })) as never,
			finds: 'harmful: reply.endpoints[].last_seen holds text that is a time, not number or null',
		},
	],
	[
		'another type of what is only passed on',
		{
			...ENDPOINTS,
			change: each((one) => Object.assign(one, { alias: [SECRET] })) as never,
			finds: 'reply.endpoints[].alias holds a list of text, not text or null',
		},
	],
	[
		'another word',
		{
			...ENDPOINTS,
			change: each((one) => Object.assign(one, { endpoint_status: 'HIBERNATING' })) as never,
			finds:
				'harmful: reply.endpoints[].endpoint_status holds a word that the nodes do not know: HIBERNATING',
		},
	],
	[
		'a name in the place of a word',
		{
			...ENDPOINTS,
			change: each((one) =>
				Object.assign(one, { endpoint_status: 'Payroll', endpoint_name: 'payroll' }),
			) as never,
			finds:
				'harmful: reply.endpoints[].endpoint_status holds a word that the nodes do not know: (not shown)',
		},
	],
	[
		'a part of a name in the place of a word',
		{
			...ENDPOINTS,
			change: each((one) =>
				Object.assign(one, { endpoint_status: 'PAYROLL', endpoint_name: 'payroll.acme.example' }),
			) as never,
			finds:
				'harmful: reply.endpoints[].endpoint_status holds a word that the nodes do not know: (not shown)',
		},
	],
	[
		'an id in the place of a word',
		{
			...ENDPOINTS,
			change: each((one) => Object.assign(one, { is_isolated: SECRET })) as never,
			finds:
				'harmful: reply.endpoints[].is_isolated holds a word that the nodes do not know: (not shown)',
		},
	],
	[
		'another envelope',
		{
			...ENDPOINTS,
			change: ((json: Endpoints) => ({ data: json.reply })) as never,
			finds: 'harmful: reply is missing',
		},
	],
	[
		'a list in place of an object',
		{
			...ENDPOINTS,
			change: ((json: Endpoints) => ({ reply: json.reply.endpoints })) as never,
			finds: 'harmful: reply holds a list of',
		},
	],
	[
		'no JSON',
		{
			...ENDPOINTS,
			change: () => `<html>${SECRET}</html>`,
			finds: 'harmful: the whole reply is no JSON',
		},
	],
	[
		'a job without the position that paging takes',
		{
			...JOBS,
			change: ((json: Jobs) => {
				for (const one of json.body.list) delete (one as { sortValues?: unknown }).sortValues;
				return json;
			}) as never,
			finds: 'harmful: body.list[].sortValues is missing in all of them',
		},
	],
	[
		'an id that is a number',
		{
			...JOBS,
			change: ((json: Jobs) => {
				for (const { data } of json.body.list) data.created = 1_790_000_000_000;
				return json;
			}) as never,
			finds: 'harmful: body.list[].data.created holds number, not an object',
		},
	],
];

describe('finds', () => {
	it.each(PLANTED)('%s', async (_, { vendor = CORTEX, name, path, change, finds }) => {
		world.simulator.faults.add({ path, times: 99, transform: change as FaultRule['transform'] });
		const report = await check(vendor, {});
		expect(lines(findingOf(report, name))).toEqual(
			expect.arrayContaining([expect.stringContaining(finds)]),
		);
		const text = reportText(report, '1');
		expect(text).toContain(finds.replace('harmful: ', '').split(' ')[0]);
		expect(text).not.toContain(SECRET);
		expect(isHarmful(report)).toBe(finds.startsWith('harmful'));
	});

	it('a path that wants no slash at its end, or wants one', async () => {
		world.simulator.faults.add({
			path: `${ENDPOINTS.path}/`,
			status: 404,
			body: 'Not Found',
			skip: 1,
		});
		const found = findingOf(await check(CORTEX, {}), ENDPOINTS.name);
		expect(lines(found)).toEqual(['the path is answered with status 404 with a slash at its end']);
		expect(found).toMatchObject({ slash: 'differs', verdict: 'differs' });
	});

	it('a path that the tenant has in the other form only', async () => {
		world.simulator.faults.add({ path: ENDPOINTS.path, status: 404, body: 'Not Found' });
		expect(lines(findingOf(await check(CORTEX, {}), ENDPOINTS.name))).toEqual([
			'harmful: the whole reply is an error with status 404',
			'harmful: the path is answered with status 200 with a slash at its end',
		]);
	});

	it('an error within a success', async () => {
		world.simulator.faults.add({ path: ENDPOINTS.path, shape: 'reply', status: 200, times: 2 });
		const found = findingOf(await check(CORTEX, {}), ENDPOINTS.name);
		expect(found).toMatchObject({ verdict: 'does not fit', slash: 'alike', status: 200 });
	});

	it('another status of success', async () => {
		const transform = (json: unknown) => json;
		world.simulator.faults.add({ path: ENDPOINTS.path, times: 9, transform });
		expect(findingOf(await check(CORTEX, {}), ENDPOINTS.name).verdict).toBe('fits');
		const tenant = await cortexTenant(world.cortexKey('admin') as Fields);
		const send: typeof tenant.send = async (call) => ({
			...(await tenant.send(call)),
			status: 202,
		});
		const found = findingOf(await checkTenant(CORTEX, { ...tenant, send }, {}), ENDPOINTS.name);
		expect(lines(found)).toEqual(['the whole reply has status 202, not 200']);
	});

	it('headers about limits, without their values', async () => {
		world.simulator.faults.add({
			path: JOBS.path,
			status: 200,
			body: { body: { totalCount: 0, list: [] } },
			headers: {
				'X-RateLimit-Limit': '987654',
				'X-RateLimit-Window-Sec': '3600',
				[`X-RateLimit-${SECRET}`]: SECRET,
			},
			times: 9,
		});
		const report = await check(QUALYS, {});
		expect(report.limits).toEqual([
			'x-ratelimit-limit: a number',
			'x-ratelimit-window-sec: a number',
			'x-ratelimit-…-…-…: text',
		]);
		expect(reportText(report, '1')).not.toMatch(new RegExp(`987654|${SECRET}`));
	});

	it('pages that are cut', async () => {
		world.simulator.faults.add({
			path: JOBS.path,
			times: 99,
			transform: ((json: Jobs) => {
				json.body.list = json.body.list.slice(0, 5);
				return json;
			}) as FaultRule['transform'],
		});
		expect(findingOf(await check(QUALYS), 'Search Script Jobs, a page of 1,000').remarks).toEqual([
			'it gives fewer records than Page Size asks for, and there are more',
		]);
	});

	it('a list that holds nothing', async () => {
		world.simulator.faults.add({
			path: ENDPOINTS.path,
			times: 99,
			body: { reply: { endpoints: [], result_count: 0, total_count: 0 } },
			status: 200,
		});
		const report = await check(CORTEX);
		expect(findingOf(report, ENDPOINTS.name).remarks).toEqual([
			'it gives no reply.endpoints[], so none was looked at',
		]);
		expect(findingOf(report, 'Search Endpoints by an id').reason).toBe(
			'it takes an endpoint of the tenant',
		);
	});

	const BEHAVIOURS: Array<
		[string, string, string, (json: never) => unknown, string, Vendor, number?]
	> = [
		[
			'endpoints in another order',
			ENDPOINTS.path,
			ENDPOINTS.name,
			(json: Endpoints) => ({
				reply: { ...json.reply, endpoints: json.reply.endpoints.reverse() },
			}),
			'it is not in the order of endpoint_id, which was asked for',
			CORTEX,
		],
		[
			'a search by an id that brings others',
			ENDPOINTS.path,
			'Search Endpoints by an id',
			(json: Endpoints) => {
				const { endpoints } = json.reply;
				return {
					reply: {
						...json.reply,
						endpoints: endpoints.map((one) => ({ ...one, endpoint_id: 'x' })),
					},
				};
			},
			'it gives endpoints that were not asked for',
			CORTEX,
			2,
		],
		[
			'a link that leads elsewhere',
			'/public_api/v1/scripts/get_script_execution_results_files',
			'Download Files of a script, the link',
			() => ({ reply: { data: 'https://storage.example/signed' } }),
			'a link leads to another host',
			CORTEX,
		],
		[
			'jobs of other scripts',
			JOBS.path,
			'Search Script Jobs of a script',
			(json: Jobs) => {
				json.body.list.forEach(({ data }, index) => (data.scriptId = index));
				return json;
			},
			'it gives jobs of other scripts',
			QUALYS,
			3,
		],
		[
			'jobs from outside of two moments',
			JOBS.path,
			'Search Script Jobs between two moments',
			(json: Jobs) => {
				json.body.list.forEach(({ data }, index) => {
					data.created = { dateTime: 1_600_000_000_000 + (index === 0 ? 9e10 : 0) };
				});
				return json;
			},
			'it gives jobs from outside',
			QUALYS,
			4,
		],
		[
			'a cursor that nobody looks at',
			JOBS.path,
			'Search Script Jobs, the next page by its cursor',
			(json: Jobs) => {
				json.body.list.forEach(({ data }, index) => (data.id = String(index)));
				return json;
			},
			'it gives jobs of the page before',
			QUALYS,
		],
		[
			'asset jobs with a status that nobody documented',
			'/sm/v1/assetjobs/search',
			'Get Script Job Results',
			(json: { body: { list: object[] } }) => {
				json.body.list = json.body.list.map((one) => ({ ...one, status: 'HIBERNATING' }));
				return json;
			},
			'the nodes read their state as: unknown',
			QUALYS,
		],
		[
			'asset jobs that name no asset',
			'/sm/v1/assetjobs/search',
			'Get Script Job Results',
			(json: { body: { list: object[] } }) => {
				json.body.list = json.body.list.map((one) => ({
					...one,
					assetName: null,
					assetId: null,
					assetUuid: null,
				}));
				return json;
			},
			'the nodes find in them: a status, no id of the asset, no name of the asset',
			QUALYS,
		],
		[
			'a tag with two ids',
			'/sm/v1/assettags/search',
			'Execute Script, its list of tags',
			(json: { body: { list: object[] } }) => {
				json.body.list = json.body.list.map((one) => ({ ...one, id: 1, tagId: 2 }));
				return json;
			},
			'id and tagId of a tag are: different',
			QUALYS,
		],
		[
			'output that is no base64',
			'/sm/v1/assetjobs/search',
			'Get Script Job Results with what the script printed',
			(json: { body: { list: object[] } }) => {
				json.body.list = json.body.list.map((one) => ({ ...one, scriptResult: 'ok: done!' }));
				return json;
			},
			'what scripts printed comes as: text as it is',
			QUALYS,
		],
	];

	it.each(BEHAVIOURS.map((one) => [one[0], one] as const))('%s', async (_, one) => {
		const [, path, name, change, remark, vendor, skip] = one;
		const plain = findingOf(await check(vendor), name).remarks;
		expect(plain).not.toContain(remark);
		world.clock.advance(60_000);
		const transform = change as FaultRule['transform'];
		world.simulator.faults.add({ path, skip, times: 99, transform });
		expect(findingOf(await check(vendor), name).remarks).toContain(remark);
	});
});

describe('goes on', () => {
	it('after as long as the vendor asks to wait', async () => {
		const fault = { path: ENDPOINTS.path, shape: 'reply', status: 429 } as const;
		world.simulator.faults.add({ ...fault, times: 2, headers: { 'Retry-After': '77' } });
		const started = world.clock.now();
		const report = await check(CORTEX);
		const found = findingOf(report, ENDPOINTS.name);
		expect(found).toMatchObject({ status: 200, verdict: 'fits' });
		expect(found.remarks).toEqual(['it was refused as one too many at first, and made again']);
		expect(report.limits).toEqual(['retry-after: a number']);
		const [first, second, third] = world.requests().map(({ at }) => at - started);
		expect(first).toBe(0);
		expect(second - first).toBeGreaterThanOrEqual(77_000);
		expect(third - second).toBeGreaterThanOrEqual(77_000);
	});

	it('at once where that would take too long, and to the end of its patience otherwise', async () => {
		const fault = { path: '/public_api/v1/scripts/get_scripts', status: 429, body: {}, times: 99 };
		world.simulator.faults.add({ ...fault, headers: { 'Retry-After': '7200' } });
		const once = findingOf(await check(CORTEX), 'Run Script, its list of scripts');
		expect(once).toMatchObject({ status: 429, verdict: 'refused', readAs: 'throttled' });
		const isIt = ({ path }: { path: string }) => path.includes('get_scripts');
		expect(world.requests().filter(isIt)).toHaveLength(2);
		world.simulator.faults.clear();
		world.clock.advance(60_000);
		world.simulator.faults.add(fault);
		const report = await check(CORTEX);
		expect(world.requests().filter(isIt)).toHaveLength(6);
		expect(isHarmful(report)).toBe(false);
	});

	it.each([
		['too many at first', { status: 429, times: 3 }],
		['an outage at first', { status: 503, times: 1 }],
		['too many then', { status: 429, times: 3, skip: 1 }],
		['an outage then', { status: 503, times: 1, skip: 1 }],
	])('without a word about the path where one of its forms met %s', async (_name, fault) => {
		const path = '/public_api/v1/scripts/get_scripts';
		world.simulator.faults.add({ path, body: {}, ...fault });
		const report = await check(CORTEX);
		const found = findingOf(report, 'Run Script, its list of scripts');
		expect(found.slash).toBeUndefined();
		expect(lines(found)).toEqual([]);
		expect(found.remarks).toContain(
			'the two forms of its path were not compared: one of them was refused for the moment',
		);
		expect(isHarmful(report)).toBe(false);
	});

	it('by the header of Qualys', async () => {
		world.simulator.faults.add({
			path: '/sm/v1/assettags/search',
			status: 409,
			body: { responseMessage: 'limit' },
			headers: { 'X-RateLimit-ToWait-Sec': '33' },
		});
		await check(QUALYS);
		const [first, second] = world.requests().filter(({ path }) => path.includes('assettags'));
		expect(second.at - first.at).toBeGreaterThanOrEqual(33_000);
	});

	it('after a call that brings no answer, and after its other form', async () => {
		const path = '/public_api/v1/scripts/get_scripts';
		world.simulator.faults.add({ path, breakConnection: 'before' });
		const report = await check(CORTEX);
		expect(findingOf(report, 'Run Script, its list of scripts')).toMatchObject({
			verdict: 'not looked at',
			reason: expect.stringMatching(/^The connection broke/),
		});
		expect(findingOf(report, 'Get Action Status').verdict).toBe('fits');
		world.clock.advance(60_000);
		world.simulator.faults.add({ path, skip: 1, breakConnection: 'before' });
		const again = findingOf(await check(CORTEX), 'Run Script, its list of scripts');
		expect(again).toMatchObject({ verdict: 'fits', slash: undefined });
		expect(again.remarks).toEqual([
			expect.stringMatching(/^with the other form of its path: The connection broke/),
		]);
		expect(reportText(report, '1')).not.toContain(new URL(world.url).host);
	});

	it('after an answer that is too long to be one', async () => {
		const path = '/public_api/v1/scripts/get_scripts';
		world.simulator.faults.add({ path, status: 200, body: 'x'.repeat(100_000_001) });
		expect(findingOf(await check(CORTEX), 'Run Script, its list of scripts')).toMatchObject({
			verdict: 'not looked at',
			reason: 'The answer is longer than 100 MB',
		});
	});

	it('no more where the tenant has fallen silent', async () => {
		world.simulator.faults.add({ path: '/', skip: 5, times: 99, breakConnection: 'before' });
		const report = await check(CORTEX);
		expect(report.findings.filter(({ verdict }) => verdict === 'fits')).toHaveLength(3);
		expect(world.requests()).toHaveLength(5 + 3);
		expect(report.findings.at(-1)?.reason).toBe('3 calls in a row brought no answer');
	});
});

describe("ends at once, with the nodes' own words", () => {
	it('where the key is wrong', async () => {
		const tenant = await cortexTenant({ ...world.cortexKey('admin'), apiKey: 'wrong' } as Fields);
		await expect(checkTenant(CORTEX, tenant, {})).rejects.toThrow(/Security Level/);
		expect(world.requests()).toHaveLength(1);
	});

	it('without a key that the vendor repeats', async () => {
		const key = 'SomeKeyThatIsLongEnoughToBeOne';
		world.simulator.faults.add({
			path: ENDPOINTS.path,
			shape: 'reply',
			status: 401,
			words: `Wrong key ${key}`,
		});
		const tenant = await cortexTenant({ ...world.cortexKey('admin'), apiKey: key } as Fields);
		await expect(checkTenant(CORTEX, tenant, {})).rejects.toThrow(/Wrong key \[hidden\]/);
	});

	it('where a field cannot be meant', async () => {
		const fields = { ...world.cortexKey('admin'), apiKeyId: 'abc' } as Fields;
		await expect(cortexTenant(fields)).rejects.toMatchObject({
			name: 'TenantError',
			message: expect.stringMatching(/^API Key ID of the Cortex XDR API credential/),
		});
		const user = { ...world.qualysUser('admin'), gatewayUrl: 'https://qualysapi.example.com' };
		await expect(qualysTenant(user as Fields)).rejects.toThrow(/serves another API/);
		expect(world.requests()).toEqual([]);
	});

	it('where the address leads elsewhere', async () => {
		const headers = { Location: 'https://elsewhere.example/' };
		world.simulator.faults.add({ path: ENDPOINTS.path, status: 302, headers });
		await expect(check(CORTEX)).rejects.toThrow(/redirect/);
		expect(world.requests()).toHaveLength(1);
	});

	it('where the password is wrong', async () => {
		const user = { ...world.qualysUser('admin'), password: 'wrong' } as Fields;
		await expect(qualysTenant(user)).rejects.toThrow(/Authentication Failure/);
		expect(world.requests()).toHaveLength(1);
	});

	it('where nothing listens', async () => {
		const nowhere = { ...world.cortexKey('admin'), tenantUrl: 'http://127.0.0.1:1' } as Fields;
		await expect(checkTenant(CORTEX, await cortexTenant(nowhere), {})).rejects.toThrow(
			/The host refused the connection/,
		);
	});
});
