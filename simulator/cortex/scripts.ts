import { createRandom, type Random } from '../random';
import { statusAt, type EndpointLife } from './actions';
import type { ConnectionStatus, Endpoint } from './endpoints';
import type { StartedEndpointJob } from './jobs';

/** How a script's return value arrives: documented, as recorded, or one key per command. */
type ReturnForm = 'return_value' | '_return_value' | 'commands';

/** A script of the tenant's library. */
export interface Script {
	uid: string;
	name: string;
	form: ReturnForm;
	/** What an endpoint returns: a plain value, or lines by command. */
	returns: (endpoint: Endpoint, random: Random) => unknown;
	/** Files that the script brings back. */
	files?: number;
}

export const scripts: Script[] = [
	{
		uid: '548023b6e4a01ec51a495ba6e5d2a15d',
		name: 'execute_commands',
		form: 'commands',
		returns: ({ hostname, users }) => ({ hostname: [hostname], whoami: users, 'echo ok': [] }),
	},
	{
		uid: 'b1d4c8a02f3e4d5596a7c8b9d0e1f2a3',
		name: 'get_free_disk_space',
		form: 'return_value',
		returns: (_endpoint, random) => random.integer(2, 400),
	},
	{
		uid: '0c7e5f1a9b3d4e2f8a6c5d4e3f2a1b0c',
		name: 'collect_scan_report',
		form: '_return_value',
		returns: () => 'report written',
		files: 2,
	},
];

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

function returnedFields(script: Script, endpoint: Endpoint, random: Random): object {
	const value = script.returns(endpoint, random);
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
	const retrieved = status.startsWith('COMPLETED') ? (script.files ?? 0) : 0;
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
		...(status.startsWith('COMPLETED') ? returnedFields(script, endpoint, random) : {}),
		retrieved_files: countsAsText ? String(retrieved) : retrieved,
		// A number by the vendor's page; recorded replies hold text.
		failed_files: script.form === 'return_value' && !countsAsText ? failed : String(failed),
		retention_date: retrieved ? job.startedAt + FILE_RETENTION_MS : null,
	};
}

/** The body of get_script_execution_results for an action that does not exist, in the form that comes with status 200. */
export const unknownExecutionReply = (id: string): object => ({
	script_name: '',
	script_description: null,
	script_parameters: [],
	date_created: '',
	scope: '',
	error_message: `Action ${id} does not exist, or you do not have the permission to see it`,
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
	const script = scripts.find(({ uid }) => uid === job.scriptUid) ?? scripts[0];
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
