import { setTimeout as delay } from 'node:timers/promises';

import type { Benchmark, Machine, Part, Result } from '../bench/benchmark.mts';
import { machineOf } from '../bench/machine.mts';
import { startTestN8n, type TestN8n } from '../test/n8n/support.mts';
import {
	count,
	growthPlot,
	HOW_MEASURED,
	mustTell,
	noneIs,
	ONE_EXECUTION,
	reportOf,
	secretsPart,
	series,
	shareOf,
	tableOf,
	tenth,
	until,
	type Measured,
	type Series,
} from './series.mts';
import { addWorkflows, RARE_SECONDS } from './workflows.mts';

const FULL = {
	scriptJobs: [25_000, 50_000, 100_000],
	actionIds: [1_250, 2_500, 5_000],
	parked: [250, 500, 1_000],
};
const QUICK = { scriptJobs: [500, 1_000], actionIds: [50, 100], parked: [10, 20] };
type Size = typeof FULL;

/** How many webhooks are called at once: executions that start together, and no more than n8n answers in time. */
const SIDE_BY_SIDE = 25;

/** How long all stay parked before their memory is looked at. */
const RESTING_SECONDS = 15;

/** One size of executions that are parked at the same time. */
interface Parked extends Measured {
	/** Seconds until all were parked. */
	parking: number;
	/** Seconds from the end of the jobs to the last report. */
	ending: number;
	/** Megabytes of n8n's process while all were parked, less what it held before. */
	resting: number;
}

/** What n8n's operators can set: executions that run at once, and no more. */
const LIMIT = 20;

async function scriptJobs({ scriptJobs: sizes }: Size): Promise<Series> {
	const n8n = await startTestN8n({ scriptJobs: sizes[0] });
	const { qualys } = n8n.simulator.simulator;
	try {
		const { searchAll: workflowId } = await addWorkflows(n8n, ['searchAll']);
		return await series(n8n, workflowId, sizes, async (size) => {
			if (qualys.jobCount() < size) qualys.createJobs(size - qualys.jobCount(), {});
			const place = sizes.indexOf(size);
			await n8n.callWebhook('searchAll');
			await until(
				n8n,
				workflowId,
				async () => {
					const ended = await n8n.client.summaries({ workflowId, status: ['success'] });
					return ended.length > place;
				},
				'The search has not succeeded.',
			);
		});
	} finally {
		await n8n.close();
	}
}

async function actionIds(n8n: TestN8n, { actionIds: sizes }: Size): Promise<Series> {
	const { cortex } = n8n.simulator.simulator;
	try {
		const { status: workflowId } = await addWorkflows(n8n, ['status']);
		return await series(n8n, workflowId, sizes, async (size) => {
			const jobs = Array.from({ length: size }, () =>
				cortex.startJob({ kind: 'endpointAction', durationSeconds: 1 }),
			);
			const told = await reportOf(n8n, 'status', workflowId, { jobs });
			mustTell(told, `${size} of ${size}`);
		});
	} finally {
		await n8n.close();
	}
}

/** Waits until so many executions are parked, then lets their jobs end and waits for all reports. */
async function parked(n8n: TestN8n, { parked: sizes }: Size): Promise<Series<Parked>> {
	const { cortex, requests, messages } = n8n.simulator.simulator;
	try {
		const { rare: workflowId } = await addWorkflows(n8n, ['rare']);
		return await series(n8n, workflowId, sizes, async (size, added) => {
			const started = Date.now();
			const call = async () => {
				const job = cortex.startJob({ kind: 'endpointAction', durationSeconds: 24 * 3600 });
				await n8n.callWebhook('rare', { job });
			};
			for (let count = 0; count < size; count += SIDE_BY_SIDE) {
				await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, size - count) }, call));
			}
			const asked = () => new Set(requests.entries.map(({ actionId }) => actionId)).size >= size;
			await until(n8n, workflowId, asked, 'Not all have asked.');
			await noneIs(n8n, workflowId, ['running', 'new']);
			const parking = (Date.now() - started) / 1000;
			await delay(RESTING_SECONDS * 1000);
			const resting = added();
			const allParked = Date.now();
			await n8n.control('POST', '/time', { advanceSeconds: 24 * 3600 });
			const reported = () => messages.length >= size;
			await until(n8n, workflowId, reported, 'Not all reported.');
			const ending = (Date.now() - allParked) / 1000;
			await noneIs(n8n, workflowId, ['running', 'new', 'waiting']);
			return { parking, ending, resting };
		});
	} finally {
		await n8n.close();
	}
}

const MANY_PARKED = ['seconds', 'memory', 'resting', 'stored', 'pages'] as const;

const storiesOf = (measured: Parked[]) =>
	measured
		.map(
			({ size, parking, ending }) =>
				`- ${count(size)}: all parked after ${count(parking)} s; their jobs then ended, and the last one was reported ${count(ending)} s later.`,
		)
		.join('\n');

/** What was measured. */
interface All {
	found: Series;
	asked: Series;
	waited: Series<Parked>;
	/** The same, with {@link LIMIT}. */
	limited: Series<Parked>;
}

function resultOf(machine: Machine, all: All): Result {
	const {
		found: { measured: found },
		asked: { measured: asked },
		waited: { measured: waited },
		limited: { measured: limited },
	} = all;
	const plot = (title: string, of: keyof Measured): Part =>
		growthPlot(title, [
			shareOf('script jobs', found, of),
			shareOf('action ids', asked, of),
			shareOf('parked executions', waited, of),
		]);
	return {
		title: 'Scale',
		machine,
		parts: [
			{
				text: `${HOW_MEASURED}

**Search Script Jobs, Return All**, into one execution:`,
			},
			tableOf('script jobs', found, ONE_EXECUTION),
			{ text: '**Get Action Status**, a list of ids in one execution:' },
			tableOf('action ids', asked, ONE_EXECUTION),
			{
				text: `The tenant's limit sets the time: ${tenth(asked[asked.length - 1].size / asked[asked.length - 1].seconds)} ids a second.

**Wait for Job**, executions that are parked at the same time, one job each. They are started ${SIDE_BY_SIDE} at a time, asked
for at the tenant's pace, parked, and woken at their next poll, ${RARE_SECONDS} seconds later:`,
			},
			tableOf('parked executions', waited, MANY_PARKED),
			{
				text: `${storiesOf(waited)}

Most memory is held while they start: n8n's expression engine takes some megabytes for every execution that runs, and
these all run until the tenant has been asked for their job once. How many run at once depends on how fast they are
started. Parked ones hold nothing; what is left then is what n8n has not given back yet. n8n's setting
\`N8N_CONCURRENCY_PRODUCTION_LIMIT\` bounds how many start at once, and they are all parked sooner with it. It does not
count polls, which are sub-executions. These come due as fast as the waits were started, so when all jobs have ended, more
come due in a second than n8n ends, and those that line up hold memory, too. The same with ${LIMIT}:`,
			},
			tableOf('parked executions', limited, MANY_PARKED),
			{ text: storiesOf(limited) },
			plot('Time', 'seconds'),
			plot('Database', 'stored'),
			secretsPart(Object.values(all)),
		],
		measured: all,
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const size = quick ? QUICK : FULL;
		const forIds = await startTestN8n();
		// An n8n that asks for ids waits for the tenant nearly all the time. One in which hundreds of executions start
		// does not: beside another one, both would be measured waiting for a core.
		const [asked, waited] = await progress.step('Action ids, parked executions', async () =>
			Promise.all([actionIds(forIds, size), parked(await startTestN8n({ speed: 1 }), size)]),
		);
		const limited = await progress.step(`Parked executions, ${LIMIT} at once`, async () => {
			const env = { N8N_CONCURRENCY_PRODUCTION_LIMIT: `${LIMIT}` };
			return await parked(await startTestN8n({ speed: 1, env }), size);
		});
		const found = await progress.step('Script jobs', () => scriptJobs(size));
		return resultOf(machineOf(forIds.runtime), { found, asked, waited, limited });
	},
};

export default benchmark;
