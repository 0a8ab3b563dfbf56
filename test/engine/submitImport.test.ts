import { CortexXdrSubmitImport } from '../../nodes/CortexXdrSubmitImport/CortexXdrSubmitImport.node';
import { askTool, WAYS } from '../support/agent';
import type { EngineOptions } from '../support/engine';
import { waitFor } from '../support/wait';
import { createWorld, type World } from '../support/world';

const SUBMIT = '/public_api/vulnerability-management/v1/external-scans/assets';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const paths = () => world.requests().map(({ path }) => path);
const hoursAgo = (hours: number) => new Date(world.clock.now() - hours * 3_600_000).toISOString();
const SCANNER = { vendor: 'TENABLE', product: 'Nessus', version: '10.8' };
const run = async (
	items: object[],
	parameters: Record<string, unknown> = {},
	options: Partial<EngineOptions> = {},
) =>
	await world.run(
		new CortexXdrSubmitImport(),
		{ ...SCANNER, assetsFrom: 'items', options: {}, ...parameters } as never,
		{ items: items as never, ...options },
	);

/** A row of a scanner's table: texts, whatever they stand for. */
const row = (asset: number, finding: number, more: object = {}) => ({
	origin_asset_id: `asset-${asset}`,
	asset_name: `web-0${asset}`,
	ipv4: `10.0.0.${asset}`,
	vulnerability_id: `P-${finding}`,
	cve_id: 'CVE-2024-3094, CVE-2024-6387',
	port: '443',
	protocol: 'TCP',
	confidence: 'Confirmed',
	last_seen: hoursAgo(finding),
	...more,
});

const rowsOf = (body: unknown) =>
	(body as { assets: Array<{ vulnerabilities: unknown[] }> }).assets;

it('makes assets of rows, one import of all, linked to every row', async () => {
	const { json, outputs, bodies } = await run([row(1, 1), row(1, 2), row(2, 3)]);
	expect(json).toEqual([
		{
			job_id: expect.stringMatching(/^[\da-f-]{36}$/),
			job_status: 'INITIATED',
			assets_count: 2,
			vulnerabilities_count: 3,
		},
	]);
	expect(outputs[0][0].pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	const finding = (number: number) => ({
		vulnerability_id: `P-${number}`,
		cve_id: ['CVE-2024-3094', 'CVE-2024-6387'],
		port: 443,
		protocol: 'TCP',
		confidence: 'Confirmed',
		last_seen: world.clock.now() - number * 3_600_000,
	});
	const asset = (number: number, seen: number) => ({
		origin_asset_id: `asset-${number}`,
		asset_name: `web-0${number}`,
		ipv4: [`10.0.0.${number}`],
		last_seen: world.clock.now() - seen * 3_600_000,
	});
	expect(bodies.at(-1)).toEqual({
		...SCANNER,
		assets: [
			{ ...asset(1, 1), vulnerabilities: [finding(1), finding(2)] },
			{ ...asset(2, 3), vulnerabilities: [finding(3)] },
		],
	});
	const waited = await waitFor(world, {
		jobType: 'importJob',
		jobId: String(json[0].job_id),
		options: { acceptPartial: true },
	});
	expect(waited.json[0]).toMatchObject({ job_type: 'importJob', outcome: 'succeeded' });
});

it.each([
	[{ ipv4: '10.0.0.300' }, 'ipv4', '10.0.0.300'],
	[{ port: '70000' }, 'port', '70000'],
	[{ port: '0' }, 'port', '0'],
	[{ protocol: 'ICMP' }, 'protocol', 'ICMP'],
	[{ confidence: 'sure' }, 'confidence', 'sure'],
	[{ last_seen: '2020-01-01' }, 'last_seen', '2020-01-01'],
	[{ last_seen: '2999-01-01' }, 'last_seen', '2999-01-01'],
	[{ last_seen: 1700000000 }, 'last_seen', '1700000000'],
	[{ last_seen: '' }, 'last_seen', ''],
	[{ vulnerability_id: ' ' }, 'vulnerability_id', ''],
	[{ raw_output: 'x'.repeat(2_001) }, 'raw_output', ''],
	[{ last_sen: '2026-01-01', last_seen: undefined }, 'last_sen', ''],
])('%j is refused before anything is sent, with its item', async (wrong, field, held) => {
	const { error } = await run([row(1, 1), row(2, 2, wrong)]);
	const text = `${error?.message}\n${error?.description}`;
	expect(text).toMatch(/item 1/i);
	expect(text).toContain(field);
	expect(text).toContain(held);
	expect(paths()).toEqual([]);
});

it('names every wrong value at once', async () => {
	const { error } = await run([row(1, 1, { port: 'a' }), row(2, 2, { ipv4: 'b' })]);
	expect(error?.message).toBe('2 values cannot be imported, so nothing was sent');
	expect(error?.description).toMatch(/item 0[^]*port[^]*item 1[^]*ipv4/i);
});

it('a row twice counts once; a finding twice in one asset, with other values, is refused', async () => {
	const { json } = await run([row(1, 1), row(1, 1)]);
	expect(json).toMatchObject([{ assets_count: 1, vulnerabilities_count: 1 }]);
	world.requests();
	const { error } = await run([row(1, 1), row(1, 1, { port: '80' })]);
	expect(`${error?.message}\n${error?.description}`).toContain('P-1');
	expect(paths()).toEqual([]);
});

it('under Continue, an asset that cannot be imported leaves the others alone', async () => {
	const { outputs } = await run(
		[row(1, 1), row(2, 2, { port: 'a' }), row(2, 3), row(3, 4)],
		{},
		{ onError: 'continueErrorOutput' },
	);
	expect(outputs[0]).toMatchObject([
		{ json: { assets_count: 2 }, pairedItem: [{ item: 0 }, { item: 3 }] },
	]);
	expect(outputs[1].map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }, { item: 2 }]);
	expect(outputs[1][0].json.error).toContain('port');
	expect(paths()).toEqual([SUBMIT]);
});

it('under Continue, an asset that is too large for any import leaves the others alone', async () => {
	const huge = {
		...large(1),
		vulnerabilities: large(1).vulnerabilities.map((one) => ({
			...one,
			description: 'x'.repeat(7_000),
		})),
	};
	const { outputs } = await run([huge, row(2, 1)], {}, { onError: 'continueErrorOutput' });
	expect(outputs[0]).toMatchObject([{ json: { assets_count: 1 }, pairedItem: { item: 1 } }]);
	expect(outputs[1]).toMatchObject([{ pairedItem: { item: 0 } }]);
	expect(outputs[1][0].json.error).toMatch(
		/^The asset "?asset-1"? \(item 0\) has 9\.\d MB of findings/,
	);
});

it('under Continue, rows that contradict each other are not told apart by that', async () => {
	const list = (os_name: string) => ({
		assets: [
			{
				...large(1),
				vulnerabilities: [{ vulnerability_id: 'P', last_seen: world.clock.now() }],
				os_name,
			},
		],
	});
	const { outputs } = await run(
		[list('Linux'), list('Windows')],
		{ assetsFrom: 'list', assets: '={{ $json.assets }}' },
		{ onError: 'continueErrorOutput' },
	);
	expect(outputs[0]).toEqual([]);
	expect(outputs[1]).toHaveLength(2);
	expect(paths()).toEqual([]);
});

it('what Cortex does not know of a row is left out, and said', async () => {
	const { hints, bodies } = await run([row(1, 1, { Plugin_Family: 'General' })]);
	expect(hints).toEqual(['Fields that Cortex does not know were left out: "Plugin_Family".']);
	expect(JSON.stringify(bodies)).not.toContain('General');
});

const large = (index: number) => {
	// 1,000 findings of 2,000 characters are two megabytes.
	const vulnerabilities = Array.from({ length: 1_000 }, (_, number) => ({
		vulnerability_id: `P-${number}`,
		last_seen: world.clock.now(),
		raw_output: 'x'.repeat(2_000),
	}));
	return {
		origin_asset_id: `asset-${index}`,
		last_seen: world.clock.now(),
		vulnerabilities,
	};
};

it('sends as few requests as fit, each with its own items', async () => {
	const { json, outputs } = await run(Array.from({ length: 5 }, (_, index) => large(index)));
	expect(json.map(({ assets_count }) => assets_count)).toEqual([3, 2]);
	expect(outputs[0].map(({ pairedItem }) => pairedItem)).toEqual([
		[{ item: 0 }, { item: 1 }, { item: 2 }],
		[{ item: 3 }, { item: 4 }],
	]);
	expect(paths()).toEqual([SUBMIT, SUBMIT]);
});

it('refuses more imports than may go, before the first is sent', async () => {
	const { error } = await run(
		Array.from({ length: 5 }, (_, index) => large(index)),
		{ options: { batches: 1 } },
	);
	expect(error?.message).toBe(
		'The input makes 2 imports, and the option Batches allows 1. Nothing was sent',
	);
	expect(paths()).toEqual([]);
});

it('the quota of an hour ends it, and says what was submitted before', async () => {
	world.simulator.cortexSettings.importsPerHour = 1;
	const { error } = await run(Array.from({ length: 5 }, (_, index) => large(index)));
	expect(error?.description).toMatch(
		/The quota of 10 an hour may be used up[^]*Started before this error: job_id [\da-f-]{36} \(3 assets, items 0 to 2\)\./,
	);
});

it('what the service refuses is told by asset, item and field', async () => {
	world.simulator.faults.add({
		path: SUBMIT,
		status: 422,
		body: {
			detail: [
				{
					loc: ['body', 'assets', 1, 'vulnerabilities', 0, 'port'],
					msg: 'is not to its liking',
					type: 'value_error',
				},
			],
		},
	});
	const { error } = await run([row(1, 1), row(2, 2)]);
	expect(error?.message).toBe(
		'Cortex refused Submit Import: asset "web-02" (item 1), vulnerability "P-2", port "443": is not to its liking',
	);
	expect(error?.description).toContain('Nothing of this request was imported.');
});

it('findings of several scanners are imports of their own', async () => {
	const { json, bodies } = await run(
		[row(1, 1, { scanner: 'Nessus' }), row(2, 2, { scanner: 'InsightVM' })],
		{ product: '={{ $json.scanner }}' },
	);
	expect(json).toHaveLength(2);
	expect(bodies.map((body) => (body as { product: string }).product)).toEqual([
		'Nessus',
		'InsightVM',
	]);
	expect(bodies.map((body) => rowsOf(body).length)).toEqual([1, 1]);
});

describe.each(WAYS)('as a tool, the %s way', (way) => {
	const ask = async (call: Record<string, unknown>) =>
		await askTool(
			world,
			new CortexXdrSubmitImport(),
			{
				...SCANNER,
				assetsFrom: 'list',
				assets: '={{ $fromAI("assets", "", "json") }}',
				options: {},
			},
			[call],
			{ way },
		);

	it.each([{ assets: [] }, { assets: {} }, { assets: ['x'] }, { assets: null }])(
		'%j submits nothing',
		async (call) => {
			const { answers } = await ask(call);
			expect(answers[0]).toMatch(/Assets|asset|did not match/);
			expect(paths()).toEqual([]);
		},
	);

	it('an invented field is refused, with the names that there are', async () => {
		const { answers } = await ask({
			assets: [
				{
					origin_asset_id: 'a',
					last_seen: world.clock.now(),
					severity: 'high',
					vulnerabilities: [{ vulnerability_id: 'P-1', last_seen: world.clock.now() }],
				},
			],
		});
		expect(answers[0]).toContain('severity');
		expect(paths()).toEqual([]);
	});
});
