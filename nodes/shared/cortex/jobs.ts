import { unexpectedAnswer, type Fault } from '../errors';
import { isObject, type JsonObject } from '../json';
import type { JobKind, Status, Vendor } from '../wait/job';
import { statusOfParts, statusOfWhole, type Judged, type Telling } from '../wait/verdict';
import { endpointRows, type EndpointRow } from './actionStatus';
import { tenantOf, type Question } from './ask';
import { ENDPOINT_NAMES } from './endpoints';
import { actionIdToSend, readActionId } from './description';
import { importJob, IMPORT_JOBS_PATH, readJobId } from './importJob';
import { OPERATIONS } from './operations';
import {
	foundBy,
	MOST_ROWS_IN_ANSWER,
	QUERY_PATHS,
	queryBody,
	queryState,
	queryStatus,
	readQueryId,
} from './queries';
import { resultRows, scriptExecution } from './scriptResults';
import { CORTEX_CREDENTIAL } from './send';
import { ENDPOINT_STATUSES, IMPORT_JOB_STATUSES, meaningOf } from './statuses';

/** Words of endpoints from the most to the least telling. */
const TELLING: Telling = {
	failed: [
		'FAILED',
		'TIMEOUT',
		'EXPIRED',
		'ABORTED',
		'CANCELLED',
		'CANCELED',
		'COMPLETED_PARTIAL',
		'COMPLETED_SUCCESSFULLY',
	],
	succeeded: ['COMPLETED_SUCCESSFULLY', 'COMPLETED_PARTIAL', 'FAILED'],
	goingOn: ['PENDING_ABORT', 'IN_PROGRESS', 'PENDING'],
};

/** Why an endpoint did not succeed. That it failed goes without saying where there is a reason. */
function reasonOf({ status, error }: EndpointRow): string {
	if (error === null) return status;
	return status === 'FAILED' ? error : `${status} (${error})`;
}

/** How an action stands, from its endpoints. */
export const actionStatus = (rows: EndpointRow[], settings: Judged): Status =>
	statusOfParts(
		rows.map((row) => ({
			status: row.status,
			meaning: meaningOf(ENDPOINT_STATUSES, row.status),
			id: row.endpoint_id,
			reason: reasonOf(row),
			row: { ...row },
		})),
		settings,
		TELLING,
	);

/** How an import job stands, from what {@link importJob} read. */
export const importStatus = (
	job: JsonObject & { job_status: string; errors: string[] },
	settings: Pick<Judged, 'acceptPartial'>,
): Status =>
	statusOfWhole(
		{
			word: job.job_status,
			meaning: meaningOf(IMPORT_JOB_STATUSES, job.job_status),
			errors: job.errors,
		},
		settings,
	);

const OTHER_TYPES =
	'For a query, set Job Type to XQL Query; for an import job, to Import Job. For an action, use its action_id, or the Action ID under Response → Action Center in Cortex.';

const action: JobKind<Question> = {
	title: 'Action',
	parts: 'endpoints',
	names: ENDPOINT_NAMES,
	readId: (value) => readActionId(value, 'Job ID', OTHER_TYPES),
	async status(ask, { id, settings }) {
		const json = await ask({
			operation: { ...OPERATIONS.getActionStatus, id },
			request: {
				method: 'POST',
				url: '/public_api/v1/actions/get_action_status/',
				body: { request_data: { group_action_id: actionIdToSend(id) } },
			},
		});
		return actionStatus(endpointRows(json, id), settings);
	},
	statusIn({ details }: Fault, { id, settings }) {
		const { body } = details;
		// The vendor documents the body of a success for errors too.
		if (!isObject(body?.reply) || !isObject(body.reply.data)) return undefined;
		return actionStatus(endpointRows(body, id), settings);
	},
};

/** A look at a query, with so many of its rows. */
const queryQuestion = (id: string, rows: number): Question => ({
	operation: { ...OPERATIONS.getQueryResults, id },
	request: { method: 'POST', url: QUERY_PATHS.results, body: queryBody(id, rows) },
});

const query: JobKind<Question> = {
	title: 'Query',
	// Four run at once at most, so there is no hurry to learn of the end of one.
	soonest: 5,
	readId: (value) => readQueryId(value, 'Job ID'),
	async status(ask, { id, settings }) {
		const json = await ask(queryQuestion(id, 1));
		return queryStatus(queryState(json, OPERATIONS.getQueryResults), settings);
	},
	statusIn({ details: { body } }: Fault, { settings }) {
		// What explains a failure may be in the place of what explains a refusal.
		const word: unknown = isObject(body?.reply) ? body.reply.status : undefined;
		if (!body || typeof word !== 'string' || word.trim() === '') return undefined;
		return queryStatus(queryState(body, OPERATIONS.getQueryResults), settings);
	},
	mostResults: {
		rows: MOST_ROWS_IN_ANSWER,
		others:
			'A query ends with limit 1000 unless Start Query says otherwise; Get Query Results with Return All brings up to 100,000.',
	},
	async results(ask, { id }) {
		const state = queryState(
			await ask(queryQuestion(id, MOST_ROWS_IN_ANSWER)),
			OPERATIONS.getQueryResults,
		);
		if (!state.meaning.succeeded && !state.meaning.partial) return null;
		const found = foundBy(state, OPERATIONS.getQueryResults);
		if ('rows' in found) return found.rows;
		throw unexpectedAnswer(
			'Cortex answered Get Query Results with a stream, though few were asked for',
		);
	},
};

/** The jobs of Cortex, by the values of Job Type. */
export const CORTEX_JOBS: Vendor<Question> = {
	name: 'Cortex',
	credential: CORTEX_CREDENTIAL,
	connect: tenantOf,
	kinds: {
		endpointAction: action,
		importJob: {
			title: 'Import job',
			readId: readJobId,
			apart: OPERATIONS.getImportJob.spacing / 1000,
			async status(ask, { id, settings }) {
				const json = await ask({
					operation: { ...OPERATIONS.getImportJob, id },
					request: { method: 'GET', url: `${IMPORT_JOBS_PATH}/${encodeURIComponent(id)}` },
				});
				return importStatus(importJob(json), settings);
			},
		},
		scriptExecution: {
			// A script execution is an action too, and that answer is small, whatever the script gave back.
			...action,
			title: 'Script execution',
			noResults: 'If the action runs no script, set Job Type to Endpoint Action.',
			async results(ask, { id }) {
				const json = await ask({
					operation: { ...OPERATIONS.getScriptResults, id },
					request: {
						method: 'POST',
						url: '/public_api/v1/scripts/get_script_execution_results/',
						body: { request_data: { action_id: actionIdToSend(id) } },
					},
				});
				return resultRows(scriptExecution(json, id), id);
			},
		},
		xqlQuery: query,
	},
};
