import { isObject, isoTime, numberOf, type JsonObject } from '../json';
import { countByStatus, type WordMeaning } from '../wait/verdict';

/** What a status word of an asset job means. */
type Word = 'pending' | 'failed' | 'passed' | 'byOutput';

/**
 * The words of asset jobs, by {@link normal} form. Source: the vendor's page about the handling of asset jobs.
 *
 * Two of them mislead. MANIFEST_EXECUTION_SUCCESS is pending, since the result has yet to be uploaded. And the reboot ones
 * are final, but say nothing about how the script ended.
 */
const WORDS: Readonly<Record<string, Word>> = {
	MANIFEST_GENERATION_IN_PROGRESS: 'pending',
	MANIFEST_PUBLISHED: 'pending',
	MANIFEST_ASSIGNED: 'pending',
	MANIFEST_DOWNLOAD_SUCCESS: 'pending',
	MANIFEST_PARSE_SUCCESS: 'pending',
	MANIFEST_EXECUTION_SUCCESS: 'pending',
	MANIFEST_EXPIRED: 'failed',
	EXECUTION_FAILED: 'failed',
	EXECUTION_PASSED: 'passed',
	MANIFEST_DOWNLOAD_FAILED: 'failed',
	MANIFEST_PARSE_FAILED: 'failed',
	MANIFEST_EXECUTION_FAILED: 'failed',
	SCRIPT_RESULT_UPLOAD_FAILED: 'failed',
	REBOOT_PENDING: 'byOutput',
	REBOOT_COMPLETED: 'byOutput',
};

/** Where several fields have words, the first of these decides: what has not ended, or has failed, did not pass. */
const DECIDING: readonly Word[] = ['pending', 'failed', 'passed', 'byOutput'];

/** The vendor's page writes two of its words with a space, and all others with underscores. */
export const normal = (word: string): string =>
	word
		.trim()
		.toUpperCase()
		.replace(/[\s_-]+/g, '_');

const meaningOfWord = (word: string): Word | undefined =>
	Object.hasOwn(WORDS, normal(word)) ? WORDS[normal(word)] : undefined;

const SAYS_STATUS = /status|state/i;

/** Fields about the asset itself, such as `assetStatus` or `agent.state`: what nobody knows of them is no status of a job. */
const ABOUT_ASSET = /^(?:asset|agent|host)(?!_?job)/i;

/** The words in a record: nobody documents under which name they stand, so it is told by the name, also one level down. */
function wordsOf(record: JsonObject): Array<{ word: string; aboutAsset: boolean }> {
	const fields = Object.entries(record).flatMap(([name, value]) =>
		isObject(value)
			? Object.entries(value).map(([inner, one]) => ({ path: [name, inner], value: one }))
			: [{ path: [name], value }],
	);
	return fields.flatMap(({ path, value: word }) => {
		const name = path[path.length - 1];
		if (typeof word !== 'string' || word.trim() === '' || !SAYS_STATUS.test(name)) return [];
		return [{ word, aboutAsset: path.some((part) => ABOUT_ASSET.test(part)) }];
	});
}

/** The word that tells how an asset job stands, and what it means: unknown where nobody documented it. */
function wordOf(record: JsonObject): { word: string; means?: Word } | undefined {
	const found = wordsOf(record);
	const known = found.flatMap(({ word }) => {
		const means = meaningOfWord(word);
		return means === undefined ? [] : [{ word, means }];
	});
	known.sort((a, b) => DECIDING.indexOf(a.means) - DECIDING.indexOf(b.means));
	return known[0] ?? found.find(({ aboutAsset }) => !aboutAsset);
}

export type AssetJobState = 'pending' | 'finished' | 'unknown';

/** How an asset job stands. */
interface Standing {
	state: AssetJobState;
	/** Null as long as it has not finished. */
	succeeded: boolean | null;
}

const PENDING: Standing = { state: 'pending', succeeded: null };

/** How it stands by its word, else by its output and end, else it is pending: a success is never guessed. */
function standingOf(
	word: ReturnType<typeof wordOf>,
	code: number | null,
	endedAt: unknown,
): Standing {
	if (word !== undefined) {
		const { means } = word;
		if (means === undefined) return { state: 'unknown', succeeded: null };
		if (means === 'pending') return PENDING;
		const succeeded = means === 'passed' || (means === 'byOutput' && code === 0);
		return { state: 'finished', succeeded };
	}
	if (code === null && endedAt === null) return PENDING;
	return { state: 'finished', succeeded: code === 0 };
}

/** A moment as ISO text in UTC; whatever else stands in its place as it is. */
function momentOf(value: unknown): unknown {
	if (value === '') return null;
	if (typeof value !== 'string' || !/^\d{4}-/.test(value)) return isoTime(value);
	const date = new Date(value);
	return Number.isNaN(date.getTime()) ? value : date.toISOString();
}

/** Names under which such services put the id and the name of an asset: nobody documents which of them it is here. */
const ASSET_FIELDS = {
	id: ['assetId', 'asset.id', 'asset.assetId', 'assetUuid', 'asset.uuid', 'asset.UUId'],
	name: [
		'assetName',
		'asset.name',
		'asset.assetName',
		'hostName',
		'hostname',
		'asset.hostName',
		'asset.hostname',
		'netbiosName',
		'dnsName',
	],
} as const;

/** The first of these fields that holds a text or a number. */
function firstIn(record: JsonObject, paths: readonly string[]): string | null {
	for (const path of paths) {
		const [name, inner] = path.split('.');
		const { [name]: outer } = record;
		const value = inner === undefined ? outer : isObject(outer) ? outer[inner] : undefined;
		if (typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')) {
			return String(value);
		}
	}
	return null;
}

/** An asset job: how a script ended on one asset, without what it printed. */
export interface AssetJob extends Standing {
	job_id: string;
	/** Null where the record does not say, under a name that is known. */
	asset_id: string | null;
	asset_name: string | null;
	/** The vendor's word; null where the record has none. */
	status: string | null;
	exit_code: number | null;
	exit_text: string | null;
	/** ISO text; null as long as it has not ended, or where the vendor does not say when. */
	ended_at: unknown;
}

/** Reads a record of the search for asset jobs. Whatever it holds, it is read and nothing is concluded from the rest. */
export function assetJobOf(record: JsonObject, jobId: string): AssetJob {
	const output = isObject(record.output) ? record.output : {};
	const word = wordOf(record);
	const exitCode = numberOf(output.code);
	const endedAt = momentOf(record.enddate);
	return {
		job_id: jobId,
		asset_id: firstIn(record, ASSET_FIELDS.id),
		asset_name: firstIn(record, ASSET_FIELDS.name),
		...standingOf(word, exitCode, endedAt),
		status: word?.word ?? null,
		exit_code: exitCode,
		exit_text: typeof output.text === 'string' ? output.text : null,
		ended_at: endedAt,
	};
}

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/**
 * What the script printed on the asset. The vendor sends it as base64. What is no text in UTF-8, such as the UTF-16 of
 * Windows, stays base64. So does what holds a zero byte: that is part of no text either, although UTF-8 has one, and a
 * database such as PostgreSQL refuses it.
 */
export function outputOf({ scriptResult }: JsonObject): {
	script_output: string | null;
	script_output_base64?: string;
} {
	if (typeof scriptResult !== 'string') return { script_output: null };
	// The documented form is base64. A text that cannot be is shown as it is.
	const encoded = BASE64.test(scriptResult);
	try {
		const decoder = new TextDecoder('utf-8', { fatal: true });
		const text = encoded ? decoder.decode(Buffer.from(scriptResult, 'base64')) : scriptResult;
		if (!text.includes('\0')) return { script_output: text };
	} catch {
		// Said by the field below.
	}
	return {
		script_output: null,
		script_output_base64: encoded ? scriptResult : Buffer.from(scriptResult).toString('base64'),
	};
}

/** An asset job with what the script printed. */
export const assetJobWithOutput = (record: JsonObject, jobId: string): JsonObject => {
	const { ended_at, ...job } = assetJobOf(record, jobId);
	return { ...job, ...outputOf(record), ended_at };
};

/** What an asset job means for somebody who waits: one with a word that nobody documented has not finished. */
export const meaningOfAssetJob = ({ state, succeeded }: Standing): WordMeaning => ({
	finished: state === 'finished',
	succeeded: succeeded === true,
});

/** Its word, or how it stands where it has none. */
export const wordOfAssetJob = ({ status, state }: AssetJob): string => status ?? state;

/** An asset in words. */
export const assetInWords = ({ asset_name, asset_id }: AssetJob): string =>
	asset_name ?? (asset_id === null ? 'An asset without a name' : `Asset ${asset_id}`);

/** Why an asset did not succeed. */
export function reasonOf(job: AssetJob): string {
	const { exit_code: code, exit_text: text, status } = job;
	const exit =
		code === null
			? status !== null && meaningOfWord(status) === 'byOutput'
				? 'Qualys does not say how the script ended'
				: undefined
			: `exit code ${code}${text ? `, ${text}` : ''}`;
	if (status === null) return exit ?? 'it ended, and Qualys does not say how';
	return exit === undefined ? status : `${status} (${exit})`;
}

/** All assets of a job in one item. A job without known assets has not finished. */
export function jobSummary(jobId: string, jobs: AssetJob[]): JsonObject {
	const count = (fits: (job: AssetJob) => boolean) => jobs.filter(fits).length;
	const finished = count(({ state }) => state === 'finished');
	return {
		job_id: jobId,
		finished: jobs.length > 0 && finished === jobs.length,
		total: jobs.length,
		passed: count(({ succeeded }) => succeeded === true),
		failed: count(({ succeeded }) => succeeded === false),
		pending: count(({ state }) => state === 'pending'),
		unknown: count(({ state }) => state === 'unknown'),
		by_status: countByStatus(jobs.map((job) => ({ status: wordOfAssetJob(job) }))),
		assets: jobs,
	};
}
