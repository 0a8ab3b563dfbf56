import type { IExecuteSingleFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { returnAllProperty } from '../shared/input/properties';
import { cortexIcon, cortexMethods, cortexNode } from '../shared/cortex/description';
import { OPERATIONS } from '../shared/cortex/operations';
import {
	checkCount,
	foundBy,
	MOST_ROWS_IN_ANSWER,
	QUERY_PATHS,
	queryBody,
	queryState,
	readQueryId,
	streamRows,
} from '../shared/cortex/queries';
import { cortexRequests, cortexRouting, type CortexNode } from '../shared/cortex/send';
import { readChoice, readSwitch } from '../shared/input/values';
import { numberOf } from '../shared/json';
import { clock } from '../shared/transport/clock';
import { hintWhere, NO_ITEMS } from '../shared/transport/hints';
import { builderHint, toolDescription } from '../shared/transport/tool';
import { rowItems, summaryItem } from './items';

/** @throws {InputError} */
function queryIdOf(this: IExecuteSingleFunctions): string {
	return readQueryId(this.getNodeParameter('queryId'));
}

/**
 * What this item asks for.
 * @throws {InputError}
 */
function parametersOf(context: IExecuteSingleFunctions) {
	const output = readChoice('Output', context.getNodeParameter('output'), ['rows', 'summary']);
	const all =
		output === 'rows' && readSwitch('Return All', context.getNodeParameter('returnAll', false));
	return { id: queryIdOf.call(context), output, all };
}

const NODE: CortexNode = {
	operation: OPERATIONS.getQueryResults,
	url: QUERY_PATHS.results,
	// Nobody knows whether a stream that comes packed says so in its headers.
	headers: { 'Accept-Encoding': 'identity' },
	id: queryIdOf,
	prepare(request) {
		const { id, output, all } = parametersOf(this);
		// With a limit, nobody knows whether the count is that of all rows.
		request.body = queryBody(id, all || output === 'summary' ? undefined : MOST_ROWS_IN_ANSWER);
	},
	async items(json, { reading }) {
		const { id, output } = parametersOf(this);
		const operation = { ...OPERATIONS.getQueryResults, id };
		const state = queryState(json, operation);
		if (output === 'summary') return [summaryItem(state, id)];
		return await rowItems(state, id, async () => {
			const found = foundBy(state, operation);
			if ('rows' in found) return found.rows;
			const counted = numberOf(state.reply.number_of_results);
			checkCount(counted, operation);
			const body = { request_data: { stream_id: found.stream, is_gzip_compressed: false } };
			const request = { method: 'POST' as const, url: QUERY_PATHS.stream, body };
			return await reading({ operation, request }, (answer) =>
				streamRows(answer, operation, counted, clock.now()),
			);
		});
	},
};

const NAME = 'Cortex XDR Get Query Results';

const FOR_MODELS =
	'Get the rows that a query in XQL of Palo Alto Cortex XDR or XSIAM has found, once it has ended. Takes the query_id that Start Query gave. Returns an item per row, up to 1,000 of them, or a summary with status, number of rows and cost. While the query runs, it is an error that says so: wait with Wait for Job.';

export class CortexXdrGetQueryResults implements INodeType {
	description: INodeTypeDescription = {
		...cortexNode,
		...cortexRequests(NODE),
		icon: cortexIcon,
		displayName: NAME,
		name: 'cortexXdrGetQueryResults',
		subtitle: '={{ "query " + $parameter.queryId }}',
		description: 'Get the rows that a query (XQL) has found, once it has ended',
		defaults: { name: NAME },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this after Wait for Job with Job Type = XQL Query, to get an item for each row of a query, also where there are more than 1,000. Items have the columns of the query. For up to 1,000 rows in one list, Wait for Job has them in its field results.',
			{
				cortexXdrStartQuery: 'Starts the query and gives its query_id',
				cortexXdrWaitForJob: 'Waits until the query has ended',
			},
		),
		hints: [
			hintWhere(NAME, 'The query has ended, and found no rows in its time range.', NO_ITEMS),
			hintWhere(
				NAME,
				'These are the first 1,000 rows, and there may be more: turn on Return All. A query itself ends with limit 1000 unless Start Query says otherwise.',
				"node.params.output !== 'summary' && node.params.returnAll !== true && node.all(0, $runIndex).length >= 1000",
			),
			hintWhere(
				NAME,
				'Not all tenants answered this query (PARTIAL_SUCCESS), so rows may be missing. The field query_status of each row says so too.',
				"first?.json?.query_status === 'PARTIAL_SUCCESS'",
			),
		],
		properties: [
			toolDescription(FOR_MODELS),
			{
				displayName: 'Query ID',
				name: 'queryId',
				type: 'string',
				required: true,
				default: '={{ $json.query_id ?? $json.job_id }}',
				placeholder: 'e.g. ad21c1e1492d4c_667_inv',
				description:
					'The query_id that Start Query gave, or the Execution ID of a query in the Query Center of Cortex',
				routing: cortexRouting(NODE),
			},
			{
				displayName: 'Output',
				name: 'output',
				type: 'options',
				noDataExpression: true,
				default: 'rows',
				options: [
					{
						name: 'Rows',
						value: 'rows',
						description: 'An item for each row; an error while the query is running',
					},
					{
						name: 'Summary',
						value: 'summary',
						description: 'One item with status, number of rows and cost, also while it is running',
					},
				],
				description:
					'What an item stands for. Rows have the columns of the query; until the node has run, the editor shows those of an example.',
			},
			{
				...returnAllProperty,
				displayOptions: { show: { output: ['rows'] } },
				hint: 'Off: the first 1,000 rows. On: up to 100,000.',
			},
		],
	};

	methods = cortexMethods;
}
