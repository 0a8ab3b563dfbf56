import type { INodeType } from 'n8n-workflow';
import { CortexXdrAbortScan } from '../../nodes/CortexXdrAbortScan/CortexXdrAbortScan.node';
import { CortexXdrIsolateEndpoints } from '../../nodes/CortexXdrIsolateEndpoints/CortexXdrIsolateEndpoints.node';
import { CortexXdrRetrieveFiles } from '../../nodes/CortexXdrRetrieveFiles/CortexXdrRetrieveFiles.node';
import { CortexXdrRunScript } from '../../nodes/CortexXdrRunScript/CortexXdrRunScript.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import { CortexXdrSubmitImport } from '../../nodes/CortexXdrSubmitImport/CortexXdrSubmitImport.node';
import { CortexXdrUnisolateEndpoints } from '../../nodes/CortexXdrUnisolateEndpoints/CortexXdrUnisolateEndpoints.node';
import { startBodies } from '../samples/startBodies';
import { violation } from '../support/schema';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

type Path = keyof typeof startBodies;

/** Bodies of a kind, as the node has sent them. */
async function sentTo(
	path: Path,
	node: INodeType,
	parameters: object,
	items: object[] = [{}],
): Promise<unknown[]> {
	// Whatever the tenant makes of it: it is about what is sent.
	const { bodies } = await world.run(node, parameters as never, { items: items as never });
	const sent = world.requests().map((request) => request.path.replace(/\/$/, ''));
	return bodies.filter((_body, index) => sent[index]?.endsWith(path));
}

async function expectSchema(path: Path, bodies: unknown[], count = 1): Promise<void> {
	expect(bodies).toHaveLength(count);
	for (const body of bodies) {
		expect(await violation(startBodies[path], JSON.parse(JSON.stringify(body)))).toBeUndefined();
	}
}

/** Of agents, with the first ones twice: an id counts once. */
const idsOf = (count: number) => {
	const ids = world.simulator.cortex.endpoints
		.filter(({ platform }) => platform !== 'android')
		.slice(0, count)
		.map(({ id }) => id);
	return [...ids, ...ids.slice(0, 2)];
};

const EVERY_FILTER = {
	aliases: 'a, b',
	distributionNames: 'WinInstaller',
	endpointIds: ['x'],
	firstSeenAfter: '2024-01-01',
	firstSeenBefore: '2025-01-01',
	groupNames: 'Kiosks',
	hostnames: 4711,
	ipAddresses: '10.0.0.1\nfd12::1',
	isolation: ['unisolated'],
	lastSeenAfter: 1700000000000,
	lastSeenBefore: '2026-01-01T00:00:00Z',
	platforms: ['windows', 'linux'],
	scanStatuses: ['none'],
	usernames: 'anna.khan',
};

describe.each([
	['endpoints/scan', CortexXdrScanEndpoints],
	['endpoints/abort_scan', CortexXdrAbortScan],
] as const)('%s', (path, Node) => {
	it.each([
		['every filter', { scope: 'matching', filters: EVERY_FILTER, options: {} }],
		['all', { scope: 'all', options: { incidentId: 4711 } }],
	])('%s', async (_name, parameters) => {
		await expectSchema(path, await sentTo(path, new Node(), parameters));
	});
});

describe.each([
	['endpoints/isolate', CortexXdrIsolateEndpoints],
	['endpoints/unisolate', CortexXdrUnisolateEndpoints],
] as const)('%s', (path, Node) => {
	it.each([
		['one endpoint', 1, {}, 1],
		['with an incident, as number', 3, { incidentId: 12 }, 1],
		['1,500 endpoints, two calls', 1_500, {}, 2],
	])('%s', async (_name, count, options, calls) => {
		// Under Continue, a call that the tenant refuses is no reason not to send the next.
		const node = new Node();
		const parameters = {
			endpointIds: idsOf(count),
			startFor: 'allItems',
			options: { checkState: false, ...options },
		};
		const { bodies } = await world.run(node, parameters as never, {
			onError: 'continueRegularOutput',
		});
		await expectSchema(path, bodies, calls);
	});
});

it.each([
	['one system', { windowsPaths: 'C:\\Windows\\win.ini' }, 3, 1],
	[
		'all systems, with an incident',
		{
			windowsPaths: ['C:\\a.txt', 'C:\\b, c.txt'],
			macosPaths: '/etc/hosts',
			linuxPaths: '/etc/hosts\n/etc/passwd',
			options: { incidentId: '12' },
		},
		3,
		1,
	],
	['25 endpoints, three calls', { windowsPaths: 'C:\\a.txt' }, 25, 3],
])('endpoints/file_retrieval: %s', async (_name, parameters, count, calls) => {
	const bodies = await sentTo('endpoints/file_retrieval', new CortexXdrRetrieveFiles(), {
		endpointIds: idsOf(count),
		startFor: 'allItems',
		options: {},
		...parameters,
	});
	await expectSchema('endpoints/file_retrieval', bodies, calls);
});

it.each([
	['without inputs', '956e8989f67ebcb2c71c4635311e47e4', null, {}],
	[
		'with a list, an incident and a time limit',
		'a6f7683c8e217d85bd3c398f0d3fb6bf',
		{ commands_list: 'hostname\nwhoami' },
		{ incidentId: 12, scriptTimeout: '90' },
	],
])('scripts/run_script: %s', async (_name, value, values, options) => {
	const bodies = await sentTo('scripts/run_script', new CortexXdrRunScript(), {
		source: 'library',
		scriptUid: { __rl: true, mode: 'id', value },
		parameters: { mappingMode: 'defineBelow', value: values },
		endpointIds: idsOf(3),
		startFor: 'allItems',
		options,
	});
	await expectSchema('scripts/run_script', bodies);
});

it('scripts/run_snippet_code_script', async () => {
	const bodies = await sentTo('scripts/run_snippet_code_script', new CortexXdrRunScript(), {
		source: 'snippet',
		snippetCode: 'print(1)',
		endpointIds: idsOf(3),
		startFor: 'allItems',
		options: { incidentId: '12' },
	});
	await expectSchema('scripts/run_snippet_code_script', bodies);
});

it('external-scans/assets: every field, as a table gives it', async () => {
	const seen = new Date(world.clock.now() - 3_600_000).toISOString();
	const bodies = await sentTo(
		'external-scans/assets',
		new CortexXdrSubmitImport(),
		{ vendor: 'ACME', product: 'Scanner', version: '4.2', assetsFrom: 'items', options: {} },
		[
			{
				origin_asset_id: 'a',
				asset_name: 'web-01',
				fqdn: 'web-01.example.com, www.example.com',
				ipv4: '10.0.0.1',
				ipv6: 'fd12::1',
				mac_address: '00:11:22:33:44:55',
				os_name: 'Ubuntu 24.04',
				vendor: 'Canonical',
				product: 'Ubuntu',
				version: '24.04',
				origin_tags: 'site:ber, owner:soc',
				vulnerability_id: 'P-1',
				last_seen: seen,
				cve_id: 'CVE-2024-3094',
				description: 'd',
				confidence: 'Confirmed',
				evidence: 'e',
				raw_output: 'r',
				scan_name: 's',
				protocol: 'TCP',
				port: '443',
			},
			{ origin_asset_id: 'b', vulnerability_id: 'P-1', last_seen: seen, port: '', os_name: null },
		],
	);
	await expectSchema('external-scans/assets', bodies);
	const { assets } = bodies[0] as { assets: Array<{ vulnerabilities: object[] }> };
	const schema = startBodies['external-scans/assets'].properties.assets.items.properties;
	// Each documented field was tried.
	expect(Object.keys(assets[0]).sort()).toEqual(Object.keys(schema).sort());
	expect(Object.keys(assets[0].vulnerabilities[0]).sort()).toEqual(
		Object.keys(schema.vulnerabilities.items.properties).sort(),
	);
});

it('a schema finds what is wrong', async () => {
	const wrong = { request_data: { filters: [], incident_id: 12 } };
	expect(await violation(startBodies['endpoints/isolate'], wrong)).toBeDefined();
});
