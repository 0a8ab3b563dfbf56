/* The demo as a user runs it: `npm start`, Ctrl-C while a scan is waited for, `npm start` again. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { CACHE_FOLDER, ROOT } from '../../demo/paths.mts';
import { freePorts, isPortFree, LOOPBACK } from '../../demo/ports.mts';
import { waitUntil } from '../../demo/processes.mts';
import { createClient, outputOf, type N8nClient } from '../../demo/rest.mts';
import { loadState, logIn } from '../../demo/seed.mts';

const SCAN_WORKFLOW = 'cortexScanWaitReport';

const READY_MS = 180_000;
/** The first minute is spent in memory. */
const PARKED_MS = 90_000;
const SECOND_START_SECONDS = 30;
const OWN_CONFIG = '{"encryptionKey":"of the n8n that was here before"}';
const STOPPED_MS = 30_000;
/** One interval of a parked wait is 65 seconds; the poll after it finds the scan at its end. */
const FINISHED_MS = 120_000;

describe('the demo, stopped with Ctrl-C while a workflow waits', () => {
	let folder: string;
	/** Of a user who has an n8n already. */
	let home: string;
	let port: number;
	let simulatorPort: number;
	let demo: ChildProcess | undefined;
	let output = '';

	const isRunning = () => demo !== undefined && demo.exitCode === null && demo.signalCode === null;

	/** Signals whom a terminal's Ctrl-C signals: npm, and all that it has started. */
	function signalAll(signal: NodeJS.Signals): void {
		if (demo?.pid !== undefined && isRunning()) process.kill(-demo.pid, signal);
	}

	async function npmStart(): Promise<void> {
		output = '';
		const ports = ['--port', String(port), '--simulator-port', String(simulatorPort)];
		demo = spawn('npm', ['start', '--', '--folder', folder, ...ports], {
			cwd: ROOT,
			env: {
				...process.env,
				HOME: home,
				USERPROFILE: home,
				// What is fetched once is not fetched again for this home.
				XDG_CACHE_HOME: dirname(CACHE_FOLDER),
				npm_config_cache: process.env.npm_config_cache ?? join(homedir(), '.npm'),
			},
			stdio: ['ignore', 'pipe', 'pipe'],
			detached: true,
		});
		for (const stream of [demo.stdout!, demo.stderr!]) {
			stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
		}
		await waitUntil(
			() => {
				if (!isRunning()) throw new Error(`The demo has stopped:\n${output}`);
				return output.includes('Ctrl-C ends everything') || undefined;
			},
			READY_MS,
			() => `The demo was not ready in time:\n${output}`,
		);
	}

	/** Resolves once nothing of the demo is left: the shell under npm may be gone before the rest. */
	async function pressCtrlC(): Promise<void> {
		signalAll('SIGINT');
		await waitUntil(
			async () => {
				const free = (await isPortFree(port)) && (await isPortFree(simulatorPort));
				return (!isRunning() && free) || undefined;
			},
			STOPPED_MS,
			() => `The demo did not stop in time:\n${output}`,
		);
	}

	async function connect(): Promise<N8nClient> {
		const client = createClient(`http://${LOOPBACK}:${port}`);
		assert.ok(await logIn(client, await loadState(folder)));
		return client;
	}

	const stopDemo = () => signalAll('SIGTERM');
	process.on('exit', stopDemo);
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(signal, () => process.exit(130));
	}

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'cortex-qualys-demo-'));
		home = await mkdtemp(join(tmpdir(), 'cortex-qualys-home-'));
		await mkdir(join(home, '.n8n'));
		await writeFile(join(home, '.n8n', 'config'), OWN_CONFIG);
		[port, simulatorPort] = await freePorts(2);
	});

	after(
		async () => {
			await pressCtrlC();
			process.off('exit', stopDemo);
			for (const one of [folder, home]) await rm(one, { recursive: true, force: true });
		},
		{ timeout: 60_000 },
	);

	test(
		'the next start finishes it: every endpoint reported, once',
		{ timeout: 600_000, skip: process.platform === 'win32' && 'no process groups' },
		async (context) => {
			await npmStart();
			const first = await connect();
			const id = await first.run(SCAN_WORKFLOW, 'Start by Hand');
			const parked = await first.waitForExecution(id, PARKED_MS, new Set(['waiting']));
			assert.equal(parked.lastNodeExecuted, 'Wait for the Scan');

			await pressCtrlC();
			assert.match(output, /Stopping n8n and the simulator/);
			const stoppedAt = new Date().toISOString();

			const startedAgain = Date.now();
			await npmStart();
			const seconds = (Date.now() - startedAgain) / 1_000;
			context.diagnostic(`second start: ${seconds.toFixed(1)} s`);
			assert.ok(seconds < SECOND_START_SECONDS, `the second start took ${seconds} s`);
			const second = await connect();
			const execution = await second.waitForExecution(id, FINISHED_MS);
			assert.equal(execution.status, 'success', execution.error?.message);

			const [{ json: scan }, ...more] = outputOf(execution, 'Wait for the Scan');
			assert.equal(more.length, 0);
			assert.equal(scan.outcome, 'succeeded');
			assert.equal(scan.job_id, outputOf(execution, 'Scan Demo Laptops')[0].json.action_id);
			assert.ok(
				(scan.started_at as string) < stoppedAt && stoppedAt < (scan.finished_at as string),
			);

			const rows = outputOf(execution, 'Report Table').map(({ json }) => json);
			const names = (scan.endpoints as Array<{ endpoint_name: string }>).map(
				({ endpoint_name: name }) => name,
			);
			assert.equal(new Set(names).size, 12);
			assert.deepEqual(
				rows.map(({ endpoint }) => endpoint),
				names,
			);
			for (const { status } of rows) assert.equal(status, 'COMPLETED_SUCCESSFULLY');
			assert.equal(outputOf(execution, 'Open Jira Ticket').length, 0);

			const answer = await fetch(`http://${LOOPBACK}:${simulatorPort}/simulator/messages`);
			const messages = (await answer.json()) as Array<{ to: string; body: { text?: string } }>;
			assert.deepEqual(
				messages.map(({ to }) => to),
				['slack'],
			);
			assert.match(messages[0].body.text ?? '', /12 of 12 endpoints/);

			assert.deepEqual(await readdir(home), ['.n8n'], 'in the home folder');
			assert.deepEqual(await readdir(join(home, '.n8n')), ['config']);
			assert.equal(await readFile(join(home, '.n8n', 'config'), 'utf8'), OWN_CONFIG);
		},
	);
});
