import type { Benchmark, Machine, Result } from '../bench/benchmark.mts';
import { machineOf } from '../bench/machine.mts';
import { silent } from '../demo/progress.mts';
import { prepareRuntime } from '../demo/runtime.mts';
import { startTestN8n, type TestN8n } from '../test/n8n/support.mts';
import {
	count,
	growthPlot,
	HOW_MEASURED,
	mustTell,
	ONE_EXECUTION,
	reportOf,
	secretsPart,
	series,
	shareOf,
	sideBySide,
	tableOf,
	tenth,
	type Measured,
	type Series,
} from './series.mts';
import { addWorkflows } from './workflows.mts';

const FULL = { actions: [2_500, 5_000, 10_000], imports: [25, 50, 100] };
const QUICK = { actions: [50, 150], imports: [5, 15] };
type Size = typeof FULL;

const KINDS = {
	actions: { webhook: 'waitAll', kind: 'endpointAction' },
	imports: { webhook: 'waitImports', kind: 'importJob' },
} as const;

interface Waited extends Measured {
	/** Requests to Cortex, those that look up names included. */
	requests: number;
	/** Of these, what the tenant refused for one of its limits. */
	overLimit: number;
}

/** One wait for so many jobs, which all have ended before they are asked for. */
async function waited(
	n8n: TestN8n,
	{ webhook, kind }: (typeof KINDS)[keyof Size],
	size: number,
): Promise<Series<Waited>> {
	const { cortex, requests } = n8n.simulator.simulator;
	const { [webhook]: workflowId } = await addWorkflows(n8n, [webhook]);
	return await series(n8n, workflowId, [size], async () => {
		const jobs = Array.from({ length: size }, () => cortex.startJob({ kind, durationSeconds: 1 }));
		const told = await reportOf(n8n, webhook, workflowId, { jobs });
		mustTell(told, `${size} ${size} succeeded`);
		const asked = requests.entries.filter(({ path }) => path.startsWith('/public_api'));
		return { requests: asked.length, overLimit: requests.overLimit('/public_api') };
	});
}

const COUNTS = {
	requests: 'requests to Cortex',
	overLimit: 'refused by the tenant for a limit',
};

const COLUMNS = [...ONE_EXECUTION, 'requests', 'overLimit'] as const;

function resultOf(
	machine: Machine,
	{ actions, imports }: Record<keyof Size, Series<Waited>>,
): Result {
	const largest = ({ measured }: Series<Waited>) => measured[measured.length - 1];
	const pace = ({ size, seconds }: Waited, per: number) => (per * size) / seconds;
	return {
		title: 'Large waits',
		machine,
		parts: [
			{
				text: `${HOW_MEASURED}
The sizes ran at the same time, each in an n8n and against a tenant of its own: what takes long here is waiting for the
tenant.

**Wait for Job, many actions in one execution.** All have ended before they are asked for, so that there is one round, and
each has to come out once, as succeeded:`,
			},
			tableOf('action ids', actions.measured, COLUMNS, COUNTS),
			{
				text: `The tenant's limit sets the time: ${tenth(pace(largest(actions), 1))} ids a second. Where an answer is missing after the first round, the wait is
parked; and since a parked wait keeps no endpoints, those of all jobs are asked for once more at its end, which takes up to
twice the requests and the time.

**Wait for Job, many import jobs in one execution.** The tenant tells their status 10 times a minute. Ten have their turn in
a round, and the wait is parked between two rounds; it uses half of what the tenant allows, since others may ask too:`,
			},
			tableOf('import jobs', imports.measured, COLUMNS, COUNTS),
			{
				text: `The tenant's limit sets the time: ${count(largest(imports).size)} jobs had their turn at ${tenth(pace(largest(imports), 60))} a minute. A job that is still going on has its next turn
after all others. No pause follows the last round, which is why few jobs take a little less each than many.`,
			},
			growthPlot('Time of large waits', [
				shareOf('action ids', actions.measured, 'seconds'),
				shareOf('import jobs', imports.measured, 'seconds'),
			]),
			growthPlot('Memory of large waits', [
				shareOf('action ids', actions.measured, 'memory'),
				shareOf('import jobs', imports.measured, 'memory'),
			]),
			secretsPart([actions, imports]),
		],
		measured: { actions, imports },
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const size = quick ? QUICK : FULL;
		const start = async () => await startTestN8n({ speed: 1 });
		const of = async (what: keyof Size) =>
			await sideBySide(size[what], start, async (n8n, one) => await waited(n8n, KINDS[what], one));
		const [actions, imports] = await progress.step('Actions in one wait, import jobs in one', () =>
			Promise.all([of('actions'), of('imports')]),
		);
		return resultOf(machineOf(await prepareRuntime(silent)), { actions, imports });
	},
};

export default benchmark;
