import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

import { ROOT } from '../demo/paths.mts';
import type { Part, Result, Table } from './benchmark.mts';
import { drawChart } from './chart.mts';

const RESULTS_FOLDER = fileURLToPath(new URL('./results', import.meta.url));
const DOCS_FOLDER = join(ROOT, 'docs');
const PAGE = join(DOCS_FOLDER, 'benchmarks.md');
const CHART_PREFIX = 'benchmarks-';

const INTRODUCTION = `# Benchmarks

<!-- Written by \`npm run bench\` from bench/results. Changes made here by hand are lost. -->

\`npm run bench\` measures everything below again and writes this page. The first time, it installs n8n into a cache
outside the checkout, as \`npm start\` does. Only ratios can be compared with those of another machine: what is
compared was measured in turns, in one process.`;

async function writeFormatted(path: string, text: string): Promise<void> {
	const config = await resolveConfig(join(ROOT, 'package.json'));
	await writeFile(path, await format(text, { ...config, filepath: path }));
}

/** Keeps what a benchmark found, for this page and every later one. */
export async function writeResult(name: string, result: Result): Promise<void> {
	await mkdir(RESULTS_FOLDER, { recursive: true });
	await writeFormatted(join(RESULTS_FOLDER, `${name}.json`), JSON.stringify(result));
}

/** The results of all benchmarks that have ever been run, by name. */
async function readResults(): Promise<Array<{ name: string; result: Result }>> {
	const files = (await readdir(RESULTS_FOLDER)).filter((file) => file.endsWith('.json')).sort();
	return await Promise.all(
		files.map(async (file) => ({
			name: file.slice(0, -'.json'.length),
			result: JSON.parse(await readFile(join(RESULTS_FOLDER, file), 'utf8')) as Result,
		})),
	);
}

function renderTable({ columns, rows }: Table): string {
	const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
	// The first column holds names, the others numbers.
	const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'));
	return [columns, rule, ...rows].map(row).join('\n');
}

/** Draws the charts of a result, and returns its section of the page. */
async function writeSection(name: string, { title, machine, parts }: Result): Promise<string> {
	let charts = 0;
	const render = async (part: Part): Promise<string> => {
		if ('text' in part) return part.text;
		if ('table' in part) return renderTable(part.table);
		charts += 1;
		const file = `${CHART_PREFIX}${name}-${charts}.svg`;
		await writeFile(join(DOCS_FOLDER, file), drawChart(part.chart));
		return `![${part.chart.title}](${file})`;
	};
	const rendered: string[] = [];
	for (const part of parts) rendered.push(await render(part));
	return [
		`## ${title}`,
		...rendered,
		`Measured with Node ${machine.node} on ${machine.cores} cores.`,
	].join('\n\n');
}

/** Writes docs/benchmarks.md and its charts from all results. Returns the page's path. */
export async function writePage(): Promise<string> {
	await mkdir(DOCS_FOLDER, { recursive: true });
	for (const file of await readdir(DOCS_FOLDER)) {
		if (file.startsWith(CHART_PREFIX)) await rm(join(DOCS_FOLDER, file));
	}
	const sections: string[] = [];
	for (const { name, result } of await readResults()) {
		sections.push(await writeSection(name, result));
	}
	await writeFormatted(PAGE, [INTRODUCTION, ...sections].join('\n\n'));
	return PAGE;
}

/** A result for the screen. */
export function describeResult({ title, parts }: Result): string {
	const shown = parts.flatMap((part) =>
		'table' in part ? [renderTable(part.table)] : 'text' in part ? [part.text] : [],
	);
	return [title, ...shown].join('\n\n');
}
