import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

import { ROOT } from '../demo/paths.mts';
import type { Part, Result, Table } from './benchmark.mts';
import { drawChart } from './chart.mts';
import type { Collection } from './collection.mts';
import { drawPlot } from './plot.mts';

const DOCS_FOLDER = join(ROOT, 'docs');

const resultsFolder = ({ folder }: Collection) => fileURLToPath(new URL('./results', folder));

async function writeFormatted(path: string, text: string): Promise<void> {
	const config = await resolveConfig(join(ROOT, 'package.json'));
	await writeFile(path, await format(text, { ...config, filepath: path }));
}

/** Keeps what was measured, for this page and every later one. */
export async function writeResult(
	collection: Collection,
	name: string,
	result: Result,
): Promise<void> {
	const folder = resultsFolder(collection);
	await mkdir(folder, { recursive: true });
	await writeFormatted(join(folder, `${name}.json`), JSON.stringify(result));
}

/** All results that there are, by name. */
async function readResults(
	collection: Collection,
): Promise<Array<{ name: string; result: Result }>> {
	const folder = resultsFolder(collection);
	const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
	return await Promise.all(
		files.map(async (file) => ({
			name: file.slice(0, -'.json'.length),
			result: JSON.parse(await readFile(join(folder, file), 'utf8')) as Result,
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
async function writeSection(prefix: string, { title, machine, parts }: Result): Promise<string> {
	let charts = 0;
	const render = async (part: Part): Promise<string> => {
		if ('text' in part) return part.text;
		if ('table' in part) return renderTable(part.table);
		charts += 1;
		const file = `${prefix}-${charts}.svg`;
		const [drawn, { title: alt }] =
			'plot' in part ? [drawPlot(part.plot), part.plot] : [drawChart(part.chart), part.chart];
		await writeFile(join(DOCS_FOLDER, file), drawn);
		return `![${alt}](${file})`;
	};
	const rendered: string[] = [];
	for (const part of parts) rendered.push(await render(part));
	return [
		`## ${title}`,
		...rendered,
		`Measured with Node ${machine.node} on ${machine.cores} cores.`,
	].join('\n\n');
}

/** Writes the collection's page and its charts from all results. Returns the page's path. */
export async function writePage(collection: Collection): Promise<string> {
	await mkdir(DOCS_FOLDER, { recursive: true });
	const prefix = `${collection.page}-`;
	for (const file of await readdir(DOCS_FOLDER)) {
		if (file.startsWith(prefix)) await rm(join(DOCS_FOLDER, file));
	}
	const sections: string[] = [];
	for (const { name, result } of await readResults(collection)) {
		sections.push(await writeSection(`${prefix}${name}`, result));
	}
	const page = join(DOCS_FOLDER, `${collection.page}.md`);
	await writeFormatted(page, [collection.introduction, ...sections].join('\n\n'));
	return page;
}

/** A result for the screen. */
export function describeResult({ title, parts }: Result): string {
	const shown = parts.flatMap((part) =>
		'table' in part ? [renderTable(part.table)] : 'text' in part ? [part.text] : [],
	);
	return [title, ...shown].join('\n\n');
}
