import type { INodeProperties } from 'n8n-workflow';

/** The filters of endpoints, as a node shows them. What they are read as stands in `scanFilters.ts`. */
export const filterProperties: INodeProperties[] = [
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
		description:
			'Exact hostnames of endpoints, separated by commas or as an array; upper and lower case may count',
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

/** The filters of a search for endpoints: these, and two more. */
export const searchFilterProperties: INodeProperties[] = [
	...filterProperties,
	{
		displayName: 'Endpoint Statuses',
		name: 'endpointStatuses',
		type: 'multiOptions' as const,
		default: [],
		options: [
			{ name: 'Connected', value: 'connected' },
			{ name: 'Disconnected', value: 'disconnected' },
			{ name: 'Lost', value: 'lost' },
			{ name: 'Uninstalled', value: 'uninstalled' },
		],
		description: 'Whether the agents are connected to the tenant',
	},
	{
		displayName: 'Public IP Addresses',
		name: 'publicIpAddresses',
		type: 'string' as const,
		default: '',
		placeholder: 'e.g. 203.0.113.7',
		description:
			'Addresses under which the endpoints appear on the internet, separated by commas or as an array; no networks',
	},
].sort((a, b) => a.displayName.localeCompare(b.displayName));
