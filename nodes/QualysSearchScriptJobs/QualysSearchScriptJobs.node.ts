import { builderHint, toolDescription } from '../shared/transport/tool';
import {
	directionProperty,
	limitProperty,
	optionsProperty,
	returnAllProperty,
	simplifyProperty,
} from '../shared/input/properties';
import {
	type IExecuteSingleFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import {
	emptyResultHint,
	qualysIcon,
	qualysMethods,
	qualysNode,
} from '../shared/qualys/description';
import { jobFilterProperties } from '../shared/qualys/jobFilter';
import { readPage, type Page } from '../shared/qualys/reply';
import { qualysRequests, wholeAnswer } from '../shared/qualys/send';
import { clock } from '../shared/transport/clock';
import type { Answer } from '../shared/transport/answer';
import { checked } from '../shared/transport/refusal';
import { collectJobs } from './paging';
import { LARGEST_PAGE, readSearch, type Search } from './searchBody';
import { simplifiedJob } from '../shared/qualys/simplified';

/** What this item asks for, from its parameters. */
function searchOf(context: IExecuteSingleFunctions): Search {
	const parameter = (name: string): unknown => context.getNodeParameter(name, null);
	return readSearch(
		{
			apiVersion: parameter('apiVersion'),
			returnAll: parameter('returnAll'),
			limit: parameter('limit'),
			filters: context.getNodeParameter('filters', {}),
			simplify: parameter('simplify'),
			options: context.getNodeParameter('options', {}),
		},
		context.getTimezone(),
	);
}

/** A page as the output wants it. Each is simplified at once, so that no more than one is held as it came. */
function pageOf(answer: Answer, { version, includeCursor, simplify }: Search): Page {
	const page = readPage(answer, version, includeCursor, clock.now());
	return simplify ? { ...page, records: page.records.map(simplifiedJob) } : page;
}

const NAME = 'Qualys Search Script Jobs';

const showForV2 = { show: { '/apiVersion': ['v2'] } };

const FOR_MODELS =
	'Search the script jobs of Qualys Custom Assessment and Remediation: which scripts were run, when, and on which platform. Takes filters such as script ID, exact script name, time range or a Qualys query. Returns a job per item, newest first.';

export class QualysSearchScriptJobs implements INodeType {
	description: INodeTypeDescription = {
		...qualysNode,
		icon: qualysIcon,
		// As in qualysNode: n8n's scan of packages looks for the test of a credential in the text of a node's file.
		credentials: [{ name: 'qualysGatewayApi', required: true, testedBy: 'qualysGatewayApiTest' }],
		displayName: NAME,
		name: 'qualysSearchScriptJobs',
		subtitle:
			'={{ ($parameter.returnAll ? "all" : "first " + $parameter.limit) + " jobs, " + $parameter.apiVersion }}',
		description: 'Search which scripts were run, when, and on which platform',
		defaults: { name: NAME },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to list script jobs of Qualys Custom Assessment and Remediation. Items have id, title, scriptId, scriptType, platform, category, severity, createdAt, updatedAt, correlationUuid; with Simplify off, the record as it came. A job carries no outcome.',
			{},
		),
		hints: [emptyResultHint(NAME)],
		...qualysRequests(async function (ask) {
			const search = searchOf(this);
			const jobs = await collectJobs(
				search,
				async (page) => await ask({ ...search.body, ...page }, (answer) => pageOf(answer, search)),
			);
			return jobs.map((json) => ({ json }) as INodeExecutionData);
		}),
		properties: [
			toolDescription(FOR_MODELS),
			{
				displayName: 'API Version',
				name: 'apiVersion',
				type: 'options',
				noDataExpression: true,
				default: 'v2',
				options: [
					{
						name: 'V2',
						value: 'v2',
						description: 'Pages by cursor: any number of jobs, each exactly once',
					},
					{
						name: 'V1',
						value: 'v1',
						description: 'Pages by number: no more than 10,000 jobs',
					},
				],
				description: 'Version of the search, as far as your platform has both',
				routing: {
					request: { method: 'POST', url: '=/sm/{{ $value }}/jobs/search' },
					send: {
						paginate: true,
						preSend: [
							checked(function () {
								searchOf(this);
							}),
						],
					},
					output: { postReceive: wholeAnswer },
				},
			},
			{
				...returnAllProperty,
			},
			limitProperty,
			{
				displayName: 'Filters',
				name: 'filters',
				type: 'collection',
				placeholder: 'Add Filter',
				default: {},
				description: 'A job is returned when it matches every filter',
				options: [
					{
						displayName: 'End At',
						name: 'endAt',
						type: 'dateTime',
						default: '',
						description: 'Jobs up to this moment',
					},
					...jobFilterProperties,
					{
						displayName: 'Start At',
						name: 'startAt',
						type: 'dateTime',
						default: '',
						description: 'Jobs from this moment on',
					},
				],
			},
			simplifyProperty,
			optionsProperty([
				{
					displayName: 'Include Cursor',
					name: 'includeCursor',
					type: 'boolean',
					default: false,
					displayOptions: showForV2,
					description:
						'Whether to add sortValues to each item: the position from which a later search can go on',
				},
				{
					displayName: 'Page Size',
					name: 'pageSize',
					type: 'number',
					typeOptions: { minValue: 1, maxValue: LARGEST_PAGE },
					default: 100,
					description:
						'How many jobs to ask for in each request. Without this option, pages grow from 100 to 1,000 as long as Qualys gives what is asked, so that few requests are needed.',
				},
				{
					displayName: 'Search After',
					name: 'searchAfter',
					type: 'string',
					default: '',
					placeholder: 'e.g. [1774940443667, "805452"]',
					displayOptions: showForV2,
					description:
						'The sortValues of the last job that you have, to go on after it. Needs the same filters and the same sort.',
				},
				{
					displayName: 'Sort',
					name: 'sort',
					type: 'fixedCollection',
					typeOptions: { multipleValues: true, sortable: true },
					placeholder: 'Add Sort Field',
					default: {},
					description:
						'Order of the jobs; newest first by default. The ID is always added as the last field, so that jobs with equal values are told apart. A job that is updated while its pages are read can be missed where the sort is by a value that changes, such as updatedDateTime.',
					options: [
						{
							displayName: 'Field',
							name: 'rows',
							values: [
								{
									displayName: 'Field',
									name: 'field',
									type: 'string',
									default: 'created.dateTime',
									placeholder: 'e.g. created.dateTime',
									description: 'Name of a field in the Qualys query language',
								},
								directionProperty,
							],
						},
					],
				},
			]),
		],
	};

	methods = qualysMethods;
}
