import type { Benchmark, Machine, Result } from '../bench/benchmark.mts';
import { machineOf } from '../bench/machine.mts';
import { outputOf } from '../demo/rest.mts';
import { startTestN8n } from '../test/n8n/support.mts';
import {
	oneExecutionPlot,
	HOW_MEASURED,
	ONE_EXECUTION,
	secretsPart,
	series,
	tableOf,
	until,
	type Measured,
	type Series,
} from './series.mts';
import { addWorkflows } from './workflows.mts';

const FULL = [500, 1_000, 2_000];
const QUICK = [100, 300];

/** So many endpoints are enrolled, and as many others removed, after every page. */
const CHANGED = 5;

interface Searched extends Measured {
	/** Requests for pages. */
	requests: number;
	/** Endpoints that were there from the beginning to the end: each has to come. */
	stayed: number;
	/** Items that came: among them may be some that came or went meanwhile. */
	came: number;
}

async function endpoints(sizes: number[]): Promise<{ of: Series<Searched>; machine: Machine }> {
	const n8n = await startTestN8n();
	const { cortex, cortexSettings, requests } = n8n.simulator.simulator;
	const idsNow = () => {
		const { records } = cortex.search(
			[],
			{ field: 'endpoint_id', keyword: 'ASC' },
			{ from: 0, to: Infinity },
		);
		return (records as Array<{ endpoint_id: string }>).map(({ endpoint_id: id }) => id);
	};
	try {
		const { endpoints: workflowId } = await addWorkflows(n8n, ['endpoints']);
		const of = await series(n8n, workflowId, sizes, async (size) => {
			cortex.removeEndpoints(Math.max(0, idsNow().length - size));
			cortex.enrolEndpoints(Math.max(0, size - idsNow().length));
			const before = idsNow();
			const earlier = await n8n.client.summaries({ workflowId });
			Object.assign(cortexSettings, { enrolledPerSearch: CHANGED, removedPerSearch: CHANGED });
			await n8n.callWebhook('endpoints');
			const ended = async () => await n8n.client.summaries({ workflowId, status: ['success'] });
			await until(
				n8n,
				workflowId,
				async () => (await ended()).length > earlier.length,
				'The search has not succeeded.',
			);
			Object.assign(cortexSettings, { enrolledPerSearch: 0, removedPerSearch: 0 });
			const after = new Set(idsNow());
			const stayed = before.filter((id) => after.has(id));
			const [{ id }] = await ended();
			const found = outputOf(await n8n.client.execution(id), 'Search').map(({ json }) =>
				String(json.endpoint_id),
			);
			const came = new Set(found);
			if (came.size < found.length) throw new Error(`${found.length - came.size} came twice.`);
			const missing = stayed.filter((one) => !came.has(one));
			if (missing.length > 0) throw new Error(`${missing.length} did not come.`);
			return { requests: requests.entries.length, stayed: stayed.length, came: came.size };
		});
		return { of, machine: machineOf(n8n.runtime) };
	} finally {
		await n8n.close();
	}
}

function resultOf(machine: Machine, of: Series<Searched>): Result {
	const { measured } = of;
	const counts = {
		requests: 'requests',
		stayed: 'endpoints that stayed, each of which came once',
		came: 'items in all, each another endpoint',
	};
	return {
		title: 'Endpoints that come and go',
		machine,
		parts: [
			{
				text: `${HOW_MEASURED}

**Search Endpoints, Return All**, into one execution. After every page of 100, ${CHANGED} endpoints are enrolled and ${CHANGED} others
removed, so that the rows of the next page shift. Whoever is there from the beginning to the end has to come, and nobody
twice. The tenant's limit of 10 requests a second bounds how fast pages are read:`,
			},
			tableOf(
				'endpoints',
				measured,
				[...ONE_EXECUTION, ...(Object.keys(counts) as Array<keyof typeof counts>)],
				counts,
			),
			oneExecutionPlot('Endpoints that come and go', measured),
			secretsPart([of]),
		],
		measured: of,
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const { of, machine } = await progress.step('Endpoints that come and go', () =>
			endpoints(quick ? QUICK : FULL),
		);
		return resultOf(machine, of);
	},
};

export default benchmark;
