import { filterSchema, type EndpointFilter, type EndpointSelection } from './filters';

const requestData = (properties: object, required: string[], strict = true) => ({
	type: 'object',
	required: ['request_data'],
	additionalProperties: false,
	properties: {
		request_data: { type: 'object', required, additionalProperties: !strict, properties },
	},
});

/** Documented as text on one page and as an integer on the other; digits either way. */
const actionId = { anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^\\d+$' }] };

/** Documented as text; clients send numbers and null too. */
const incidentId = { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] };

const endpointSelection = requestData({ filters: filterSchema, incident_id: incidentId }, [
	'filters',
]);

/** Request bodies by operation, as JSON schemas for fastify; those of imports stand in `importBody.ts`. */
export const bodySchemas = {
	scanEndpoints: endpointSelection,
	abortScan: endpointSelection,
	getActionStatus: requestData({ group_action_id: actionId }, ['group_action_id']),
	getScriptResults: requestData({ action_id: actionId }, ['action_id']),
	runScript: requestData(
		{
			script_uid: { type: 'string', minLength: 1 },
			endpoint_ids: { type: 'array', items: { type: 'string' } },
			filters: filterSchema,
			timeout: { type: 'integer', minimum: 1 },
			parameters_values: { type: 'object' },
			incident_id: incidentId,
		},
		['script_uid'],
		false,
	),
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

export interface RunScriptBody {
	request_data: {
		script_uid: string;
		endpoint_ids?: string[];
		filters?: EndpointFilter[];
		parameters_values?: Record<string, unknown>;
	};
}
