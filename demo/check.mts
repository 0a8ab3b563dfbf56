import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { startDemo } from './demo.mts';
import { describe, UserError } from './errors.mts';
import { DEMO_FOLDER } from './paths.mts';
import { freePorts } from './ports.mts';
import type { Progress } from './progress.mts';
import { outputOf, type Execution, type N8nClient, type Workflow } from './rest.mts';
import { readWorkflows } from './seed.mts';

/** Triggers that wait for nothing, so that "Execute workflow" runs at once. */
const HAND_TRIGGERS = [
	'n8n-nodes-base.manualTrigger',
	'n8n-nodes-base.scheduleTrigger',
	// Polls at once, and gives the newest job.
	'n8n-nodes-cortex-qualys.qualysScriptJobTrigger',
];

const WORKFLOW_TIMEOUT_MS = 300_000;
/** Between two starts: what n8n's own HTTP nodes send is paced by nobody, and the tenant takes 10 a second. */
const STAGGER_MS = 1_000;
/** Each look fetches the whole execution, of a dozen side by side. */
const LOOK_EVERY_MS = 2_000;
const CHECK_FOLDER = join(DEMO_FOLDER, 'check');

/** One line of the table that `--check` prints. */
export interface CheckResult {
	workflow: string;
	execution: string;
	status: string;
	/** How many nodes ran. */
	nodes: number;
	/** Items out of the last node, over all its outputs. */
	items: number;
	seconds: number;
	error: string;
}

/** Judges a stored execution: a run without items at its end has shown nothing, so it has failed. */
export function summarize(workflow: Workflow, execution: Execution, seconds: number): CheckResult {
	const last = execution.lastNodeExecuted;
	const outputs = last ? (execution.runs[last]?.at(-1)?.data?.main ?? []) : [];
	const items = last
		? outputs.reduce((sum, _, index) => sum + outputOf(execution, last, index).length, 0)
		: 0;
	const succeeded = execution.status === 'success';
	return {
		workflow: workflow.name,
		execution: execution.id,
		status: succeeded && items === 0 ? 'no items' : execution.status,
		nodes: Object.keys(execution.runs).length,
		items,
		seconds,
		error: [execution.error?.message, execution.error?.description].filter(Boolean).join(' — '),
	};
}

async function runOnce(client: N8nClient, workflow: Workflow): Promise<CheckResult> {
	const started = Date.now();
	const seconds = () => Math.round((Date.now() - started) / 100) / 10;
	const failed = (error: string): CheckResult => ({
		workflow: workflow.name,
		execution: '-',
		status: 'failed',
		nodes: 0,
		items: 0,
		seconds: seconds(),
		error,
	});
	const trigger = workflow.nodes.find(
		({ type, disabled }) => HAND_TRIGGERS.includes(type) && !disabled,
	);
	if (!trigger) return failed('It has no trigger that can be started by hand.');
	try {
		const id = await client.run(workflow.id, trigger.name);
		const execution = await client.waitForExecution(
			id,
			WORKFLOW_TIMEOUT_MS,
			undefined,
			LOOK_EVERY_MS,
		);
		return summarize(workflow, execution, seconds());
	} catch (error) {
		return failed(describe(error));
	}
}

/**
 * Runs each workflow once, by hand. Most of the time is spent waiting for jobs, so the slowest one alone says how
 * long all of them take.
 */
export async function runAll(
	client: N8nClient,
	workflows: Array<{ workflow: Workflow }>,
): Promise<CheckResult[]> {
	return await Promise.all(
		workflows.map(async ({ workflow }, index) => {
			await delay(index * STAGGER_MS);
			return await runOnce(client, workflow);
		}),
	);
}

/** A plain table: columns as wide as their widest entry. */
export function formatTable(rows: CheckResult[]): string {
	const headings = ['Workflow', 'Execution', 'Status', 'Nodes', 'Items', 'Seconds', 'Error'];
	const lines = [headings, ...rows.map((row) => Object.values(row).map(String))];
	const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
	return lines
		.map((line) =>
			line
				.map((cell, column) => cell.padEnd(widths[column]))
				.join('  ')
				.trimEnd(),
		)
		.join('\n');
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/**
 * A new folder for a check. Folders begin with their process id; those of checks that are over go, and so do those of
 * our own id: containers give it out again and again.
 */
async function newFolder(): Promise<string> {
	await mkdir(CHECK_FOLDER, { recursive: true });
	for (const name of await readdir(CHECK_FOLDER)) {
		const pid = parseInt(name, 10);
		if (pid === process.pid || !isAlive(pid)) {
			await rm(join(CHECK_FOLDER, name), { recursive: true, force: true });
		}
	}
	return mkdtemp(join(CHECK_FOLDER, `${process.pid}-`));
}

/**
 * Starts everything afresh in a folder and on ports of its own, runs every example workflow once, side by side,
 * and prints a table. Resolves with whether all succeeded.
 */
export async function check(progress: Progress): Promise<boolean> {
	const userFolder = await newFolder();
	const [port, simulatorPort] = await freePorts(2);
	const demo = await startDemo({ userFolder, port, simulatorPort, progress });
	try {
		const workflows = await readWorkflows();
		if (workflows.length === 0)
			throw new UserError('The folder workflows holds no workflow to check.');
		const results = await progress.step(
			`Running ${workflows.length} example workflows side by side`,
			() => runAll(demo.client, workflows),
		);
		progress.say(`\n${formatTable(results)}\n`);
		const failures = results.filter(({ status }) => status !== 'success').length;
		progress.say(
			failures === 0
				? `All ${results.length} example workflows ran to their end.`
				: `${failures} of ${results.length} example workflows failed. n8n's log: ${demo.logFile}`,
		);
		return failures === 0;
	} finally {
		await demo.close();
	}
}
