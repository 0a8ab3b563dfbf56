import type { IExecuteSingleFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { optionsProperty } from '../shared/input/properties';
import { cortexIcon, cortexMethods, cortexNode } from '../shared/cortex/description';
import { MAY_QUERY } from '../shared/cortex/operations';
import { cortexRequests, cortexRouting, type CortexNode } from '../shared/cortex/send';
import { builderHint, isSetByAuthor, isTool, toolDescription } from '../shared/transport/tool';
import {
	DEFAULT_LIMIT,
	MOST_ROWS,
	readQuery,
	refusedQuery,
	startBody,
	startedQuery,
} from './request';

const queryOf = (context: IExecuteSingleFunctions) => context.getNodeParameter('query', '');

const NODE: CortexNode = {
	operation: {
		name: 'Start Query',
		license: 'Cortex XDR Pro or Cortex XSIAM',
		permission: MAY_QUERY,
		// Where one is refused because four are running, so would be those right after it.
		atOnce: 1,
	},
	url: '/public_api/v1/xql/start_xql_query',
	startsWork: {
		describe: ([item]) => `query_id ${String(item?.json.query_id)}`,
		unknown:
			'It is not known whether this query was started, and it is not started a second time. Look into the Query Center of the Cortex console before you run this node again.',
	},
	prepare(request) {
		const node = this.getNode();
		const parameter = (name: string): unknown => this.getNodeParameter(name, null);
		request.body = startBody(
			{
				query: queryOf(this),
				timeRange: parameter('timeRange'),
				lastHours: parameter('lastHours'),
				from: parameter('from'),
				to: parameter('to'),
				options: this.getNodeParameter('options', {}),
			},
			{
				timeZone: this.getTimezone(),
				ownQuery: isSetByAuthor(node.parameters.query) || !isTool(node),
			},
		);
	},
	items: (json) => [startedQuery(json)],
	explain(fault) {
		return refusedQuery(fault, readQuery(queryOf(this)));
	},
};

/** No partner of Return All, which n8n's rules take every Limit for: it becomes a stage of the query. */
const rowLimit = {
	displayName: 'Limit',
	type: 'number' as const,
	typeOptions: { minValue: 1, maxValue: MOST_ROWS },
	default: DEFAULT_LIMIT,
	description:
		'Max number of rows, added to the query as its last stage. A query with a limit stage keeps its own.',
};

const FOR_MODELS =
	'Start a query in XQL, the query language of Palo Alto Cortex XDR and XSIAM, over its logs, alerts and endpoints: for threat hunting and investigation. Takes the query and a time range. Returns a query_id at once, while the query runs; pass it to Wait for Job (xqlQuery) or Get Query Results. Queries use up a daily quota, and four can run at once.';

export class CortexXdrStartQuery implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		...cortexRequests(NODE),
		icon: cortexIcon,
		displayName: 'Cortex XDR Start Query',
		name: 'cortexXdrStartQuery',
		subtitle:
			'={{ $parameter.timeRange === "relative" ? "last " + $parameter.lastHours + " hours" : "from " + $parameter.from + " to " + $parameter.to }}',
		description: 'Start a query (XQL) over the logs, alerts and endpoints in Cortex',
		defaults: { name: 'Cortex XDR Start Query' },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to hunt in the logs of Cortex XDR or XSIAM with XQL. Its item has query_id at once, while the query runs; Wait for Job with Job Type = XQL Query comes next and brings up to 1,000 rows in its field results.',
			{
				cortexXdrWaitForJob: 'Waits until the query has ended, and brings its rows',
				cortexXdrGetQueryResults: 'Gives an item for each row, also more than 1,000',
			},
		),
		properties: [
			toolDescription(FOR_MODELS),
			{
				displayName: 'Query',
				name: 'query',
				type: 'string',
				typeOptions: { rows: 6 },
				required: true,
				default: '',
				placeholder: 'e.g. dataset = endpoints | filter endpoint_status = ENUM.DISCONNECTED',
				hint: 'Insert no value that somebody else has written, such as the text of an alert: it could change the query',
				description: 'The query in XQL, as in the XQL Search of the Cortex console',
				routing: cortexRouting(NODE),
			},
			{
				displayName: 'Time Range',
				name: 'timeRange',
				type: 'options',
				noDataExpression: true,
				default: 'relative',
				options: [
					{ name: 'Last Hours', value: 'relative', description: 'Up to now' },
					{
						name: 'Between Two Moments',
						value: 'absolute',
						description: 'From one moment to another',
					},
				],
				description: 'The time that the query looks at, unless it sets another one itself',
			},
			{
				displayName: 'Last Hours',
				name: 'lastHours',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 24,
				displayOptions: { show: { timeRange: ['relative'] } },
				description: 'How many hours to look back; parts of an hour are allowed',
			},
			{
				displayName: 'From',
				name: 'from',
				type: 'dateTime',
				required: true,
				default: '',
				displayOptions: { show: { timeRange: ['absolute'] } },
				description: 'The first moment to look at',
			},
			{
				displayName: 'To',
				name: 'to',
				type: 'dateTime',
				required: true,
				default: '',
				displayOptions: { show: { timeRange: ['absolute'] } },
				description: 'The last moment to look at',
			},
			optionsProperty([
				{ ...rowLimit, name: 'limit' },
				{
					displayName: 'Tenants',
					name: 'tenants',
					type: 'string',
					default: '',
					placeholder: 'e.g. 9991234567890, 9991234567891',
					description:
						'IDs of the tenants to ask, separated by commas or as an array; for service providers',
				},
			]),
		],
	};

	methods = cortexMethods;
}
