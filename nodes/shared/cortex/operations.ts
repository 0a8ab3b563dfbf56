/** An operation of the Cortex API, with what its refusals are explained by. */
export interface CortexOperation {
	/** As in the title of the node. */
	name: string;
	/** License that the vendor's page asks for. */
	license: string;
	/** What the role of the API key must allow. */
	permission: string;
	/** The request names a job, which the tenant may not know. */
	takesId: boolean;
}

/** Sources: the vendor's page of each operation. No page names a permission for the two reads of actions. */
export const OPERATIONS = {
	scanEndpoints: {
		name: 'Scan Endpoints',
		license: 'Cortex XDR Prevent or Cortex XDR Pro',
		permission: 'Endpoint Scan',
		takesId: false,
	},
	getActionStatus: {
		name: 'Get Action Status',
		license: 'Cortex XDR Prevent or Cortex XDR Pro per Endpoint',
		permission: 'Action Center (view)',
		takesId: true,
	},
	getScriptResults: {
		name: 'Get Script Results',
		license: 'Cortex XDR Pro per Endpoint',
		permission: 'Action Center (view)',
		takesId: true,
	},
	getImportJob: {
		name: 'Get Import Job',
		license: 'Exposure Management, with Cortex XSIAM Premium or an add-on for cloud security',
		permission: 'manage_vulnerabilities_action',
		takesId: true,
	},
} as const satisfies Record<string, CortexOperation>;
