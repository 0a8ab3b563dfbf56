import { filterSchema, type EndpointSelection } from './filters';
import { fileBodies } from './fileSchemas';
import { actionId, requestData } from './schemaParts';
import { scriptBodies } from './scriptSchemas';

/** Documented as text; clients send numbers and null too. */
const incidentId = { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] };

const endpointSelection = requestData({ filters: filterSchema, incident_id: incidentId }, [
	'filters',
]);

/** Request bodies by operation, as JSON schemas for fastify. */
export const bodySchemas = {
	...scriptBodies,
	...fileBodies,
	scanEndpoints: endpointSelection,
	abortScan: endpointSelection,
	getActionStatus: requestData({ group_action_id: actionId }, ['group_action_id']),
	getScriptResults: requestData({ action_id: actionId }, ['action_id']),
	submitImport: {
		type: 'object',
		required: ['assets'],
		properties: {
			assets: {
				type: 'array',
				minItems: 1,
				items: {
					type: 'object',
					properties: { vulnerabilities: { type: 'array' } },
				},
			},
		},
	},
};

/** Of a scan, and of the end of one. */
export interface ScanBody {
	request_data: { filters: EndpointSelection; incident_id?: string | number | null };
}

export interface ActionStatusBody {
	request_data: { group_action_id: number | string };
}

export interface ScriptResultsBody {
	request_data: { action_id: number | string };
}

export interface SubmitImportBody {
	assets: Array<{ vulnerabilities?: unknown[] }>;
}
