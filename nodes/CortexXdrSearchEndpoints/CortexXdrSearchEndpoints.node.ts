import type { IExecuteSingleFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import {
	directionProperty,
	limitProperty,
	optionsProperty,
	returnAllProperty,
	simplifyProperty,
} from '../shared/input/properties';
import { cortexIcon, cortexMethods, cortexNode } from '../shared/cortex/description';
import { ENDPOINTS_PATH, endpointsPage } from '../shared/cortex/endpoints';
import { searchFilterProperties } from '../shared/cortex/filterProperties';
import { OPERATIONS } from '../shared/cortex/operations';
import { cortexRequests, cortexRouting, type CortexNode } from '../shared/cortex/send';
import type { JsonObject } from '../shared/json';
import { hintWhere, NO_ITEMS } from '../shared/transport/hints';
import { builderHint, toolDescription } from '../shared/transport/tool';
import { collectEndpoints, firstPage, type Page } from './paging';
import { checkFound, pageBody, readSearch, rowOf, type Search } from './search';

/** What this item asks for, from its parameters. */
function searchOf(context: IExecuteSingleFunctions): Search {
	const parameter = (name: string): unknown => context.getNodeParameter(name, null);
	return readSearch(
		{
			returnAll: parameter('returnAll'),
			limit: parameter('limit'),
			filters: context.getNodeParameter('filters', {}),
			simplify: parameter('simplify'),
			options: context.getNodeParameter('options', {}),
		},
		context.getTimezone(),
	);
}

function pageIn(json: JsonObject, search: Search): Page {
	const { records, total } = endpointsPage(json);
	return { rows: records.map((record) => rowOf(record, search)), total };
}

const NODE: CortexNode = {
	operation: OPERATIONS.searchEndpoints,
	url: ENDPOINTS_PATH,
	prepare(request) {
		const search = searchOf(this);
		request.body = pageBody(search, firstPage(search));
	},
	async items(json, { patiently }) {
		const search = searchOf(this);
		const items = await collectEndpoints(search, pageIn(json, search), async (page) => {
			const request = {
				method: 'POST' as const,
				url: ENDPOINTS_PATH,
				body: pageBody(search, page),
			};
			return pageIn(await patiently({ operation: NODE.operation, request }), search);
		});
		checkFound(search, items);
		return items;
	},
};

const NAME = 'Cortex XDR Search Endpoints';

const FOR_MODELS =
	'Search the endpoints (computers with an agent) of Palo Alto Cortex XDR or XSIAM. Takes filters such as exact hostname, IP address, username, group, platform, connection status or isolation; without any, all endpoints. Returns an endpoint per item with endpoint_id, which other tools need, endpoint_name, status, isolation, addresses, users and when it was last seen. Changes nothing.';

export class CortexXdrSearchEndpoints implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		...cortexRequests(NODE),
		icon: cortexIcon,
		displayName: NAME,
		name: 'cortexXdrSearchEndpoints',
		subtitle:
			'={{ Object.keys($parameter.filters ?? {}).length ? ($parameter.returnAll ? "all" : "first " + $parameter.limit) + " endpoints that match" : $parameter.returnAll ? "all endpoints" : "first " + $parameter.limit + " of all endpoints" }}',
		description: 'Search endpoints by name, address, user, group or status, or list all of them',
		defaults: { name: NAME },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to find endpoints, or to get the endpoint_id that other Cortex nodes need from a hostname, an IP address or a user. Items have endpoint_id, endpoint_name, endpoint_status, isolated (null while pending), is_isolated, scan_status, os_type, operating_system, ip, users, domain, group_name, alias, tags, endpoint_version, first_seen, last_seen; with Simplify off, the record as it came.',
			{
				cortexXdrScanEndpoints: 'Scans endpoints by the same filters',
				cortexXdrIsolateEndpoints: 'Isolates the endpoints that were found',
				cortexXdrRunScript: 'Runs a script on the endpoints that were found',
			},
		),
		hints: [
			hintWhere(
				NAME,
				'No endpoint matches every filter. Names are exact, without wildcards, and upper and lower case may count. To make this an error, add the option Fail If Not Found.',
				NO_ITEMS,
			),
			hintWhere(
				NAME,
				'No filter is set, so these are any endpoints of the tenant. Add a filter before a node that acts on them.',
				'first !== undefined && Object.keys(node.params.filters ?? {}).length === 0',
			),
		],
		properties: [
			toolDescription(FOR_MODELS),
			{
				...returnAllProperty,

				routing: cortexRouting(NODE),
			},
			limitProperty,
			{
				displayName: 'Filters',
				name: 'filters',
				type: 'collection',
				placeholder: 'Add Filter',
				default: {},
				description:
					'An endpoint is returned when it matches every filter. Without filters, all are.',
				options: searchFilterProperties,
			},
			simplifyProperty,
			optionsProperty([
				{
					displayName: 'Fail If Not Found',
					name: 'failIfNotFound',
					type: 'boolean',
					default: false,
					description:
						'Whether it is an error when one of the hostnames or endpoint IDs in the filters matches no endpoint. Otherwise it is left out, and the output holds the endpoints that were found.',
				},
				{
					displayName: 'Sort',
					name: 'sort',
					type: 'fixedCollection',
					placeholder: 'Add Sort Field',
					default: {},
					description: 'Order of the endpoints; by endpoint ID unless set',
					options: [
						{
							displayName: 'Field',
							name: 'row',
							values: [
								{
									displayName: 'Field',
									name: 'field',
									type: 'options',
									default: 'last_seen',
									options: [
										{ name: 'Endpoint ID', value: 'endpoint_id' },
										{ name: 'First Seen', value: 'first_seen' },
										{ name: 'Last Seen', value: 'last_seen' },
									],
									description: 'What to sort by',
								},
								directionProperty,
							],
						},
					],
				},
			]),
		],
	};

	methods = cortexMethods;
}
