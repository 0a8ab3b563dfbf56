import { realClock } from './realClock.mts';
import { createSimulator, type Simulator, type SimulatorOptions } from './server.ts';
import { readState, stateSaver } from './stateFile.mts';

export interface StartOptions extends Omit<SimulatorOptions, 'clock' | 'state' | 'onStateChange'> {
	/** Default: any free port. */
	port?: number;
	/** Default 127.0.0.1. */
	host?: string;
	/** JSON file that a later run goes on from; without one, a stopped simulator forgets its jobs. */
	stateFile?: string;
}

/** Starts a simulator on the computer's own clock. Rejects with EADDRINUSE where the port is taken. */
export async function startSimulator(
	options: StartOptions = {},
): Promise<{ url: string; simulator: Simulator; close: () => Promise<void> }> {
	const { port, host, stateFile, ...rest } = options;
	const simulator = await createSimulator({
		...rest,
		clock: realClock,
		...(stateFile ? { state: readState(stateFile), onStateChange: stateSaver(stateFile) } : {}),
	});
	const url = await simulator.listen(port, host);
	return { url, simulator, close: simulator.close };
}
