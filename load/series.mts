import { setTimeout as delay } from 'node:timers/promises';

import type { Part } from '../bench/benchmark.mts';
import { waitUntil } from '../demo/processes.mts';
import { searchSecrets } from '../test/n8n/secrets.mts';
import type { TestN8n } from '../test/n8n/support.mts';
import { peak, watchMemory } from './memory.mts';
import { describePower, power } from './power.mts';
import { ifAnswered, isOpen, Runs } from './runs.mts';

/* Sizes of one thing, each in an n8n that was started anew: what they took, and how that grows. */

/** One size. */
export interface Measured {
	size: number;
	seconds: number;
	/** Megabytes of n8n's process at most, less what it held before. */
	memory: number;
	/** Megabytes of the executions' data, as long as it is. */
	stored: number;
	/** Megabytes of the database's pages that came into use. */
	pages: number;
}

/** One series, and where a key, password or token was found after it. */
export interface Series<M = Measured> {
	measured: M[];
	secrets: string[];
}

const FAILED = ['error', 'crashed', 'canceled'];

const GIVE_UP_MS = 60 * 60_000;
const MEMORY_SECONDS = 0.5;
const MEGA = 1_000_000;

/** Waits until something is so. Throws what an execution of the workflow says that has failed. */
export async function until(
	n8n: TestN8n,
	workflowId: string,
	isSo: () => Promise<boolean> | boolean,
	message: string,
): Promise<void> {
	await waitUntil(
		async () => {
			const failed = await ifAnswered(n8n.client.summaries({ workflowId, status: FAILED }));
			if (failed && failed.length > 0) {
				const { status, error } = await n8n.client.execution(failed[0].id);
				throw new Error(`Execution ${failed[0].id} ended with ${status}: ${error?.message ?? ''}`);
			}
			return (await ifAnswered(Promise.resolve(isSo()))) || undefined;
		},
		GIVE_UP_MS,
		message,
		500,
	);
}

/** Waits until no execution of a workflow is in any of these statuses. */
export async function noneIs(n8n: TestN8n, workflowId: string, status: string[]): Promise<void> {
	await until(
		n8n,
		workflowId,
		async () => (await n8n.client.summaries({ workflowId, status })).length === 0,
		`Some execution is still ${status.join(' or ')}.`,
	);
}

/** Starts a run through the webhook of that name, and waits until it has told how it ended. */
export async function reportOf(
	n8n: TestN8n,
	webhook: string,
	workflowId: string,
	body: Record<string, unknown>,
): Promise<string> {
	const runs = new Runs(n8n, { [webhook]: workflowId });
	const run = await runs.start(webhook, body);
	await until(
		n8n,
		workflowId,
		async () => {
			await runs.update();
			return !isOpen(run);
		},
		`The run of "${webhook}" has told nothing.`,
	);
	await noneIs(n8n, workflowId, ['running']);
	return run.reports[0];
}

/** @throws what was told, where it is not what must be told */
export function mustTell(told: string, expected: string): void {
	if (told !== expected) throw new Error(`"${told}" was told, and it was "${expected}".`);
}

/** Does something once n8n has just been started, and watches its memory meanwhile. */
async function watched<T>(n8n: TestN8n, work: (added: () => number) => Promise<T>) {
	await n8n.restartMain();
	await delay(5_000);
	const { samples, stop } = watchMemory(() => ({ main: n8n.main().pid }), MEMORY_SECONDS);
	await waitUntil(() => samples[0], 10_000, 'The memory of n8n cannot be read.');
	const before = samples[0].megabytes.main;
	const started = Date.now();
	const added = () => samples[samples.length - 1].megabytes.main - before;
	try {
		const more = await work(added);
		const seconds = (Date.now() - started) / 1000;
		return { seconds, memory: peak(samples, 'main') - before, ...more };
	} finally {
		stop();
	}
}

/**
 * Measures one series, each size after the other in the same n8n.
 * @param workflowId of the workflow whose executions are counted
 * @param run brings the work to its end, and gives what it has measured of it; `added`: megabytes that n8n's
 * process holds, less what it held before
 * @param options.searched whether secrets are looked for in the end
 */
export async function series<T>(
	n8n: TestN8n,
	workflowId: string,
	sizes: number[],
	run: (size: number, added: () => number) => Promise<T>,
	{ searched = true } = {},
): Promise<Series<Measured & T>> {
	const measured: Array<Measured & T> = [];
	const megabytesNow = () => ({
		stored: n8n.storedBytes({ workflowId }) / MEGA,
		pages: n8n.databaseBytes() / MEGA,
	});
	for (const size of sizes) {
		n8n.simulator.simulator.messages.length = 0;
		n8n.simulator.simulator.requests.clear();
		const before = megabytesNow();
		const seen = await watched(n8n, async (added) => await run(size, added));
		const after = megabytesNow();
		measured.push({
			size,
			...seen,
			stored: after.stored - before.stored,
			pages: after.pages - before.pages,
		});
	}
	return { measured, secrets: searched ? await searchSecrets(n8n) : [] };
}

/**
 * Measures each size in an n8n and on a simulator of its own, all at the same time: for what waits for the vendor nearly
 * all the time, so that they do not disturb one another.
 * @param start starts one n8n
 * @param run measures a size, as a series of its own
 */
export async function sideBySide<M extends Measured>(
	sizes: number[],
	start: () => Promise<TestN8n>,
	run: (n8n: TestN8n, size: number) => Promise<Series<M>>,
): Promise<Series<M>> {
	const started: TestN8n[] = [];
	try {
		// Two that start at once take longer than one after the other.
		for (let count = 0; count < sizes.length; count++) started.push(await start());
		const all = await Promise.all(sizes.map((size, place) => run(started[place], size)));
		return {
			measured: all.flatMap(({ measured }) => measured),
			secrets: all.flatMap(({ secrets }) => secrets),
		};
	} finally {
		await Promise.all(started.map((n8n) => n8n.close()));
	}
}

/** A count as it stands in tables: 10,000. */
export const count = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** A measured value as it stands in tables: 1.5. */
export const tenth = (value: number) => value.toFixed(1);

/** What the columns of tables are called. */
export const COLUMNS = {
	seconds: 'seconds',
	memory: 'MB of memory added, at most',
	resting: 'MB of memory added, while all are parked',
	stored: 'MB of execution data',
	pages: 'MB that the database grew',
};

/** What every series is told of. */
export const ONE_EXECUTION = ['seconds', 'memory', 'stored', 'pages'] as const;

/**
 * A row for each size, and one that says how each column grows.
 * @param columns keys of what was measured, under the names of {@link COLUMNS}
 * @param counts further columns, which hold whole numbers: their names by their keys
 */
export function tableOf<C extends string>(
	what: string,
	measured: Array<Record<C | 'size', number>>,
	columns: readonly C[],
	counts: Partial<Record<C, string>> = {},
): Part {
	const known: Record<string, string | undefined> = { ...COLUMNS, ...counts };
	const shown = (name: C, value: number) => (name in counts ? count(value) : tenth(value));
	return {
		table: {
			columns: [what, ...columns.map((name) => known[name] ?? name)],
			rows: [
				...measured.map((one) => [
					count(one.size),
					...columns.map((name) => shown(name, one[name])),
				]),
				[
					'grows with the power',
					...columns.map((name) =>
						describePower(power(measured.map((one) => [one.size, one[name]]))),
					),
				],
			],
		},
	};
}

/** A line of a plot: one value of a series, each size as a share of the largest one. */
export function shareOf<K extends string>(
	label: string,
	measured: Array<Record<K | 'size', number>>,
	of: K,
) {
	const { [of]: most, size } = measured[measured.length - 1];
	return {
		label,
		dots: true,
		points: [
			[0, 0] as [number, number],
			...measured.map((one): [number, number] => [(100 * one.size) / size, (100 * one[of]) / most]),
		],
	};
}

/** Lines of {@link shareOf} in one plot. */
export const growthPlot = (title: string, lines: Array<ReturnType<typeof shareOf>>): Part => ({
	plot: {
		title,
		description:
			'A straight line is linear growth; one that sags is worse, one that bulges better.',
		x: '% of the largest size',
		y: '% of the largest value',
		lines,
	},
});

/** How one execution grows: its time, what n8n's process held, its data. */
export const oneExecutionPlot = (title: string, measured: Measured[]): Part =>
	growthPlot(title, [
		shareOf('seconds', measured, 'seconds'),
		shareOf('MB of memory', measured, 'memory'),
		shareOf('MB of data', measured, 'stored'),
	]);

/** What all series say about how they are measured. */
export const HOW_MEASURED = `Three sizes of each, in a real n8n in regular mode with SQLite, which is started anew before each. Memory is what the
process of n8n held, less what it held before. Execution data is as long as n8n keeps it; the database grows by whole
pages. The power is that of the straight line through all sizes, both axes logarithmic: 1 is linear.`;

/** That nothing secret was left behind by any of these. */
export const secretsPart = (all: Array<Series<unknown>>, after = 'each series'): Part => ({
	text: `Keys, passwords or tokens found in logs, database or messages after ${after}: ${all.flatMap(({ secrets }) => secrets).join('; ') || 0}.`,
});
