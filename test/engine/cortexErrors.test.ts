import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrGetImportJob } from '../../nodes/CortexXdrGetImportJob/CortexXdrGetImportJob.node';
import { CortexXdrGetScriptResults } from '../../nodes/CortexXdrGetScriptResults/CortexXdrGetScriptResults.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import { OPERATIONS } from '../../nodes/shared/cortex/operations';
import { readReply } from '../../nodes/shared/cortex/reply';
import { SHAPES } from '../support/shapes';
import { errorEnvelope } from '../samples/cortex';
import { waitFor } from '../support/wait';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const STATUS = '/public_api/v1/actions/get_action_status/';
const answer = (status: number, body: unknown, headers = {}) =>
	world.simulator.faults.add({ path: '/public_api', status, body, headers, times: 99 });
const actionStatus = async (output = 'endpoints', options = {}) =>
	await world.run(new CortexXdrGetActionStatus(), { actionId: '7', output }, options);
const importJob = async (jobId: string) => await world.run(new CortexXdrGetImportJob(), { jobId });
const scan = async (filters: Record<string, string> = { groupNames: 'Demo Laptops' }) =>
	await world.run(new CortexXdrScanEndpoints(), { scope: 'matching', filters, options: {} });

describe('the forms of an error', () => {
	it.each(SHAPES)('%s is read, in words', async (_name, status, body, text, told) => {
		answer(status, body);
		const { error } = await actionStatus();
		expect(error?.message).toBe(
			told
				? `Cortex refused Get Action Status: ${text}`
				: `Cortex answered Get Action Status with status ${status} (${text})`,
		);
		expect(error?.message).not.toContain('{');
	});

	it('names that hold data on a success are no errors there', () => {
		for (const body of [{ message: 'm' }, { error: 'e' }, { detail: 'd' }, { description: 'd' }]) {
			const success = { statusCode: 200, headers: {}, body: JSON.stringify(body) };
			expect(readReply(success, OPERATIONS.getActionStatus, 0)).toEqual(body);
		}
	});

	it.each([
		[204, '', {}],
		[200, 'true', { reply: true }],
		[200, '{"reply":true}', { reply: true }],
	])('%d with the body "%s" is a success', (statusCode, body, result) => {
		const done = { statusCode, headers: {}, body };
		expect(readReply(done, OPERATIONS.getActionStatus, 0)).toEqual(result);
	});

	it.each(['false', '{"reply":false}'])('%s is a failure', (body) => {
		const failed = { statusCode: 200, headers: {}, body };
		expect(() => readReply(failed, OPERATIONS.scanEndpoints, 0)).toThrow(
			'Cortex answered Scan Endpoints with "false": it was not done',
		);
	});
});

describe('an import job that is not found', () => {
	const id = '11111111-1111-4111-a111-999999999999';

	it('is named, and then the two other causes', async () => {
		const { error } = await importJob(id);
		expect(error?.message).toBe('Cortex refused Get Import Job: Job not found');
		expect(error?.description).toBe(
			`The tenant does not know import job ${id}, or no longer. If the id is right: the tenant may lack the module that this operation belongs to, or the Tenant URL of the credential may lead to another place.`,
		);
	});

	it('"Not Found" alone tells neither from the other, so both are said', async () => {
		answer(404, { detail: 'Not Found' });
		const { error } = await importJob(id);
		expect(error?.message).toBe('Cortex refused Get Import Job: Not Found');
		expect(error?.description).toBe(
			`Either the tenant does not know import job ${id}, or no longer. Or nobody has looked for it: the tenant may lack the module that this operation belongs to, or the Tenant URL of the credential may lead to another place.`,
		);
	});

	it('an id that is malformed is refused with the place', async () => {
		const { error } = await importJob('nonsense');
		expect(error?.httpCode).toBe('422');
		expect(error?.message).toContain('job_id');
	});
});

describe('an action status that comes as an error', () => {
	const reasons = { a: { errorDescription: 'Not enough disk space' } };
	const body = { reply: { data: { a: 'FAILED', b: 'PENDING' }, errorReasons: reasons } };

	it.each([400, 401, 403, 500])('status %d: the reasons are read, in words', async (status) => {
		answer(status, body);
		const { error } = await actionStatus();
		expect(error?.message).toBe(
			'Cortex refused Get Action Status: a: FAILED (Not enough disk space); b: PENDING',
		);
		expect(error?.description).not.toContain('did not answer like a Cortex tenant');
	});

	it('without any reason, none is made up', async () => {
		answer(500, { reply: { data: {}, errorReasons: {} } });
		const { error } = await actionStatus();
		expect(error?.message).toBe('Cortex answered Get Action Status with status 500 and no reason');
		expect(error?.description).not.toContain('did not answer like a Cortex tenant');
	});

	it('of thousands of endpoints, three are named', async () => {
		const data = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`e${n}`, 'FAILED']));
		answer(500, { reply: { data, errorReasons: {} } });
		const { error } = await actionStatus();
		expect(error?.message).toContain('e0: FAILED; e1: FAILED; e2: FAILED; and 4997 more');
	});

	it.each([400, 500])('status %d: Wait for Job keeps what it names', async (status) => {
		answer(status, body);
		const { json } = await waitFor(world, { jobId: '7' }, { onError: 'continueRegularOutput' });
		expect(json[0]).toMatchObject({
			outcome: 'failed',
			status: 'PENDING',
			progress: { total: 2, finished: 1, succeeded: 0, failed: 1 },
			endpoints: [
				expect.objectContaining({ endpoint_id: 'a', error: 'Not enough disk space' }),
				expect.objectContaining({ endpoint_id: 'b' }),
			],
		});
		expect(JSON.stringify(json[0].errors)).toContain('a: Not enough disk space');
	});

	it('never succeeds by it, also where every endpoint has', async () => {
		answer(500, { reply: { data: { a: 'COMPLETED_SUCCESSFULLY' } } });
		const { json } = await waitFor(world, { jobId: '7' }, { onError: 'continueRegularOutput' });
		expect(json[0]).toMatchObject({ outcome: 'failed', polls: 3, progress: { succeeded: 1 } });
	});
});

describe('nothing that can take the action', () => {
	it('is final, and says what it means', async () => {
		const { error } = await scan({ hostnames: 'nobody' });
		expect(error?.message).toBe(
			"Cortex refused Scan Endpoints: No endpoint was found for creating the requested action: can't create group action id for SCAN",
		);
		expect(error?.description).toContain(
			'Nothing matched, or what matched cannot take this action. Names are exact, without wildcards.',
		);
		expect(error?.description).not.toContain('It is not known whether');
		expect(world.requests()).toHaveLength(1);
	});

	it('an answer with status 0 has started nothing, also with an id', async () => {
		answer(200, { reply: { action_id: '12', status: 0, endpoints_count: 3 } });
		const { error } = await scan();
		expect(error?.message).toBe('Cortex says that Scan Endpoints failed (status 0, action_id 12)');
	});
});

describe('why it failed, as n8n stores it', () => {
	it.each([
		[401, errorEnvelope(401, 'Unauthorized', null), {}, { cause: 'credential-invalid' }],
		[402, errorEnvelope(402, 'No license', null), {}, { cause: 'configuration-invalid' }],
		[403, errorEnvelope(403, 'Forbidden', null), {}, { cause: 'configuration-invalid' }],
		[503, '', {}, { cause: 'temporarily-unavailable' }],
		[500, errorEnvelope(500, 'No', null), {}, undefined],
		[500, '', {}, undefined],
		[400, errorEnvelope(400, 'No', null), {}, undefined],
	])('%d', async (status, body, headers, failure) => {
		answer(status, body, headers);
		const { error } = await actionStatus();
		expect((error as { failure?: unknown }).failure).toEqual(failure);
	});

	it('too many requests, with the time that was asked for', async () => {
		world.simulator.faults.add({
			path: '/public_api',
			status: 429,
			body: errorEnvelope(429, 'Too many requests.', null),
			headers: { 'Retry-After': '100' },
			times: 999,
		});
		const { error } = await scan();
		expect((error as { failure?: unknown }).failure).toEqual({
			cause: 'rate-limited',
			retryAfterMs: 100_000,
		});
	});

	it('an import job that the tenant does not know', async () => {
		const { error } = await importJob('11111111-1111-4111-a111-999999999999');
		expect((error as { failure?: unknown }).failure).toEqual({ cause: 'configuration-invalid' });
	});
});

describe('an action with more endpoints than one item can bring', () => {
	const data = Object.fromEntries(
		Array.from({ length: 100_001 }, (_, n) => [`e${n}`, 'COMPLETED_SUCCESSFULLY']),
	);

	it('is an error of that item, which names Summary, and none of the others', async () => {
		world.simulator.faults.add({ path: STATUS, status: 200, body: { reply: { data } }, times: 1 });
		world.simulator.faults.add({
			path: STATUS,
			status: 200,
			body: { reply: { data: { a: 'PENDING' } } },
			times: 9,
		});
		const { json } = await actionStatus('endpoints', {
			items: [{}, {}],
			onError: 'continueRegularOutput',
		});
		expect(json).toEqual([
			expect.objectContaining({
				error: 'Action 7 has 100,001 endpoints, and one item can bring 100,000 at most',
				details: { description: 'Set Output to Summary: then all of them are in one item.' },
			}),
			expect.objectContaining({ endpoint_id: 'a' }),
		]);
	}, 60_000);

	it('is the same for the results of a script, which names Execution', async () => {
		const results = Array.from({ length: 100_001 }, (_, n) => ({ endpoint_id: `e${n}` }));
		answer(200, { reply: { script_name: 's', results } });
		const { error } = await world.run(new CortexXdrGetScriptResults(), {
			actionId: '7',
			output: 'endpoints',
		});
		expect(error?.message).toBe(
			'Action 7 has results of 100,001 endpoints, and one item can bring 100,000 at most',
		);
		expect(error?.description).toContain('Set Output to Execution');
	}, 60_000);

	it('two items may bring as many each', async () => {
		const most = Object.fromEntries(Object.entries(data).slice(0, 100_000));
		answer(200, { reply: { data: most } });
		const { json, error } = await actionStatus('endpoints', { items: [{}, {}] });
		expect([json.length, error]).toEqual([200_000, undefined]);
	}, 120_000);

	it('comes whole as a summary', async () => {
		answer(200, { reply: { data } });
		const { json } = await actionStatus('summary');
		expect(json[0]).toMatchObject({ total: 100_001, finished: true });
	}, 60_000);

	it('is waited for; how many are listed is bounded, and said', async () => {
		answer(200, { reply: { data } });
		const { json, error } = await waitFor(world, { jobId: '7' });
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({
			outcome: 'succeeded',
			progress: { total: 100_001, succeeded: 100_001 },
			errors: ['Only the first 100,000 of its 100,001 endpoints are listed'],
		});
		expect(json[0].endpoints).toHaveLength(100_000);
	}, 60_000);
});

it('the Timeout of an import job says when Cortex ends it', () => {
	const { properties } = new CortexXdrWaitForJob().description;
	const timeouts = properties.filter(({ name }) => name === 'timeout');
	const [forImports] = timeouts.filter(({ displayOptions }) => displayOptions?.show);
	expect(forImports.hint).toContain('24 hours (1440 minutes), as COMPLETED_WITH_ERRORS');
	expect(forImports.displayOptions?.show).toEqual({ jobType: ['importJob'] });
});
