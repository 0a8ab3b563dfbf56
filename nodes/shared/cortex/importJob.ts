import { InputError, unexpectedAnswer } from '../errors';
import { readText, sample } from '../input/values';
import { isObject, textOf, type JsonObject } from '../json';
import { IMPORT_JOB_STATUSES, meaningOf } from './statuses';

/** Path of the import jobs of external scanners ("bring your own scanner"). */
export const IMPORTS_PATH = '/public_api/vulnerability-management/v1/external-scans/assets';
export const IMPORT_JOBS_PATH = `${IMPORTS_PATH}/jobs`;

/**
 * The id of an import job, which goes into the path.
 * @throws {InputError} also for one that is a step in a path rather than a name
 */
export function readJobId(value: unknown): string {
	const hint =
		'Use the job_id that Cortex gave when the assets and vulnerabilities were submitted.';
	const id = readText('Job ID', value, hint);
	if (/^\d+$/.test(id)) {
		throw new InputError(
			`Job ID holds ${sample(id)}, which is the id of an action, not that of an import job`,
			`For an action, set Job Type to Endpoint Action, or to Script Execution. ${hint}`,
		);
	}
	// Half a character, which no URL can hold, comes of a text that was cut.
	if (!/^\.{1,2}$|\p{Surrogate}/u.test(id)) return id;
	throw new InputError(`Job ID holds ${sample(id)}, but it must be the id of a job`, hint);
}

/** Keys under which an object of `error_log` can hold its words; the vendor documents none. */
const TEXT_KEYS = ['message', 'error', 'description', 'reason', 'detail', 'msg', 'error_message'];

function parsed(text: string): unknown {
	if (!/^\s*[[{"]/.test(text)) return text;
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

function objectText(entry: JsonObject): string {
	const key = TEXT_KEYS.find((name) => typeof entry[name] === 'string' && entry[name] !== '');
	if (key === undefined) return JSON.stringify(entry);
	// Which asset it is about stands beside the words, under names that nobody documented either.
	const rest = Object.entries(entry)
		.filter(([name, value]) => name !== key && value !== null && value !== '')
		.map(([name, value]) => `${name}: ${textOf(value)}`);
	return rest.length > 0 ? `${String(entry[key])} (${rest.join(', ')})` : String(entry[key]);
}

/**
 * The errors of an import job as texts, whatever form `error_log` has: null, text, JSON in a text, a list
 * of texts or of objects.
 */
export function errorTexts(errorLog: unknown): string[] {
	if (errorLog === null || errorLog === undefined) return [];
	if (typeof errorLog === 'string') {
		const value = parsed(errorLog);
		if (value !== errorLog) return errorTexts(value);
		return errorLog.trim() === '' ? [] : [errorLog.trim()];
	}
	if (Array.isArray(errorLog)) return errorLog.flatMap(errorTexts);
	if (isObject(errorLog)) return Object.keys(errorLog).length === 0 ? [] : [objectText(errorLog)];
	return [JSON.stringify(errorLog)];
}

/**
 * An import job, from the reply of its service. That one is flat; a `reply` around it, as older services have
 * it, is taken off.
 *
 * @returns the reply's fields as they came, with `finished` and `succeeded` for its `job_status`, and `errors`:
 *   the texts of its `error_log`
 * @throws {Fault} where it holds no status, so that nothing can be concluded
 */
export function importJob(json: JsonObject) {
	const job = isObject(json.reply) ? json.reply : json;
	const status = job.job_status;
	if (typeof status !== 'string' || status.trim() === '') {
		throw unexpectedAnswer('Cortex answered Get Import Job without a job_status');
	}
	const { finished, succeeded } = meaningOf(IMPORT_JOB_STATUSES, status);
	return { ...job, job_status: status, finished, succeeded, errors: errorTexts(job.error_log) };
}
