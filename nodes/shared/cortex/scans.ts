import type {
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	INodeProperties,
	INodePropertyRouting,
} from 'n8n-workflow';
import { optionsProperty } from '../input/properties';
import { sentence } from '../errors';
import { readCollection } from '../input/collections';
import { isTool } from '../transport/tool';
import { filterProperties } from './filterProperties';
import { incidentOf, incidentProperty } from './incident';
import { filtersOf } from './scanFilters';
import { choosesAll } from './scope';

/** Words of a node that acts on the scans of endpoints. */
interface ScanWords {
	/** E.g. "scan": after "to", and at the beginning of a sentence. */
	verb: string;
	/** What happens to an endpoint that matches, up to "matches every filter". */
	matching: string;
	/** What to know before choosing all endpoints. */
	allNotice: string;
	/** E.g. "scan": what is shown in the timeline of an incident. */
	noun: string;
}

/**
 * The `prepare` of a node that acts on the scans of endpoints: which ones, and for which incident.
 * @throws {InputError} where nothing is chosen, a model has chosen all, or an option has another name
 */
export function prepareScan(this: IExecuteSingleFunctions, request: IHttpRequestOptions): void {
	const all = choosesAll(this.getNodeParameter('scope'), {
		chosen: this.getNode().parameters.scope,
		tool: isTool(this.getNode()),
	});
	const options = readCollection(
		'Options',
		this.getNodeParameter('options', {}),
		['incidentId'],
		'{ "incidentId": "4711" }',
	);
	request.body = {
		request_data: { filters: all ? 'all' : filtersOf(this), ...incidentOf(options) },
	};
}

/** The properties of such a node. */
export const scanProperties = (
	{ verb, matching, allNotice, noun }: ScanWords,
	routing: INodePropertyRouting,
): INodeProperties[] => [
	{
		displayName: 'Scope',
		name: 'scope',
		type: 'options',
		noDataExpression: true,
		default: 'matching',
		options: [
			{
				name: 'Matching Endpoints',
				value: 'matching',
				description: `${sentence(verb)} the endpoints that match every filter`,
			},
			{
				name: 'All Endpoints',
				value: 'all',
				description: `${sentence(verb)} every endpoint of the tenant`,
			},
		],
		description: `Which endpoints to ${verb}`,
		routing,
	},
	{
		displayName: allNotice,
		name: 'allNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { scope: ['all'] } },
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: { show: { scope: ['matching'] } },
		description: `${matching} matches every filter`,
		options: filterProperties,
	},
	optionsProperty([incidentProperty(noun)]),
];
