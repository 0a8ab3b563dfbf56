import manifest from '../../package.json';
import type { OperationTests } from './operation';

/** Names of all nodes. */
export const allNodeNames: readonly string[] = manifest.n8n.nodes.map(
	(path) => path.split('/').at(-1)?.replace('.node.js', '') ?? '',
);

/** Names of the nodes that have an input: a trigger is polled, and has suites of its own. */
export const nodeNames = allNodeNames.filter((name) => !name.endsWith('Trigger'));

/** Every one of them, from the file of its name in this folder. */
export const operations: readonly OperationTests[] = nodeNames.map((name) => {
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const { tests } = require(`./${name}`) as { tests: OperationTests };
	return tests;
});
