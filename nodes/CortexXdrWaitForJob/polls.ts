import { endpointRows } from '../shared/cortex/actionStatus';
import type { Question, Tenant } from '../shared/cortex/ask';
import { actionIdToSend } from '../shared/cortex/description';
import { importJob, IMPORT_JOBS_PATH } from '../shared/cortex/importJob';
import { OPERATIONS } from '../shared/cortex/operations';
import { resultRows, scriptExecution } from '../shared/cortex/scriptResults';
import type { JsonObject } from '../shared/transport/answer';
import { Cancelled } from '../shared/transport/clock';
import type { Job } from './settings';
import type { Details, Poll, Tracked } from './tracking';
import { actionStanding, importStanding, type Standing } from './verdict';

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
 * @throws {Cancelled} when the execution is stopped
 */
export async function poll(tenant: Tenant, job: Job): Promise<Poll> {
	const kind = KINDS[job.type];
	try {
		return { standing: kind.standing(await tenant.briefly(kind.question(job.id)), job) };
	} catch (error) {
		if (error instanceof Cancelled) return await Promise.reject(error);
		return { fault: tenant.faultOf(error) };
	}
}

async function results(tenant: Tenant, id: string): Promise<JsonObject[]> {
	const json = await tenant.patiently({
		operation: OPERATIONS.getScriptResults,
		request: {
			method: 'POST',
			url: '/public_api/v1/scripts/get_script_execution_results/',
			body: { request_data: { action_id: actionIdToSend(id) } },
		},
	});
	return resultRows(scriptExecution(json), id);
}

/** Runs a fetch whose failure must not change how the job ended, and keeps the words of the failure. */
async function attempt<T>(
	tenant: Tenant,
	what: string,
	errors: string[],
	fetch: () => Promise<T>,
): Promise<T | undefined> {
	try {
		return await fetch();
	} catch (error) {
		if (error instanceof Cancelled) return await Promise.reject(error);
		errors.push(`${what} could not be fetched: ${tenant.faultOf(error).message}`);
		return undefined;
	}
}

/**
 * Fetches what the item of an ended job needs and what was not kept while it was parked.
 *
 * The endpoints of a job that ended in an earlier round are asked for again; its outcome stays as it was.
 * @returns the job with its newest standing, and its details
 */
export async function complete(
	tenant: Tenant,
	job: Job,
	tracked: Tracked,
): Promise<{ tracked: Tracked; details: Details }> {
	const details: Details = { errors: [] };
	let { standing } = tracked;
	const known = standing !== undefined && tracked.fault === undefined;
	if (known && job.type !== 'importJob' && standing?.endpoints === undefined) {
		const kind = KINDS[job.type];
		standing =
			(await attempt(tenant, 'The endpoints', details.errors, async () =>
				kind.standing(await tenant.patiently(kind.question(job.id)), job),
			)) ?? standing;
	}
	details.endpoints = standing?.endpoints;
	if (known && job.type === 'scriptExecution' && job.settings.includeResults) {
		const rows = await attempt(
			tenant,
			'The results',
			details.errors,
			async () => await results(tenant, job.id),
		);
		details.results = rows ?? null;
	}
	return { tracked: { ...tracked, standing }, details };
}
