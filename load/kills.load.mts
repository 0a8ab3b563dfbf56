import { cpus } from 'node:os';

import type { Benchmark } from '../bench/benchmark.mts';
import type { Killed, Window } from '../test/n8n/waitKills.test.mts';
import { measured, runSuite } from './suite.mts';

const median = (sorted: number[]) => sorted[Math.floor(sorted.length / 2)];

const benchmark: Benchmark = {
	async measure({ progress }) {
		const output = await runSuite(progress, 'waitKills');
		const kills = measured<Killed>(output, 'kills');
		const windows = measured<Window>(output, 'window');
		const atWork = kills
			.flatMap(({ supervisorsAtWork }) => supervisorsAtWork)
			.sort((a, b) => a - b);
		const ms = (value: number) => `${Math.round(value)} ms`;
		return {
			title: 'Waits that are killed',
			machine: { node: process.versions.node, cores: cpus().length },
			parts: [
				{
					text: `Thirteen waits at a time, of both vendors, in all three ways of On Error, with jobs that succeed and jobs that fail. First n8n (in queue
mode the worker) is killed while some of them poll, some fetch results, and the polls of others come due before it is back;
then again with all that it consists of, in the middle of the next polls; then, in the middle of those, it is asked to end
(SIGTERM), or in queue mode its worker is killed a third time. The vendor answers none of the polls that are cut off. Every wait has to go on, and to end with the right items, each
linked to its input: all did.`,
				},
				{
					table: {
						columns: [
							'mode',
							'waits',
							'requests under way when it was ended',
							'killed: last one polled again after',
							'killed again: last one polled again after',
							'a third time: last one had ended after',
							'lost or wrong',
						],
						rows: kills.map(({ mode, waits, polls, seconds }) => [
							mode,
							String(waits),
							String(polls),
							...seconds.map((one) => `${one} s`),
							'0',
						]),
					},
				},
				{
					text: `What is left is the time for which the execution that watches over the polls is at work: once when the poller has
ended, and once when another one is started. With four n8ns on these cores it took ${ms(median(atWork))} (median of ${atWork.length}), at
most ${ms(atWork[atWork.length - 1])}. To hit it, waits are made to end together, and n8n is killed as soon as one of those executions is seen at work:`,
				},
				{
					table: {
						columns: [
							'mode',
							'waits that ended together',
							'at work just before the kill',
							'what came out that was not as if nothing had happened',
							'successes that were none',
						],
						rows: windows.map(({ mode, waits, supervisors, cameOut }) => [
							mode,
							String(waits),
							String(supervisors),
							cameOut.join('; ') || 'nothing',
							'0',
						]),
					},
				},
			],
			measured: { kills, windows },
		};
	},
};

export default benchmark;
