import type { Progress } from '../demo/progress.mts';

/** What was measured with: no more of a machine than says how to read the numbers. */
export interface Machine {
	/** Version of Node. */
	node: string;
	cores: number;
}

export interface Table {
	columns: string[];
	rows: string[][];
}

export interface Bar {
	label: string;
	value: number;
	/** The text behind the bar. */
	text: string;
	/** The spread, drawn as a whisker. */
	low: number;
	high: number;
	/** Drawn in the accent colour: the bar is about this package. */
	ours?: boolean;
}

export interface Chart {
	title: string;
	/** What is seen, for those who do not see it. */
	description: string;
	groups: Array<{ label: string; bars: Bar[] }>;
	/** A line across all bars. */
	reference: { value: number; label: string };
}

/** Lines over an axis of numbers. */
export interface Plot {
	title: string;
	/** What is seen, for those who do not see it. */
	description: string;
	/** What the axes show, with its unit. */
	x: string;
	y: string;
	lines: Array<{ label: string; points: Array<[x: number, y: number]>; dots?: boolean }>;
	/** Moments on the x axis at which something happened. */
	marks?: { label: string; at: number[] };
}

/** One part of a section of the page, in the order in which it is read. */
export type Part = { text: string } | { table: Table } | { chart: Chart } | { plot: Plot };

/** What a benchmark found: a section of its page, kept in the folder `results`. */
export interface Result {
	title: string;
	machine: Machine;
	parts: Part[];
	/** What the section was worked out from. */
	measured: unknown;
}

export interface Benchmark {
	/**
	 * Measures, and writes nothing outside a temporary folder.
	 * @param options.quick small sizes, for those who work on the benchmark: the numbers mean nothing
	 */
	measure(options: { progress: Progress; quick: boolean }): Promise<Result>;
}
