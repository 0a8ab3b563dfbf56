import type { WrongPlace } from './importBody';

/** What the API answers with when it refuses. `extra` becomes err_extra: text, object, list or null. */
export class CortexError extends Error {
	constructor(
		readonly status: number,
		message: string,
		readonly extra: unknown = null,
	) {
		super(message);
	}

	/** The vendor's envelope; newer services send it without `reply`. */
	body(form: 'reply' | 'flat'): object {
		const fields = { err_code: this.status, err_msg: this.message, err_extra: this.extra };
		return form === 'flat' ? fields : { reply: fields };
	}
}

/** A refusal in the form of the framework behind the newer services: a text, or what is wrong in which place. */
export class DetailError extends CortexError {
	constructor(
		status: number,
		readonly detail: string | WrongPlace[],
	) {
		super(status, 'Refused', detail);
	}

	override body(): object {
		return { detail: this.detail };
	}
}

/** What the vendor calls the actions that it creates for many endpoints. */
export type GroupAction = 'SCAN' | 'ABORT_SCAN' | 'ISOLATE' | 'UNISOLATE' | 'FILES_RETRIEVAL';

const PROCESSING = 'An error occurred while processing XDR public API';

const processing = (what: string): string => `${PROCESSING} - ${what}`;

/** Every refusal, by what is wrong. */
export const refusals = {
	badJson: () => new CortexError(400, 'Bad Request. Got an invalid JSON.'),
	badRequest: (extra: string) =>
		new CortexError(400, 'Bad Request. Got an invalid request.', extra),
	unauthorized: () =>
		new CortexError(
			401,
			'Unauthorized access. An issue occurred during authentication.',
			'This can indicate an incorrect key, id, or other invalid authentication parameters.',
		),
	noLicence: () =>
		new CortexError(
			402,
			'Unauthorized access. User does not have the required license type to run this API.',
		),
	forbidden: (permission: string) =>
		new CortexError(
			403,
			'Forbidden access. The provided API Key does not have the required RBAC permissions to run this API.',
			{ missing_permissions: [permission] },
		),
	noSuchImport: () => new DetailError(404, 'Job not found'),
	malformedImportId: () =>
		new DetailError(422, [
			{ loc: ['path', 'job_id'], msg: 'value is not a valid uuid', type: 'type_error.uuid' },
		]),
	wrongImport: (places: WrongPlace[]) => new DetailError(422, places),
	tooLarge: () => new CortexError(413, 'Request entity too large'),
	tooMany: () => new CortexError(429, 'Too many requests.'),
	tooManyImports: (most: number) =>
		new CortexError(429, 'Too many requests.', `${most} import jobs of the last hour are going on`),
	/** Final: none of the endpoints asked for can take the action, whatever the reason. */
	noEndpoint: (action?: GroupAction) =>
		new CortexError(
			500,
			processing('No endpoint was found for creating the requested action'),
			action && `can't create group action id for ${action}`,
		),
	oneOfTwo: () =>
		new CortexError(
			400,
			'Bad Request. Got an invalid request.',
			'Either endpoint_id or filters has to be given, and not both',
		),
	isolationUnderWay: () =>
		new CortexError(500, processing('Another isolation action of this endpoint is under way')),
	emptyFilters: () => new CortexError(500, processing('filters must not be empty')),
	noSuchAction: (id: string) => new CortexError(500, processing(`Action ${id} was not found`)),
	badQuery: (parse_err: { line: number; column: number; message: string }) =>
		new CortexError(500, processing('Failed to parse the query'), { parse_err }),
	badTimeframe: () => new CortexError(500, processing('timeframe.from is later than timeframe.to')),
	/** Final until midnight UTC. */
	queryQuota: (used_quota: number, max_quota: number, counters: object) =>
		new CortexError(500, PROCESSING, {
			err_msg: 'query usage exceeded max daily quota',
			quota_info: {
				used_quota,
				max_quota,
				error_type: 'QUOTA_EXCEEDED',
				message: 'The daily number of remaining Compute Units (0.0) is insufficient',
			},
			...counters,
		}),
	tooManyQueries: (counters: object) =>
		new CortexError(500, PROCESSING, {
			err_msg: 'reached the maximum allowed number of parallel running queries',
			...counters,
		}),
	noSuchQuery: (id: string) => new CortexError(500, processing(`Query ${id} was not found`)),
	noSuchStream: (id: string) => new CortexError(500, processing(`Stream ${id} was not found`)),
	noSuchScript: (uid: string) =>
		new CortexError(500, processing('Failed to run the script'), `No script with uid ${uid}`),
	missingParameter: (name: string) =>
		new CortexError(500, processing('Failed to run the script'), `${name} param is missing`),
	wrongParameters: (extra: string) =>
		new CortexError(500, processing('Failed to run the script'), extra),
	unknownScript: (uid: string) => new CortexError(500, processing(`Script ${uid} was not found`)),
	notInAction: (endpointId: string, id: string) =>
		new CortexError(500, processing(`Endpoint ${endpointId} takes no part in action ${id}`)),
	noSuchFile: () => new CortexError(404, 'The requested file was not found'),
	linkExpired: () => new CortexError(410, 'The link to the file has expired'),
	methodNotAllowed: () => new CortexError(405, 'Method Not Allowed'),
};

/** What stands behind paths that are nobody's: no envelope, and not JSON. */
export const WRONG_PATH_PAGE =
	'<html><head><title>Internal Server Error</title></head><body><h1>Internal Server Error</h1>' +
	'<p>The server encountered an unexpected internal server error</p><p>(generated by Waitress)</p></body></html>';
