import type { INode, INodeType } from 'n8n-workflow';
import { CredentialTestContext } from 'n8n-core';
import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import { cortexXdrApiTest } from '../../nodes/shared/cortex/credentialTest';
import { qualysGatewayApiTest } from '../../nodes/shared/qualys/credentialTest';
import { clock } from '../../nodes/shared/transport/clock';
import type { FaultRule } from '../../simulator/server';
import type { EngineOptions } from '../support/engine';
import { activity, turn } from '../support/httpActivity';
import { createWorld, type World } from '../support/world';

let world: World;

beforeEach(async () => {
	world = await createWorld({ scriptJobs: 100 });
});

afterEach(async () => await world.close());

interface Subject {
	node: new () => INodeType;
	parameters: INode['parameters'];
	/** Where its slow answer comes from. */
	path: string;
	/** Seconds that one answer may take, and whether Request Options → Timeout says so. */
	seconds: number;
	timeoutOption: boolean;
	/** How often it is asked, and how many seconds are waited between that. */
	asked: { times: number; pauses: number };
}

const READ = { times: 4, pauses: 7 };
const search = { node: QualysSearchScriptJobs, parameters: { limit: 3 } };

const subjects: Record<string, Subject> = {
	'Scan Endpoints': {
		node: CortexXdrScanEndpoints,
		parameters: { scope: 'all', options: {} },
		path: '/public_api',
		seconds: 60,
		timeoutOption: true,
		asked: { times: 1, pauses: 0 },
	},
	'Get Action Status': {
		node: CortexXdrGetActionStatus,
		parameters: { actionId: '6001', output: 'endpoints' },
		path: '/public_api',
		seconds: 60,
		timeoutOption: true,
		asked: READ,
	},
	'Search Script Jobs': {
		...search,
		path: '/sm',
		seconds: 60,
		timeoutOption: true,
		asked: READ,
	},
	'the login': { ...search, path: '/auth', seconds: 30, timeoutOption: false, asked: READ },
	'Wait for Job': {
		node: CortexXdrWaitForJob,
		parameters: {
			jobType: 'endpointAction',
			jobId: '6001',
			pollInterval: 10,
			timeout: 1,
			options: { waitMode: 'inMemory' },
		},
		path: '/public_api',
		seconds: 60,
		timeoutOption: false,
		// One poll that another one makes good for, and the last one, at the deadline.
		asked: { times: 5, pauses: 7 },
	},
};

const names = Object.keys(subjects);
const withOption = names.filter((name) => subjects[name].timeoutOption);

const run = async (name: string, more: Partial<EngineOptions> = {}, requestOptions = {}) =>
	await world.run(
		new subjects[name].node(),
		{ ...subjects[name].parameters, requestOptions },
		more,
	);

/** A byte every so many milliseconds: never silent for long, and never at an end. */
const trickles = (name: string, rule: Partial<FaultRule> = {}) =>
	world.simulator.faults.add({
		path: subjects[name].path,
		trickleMs: 5_000,
		times: 100,
		transform: () => ({ long: 'x'.repeat(10_000) }),
		...rule,
	});

/** Lets everybody do what they can do now; a connection that was closed here is closed there. */
async function settled() {
	for (let count = 0; count < 50; count += 1) await turn();
}

/** The requests that came so far, and after how many seconds their connections were closed. */
async function closedAfter(path: string) {
	await settled();
	return world
		.requests()
		.filter((entry) => entry.path.startsWith(path))
		.map(({ at, closed }) => closed && Math.round((closed - at) / 1000));
}

async function seconds<T>(work: Promise<T>): Promise<[T, number]> {
	const start = world.clock.now();
	const result = await work;
	return [result, (world.clock.now() - start) / 1000];
}

const LATE = 'No answer came in time';
const UNKNOWN = 'It is not known whether this scan was started';

describe('an answer that comes byte by byte', () => {
	it.each(names)('%s: is given up in time, and its connection closed', async (name) => {
		const { path, seconds: limit, asked } = subjects[name];
		trickles(name);
		const [{ error }, took] = await seconds(run(name));
		expect(`${error?.message} ${error?.description}`).toContain(LATE);
		expect(String(error?.description).includes(UNKNOWN)).toBe(name === 'Scan Endpoints');
		expect(await closedAfter(path)).toEqual(Array(asked.times).fill(limit));
		expect(took).toBe(asked.times * limit + asked.pauses);
		expect(activity.underWay).toBe(0);
	});

	it.each(withOption)('%s: Request Options → Timeout bounds all of it', async (name) => {
		const { path, asked } = subjects[name];
		trickles(name, { trickleMs: 500 });
		const [{ error }, took] = await seconds(run(name, {}, { timeout: 2_000 }));
		expect(error?.message).toBe(LATE);
		expect(await closedAfter(path)).toEqual(Array(asked.times).fill(2));
		expect(took).toBe(asked.times * 2 + asked.pauses);
	});

	it.each(names)('%s: one that comes in time is taken', async (name) => {
		trickles(name, { trickleMs: 10, times: 1, transform: undefined });
		const [{ error, json }, took] = await seconds(run(name));
		if (name !== 'Wait for Job') expect(error).toBeUndefined();
		if (name !== 'Wait for Job') expect(json.length).toBeGreaterThan(0);
		expect(took).toBeLessThan(60);
		expect(world.clock.waiting).toBe(0);
	});

	it.each(names)('%s: the headers are part of it', async (name) => {
		trickles(name, { trickleMs: undefined, transform: undefined, delayMs: 400_000 });
		const [{ error }, took] = await seconds(run(name));
		expect(`${error?.message} ${error?.description}`).toContain(LATE);
		expect(took).toBe(
			subjects[name].asked.times * subjects[name].seconds + subjects[name].asked.pauses,
		);
	});

	it('heals where the next one comes in time', async () => {
		trickles('Get Action Status', { times: 1 });
		const [{ error }, took] = await seconds(run('Get Action Status'));
		expect(error).toBeUndefined();
		expect(took).toBe(61);
	});

	it('time in the queue is not part of it', async () => {
		const items = Array.from({ length: 40 }, () => ({}));
		const [{ json, error }, took] = await seconds(
			run('Get Action Status', { items }, { timeout: 1_000 }),
		);
		expect(error).toBeUndefined();
		expect(json.length).toBeGreaterThanOrEqual(40);
		expect(took).toBeGreaterThan(3);
	});

	it.each(['', ' without a token'])(
		'a login on the way has its own time, which the request%s does not lose',
		async (token) => {
			const credentials = { qualysGatewayApi: world.qualysUser('admin') };
			if (token === '') {
				await run('Search Script Jobs', { credentials });
				world.simulator.qualys.tokens.expireAll();
			}
			world.simulator.faults.add({ path: '/auth', delayMs: 25_000 });
			world.simulator.faults.add({ path: '/sm', delayMs: 1_500, times: 100 });
			const [{ error, json }, took] = await seconds(
				run('Search Script Jobs', { credentials }, { timeout: 2_000 }),
			);
			expect(error).toBeUndefined();
			expect(json).toHaveLength(3);
			expect(took).toBe(token === '' ? 28 : 26.5);
		},
	);

	it('a request that n8n repeats with a new token has its own time', async () => {
		const credentials = { qualysGatewayApi: world.qualysUser('admin') };
		await run('Search Script Jobs', { credentials });
		world.simulator.qualys.tokens.expireAll();
		world.requests();
		trickles('Search Script Jobs', { skip: 1 });
		const [{ error }, took] = await seconds(run('Search Script Jobs', { credentials }));
		expect(error?.message).toBe(LATE);
		expect(await closedAfter('/sm')).toEqual([undefined, 60, 60, 60, 60]);
		expect(took).toBe(247);
	});

	it.each(['', 0, -1, 'soon', null, undefined, '2000'])(
		'a timeout of %j is a number of milliseconds, or none',
		async (timeout) => {
			trickles('Scan Endpoints');
			const [, took] = await seconds(run('Scan Endpoints', {}, { timeout }));
			expect(took).toBe(timeout === '2000' ? 2 : 60);
		},
	);

	it('a credential test too ends in time', async () => {
		const context = new CredentialTestContext({} as never) as never;
		const test = { id: '1', name: 'c', type: 't' };
		trickles('Wait for Job');
		trickles('the login');
		const cortex = cortexXdrApiTest.call(context, { ...test, data: world.cortexKey('admin') });
		const [tested, took] = await seconds(cortex);
		expect(tested).toMatchObject({ status: 'Error', message: expect.stringContaining(LATE) });
		expect(took).toBe(20);
		const qualys = qualysGatewayApiTest.call(context, { ...test, data: world.qualysUser('admin') });
		const [login, later] = await seconds(qualys);
		expect(login).toMatchObject({ status: 'Error', message: expect.stringContaining(LATE) });
		expect(later).toBe(20);
	});
});

describe('an execution that is stopped in the middle of an answer', () => {
	/** Stops an execution once this rule has sent something. */
	async function stopped(name: string, more: Partial<EngineOptions> = {}) {
		const stop = new AbortController();
		const result = run(name, { signal: stop.signal, ...more });
		const start = world.clock.now();
		while (world.clock.now() - start < 12_000) await turn();
		const at = world.clock.now();
		stop.abort();
		const ended = await result;
		return { ended, waited: world.clock.now() - at };
	}

	it.each(names)('%s: ends at once, and the connection with it', async (name) => {
		trickles(name);
		const { ended, waited } = await stopped(name);
		expect(waited).toBe(0);
		expect(ended.error?.message).toBe('The execution was stopped');
		expect(`${ended.error?.description}`.includes(UNKNOWN)).toBe(name === 'Scan Endpoints');
		// n8n gives a login no way to know of the stop. It ends in its own time, and may serve another execution.
		const login = name === 'the login';
		while (login && activity.underWay > 0) await turn();
		const open = await closedAfter(subjects[name].path);
		expect(open).toEqual([login ? 30 : 12]);
		expect(activity.underWay).toBe(0);
		expect(world.clock.waiting).toBe(0);
	});

	it('a login goes on for those who were not stopped', async () => {
		trickles('the login', { trickleMs: 10, times: 1, transform: undefined, delayMs: 20_000 });
		const others = run('Search Script Jobs');
		const { ended } = await stopped('Search Script Jobs');
		expect(ended.error?.message).toBe('The execution was stopped');
		expect((await others).json).toHaveLength(3);
		expect(world.requests().filter(({ path }) => path === '/auth')).toHaveLength(1);
	});

	it('a login that nobody waits for any more serves the next execution, or is repeated for it', async () => {
		trickles('the login', { times: 1 });
		await stopped('the login');
		expect((await run('Search Script Jobs')).json).toHaveLength(3);
	});
});

describe('an answer in time leaves nothing behind', () => {
	it('no wait, and no listener, however many there are', async () => {
		const stop = new AbortController();
		const added = jest.spyOn(stop.signal, 'addEventListener');
		const items = Array.from({ length: 200 }, () => ({}));
		const [{ error }, took] = await seconds(
			run('Get Action Status', { items, signal: stop.signal }),
		);
		expect(error).toBeUndefined();
		// The pace of the requests, and no deadline.
		expect(took).toBeLessThan(30);
		await settled();
		expect(world.clock.waiting).toBe(0);
		expect(added.mock.calls.length).toBeLessThan(10);
	});
});

it('an n8n that knows no signals lets the node go in time all the same', async () => {
	const { inTime } = await import('../../nodes/shared/transport/inTime');
	const never = async () => await new Promise<never>(() => {});
	const start = clock.now();
	await expect(inTime(never, { milliseconds: 5_000 })).rejects.toThrow(LATE);
	expect(clock.now() - start).toBe(5_000);
	const stop = new AbortController();
	const waits = inTime(never, { milliseconds: 5_000, signal: stop.signal });
	stop.abort();
	await expect(waits).rejects.toThrow('The execution was stopped');
	const send = jest.fn(never);
	await expect(inTime(send, { milliseconds: 1, signal: stop.signal })).rejects.toThrow('stopped');
	expect(send).not.toHaveBeenCalled();
});
