import { createHash } from 'node:crypto';

import { strToU8, zipSync } from 'fflate';

import { isKnownAt, statusAt, type EndpointLife } from './actions';
import { fileText, largeFile, missingPaths, pathsFor } from './endpointFiles';
import type { Endpoint } from './endpoints';
import type { StartedEndpointJob } from './jobs';
import { filesHeld, scriptOf } from './scriptExecutions';

/** A link is good for so long, in simulated milliseconds. */
export const LINK_MS = 10 * 60 * 1000;

/** What a link stands for: the files of one endpoint in one action. */
export interface Link {
	jobId: string;
	endpointId: string;
	/** Simulated epoch milliseconds. */
	issuedAt: number;
}

/** A file to download. */
export interface Zip {
	name: string;
	bytes: Buffer;
}

/** Links carry what they stand for, signed, so a restarted simulator knows those of before. */
export interface Links {
	/** The last part of the link's path. */
	write(link: Link): string;
	/** Undefined: no link of this tenant's. */
	read(value: string): Link | undefined;
}

/** The links of the tenant with this seed. */
export function createLinks(seed: number): Links {
	const sign = (content: string) =>
		createHash('sha256').update(`${seed}|download|${content}`).digest('hex').slice(0, 32);
	return {
		write({ jobId, endpointId, issuedAt }) {
			const content = Buffer.from(JSON.stringify([jobId, endpointId, issuedAt]));
			const text = content.toString('base64url');
			return `${text}.${sign(text)}`;
		},
		read(value) {
			const [text, signature] = value.split('.');
			if (signature !== sign(text)) return undefined;
			const [jobId, endpointId, issuedAt] = JSON.parse(Buffer.from(text, 'base64url').toString());
			return { jobId, endpointId, issuedAt };
		},
	};
}

/** The parts of local time, so that the bytes are the same in every time zone. */
const FILE_TIME = new Date(2026, 0, 1, 12);

const zip = (files: Array<[name: string, bytes: Uint8Array]>, packed: boolean): Buffer =>
	Buffer.from(
		zipSync(Object.fromEntries(files), { mtime: FILE_TIME, ...(packed ? {} : { level: 0 }) }),
	);

/** A path as it stands in a ZIP: `C:\Windows\a.txt` → `C/Windows/a.txt`, `/etc/hosts` → `etc/hosts`. */
const zipName = (path: string): string =>
	path
		.replace(/^([A-Za-z]):/, '$1')
		.replaceAll('\\', '/')
		.replace(/^\/+/, '');

const hasFiles = (status: string): boolean => status.startsWith('COMPLETED');

/**
 * The ZIP that an endpoint's link leads to, `seconds` (simulated) after the action started, and its file's name;
 * undefined: nothing there, or no more.
 *
 * @param megabytes that each file in it has; 0: a few lines
 */
export function zipOf(
	seed: number,
	job: StartedEndpointJob,
	life: EndpointLife,
	endpoint: Endpoint,
	seconds: number,
	megabytes: number,
): Zip | undefined {
	const content = (path: string) =>
		megabytes > 0
			? largeFile(seed, endpoint, path, megabytes)
			: strToU8(fileText(seed, endpoint, path));
	const zipped = (files: Array<[name: string, path: string]>) =>
		zip(
			files.map(([file, path]) => [file, content(path)]),
			megabytes === 0,
		);
	const name = `${endpoint.hostname}_${job.id}.zip`;
	if (job.kind === 'scriptExecution') {
		const held = filesHeld(job, life, seconds);
		const script = scriptOf(job).name;
		const names = Array.from({ length: held }, (_, index) => `${script}_${index + 1}.txt`);
		const files = names.map((file): [string, string] => [file, `${job.id}/${file}`]);
		return held ? { name, bytes: zipped(files) } : undefined;
	}
	if (job.action !== 'fileRetrieval' || !hasFiles(statusAt(life, seconds))) return undefined;
	const missing = missingPaths(job.files, endpoint);
	const files = pathsFor(job.files, endpoint)
		.filter((path) => !missing.includes(path))
		.map((path): [string, string] => [zipName(path), path]);
	return { name, bytes: zipped(files) };
}

/**
 * The `data` of file_retrieval_details: a link by endpoint id, null while there may still be one, '' where there will be
 * none. Nothing until the tenant knows the endpoints.
 */
export function retrievalDetails(
	job: StartedEndpointJob,
	lives: EndpointLife[],
	endpoints: Endpoint[],
	seconds: number,
	linkOf: (endpoint: Endpoint) => string,
): Record<string, string | null> {
	if (!isKnownAt(lives, seconds)) return {};
	return Object.fromEntries(
		lives.map((life, i) => {
			const endpoint = endpoints[job.endpoints[i]];
			const status = statusAt(life, seconds);
			if (hasFiles(status)) return [endpoint.id, linkOf(endpoint)];
			return [endpoint.id, ['PENDING', 'IN_PROGRESS'].includes(status) ? null : ''];
		}),
	);
}
