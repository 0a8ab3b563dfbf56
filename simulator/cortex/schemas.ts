import type { EndpointSort } from './endpointRecords';
import {
	filterSchema,
	searchFilterSchema,
	type EndpointFilter,
	type EndpointSelection,
} from './filters';
import { fileBodies } from './fileSchemas';
import { actionId, requestData, text, theseEndpoints } from './schemaParts';
import { scriptBodies } from './scriptSchemas';
import { xqlSchemas } from './xqlRoutes';

/** Documented as text; clients send numbers and null too. */
const incidentId = { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] };

const endpointSelection = requestData({ filters: filterSchema, incident_id: incidentId }, [
	'filters',
]);

/** Either one endpoint, or filters. */
const isolation = requestData(
	{
		endpoint_id: text,
		filters: theseEndpoints(1000),
		incident_id: { type: 'string' },
	},
	[],
);

/** Request bodies by operation, as JSON schemas for fastify; those of imports stand in `importBody.ts`. */
export const bodySchemas = {
	...scriptBodies,
	...fileBodies,
	...xqlSchemas,
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
};

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
