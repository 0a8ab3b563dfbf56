import { CortexXdrAbortScan } from '../../nodes/CortexXdrAbortScan/CortexXdrAbortScan.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import { askTool } from '../support/agent';
import { waitFor } from '../support/wait';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const DEMO = { scope: 'matching', filters: { groupNames: 'Demo Laptops' }, options: {} };
const abort = async (parameters: Record<string, unknown> = DEMO) =>
	await world.run(new CortexXdrAbortScan(), parameters as never);

it('aborts the scans that are running: the scan itself then shows it', async () => {
	const [scan] = (await world.run(new CortexXdrScanEndpoints(), DEMO)).json;
	const { json } = await abort();
	expect(json).toEqual([
		{
			action_id: expect.stringMatching(/^\d+$/),
			endpoints_count: scan.endpoints_count,
			nothing_to_abort: false,
		},
	]);
	const ids = [json[0], scan].map(({ action_id }) => ({ action_id }));
	const waited = await waitFor(
		world,
		{ jobId: '={{ $json.action_id }}' },
		{ items: ids, onError: 'continueRegularOutput' },
	);
	expect(waited.json.map(({ outcome, status }) => [outcome, status])).toEqual([
		['succeeded', 'COMPLETED_SUCCESSFULLY'],
		['failed', 'ABORTED'],
	]);
});

it('a second time there is nothing to abort, which is no error', async () => {
	await world.run(new CortexXdrScanEndpoints(), DEMO);
	const [{ action_id: jobId }] = (await abort()).json;
	await waitFor(world, { jobId: String(jobId) });
	expect((await abort()).json).toEqual([
		{ action_id: null, endpoints_count: 0, nothing_to_abort: true },
	]);
});

it.each([
	[{ ...DEMO, filters: {} }, 'No filter is set, so it is not known which endpoints are meant'],
	[{ ...DEMO, filters: { hostnames: '' } }, 'Filter Hostnames is empty'],
	[{ ...DEMO, scope: 'everything' }, 'Scope holds "everything"'],
	[{ ...DEMO, options: { incidentId: ' ' } }, 'Incident ID is empty'],
])('%j is refused before anything is sent', async (parameters, message) => {
	const { error } = await abort(parameters);
	expect(error?.message).toBe(message);
	expect(world.requests()).toEqual([]);
});

it('a refusal for any other reason is one', async () => {
	const { error } = await world.run(new CortexXdrAbortScan(), DEMO as never, {
		credentials: { cortexXdrApi: world.cortexKey('viewer') },
	});
	expect(error?.description).toContain('Abort Scan needs: Endpoint Scan');
});

it('a model cannot abort the scans of all endpoints', async () => {
	const { answers } = await askTool(
		world,
		new CortexXdrAbortScan(),
		{ scope: '={{ $fromAI("scope") }}', filters: {}, options: {} },
		[{ scope: 'all' }],
		{ way: 'direct' },
	);
	expect(answers[0]).toContain('An AI agent cannot set Scope to all endpoints');
	expect(world.requests()).toEqual([]);
});
