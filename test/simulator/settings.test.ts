import { defaultCortexSettings } from '../../simulator/cortex/settings';
import { scripts } from '../../simulator/cortex/scripts';
import { seededIds } from '../../simulator/cortex/seededJobs';
import {
	ABORT,
	closeBenches,
	idsOf,
	resultsOf,
	RESULTS,
	RUN,
	SCAN,
	scanGroup,
	SETTINGS,
	startBench,
	STATUS,
	statusOf,
} from './support';

afterAll(closeBenches);

test('settings are those of the vendor unless said otherwise, and can be changed', async () => {
	const bench = await startBench({ cortexSettings: {} });
	const settings = async () => (await bench.send({ url: SETTINGS })).data;
	expect(await settings()).toEqual(defaultCortexSettings);
	const change = (data: object) => bench.send({ method: 'POST', url: SETTINGS, data });
	const changed = { ...defaultCortexSettings, countsAsText: true, importsPerHour: 0 };
	expect((await change({ countsAsText: true, importsPerHour: 0 })).data).toEqual(changed);
	expect(bench.simulator.cortexSettings).toEqual(changed);
	for (const wrong of [
		{ importsPerHour: -1 },
		{ countsAsText: 1 },
		{ unknown: true },
		{ fileLinkHost: 1 },
	]) {
		expect((await change(wrong)).status).toBe(400);
	}
	expect(await settings()).toEqual(changed);
	expect(defaultCortexSettings.countsAsText).toBe(false);
});

describe('counts as text', () => {
	const ids = expect.stringMatching(/^\d{14}$/);
	const run = (filters: object[]) => ({
		request_data: { script_uid: scripts[1].uid, filters, parameters_values: {} },
	});

	test('of actions that are started', async () => {
		const bench = await startBench({ cortexSettings: { countsAsText: true } });
		const { cortex } = bench;
		const replyOf = async (path: string, body: object) => (await cortex(path, body)).data.reply;
		const laptops = scanGroup('Demo Laptops');
		const scan = await replyOf(SCAN, laptops);
		expect(scan).toEqual({ action_id: ids, endpoints_count: '12' });
		expect(await replyOf(ABORT, laptops)).toEqual({ action_id: ids, endpoints_count: '12' });
		expect(await replyOf(RUN, run(idsOf(bench, 'Demo Laptops')))).toEqual({
			action_id: ids,
			status: '1',
			endpoints_count: '12',
		});
		expect((await replyOf(STATUS, statusOf(scan.action_id))).data).toEqual({});
	});

	test('of scripts, with numbered statuses of endpoints', async () => {
		const bench = await startBench({ endpoints: 2000 });
		const { endpoints } = bench.simulator.cortex;
		const value = endpoints.filter(({ platform }) => platform === 'windows').map(({ id }) => id);
		const field = 'endpoint_id_list';
		const { data } = await bench.cortex(
			RUN,
			run([{ field, operator: 'in', value: value.slice(0, 1000) }]),
		);
		bench.simulator.time.advance(600);
		const results = async () =>
			(await bench.cortex(RESULTS, resultsOf(data.reply.action_id))).data.reply.results;
		const seen = async (field: string) =>
			new Set((await results()).map((row: never) => row[field]));
		expect(await seen('retrieved_files')).toEqual(new Set([0]));
		expect(await seen('failed_files')).toEqual(new Set([0, 1]));
		expect(await seen('endpoint_status')).toEqual(new Set(['CONNECTED', 'DISCONNECTED', 'LOST']));
		bench.simulator.cortexSettings.countsAsText = true;
		expect(await seen('retrieved_files')).toEqual(new Set(['0']));
		expect(await seen('failed_files')).toEqual(new Set(['0', '1']));
		expect(await seen('endpoint_status')).toEqual(
			new Set(['STATUS_010_CONNECTED', 'STATUS_040_DISCONNECTED', 'STATUS_020_LOST']),
		);
	});
});

test('results of an execution that does not exist: a 500, or a 200 that says so', async () => {
	const bench = await startBench();
	const ask = (id: string) => bench.cortex(RESULTS, resultsOf(id));
	expect((await ask('999')).status).toBe(500);
	bench.simulator.cortexSettings.unknownExecutionIs200 = true;
	for (const id of ['999', seededIds.finishedScan]) {
		const { status, data } = await ask(id);
		expect(status).toBe(200);
		expect(data.reply).toMatchObject({ error_message: expect.stringContaining(id), results: [] });
	}
	expect((await ask(seededIds.finishedScript)).data.reply.error_message).toBe('');
});
