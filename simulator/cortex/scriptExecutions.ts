import { createRandom, type Random } from '../random';
import { isKnownAt, statusAt, type EndpointLife } from './actions';
import type { ConnectionStatus, Endpoint } from './endpoints';
import type { StartedEndpointJob } from './jobs';
import { findScript, scripts, type Script } from './scripts';

/** Why the tenant would not run a script on the endpoints asked for. */
export const REFUSAL = 'You do not have permission to run scripts on the selected endpoints';

/** The other form in which replies name the status of an endpoint. */
const numberedStatuses: Record<ConnectionStatus, string> = {
	CONNECTED: 'STATUS_010_CONNECTED',
	LOST: 'STATUS_020_LOST',
	DISCONNECTED: 'STATUS_040_DISCONNECTED',
};

const FILE_RETENTION_MS = 7 * 24 * 3600 * 1000;

/** `YYYY-MM-DD HH:MM:SS` in UTC, without a zone, as the vendor writes it. */
const formatTime = (ms: number): string =>
	new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

const isDone = (status: string): boolean => /^(COMPLETED|FAILED|TIMEOUT)/.test(status);

/** What stands in the place of a script where code of the user's own is run. */
const snippet = {
	...scripts[0],
	name: 'snippet script',
	form: '_return_value',
	returns: () => null,
} satisfies Script;

/** The script of an execution; one that a test has asked for need not name any. */
export const scriptOf = (job: StartedEndpointJob): Script =>
	job.isSnippet ? snippet : (findScript(job.scriptUid) ?? scripts[0]);

/** How many files an endpoint has brought back, by its status. */
const retrievedFiles = (script: Script, status: string): number =>
	status.startsWith('COMPLETED') ? (script.files ?? 0) : 0;

/** How many files of an endpoint the tenant holds, `seconds` (simulated) after the execution started. */
export const filesHeld = (job: StartedEndpointJob, life: EndpointLife, seconds: number): number =>
	seconds * 1000 > FILE_RETENTION_MS ? 0 : retrievedFiles(scriptOf(job), statusAt(life, seconds));

function returnedFields(
	script: Script,
	endpoint: Endpoint,
	random: Random,
	parameters: Record<string, unknown> = {},
): object {
	const value = script.returns(endpoint, random, parameters);
	return script.form === 'commands'
		? Object.fromEntries(
				Object.entries(value as object).map(([command, lines]) => [`_${command}`, lines]),
			)
		: { [script.form]: value };
}

function output(status: string): string {
	return status === 'FAILED'
		? 'Traceback (most recent call last):\n  OSError: [Errno 13] Permission denied'
		: 'done\n';
}

function result(
	script: Script,
	job: StartedEndpointJob,
	endpoint: Endpoint,
	random: Random,
	life: EndpointLife,
	seconds: number,
	countsAsText: boolean,
): object {
	const status = statusAt(life, seconds);
	const ended = isDone(status);
	const retrieved = retrievedFiles(script, status);
	const failed = status === 'COMPLETED_PARTIAL' ? 1 : 0;
	const connection = seconds >= life.begins && ended ? 'CONNECTED' : endpoint.status;
	return {
		endpoint_name: endpoint.hostname,
		endpoint_ip_address: endpoint.ips,
		endpoint_status: countsAsText ? numberedStatuses[connection] : connection,
		domain: endpoint.domain,
		endpoint_id: endpoint.id,
		execution_status: status,
		standard_output: ended ? output(status) : null,
		...(status.startsWith('COMPLETED')
			? returnedFields(script, endpoint, random, job.parameters)
			: {}),
		retrieved_files: countsAsText ? String(retrieved) : retrieved,
		// A number by the vendor's page; recorded replies hold text.
		failed_files: script.form === 'return_value' && !countsAsText ? failed : String(failed),
		retention_date: retrieved ? job.startedAt + FILE_RETENTION_MS : null,
	};
}

const noSuchExecution = (id: string): string =>
	`Action ${id} does not exist, or you do not have the permission to see it`;

/** The body of get_script_execution_results for an action that does not exist, in the form that comes with status 200. */
export const unknownExecutionReply = (id: string): object => ({
	script_name: '',
	script_description: null,
	script_parameters: [],
	date_created: '',
	scope: '',
	error_message: noSuchExecution(id),
	results: [],
});

/**
 * The body of get_script_execution_results, `seconds` (simulated) after the execution started; with `countsAsText`, in
 * the forms that some versions have: counters as text, numbered statuses.
 */
export function scriptResultsReply(
	seed: number,
	job: StartedEndpointJob,
	lives: EndpointLife[],
	endpoints: Endpoint[],
	seconds: number,
	countsAsText: boolean,
): object {
	const script = scriptOf(job);
	const taking = job.endpoints.map((position) => endpoints[position]);
	const parameters = Object.entries(job.parameters ?? {});
	return {
		script_name: script.name,
		script_description: null,
		...(parameters.length
			? { script_parameters: parameters.map(([name, value]) => ({ name, value })) }
			: {}),
		date_created: formatTime(job.startedAt),
		scope: `${taking[0].hostname} and ${taking.length - 1} other endpoints`,
		error_message: job.errorMessage ?? '',
		results: job.errorMessage
			? []
			: taking.map((endpoint, i) =>
					result(
						script,
						job,
						endpoint,
						createRandom(seed, 'result', job.id, endpoint.id),
						lives[i],
						seconds,
						countsAsText,
					),
				),
	};
}

/** The counter that each word belongs to. None counts endpoints that ended in part. */
const counters: Record<string, string> = {
	PENDING: 'endpoints_pending',
	IN_PROGRESS: 'endpoints_in_progress',
	PENDING_ABORT: 'endpoints_pending_abort',
	CANCELED: 'endpoints_canceled',
	CANCELLED: 'endpoints_canceled',
	ABORTED: 'endpoints_aborted',
	TIMEOUT: 'endpoints_timeout',
	FAILED: 'endpoints_failed',
	COMPLETED_SUCCESSFULLY: 'endpoints_completed_successfully',
	COMPLETED_PARTIAL: 'endpoints_completed_successfully',
	EXPIRED: 'endpoints_expired',
};

const UNDER_WAY = ['endpoints_pending', 'endpoints_in_progress', 'endpoints_pending_abort'];

/** The word for the whole execution. */
function generalStatus(words: string[]): string {
	const distinct = new Set(words);
	if (distinct.size <= 1) return words[0] ?? 'PENDING';
	if (words.some((word) => UNDER_WAY.includes(counters[word] ?? UNDER_WAY[1])))
		return 'IN_PROGRESS';
	return words.some((word) => word.startsWith('COMPLETED')) ? 'COMPLETED_PARTIAL' : 'FAILED';
}

function statusReply(
	words: string[],
	general_status: string,
	error_message: string,
	countsAsText: boolean,
): object {
	const counts: Record<string, number> = Object.fromEntries(
		Object.values(counters).map((counter) => [counter, 0]),
	);
	for (const word of words) counts[counters[word] ?? UNDER_WAY[1]]++;
	const written = Object.entries(counts).map(([counter, count]) => [
		counter,
		countsAsText ? String(count) : count,
	]);
	return { general_status, ...Object.fromEntries(written), error_message };
}

/** The body of get_script_execution_status for an action that does not exist, in the form that comes with status 200. */
export const unknownStatusReply = (id: string, countsAsText: boolean): object =>
	statusReply([], '', noSuchExecution(id), countsAsText);

/**
 * The body of get_script_execution_status, `seconds` (simulated) after the execution started. All counters are 0 until the
 * tenant knows the endpoints.
 */
export function scriptStatusReply(
	job: StartedEndpointJob,
	lives: EndpointLife[],
	seconds: number,
	countsAsText: boolean,
): object {
	if (job.errorMessage) return statusReply([], 'FAILED', job.errorMessage, countsAsText);
	const words = isKnownAt(lives, seconds) ? lives.map((life) => statusAt(life, seconds)) : [];
	return statusReply(words, generalStatus(words), '', countsAsText);
}
