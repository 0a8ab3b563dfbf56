/* The command `npm run bench`: measures, and writes docs/benchmarks.md. */
import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { describe, UserError } from '../demo/errors.mts';
import { createProgress } from '../demo/progress.mts';
import type { Benchmark } from './benchmark.mts';
import { describeResult, writePage, writeResult } from './report.mts';

const ENDING = '.bench.mts';

const USAGE = `Usage: npm run bench -- [options] [name …]

  name      only the benchmarks with that name; all by default
  --quick   small sizes, for those who work on a benchmark: shows the numbers and keeps none
  --page    measures nothing: writes docs/benchmarks.md from the results that there are
  --help    print this`;

function readOptions() {
	try {
		return parseArgs({
			allowPositionals: true,
			options: {
				quick: { type: 'boolean', default: false },
				page: { type: 'boolean', default: false },
				help: { type: 'boolean', default: false },
			},
		});
	} catch (error) {
		throw new UserError(`${describe(error)}\n\n${USAGE}`);
	}
}

/** The names of the benchmarks to run: each is a file of this folder. */
async function chosen(names: string[]): Promise<string[]> {
	const files = await readdir(new URL('.', import.meta.url));
	const all = files
		.filter((file) => file.endsWith(ENDING))
		.map((file) => file.slice(0, -ENDING.length))
		.sort();
	const unknown = names.find((name) => !all.includes(name));
	if (unknown === undefined) return names.length > 0 ? names : all;
	throw new UserError(`There is no benchmark "${unknown}". There are: ${all.join(', ')}.`);
}

async function main(): Promise<void> {
	const { values: options, positionals } = readOptions();
	if (options.help) {
		console.log(USAGE);
		return;
	}
	const progress = createProgress();
	const names = options.page ? [] : await chosen(positionals);
	for (const name of names) {
		const { default: benchmark } = (await import(`./${name}${ENDING}`)) as { default: Benchmark };
		const result = await benchmark.measure({ progress, quick: options.quick });
		progress.say(`\n${describeResult(result)}\n`);
		if (!options.quick) await writeResult(name, result);
	}
	if (!options.quick) progress.say(`Written: ${await writePage()}`);
}

main().catch((error) => {
	console.error(`\n${describe(error)}`);
	process.exit(1);
});
