/* What the nodes read of a Cortex tenant. Sources: the vendor's pages of each call. */
import { linkIn } from '../nodes/CortexXdrDownloadFiles/links';
import { actionIdToSend } from '../nodes/shared/cortex/description';
import { ENDPOINTS_PATH, MOST_ENDPOINTS_A_PAGE } from '../nodes/shared/cortex/endpoints';
import { IMPORT_JOBS_PATH } from '../nodes/shared/cortex/importJob';
import { QUERY_PATHS, queryBody, streamRows } from '../nodes/shared/cortex/queries';
import { readReply } from '../nodes/shared/cortex/reply';
import {
	ENDPOINT_STATUSES,
	IMPORT_JOB_STATUSES,
	QUERY_STATUSES,
} from '../nodes/shared/cortex/statuses';
import { Fault } from '../nodes/shared/errors';
import { numberOf } from '../nodes/shared/json';
import type { Known, Probe, Surroundings, Vendor } from './probe';
import { documented, each, needed, optional, orNull, type Shape } from './shapes';

const TEXTS: Shape = { list: 'text' };

const STATUSES: Shape = {
	words: Object.keys(ENDPOINT_STATUSES),
};

const TAGS: Shape = {
	fields: { server_tags: documented(TEXTS), endpoint_tags: documented(TEXTS) },
};

const ENDPOINT: Shape = {
	fields: {
		endpoint_id: needed('text'),
		endpoint_name: needed(orNull('text')),
		endpoint_status: needed({
			words: ['CONNECTED', 'DISCONNECTED', 'LOST', 'UNINSTALLED', 'VDI_PENDING_LOG_ON'],
		}),
		is_isolated: needed(
			orNull({
				words: [
					...['AGENT_UNISOLATED', 'AGENT_ISOLATED', 'AGENT_PENDING_ISOLATION'],
					'AGENT_PENDING_ISOLATION_CANCELLATION',
				],
			}),
		),
		...each(['first_seen', 'last_seen'], needed(orNull('number'))),
		os_type: documented(orNull('text')),
		endpoint_type: documented(orNull('text')),
		operational_status: documented(
			orNull({ words: ['PROTECTED', 'PARTIALLY_PROTECTED', 'UNPROTECTED'] }),
		),
		scan_status: documented(orNull('text')),
		...each(
			['os_version', 'domain', 'alias', 'endpoint_version', 'installation_package'],
			documented(orNull('text')),
		),
		...each(['content_version', 'content_status', 'public_ip'], documented(orNull('text'))),
		...each(['ip', 'ipv6', 'users', 'mac_address', 'group_name'], documented(orNull(TEXTS))),
		...each(
			['install_date', 'content_release_timestamp', 'last_content_update_time', 'isolated_date'],
			documented(orNull('number')),
		),
		active_directory: documented(orNull('text', TEXTS)),
		...each(
			[
				...['assigned_prevention_policy', 'assigned_extensions_policy', 'operating_system'],
				...['operational_status_description', 'endpointTags', 'cloud_provider', 'cloud_region'],
				...['cloud_provider_account_id', 'cloud_instance_id', 'cloud_id'],
			],
			optional(orNull('text')),
		),
		operational_status_details: optional(
			orNull({ list: { fields: each(['title', 'reason'], documented(orNull('text'))) } }),
		),
		tags: optional(orNull(TAGS)),
	},
};

const ENDPOINTS: Shape = {
	fields: {
		reply: needed({
			fields: {
				endpoints: needed({ list: ENDPOINT }),
				result_count: documented('number'),
				total_count: documented('number'),
			},
		}),
	},
};

const SCRIPT = {
	script_uid: needed('text'),
	name: needed('text'),
	...each(['windows_supported', 'linux_supported', 'macos_supported'], needed('true or false')),
	is_high_risk: needed({ either: ['true or false', 'text'] }),
	description: documented(orNull('text')),
	script_id: documented({ either: ['number', 'text'] }),
	modification_date: documented('number'),
	created_by: documented(orNull('text')),
} as const;

const INPUT: Shape = {
	fields: {
		name: needed('text'),
		type: needed({
			words: ['string', 'number', 'integer', 'boolean', 'list', 'ip', 'auto_detect'],
		}),
		friendly_name: optional(orNull('text')),
	},
};

const METADATA: Shape = {
	fields: {
		...SCRIPT,
		entry_point: documented(orNull('text')),
		script_input: optional(orNull({ list: INPUT })),
		script_output_type: optional(orNull('text')),
		script_output_dictionary_definitions: optional(orNull({ list: 'anything' })),
	},
};

const REASON: Shape = {
	fields: {
		errorDescription: optional(orNull('text')),
		errorData: optional('anything'),
		missing_files: optional('anything'),
	},
};

const ACTION: Shape = {
	fields: {
		data: needed(orNull({ map: STATUSES })),
		errorReasons: optional(orNull({ map: REASON })),
	},
};

const RESULT: Shape = {
	fields: {
		endpoint_id: needed('text'),
		endpoint_name: needed(orNull('text')),
		execution_status: needed(STATUSES),
		standard_output: needed(orNull('text')),
		...each(['retrieved_files', 'failed_files'], needed(orNull('number', 'text'))),
		endpoint_ip_address: documented(orNull(TEXTS)),
		endpoint_status: documented(orNull('text')),
		domain: documented(orNull('text')),
		retention_date: documented(orNull('number', 'text')),
		return_value: optional('anything'),
	},
	// One for each command, or for each entry of what the script returned.
	own: /^_/,
};

const EXECUTION: Shape = {
	fields: {
		results: needed({ list: RESULT }),
		script_name: needed(orNull('text')),
		date_created: needed(orNull('text')),
		error_message: documented(orNull('text')),
		script_description: documented(orNull('text')),
		scope: documented('anything'),
		script_parameters: optional('anything'),
	},
};

const IMPORT_JOB: Shape = {
	fields: {
		job_id: needed('text'),
		job_status: needed({ words: Object.keys(IMPORT_JOB_STATUSES) }),
		created_timestamp: documented('text'),
		last_updated: optional(orNull('text')),
		error_log: optional(orNull('text')),
	},
};

const QUERY: Shape = {
	fields: {
		status: needed({ words: Object.keys(QUERY_STATUSES) }),
		number_of_results: optional(orNull('number')),
		query_cost: optional('anything'),
		remaining_quota: optional(orNull('number')),
		results: optional(
			orNull({
				fields: {
					data: optional(orNull({ list: 'anything' })),
					stream_id: optional(orNull('text')),
				},
			}),
		),
	},
};

const QUOTA: Shape = {
	fields: {
		...each(
			[
				...['license_quota', 'additional_purchased_quota', 'used_quota', 'eval_quota'],
				...['total_daily_running_queries', 'total_daily_concurrent_rejected_queries'],
				...['max_daily_concurrent_active_query_count', 'current_concurrent_active_queries_count'],
			],
			documented('number'),
		),
		// Ids of the queries that are running.
		current_concurrent_active_queries: documented('anything'),
	},
};

/** Links to retrieved files by endpoint id. */
const LINKS: Shape = { fields: { data: documented(orNull({ map: orNull('text') })) } };

/** A link to the files of a script, in either spelling. */
const LINK: Shape = { fields: { DATA: needed(orNull('text'), 'data') } };

const reply = (shape: Shape): Shape => ({ fields: { reply: needed(shape) } });
const at = (path: string) => () => `/public_api/v1/${path}`;
const asking = (data: object) => () => ({ request_data: data });
const sent = (id = '') => actionIdToSend(id);

/** An action that no tenant can have: ids count up from 1, and Cortex has 14 digits of them at most. */
const NO_ACTION = 999_999_999_999_999;
const NO_IMPORT = '00000000-0000-4000-8000-000000000000';
const NO_QUERY = '00000000000000_0_inv';

const ACTION_ID = {
	id: 'action',
	from: 'the action_id of a scan or another action (CORTEX_ACTION_ID)',
	given: true,
} as const;
const SCRIPT_ACTION_ID = {
	id: 'scriptAction',
	from: 'the action_id of a script that has run (CORTEX_SCRIPT_ACTION_ID)',
	given: true,
} as const;
const FILES_ACTION_ID = {
	id: 'filesAction',
	from: 'the action_id of a file retrieval (CORTEX_FILES_ACTION_ID)',
	given: true,
} as const;
const QUERY_ID = {
	id: 'query',
	from: 'the query_id of a query (CORTEX_QUERY_ID)',
	given: true,
} as const;

const STATUS = 'actions/get_action_status/';
const SCRIPT_RESULTS = 'scripts/get_script_execution_results/';

/** Most rows of a stream that are looked at: they come all at once. */
const MOST_ROWS = 20_000;

interface Endpoints {
	reply: { endpoints: Array<{ endpoint_id: string }>; total_count?: unknown };
}

/** How a page of endpoints came: the nodes read page by page, in the order of the ids. */
function pageOfEndpoints({ reply: { endpoints, total_count: total } }: Endpoints): string[] {
	const ids = endpoints.map((one) => one.endpoint_id);
	const isSorted = ids.every((id, index) => index === 0 || ids[index - 1] <= id);
	const isShort = ids.length < Math.min(numberOf(total) ?? 0, MOST_ENDPOINTS_A_PAGE);
	return [
		...(isSorted ? [] : ['it is not in the order of endpoint_id, which was asked for']),
		...(isShort ? ['it gives fewer endpoints than were asked for, and there are more'] : []),
		...(ids.length > MOST_ENDPOINTS_A_PAGE ? ['it gives more endpoints than were asked for'] : []),
	];
}

/** Whether a search by an id brought that endpoint alone. */
function theOneEndpoint({ reply: { endpoints } }: Endpoints, { known }: Surroundings): string[] {
	const others = endpoints.filter((one) => one.endpoint_id !== known.endpoint);
	return [
		...(others.length > 0 ? ['it gives endpoints that were not asked for'] : []),
		...(endpoints.length === others.length ? ['it does not give the endpoint asked for'] : []),
	];
}

/** The endpoint that the tenant lists first, if it has one. */
function firstEndpoint(json: Partial<Endpoints>): Known {
	const id: unknown = json.reply?.endpoints?.[0]?.endpoint_id;
	return typeof id === 'string' ? { endpoint: id } : {};
}

/** The script that the tenant lists first, if it has one. */
function firstScript(json: { reply?: { scripts?: Array<{ script_uid?: unknown }> } }): Known {
	const uid = json.reply?.scripts?.[0]?.script_uid;
	return typeof uid === 'string' ? { script: uid } : {};
}

/** The first endpoint from which a script has brought files, if there is one. */
function endpointWithFiles(json: { reply?: { results?: unknown } }): Known {
	const results = json.reply?.results;
	const rows = (Array.isArray(results) ? results : []) as Array<Record<string, unknown> | null>;
	const id = rows.find((row) => (numberOf(row?.retrieved_files) ?? 0) > 0)?.endpoint_id;
	return typeof id === 'string' ? { scriptEndpoint: id } : {};
}

/** Script results say with status 200 that there is no such action. */
const refusesExecution = (json: { reply?: { error_message?: unknown } }) =>
	(json.reply?.error_message ?? '') !== '';

interface Results {
	reply?: { number_of_results?: unknown; results?: { stream_id?: unknown } | null };
}

/** The stream that holds the rows of a query, if it is not too long. */
function streamOf(json: Results): Known {
	const id = json.reply?.results?.stream_id;
	const rows = numberOf(json.reply?.number_of_results) ?? Infinity;
	return typeof id === 'string' && rows <= MOST_ROWS ? { stream: id } : {};
}

/** Where links lead, in words. */
function whereLinksLead(links: unknown[], home: string): string[] {
	const words = links.map(linkIn).map((link) => {
		if (!('url' in link)) return link.none === undefined ? 'a link is empty' : 'a link is no URL';
		const isOwn = new URL(link.url).host === new URL(home).host;
		return isOwn ? 'a link leads to the tenant itself' : 'a link leads to another host';
	});
	return [...new Set(words)].sort();
}

const PROBES: Probe[] = [
	{
		name: 'Search Endpoints',
		method: 'POST',
		path: () => ENDPOINTS_PATH,
		body: asking({
			search_from: 0,
			search_to: MOST_ENDPOINTS_A_PAGE,
			sort: { field: 'endpoint_id', keyword: 'ASC' },
		}),
		expected: ENDPOINTS,
		slash: true,
		gives: firstEndpoint,
		remarks: pageOfEndpoints,
	},
	{
		name: 'Search Endpoints by an id',
		method: 'POST',
		path: () => ENDPOINTS_PATH,
		body: ({ endpoint }) => ({
			request_data: {
				filters: [{ field: 'endpoint_id_list', operator: 'in', value: [endpoint] }],
				search_from: 0,
				search_to: MOST_ENDPOINTS_A_PAGE,
			},
		}),
		takes: { id: 'endpoint', from: 'an endpoint of the tenant' },
		expected: ENDPOINTS,
		remarks: theOneEndpoint,
	},
	{
		name: 'Run Script, its list of scripts',
		method: 'POST',
		path: at('scripts/get_scripts'),
		body: asking({}),
		expected: reply({
			fields: {
				scripts: needed({ list: { fields: SCRIPT } }),
				result_count: documented('number'),
				total_count: optional('number'),
			},
		}),
		slash: true,
		gives: firstScript,
	},
	{
		name: 'Run Script, the inputs of a script',
		method: 'POST',
		path: at('scripts/get_script_metadata'),
		body: ({ script }) => ({ request_data: { script_uid: script } }),
		takes: { id: 'script', from: 'a script in the library of the tenant' },
		expected: reply(METADATA),
		slash: true,
	},
	{
		name: 'Get Action Status',
		method: 'POST',
		path: at(STATUS),
		body: ({ action }) => ({ request_data: { group_action_id: sent(action) } }),
		takes: ACTION_ID,
		expected: reply(ACTION),
		slash: true,
	},
	{
		name: 'Get Action Status of an action that does not exist',
		method: 'POST',
		path: at(STATUS),
		body: asking({ group_action_id: NO_ACTION }),
		expected: null,
	},
	{
		name: 'Get Script Results',
		method: 'POST',
		path: at(SCRIPT_RESULTS),
		body: ({ scriptAction }) => ({ request_data: { action_id: sent(scriptAction) } }),
		takes: SCRIPT_ACTION_ID,
		expected: reply(EXECUTION),
		refuses: refusesExecution,
		slash: true,
		gives: endpointWithFiles,
	},
	{
		name: 'Get Script Results of an action that does not exist',
		method: 'POST',
		path: at(SCRIPT_RESULTS),
		body: asking({ action_id: NO_ACTION }),
		expected: null,
		refuses: refusesExecution,
	},
	{
		name: 'Download Files of a script, the link',
		method: 'POST',
		path: at('scripts/get_script_execution_results_files'),
		body: ({ scriptAction, scriptEndpoint }) => ({
			request_data: { action_id: sent(scriptAction), endpoint_id: scriptEndpoint },
		}),
		takes: {
			id: 'scriptEndpoint',
			from: 'a script that has brought files back (CORTEX_SCRIPT_ACTION_ID)',
		},
		expected: reply(LINK),
		slash: true,
		remarks: (json: { reply: { DATA?: unknown; data?: unknown } }, { home }) =>
			whereLinksLead([json.reply.DATA ?? json.reply.data], home),
	},
	{
		name: 'Download Files of a file retrieval, the links',
		method: 'POST',
		path: at('actions/file_retrieval_details'),
		body: ({ filesAction }) => ({ request_data: { group_action_id: sent(filesAction) } }),
		takes: FILES_ACTION_ID,
		expected: reply(LINKS),
		slash: true,
		remarks: (json: { reply: { data: object | null } }, { home }) =>
			whereLinksLead(Object.values(json.reply.data ?? {}), home),
	},
	{
		name: 'Download Files of a file retrieval that does not exist',
		method: 'POST',
		path: at('actions/file_retrieval_details'),
		body: asking({ group_action_id: NO_ACTION }),
		expected: null,
	},
	{
		name: 'Get Import Job',
		method: 'GET',
		path: ({ importJob = '' }) => `${IMPORT_JOBS_PATH}/${encodeURIComponent(importJob)}`,
		takes: {
			id: 'importJob',
			from: 'the job_id of an import (CORTEX_IMPORT_JOB_ID)',
			given: true,
		},
		expected: IMPORT_JOB,
		tellsUnknown: true,
		slash: true,
	},
	{
		name: 'Get Import Job of a job that does not exist',
		method: 'GET',
		path: () => `${IMPORT_JOBS_PATH}/${NO_IMPORT}`,
		expected: null,
		tellsUnknown: true,
	},
	{
		name: 'Get Query Results, one row',
		method: 'POST',
		path: () => QUERY_PATHS.results,
		body: ({ query = '' }) => queryBody(query, 1),
		takes: QUERY_ID,
		expected: reply(QUERY),
		slash: true,
	},
	{
		name: 'Get Query Results, all rows',
		method: 'POST',
		path: () => QUERY_PATHS.results,
		body: ({ query = '' }) => queryBody(query),
		takes: QUERY_ID,
		expected: reply(QUERY),
		gives: streamOf,
	},
	{
		name: 'Get Query Results, the stream of more than 1,000 rows',
		method: 'POST',
		path: () => QUERY_PATHS.stream,
		body: ({ stream }) => ({ request_data: { stream_id: stream, is_gzip_compressed: false } }),
		takes: {
			id: 'stream',
			from: 'a query that has found more than 1,000 rows, and no more than 20,000 (CORTEX_QUERY_ID)',
		},
		expected: { list: { map: 'anything' } },
		lines: true,
		slash: true,
	},
	{
		name: 'Get Query Results of a query that does not exist',
		method: 'POST',
		path: () => QUERY_PATHS.results,
		body: () => queryBody(NO_QUERY, 1),
		expected: null,
	},
	{
		name: 'The quota of queries, which no node asks for',
		method: 'POST',
		path: at('xql/get_quota'),
		body: asking({}),
		expected: { fields: { reply: documented(QUOTA) } },
		slash: true,
		extra: true,
	},
];

export const CORTEX: Vendor = {
	name: 'Cortex',
	probes: PROBES,
	read({ status: statusCode, headers, body }, { name, lines, refuses, tellsUnknown }, now) {
		const operation = { name, license: '', permission: '', takes: 'id', tellsUnknown };
		const answer = { statusCode, headers, body };
		if (lines) return streamRows(answer, operation, null, now);
		const json = readReply(answer, operation, now);
		if (!refuses?.(json as never)) return json;
		throw new Fault(`Cortex refused ${name}`, { meaning: 'declined', status: statusCode });
	},
	// The tenant takes 10 requests a second from all clients together: half of them are left to the others.
	spacing: 200,
};
