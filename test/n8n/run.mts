/* The command `npm run test:n8n`: the demo's own check as a user runs it, then the suite on a real n8n. */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, UserError } from '../../demo/errors.mts';
import { ROOT } from '../../demo/paths.mts';
import { createProgress, silent } from '../../demo/progress.mts';
import { prepareRuntime } from '../../demo/runtime.mts';
import { prepareTemplate } from './support.mts';

const CHECK_TIMEOUT_MS = 20 * 60_000;
const SUITE_TIMEOUT_MS = 75 * 60_000;
const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Files that load both cores by themselves, or measure by the second. */
const ALONE = ['soak.test.mts', 'wait.test.mts'];

/** Files that begin first of those that run side by side: what takes longest. */
const FIRST = ['editor.test.mts', 'pictures.test.mts'];

/** Files that begin last: what is short, so that no lane stands still while the other one ends what is long. */
const LAST = ['trigger.test.mts', 'queue.test.mts', 'tools.test.mts'];

/** A file of four n8ns and much waiting, in which polls must not be late: no more than one runs beside it. */
const KILLS = ['waitKills.test.mts'];

/** Files whose waits take minutes that n8n is idle for: once it has ended, they run beside two others. */
const WAITING = ['update.test.mts', 'agents.test.mts'];

interface Ended {
	code: number | null;
	output: string;
}

/**
 * Runs a command to its end, or until its time is up.
 * @param shown whether its output is on the screen meanwhile, too
 */
function runCommand(
	file: string,
	args: string[],
	timeoutMs: number,
	{ shown }: { shown: boolean },
): Promise<Ended> {
	return new Promise((resolve, reject) => {
		const child = spawn(file, args, {
			cwd: ROOT,
			stdio: ['ignore', 'pipe', 'inherit'],
			timeout: timeoutMs,
			shell: process.platform === 'win32',
		});
		let output = '';
		child.stdout.on('data', (chunk: Buffer) => {
			if (shown) process.stdout.write(chunk);
			output += chunk.toString();
		});
		child.once('error', reject);
		child.once('close', (code) => resolve({ code, output }));
	});
}

/** A count of the test runner's closing lines ("# pass 12" or "ℹ pass 12"). */
function countOf(output: string, what: string): number {
	return Number(new RegExp(`^\\S+ ${what} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
}

async function runSuite(names: string[]): Promise<Ended[]> {
	const all = (await readdir(HERE)).filter((name) => name.endsWith('.test.mts')).sort();
	const chosen = all.filter(
		(file) => names.length === 0 || names.some((name) => file.includes(name)),
	);
	if (chosen.length === 0) {
		throw new UserError(`No test file has ${names.join(' or ')} in its name: ${all.join(', ')}`);
	}
	const ended: Ended[] = [];
	const deadline = Date.now() + SUITE_TIMEOUT_MS;
	// Each file runs an n8n of its own.
	const run = async (file: string, { shown }: { shown: boolean }) => {
		const command = ['--import', 'tsx', '--test', '--test-reporter=spec', join(HERE, file)];
		// What is left may be nothing, which would mean no limit.
		const left = Math.max(deadline - Date.now(), 1);
		const one = await runCommand(process.execPath, command, left, { shown });
		// The lines of two files at once would be mixed.
		if (!shown) process.stdout.write(one.output);
		ended.push(one);
	};
	for (const file of chosen.filter((one) => ALONE.includes(one))) await run(file, { shown: true });
	const placed = [...ALONE, ...KILLS, ...WAITING, ...LAST];
	const beside = [...FIRST, ...chosen.filter((one) => !placed.includes(one)), ...LAST];
	const runAll = async (files: Iterable<string>) => {
		for (const file of files) {
			if (chosen.includes(file)) await run(file, { shown: chosen.length === 1 });
		}
	};
	// What two lanes share is taken by whichever is free.
	const next = new Set(beside).values();
	const afterKills = async () => {
		await runAll(KILLS);
		await Promise.all([runAll(next), runAll(WAITING)]);
	};
	await Promise.all([afterKills(), runAll(next)]);
	return ended;
}

/** `npm run test:n8n -- queue` runs only the files with that in their names, and no check. */
async function main(names: string[]): Promise<void> {
	const progress = createProgress();
	let checked: Ended | undefined;
	if (names.length === 0) {
		progress.say('=== npm start -- --check');
		checked = await runCommand('npm', ['start', '--', '--check'], CHECK_TIMEOUT_MS, {
			shown: true,
		});
		progress.say('\n=== The suite on a real n8n');
	}

	const runtime = await prepareRuntime(progress);
	await progress.step('Setting up an n8n for the tests to copy', () =>
		prepareTemplate(runtime, silent),
	);
	const suite = await runSuite(names);

	const checkFailed = checked !== undefined && checked.code !== 0;
	const checkPassed = checked !== undefined && checked.code === 0;
	const sum = (count: (part: Ended) => number) =>
		suite.reduce((total, part) => total + count(part), 0);
	const passed = sum(({ output }) => countOf(output, 'pass')) + Number(checkPassed);
	const skipped = sum(({ output }) => countOf(output, 'skipped'));
	const failed =
		sum(({ code, output }) => {
			const counted = countOf(output, 'fail') + countOf(output, 'cancelled');
			// A runner that broke off without counting has failed all the same.
			return code === 0 ? counted : Math.max(counted, 1);
		}) + Number(checkFailed);
	progress.say(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
	process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

main(process.argv.slice(2)).catch((error) => {
	console.error(`\n${describe(error)}`);
	console.log('\n0 passed, 1 failed');
	process.exit(1);
});
