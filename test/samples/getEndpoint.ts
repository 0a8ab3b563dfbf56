/** Search Endpoints (get_endpoint): body and reply as the vendor's pages describe them, as JSON schemas. */

const texts = { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } };
const words = (...allowed: string[]) => ({
	type: 'array',
	minItems: 1,
	items: { type: 'string', enum: allowed },
});

const filter = (field: string, operators: string[], value: object) => ({
	type: 'object',
	required: ['field', 'operator', 'value'],
	additionalProperties: false,
	properties: { field: { const: field }, operator: { enum: operators }, value },
});

const LISTS = [
	'endpoint_id_list',
	'dist_name',
	'group_name',
	'alias',
	'hostname',
	'username',
	'ip_list',
	'public_ip_list',
	'cloud_provider',
	'cloud_region',
	'cloud_provider_account_id',
	'cloud_instance_id',
	'cloud_id',
];

/** Lists everywhere; times in epoch milliseconds; `keyword` is case-sensitive. */
export const requestSchema = {
	type: 'object',
	required: ['request_data'],
	additionalProperties: false,
	properties: {
		request_data: {
			type: 'object',
			additionalProperties: false,
			properties: {
				filters: {
					type: 'array',
					items: {
						oneOf: [
							...LISTS.map((field) => filter(field, ['in'], texts)),
							filter(
								'endpoint_status',
								['in'],
								words('connected', 'disconnected', 'lost', 'uninstalled'),
							),
							filter('platform', ['in'], words('windows', 'linux', 'macos', 'android')),
							filter('isolate', ['in'], words('isolated', 'unisolated')),
							filter(
								'scan_status',
								['in'],
								words(
									'none',
									'pending',
									'in_progress',
									'canceled',
									'aborted',
									'pending_cancellation',
									'success',
									'error',
								),
							),
							...['first_seen', 'last_seen'].map((field) =>
								filter(field, ['gte', 'lte'], { type: 'integer', minimum: 0 }),
							),
						],
					},
				},
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
		},
	},
};

const text = { type: 'string' };
const list = { type: 'array', items: text };
const moment = { type: 'integer', minimum: 1_000_000_000_000 };
const or = (...schemas: object[]) => ({ anyOf: schemas });
const nothing = { type: 'null' };

const record: Record<string, object> = {
	endpoint_id: { type: 'string', pattern: '^[\\da-f]{32}$' },
	endpoint_name: text,
	endpointTags: text,
	endpoint_type: { type: 'string', pattern: '^AGENT_TYPE_' },
	endpoint_status: {
		enum: ['CONNECTED', 'DISCONNECTED', 'LOST', 'UNINSTALLED', 'VDI_PENDING_LOG_ON'],
	},
	os_type: { type: 'string', pattern: '^AGENT_OS_' },
	os_version: text,
	operating_system: text,
	ip: list,
	ipv6: list,
	public_ip: text,
	users: list,
	domain: text,
	alias: text,
	first_seen: moment,
	last_seen: moment,
	install_date: moment,
	endpoint_version: text,
	installation_package: text,
	content_version: text,
	content_status: text,
	content_release_timestamp: moment,
	last_content_update_time: moment,
	active_directory: or(nothing, text, list),
	group_name: or(nothing, list),
	is_isolated: {
		enum: [
			'AGENT_UNISOLATED',
			'AGENT_ISOLATED',
			'AGENT_PENDING_ISOLATION',
			'AGENT_PENDING_ISOLATION_CANCELLATION',
		],
	},
	isolated_date: or(nothing, moment),
	operational_status: { enum: ['PROTECTED', 'PARTIALLY_PROTECTED', 'UNPROTECTED'] },
	operational_status_description: text,
	operational_status_details: {
		type: 'array',
		items: {
			type: 'object',
			required: ['title', 'reason'],
			additionalProperties: false,
			properties: { title: text, reason: text },
		},
	},
	scan_status: { type: 'string', pattern: '^SCAN_STATUS_' },
	mac_address: list,
	assigned_prevention_policy: text,
	assigned_extensions_policy: text,
	tags: {
		type: 'object',
		required: ['server_tags', 'endpoint_tags'],
		additionalProperties: false,
		properties: { server_tags: list, endpoint_tags: list },
	},
	cloud_provider: text,
	cloud_region: text,
	cloud_provider_account_id: text,
	cloud_instance_id: text,
	cloud_id: text,
};

/** Every field of a record, each in every form that the vendor has for it; only `total_count` can be missing. */
export const replySchema = {
	type: 'object',
	required: ['reply'],
	additionalProperties: false,
	properties: {
		reply: {
			type: 'object',
			required: ['result_count', 'endpoints'],
			additionalProperties: false,
			properties: {
				total_count: { type: 'integer', minimum: 0 },
				result_count: { type: 'integer', minimum: 0 },
				endpoints: {
					type: 'array',
					maxItems: 100,
					items: {
						type: 'object',
						required: Object.keys(record),
						additionalProperties: false,
						properties: record,
					},
				},
			},
		},
	},
};

/** One endpoint in a reply, with every field. */
export const endpointRecord = {
	endpoint_id: '0f3c1a5e9d7b4c2a8e6f1d3b5a7c9e01',
	endpoint_name: 'ber-fin-lt0042',
	endpointTags: 'site:ber',
	endpoint_type: 'AGENT_TYPE_WORKSTATION',
	endpoint_status: 'CONNECTED',
	os_type: 'AGENT_OS_WINDOWS',
	os_version: '10.0.26100',
	operating_system: 'Windows 11',
	ip: ['10.24.7.120'],
	ipv6: [],
	public_ip: '203.0.113.168',
	users: ['a.turing'],
	domain: 'corp.example',
	alias: '',
	first_seen: 1_724_269_001_892,
	last_seen: 1_772_801_880_817,
	install_date: 1_724_269_001_892,
	endpoint_version: '8.7.0.12345',
	installation_package: 'WinInstaller',
	content_version: '1890-15433',
	content_status: 'UP_TO_DATE',
	content_release_timestamp: 1_772_727_460_569,
	last_content_update_time: 1_772_731_060_569,
	active_directory: null,
	group_name: ['Finance Laptops'],
	is_isolated: 'AGENT_UNISOLATED',
	isolated_date: null,
	operational_status: 'PROTECTED',
	operational_status_description: '[]',
	operational_status_details: [],
	scan_status: 'SCAN_STATUS_SUCCESS',
	mac_address: ['00:11:22:33:44:55'],
	assigned_prevention_policy: 'Windows Default',
	assigned_extensions_policy: 'Windows Extensions',
	tags: { server_tags: ['site:ber'], endpoint_tags: [] },
	cloud_provider: '',
	cloud_region: '',
	cloud_provider_account_id: '',
	cloud_instance_id: '',
	cloud_id: '',
};
