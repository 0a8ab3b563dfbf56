import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { SPEED, startDemo } from '../../demo/demo.mts';
import {
	queueModeEnv,
	runN8nCommand,
	startMain,
	startWorker,
	type N8nInstance,
	type N8nProcess,
} from '../../demo/n8n.mts';
import { installPackage, packPackage } from '../../demo/package.mts';
import { DEMO_FOLDER } from '../../demo/paths.mts';
import { freePort, freePorts, LOOPBACK } from '../../demo/ports.mts';
import { waitUntil } from '../../demo/processes.mts';
import { silent, type Progress } from '../../demo/progress.mts';
import {
	createClient,
	type CredentialSummary,
	type Execution,
	type N8nClient,
	type Workflow,
	type WorkflowNode,
} from '../../demo/rest.mts';
import { prepareRuntime, type Runtime } from '../../demo/runtime.mts';
import { loadState, logIn, readWorkflows, seed, type RunningSimulator } from '../../demo/seed.mts';
import { startSimulator } from '../../simulator/start.mts';
import {
	dumpPostgres,
	POSTGRES_DATABASE,
	POSTGRES_USER,
	startPostgres,
	startRedis,
	type Service,
} from './services.mts';

// A test file that is stopped takes its n8n with it: only an orderly exit ends what was started.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.on(signal, () => process.exit(130));
}

export { queueModeMissing } from './services.mts';

/** What every fake key of the simulator, and every wrong key of these tests, has in it. */
export const KEY_MARK = 'SimulatorOnlyNotASecret';

export interface TestN8nOptions {
	/** Default `regular`: one process and SQLite. `queue`: Redis, PostgreSQL and workers. */
	mode?: 'regular' | 'queue';
	/** Queue mode: how many workers; default 1. */
	workers?: number;
	/** Queue mode: jobs that one worker takes at once; default 2. */
	concurrency?: number;
	/** Simulated seconds per real second; default that of the demo. */
	speed?: number;
	/** Script jobs of the simulated Qualys; default that of the simulator. */
	scriptJobs?: number;
	/** Further settings of n8n. */
	env?: NodeJS.ProcessEnv;
	/** Folder with the package.json and lock of another n8n than the demo's. */
	n8nLock?: string;
	/** false: n8n starts with an empty database, and gets credentials but no workflows. */
	examples?: boolean;
}

/** A real n8n with the packed nodes, and the simulator, in a folder and on ports of their own. */
export interface TestN8n {
	folder: string;
	runtime: Runtime;
	simulator: RunningSimulator;
	/** Logged in as the owner; stays good over restarts. */
	client: N8nClient;
	main: () => N8nProcess;
	workers: () => N8nProcess[];

	/** Stores the workflow. Returns it with what n8n added. */
	add: (workflow: Workflow) => Promise<Workflow>;
	/** Stores the workflow, starts it by hand, waits for its end. */
	run: (workflow: Workflow, timeoutMs?: number) => Promise<Execution>;
	/** Calls an active workflow's production webhook. Returns status and body. */
	callWebhook: (path: string, body?: unknown) => Promise<{ status: number; body: string }>;
	/**
	 * Waits until n8n takes calls of an active workflow's webhook, without calling it: n8n publishes a workflow a
	 * moment after it has said so, and one that is killed before never does.
	 */
	webhookReady: (path: string) => Promise<void>;
	/** The newest execution of a workflow, as soon as there is one. Not one of its sub-executions, which n8n counts too. */
	latestExecution: (workflowId: string, timeoutMs?: number) => Promise<Execution>;
	addCredential: (credential: Omit<CredentialSummary, 'id'>) => Promise<CredentialSummary>;
	/** Calls the simulator's control API, below /simulator. */
	control: (method: string, path: string, body?: unknown) => Promise<unknown>;

	/** Runs one of n8n's commands to its end, with the same data. Resolves with what it printed. */
	command: (args: string[]) => Promise<string>;
	/** SIGKILL to the main process and all that it started. */
	killMain: () => Promise<void>;
	/** Starts the main process again, on the same port, with the same data. */
	restartMain: () => Promise<void>;
	/** Ends n8n, installs that tarball in place of the package it has, and starts n8n again. */
	replacePackage: (tarball: string) => Promise<void>;
	killWorker: (index?: number) => Promise<void>;
	/** @param env settings of this worker alone */
	addWorker: (env?: NodeJS.ProcessEnv) => Promise<void>;

	/** Every line that n8n's processes have logged so far. */
	logs: () => Promise<string>;
	/**
	 * Addresses that n8n's processes have tried to connect to so far, without its own parts (main, workers, task
	 * runners, database, queue): each the credential's, or one that it has no business with.
	 */
	connections: () => Promise<string[]>;
	/** The whole database: SQLite's files, or a dump of PostgreSQL (which compresses its own files). */
	databaseFiles: () => Promise<Array<{ name: string; bytes: Buffer }>>;
	/** Bytes that SQLite holds of the data of an execution, or of all of a workflow with their copies of it. */
	storedBytes: (of: { executionId: string } | { workflowId: string }) => number;
	/** Bytes of the pages of SQLite's database that hold something. */
	databaseBytes: () => number;
	/** Stops everything and removes the folder, unless KEEP_TEST_N8N is set. */
	close: () => Promise<void>;
}

const LOG_ENV = {
	// So that a search of the log sees all that n8n could ever write there.
	N8N_LOG_LEVEL: 'debug',
	N8N_LOG_OUTPUT: 'console',
};

/** Notes where a process of n8n connects to. */
const CONNECTIONS_HOOK = fileURLToPath(new URL('connections.cjs', import.meta.url));

/**
 * A user folder in which n8n has been set up once: account, credentials, nodes, examples. Tests copy it, which
 * saves the half minute that n8n takes to build its database. Kept until nodes, examples or n8n change.
 */
export function prepareTemplate(runtime: Runtime, progress: Progress): Promise<string> {
	return (prepared ??= makeTemplate(runtime, progress));
}

/** Two that are made at once in one process would be in each other's way. */
let prepared: Promise<string> | undefined;

async function makeTemplate(runtime: Runtime, progress: Progress): Promise<string> {
	const tarball = await packPackage(runtime, progress);
	const made = [tarball, runtime.n8n, await readWorkflows()];
	const key = createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, 12);
	const root = join(DEMO_FOLDER, 'template');
	const template = join(root, key);
	if (existsSync(template)) return template;

	await rm(root, { recursive: true, force: true });
	await mkdir(root, { recursive: true });
	const [port, simulatorPort] = await freePorts(2);
	const unfinished = `${template}.partial-${process.pid}`;
	const demo = await startDemo({ userFolder: unfinished, port, simulatorPort, progress });
	await demo.close();
	await rm(join(unfinished, 'simulator.json'), { force: true });
	await rm(demo.logFile);
	await rename(unfinished, template).catch((error) => {
		if (!existsSync(template)) throw error;
	});
	return template;
}

/** Names of this machine. */
const LOCAL = [LOOPBACK, 'localhost', '::1'];

async function startServices(
	folder: string,
	own: (port: number) => number,
): Promise<{ services: Service[]; postgresPort: number; env: NodeJS.ProcessEnv }> {
	const [redisPort, postgresPort] = (await freePorts(2)).map(own);
	const services = await Promise.all([
		startRedis(redisPort, join(folder, 'redis')),
		startPostgres(postgresPort, join(folder, 'postgres')),
	]);
	return {
		services,
		postgresPort,
		env: {
			...queueModeEnv(redisPort, {
				port: postgresPort,
				user: POSTGRES_USER,
				database: POSTGRES_DATABASE,
			}),
			OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		},
	};
}

/**
 * Starts a simulator and an n8n (regular or queue mode) in a temporary folder. Call `close` at the
 * end, also of a failed test. Throws when any part cannot start; nothing is left running then.
 */
export async function startTestN8n(options: TestN8nOptions = {}): Promise<TestN8n> {
	const { mode = 'regular', workers: workerCount = 1, concurrency = 2, speed = SPEED } = options;
	const { n8nLock, examples = true, scriptJobs } = options;
	const runtime = await prepareRuntime(silent, { n8nLock });
	const folder = await mkdtemp(join(tmpdir(), 'cortex-qualys-n8n-'));
	const userFolder = join(folder, 'user');
	const logFiles = new Set<string>();
	const connectionsFile = join(folder, 'connections.txt');
	/** Where the parts of this n8n listen for each other. */
	const ownPorts = new Set<number>();
	const own = (port: number) => {
		ownPorts.add(port);
		return port;
	};
	const workers: N8nProcess[] = [];
	let services: Service[] = [];
	let simulator: RunningSimulator | undefined;
	let main: N8nProcess | undefined;

	const removeFolder = () => {
		if (!process.env.KEEP_TEST_N8N) rmSync(folder, { recursive: true, force: true });
	};
	process.once('exit', removeFolder);

	async function close(): Promise<void> {
		await Promise.all(workers.map((worker) => worker.stop(3_000)));
		await main?.stop(3_000);
		await Promise.all(services.map((service) => service.stop(3_000)));
		await simulator?.close();
		removeFolder();
		process.off('exit', removeFolder);
	}

	async function start(): Promise<TestN8n> {
		if (mode === 'regular' && n8nLock === undefined && examples) {
			const template = await prepareTemplate(runtime, silent);
			await cp(template, userFolder, { recursive: true, verbatimSymlinks: true });
		} else {
			await mkdir(userFolder);
			await installPackage(runtime, await packPackage(runtime, silent), userFolder);
		}
		const state = await loadState(userFolder);
		const queue =
			mode === 'queue'
				? await startServices(folder, own)
				: { services: [], postgresPort: 0, env: {} };
		services = queue.services;
		const instance: N8nInstance = {
			runtime,
			userFolder,
			encryptionKey: state.encryptionKey,
			env: {
				...LOG_ENV,
				NODE_OPTIONS: `--require "${CONNECTIONS_HOOK.replaceAll('\\', '/')}"`,
				TEST_CONNECTIONS_FILE: connectionsFile,
				...queue.env,
				...options.env,
			},
		};
		const running = await startSimulator({
			speed,
			scriptJobs,
			stateFile: join(folder, 'simulator.json'),
		});
		simulator = running;

		const logFile = (name: string) => {
			const path = join(folder, `${name}.log`);
			logFiles.add(path);
			return path;
		};
		const port = own(await freePort());
		const startTheMain = async () => {
			main = await startMain(instance, {
				port,
				brokerPort: own(await freePort()),
				logFile: logFile('main'),
			});
		};
		let workersStarted = 0;
		const addWorker = async (env: NodeJS.ProcessEnv = {}) => {
			const [healthPort, brokerPort] = (await freePorts(2)).map(own);
			const name = `worker-${workersStarted++}`;
			// As on machines of their own: a new one must not take the others' executions for its own crashed ones.
			const ofItsOwn = {
				...instance,
				env: { ...instance.env, N8N_EVENTBUS_LOGWRITER_LOGBASENAME: name, ...env },
			};
			workers.push(
				await startWorker(ofItsOwn, concurrency, {
					port: healthPort,
					brokerPort,
					logFile: logFile(name),
				}),
			);
		};

		await startTheMain();
		const client = createClient(`http://${LOOPBACK}:${port}`);
		// An older n8n says that it is ready before its REST interface answers.
		await waitUntil(
			() =>
				client.needsOwner().then(
					() => true,
					() => undefined,
				),
			30_000,
			'The REST interface of n8n does not answer.',
		);
		if (!(await logIn(client, state))) throw new Error('The template has another owner.');
		await seed({
			client,
			instance,
			simulator: running,
			state,
			logFile: logFile('import'),
			examples,
		});
		if (mode === 'queue') {
			for (let count = 0; count < workerCount; count++) await addWorker();
		}

		const add = (workflow: Workflow) => client.createWorkflow(workflow);
		const theMain = () => {
			if (!main) throw new Error('n8n is not running.');
			return main;
		};

		/** The `bytes` of a query's first row. n8n's own Node.js reads them: an older one has no SQLite. */
		const sqliteNumber = (sql: string, ...values: string[]) => {
			const script = `
				const { DatabaseSync } = require('node:sqlite');
				const [, file, sql, ...values] = process.argv;
				const database = new DatabaseSync(file, { readOnly: true });
				console.log(database.prepare(sql).get(...values).bytes);`;
			const file = join(userFolder, '.n8n', 'database.sqlite');
			const args = ['--no-warnings', '-e', script, file, sql, ...values];
			return Number(execFileSync(runtime.node, args, { encoding: 'utf8' }));
		};

		return {
			folder,
			runtime,
			simulator: running,
			client,
			main: theMain,
			workers: () => workers,
			add,
			run: async (workflow, timeoutMs = 60_000) => {
				const trigger = workflow.nodes.find(({ type }) => type === MANUAL_TRIGGER);
				if (!trigger) throw new Error(`"${workflow.name}" has no Manual Trigger.`);
				const { id } = await add(workflow);
				return client.waitForExecution(await client.run(id, trigger.name), timeoutMs);
			},
			callWebhook: (path, body = {}) =>
				// n8n publishes an activated workflow a moment after it has said so.
				waitUntil(
					async () => {
						const answer = await postJson(`http://${LOOPBACK}:${port}/webhook/${path}`, body);
						return answer.status === 404 ? undefined : answer;
					},
					30_000,
					`The webhook "${path}" is not registered after 30 seconds: is its workflow active?`,
				),
			webhookReady: async (path) => {
				await waitUntil(
					async () => {
						// n8n tells a caller with the wrong method which one would be right.
						const answer = await fetch(`http://${LOOPBACK}:${port}/webhook/${path}`);
						return /make a POST request/.test(await answer.text()) || undefined;
					},
					30_000,
					`The webhook "${path}" is not registered after 30 seconds: is its workflow active?`,
				);
			},
			latestExecution: async (workflowId, timeoutMs = 30_000) => {
				const { id } = await waitUntil(
					async () =>
						(await client.summaries({ workflowId })).find(({ mode }) => mode !== 'integrated'),
					timeoutMs,
					`Workflow ${workflowId} has no execution after ${timeoutMs / 1_000} seconds.`,
				);
				return client.execution(id);
			},
			addCredential: (credential) => client.createCredential(credential),
			control: async (method, path, body) => {
				const response = await fetch(`${running.url}/simulator${path}`, {
					method,
					headers: body === undefined ? {} : { 'content-type': 'application/json' },
					body: body === undefined ? undefined : JSON.stringify(body),
				});
				if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
				return response.json();
			},
			command: (args) => runN8nCommand(instance, args, logFile('command')),
			killMain: () => theMain().kill(),
			restartMain: async () => {
				await theMain().kill();
				await startTheMain();
			},
			replacePackage: async (tarball) => {
				await theMain().stop(30_000);
				await installPackage(runtime, tarball, userFolder);
				await startTheMain();
			},
			killWorker: async (index = 0) => {
				const [worker] = workers.splice(index, 1);
				await worker.kill();
			},
			addWorker,
			logs: async () =>
				(
					await Promise.all([...logFiles].map((file) => readFile(file, 'utf8').catch(() => '')))
				).join('\n'),
			connections: async () => {
				const lines = (await readFile(connectionsFile, 'utf8')).trim().split('\n');
				const ofOwn = [...ownPorts].flatMap((one) => LOCAL.map((host) => `${host}:${one}`));
				return [...new Set(lines)].filter((address) => !ofOwn.includes(address)).sort();
			},
			databaseFiles: async () =>
				mode === 'queue'
					? [{ name: 'dump.sql', bytes: await dumpPostgres(queue.postgresPort, folder) }]
					: sqliteFiles(join(userFolder, '.n8n')),
			storedBytes: (of) => {
				const [sql, id] =
					'executionId' in of
						? [
								'SELECT length(CAST(data AS BLOB)) AS bytes FROM execution_data WHERE executionId = CAST(? AS INTEGER)',
								of.executionId,
							]
						: [
								`SELECT COALESCE(SUM(length(CAST(data AS BLOB)) + length(CAST(workflowData AS BLOB))), 0) AS bytes FROM execution_data
									WHERE executionId IN (SELECT id FROM execution_entity WHERE workflowId = ?)`,
								of.workflowId,
							];
				return sqliteNumber(sql, id);
			},
			databaseBytes: () =>
				sqliteNumber(
					'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
				),
			close,
		};
	}

	try {
		return await start();
	} catch (error) {
		await close();
		throw error;
	}
}

async function postJson(url: string, body: unknown): Promise<{ status: number; body: string }> {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
		signal: AbortSignal.timeout(180_000),
	});
	return { status: response.status, body: await response.text() };
}

/** SQLite's files with their write-ahead log. */
async function sqliteFiles(folder: string): Promise<Array<{ name: string; bytes: Buffer }>> {
	const names = (await readdir(folder)).filter((name) => name.startsWith('database.sqlite'));
	return Promise.all(
		names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })),
	);
}

const MANUAL_TRIGGER = 'n8n-nodes-base.manualTrigger';
let count = 0;

/** A node as a workflow holds it; `more` sets credentials, onError and the like. */
export function node(
	name: string,
	type: string,
	parameters: Record<string, unknown> = {},
	more: Partial<WorkflowNode> = {},
): WorkflowNode {
	count += 1;
	return {
		id: `node-${count}`,
		name,
		type: type.includes('.') ? type : `n8n-nodes-base.${type}`,
		typeVersion: 1,
		position: [count * 240, 0],
		parameters,
		...more,
	};
}

export const manualTrigger = (): WorkflowNode => node('Start', MANUAL_TRIGGER);

/** Answers at once, before the workflow has run, unless told otherwise. */
export const webhookTrigger = (path: string, responseMode = 'onReceived'): WorkflowNode =>
	node(
		'Webhook',
		'webhook',
		{ path, httpMethod: 'POST', responseMode, options: {} },
		{ typeVersion: 2, webhookId: path },
	);

/** Gives these items, whatever comes in. */
export const items = (name: string, list: Array<Record<string, unknown>>): WorkflowNode =>
	node(
		name,
		'code',
		{ jsCode: `return ${JSON.stringify(list.map((json) => ({ json })))};` },
		{ typeVersion: 2 },
	);

/** Keeps only these fields, each from an expression. */
export const editFields = (name: string, fields: Record<string, string>): WorkflowNode =>
	node(
		name,
		'set',
		{
			mode: 'manual',
			assignments: {
				assignments: Object.entries(fields).map(([field, value], index) => ({
					id: `field-${index}`,
					name: field,
					value,
					type: 'string',
				})),
			},
			includeOtherFields: false,
			options: {},
		},
		{ typeVersion: 3.4 },
	);

/** One of this package's Cortex nodes, with the simulator's credential unless another is given. */
export const cortex = (
	name: string,
	type: string,
	parameters: Record<string, unknown>,
	more: Partial<WorkflowNode> = {},
): WorkflowNode =>
	node(name, `n8n-nodes-cortex-qualys.${type}`, parameters, {
		credentials: { cortexXdrApi: { id: 'cortexSimulator', name: 'Cortex simulator' } },
		...more,
	});

/** One of this package's Qualys nodes, the same. */
export const qualys = (
	name: string,
	type: string,
	parameters: Record<string, unknown>,
	more: Partial<WorkflowNode> = {},
): WorkflowNode =>
	node(name, `n8n-nodes-cortex-qualys.${type}`, parameters, {
		credentials: { qualysGatewayApi: { id: 'qualysSimulator', name: 'Qualys simulator' } },
		...more,
	});

/** The search of script jobs. */
export const qualysSearch = (
	name: string,
	parameters: Record<string, unknown>,
	more: Partial<WorkflowNode> = {},
): WorkflowNode => qualys(name, 'qualysSearchScriptJobs', parameters, more);

/** The node type that n8n makes of one of ours for agents. */
export const asTool = (made: WorkflowNode): WorkflowNode => ({ ...made, type: `${made.type}Tool` });

/** A workflow whose nodes run one after the other, each from the first output of the one before. */
export function chain(name: string, nodes: WorkflowNode[]): Workflow {
	count += 1;
	return {
		id: `test${process.pid}x${count}`,
		name,
		nodes,
		connections: Object.fromEntries(
			nodes
				.slice(0, -1)
				.map((from, index) => [
					from.name,
					{ main: [[{ node: nodes[index + 1].name, type: 'main', index: 0 }]] },
				]),
		),
		settings: { executionOrder: 'v1' },
	};
}

/** n8n keeps waits of so many seconds in its database; a Poll Interval as long parks a wait after its first poll. */
export const SHORTEST_PARKED_SECONDS = 65;

/** A wait that is parked as soon as can be, for the job that the incoming item names. */
const PARKED = {
	jobId: '={{ $json.job }}',
	pollInterval: SHORTEST_PARKED_SECONDS,
	timeout: 30,
	options: { backoff: 'fixed' },
};

/** Wait for Job of Cortex, parked as soon as can be. */
export const waitForJob = (
	parameters: Record<string, unknown> = {},
	more: Partial<WorkflowNode> = {},
): WorkflowNode => cortex('Wait', 'cortexXdrWaitForJob', { ...PARKED, ...parameters }, more);

/** Wait for Script Job of Qualys, the same. */
export const waitForScriptJob = (
	parameters: Record<string, unknown> = {},
	more: Partial<WorkflowNode> = {},
): WorkflowNode => qualys('Wait', 'qualysWaitForScriptJob', { ...PARKED, ...parameters }, more);

/** The sub-execution that a parked execution waits for, as its node names it. */
export function childOf(parked: Execution, nodeName = 'Wait'): string {
	const metadata = parked.runs[nodeName]?.at(-1)?.metadata as
		| { subExecution?: { executionId?: string } }
		| undefined;
	const id = metadata?.subExecution?.executionId;
	if (!id) throw new Error(`Execution ${parked.id} (${parked.status}) names no sub-execution.`);
	return id;
}

/** The execution that polls for a parked one: it stands below the one that watches over it. */
export async function pollerOf(client: N8nClient, parked: Execution): Promise<Execution> {
	const supervisor = await client.execution(childOf(parked));
	return client.execution(childOf(supervisor, 'Supervise'));
}

/** Of n8n's log, where something goes wrong. */
const LAST_LINES = 400;

/** Prints the end of n8n's log, where a test has failed: what n8n did last tells why something did not happen. */
export async function printLog(context: unknown, n8n: TestN8n | undefined): Promise<void> {
	if (n8n === undefined || (context as { passed: boolean }).passed) return;
	const lines = (await n8n.logs()).split('\n').filter((line) => !/IsolatedVm|Shutting/.test(line));
	console.log(lines.slice(-LAST_LINES).join('\n'));
}
