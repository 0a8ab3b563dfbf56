import type { INode, INodeType } from 'n8n-workflow';
import manifest from '../../package.json';
import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrGetImportJob } from '../../nodes/CortexXdrGetImportJob/CortexXdrGetImportJob.node';
import { CortexXdrGetScriptResults } from '../../nodes/CortexXdrGetScriptResults/CortexXdrGetScriptResults.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import { seededIds } from '../../simulator/cortex/seededJobs';
import type { EngineResult } from '../support/engine';
import { createWorld, type World } from '../support/world';

/** What each operation sends and gives back against the simulator; every node of the package has its rows. */
interface Row {
	node: new () => INodeType;
	name: string;
	parameters: INode['parameters'];
	sends: string;
	gives: (result: EngineResult) => void;
}

const rows: Row[] = [
	{
		node: CortexXdrScanEndpoints,
		name: 'scope matching',
		parameters: { scope: 'matching', filters: { groupNames: 'Demo Laptops' }, options: {} },
		sends: 'POST /public_api/v1/endpoints/scan',
		gives: ({ json }) =>
			expect(json).toEqual([{ action_id: expect.stringMatching(/^\d+$/), endpoints_count: 12 }]),
	},
	{
		node: CortexXdrScanEndpoints,
		name: 'scope all',
		parameters: { scope: 'all', options: { incidentId: '4711' } },
		sends: 'POST /public_api/v1/endpoints/scan',
		gives: ({ json }) => expect(json[0].endpoints_count).toBe(2000),
	},
	{
		node: CortexXdrGetActionStatus,
		name: 'output endpoints',
		parameters: { actionId: seededIds.finishedScan, output: 'endpoints' },
		sends: 'POST /public_api/v1/actions/get_action_status/',
		gives: ({ json }) => {
			expect(json).toHaveLength(5);
			expect(json[0]).toEqual({
				action_id: '6001',
				endpoint_id: expect.stringMatching(/^[\da-f]{32}$/),
				status: 'COMPLETED_SUCCESSFULLY',
				finished: true,
				error: null,
				error_reason: null,
			});
			const failed = json.find(({ status }) => status === 'FAILED');
			expect(failed).toMatchObject({ finished: true, action_id: '6001' });
		},
	},
	{
		node: CortexXdrGetActionStatus,
		name: 'output summary',
		parameters: { actionId: 6001, output: 'summary' },
		sends: 'POST /public_api/v1/actions/get_action_status/',
		gives: ({ json }) => {
			expect(json).toHaveLength(1);
			expect(json[0]).toMatchObject({
				action_id: '6001',
				finished: true,
				total: 5,
				by_status: { COMPLETED_SUCCESSFULLY: 3, FAILED: 1, EXPIRED: 1 },
			});
			expect(json[0].endpoints).toHaveLength(5);
		},
	},
	{
		node: CortexXdrGetScriptResults,
		name: 'output endpoints',
		parameters: { actionId: seededIds.finishedScript, output: 'endpoints' },
		sends: 'POST /public_api/v1/scripts/get_script_execution_results/',
		gives: ({ json }) => {
			expect(json).toHaveLength(12);
			for (const row of json) {
				expect(row).toMatchObject({
					action_id: '7001',
					script_name: expect.any(String),
					date_created: expect.any(String),
					endpoint_name: expect.any(String),
					execution_status: expect.any(String),
					finished: true,
				});
				expect(typeof row.retrieved_files).toBe('number');
				expect(typeof row.failed_files).toBe('number');
				expect(row).toHaveProperty('return_value');
				expect(row).toHaveProperty('command_output');
			}
			expect(json.some((row) => row.command_output !== null)).toBe(true);
		},
	},
	{
		node: CortexXdrGetScriptResults,
		name: 'output execution',
		parameters: { actionId: seededIds.finishedScript, output: 'execution' },
		sends: 'POST /public_api/v1/scripts/get_script_execution_results/',
		gives: ({ json }) => {
			expect(json).toHaveLength(1);
			expect(json[0]).toMatchObject({ action_id: '7001', error_message: '' });
			expect(json[0].results).toHaveLength(12);
		},
	},
	{
		node: CortexXdrGetImportJob,
		name: 'a job with errors',
		parameters: { jobId: seededIds.importErrorObjects },
		sends: `GET /public_api/vulnerability-management/v1/external-scans/assets/jobs/${seededIds.importErrorObjects}`,
		gives: ({ json }) => {
			expect(json).toHaveLength(1);
			expect(json[0]).toMatchObject({
				job_id: seededIds.importErrorObjects,
				job_status: 'COMPLETED_WITH_ERRORS',
				finished: true,
				succeeded: false,
			});
			const errors = json[0].errors as string[];
			expect(errors.length).toBeGreaterThan(0);
			expect(errors.every((text) => typeof text === 'string' && text !== '')).toBe(true);
		},
	},
	...['v1', 'v2'].map((apiVersion) => ({
		node: QualysSearchScriptJobs,
		name: `version ${apiVersion}`,
		parameters: { apiVersion, limit: 2, filters: { scriptName: 'Check disk space' }, options: {} },
		sends: `POST /sm/${apiVersion}/jobs/search`,
		gives: ({ json }: EngineResult) => {
			expect(json).toHaveLength(2);
			expect(json[0]).toEqual({
				id: expect.stringMatching(/^\d+$/),
				title: expect.stringMatching(/^Check disk space-\d+$/),
				scriptId: expect.any(Number),
				scriptType: expect.any(String),
				platform: expect.any(String),
				category: expect.any(String),
				severity: expect.any(Number),
				createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
				updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
				correlationUuid: expect.any(String),
			});
		},
	})),
];

/** Nodes that are no single operation; they have a suite of their own. */
const PROGRAMMATIC = ['CortexXdrWaitForJob'];

describe('operations', () => {
	let world: World;

	beforeAll(async () => {
		world = await createWorld();
	});

	afterAll(async () => await world.close());

	it.each(rows)('$node.name, $name', async ({ node, parameters, sends, gives }) => {
		world.requests();
		const result = await world.run(new node(), parameters);
		expect(result.error).toBeUndefined();
		const calls = world.requests().filter(({ path }) => path !== '/auth');
		expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([sends]);
		gives(result);
		expect(result.outputs[0].map((item) => item.pairedItem)).toEqual(
			result.outputs[0].map(() => ({ item: 0 })),
		);
	});

	it('has a row for every declarative node of the package, and for each choice that it offers', () => {
		const covered = new Set(rows.map(({ node }) => node.name));
		const nodes = manifest.n8n.nodes
			.map((path) => path.split('/').at(-1)?.replace('.node.js', '') ?? '')
			.filter((name) => !PROGRAMMATIC.includes(name));
		expect([...covered].sort()).toEqual(nodes.sort());
		for (const node of new Set(rows.map((row) => row.node))) {
			for (const { name, type, options = [] } of new node().description.properties) {
				if (type !== 'options') continue;
				const choices = options.map((option) => ('value' in option ? option.value : undefined));
				const tried = rows.filter((row) => row.node === node).map((row) => row.parameters[name]);
				expect(tried).toEqual(expect.arrayContaining(choices));
			}
		}
	});

	it('links every output item to its input, whatever their number', async () => {
		const { json, outputs } = await world.run(
			new CortexXdrGetActionStatus(),
			{ actionId: '={{ $json.id }}', output: 'endpoints' },
			{ items: [{ id: '6001' }, { id: 7001 }, { id: ' 6001 ' }] },
		);
		expect(json.map((row) => row.action_id)).toEqual([
			...Array(5).fill('6001'),
			...Array(12).fill('7001'),
			...Array(5).fill('6001'),
		]);
		expect(outputs[0].map((item) => item.pairedItem)).toEqual([
			...Array(5).fill({ item: 0 }),
			...Array(12).fill({ item: 1 }),
			...Array(5).fill({ item: 2 }),
		]);
	});
});
