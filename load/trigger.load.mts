import { setTimeout as delay } from 'node:timers/promises';

import type { Benchmark, Machine, Result } from '../bench/benchmark.mts';
import { machineOf } from '../bench/machine.mts';
import { silent } from '../demo/progress.mts';
import { prepareRuntime } from '../demo/runtime.mts';
import { startTestN8n, type TestN8n } from '../test/n8n/support.mts';
import { ASSET_JOBS, pollsIn } from './polls.mts';
import {
	growthPlot,
	HOW_MEASURED,
	secretsPart,
	series,
	shareOf,
	sideBySide,
	tableOf,
	until,
	type Measured,
	type Series,
} from './series.mts';
import { finishedJobs, TRIGGER_SECONDS } from './workflows.mts';

const FULL = [75, 150, 300];
const QUICK = [10, 30];

const DAY_SECONDS = 24 * 3600;

/** So many polls after the last job came out, to see whether anything comes twice. */
const POLLS_AFTER = 3;

interface Polled extends Measured {
	/** Polls until each open job had been looked at. */
	looking: number;
	/** Polls from the end of the jobs until all had come out. */
	coming: number;
	/** Requests of one poll at most. */
	most: number;
}

async function polled(n8n: TestN8n, size: number): Promise<Series<Polled>> {
	const { qualys, requests, messages, time } = n8n.simulator.simulator;
	const { id } = await n8n.add(finishedJobs(n8n.simulator.url));
	await n8n.client.activate(id);
	const looks = () => requests.entries.filter(({ path }) => path === ASSET_JOBS).length;
	const poll = async (polls: number) => {
		const now = () => pollsIn(requests.entries, TRIGGER_SECONDS).length;
		const before = now();
		const enough = () => now() >= before + polls;
		await until(n8n, id, enough, 'The trigger does not poll.');
		// What comes of a poll, comes after its search.
		await delay(1_000);
	};
	// One that is killed before it has published the workflow would do so minutes after its restart: the second poll is
	// by schedule.
	await poll(2);
	return await series(n8n, id, [size], async () => {
		// What is there before the first poll since its start is old.
		await poll(1);
		const createdAt = time.now();
		const jobs = Array.from({ length: size }, (_, place) =>
			qualys.runScript({
				createdAt,
				durationSeconds: DAY_SECONDS,
				words: [place % 5 === 0 ? 'EXECUTION FAILED' : 'EXECUTION PASSED'],
			}),
		);
		const begun = Date.now();
		await until(n8n, id, () => looks() >= size, 'Not all were looked at.');
		const ended = Date.now();
		if (messages.length > 0) throw new Error('Jobs came out that had not ended.');
		time.advance(2 * DAY_SECONDS);
		const told = () =>
			messages.flatMap(({ body }) => String((body as { text: string }).text).split(' '));
		await until(n8n, id, () => told().length >= size, 'Not all came out.');
		const all = Date.now();
		await poll(POLLS_AFTER);
		const expected = jobs.map((job, place) => `${job}:${place % 5 === 0 ? 'failed' : 'succeeded'}`);
		const came = told();
		const wrong = [
			...expected.filter((one) => !came.includes(one)),
			...came.filter((one, place) => !expected.includes(one) || came.indexOf(one) !== place),
		];
		if (wrong.length > 0) throw new Error(`Lost, doubled or wrong: ${wrong.join(', ')}`);
		const polls = pollsIn(requests.entries, TRIGGER_SECONDS);
		const between = (from: number, to: number) =>
			polls.filter(([{ at }]) => at >= from && at < to).length;
		return {
			looking: between(begun, ended),
			coming: between(ended, all),
			most: Math.max(...polls.map(({ length }) => length)),
		};
	});
}

function resultOf(machine: Machine, of: Series<Polled>): Result {
	const { measured } = of;
	return {
		title: 'Open jobs of the trigger',
		machine,
		parts: [
			{
				text: `${HOW_MEASURED}
The sizes ran at the same time, each in an n8n and against a Qualys of its own.

**Script Job Trigger, jobs that finish.** So many jobs are created in the same millisecond, and go on. Once each has been
looked at, all of them end, and each has to start the workflow once, with how it ended. A poll looks at ten jobs, whatever
there is, and at each twice before it counts as ended; here there is a poll every ${TRIGGER_SECONDS} seconds, where n8n's own setting
is one a minute. So it is the number of polls that says how long it takes:`,
			},
			tableOf(
				'open jobs',
				measured,
				['seconds', 'memory', 'stored', 'pages', 'looking', 'coming', 'most'],
				{
					looking: 'polls until each was looked at',
					coming: 'polls from their end until all had come out',
					most: 'requests of a poll, at most',
				},
			),
			growthPlot('Open jobs of the trigger', [
				shareOf('polls until all came', measured, 'coming'),
				shareOf('requests of a poll', measured, 'most'),
				shareOf('MB of data', measured, 'stored'),
			]),
			secretsPart([of]),
		],
		measured: of,
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const of = await progress.step('Open jobs of the trigger', () =>
			sideBySide(
				quick ? QUICK : FULL,
				async () => await startTestN8n({ speed: 1, scriptJobs: 1_000 }),
				polled,
			),
		);
		return resultOf(machineOf(await prepareRuntime(silent)), of);
	},
};

export default benchmark;
