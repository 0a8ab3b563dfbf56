import { Cancelled, Fault, passOn } from '../shared/errors';
import { isObject, type JsonObject } from '../shared/json';
import { endpointRows, type EndpointRow } from '../shared/cortex/actionStatus';
import type { Tenant } from '../shared/cortex/ask';
import { actionIdToSend } from '../shared/cortex/description';
import { OPERATIONS, type CortexOperation } from '../shared/cortex/operations';
import { scriptExecution } from '../shared/cortex/scriptResults';
import { retrievalLinks, scriptLink, type Link } from './links';
import { hasNoFiles, NO_LINK, NOT_IN_ACTION, whyNoScriptFiles, whyNotRetrieved } from './reasons';

/** The files of one action. */
export interface Source {
	/** Ids of the endpoints that were asked for, or of all that the action holds. At least one. */
	endpoints: string[];
	/**
	 * The link to the files of an endpoint.
	 * @param anew whether the one that was given before has ended
	 * @throws {Fault}
	 */
	link(endpoint: string, anew: boolean): Promise<Link>;
	/** Why an endpoint has none, where its {@link Link} does not say. */
	reason(endpoint: string): Promise<string>;
}

/** What opens the files of an action: asks the tenant where they are. */
export type OpenSource = (
	tenant: Tenant,
	actionId: string,
	/** Endpoint ids; all of the action unless given. */
	wanted: string[] | undefined,
) => Promise<Source>;

const ROLE = { license: 'Cortex XDR Pro per Endpoint', takes: 'action' } as const;

/** What downloading needs, by where the files come from. */
export const DOWNLOADS = {
	fileRetrieval: { name: 'Download Files', permission: 'Action Center (view)', ...ROLE },
	scriptExecution: { name: 'Download Files', permission: 'Agent Scripts library (view)', ...ROLE },
} as const satisfies Record<string, CortexOperation>;

/** Asks once, however often the answer is needed. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
	let answer: Promise<T> | undefined;
	return async () => await (answer ??= ask());
}

/** Asks for what only explains: `undefined` where there is no answer. */
async function ifPossible<T>(ask: () => Promise<T>): Promise<T | undefined> {
	try {
		return await ask();
	} catch (error) {
		return error instanceof Cancelled ? await passOn(error) : undefined;
	}
}

const noEndpoints = (actionId: string, hint: string) =>
	new Fault(`Cortex names no endpoints of action ${actionId}`, { meaning: 'declined', hint });

/** The files that a retrieval has brought back. */
export const retrievedFiles: OpenSource = async (tenant, actionId, wanted) => {
	const operation = { ...DOWNLOADS.fileRetrieval, id: actionId };
	const body = { request_data: { group_action_id: actionIdToSend(actionId) } };
	const askForLinks = async () => {
		const url = '/public_api/v1/actions/file_retrieval_details';
		const json = await tenant.patiently({ operation, request: { method: 'POST', url, body } });
		return retrievalLinks(json, operation);
	};
	const standing = once(async () => {
		const url = '/public_api/v1/actions/get_action_status/';
		// It only explains, so nobody waits for minutes for it.
		const json = await tenant.lastly({
			operation: { ...OPERATIONS.getActionStatus, id: actionId },
			request: { method: 'POST', url, body },
		});
		return new Map(endpointRows(json, actionId).map((row) => [row.endpoint_id, row]));
	});

	let links = await askForLinks();
	const urlOf = (id: string) => {
		const link = links.get(id);
		return link && 'url' in link;
	};
	const asked = wanted ?? [...links.keys()];
	let known: Map<string, EndpointRow> | undefined;
	if (asked.length === 0 || !asked.every(urlOf)) known = await ifPossible(standing);
	const all = new Set([...links.keys(), ...(known?.keys() ?? [])]);
	if (all.size === 0) {
		throw noEndpoints(
			actionId,
			'In the first seconds of an action, Cortex knows none yet: use Wait for Job first. If it is older, check that this is the action_id of Retrieve Files.',
		);
	}
	return {
		endpoints: wanted ?? [...all],
		async link(endpoint, anew) {
			if (anew) links = await askForLinks();
			return links.get(endpoint) ?? { none: undefined };
		},
		async reason(endpoint) {
			known ??= await ifPossible(standing);
			if (known?.has(endpoint)) return whyNotRetrieved(known.get(endpoint));
			return all.has(endpoint) ? NO_LINK : NOT_IN_ACTION;
		},
	};
};

/** The files that a script has brought back. */
export const filesOfScript: OpenSource = async (tenant, actionId, wanted) => {
	const operation = { ...DOWNLOADS.scriptExecution, id: actionId };
	const action_id = actionIdToSend(actionId);
	const results = once(async () => {
		const json = await tenant.patiently({
			operation: { ...OPERATIONS.getScriptResults, id: actionId },
			request: {
				method: 'POST',
				url: '/public_api/v1/scripts/get_script_execution_results/',
				body: { request_data: { action_id } },
			},
		});
		const rows = scriptExecution(json, actionId).results as unknown[];
		return new Map(
			rows.filter(isObject).flatMap((row): Array<[string, JsonObject]> => {
				const { endpoint_id: id } = row;
				return typeof id === 'string' && id !== '' ? [[id, row]] : [];
			}),
		);
	});

	const endpoints = wanted ?? [...(await results()).keys()];
	if (endpoints.length === 0) {
		throw noEndpoints(
			actionId,
			'In the first seconds of a script run, Cortex knows none yet: use Wait for Job first. If it is older, check that this is the action_id of Run Script.',
		);
	}
	return {
		endpoints,
		async link(endpoint) {
			const row = wanted ? undefined : (await results()).get(endpoint);
			if (row && hasNoFiles(row)) return { none: whyNoScriptFiles(row) };
			try {
				const json = await tenant.patiently({
					operation,
					request: {
						method: 'POST',
						url: '/public_api/v1/scripts/get_script_execution_results_files',
						body: { request_data: { action_id, endpoint_id: endpoint } },
					},
				});
				return scriptLink(json, operation);
			} catch (error) {
				if (!(error instanceof Fault) || error.details.meaning !== 'declined') {
					return await passOn(error);
				}
				// Refused like an action that nobody knows: the endpoint may not be part of it, or have nothing.
				const all = await ifPossible(results);
				const one = all?.get(endpoint);
				if (!all || (one && !hasNoFiles(one))) return await passOn(error);
				return { none: whyNoScriptFiles(one) };
			}
		},
		async reason(endpoint) {
			const all = await ifPossible(results);
			return all ? whyNoScriptFiles(all.get(endpoint)) : NO_LINK;
		},
	};
};
