import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { LOOPBACK } from '../../demo/ports.mts';
import { run, startProcess, waitUntil, type ManagedProcess } from '../../demo/processes.mts';

/** A service of the operating system, started privately for one test run. */
export interface Service extends ManagedProcess {
	port: number;
}

/** Where Debian puts the server programs, newest first; other systems have them on the PATH. */
const POSTGRES_ROOT = '/usr/lib/postgresql';
const READY_TIMEOUT_MS = 30_000;

function onPath(program: string): string | undefined {
	const folders = (process.env.PATH ?? '').split(':');
	return [...folders, '/usr/bin', '/usr/sbin']
		.map((folder) => join(folder, program))
		.find((path) => existsSync(path));
}

async function postgresPrograms(): Promise<string | undefined> {
	const versions = await readdir(POSTGRES_ROOT).catch(() => [] as string[]);
	const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
	if (newest) return join(POSTGRES_ROOT, newest, 'bin');
	const found = onPath('initdb');
	return found?.slice(0, -'/initdb'.length);
}

/** Why queue mode cannot be tried on this machine, or undefined when it can. */
export async function queueModeMissing(): Promise<string | undefined> {
	const missing = [
		onPath('redis-server') ? undefined : 'redis-server',
		(await postgresPrograms()) ? undefined : 'postgresql',
	].filter((name) => name !== undefined);
	if (missing.length === 0) return undefined;
	return `${missing.join(' and ')} not installed (apt-get install redis-server postgresql)`;
}

/** A Redis that keeps everything in memory. */
export async function startRedis(port: number, folder: string): Promise<Service> {
	await mkdir(folder, { recursive: true });
	const program = onPath('redis-server');
	if (!program) throw new Error('redis-server is not installed.');
	const started = await startProcess({
		file: program,
		args: ['--port', String(port), '--bind', LOOPBACK, '--save', '', '--appendonly', 'no'],
		cwd: folder,
		env: process.env,
		logFile: join(folder, 'redis.log'),
	});
	await waitUntil(
		() => {
			if (started.hasExited()) throw new Error(`Redis stopped: ${started.log()}`);
			return started.log().includes('Ready to accept connections') || undefined;
		},
		READY_TIMEOUT_MS,
		() => `Redis was not ready in time: ${started.log()}`,
	);
	return { ...started, port };
}

/** PostgreSQL refuses to run as root, so root runs it as the user that the package made, or as nobody. */
function unprivileged(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const idOf = (flag: string, user: string) =>
		Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
	for (const user of ['postgres', 'nobody']) {
		try {
			return { uid: idOf('-u', user), gid: idOf('-g', user) };
		} catch {
			// The next one.
		}
	}
	throw new Error(
		'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody".',
	);
}

export const POSTGRES_USER = 'n8n';
export const POSTGRES_DATABASE = 'postgres';

/**
 * A PostgreSQL cluster of its own: made in `folder/data` the first time, gone on with later.
 * It answers on the loopback interface only, without a password, and gives up durability for speed.
 */
export async function startPostgres(port: number, folder: string): Promise<Service> {
	const programs = await postgresPrograms();
	if (!programs) throw new Error('PostgreSQL is not installed.');
	const user = unprivileged();
	const data = join(folder, 'data');
	await mkdir(folder, { recursive: true });
	if (user) {
		await chown(folder, user.uid, user.gid);
		// mkdtemp's folders are closed to others.
		await chmod(join(folder, '..'), 0o711);
	}
	const command = { cwd: folder, env: process.env, logFile: join(folder, 'postgres.log'), ...user };
	if (!existsSync(data)) {
		await run({
			...command,
			file: join(programs, 'initdb'),
			args: ['-D', data, '-U', POSTGRES_USER, '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'],
		});
	}
	const settings = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'];
	const started = await startProcess({
		...command,
		file: join(programs, 'postgres'),
		args: [
			...['-D', data, '-p', String(port), '-h', LOOPBACK, '-k', ''],
			...settings.flatMap((setting) => ['-c', setting]),
		],
	});
	await waitUntil(
		() => {
			if (started.hasExited()) throw new Error(`PostgreSQL stopped: ${started.log()}`);
			return started.log().includes('ready to accept connections') || undefined;
		},
		READY_TIMEOUT_MS,
		() => `PostgreSQL was not ready in time: ${started.log()}`,
	);
	return { ...started, port };
}

/** Everything that the database of `startPostgres` holds, as SQL. */
export async function dumpPostgres(port: number, folder: string): Promise<Buffer> {
	const programs = await postgresPrograms();
	if (!programs) throw new Error('PostgreSQL is not installed.');
	const file = join(folder, `dump-${Date.now()}.sql`);
	const connection = ['-h', LOOPBACK, '-p', String(port), '-U', POSTGRES_USER];
	await run({
		file: join(programs, 'pg_dump'),
		args: [...connection, '-f', file, POSTGRES_DATABASE],
		cwd: folder,
		env: process.env,
		logFile: join(folder, 'pg_dump.log'),
	});
	return readFile(file);
}
