import type { IHttpRequestOptions } from 'n8n-workflow';

/** An operation of the Cortex API, with what its refusals are explained by. */
export interface CortexOperation {
	/** As in the title of the node. */
	name: string;
	/** License that the vendor's page asks for. */
	license: string;
	/** What the role of the API key must allow. */
	permission: string;
	/** What the request names by its id, and the tenant may not know. */
	takes?: string;
	/** That id, where it is at hand. */
	id?: string;
	/** Whether status 404 is how the tenant says that it does not know the id. */
	tellsUnknown?: boolean;
	/** Milliseconds that must lie between two of its requests, where the vendor limits it alone. */
	spacing?: number;
	/** How many of its requests may be under way at once, where a refusal of one should hold back the others. */
	atOnce?: number;
	/**
	 * Milliseconds of "too many requests" that are waited out, where the vendor also limits it by something that lasts
	 * longer than anybody waits.
	 */
	throttledFor?: number;
	/** What to say where the tenant asks for fewer requests, other than that it takes 10 a second. */
	limit?: string;
}

/** A request to the Cortex API. */
export interface Question {
	operation: CortexOperation;
	request: Pick<IHttpRequestOptions, 'method' | 'url' | 'body'>;
	/** Milliseconds that the answer may take; a minute unless given. */
	timeout?: number;
}

/** What the calls around queries need. */
export const MAY_QUERY =
	'the right to run queries (the vendor does not name it; an older page asks for the role Instance Administrator)';

/** Sources: the vendor's page of each operation. No page names a permission for reading the status of actions. */
export const OPERATIONS = {
	scanEndpoints: {
		name: 'Scan Endpoints',
		license: 'Cortex XDR Prevent or Cortex XDR Pro',
		permission: 'Endpoint Scan',
	},
	searchEndpoints: {
		name: 'Search Endpoints',
		license: 'Cortex XDR Prevent or Cortex XDR Pro per Endpoint',
		permission: 'Endpoint Administrations (view)',
	},
	getActionStatus: {
		name: 'Get Action Status',
		license: 'Cortex XDR Prevent or Cortex XDR Pro per Endpoint',
		permission: 'Action Center (view)',
		takes: 'action',
	},
	getScriptResults: {
		name: 'Get Script Results',
		license: 'Cortex XDR Pro per Endpoint',
		permission: 'Agent Scripts library (view)',
		takes: 'action',
	},
	submitImport: {
		name: 'Submit Import',
		license: 'Exposure Management, with Cortex XSIAM Premium or an add-on for cloud security',
		permission: 'manage_vulnerabilities_action',
		// A queue of its own: when it is held because the hour is used up, nothing else has to wait.
		spacing: 1_000,
		// As long as the limit of the tenant, 10 requests a second, could be meant.
		throttledFor: 5_000,
		limit:
			'Nothing of this request was imported. The quota of 10 an hour may be used up: Cortex takes 10 imports an hour, and none while 10 of the last hour are being processed. Try again later, and submit more findings at once: what fits into 8 MB is one import.',
	},
	getImportJob: {
		name: 'Get Import Job',
		license: 'Exposure Management, with Cortex XSIAM Premium or an add-on for cloud security',
		permission: 'manage_vulnerabilities_action',
		takes: 'import job',
		tellsUnknown: true,
		// Ten a minute. A little more, because requests bunch up on their way.
		spacing: 6_100,
		limit:
			'The tenant takes 10 requests a second from all clients together, and tells the status of import jobs 10 times a minute. Ask less often.',
	},
	getQueryResults: {
		name: 'Get Query Results',
		license: 'Cortex XDR Pro or Cortex XSIAM',
		permission: MAY_QUERY,
		takes: 'query',
	},
} as const satisfies Record<string, CortexOperation>;

/** What isolating endpoints and releasing them need. */
export const ISOLATION_ROLE = {
	license: 'Cortex XDR Prevent or Cortex XDR Pro per Endpoint',
	permission: 'Endpoint Administrations (view), Action Center (view and edit) and Isolate',
} as const;
