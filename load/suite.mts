import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { ROOT } from '../demo/paths.mts';
import type { Progress } from '../demo/progress.mts';

/**
 * Runs a file of the suite on a real n8n, and returns what it printed.
 * @throws what the command ended with, where a test has failed; its output is on the screen then
 */
export async function runSuite(progress: Progress, name: string): Promise<string> {
	const { stdout } = await progress.step(`npm run test:n8n -- ${name}`, () =>
		promisify(execFile)('npm', ['run', 'test:n8n', '--', name], {
			cwd: ROOT,
			maxBuffer: 100e6,
		}).catch((error: Error & { stdout?: string }) => {
			console.error(error.stdout);
			throw error;
		}),
	);
	return stdout;
}

/** What a suite has said that it measured of one kind, line by line. */
export const measured = <T,>(output: string, what: string): T[] =>
	[...output.matchAll(new RegExp(`measured ${what}: ([{[].+[}\\]])`, 'g'))].map(
		([, json]) => JSON.parse(json) as T,
	);
