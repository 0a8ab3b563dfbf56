import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { describe, UserError } from '../demo/errors.mts';
import { createProgress } from '../demo/progress.mts';
import type { Benchmark } from './benchmark.mts';
import type { Collection } from './collection.mts';
import { describeResult, writePage, writeResult } from './report.mts';

const usage = ({
	command,
	noun,
	page,
}: Collection) => `Usage: npm run ${command} -- [options] [name …]

  name      only the ${noun} with that name; all by default
  --quick   small sizes, for those who work on a ${noun}: shows the numbers and keeps none
  --page    measures nothing: writes docs/${page}.md from the results that there are
  --help    print this`;

function readOptions(collection: Collection) {
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
		throw new UserError(`${describe(error)}\n\n${usage(collection)}`);
	}
}

/** The names of the measurements to run: each is a file of the collection's folder. */
async function chosen(names: string[], { folder, ending, noun }: Collection): Promise<string[]> {
	const files = await readdir(folder);
	const all = files
		.filter((file) => file.endsWith(ending))
		.map((file) => file.slice(0, -ending.length))
		.sort();
	const unknown = names.find((name) => !all.includes(name));
	if (unknown === undefined) return names.length > 0 ? names : all;
	throw new UserError(`There is no ${noun} "${unknown}". There are: ${all.join(', ')}.`);
}

async function run(collection: Collection): Promise<void> {
	const { values: options, positionals } = readOptions(collection);
	if (options.help) {
		console.log(usage(collection));
		return;
	}
	const progress = createProgress();
	const names = options.page ? [] : await chosen(positionals, collection);
	for (const name of names) {
		const file = new URL(`${name}${collection.ending}`, collection.folder).href;
		const { default: benchmark } = (await import(file)) as { default: Benchmark };
		const result = await benchmark.measure({ progress, quick: options.quick });
		progress.say(`\n${describeResult(result)}\n`);
		if (!options.quick) await writeResult(collection, name, result);
	}
	if (!options.quick) progress.say(`Written: ${await writePage(collection)}`);
}

/** The whole of a command that measures: reads its arguments, measures, writes the page, and ends the process. */
export function runCommand(collection: Collection): void {
	run(collection).then(
		() => process.exit(0),
		(error) => {
			console.error(`\n${describe(error)}`);
			process.exit(1);
		},
	);
}
