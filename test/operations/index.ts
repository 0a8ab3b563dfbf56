import manifest from '../../package.json';
import type { OperationTests } from './operation';

/** Every node of the package, from the file of its name in this folder. */
export const operations: readonly OperationTests[] = manifest.n8n.nodes.map((path) => {
	const name = path.split('/').at(-1)?.replace('.node.js', '');
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const { tests } = require(`./${name}`) as { tests: OperationTests };
	return tests;
});
