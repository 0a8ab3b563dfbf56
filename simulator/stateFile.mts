import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { SimulatorState } from './server.ts';

/** What an earlier run saved in `path`, if there was one. */
export function readState(path: string): SimulatorState | undefined {
	return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SimulatorState) : undefined;
}

/** Saves by way of a second file, so that a simulator killed while it writes leaves the old state whole. */
function writeState(path: string, state: SimulatorState): void {
	writeFileSync(`${path}.new`, JSON.stringify(state));
	renameSync(`${path}.new`, path);
}

/**
 * Saves each state it is given in `path` before anyone is told of it. Of states that follow one another without a
 * pause only the last is written: thousands of jobs started in a loop would else write the file as often.
 */
export function stateSaver(path: string): (state: SimulatorState) => void {
	let latest: SimulatorState | undefined;
	return (state) => {
		if (!latest) {
			process.nextTick(() => {
				if (latest) writeState(path, latest);
				latest = undefined;
			});
		}
		latest = state;
	};
}
