import { cpus } from 'node:os';

import type { Benchmark } from '../bench/benchmark.mts';
import type { Failure, Told } from '../test/n8n/agents.test.mts';
import { measured, runSuite } from './suite.mts';

/** The first item of an answer that is a list of items; undefined where it is none. */
function firstItem(told: string): Record<string, unknown> | undefined {
	try {
		return (JSON.parse(told) as Array<Record<string, unknown>>)[0];
	} catch {
		return undefined;
	}
}

/** What a model was told of a failure: the first words of an error, or an item with the outcome. */
function inShort(told: string): string {
	const answer = told.replace(/^I was told: /, '');
	const item = firstItem(answer);
	// An agent hands on what the one that it used as a tool has said.
	if (typeof item?.output === 'string') return inShort(item.output);
	return item?.outcome === undefined
		? `“${String(item?.error ?? answer).split(/\. |(?<!Error): /)[0]} …”`
		: `an item with the outcome *${String(item.outcome)}* and the reasons`;
}

const benchmark: Benchmark = {
	async measure({ progress }) {
		const output = await runSuite(progress, 'agents');
		const calls = measured<Told[]>(output, 'agents').flat();
		const failures = measured<Failure[]>(output, 'failures').flat();
		return {
			title: 'Agents',
			machine: { node: process.versions.node, cores: cpus().length },
			parts: [
				{
					text: `What a model is told of a job that it waits for, by who calls the tool. The model is a script behind the HTTP interface of
OpenAI; n8n, its agents and its MCP Server Trigger are real. Where n8n is killed (SIGKILL), it is once every wait that can be parked has been, and the
others have begun; *nothing* means that the execution of the agent, or the connection of the client, was gone with n8n. Agents from
version 3 on hand the calls of their tools to n8n's engine, so a wait is parked after its first minute like in any workflow, and
goes on after a restart. All others call a tool from within their own run.`,
				},
				{
					table: {
						columns: [
							'who calls',
							'tool',
							'the job takes',
							'the wait',
							'n8n',
							'the model was told',
						],
						rows: calls.map(({ caller, tool, seconds, wait, killed, told }) => [
							caller,
							tool,
							`${seconds} s`,
							wait,
							killed ? 'killed' : 'left alone',
							told,
						]),
					},
				},
				{
					text: `Of several calls that a model makes at once, only the last one is parked, as n8n resumes an execution at a node that is
switched off, and answers all calls that still stand in line with their own arguments. An agent that scanned a group and waited
for it answered with the outcome, parked, also over a kill.

What a model is told of failures:`,
				},
				{
					table: {
						columns: ['who calls', 'what goes wrong', 'the model was told'],
						rows: failures.map(({ caller, what, told }) => [caller, what, inShort(told)]),
					},
				},
			],
			measured: { calls, failures },
		};
	},
};

export default benchmark;
