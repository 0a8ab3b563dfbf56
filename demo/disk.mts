import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import { UserError } from './errors.mts';

/** Bytes that may still be written to a folder, which need not be there yet. */
async function freeAt(folder: string): Promise<number> {
	try {
		const { bavail, bsize } = await statfs(folder);
		return bavail * bsize;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(folder) !== folder) {
			return freeAt(dirname(folder));
		}
		throw error;
	}
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/**
 * Throws a `UserError` unless so much is free.
 * @param doing what needs it, as the sentence's subject: "Installing n8n"
 * @param otherwise what to do but free some space: "name another folder in …"
 */
export async function requireDiskSpace(
	folder: string,
	{ bytes, doing, otherwise }: { bytes: number; doing: string; otherwise: string },
): Promise<void> {
	const free = await freeAt(folder);
	if (free >= bytes) return;
	throw new UserError(
		`${doing} needs ${gigabytes(bytes)} and ${gigabytes(free)} are free at ${folder}: free some space, or ${otherwise}.`,
	);
}
