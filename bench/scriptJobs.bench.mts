import type { Benchmark, Chart, Result, Table } from './benchmark.mts';
import { createPages } from './scriptJobs/pages.mts';
import type { Setting } from './scriptJobs/engine.mts';
import type { Growth } from './scriptJobs/request.mts';
import {
	FLOOR,
	GROWING_FLOOR,
	variantName,
	WORKFLOWS,
	type WorkflowName,
} from './scriptJobs/variants.mts';
import type { Memory, Pair, Time, Times } from './scriptJobs/worker.mts';
import { createWorkers } from './scriptJobs/workers.mts';
import { median, middleHalf } from './statistics.mts';

/** From 100 jobs to 1,000, as this node does by itself. */
const GROWTH: Growth = { first: 100, largest: 1_000 };
const PAGE_SIZE = GROWTH.first;
const FULL = { jobs: 50_000, rounds: 9, memoryRuns: 3 };
const QUICK = { jobs: 2_000, rounds: 3, memoryRuns: 1 };

const FLOOR_LABEL = 'Floor: a loop with axios';
const GROWING_LABEL = 'The same loop, pages that grow';

const LABELS: Record<WorkflowName, string> = {
	httpRequest: 'HTTP Request, then Split Out',
	plain: 'A declarative node that only pages',
	hundred: 'This node, Page Size 100',
	plainGrowing: 'One that only pages, pages that grow',
	simplified: 'This node as it comes',
	raw: 'This node, Simplify off',
};

const OURS: readonly WorkflowName[] = ['hundred', 'simplified', 'raw'];

const SETTINGS: Record<Setting, string> = {
	shipped: 'n8n as it ships',
	bare: "n8n's engine alone",
};

interface Measured {
	jobs: number;
	pageSize: number;
	bytes: number;
	times: Times;
	/** By variant. */
	memory: Record<string, Memory[]>;
}

const count = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const ratio = (value: number) => value.toFixed(2);
const megabytes = (bytes: number) => `${count(bytes / 1e6)} MB`;
const milliseconds = (value: number) => `${count(value)} ms`;

const ratiosOf = (pairs: Pair[], of: keyof Time, to: 'floor' | 'growing' = 'floor') =>
	pairs.map((pair) => pair.variant[of] / pair[to][of]);

const pairsOf = ({ times }: Measured, workflow: WorkflowName, setting: Setting) =>
	times.pairs[variantName(workflow, setting)];

/** Every run of the floors, whatever they were paired with. */
const floorsOf = ({ times }: Measured) => Object.values(times.pairs).flat();

function chartOf(measured: Measured): Chart {
	const settings = Object.keys(SETTINGS) as Setting[];
	return {
		title: `Time for ${count(measured.jobs)} jobs, as a multiple of the floor`,
		description: 'A bar per variant; the numbers stand in the tables below.',
		reference: { value: 1, label: 'the floor' },
		groups: settings.map((setting) => ({
			label: SETTINGS[setting],
			bars: WORKFLOWS.map((workflow) => {
				const ratios = ratiosOf(pairsOf(measured, workflow, setting), 'elapsed');
				return {
					label: LABELS[workflow],
					value: median(ratios),
					text: `${ratio(median(ratios))} ×`,
					...middleHalf(ratios),
					ours: OURS.includes(workflow),
				};
			}),
		})),
	};
}

function timesTable(measured: Measured, setting: Setting): Table {
	const floors = floorsOf(measured);
	const growing = median(floors.map(({ floor, growing }) => growing.elapsed / floor.elapsed));
	const growingCpu = median(floors.map(({ floor, growing }) => growing.cpu / floor.cpu));
	const row = (label: string, ...cells: string[]) => [label, ...cells];
	const rows = WORKFLOWS.map((workflow) => {
		const pairs = pairsOf(measured, workflow, setting);
		const ratios = ratiosOf(pairs, 'elapsed');
		const { low, high } = middleHalf(ratios);
		return row(
			LABELS[workflow],
			ratio(median(ratios)),
			`${ratio(low)} to ${ratio(high)}`,
			ratio(median(ratiosOf(pairs, 'elapsed', 'growing'))),
			ratio(median(ratiosOf(pairs, 'cpu'))),
			milliseconds(median(pairs.map(({ variant }) => variant.elapsed))),
		);
	});
	return {
		columns: [
			SETTINGS[setting],
			'time',
			'half of the pairs',
			'to the loop with pages that grow',
			'processor time',
			'median',
		],
		rows: [
			row(
				FLOOR_LABEL,
				ratio(1),
				'',
				ratio(1 / growing),
				ratio(1),
				milliseconds(median(floors.map(({ floor }) => floor.elapsed))),
			),
			row(
				GROWING_LABEL,
				ratio(growing),
				'',
				ratio(1),
				ratio(growingCpu),
				milliseconds(median(floors.map((pair) => pair.growing.elapsed))),
			),
			...rows,
		],
	};
}

function memoryTable({ times, memory }: Measured): Table {
	const row = (label: string, name: string) => [
		label,
		megabytes(median(memory[name].map(({ before, peak }) => peak - before))),
		count(times.counted[name].requests),
		count(times.counted[name].connections),
	];
	return {
		columns: ['', 'peak memory', 'requests', 'connections'],
		rows: [
			row(FLOOR_LABEL, FLOOR),
			row(GROWING_LABEL, GROWING_FLOOR),
			...WORKFLOWS.map((workflow) => row(LABELS[workflow], variantName(workflow, 'shipped'))),
		],
	};
}

function describeRun({ jobs, pageSize, bytes, times }: Measured): string {
	const rounds = Object.values(times.pairs)[0].length;
	return `${count(jobs)} jobs (${megabytes(bytes)} of JSON), by the cursor of API version v2, from a server
in the same process that answers from memory. On a real network the answers take longer and the ratios come closer to 1,
and fewer requests count for more.

- **${FLOOR_LABEL}** over one connection that is kept alive, ${pageSize} jobs to a page, the records put into a list.
- **${GROWING_LABEL}** as those of this node do, from ${pageSize} to ${count(GROWTH.largest)}: what no workflow can beat.
- **${LABELS.httpRequest}**: what a user builds without this package, with n8n ${times.n8n}'s own nodes, a bearer token
  and pagination by expressions, ${pageSize} jobs to a page.
- **${LABELS.plain}**: no checks, no waiting for its turn, no errors in words. What it takes
  beyond the floor, n8n's engine takes from every declarative node. ${pageSize} jobs to a page, and once with pages that grow.
- **This node** with the credential of this package, signed in with user and password; as it comes, with Simplify on and pages
  that grow, and with its option Page Size.

All but the loops run on n8n's engine in two settings. _${SETTINGS.shipped}_: for each request n8n decrypts the
credential, and it evaluates expressions in an isolate of their own. _${SETTINGS.bare}_: the credential is decrypted
once, and expressions run in the process itself. n8n's database is replaced by a list in memory in both.

Every variant ran ${rounds} times in turn with the others, each time right after both loops. All ratios are the median of these
pairs' ones; half of the pairs lie in the range beside it, which the chart shows as a line. Processor time is that of
all threads, and hardly changes when the machine is busy with something else.`;
}

function describeMemory({ memory }: Measured): string {
	const before = median(Object.values(memory).flatMap((runs) => runs.map((run) => run.before)));
	return `Peak memory is by how much the resident set of a process of its own grows beyond the ${megabytes(before)} that it has with
n8n loaded and nothing run: the highest value while the variant runs once, in _${SETTINGS.shipped}_, with the server
elsewhere; the median of ${memory[FLOOR].length} processes. What the garbage collector has not got round to counts too.

Connections are those that one run opens: n8n opens one for every request of a node, and the floor keeps its own.`;
}

function resultOf(measured: Measured): Result {
	const { times } = measured;
	return {
		title: `Qualys Search Script Jobs: ${count(measured.jobs)} jobs`,
		machine: { node: times.node, cores: times.cores },
		parts: [
			{ text: describeRun(measured) },
			{ chart: chartOf(measured) },
			{ table: timesTable(measured, 'shipped') },
			{ table: timesTable(measured, 'bare') },
			{ table: memoryTable(measured) },
			{ text: describeMemory(measured) },
		],
		measured,
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const { jobs, rounds, memoryRuns } = quick ? QUICK : FULL;
		const same = { first: PAGE_SIZE, largest: PAGE_SIZE };
		const pages = createPages(jobs, [same, GROWTH]);
		const workers = await createWorkers(pages, GROWTH, progress);
		try {
			const inBothSettings = (['shipped', 'bare'] as const).flatMap((setting) =>
				WORKFLOWS.map((workflow) => variantName(workflow, setting)),
			);
			const times = await progress.step('Measuring times', () =>
				workers.measureTimes(inBothSettings, rounds),
			);
			const memory: Measured['memory'] = {};
			await progress.step('Measuring memory', async () => {
				const shipped = WORKFLOWS.map((workflow) => variantName(workflow, 'shipped'));
				for (const name of [FLOOR, GROWING_FLOOR, ...shipped]) {
					memory[name] = [];
					for (let run = 0; run < memoryRuns; run += 1) {
						memory[name].push(await workers.measureMemory(name));
					}
				}
			});
			// Once, not for each way of paging.
			const bytes = pages.reduce((sum, { answer }) => sum + answer.length, 0) / 2;
			return resultOf({ jobs, pageSize: PAGE_SIZE, bytes, times, memory });
		} finally {
			await workers.dispose();
		}
	},
};

export default benchmark;
