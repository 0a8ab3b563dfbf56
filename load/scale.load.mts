import { setTimeout as delay } from 'node:timers/promises';

import type { Benchmark, Machine, Part, Result } from '../bench/benchmark.mts';
import { machineOf } from '../bench/machine.mts';
import { waitUntil } from '../demo/processes.mts';
import { searchSecrets } from '../test/n8n/secrets.mts';
import { startTestN8n, type TestN8n } from '../test/n8n/support.mts';
import { peak, watchMemory } from './memory.mts';
import { describePower, power } from './power.mts';
import { isOpen, Runs } from './runs.mts';
import { addWorkflows, RARE_SECONDS } from './workflows.mts';

const FULL = {
	scriptJobs: [25_000, 50_000, 100_000],
	actionIds: [1_250, 2_500, 5_000],
	parked: [250, 500, 1_000],
};
const QUICK = { scriptJobs: [500, 1_000], actionIds: [50, 100], parked: [10, 20] };
type Size = typeof FULL;

const FAILED = ['error', 'crashed', 'canceled'];

/** How many webhooks are called at once: executions that start together, and no more than n8n answers in time. */
const SIDE_BY_SIDE = 25;

/** How long all stay parked before their memory is looked at. */
const RESTING_SECONDS = 15;

const GIVE_UP_MS = 30 * 60_000;
const MEMORY_SECONDS = 0.5;
const MEGA = 1_000_000;

interface Measured {
	size: number;
	seconds: number;
	/** Megabytes of n8n's process at most, less what it held before. */
	memory: number;
	/** Megabytes of the executions' data, as long as it is. */
	stored: number;
	/** Megabytes of the database's pages that came into use. */
	pages: number;
}

/** One size of executions that are parked at the same time. */
interface Parked extends Measured {
	/** Seconds until all were parked. */
	parking: number;
	/** Seconds from the end of the jobs to the last report. */
	ending: number;
	/** Megabytes of n8n's process while all were parked, less what it held before. */
	resting: number;
}

/** One series, and where a key, password or token was found after it. */
interface Series<M = Measured> {
	measured: M[];
	secrets: string[];
}

/** What n8n's operators can set: executions that run at once, and no more. */
const LIMIT = 20;

/** What n8n says, or undefined where it is too busy to answer in time: a thousand executions wake at once. */
async function ifAnswered<T>(asking: Promise<T>): Promise<T | undefined> {
	try {
		return await asking;
	} catch (error) {
		if (error instanceof Error && error.name === 'TimeoutError') return undefined;
		throw error;
	}
}

/** Waits until something is so. Throws what an execution of the workflow says that has failed. */
async function until(
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
async function noneIs(n8n: TestN8n, workflowId: string, status: string[]): Promise<void> {
	await until(
		n8n,
		workflowId,
		async () => (await n8n.client.summaries({ workflowId, status })).length === 0,
		`Some execution is still ${status.join(' or ')}.`,
	);
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
 * @param run brings the work to its end, and gives what it has measured of it; `added`: megabytes that n8n's
 * process holds, less what it held before
 */
async function series<T>(
	n8n: TestN8n,
	webhook: string,
	sizes: number[],
	run: (size: number, workflowId: string, added: () => number) => Promise<T>,
): Promise<Series<Measured & T>> {
	const { [webhook]: workflowId } = await addWorkflows(n8n, [webhook]);
	const measured: Array<Measured & T> = [];
	const megabytesNow = () => ({
		stored: n8n.storedBytes({ workflowId }) / MEGA,
		pages: n8n.databaseBytes() / MEGA,
	});
	for (const size of sizes) {
		n8n.simulator.simulator.messages.length = 0;
		n8n.simulator.simulator.requests.clear();
		const before = megabytesNow();
		const seen = await watched(n8n, async (added) => await run(size, workflowId, added));
		const after = megabytesNow();
		measured.push({
			size,
			...seen,
			stored: after.stored - before.stored,
			pages: after.pages - before.pages,
		});
	}
	return { measured, secrets: await searchSecrets(n8n) };
}

async function scriptJobs({ scriptJobs: sizes }: Size): Promise<Series> {
	const n8n = await startTestN8n({ scriptJobs: sizes[0] });
	const { qualys } = n8n.simulator.simulator;
	try {
		return await series(n8n, 'searchAll', sizes, async (size, workflowId) => {
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
		return await series(n8n, 'status', sizes, async (size, workflowId) => {
			const jobs = Array.from({ length: size }, () =>
				cortex.startJob({ kind: 'endpointAction', durationSeconds: 1 }),
			);
			const runs = new Runs(n8n, { status: workflowId });
			const { reports } = await runs.start('status', { jobs });
			await until(
				n8n,
				workflowId,
				async () => {
					await runs.update();
					return !runs.all.some(isOpen);
				},
				'The statuses are not there.',
			);
			if (reports[0] !== `${size} of ${size}`) throw new Error(`${reports[0]} statuses came.`);
			await noneIs(n8n, workflowId, ['running']);
		});
	} finally {
		await n8n.close();
	}
}

/** Waits until so many executions are parked, then lets their jobs end and waits for all reports. */
async function parked(n8n: TestN8n, { parked: sizes }: Size): Promise<Series<Parked>> {
	const { cortex, requests, messages } = n8n.simulator.simulator;
	try {
		return await series(n8n, 'rare', sizes, async (size, workflowId, added) => {
			const started = Date.now();
			const call = async () => {
				const job = cortex.startJob({ kind: 'endpointAction', durationSeconds: 24 * 3600 });
				await n8n.callWebhook('rare', { job });
			};
			for (let count = 0; count < size; count += SIDE_BY_SIDE) {
				await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, size - count) }, call));
			}
			const asked = () => requests.entries.length >= size;
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

const count = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const tenth = (value: number) => value.toFixed(1);

const COLUMNS = {
	seconds: 'seconds',
	memory: 'MB of memory added, at most',
	resting: 'MB of memory added, while all are parked',
	stored: 'MB of execution data',
	pages: 'MB that the database grew',
};
type Column = keyof typeof COLUMNS;

const ONE_EXECUTION = ['seconds', 'memory', 'stored', 'pages'] as const;
const MANY_PARKED = ['seconds', 'memory', 'resting', 'stored', 'pages'] as const;

function tableOf<C extends Column>(
	what: string,
	measured: Array<Record<C | 'size', number>>,
	columns: readonly C[],
): Part {
	return {
		table: {
			columns: [what, ...columns.map((name) => COLUMNS[name])],
			rows: [
				...measured.map((one) => [count(one.size), ...columns.map((name) => tenth(one[name]))]),
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
	const secrets = Object.values(all).flatMap((one) => one.secrets);
	const share = (label: string, measured: Measured[], of: keyof Measured) => {
		const { [of]: most, size } = measured[measured.length - 1];
		return {
			label,
			dots: true,
			points: [
				[0, 0] as [number, number],
				...measured.map((one): [number, number] => [
					(100 * one.size) / size,
					(100 * one[of]) / most,
				]),
			],
		};
	};
	const plot = (title: string, of: keyof Measured): Part => ({
		plot: {
			title,
			description:
				'A straight line is linear growth; one that sags is worse, one that bulges better.',
			x: '% of the largest size',
			y: '% of the largest value',
			lines: [
				share('script jobs', found, of),
				share('action ids', asked, of),
				share('parked executions', waited, of),
			],
		},
	});
	return {
		title: 'Scale',
		machine,
		parts: [
			{
				text: `Three sizes of each, in a real n8n in regular mode with SQLite, which is started anew before each. Memory is what the
process of n8n held, less what it held before. Execution data is as long as n8n keeps it; the database grows by whole
pages. The power is that of the straight line through all sizes, both axes logarithmic: 1 is linear.

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
\`N8N_CONCURRENCY_PRODUCTION_LIMIT\` bounds how many run at once; the same with ${LIMIT}:`,
			},
			tableOf('parked executions', limited, MANY_PARKED),
			{ text: storiesOf(limited) },
			plot('Time', 'seconds'),
			plot('Database', 'stored'),
			{
				text: `Keys, passwords or tokens found in logs, database or messages after each series: ${secrets.join('; ') || 0}.`,
			},
		],
		measured: all,
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const size = quick ? QUICK : FULL;
		const [forIds, forParked, forLimited] = await progress.step('Three n8n', async () => [
			await startTestN8n(),
			await startTestN8n({ speed: 1 }),
			await startTestN8n({ speed: 1, env: { N8N_CONCURRENCY_PRODUCTION_LIMIT: `${LIMIT}` } }),
		]);
		// They wait for the tenant nearly all the time, so they do not disturb one another.
		const [asked, waited, limited] = await progress.step('Action ids, parked executions', () =>
			Promise.all([actionIds(forIds, size), parked(forParked, size), parked(forLimited, size)]),
		);
		const found = await progress.step('Script jobs', () => scriptJobs(size));
		return resultOf(machineOf(forIds.runtime), { found, asked, waited, limited });
	},
};

export default benchmark;
