import { mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { lastLines } from './errors.mts';
import { LOOPBACK } from './ports.mts';
import { run, startProcess, waitUntil, type ManagedProcess } from './processes.mts';
import type { Runtime } from './runtime.mts';

/** Nothing leaves the machine, nothing asks questions, nothing nags. */
const QUIET = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	// Lists of packages and of servers that it would fetch from its makers.
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_DISABLED_MODULES: 'mcp-registry,otel',
	// Code nodes in Python need a virtual environment that is not there.
	N8N_PYTHON_ENABLED: 'false',
};

/**
 * A wait that is due while n8n starts goes on before n8n has started whole. n8n 2.41 then fails it because
 * its module "otel" is not ready (disabled above), or writes the state from before the restart over it, which
 * the simple recovery does not.
 */
const SAFE_RESTART = { N8N_EVENTBUS_RECOVERY_MODE: 'simple' };

const LOCAL = {
	N8N_LISTEN_ADDRESS: LOOPBACK,
	N8N_HOST: 'localhost',
	N8N_PROTOCOL: 'http',
	N8N_SECURE_COOKIE: 'false',
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
	// A proxy for the internet must not see what goes to the simulator.
	NO_PROXY: `localhost,${LOOPBACK}`,
	no_proxy: `localhost,${LOOPBACK}`,
};

/** Settings of another n8n on this machine, and of the test runner and tsx around us. */
const FOREIGN =
	/^(N8N_|DB_|EXECUTIONS_|QUEUE_|WEBHOOK_URL|GENERIC_TIMEZONE|OFFLOAD_|CREDENTIALS_|NODE_OPTIONS|NODE_TEST|NODE_V8|npm_)/;

/** What one n8n, all its processes together, is made of. */
export interface N8nInstance {
	runtime: Runtime;
	/** Its `.n8n` folder comes in here; nothing outside is read or written. */
	userFolder: string;
	encryptionKey: string;
	/** Further settings: the database, queue mode, the log level. */
	env?: NodeJS.ProcessEnv;
}

export interface N8nProcess extends ManagedProcess {
	/** The editor and REST address of a main, the health address of a worker; no trailing slash. */
	url: string;
}

export interface StartOptions {
	/** The editor of a main, the health check of a worker. */
	port: number;
	/** n8n's task runners talk to it here; one per process on a machine. */
	brokerPort: number;
	logFile: string;
	readyTimeoutMs?: number;
}

const READY_TIMEOUT_MS = 180_000;

function environment(instance: N8nInstance, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	const inherited = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
	return {
		...Object.fromEntries(inherited),
		...QUIET,
		...SAFE_RESTART,
		...LOCAL,
		N8N_USER_FOLDER: instance.userFolder,
		N8N_ENCRYPTION_KEY: instance.encryptionKey,
		...instance.env,
		...own,
	};
}

/**
 * n8n unpacks its editor into `.cache`, hundreds of scripts. Below a node_modules folder they are passed over by
 * whatever looks through the checkout, the linter before all.
 */
async function prepareFolder(userFolder: string): Promise<void> {
	const hidden = join(userFolder, 'node_modules', '.cache');
	const shown = join(userFolder, '.cache');
	await mkdir(hidden, { recursive: true });
	if ((await readlink(shown).catch(() => undefined)) === hidden) return;
	await rm(shown, { recursive: true, force: true });
	await symlink(hidden, shown, 'junction');
}

async function startAndWait(
	instance: N8nInstance,
	args: string[],
	own: NodeJS.ProcessEnv,
	{ port, logFile, readyTimeoutMs = READY_TIMEOUT_MS }: StartOptions,
): Promise<N8nProcess> {
	await prepareFolder(instance.userFolder);
	const started = await startProcess({
		file: instance.runtime.node,
		args: [instance.runtime.n8n, ...args],
		cwd: instance.userFolder,
		env: environment(instance, own),
		logFile,
	});
	const url = `http://${LOOPBACK}:${port}`;
	const failure = (what: string) =>
		`n8n ${what}; its last lines were:\n${lastLines(started.log(), 12)}\nFull log: ${logFile}`;
	try {
		await waitUntil(
			async () => {
				if (started.hasExited()) throw new Error(failure('stopped while starting'));
				return (await answers(`${url}/healthz/readiness`)) || undefined;
			},
			readyTimeoutMs,
			() => failure(`was not ready after ${readyTimeoutMs / 1_000} seconds`),
		);
	} catch (error) {
		await started.kill();
		throw error;
	}
	return { ...started, url };
}

async function answers(url: string): Promise<boolean> {
	try {
		return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
	} catch {
		return false;
	}
}

/**
 * Starts n8n's main process and waits until it answers.
 * Throws, with the log's last lines, when it stops or is not ready in time.
 */
export function startMain(instance: N8nInstance, options: StartOptions): Promise<N8nProcess> {
	const own = {
		N8N_PORT: String(options.port),
		N8N_RUNNERS_BROKER_PORT: String(options.brokerPort),
		WEBHOOK_URL: `http://localhost:${options.port}/`,
		N8N_EDITOR_BASE_URL: `http://localhost:${options.port}/`,
	};
	return startAndWait(instance, ['start'], own, options);
}

/** Starts a worker of a queue-mode n8n (see `queueModeEnv`) and waits until it takes jobs. */
export function startWorker(
	instance: N8nInstance,
	concurrency: number,
	options: StartOptions,
): Promise<N8nProcess> {
	const own = {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(options.port),
		N8N_WORKER_SERVER_ADDRESS: LOOPBACK,
		N8N_RUNNERS_BROKER_PORT: String(options.brokerPort),
	};
	return startAndWait(instance, ['worker', `--concurrency=${concurrency}`], own, options);
}

/** Runs one of n8n's commands (`import:credentials`, …) to its end. Resolves with what it printed. */
export function runN8nCommand(
	instance: N8nInstance,
	args: string[],
	logFile: string,
): Promise<string> {
	return run({
		file: instance.runtime.node,
		args: [instance.runtime.n8n, ...args],
		cwd: instance.userFolder,
		env: environment(instance, {}),
		logFile,
	});
}

/** The settings that make main and workers share their work through Redis and PostgreSQL. */
export function queueModeEnv(
	redisPort: number,
	postgres: { port: number; user: string; database: string },
): NodeJS.ProcessEnv {
	return {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: LOOPBACK,
		QUEUE_BULL_REDIS_PORT: String(redisPort),
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: LOOPBACK,
		DB_POSTGRESDB_PORT: String(postgres.port),
		DB_POSTGRESDB_USER: postgres.user,
		DB_POSTGRESDB_DATABASE: postgres.database,
		DB_POSTGRESDB_PASSWORD: '',
	};
}
