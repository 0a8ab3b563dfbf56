import type { FastifyReply } from 'fastify';

import {
	filterSchema,
	searchFilterSchema,
	type EndpointFilter,
	type EndpointSelection,
} from './filters';
import type { EndpointSort } from './endpointRecords';

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

/** The one filter that calls take which act on single endpoints. */
export const endpointIds = {
	type: 'array',
	minItems: 1,
	maxItems: 1,
	items: {
		type: 'object',
		required: ['field', 'operator', 'value'],
		additionalProperties: false,
		properties: {
			field: { const: 'endpoint_id_list' },
			operator: { const: 'in' },
			value: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
		},
	},
};

/** Either one endpoint, or filters. */
const isolation = requestData(
	{
		endpoint_id: { type: 'string', minLength: 1 },
		filters: endpointIds,
		incident_id: { type: 'string' },
	},
	[],
);

/** Request bodies by operation, as JSON schemas for fastify. */
export const bodySchemas = {
	scanEndpoints: endpointSelection,
	abortScan: endpointSelection,
	isolate: isolation,
	unisolate: isolation,
	searchEndpoints: requestData(
		{
			filters: searchFilterSchema,
			search_from: { type: 'integer', minimum: 0 },
			search_to: { type: 'integer', minimum: 1 },
			sort: {
				type: 'object',
				required: ['field', 'keyword'],
				additionalProperties: false,
				properties: {
					field: { enum: ['endpoint_id', 'first_seen', 'last_seen'] },
					keyword: { enum: ['ASC', 'DESC'] },
				},
			},
		},
		[],
	),
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

/** Adds a route for an operation, below both forms of its path. */
export type Post = <Body>(
	path: string,
	operation: keyof typeof bodySchemas,
	answer: (body: Body, reply: FastifyReply) => object,
	bodyLimit?: number,
) => void;

/** Of a scan, and of the end of one. */
export interface ScanBody {
	request_data: { filters: EndpointSelection; incident_id?: string | number | null };
}

export interface IsolationBody {
	request_data: {
		endpoint_id?: string;
		filters?: [{ value: string[] }];
		incident_id?: string;
	};
}

export interface SearchEndpointsBody {
	request_data: {
		filters?: EndpointFilter[];
		/** Of the first endpoint wanted, counted from 0. */
		search_from?: number;
		/** Of the first one that is not wanted any more. */
		search_to?: number;
		sort?: EndpointSort;
	};
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

export interface SubmitImportBody {
	assets: Array<{ vulnerabilities?: unknown[] }>;
}
