import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Exit {
	code: number | null;
	signal: NodeJS.Signals | null;
}

export interface Command {
	file: string;
	args: string[];
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** Everything that the process prints goes to the end of this file. */
	logFile: string;
	/** POSIX user and group to run as, for programs that refuse root. */
	uid?: number;
	gid?: number;
}

/** A process of ours with all its descendants. */
export interface ManagedProcess {
	pid: number;
	exited: Promise<Exit>;
	hasExited: () => boolean;
	/** What the log holds since this process started. */
	log: () => string;
	/** Asks it to stop, and after `graceMs` kills the whole tree. Resolves once it is gone. */
	stop: (graceMs?: number) => Promise<void>;
	/** SIGKILL to the whole tree, as in a power cut. Resolves once it is gone. */
	kill: () => Promise<void>;
}

const POSIX = process.platform !== 'win32';
const alive = new Set<ChildProcess>();

/**
 * On POSIX every process leads a group of its own, so that a signal reaches its children's children
 * as well (n8n starts a task runner), and Ctrl-C in the terminal reaches them only through us.
 */
function signalTree(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined) return;
	try {
		if (POSIX) process.kill(-child.pid, signal);
		else spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
	} catch {
		// Already gone.
	}
}

// Whatever way this process ends (short of its own SIGKILL), nothing that it started outlives it.
process.on('exit', () => alive.forEach((child) => signalTree(child, 'SIGKILL')));

/** Starts a process in the background, its output going to a file. Throws when it cannot start. */
export async function startProcess(command: Command): Promise<ManagedProcess> {
	await mkdir(dirname(command.logFile), { recursive: true });
	const logStart = readSize(command.logFile);
	const log = openSync(command.logFile, 'a');
	const child = spawn(command.file, command.args, {
		cwd: command.cwd,
		env: command.env,
		stdio: ['ignore', log, log],
		detached: POSIX,
		windowsHide: true,
		uid: command.uid,
		gid: command.gid,
	});
	closeSync(log);

	const exited = new Promise<Exit>((resolve) => {
		child.once('exit', (code, signal) => {
			// Grandchildren may outlive their parent: the group goes as a whole.
			signalTree(child, 'SIGKILL');
			alive.delete(child);
			resolve({ code, signal });
		});
	});
	await new Promise<void>((resolve, reject) => {
		child.once('spawn', resolve);
		child.once('error', reject);
	});
	alive.add(child);

	const hasExited = () => child.exitCode !== null || child.signalCode !== null;
	const kill = async () => {
		signalTree(child, 'SIGKILL');
		await exited;
	};
	return {
		pid: child.pid as number,
		exited,
		hasExited,
		log: () => readFileSync(command.logFile).subarray(logStart).toString(),
		kill,
		stop: async (graceMs = 10_000) => {
			if (hasExited()) return;
			// The leader alone is asked: it stops its own children in its own order.
			child.kill('SIGTERM');
			await Promise.race([exited, delay(graceMs, undefined, { ref: false })]);
			await kill();
		},
	};
}

function readSize(file: string): number {
	try {
		return statSync(file).size;
	} catch {
		return 0;
	}
}

/** A command that failed, with everything that it printed. */
export class CommandError extends Error {
	constructor(
		command: Command,
		readonly exit: Exit,
		readonly output: string,
	) {
		super(`${command.file} ${command.args.join(' ')} ended with ${exit.signal ?? exit.code}`);
	}
}

/** Runs a command to its end. Resolves with what it printed; rejects with a `CommandError`. */
export async function run(command: Command): Promise<string> {
	const started = await startProcess(command);
	const exit = await started.exited;
	const output = started.log();
	if (exit.code !== 0) throw new CommandError(command, exit, output);
	return output;
}

/** The text of a file, or undefined when there is none. */
export async function readIfThere(file: string): Promise<string | undefined> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

/**
 * Calls `probe` until it returns something other than undefined.
 * Throws `message` (a text, or a function for texts that are known only then) after `timeoutMs`.
 */
export async function waitUntil<T>(
	probe: () => Promise<T | undefined> | T | undefined,
	timeoutMs: number,
	message: string | (() => string | Promise<string>),
	intervalMs = 250,
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const result = await probe();
		if (result !== undefined) return result;
		if (Date.now() >= deadline)
			throw new Error(typeof message === 'string' ? message : await message());
		await delay(intervalMs);
	}
}
