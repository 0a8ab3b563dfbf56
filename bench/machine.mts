import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

import type { Machine } from './benchmark.mts';

/** What was measured with, where a Node other than this process's own did the work: that of an n8n. */
export function machineOf({ node }: { node: string }): Machine {
	const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
	return { node: version.replace(/^v/, ''), cores: availableParallelism() };
}
