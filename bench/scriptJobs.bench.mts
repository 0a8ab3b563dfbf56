import type { Benchmark, Chart, Result, Table } from './benchmark.mts';
import { createPages } from './scriptJobs/pages.mts';
import type { Setting } from './scriptJobs/engine.mts';
import { FLOOR, variantName, WORKFLOWS, type WorkflowName } from './scriptJobs/variants.mts';
import type { Memory, Pair, Time, Times } from './scriptJobs/worker.mts';
import { createWorkers } from './scriptJobs/workers.mts';
import { median, middleHalf } from './statistics.mts';

const PAGE_SIZE = 100;
const FULL = { jobs: 50_000, rounds: 9, memoryRuns: 3 };
const QUICK = { jobs: 2_000, rounds: 3, memoryRuns: 1 };

const FLOOR_LABEL = 'Floor: a loop with axios';

const LABELS: Record<WorkflowName, string> = {
	httpRequest: 'HTTP Request, then Split Out',
	plain: 'A declarative node that only pages',
	simplified: 'This node, Simplify on',
	raw: 'This node, Simplify off',
};

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

const ratiosOf = (pairs: Pair[], of: keyof Time) =>
	pairs.map(({ floor, variant }) => variant[of] / floor[of]);

const pairsOf = ({ times }: Measured, workflow: WorkflowName, setting: Setting) =>
	times.pairs[variantName(workflow, setting)];

/** Every run of the floor, whatever it was paired with. */
const floorOf = ({ times }: Measured) =>
	Object.values(times.pairs).flatMap((pairs) => pairs.map(({ floor }) => floor.elapsed));

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
					ours: workflow === 'simplified' || workflow === 'raw',
				};
			}),
		})),
	};
}

function timesTable(measured: Measured, setting: Setting): Table {
	const rows = WORKFLOWS.map((workflow) => {
		const pairs = pairsOf(measured, workflow, setting);
		const ratios = ratiosOf(pairs, 'elapsed');
		const { low, high } = middleHalf(ratios);
		return [
			LABELS[workflow],
			ratio(median(ratios)),
			`${ratio(low)} to ${ratio(high)}`,
			ratio(median(ratiosOf(pairs, 'cpu'))),
			milliseconds(median(pairs.map(({ variant }) => variant.elapsed))),
		];
	});
	return {
		columns: [SETTINGS[setting], 'time', 'half of the pairs', 'processor time', 'median'],
		rows: [[FLOOR_LABEL, ratio(1), '', ratio(1), milliseconds(median(floorOf(measured)))], ...rows],
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
			...WORKFLOWS.map((workflow) => row(LABELS[workflow], variantName(workflow, 'shipped'))),
		],
	};
}

function describeRun({ jobs, pageSize, bytes, times }: Measured): string {
	const rounds = Object.values(times.pairs)[0].length;
	return `${count(jobs)} jobs (${megabytes(bytes)} of JSON), ${pageSize} to a page, by the cursor of API version v2, from a server
in the same process that answers from memory. On a real network the answers take longer and the ratios come closer to 1.

- **${FLOOR_LABEL}** over one connection that is kept alive, the records put into a list: what no workflow can beat.
- **${LABELS.httpRequest}**: what a user builds without this package, with n8n ${times.n8n}'s own nodes, a bearer token
  and pagination by expressions.
- **${LABELS.plain}**: no checks, no waiting for its turn, no errors in words. What it takes
  beyond the floor, n8n's engine takes from every declarative node.
- **This node** with the credential of this package, signed in with user and password.

All but the floor run on n8n's engine in two settings. _${SETTINGS.shipped}_: for each request n8n decrypts the
credential, and it evaluates expressions in an isolate of their own. _${SETTINGS.bare}_: the credential is decrypted
once, and expressions run in the process itself. n8n's database is replaced by a list in memory in both.

Every variant ran ${rounds} times in turn with the others, each time right after the floor. Both times are the median of these
pairs' ratios; half of the pairs lie in the range beside it, which the chart shows as a line. Processor time is that of
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
		const pages = createPages(jobs, PAGE_SIZE);
		const workers = await createWorkers(pages, PAGE_SIZE, progress);
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
				for (const name of [FLOOR, ...shipped]) {
					memory[name] = [];
					for (let run = 0; run < memoryRuns; run += 1) {
						memory[name].push(await workers.measureMemory(name));
					}
				}
			});
			const bytes = pages.reduce((sum, page) => sum + page.length, 0);
			return resultOf({ jobs, pageSize: PAGE_SIZE, bytes, times, memory });
		} finally {
			await workers.dispose();
		}
	},
};

export default benchmark;
