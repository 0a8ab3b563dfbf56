import type { Socket } from 'node:net';

import type { Simulator } from '../../simulator/server.ts';
import { startSimulator } from '../../simulator/start.mts';

/** A tenant of its own for one run, so that every run finds the same hosts, and the same becomes of them. */
export interface Tenant {
	url: string;
	simulator: Simulator;
	/** Bytes that came in and went out over its connections, heads included. */
	bytes(): { received: number; sent: number };
	close(): Promise<void>;
}

/** What became of a host in the tenant's one action. */
export interface Outcome {
	hostname: string;
	/** The vendor's word. */
	word: string;
	/** What the tenant says about it besides; undefined: nothing. */
	reason: unknown;
	/** Whether the tenant has it as isolated. */
	isolated: boolean;
}

/** As many endpoints as it takes to have enough laptops in a department: dozens of tenants are started. */
const SIZE = { endpoints: 600 };

const byName = ({ cortex }: Simulator, hostnames: string[]): number[] =>
	hostnames.map((hostname) => {
		const position = cortex.endpoints.findIndex((endpoint) => endpoint.hostname === hostname);
		if (position < 0) throw new Error(`The simulator has no host "${hostname}".`);
		return position;
	});

/** Seconds that isolating these hosts takes where time is as fast as ours: chance, but always the same one. */
async function secondsAlone(hostnames: string[]): Promise<number> {
	const { simulator, close } = await startSimulator(SIZE);
	const { cortex } = simulator;
	const endpoints = byName(simulator, hostnames);
	const id = cortex.startAction({ kind: 'endpointAction', action: 'isolate', endpoints });
	const ends = cortex.course(id)?.lives.map((life) => life.ends) ?? [];
	await close();
	return Math.max(...ends);
}

/** Starts a tenant per run; see {@link Tenant}. Its time runs so that isolating these hosts takes so many seconds. */
export function tenantsFor(hostnames: string[]) {
	const alone = secondsAlone(hostnames);
	return async (seconds: number): Promise<Tenant> => {
		const { url, simulator, close } = await startSimulator({
			...SIZE,
			speed: (await alone) / seconds,
		});
		const sockets: Socket[] = [];
		simulator.app.server.on('connection', (socket: Socket) => sockets.push(socket));
		const total = (count: (socket: Socket) => number) =>
			sockets.reduce((sum, socket) => sum + count(socket), 0);
		return {
			url,
			simulator,
			bytes: () => ({
				received: total(({ bytesRead }) => bytesRead),
				sent: total(({ bytesWritten }) => bytesWritten),
			}),
			close,
		};
	};
}

/** The tenant's one action: when it ended, epoch milliseconds of real time, and what became of these hosts. */
export function courseOf({ simulator }: Tenant, hostnames: string[]) {
	const { cortex, time } = simulator;
	const [job, ...others] = simulator.state().jobs;
	if (!job || others.length > 0)
		throw new Error(`A run started ${others.length + (job ? 1 : 0)} actions.`);
	const lives = cortex.course(job.id)?.lives ?? [];
	const { real, simulated, speed } = time.anchor();
	const ends = job.startedAt + Math.max(...lives.map((life) => life.ends)) * 1_000;
	const { data, errorReasons = {} } = cortex.actionStatus(job.id) as {
		data: Record<string, string>;
		errorReasons?: Record<string, unknown>;
	};
	return {
		ended: real + (ends - simulated) / speed,
		outcomes: byName(simulator, hostnames).map((position): Outcome => {
			const { id, hostname } = cortex.endpoints[position];
			return {
				hostname,
				word: data[id] ?? 'not part of the action',
				reason: errorReasons[id],
				isolated: cortex.isolationOf(position) === 'AGENT_ISOLATED',
			};
		}),
	};
}

/** Laptops of a department that are connected and not isolated. */
export async function laptops(count: number): Promise<string[]> {
	const { simulator, close } = await startSimulator(SIZE);
	const hostnames = simulator.cortex.endpoints
		.filter(
			({ status, isolation, platform, groups }) =>
				status === 'CONNECTED' &&
				isolation === 'unisolated' &&
				platform !== 'android' &&
				groups.includes('Finance Laptops'),
		)
		.map(({ hostname }) => hostname);
	await close();
	return hostnames.slice(0, count);
}
