import { createRandom } from '../random';
import type { Asset } from './assets';
import { CUSTOMER, type ScriptEntry } from './jobs';
import type { QualysSettings } from './settings';

/** Words of an asset job that goes on, in their order. The last one still is no end: the result has to be uploaded. */
const PENDING = [
	'MANIFEST_GENERATION_IN_PROGRESS',
	'MANIFEST_PUBLISHED',
	'MANIFEST_ASSIGNED',
	'MANIFEST_DOWNLOAD_SUCCESS',
	'MANIFEST_PARSE_SUCCESS',
	'MANIFEST_EXECUTION_SUCCESS',
];

/** Words that an asset job ends with, and the exit code that goes with them; without one, there is no output. */
export const FINAL_WORDS: Readonly<Record<string, number | undefined>> = {
	'EXECUTION PASSED': 0,
	'EXECUTION FAILED': 1,
	MANIFEST_EXECUTION_FAILED: 1,
	REBOOT_PENDING: 0,
	REBOOT_COMPLETED: 0,
	MANIFEST_EXPIRED: undefined,
	MANIFEST_DOWNLOAD_FAILED: undefined,
	MANIFEST_PARSE_FAILED: undefined,
	SCRIPT_RESULT_UPLOAD_FAILED: undefined,
};

/** An offline agent's job expires after so long. */
const EXPIRES_AFTER_MS = 7 * 24 * 3600 * 1000;

/** What is kept of an asset job; what it is at a moment follows from it. Simulated epoch milliseconds. */
export interface AssetJob {
	/** Place in the list of assets. */
	asset: number;
	createdAt: number;
	/** Absent where it never ends by itself. */
	endsAt?: number;
	/** Its agent is offline, so that it stays published until it expires. */
	offline?: true;
	/** The word that it ends with. */
	word: string;
	/** Exit code, if not the one that goes with the word. */
	code?: number;
}

/** When an asset job has ended by itself, or will. */
const endOf = ({ createdAt, endsAt, offline }: AssetJob): number =>
	offline ? createdAt + EXPIRES_AFTER_MS : (endsAt ?? Infinity);

/** How an asset job stands: its word, and whether it has ended. */
export function standingOf(job: AssetJob, now: number): { word: string; ended: boolean } {
	const end = endOf(job);
	if (now >= end) return { word: job.offline ? 'MANIFEST_EXPIRED' : job.word, ended: true };
	if (job.offline) return { word: 'MANIFEST_PUBLISHED', ended: false };
	if (end === Infinity) return { word: 'MANIFEST_ASSIGNED', ended: false };
	const share = (now - job.createdAt) / Math.max(1, end - job.createdAt);
	const step = Math.min(Math.max(Math.floor(share * PENDING.length), 0), PENDING.length - 1);
	return { word: PENDING[step], ended: false };
}

/** Scripts that print something special, by their place in the library. */
const UTF16_SCRIPT = 'Check BitLocker status';
const SILENT_SCRIPT = 'Clean temporary files';
const WORDY_SCRIPT = 'Collect event logs';

/** What a script prints on an asset. */
export function printed(script: ScriptEntry, asset: Asset, code: number): Buffer {
	const text = `${script.name} on ${asset.name}\nexit code ${code}\n`;
	if (script.name === UTF16_SCRIPT) return Buffer.from(text, 'utf16le');
	if (script.name === SILENT_SCRIPT) return Buffer.alloc(0);
	if (script.name === WORDY_SCRIPT) return Buffer.from(text.repeat(5000));
	return Buffer.from(text);
}

/** The word as this platform writes it. */
const written = (word: string, { underscores }: QualysSettings) =>
	underscores ? word.replaceAll(' ', '_') : word;

/** The word in its place. */
function statusFields(word: string, settings: QualysSettings): object {
	const [name, inner] = settings.statusField.split('.');
	if (name === '') return {};
	return { [name]: inner === undefined ? word : { [inner]: word } };
}

/** The record of an asset job, as the API sends it: the vendor documents the first fields, the others are made up. */
export function assetJobRecord(
	job: AssetJob,
	about: { id: string; jobId: string; script: ScriptEntry; asset: Asset; test: boolean },
	{ now, withResult, settings }: { now: number; withResult: boolean; settings: QualysSettings },
): object {
	const { word, ended } = standingOf(job, now);
	const code = job.code ?? FINAL_WORDS[word];
	const output =
		ended && code !== undefined
			? {
					output: { code, text: code === 0 ? 'SUCCESS' : 'FAILURE' },
					...(withResult
						? { scriptResult: printed(about.script, about.asset, code).toString('base64') }
						: {}),
				}
			: {};
	return {
		...output,
		customerUuid: CUSTOMER,
		...(ended ? { enddate: new Date(endOf(job)).toISOString().replace('Z', '+00:00') } : {}),
		test: about.test,
		isTest: about.test,
		created: { dateTime: job.createdAt },
		...statusFields(written(word, settings), settings),
		id: about.id,
		jobId: about.jobId,
		scriptId: about.script.id,
		assetId: about.asset.id,
		assetName: about.asset.name,
		assetUuid: about.asset.uuid,
		platform: about.asset.platform,
	};
}

/** A job of the past runs on its assets for so long, in milliseconds. */
const PAST_RUN_MS = 60_000;

/** Asset jobs of a job that was not executed here: one to twelve, by its id. */
export function pastAssetJobs(
	seed: number,
	job: { id: string; createdAt: number },
	assets: number,
): AssetJob[] {
	const random = createRandom(seed, 'asset-jobs', job.id);
	const from = random.integer(0, assets - 13);
	const expires = job.id.endsWith('7');
	return Array.from({ length: random.integer(1, 12) }, (_, place) => ({
		asset: from + place,
		createdAt: job.createdAt,
		endsAt: job.createdAt + random.integer(1, PAST_RUN_MS),
		word:
			expires && place === 0
				? 'MANIFEST_EXPIRED'
				: random.chance(0.15)
					? 'EXECUTION FAILED'
					: 'EXECUTION PASSED',
	}));
}
