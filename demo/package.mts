import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rename,
	rm,
	stat,
	symlink,
	writeFile,
} from 'node:fs/promises';
import { join, relative } from 'node:path';

import { DEMO_FOLDER, PACKAGE_NAME, ROOT } from './paths.mts';
import { readIfThere } from './processes.mts';
import type { Progress } from './progress.mts';
import { runNpm, type Runtime } from './runtime.mts';

/** What the built package depends on. */
const SOURCES = [
	'credentials',
	'gulpfile.js',
	'icons',
	'index.js',
	'nodes',
	'package.json',
	'tsconfig.json',
];
const PACK_FOLDER = join(DEMO_FOLDER, 'package');
const LOG_FILE = join(PACK_FOLDER, 'build.log');

async function filesUnder(path: string): Promise<string[]> {
	if (!existsSync(path)) return [];
	if (!(await stat(path)).isDirectory()) return [path];
	const entries = await readdir(path);
	return (await Promise.all(entries.sort().map((name) => filesUnder(join(path, name))))).flat();
}

/** Changes with any source of the package. */
async function sourcesHash(): Promise<string> {
	const hash = createHash('sha256');
	for (const source of SOURCES) {
		for (const file of await filesUnder(join(ROOT, source))) {
			hash.update(`${relative(ROOT, file)}\0`).update(await readFile(file));
		}
	}
	return hash.digest('hex').slice(0, 12);
}

/**
 * The package as users get it: the `npm pack` tarball of the built checkout.
 * Built only if a source has changed since the last one. Returns the tarball's path.
 */
export async function packPackage(runtime: Runtime, progress: Progress): Promise<string> {
	// The hash in the name also makes npm see a new version where the version number is the same.
	const tarball = join(PACK_FOLDER, `${PACKAGE_NAME}-${await sourcesHash()}.tgz`);
	if (existsSync(tarball)) return tarball;

	await mkdir(PACK_FOLDER, { recursive: true });
	const npm = (args: string[], doing: string) =>
		runNpm({ ...runtime, node: process.execPath }, args, { cwd: ROOT, logFile: LOG_FILE, doing });
	await progress.step('Building the nodes', async () => {
		await npm(['run', 'build'], 'building the nodes');
		const folder = await mkdtemp(join(PACK_FOLDER, 'pack-'));
		await npm(['pack', '--ignore-scripts', '--pack-destination', folder], 'packing the nodes');
		const [packed] = await readdir(folder);
		await rename(join(folder, packed), tarball);
		await rm(folder, { recursive: true });
	});
	return tarball;
}

/** n8n's folder for community packages. */
const communityFolder = (userFolder: string) => join(userFolder, '.n8n', 'nodes');

/**
 * Installs the tarball where n8n looks for community packages, unless it is there already.
 * Peers stay out: n8n brings n8n-workflow.
 */
export async function installPackage(
	runtime: Runtime,
	tarball: string,
	userFolder: string,
): Promise<void> {
	const folder = communityFolder(userFolder);
	const stamp = join(folder, 'installed-tarball.txt');
	const installed = join(folder, 'node_modules', PACKAGE_NAME);
	await linkWorkflowLibrary(runtime, userFolder);
	if ((await readIfThere(stamp)) === tarball && existsSync(installed)) return;

	// First, so that an installation which is interrupted from here on does not count.
	await rm(stamp, { force: true });
	await rm(installed, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await writeFile(
		join(folder, 'package.json'),
		JSON.stringify({ name: 'installed-nodes', private: true, dependencies: {} }),
	);
	const flags = ['--ignore-scripts', '--legacy-peer-deps', '--omit=peer', '--omit=dev'];
	const quiet = ['--no-package-lock', '--no-audit', '--no-fund'];
	await runNpm({ ...runtime, node: process.execPath }, ['install', tarball, ...flags, ...quiet], {
		cwd: folder,
		logFile: LOG_FILE,
		doing: 'installing the nodes into n8n',
	});
	await writeFile(stamp, tarball);
}

/**
 * A user folder inside the checkout has the checkout's node_modules above it, and the nodes would
 * load n8n-workflow from there: a second copy, whose errors n8n does not know as its own. This link
 * stands nearer and leads to n8n's. A user's real folder has neither.
 */
async function linkWorkflowLibrary(runtime: Runtime, userFolder: string): Promise<void> {
	const link = join(userFolder, 'node_modules', 'n8n-workflow');
	await mkdir(join(userFolder, 'node_modules'), { recursive: true });
	await rm(link, { recursive: true, force: true });
	await symlink(join(runtime.n8nFolder, 'node_modules', 'n8n-workflow'), link, 'junction');
}
