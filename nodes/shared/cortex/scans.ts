import type {
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	INodeProperties,
	INodePropertyRouting,
} from 'n8n-workflow';
import { readCollection } from '../input/collections';
import { readText } from '../input/values';
import { isTool } from '../transport/tool';
import { filterProperties } from './filterProperties';
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
 * The incident in whose timeline the scan is shown, if any.
 * @throws {InputError} also for options under a name that this node does not know
 */
function incidentOf(context: IExecuteSingleFunctions): { incident_id?: string } {
	const options = readCollection(
		'Options',
		context.getNodeParameter('options', {}),
		['incidentId'],
		'{ "incidentId": "4711" }',
	);
	if (!Object.hasOwn(options, 'incidentId')) return {};
	const hint = 'Enter the number of an incident, or remove the option.';
	return { incident_id: readText('Incident ID', options.incidentId, hint) };
}

/**
 * The `prepare` of a node that acts on the scans of endpoints: which ones, and for which incident.
 * @throws {InputError} where nothing is chosen, or a model has chosen all
 */
export function prepareScan(this: IExecuteSingleFunctions, request: IHttpRequestOptions): void {
	const all = choosesAll(this.getNodeParameter('scope'), {
		chosen: this.getNode().parameters.scope,
		tool: isTool(this.getNode()),
	});
	request.body = {
		request_data: { filters: all ? 'all' : filtersOf(this), ...incidentOf(this) },
	};
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

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
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Incident ID',
				name: 'incidentId',
				type: 'string',
				default: '',
				placeholder: 'e.g. 4711',
				description: `Show the ${noun} in the timeline of this incident`,
			},
		],
	},
];
