import type { AxiosRequestConfig } from 'axios';

import { signCortexRequest } from '../../simulator/cortex/signature';
import { operationPermissions } from '../../simulator/cortex/keys';
import {
	ABORT,
	ENDPOINTS,
	closeBenches,
	cortexHeaders,
	importOf,
	IMPORTS,
	resultsOf,
	RESULTS,
	RETRIEVE,
	RETRIEVED,
	RUN,
	SCAN,
	scanGroup,
	SCRIPT_CODE,
	SCRIPT_FILES,
	SCRIPT_METADATA,
	SCRIPT_STATUS,
	SCRIPTS,
	SNIPPET,
	START,
	startBench,
	STATUS,
	statusOf,
	xql,
	XQL,
	type Bench,
} from './support';

let bench: Bench;

beforeAll(async () => {
	bench = await startBench();
});
afterAll(closeBenches);

const ask = (headers: Record<string, string>): AxiosRequestConfig => ({
	method: 'POST',
	url: `/public_api${STATUS}`,
	data: statusOf(6001),
	headers: { 'content-type': 'application/json', ...headers },
});

/** Headers of a proper Advanced request, with some of its parts replaced before it is signed. */
function signed(parts: { nonce?: string; shiftMs?: number; timestamp?: string; id?: string }) {
	const { admin } = bench.simulator.keys;
	const nonce = parts.nonce ?? `${Math.random()}`.replace('.', '').padEnd(64, 'a');
	const timestamp = parts.timestamp ?? String(bench.clock.now() + (parts.shiftMs ?? 0));
	return {
		'x-xdr-auth-id': parts.id ?? admin.id,
		'x-xdr-nonce': nonce,
		'x-xdr-timestamp': timestamp,
		authorization: signCortexRequest(admin.key, nonce, timestamp),
	};
}

const MINUTE = 60_000;

describe('signatures', () => {
	const table: Array<[string, number, () => Record<string, string>]> = [
		['an advanced signature', 200, () => signed({})],
		['a standard key', 200, () => cortexHeaders(bench.simulator.keys.standard, 0)],
		['a timestamp 5 minutes old', 200, () => signed({ shiftMs: -5 * MINUTE })],
		['a timestamp more than 5 minutes old', 401, () => signed({ shiftMs: -5 * MINUTE - 1 })],
		['a timestamp 5 minutes ahead', 200, () => signed({ shiftMs: 5 * MINUTE })],
		['a timestamp more than 5 minutes ahead', 401, () => signed({ shiftMs: 5 * MINUTE + 1 })],
		[
			'a timestamp in seconds',
			401,
			() => signed({ timestamp: String(Math.floor(bench.clock.now() / 1000)) }),
		],
		['a nonce of 63 characters', 401, () => signed({ nonce: 'a'.repeat(63) })],
		['a nonce of 65 characters', 401, () => signed({ nonce: 'a'.repeat(65) })],
		['a nonce with a dash', 401, () => signed({ nonce: 'a-'.repeat(32) })],
		["another key's id", 401, () => signed({ id: bench.simulator.keys.viewer.id })],
		['an unknown id', 401, () => signed({ id: '999' })],
		[
			'the signature in upper case',
			401,
			() => {
				const headers = signed({});
				return { ...headers, authorization: headers.authorization.toUpperCase() };
			},
		],
		['no authorization', 401, () => ({ 'x-xdr-auth-id': '1' })],
		['nothing', 401, () => ({})],
		[
			'the raw key of an advanced key',
			401,
			() => ({ ...signed({}), authorization: bench.simulator.keys.admin.key }),
		],
		[
			'a signature for a standard key',
			401,
			() => {
				const { standard } = bench.simulator.keys;
				return cortexHeaders({ ...standard, securityLevel: 'advanced' }, bench.clock.now());
			},
		],
		[
			'Bearer before a standard key',
			401,
			() => {
				const { id, key } = bench.simulator.keys.standard;
				return { 'x-xdr-auth-id': id, authorization: `Bearer ${key}` };
			},
		],
	];

	test.each(table)('%s: %i', async (_name, status, headers) => {
		const answer = await bench.send(ask(headers()));
		expect(answer.status).toBe(status);
		if (status === 401) expect(answer.data.reply.err_code).toBe(401);
	});

	test('every 401 has the same words', async () => {
		const answers = await Promise.all([
			bench.send(ask({})),
			bench.send(ask(signed({ shiftMs: 9 * MINUTE }))),
		]);
		expect(answers[0].data).toEqual(answers[1].data);
	});

	test('a signature is good for one request', async () => {
		const headers = signed({});
		expect((await bench.send(ask(headers))).status).toBe(200);
		expect((await bench.send(ask(headers))).status).toBe(401);
	});
});

describe('permissions and licence', () => {
	const operations: Array<[keyof typeof operationPermissions, string, unknown]> = [
		['scanEndpoints', SCAN, scanGroup('Demo Laptops')],
		['abortScan', ABORT, scanGroup('Demo Laptops')],
		['isolate', '/v1/endpoints/isolate', { request_data: { endpoint_id: 'x' } }],
		['unisolate', '/v1/endpoints/unisolate', { request_data: { endpoint_id: 'x' } }],
		['searchEndpoints', ENDPOINTS, { request_data: {} }],
		['getActionStatus', STATUS, statusOf(6001)],
		['runScript', RUN, { request_data: { script_uid: 'x', filters: [], parameters_values: {} } }],
		['runSnippet', SNIPPET, { request_data: { snippet_code: 'x', filters: [] } }],
		['getScripts', SCRIPTS, { request_data: {} }],
		['getScriptMetadata', SCRIPT_METADATA, { request_data: { script_uid: 'x' } }],
		['getScriptCode', SCRIPT_CODE, { request_data: { script_uid: 'x' } }],
		['getScriptStatus', SCRIPT_STATUS, resultsOf(7001)],
		['getScriptResults', RESULTS, resultsOf(7001)],
		['getScriptFiles', SCRIPT_FILES, { request_data: { action_id: 7001, endpoint_id: 'x' } }],
		['retrieveFiles', RETRIEVE, { request_data: { filters: [], files: { linux: ['/x'] } } }],
		['getRetrievedFiles', RETRIEVED, statusOf(6002)],
		['downloadFiles', '/v1/download/x', undefined],
		['submitImport', IMPORTS, importOf(START)],
		['getImportJob', `${IMPORTS}/jobs/unknown`, undefined],
		['startQuery', XQL.start, xql({ query: 'dataset = endpoints' })],
		['getQueryResults', XQL.results, xql({ query_id: 'unknown' })],
		['getQueryStream', XQL.stream, xql({ stream_id: 'unknown' })],
		['getQueryQuota', XQL.quota, xql({})],
	];

	test('the table has a row for each operation', () => {
		expect(operations.map(([name]) => name)).toEqual(Object.keys(operationPermissions));
	});

	test.each(operations)('%s', async (name, path, body) => {
		const { viewer, unlicensed } = bench.simulator.keys;
		const refused = await bench.cortex(path, body, viewer);
		expect(refused.status).toBe(403);
		expect((refused.data.reply ?? refused.data).err_extra).toEqual({
			missing_permissions: [operationPermissions[name]],
		});
		viewer.permissions.push(operationPermissions[name]);
		const granted = await bench.cortex(path, body, viewer);
		viewer.permissions.pop();
		expect(granted.status).not.toBe(403);
		expect((await bench.cortex(path, body, unlicensed)).status).toBe(402);
	});
});

describe('what is not a request', () => {
	const headers = () => cortexHeaders(bench.simulator.keys.admin, bench.clock.now());
	const table: Array<[string, AxiosRequestConfig, number]> = [
		['broken JSON', { url: SCAN, data: '{"request_data":' }, 400],
		['an empty body', { url: SCAN, data: '' }, 400],
		[
			'a body that is text',
			{ url: SCAN, data: '{}', headers: { 'content-type': 'text/plain' } },
			400,
		],
		[
			'a form',
			{ url: SCAN, data: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
			400,
		],
		['a body past 1 MB', { url: SCAN, data: JSON.stringify('x'.repeat(2 ** 20)) }, 413],
	];

	test.each(table)('%s', async (_name, config, status) => {
		const answer = await bench.send({
			method: 'POST',
			...config,
			url: `/public_api${config.url}`,
			headers: { ...headers(), ...config.headers },
		});
		expect(answer.status).toBe(status);
		expect(answer.data.reply.err_code).toBe(status);
	});

	test.each([`${SCAN}//`, `${SCAN}s`, '/v1/nothing', IMPORTS.slice(0, -1)])(
		'%s is no path',
		async (path) => {
			const answer = await bench.cortex(path, scanGroup('Servers'));
			expect(answer.status).toBe(500);
			expect(answer.headers['content-type']).toContain('text/html');
			expect(answer.data).toContain('Waitress');
		},
	);
});

describe('limit', () => {
	test('10 in any second, for all keys; refusals do not count', async () => {
		const limited = await startBench({ requestsPerSecond: 10 });
		const { admin, standard } = limited.simulator.keys;
		const call = (key = admin) => limited.cortex(STATUS, statusOf(6001), key);
		const statuses = [];
		for (let i = 0; i < 12; i++) {
			statuses.push((await call(i % 2 ? standard : admin)).status);
			limited.clock.add(90);
		}
		// Requests at 0, 90 … 810, 900 ms: the 11th and 12th (900, 990) are one too many, 1000 is not.
		expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
		limited.clock.add(-80);
		const eleventh = await call();
		expect(eleventh.status).toBe(200);
		const refused = await call();
		expect(refused.data.reply.err_msg).toBe('Too many requests.');
		expect(refused.headers).not.toHaveProperty('retry-after');
		expect(limited.simulator.requests.busiestSecond()).toBeGreaterThan(10);

		expect(limited.simulator.requests.overLimit()).toBe(3);
		expect(limited.simulator.requests.overLimit('/sm/')).toBe(0);
		limited.clock.add(1000);
		limited.simulator.faults.add({ path: '/public_api', status: 429 });
		expect((await call()).status).toBe(429);
		// That one was asked for.
		expect(limited.simulator.requests.overLimit()).toBe(3);
		expect(limited.simulator.requests.entries.at(-1)).toMatchObject({
			status: 429,
			fault: 'status',
		});
	});
});

test('the log holds no secret', async () => {
	const { admin } = bench.simulator.keys;
	await bench.send(ask({ 'x-xdr-auth-id': admin.key, authorization: admin.key }));
	const { data } = await bench.send({ url: '/simulator/requests' });
	const text = JSON.stringify(data);
	expect(data.entries.at(-1)).toMatchObject({ status: 401, keyId: 'unknown', method: 'POST' });
	for (const { key } of Object.values(bench.simulator.keys)) expect(text).not.toContain(key);
	expect(data.counts[`/public_api${STATUS}`]['200']).toBeGreaterThan(0);
});
