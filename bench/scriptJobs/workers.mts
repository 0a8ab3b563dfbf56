import { fork } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { lastLines } from '../../demo/errors.mts';
import { ROOT } from '../../demo/paths.mts';
import { run } from '../../demo/processes.mts';
import type { Progress } from '../../demo/progress.mts';
import { prepareRuntime, type Runtime } from '../../demo/runtime.mts';
import type { CannedPage } from './pages.mts';
import type { Growth } from './request.mts';
import { servePages } from './server.mts';
import type { Memory, Task, Times } from './worker.mts';

const WORKER = fileURLToPath(new URL('./worker.mts', import.meta.url));

/** Starts workers, one at a time, that all find the same pages and the same build. */
export interface Workers {
	measureTimes(variants: string[], rounds: number): Promise<Times>;
	measureMemory(variant: string): Promise<Memory>;
	/** Removes what was built for them, and ends the server. */
	dispose(): Promise<void>;
}

/** Neither settings of an n8n nor a proxy of this machine may reach a worker. */
function environment(folder: string): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(
		([name]) => !/^(n8n_|node_options$|(https?|all|no)_proxy$)/i.test(name),
	);
	return {
		...Object.fromEntries(kept),
		N8N_USER_FOLDER: folder,
		N8N_ENCRYPTION_KEY: 'benchmark',
		NODE_ENV: 'production',
	};
}

/** Builds the package beside n8n's modules, which stand in for those that n8n lends to packages. */
async function build(folder: string, { n8nFolder }: Runtime): Promise<void> {
	await symlink(join(n8nFolder, 'node_modules'), join(folder, 'node_modules'), 'junction');
	const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
	await run({
		file: process.execPath,
		args: [compiler, '--project', join(ROOT, 'tsconfig.json'), '--outDir', folder],
		cwd: ROOT,
		env: process.env,
		logFile: join(folder, 'build.log'),
	});
}

function runWorker<T>(runtime: Runtime, folder: string, task: Task): Promise<T> {
	return new Promise((resolve, reject) => {
		const worker = fork(WORKER, [JSON.stringify(task)], {
			execPath: runtime.node,
			execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
			env: environment(folder),
			stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		});
		let errors = '';
		worker.stderr!.on('data', (chunk: Buffer) => {
			errors += chunk.toString();
		});
		worker.once('message', (result) => resolve(result as T));
		worker.once('error', reject);
		worker.once('close', () =>
			reject(new Error(`The measuring process failed:\n${lastLines(errors, 15)}`)),
		);
	});
}

export async function createWorkers(
	pages: CannedPage[],
	growth: Growth,
	progress: Progress,
): Promise<Workers> {
	const runtime = await prepareRuntime(progress);
	const folder = await mkdtemp(join(tmpdir(), 'bench-'));
	const pagesFile = join(folder, 'pages.jsonl');
	await writeFile(pagesFile, pages.map((page) => JSON.stringify(page)).join('\n'));
	await progress.step('Building the nodes', () => build(folder, runtime));

	const common = { anchor: join(folder, 'anchor.js'), growth };
	const server = await servePages(pages);
	return {
		measureTimes: async (variants, rounds) =>
			await runWorker(runtime, folder, { ...common, kind: 'time', variants, rounds, pagesFile }),
		measureMemory: async (variant) => {
			const { url, token } = server;
			const task = { ...common, kind: 'memory', variant, server: { url, token } } as const;
			return await runWorker(runtime, folder, task);
		},
		async dispose() {
			server.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}
