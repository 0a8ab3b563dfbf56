import type { Benchmark, Machine, Result } from '../bench/benchmark.mts';
import { machineOf } from '../bench/machine.mts';
import { silent } from '../demo/progress.mts';
import { prepareRuntime } from '../demo/runtime.mts';
import { byAge, growth, peak, wholeLives } from './memory.mts';
import { TENANT_LIMIT } from './runs.mts';
import { soak, type Soak } from './soak.mts';

const FULL = { minutes: 30, killEveryMinutes: 5 };
const QUICK = { minutes: 3, killEveryMinutes: 2 };

const count = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const list = (names: string[]) =>
	names.length === 0 ? '0' : `${names.length}: ${names.join('; ')}`;

const byKind = (counts: Record<string, number>) =>
	Object.entries(counts)
		.map(([kind, number]) => `${kind} ${count(number)}`)
		.join(', ');
const total = (counts: Record<string, number> | number[]) =>
	Object.values(counts).reduce((sum, one) => sum + one, 0);

/** In how many parts the life of a worker is looked at: minutes, where one lives for five of them. */
const PARTS = 5;

/** What the worker held by its age; one worker after another is killed, so no other comparison says anything. */
function workerRows({ memory, kills }: Soak): Array<[string, string]> {
	const lives = wholeLives(kills).map((life) => byAge(memory, 'worker', life, PARTS));
	if (lives.length === 0) return [];
	const [first, last] = [lives[0], lives[lives.length - 1]];
	const means = Array.from(
		{ length: PARTS },
		(_, part) => lives.reduce((sum, life) => sum + life[part], 0) / lives.length,
	);
	return [
		[
			`MB of a worker in each fifth of its life, mean of ${lives.length} whole lives`,
			means.map(count).join(', '),
		],
		[
			'memory of a worker in the last fifth of its life, last life ÷ first life',
			(last[PARTS - 1] / first[PARTS - 1]).toFixed(2),
		],
	];
}

function resultOf(measured: Soak, machine: Machine): Result {
	const { memory, started, kills, pollsKilled, minutes } = measured;
	const runs = total(started);
	const rows: Array<[string, string]> = [
		...Object.entries(started).map(([kind, runs]): [string, string] => [
			`runs of “${kind}”`,
			count(runs),
		]),
		['runs in all', count(runs)],
		['runs that told how they ended', count(measured.told)],
		[
			'runs that n8n ended with an error when their worker was killed',
			`${count(measured.cutOff)}: ${byKind(measured.cutOffByKind)}`,
		],
		['**lost**: neither told nor ended with an error', list(measured.lost)],
		['**broken off**: ended by n8n for any other reason', list(measured.brokenOff)],
		[
			'work that these runs started, as the vendors know it',
			`${count(total(measured.works))}: ${byKind(measured.works)}`,
		],
		[
			'**doubled**: told twice, or work started twice',
			list([...measured.doubled, ...measured.startedTwice]),
		],
		['**unasked**: work on anything but what was asked for', list(measured.unasked)],
		['**wrong**: told something else than what had happened', list(measured.wrong)],
		[
			'runs that a fault ended, in words that say which (what starts work is not repeated)',
			count(measured.refused),
		],
		['requests to Cortex', count(measured.requests)],
		['requests a second, on average', (measured.requests / (minutes * 60)).toFixed(1)],
		[
			`requests within a second, at most; the limit is ${TENANT_LIMIT}`,
			count(measured.busiestSecond),
		],
		['**over the limit**: requests that the tenant refused for it', count(measured.overLimit)],
		['requests to both vendors that met a fault', count(measured.faults)],
		['workers killed, each while the vendor hangs', count(kills.length)],
		[
			'**polls of parked waits that were under way then**; each goes on, or is among the runs that n8n ended',
			`${count(total(pollsKilled))}: ${pollsKilled.map(count).join(', ')}`,
		],
		[
			'polls of waits that hung then, first ones included, by what waits',
			`${count(total(measured.pollsByKind))}: ${byKind(measured.pollsByKind)}`,
		],
		[
			'memory of the main process, which lives all the time, last third ÷ first third',
			growth(memory, 'main').toFixed(2),
		],
		...workerRows(measured),
		['keys, passwords or tokens found in logs, database or messages', list(measured.secrets)],
		[
			'hosts that n8n has connected to, other than the credential’s and its own parts',
			list(measured.strangers),
		],
	];
	const line = (name: string) => ({
		label: name,
		points: memory.flatMap(
			({ at, megabytes }): Array<[number, number]> =>
				megabytes[name] === undefined ? [] : [[at / 60, megabytes[name]]],
		),
	});
	return {
		title: `Soak: ${minutes} minutes at the tenant's limit, with faults and kills`,
		machine,
		parts: [
			{
				text: `A real n8n in queue mode (Redis, PostgreSQL, one worker) runs twelve workflows again and again, so many at once that the
tenant's limit is always reached:

| run | what it does |
|---|---|
| scan, isolate, retrieve | starts the action on one endpoint, and waits for it |
| run | runs a script of the library on one endpoint, and waits for it and its output |
| query | starts a query, and waits for its rows |
| submit | submits an import, eight in all, since the tenant takes ten an hour; and waits for it |
| execute | executes a script of Qualys on two assets, and waits for it and its output |
| script, action, import | waits for what somebody else has started; a script in memory at first, all others are parked after their first poll |
| status, search | the status of twenty actions; a search for 500 script jobs |

Five percent of all requests go
wrong: 500, 502, 503, 504, 429, connections broken before, at and in the middle of the answer, five seconds of delay.
Every few minutes both vendors stop to answer polls, and as soon as polls of all kinds of waits hang (after 15 to 75 seconds) the
worker is killed (SIGKILL), in the middle of those polls, and a new one started. Every run has to tell once how it ended, and
what it tells is compared with what the simulator knows: how each job and each piece of work ended, how many jobs there
were, at least 15 of 20 statuses. Whatever a run starts is about something that no other run has, an endpoint, a query, a
number of findings, a description: the vendors may know of each once, and of nothing else. Runs that tell of a fault may
be no more than requests that met one which is not repeated.`,
			},
			{ table: { columns: ['', 'measured'], rows } },
			{
				text: `n8n ends an execution whose worker dies while it is at work for it, with an error that says so: an error workflow
hears of it. Parked waits are not at work, and the sub-execution that polls for one is replaced: of the executions that
were parked just before a kill, none may end so. What it said here: ${measured.cutOffWords.map((words) => `“${words}”`).join(', ') || 'nothing, none was hit'}.`,
			},
			{
				plot: {
					title: 'Memory during the soak',
					description: `The worker holds at most ${count(peak(memory, 'worker'))} MB, the main process ${count(peak(memory, 'main'))} MB.`,
					x: 'minutes',
					y: 'MB',
					lines: [line('worker'), line('main')],
					marks: { label: 'worker killed', at: kills.map((at) => at / 60) },
				},
			},
		],
		measured,
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const size = quick ? QUICK : FULL;
		const runtime = await prepareRuntime(silent);
		return resultOf(await soak({ ...size, onProgress: progress.say }), machineOf(runtime));
	},
};

export default benchmark;
