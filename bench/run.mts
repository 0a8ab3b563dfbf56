/* The command `npm run bench`: measures, and writes docs/benchmarks.md. */
import { runCommand } from './command.mts';

runCommand({
	command: 'bench',
	noun: 'benchmark',
	folder: new URL('./', import.meta.url),
	ending: '.bench.mts',
	page: 'benchmarks',
	introduction: `# Benchmarks

<!-- Written by \`npm run bench\` from bench/results. Changes made here by hand are lost. -->

\`npm run bench\` measures everything below again and writes this page. The first time, it installs n8n into a cache
outside the checkout, as \`npm start\` does. Only ratios can be compared with those of another machine: what is
compared was measured in one run, in turns or side by side.`,
});
