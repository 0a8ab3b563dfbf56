import type { Benchmark, Machine, Result } from '../bench/benchmark.mts';
import { machineOf } from '../bench/machine.mts';
import { startTestN8n } from '../test/n8n/support.mts';
import {
	growthPlot,
	HOW_MEASURED,
	mustTell,
	reportOf,
	secretsPart,
	series,
	shareOf,
	tableOf,
	type Series,
} from './series.mts';
import { addWorkflows } from './workflows.mts';

const FULL = { files: [10, 25, 50], megabytes: 20 };
const QUICK = { files: [2, 4], megabytes: 5 };
type Size = typeof FULL;

/** One retrieval brings the files of so many endpoints at most. */
const MOST_A_RETRIEVAL = 10;

/** Where n8n keeps files: what it takes by itself in regular mode, and what it takes by itself in queue mode. */
const MODES = ['filesystem', 'database'] as const;
type Mode = (typeof MODES)[number];

/** Names, sizes and signature of a ZIP with one file are this long, at most. */
const ZIP_BYTES = 1_000;

async function files(
	mode: Mode,
	{ files: sizes, megabytes }: Size,
): Promise<{ of: Series; machine: Machine }> {
	// Links end after ten minutes, so time must not run faster than it does.
	const n8n = await startTestN8n({ speed: 1, env: { N8N_DEFAULT_BINARY_DATA_MODE: mode } });
	const { cortex, cortexSettings } = n8n.simulator.simulator;
	cortexSettings.fileMegabytes = megabytes;
	try {
		const { files: workflowId } = await addWorkflows(n8n, ['files']);
		const download = async (size: number) => {
			const jobs: string[] = [];
			for (let left = size; left > 0; left -= MOST_A_RETRIEVAL) {
				jobs.push(
					cortex.startJob({
						kind: 'endpointAction',
						endpoints: Math.min(left, MOST_A_RETRIEVAL),
						durationSeconds: 0,
						files: { windows: ['C:\\memory.dmp'], linux: ['/memory'], macos: ['/memory'] },
					}),
				);
			}
			const told = await reportOf(n8n, 'files', workflowId, { jobs });
			const [came, names, bytes] = told.split(' ').map(Number);
			mustTell(`${came} ${names}`, `${size} ${size}`);
			const more = bytes - size * megabytes * 1_000_000;
			if (more < 0 || more > size * ZIP_BYTES) throw new Error(`${bytes} bytes came.`);
		};
		// There, the search would go through all files, of gigabytes that mean nothing.
		const searched = mode !== 'database';
		const of = await series(n8n, workflowId, sizes, download, { searched });
		return { of, machine: machineOf(n8n.runtime) };
	} finally {
		await n8n.close();
	}
}

/** In n8n's folder, files leave nothing in the database but their names. */
const COLUMNS = {
	filesystem: ['seconds', 'memory'],
	database: ['seconds', 'memory', 'pages'],
} as const;

const WORDS: Record<Mode, string> = {
	filesystem: "**Files in n8n's folder** (`filesystem`, n8n's own choice in regular mode):",
	database: "**Files in n8n's database** (`database`, n8n's own choice in queue mode):",
};

function resultOf(machine: Machine, { megabytes }: Size, all: Record<Mode, Series>): Result {
	return {
		title: 'Files',
		machine,
		parts: [
			{
				text: `${HOW_MEASURED}

**Download Files**, ${megabytes} MB from each endpoint, which no packing makes smaller, into one execution: one after the other, each
handed to n8n before the next one is asked for. All have to come, each under its own name and whole. Memory must not
grow with the sum of the files. n8n's setting \`N8N_DEFAULT_BINARY_DATA_MODE\` says where they are kept.`,
			},
			...MODES.flatMap((mode) => [
				{ text: WORDS[mode] },
				tableOf(`files of ${megabytes} MB`, all[mode].measured, COLUMNS[mode]),
			]),
			growthPlot(
				'Memory while files are downloaded',
				MODES.map((mode) => shareOf(mode, all[mode].measured, 'memory')),
			),
			secretsPart([all.filesystem], "the series with files in n8n's folder"),
		],
		measured: all,
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const size = quick ? QUICK : FULL;
		const all = {} as Record<Mode, Series>;
		let machine: Machine | undefined;
		for (const mode of MODES) {
			const one = await progress.step(`Files: ${mode}`, () => files(mode, size));
			all[mode] = one.of;
			({ machine } = one);
		}
		return resultOf(machine!, size, all);
	},
};

export default benchmark;
