import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios';

import { signCortexRequest } from '../../simulator/cortex/signature';
import {
	createSimulator,
	type Clock,
	type CortexKey,
	type Simulator,
	type SimulatorOptions,
} from '../../simulator/server';

/** A clock that stands still until it is set; sleeping moves it on at once. */
export interface FakeClock extends Clock {
	set(ms: number): void;
	add(ms: number): void;
}

export const START = Date.parse('2026-03-02T09:00:00.000Z');

export function createFakeClock(start = START): FakeClock {
	let now = start;
	return {
		now: () => now,
		async sleep(ms) {
			now += ms;
		},
		set: (ms) => void (now = ms),
		add: (ms) => void (now += ms),
	};
}

export type Answer = AxiosResponse;

/** A running simulator on a fake clock, and ways to call it that never throw on a status. */
export interface Bench {
	simulator: Simulator;
	clock: FakeClock;
	url: string;
	send(config: AxiosRequestConfig): Promise<Answer>;
	/** A Cortex call, signed for the key (default: admin). Without a body: GET. */
	cortex(path: string, body?: unknown, key?: CortexKey): Promise<Answer>;
	/** A Qualys search by the admin user, or with the token given. */
	search(body: object, options?: { version?: 1 | 2; token?: string }): Promise<Answer>;
	/** Signs a user in at Qualys. */
	signIn(username: string, password: string): Promise<Answer>;
}

let nonces = 0;

/** Headers for one request, never the same twice. */
export function cortexHeaders(key: CortexKey, now: number): Record<string, string> {
	const common = { 'x-xdr-auth-id': key.id, 'content-type': 'application/json' };
	if (key.securityLevel === 'standard') return { ...common, authorization: key.key };
	const nonce = String(++nonces).padStart(64, 'n');
	return {
		...common,
		'x-xdr-nonce': nonce,
		'x-xdr-timestamp': String(now),
		authorization: signCortexRequest(key.key, nonce, String(now)),
	};
}

const benches: Bench[] = [];

/** Ends every simulator that a test file started, failed tests included. */
export const closeBenches = (): Promise<unknown> =>
	Promise.all(benches.map(({ simulator }) => simulator.close()));

const NO_IMPORT_LIMITS = { importPollsPerMinute: 0, importsPerHour: 0, importsUnderWay: 0 };

/** Starts a simulator; small and without limits unless the options say otherwise. */
export async function startBench(
	options: Partial<SimulatorOptions> = {},
	clock = createFakeClock(),
): Promise<Bench> {
	const simulator = await createSimulator({
		clock,
		endpoints: 100,
		scriptJobs: 500,
		requestsPerSecond: 0,
		cortexSettings: NO_IMPORT_LIMITS,
		...options,
	});
	const url = await simulator.listen();
	const http = axios.create({ baseURL: url, validateStatus: () => true, timeout: 25_000 });
	const bench: Bench = {
		simulator,
		clock,
		url,
		send: (config) => http.request(config),
		cortex: (path, body, key = simulator.keys.admin) =>
			http.request({
				method: body === undefined ? 'GET' : 'POST',
				url: `/public_api${path}`,
				data: body,
				headers: cortexHeaders(key, clock.now()),
			}),
		search: (body, { version = 2, token = simulator.qualys.bearerToken } = {}) =>
			http.request({
				method: 'POST',
				url: `/sm/v${version}/jobs/search`,
				data: body,
				headers: { authorization: `Bearer ${token}` },
			}),
		signIn: (username, password) =>
			http.request({
				method: 'POST',
				url: '/auth',
				data: new URLSearchParams({ username, password, token: 'true' }),
			}),
	};
	benches.push(bench);
	return bench;
}

export const SCAN = '/v1/endpoints/scan';
export const ABORT = '/v1/endpoints/abort_scan';
export const ENDPOINTS = '/v1/endpoints/get_endpoint';
export const STATUS = '/v1/actions/get_action_status/';
export const RUN = '/v1/scripts/run_script';
export const SNIPPET = '/v1/scripts/run_snippet_code_script';
export const SCRIPTS = '/v1/scripts/get_scripts';
export const SCRIPT_METADATA = '/v1/scripts/get_script_metadata';
export const SCRIPT_CODE = '/v1/scripts/get_script_code';
export const SCRIPT_STATUS = '/v1/scripts/get_script_execution_status';
export const SCRIPT_FILES = '/v1/scripts/get_script_execution_results_files';
export const RETRIEVE = '/v1/endpoints/file_retrieval';
export const RETRIEVED = '/v1/actions/file_retrieval_details';
export const RESULTS = '/v1/scripts/get_script_execution_results/';
export const SETTINGS = '/simulator/cortex/settings';
export const IMPORTS = '/vulnerability-management/v1/external-scans/assets';

/** The smallest import that can be submitted: an asset, seen then, with so many vulnerabilities. */
export const importOf = (lastSeen: number, vulnerabilities = 0) => ({
	vendor: 'Acme',
	product: 'Network Scanner',
	assets: [
		{
			last_seen: lastSeen,
			vulnerabilities: Array.from({ length: vulnerabilities }, (_, index) => ({
				vulnerability_id: `acme-${index}`,
				last_seen: lastSeen,
			})),
		},
	],
});

export const scanGroup = (...groups: string[]) => ({
	request_data: { filters: [{ field: 'group_name', operator: 'in', value: groups }] },
});
/** Filters that leave the members of a group, by their ids. */
export const idsOf = ({ simulator }: Bench, group: string) => [
	{
		field: 'endpoint_id_list',
		operator: 'in',
		value: simulator.cortex.endpoints
			.filter(({ groups }) => groups.includes(group))
			.map(({ id }) => id),
	},
];
export const statusOf = (id: string | number) => ({ request_data: { group_action_id: id } });
export const resultsOf = (id: string | number) => ({ request_data: { action_id: id } });

export const XQL = {
	start: '/v1/xql/start_xql_query',
	results: '/v1/xql/get_query_results',
	stream: '/v1/xql/get_query_results_stream',
	quota: '/v1/xql/get_quota',
};
export const xql = (request_data: object) => ({ request_data });
