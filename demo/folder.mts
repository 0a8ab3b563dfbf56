import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

import { requireDiskSpace } from './disk.mts';
import { UserError } from './errors.mts';
import { DEMO_FOLDER } from './paths.mts';
import { loadState, STATE_FILE } from './seed.mts';

/** n8n's unpacked editor, its database, the nodes. */
const BYTES_NEEDED = 0.5e9;

async function isOfDemo(folder: string): Promise<boolean> {
	try {
		const state = JSON.parse(await readFile(join(folder, STATE_FILE), 'utf8')) as object;
		return 'encryptionKey' in state && 'ownerPassword' in state;
	} catch {
		return false;
	}
}

/** `.demo`, into which tests write as well, and what is below it. */
const isBelowDemoFolder = (folder: string) => !/^(\.\.|\/|\w:)/.test(relative(DEMO_FOLDER, folder));

/**
 * Takes a folder for the demo: a new one, an empty one, or one that it has had before. n8n and npm overwrite and
 * delete there as if all of it were theirs, so a `UserError` keeps them out of any other.
 */
export async function claimFolder(userFolder: string): Promise<void> {
	const folder = resolve(userFolder);
	let names: string[];
	try {
		await mkdir(folder, { recursive: true });
		names = await readdir(folder);
	} catch (error) {
		throw new UserError(
			`${folder} cannot be used as a folder for the demo: ${(error as Error).message}.`,
		);
	}
	if (names.length > 0 && !isBelowDemoFolder(folder) && !(await isOfDemo(folder))) {
		throw new UserError(
			`${folder} holds files that are not the demo's, which it could overwrite or delete: give --folder a new or an empty folder.`,
		);
	}
	await requireDiskSpace(folder, {
		bytes: BYTES_NEEDED,
		doing: 'The demo',
		otherwise: 'name another folder with "npm start -- --folder <path>"',
	});
	// At once: an interrupted first start leaves a folder that is known again.
	await loadState(folder);
}
