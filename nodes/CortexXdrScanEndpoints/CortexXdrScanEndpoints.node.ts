import {
	NodeConnectionTypes,
	type IExecuteSingleFunctions,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { cortexXdrApiTest } from '../shared/cortex/credentialTest';
import { cortexIcon, cortexRequestDefaults } from '../shared/cortex/description';
import { OPERATIONS } from '../shared/cortex/operations';
import { filtersOf } from '../shared/cortex/scanFilters';
import { receive, sendToCortex } from '../shared/cortex/send';
import { readCollection } from '../shared/input/collections';
import { readText } from '../shared/input/values';
import { checked } from '../shared/transport/refusal';
import { isTool } from '../shared/transport/tool';
import { scansAll } from './scope';
import { startedScan } from './startedScan';

const showForMatching = { show: { scope: ['matching'] } };

const filterOptions: INodeProperties[] = [
	{
		displayName: 'Aliases',
		name: 'aliases',
		type: 'string',
		default: '',
		placeholder: 'e.g. reception-pc, kiosk-2',
		description: 'Alias names of endpoints, separated by commas or as an array',
	},
	{
		displayName: 'Distribution Names',
		name: 'distributionNames',
		type: 'string',
		default: '',
		placeholder: 'e.g. WinInstaller',
		description: 'Names of the installation packages, separated by commas or as an array',
	},
	{
		displayName: 'Endpoint IDs',
		name: 'endpointIds',
		type: 'string',
		default: '',
		placeholder: 'e.g. 0f3c1a5e9d7b4c2a8e6f1d3b5a7c9e0f',
		description: 'IDs of endpoints, separated by commas or as an array',
	},
	{
		displayName: 'First Seen After',
		name: 'firstSeenAfter',
		type: 'dateTime',
		default: '',
		description: 'Endpoints that the tenant saw for the first time at this moment or later',
	},
	{
		displayName: 'First Seen Before',
		name: 'firstSeenBefore',
		type: 'dateTime',
		default: '',
		description: 'Endpoints that the tenant saw for the first time at this moment or earlier',
	},
	{
		displayName: 'Group Names',
		name: 'groupNames',
		type: 'string',
		default: '',
		placeholder: 'e.g. Finance Laptops',
		description:
			'Names of endpoint groups, separated by commas. Use an expression that gives an array where a name holds a comma.',
	},
	{
		displayName: 'Hostnames',
		name: 'hostnames',
		type: 'string',
		default: '',
		placeholder: 'e.g. ber-fin-0042, ber-fin-0043',
		description: 'Hostnames of endpoints, separated by commas or as an array',
	},
	{
		displayName: 'IP Addresses',
		name: 'ipAddresses',
		type: 'string',
		default: '',
		placeholder: 'e.g. 192.168.5.12, 2001:db8::1',
		description: 'IPv4 or IPv6 addresses, separated by commas or as an array; no networks',
	},
	{
		displayName: 'Isolation',
		name: 'isolation',
		type: 'options',
		default: 'unisolated',
		options: [
			{ name: 'Isolated', value: 'isolated' },
			{ name: 'Not Isolated', value: 'unisolated' },
		],
		description: 'Whether the endpoints are isolated from the network',
	},
	{
		displayName: 'Last Seen After',
		name: 'lastSeenAfter',
		type: 'dateTime',
		default: '',
		description: 'Endpoints that were connected at this moment or later',
	},
	{
		displayName: 'Last Seen Before',
		name: 'lastSeenBefore',
		type: 'dateTime',
		default: '',
		description: 'Endpoints that were connected at this moment or earlier, and not since',
	},
	{
		displayName: 'Platforms',
		name: 'platforms',
		type: 'multiOptions',
		default: [],
		options: [
			{ name: 'Android', value: 'android' },
			{ name: 'Linux', value: 'linux' },
			{ name: 'macOS', value: 'macos' },
			{ name: 'Windows', value: 'windows' },
		],
		description: 'Operating systems of the endpoints',
	},
	{
		displayName: 'Scan Statuses',
		name: 'scanStatuses',
		type: 'multiOptions',
		default: [],
		options: [
			{ name: 'Aborted', value: 'aborted' },
			{ name: 'Canceled', value: 'canceled' },
			{ name: 'Error', value: 'error' },
			{ name: 'In Progress', value: 'in_progress' },
			{ name: 'Never Scanned', value: 'none' },
			{ name: 'Pending', value: 'pending' },
			{ name: 'Pending Cancellation', value: 'pending_cancellation' },
			{ name: 'Success', value: 'success' },
		],
		description: 'How the last scan of the endpoints stands',
	},
	{
		displayName: 'Usernames',
		name: 'usernames',
		type: 'string',
		default: '',
		placeholder: 'e.g. a.turing, g.hopper',
		description: 'Users of the endpoints, separated by commas or as an array',
	},
];

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

export class CortexXdrScanEndpoints implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Cortex XDR Scan Endpoints',
		name: 'cortexXdrScanEndpoints',
		icon: cortexIcon,
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter.scope === "all" ? "all endpoints" : "matching endpoints" }}',
		description:
			'Start a malware scan on endpoints of Palo Alto Cortex XDR or XSIAM. Takes filters such as group, hostname or IP address. Returns an action_id and the number of endpoints at once, while the scan goes on; pass the action_id to Wait for Job or Get Action Status.',
		defaults: { name: 'Cortex XDR Scan Endpoints' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cortexXdrApi', required: true, testedBy: 'cortexXdrApiTest' }],
		requestDefaults: cortexRequestDefaults,
		requestOperations: {
			pagination: sendToCortex({
				describe: (items) => `action_id ${String(items[0]?.json.action_id)}`,
				unknown:
					'It is not known whether this scan was started, and it is not started a second time. Look under Response → Action Center before you run this node again.',
			}),
		},
		properties: [
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
						description: 'Scan the endpoints that match every filter',
					},
					{
						name: 'All Endpoints',
						value: 'all',
						description: 'Scan every endpoint of the tenant',
					},
				],
				description: 'Which endpoints to scan',
				routing: {
					request: { method: 'POST', url: '/public_api/v1/endpoints/scan' },
					send: {
						paginate: true,
						preSend: [
							checked(function (request) {
								const all = scansAll(this.getNodeParameter('scope'), {
									chosen: this.getNode().parameters.scope,
									tool: isTool(this.getNode()),
								});
								request.body = {
									request_data: { filters: all ? 'all' : filtersOf(this), ...incidentOf(this) },
								};
							}),
						],
					},
					output: {
						postReceive: receive(OPERATIONS.scanEndpoints, (_context, json) => [startedScan(json)]),
					},
				},
			},
			{
				displayName:
					'This scans every endpoint of the tenant. This node cannot know how many that is until the scan has started (see endpoints_count).',
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
				displayOptions: showForMatching,
				description: 'An endpoint is scanned when it matches every filter',
				options: filterOptions,
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
						description: 'Show the scan in the timeline of this incident',
					},
				],
			},
		],
	};

	methods = { credentialTest: { cortexXdrApiTest } };
}
