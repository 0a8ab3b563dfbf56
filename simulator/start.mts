import { realClock } from './realClock.mts';
import {
	createSimulator,
	type Simulator,
	type SimulatorOptions,
	type SimulatorState,
} from './server.ts';
import { readState, writeState } from './stateFile.mts';

export interface StartOptions extends Omit<SimulatorOptions, 'clock' | 'state' | 'onStateChange'> {
	/** Default: any free port. */
	port?: number;
	/** Default 127.0.0.1. */
	host?: string;
	/** JSON file that a later run goes on from; without one, a stopped simulator forgets its jobs. */
	stateFile?: string;
	/**
	 * Called when the state cannot be saved, with an error in words for the person at the screen. A simulator that goes
	 * on would forget what it has promised, so this should end the program; by default, the error is thrown.
	 */
	onFailure?: (error: Error) => void;
}

/** Starts a simulator on the computer's own clock. Rejects with EADDRINUSE where the port is taken. */
export async function startSimulator(
	options: StartOptions = {},
): Promise<{ url: string; simulator: Simulator; close: () => Promise<void> }> {
	const { port, host, stateFile, onFailure, ...rest } = options;
	const save = (file: string) => (state: SimulatorState) => {
		try {
			writeState(file, state);
		} catch (error) {
			if (!onFailure) throw error;
			onFailure(error as Error);
		}
	};
	const simulator = await createSimulator({
		...rest,
		clock: realClock,
		...(stateFile ? { state: readState(stateFile), onStateChange: save(stateFile) } : {}),
	});
	const url = await simulator.listen(port, host);
	return { url, simulator, close: simulator.close };
}
