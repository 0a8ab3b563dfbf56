import { CortexXdrApi } from '../../credentials/CortexXdrApi.credentials';
import { QualysGatewayApi } from '../../credentials/QualysGatewayApi.credentials';
import { clock } from '../../nodes/shared/transport/clock';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../simulator/server';
import type { INode, INodeType } from 'n8n-workflow';
import { runNode, type Credentials, type EngineOptions, type EngineResult } from './engine';
import { FakeClock } from './fakeClock';

export const credentialTypes = [new CortexXdrApi(), new QualysGatewayApi()];

/** A simulator, and nodes that work against it on the same fake clock. */
export interface World {
	simulator: Simulator;
	clock: FakeClock;
	url: string;
	credentials: Credentials;
	/** The credential's fields for one of the simulator's keys. */
	cortexKey(name: string): Credentials[string];
	/** The credential's fields for one of the simulator's users. */
	qualysUser(name: string): Credentials[string];
	/** Runs a node with the world's credentials. */
	run(
		type: INodeType,
		parameters: INode['parameters'],
		options?: Partial<EngineOptions>,
	): Promise<EngineResult>;
	/** Requests that reached the vendors since the last call. */
	requests(): Simulator['requests']['entries'];
	close(): Promise<void>;
}

const systemClock = { ...clock };

/** Making the simulator's 60,000 script jobs takes longer than most tests. */
const FEW_JOBS = 2_000;

/** Starts a world. Every one has a port of its own, and so a queue of its own. */
export async function createWorld(options: Partial<SimulatorOptions> = {}): Promise<World> {
	const fake = new FakeClock();
	Object.assign(clock, { now: fake.now, chance: fake.chance, sleep: fake.sleep });
	const simulator = await createSimulator({
		clock: fake.forSimulator(),
		scriptJobs: FEW_JOBS,
		...options,
	});
	const url = await simulator.listen();
	const cortexKey = (name: string) => {
		const { id, key, securityLevel } = simulator.keys[name];
		return { tenantUrl: url, apiKeyId: id, apiKey: key, securityLevel };
	};
	const qualysUser = (name: string) => {
		const { username, password } = simulator.users[name];
		return { platform: 'custom', gatewayUrl: url, signInWith: 'password', username, password };
	};
	const credentials: Credentials = {
		cortexXdrApi: cortexKey('admin'),
		qualysGatewayApi: qualysUser('admin'),
	};
	return {
		simulator,
		clock: fake,
		url,
		credentials,
		cortexKey,
		qualysUser,
		run: async (type, parameters, more) =>
			await runNode(type, credentialTypes, parameters, { credentials, ...more }),
		requests: () => simulator.requests.entries.splice(0),
		async close() {
			await simulator.close();
			Object.assign(clock, systemClock);
		},
	};
}
