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
	/** What to say where the tenant asks for fewer requests, other than that it takes 10 a second. */
	limit?: string;
}

/** A request to the Cortex API. */
export interface Question {
	operation: CortexOperation;
	request: Pick<IHttpRequestOptions, 'method' | 'url' | 'body'>;
}

/** Sources: the vendor's page of each operation. No page names a permission for the two reads of actions. */
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
		permission: 'Action Center (view)',
		takes: 'action',
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
} as const satisfies Record<string, CortexOperation>;
