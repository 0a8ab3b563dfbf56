import { endpointRows } from '../shared/cortex/actionStatus';
import type { Question, Tenant } from '../shared/cortex/ask';
import { actionIdToSend } from '../shared/cortex/description';
import { importJob, IMPORT_JOBS_PATH } from '../shared/cortex/importJob';
import { OPERATIONS } from '../shared/cortex/operations';
import { resultRows, scriptExecution } from '../shared/cortex/scriptResults';
import type { JsonObject } from '../shared/transport/answer';
import { Cancelled } from '../shared/transport/clock';
import { unexpectedAnswer } from '../shared/transport/fault';
import type { Job } from './settings';
import type { Details, Poll, Tracked } from './tracking';
import { actionStanding, importStanding, silence, type Standing } from './verdict';

/** How a question is asked: with little patience or much. */
type Ask = Tenant['patiently'];

/** How a kind of job is asked for, and what its answer means. */
interface Kind {
	question(id: string): Question;
	standing(json: JsonObject, job: Job): Standing;
}

const action: Kind = {
	question: (id) => ({
		operation: OPERATIONS.getActionStatus,
		request: {
			method: 'POST',
			url: '/public_api/v1/actions/get_action_status/',
			body: { request_data: { group_action_id: actionIdToSend(id) } },
		},
	}),
	standing: (json, { id, settings }) => actionStanding(endpointRows(json, id), settings),
};

const KINDS: Record<Job['type'], Kind> = {
	endpointAction: action,
	// A script execution is an action too, and that answer is small, whatever the script gave back.
	scriptExecution: action,
	importJob: {
		question: (id) => ({
			operation: OPERATIONS.getImportJob,
			request: { method: 'GET', url: `${IMPORT_JOBS_PATH}/${encodeURIComponent(id)}` },
		}),
		standing: (json, { settings }) => importStanding(importJob(json), settings),
	},
};

/**
 * Asks how a job stands. Whatever goes wrong is part of the answer.
 * @param last whether its time is up, so that no other poll makes good for this one
 * @throws {Cancelled} when the execution is stopped
 */
export async function poll(tenant: Tenant, job: Job, last: boolean): Promise<Poll> {
	const kind = KINDS[job.type];
	const ask = last ? tenant.lastly : tenant.briefly;
	try {
		return { standing: kind.standing(await ask(kind.question(job.id)), job) };
	} catch (error) {
		if (error instanceof Cancelled) return await Promise.reject(error);
		return { fault: tenant.faultOf(error) };
	}
}

async function results(ask: Ask, id: string): Promise<JsonObject[]> {
	const json = await ask({
		operation: OPERATIONS.getScriptResults,
		request: {
			method: 'POST',
			url: '/public_api/v1/scripts/get_script_execution_results/',
			body: { request_data: { action_id: actionIdToSend(id) } },
		},
	});
	return resultRows(scriptExecution(json), id);
}

/**
 * Runs a fetch whose failure must not change how the job ended. The words of the failure go to `details`.
 * @returns `null` where it failed: what is not known is not an empty list
 */
async function attempt<T>(
	tenant: Tenant,
	what: string,
	details: Details,
	fetch: () => Promise<T>,
): Promise<T | null> {
	try {
		return await fetch();
	} catch (error) {
		if (error instanceof Cancelled) return await Promise.reject(error);
		const fault = tenant.faultOf(error);
		details.errors.push(`${what} could not be fetched: ${fault.message}`);
		details.again ||= silence(fault) === 'passing';
		return null;
	}
}

/** The standing of a job that is asked for once more. */
async function standingAgain(ask: Ask, job: Job): Promise<Standing> {
	const kind = KINDS[job.type];
	const standing = kind.standing(await ask(kind.question(job.id)), job);
	if (standing.progress.total > 0) return standing;
	throw unexpectedAnswer('Cortex named no endpoints any more');
}

/**
 * Fetches what the item of an ended job needs and what was not kept while it was parked.
 *
 * The endpoints of a job that ended in an earlier round are asked for again. How it ended, and stood then, stays
 * as it was: a job can end after its time was up.
 */
export async function complete(
	tenant: Tenant,
	job: Job,
	{ standing, fault, end }: Tracked,
): Promise<Details> {
	const details: Details = { errors: [], again: false };
	if (job.type === 'importJob') return details;
	// A job that Cortex refuses to tell of, or does not know, is not asked for again.
	const askable = standing !== undefined && (fault === undefined || end?.outcome === 'timedOut');
	// What is late already is not kept waiting for minutes.
	const ask = end?.outcome === 'timedOut' ? tenant.lastly : tenant.patiently;
	const none = standing === undefined || standing.progress.total === 0;
	details.endpoints = none ? [] : (standing.endpoints ?? null);
	if (askable && details.endpoints === null) {
		const now = await attempt(
			tenant,
			'The endpoints',
			details,
			async () => await standingAgain(ask, job),
		);
		details.endpoints = now?.endpoints ?? null;
		// While it was parked, only the beginning of its errors was kept.
		if (now?.ended && now.succeeded === (end?.outcome === 'succeeded'))
			details.reasons = now.errors;
	}
	if (job.type === 'scriptExecution' && job.settings.includeResults) {
		details.results = askable
			? await attempt(tenant, 'The results', details, async () => await results(ask, job.id))
			: null;
	}
	return details;
}
