import type { Benchmark, Machine, Result } from '../bench/benchmark.mts';
import { machineOf } from '../bench/machine.mts';
import { startTestN8n } from '../test/n8n/support.mts';
import {
	oneExecutionPlot,
	HOW_MEASURED,
	mustTell,
	ONE_EXECUTION,
	reportOf,
	secretsPart,
	series,
	tableOf,
	type Series,
} from './series.mts';
import { addWorkflows } from './workflows.mts';

const FULL = [25_000, 50_000, 100_000];
const QUICK = [500, 2_000];

async function rows(sizes: number[]): Promise<{ of: Series; machine: Machine }> {
	const n8n = await startTestN8n();
	const { cortex, cortexSettings } = n8n.simulator.simulator;
	try {
		const { rows: workflowId } = await addWorkflows(n8n, ['rows']);
		const of = await series(n8n, workflowId, sizes, async (size) => {
			cortexSettings.testRows = size;
			const query = cortex.startJob({
				kind: 'xqlQuery',
				query: 'dataset = test_rows',
				durationSeconds: 0,
			});
			mustTell(await reportOf(n8n, 'rows', workflowId, { query }), `${size} ${size}`);
		});
		return { of, machine: machineOf(n8n.runtime) };
	} finally {
		await n8n.close();
	}
}

function resultOf(machine: Machine, of: Series): Result {
	const { measured } = of;
	return {
		title: 'Rows of a query',
		machine,
		parts: [
			{
				text: `${HOW_MEASURED}

**Get Query Results, Return All**, into one execution, which then counts them: each row has to come, and none twice. They
come as one stream, in two requests:`,
			},
			tableOf('rows', measured, ONE_EXECUTION),
			oneExecutionPlot('Rows of a query', measured),
			secretsPart([of]),
		],
		measured: of,
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const { of, machine } = await progress.step('Rows of a query', () =>
			rows(quick ? QUICK : FULL),
		);
		return resultOf(machine, of);
	},
};

export default benchmark;
