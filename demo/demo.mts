import { join } from 'node:path';

import { startSimulator } from '../simulator/start.mts';
import { claimFolder } from './folder.mts';
import { startMain, type N8nInstance, type N8nProcess } from './n8n.mts';
import { installPackage, packPackage } from './package.mts';
import { freePort } from './ports.mts';
import type { Progress } from './progress.mts';
import { createClient, type N8nClient } from './rest.mts';
import { prepareRuntime } from './runtime.mts';
import { loadState, logIn, ownerOf, seed, type RunningSimulator } from './seed.mts';

/** Simulated seconds per real second: a scan outlasts the first minute, which Wait for Job spends in memory. */
export const SPEED = 15;

export interface DemoOptions {
	userFolder: string;
	/** n8n's editor. */
	port: number;
	simulatorPort: number;
	progress: Progress;
	/** Called when the simulator can save nothing any more; should end the program. Thrown by default. */
	onFailure?: (error: Error) => void;
	/** Further settings of n8n. */
	env?: NodeJS.ProcessEnv;
}

/** Simulator and n8n with the nodes, credentials and example workflows, all running. */
export interface Demo {
	instance: N8nInstance;
	n8n: N8nProcess;
	simulator: RunningSimulator;
	client: N8nClient;
	logFile: string;
	email: string;
	/** Undefined when the account is somebody's own by now. */
	password: string | undefined;
	close: () => Promise<void>;
}

/**
 * Brings everything up. Throws when any part cannot start, or when the folder holds anything that is not a demo's; what
 * had started is stopped again.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
	const { userFolder, port, progress } = options;
	await claimFolder(userFolder);
	const runtime = await prepareRuntime(progress);
	const tarball = await packPackage(runtime, progress);
	await installPackage(runtime, tarball, userFolder);

	const state = await loadState(userFolder);
	const instance: N8nInstance = {
		runtime,
		userFolder,
		encryptionKey: state.encryptionKey,
		env: options.env,
	};
	const logFile = join(userFolder, 'n8n.log');
	const simulator = await startSimulator({
		port: options.simulatorPort,
		speed: SPEED,
		stateFile: join(userFolder, 'simulator.json'),
		onFailure: options.onFailure,
	});

	let n8n: N8nProcess | undefined;
	const close = async () => {
		await n8n?.stop();
		await simulator.close();
	};
	try {
		const brokerPort = await freePort();
		const main = await progress.step('Starting n8n', () =>
			startMain(instance, { port, brokerPort, logFile }),
		);
		n8n = main;
		const client = createClient(main.url);
		const isOurs = await logIn(client, state);
		if (isOurs) {
			await progress.step('Putting credentials and example workflows in place', () =>
				seed({ client, instance, simulator, state, logFile: join(userFolder, 'import.log') }),
			);
		}
		const { email, password } = ownerOf(state);
		return {
			instance,
			n8n: main,
			simulator,
			client,
			logFile,
			email,
			password: isOurs ? password : undefined,
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}
