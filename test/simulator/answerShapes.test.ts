import { answerShapes, SHAPE_WORDS, type ShapeName } from '../../simulator/answerShapes';
import {
	closeBenches,
	importOf,
	IMPORTS,
	SCAN,
	scanGroup,
	START,
	startBench,
	STATUS,
	statusOf,
	type Bench,
} from './support';

let bench: Bench;

beforeAll(async () => {
	bench = await startBench();
});
afterEach(() => bench.simulator.faults.clear());
afterAll(closeBenches);

const WORDS = 'the reason';
const PATH = `/public_api${STATUS}`;
const call = (id: number | string = 6001) => bench.cortex(STATUS, statusOf(id));
const add = (rule: object) => bench.send({ method: 'POST', url: '/simulator/faults', data: rule });
const endpointIds = () =>
	bench.simulator.cortex.endpoints
		.filter(({ groups }) => groups.includes('Kiosks'))
		.map(({ id }) => id);

const shapes: Array<[ShapeName, number, () => unknown]> = [
	[
		'reply',
		500,
		() => ({
			reply: { err_code: 500, err_msg: expect.stringContaining('XDR'), err_extra: WORDS },
		}),
	],
	['flat', 500, () => ({ err_code: 500, err_msg: expect.any(String), err_extra: WORDS })],
	['detailText', 404, () => ({ detail: WORDS })],
	[
		'detailList',
		422,
		() => ({ detail: [{ loc: expect.any(Array), msg: WORDS, type: 'value_error' }] }),
	],
	['error', 400, () => ({ error: WORDS })],
	[
		'metadata',
		400,
		() => ({
			err_code: 400,
			err_msg: 'Bad Request',
			metadata: { err_extra: [{ field: 'filters', message: WORDS }] },
		}),
	],
	[
		'description',
		400,
		() => ({ description: WORDS, errors: [{ field: 'filters', message: WORDS }] }),
	],
	['messageErrors', 422, () => ({ message: WORDS, errors: { filters: [WORDS] } })],
	['html', 500, () => expect.stringMatching(/^<html>.*Waitress/)],
	[
		'actionErrors',
		500,
		() => ({
			reply: {
				data: {},
				errorReasons: Object.fromEntries(
					endpointIds().map((id) => [id, { errorDescription: WORDS }]),
				),
			},
		}),
	],
	['actionErrorsEmpty', 500, () => ({ reply: { data: {}, errorReasons: {} } })],
	['nothing', 204, () => ''],
	['true', 200, () => true],
	['false', 200, () => false],
	['replyTrue', 200, () => ({ reply: true })],
	['replyFalse', 200, () => ({ reply: false })],
];

test('the table has a row for each shape', () => {
	expect(shapes.map(([name]) => name)).toEqual(Object.keys(answerShapes));
});

test.each(shapes)('%s', async (shape, status, body) => {
	expect((await add({ path: PATH, shape, words: WORDS })).status).toBe(200);
	const answer = await call();
	expect(answer.status).toBe(status);
	expect(answer.data).toEqual(body());
	const types: Record<string, string> = { html: 'text/html', nothing: 'undefined' };
	expect(String(answer.headers['content-type'])).toContain(types[shape] ?? 'application/json');
	expect(bench.simulator.requests.entries.at(-1)).toMatchObject({ status, fault: 'status' });
	expect((await call()).status).toBe(200);
});

test('status, times and words can be chosen', async () => {
	await add({ path: PATH, shape: 'reply', status: 403, times: 2 });
	for (let i = 0; i < 2; i++) {
		const { status, data } = await call();
		expect([status, data.reply.err_code, data.reply.err_extra]).toEqual([403, 403, SHAPE_WORDS]);
	}
	await add({ path: PATH, shape: 'actionErrors', status: 400 });
	expect((await call()).status).toBe(400);
	expect((await add({ path: PATH, shape: 'round' })).status).toBe(400);
});

test('reasons of an action that does not exist: none', async () => {
	await add({ path: PATH, shape: 'actionErrors' });
	const { status, data } = await call(999);
	expect([status, data]).toEqual([500, { reply: { data: {}, errorReasons: {} } }]);
});

test('nothing is carried out', async () => {
	await add({ path: '/public_api', shape: 'true', times: 2 });
	const before = bench.simulator.cortex.startedJobs().length;
	expect((await bench.cortex(SCAN, scanGroup('Kiosks'))).data).toBe(true);
	expect((await bench.cortex(IMPORTS, importOf(START))).data).toBe(true);
	expect(bench.simulator.cortex.startedJobs()).toHaveLength(before);
});

test('a rule hits its path with and without a slash at its end', async () => {
	for (const rule of [PATH, PATH.slice(0, -1)]) {
		for (const path of [STATUS, STATUS.slice(0, -1)]) {
			await add({ path: rule, shape: 'error' });
			expect((await bench.cortex(path, statusOf(6001))).status).toBe(400);
			expect((await bench.cortex(path, statusOf(6001))).status).toBe(200);
		}
	}
});
