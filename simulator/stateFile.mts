import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { SimulatorState } from './server.ts';

/** What an earlier run saved in `path`, if there was one. */
export function readState(path: string): SimulatorState | undefined {
	return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SimulatorState) : undefined;
}

/**
 * Saves by way of a second file, so that a simulator killed while it writes leaves the old state whole.
 * Throws an error for the person at the screen where it cannot.
 */
export function writeState(path: string, state: SimulatorState): void {
	try {
		writeFileSync(`${path}.new`, JSON.stringify(state));
		renameSync(`${path}.new`, path);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		throw new Error(
			code === 'ENOSPC'
				? `The disk is full, so the simulator cannot save its jobs in ${path}: free some space and start it again.`
				: `The simulator cannot save its jobs in ${path} (${message}).`,
			{ cause: error },
		);
	}
}
