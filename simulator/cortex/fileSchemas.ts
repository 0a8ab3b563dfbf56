import type { PathsBySystem } from './endpointFiles';
import type { EndpointFilter } from './filters';
import { actionId, requestData, text, theseEndpoints } from './schemaParts';

/** The vendor's limits of one retrieval. */
const MOST_ENDPOINTS = 10;
export const MOST_FILES = 20;

const paths = { type: 'array', minItems: 1, items: text };

/** Request bodies of file retrievals. */
export const fileBodies = {
	retrieveFiles: requestData(
		{
			filters: theseEndpoints(MOST_ENDPOINTS),
			files: {
				type: 'object',
				minProperties: 1,
				additionalProperties: false,
				properties: { windows: paths, linux: paths, macos: paths },
			},
			incident_id: { type: 'string' },
		},
		['filters', 'files'],
	),
	getRetrievedFiles: requestData({ group_action_id: actionId }, ['group_action_id']),
};

export interface RetrieveFilesBody {
	request_data: { filters: EndpointFilter[]; files: PathsBySystem };
}

export interface RetrievedFilesBody {
	request_data: { group_action_id: number | string };
}
