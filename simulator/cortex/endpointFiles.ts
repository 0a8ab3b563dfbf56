import { createCipheriv, createHash } from 'node:crypto';

import { createRandom } from '../random';
import type { Endpoint } from './endpoints';
import type { System } from './scripts';

/** Paths to bring back from endpoints, by their system. */
export type PathsBySystem = Partial<Record<System, string[]>>;

const absolute: Record<System, RegExp> = {
	windows: /^[A-Za-z]:\\.*[^\\]$/,
	linux: /^\/.*[^/]$/,
	macos: /^\/.*[^/]$/,
};

const LARGE_BYTES = 5_000_000;

/** The paths that a retrieval asks an endpoint for: those for its system. */
export const pathsFor = (files: PathsBySystem | undefined, { platform }: Endpoint): string[] =>
	(platform === 'android' ? undefined : files?.[platform]) ?? [];

/** Of these paths, those at which the endpoint has nothing: not absolute, a folder, or with the word "missing". */
export const missingPaths = (files: PathsBySystem | undefined, endpoint: Endpoint): string[] =>
	pathsFor(files, endpoint).filter(
		(path) => !absolute[endpoint.platform as System].test(path) || /missing/i.test(path),
	);

/** What a file holds, always the same for the same path, endpoint and seed; 5 MB where "large" stands in the path. */
export function fileText(seed: number, endpoint: Endpoint, path: string): string {
	const random = createRandom(seed, 'file', endpoint.id, path);
	const lines = Array.from({ length: random.integer(5, 40) }, () => random.hex(64));
	const text = `${path} of ${endpoint.hostname}\n${lines.join('\n')}\n`;
	return /large/i.test(path) ? text.repeat(Math.ceil(LARGE_BYTES / text.length)) : text;
}

/** So many megabytes (decimal) that no packing makes smaller, always the same for the same path, endpoint and seed. */
export function largeFile(
	seed: number,
	endpoint: Endpoint,
	path: string,
	megabytes: number,
): Uint8Array {
	const key = createHash('sha256').update(`${seed}|large|${endpoint.id}|${path}`).digest();
	const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
	return cipher.update(Buffer.alloc(megabytes * 1_000_000));
}
