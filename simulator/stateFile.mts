import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { SimulatorState } from './server.ts';

/** What an earlier run saved in `path`, if there was one. */
export function readState(path: string): SimulatorState | undefined {
	return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SimulatorState) : undefined;
}

/** Saves by way of a second file, so that a simulator killed while it writes leaves the old state whole. */
export function writeState(path: string, state: SimulatorState): void {
	writeFileSync(`${path}.new`, JSON.stringify(state));
	renameSync(`${path}.new`, path);
}
