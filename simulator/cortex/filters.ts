import type { LiveEndpoint } from './roster';

/** One row of a request's `filters`, already validated against `filterSchema`. */
export interface EndpointFilter {
	field: string;
	operator: 'in' | 'gte' | 'lte';
	/** Clients send one value instead of a list of one, and numbers where the vendor's page has text, or the reverse. */
	value: Array<string | number> | string | number;
}

/** `all`, or filters that must all match. */
export type EndpointSelection = 'all' | EndpointFilter[];

interface ListField {
	items: object;
	of: (endpoint: LiveEndpoint) => string[];
}

/** Compared by its text where it is a number. */
const anyText = { anyOf: [{ type: 'string', minLength: 1 }, { type: 'number' }] };
const oneOf = (...words: string[]) => ({ type: 'string', enum: words });
const ipAddress = { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] };

/** Fields with the operator `in`: the values allowed, and what of an endpoint they are compared with. */
const listFields: Record<string, ListField> = {
	endpoint_id_list: { items: anyText, of: ({ id }) => [id] },
	dist_name: { items: anyText, of: ({ distribution }) => [distribution] },
	group_name: { items: anyText, of: ({ groups }) => groups },
	alias: { items: anyText, of: ({ alias }) => [alias] },
	hostname: { items: anyText, of: ({ hostname }) => [hostname] },
	username: { items: anyText, of: ({ users }) => users },
	ip_list: { items: ipAddress, of: ({ ips }) => ips },
	platform: {
		items: oneOf('windows', 'linux', 'macos', 'android'),
		of: ({ platform }) => [platform],
	},
	isolate: { items: oneOf('isolated', 'unisolated'), of: ({ isolation }) => [isolation] },
	scan_status: {
		items: oneOf(
			'none',
			'pending',
			'in_progress',
			'canceled',
			'aborted',
			'pending_cancellation',
			'success',
			'error',
		),
		of: ({ scanStatus }) => [scanStatus],
	},
};

const none = () => [];

/** Fields that only the search for endpoints has. None of the made-up endpoints runs in a cloud. */
const searchFields: Record<string, ListField> = {
	public_ip_list: { items: ipAddress, of: ({ publicIp }) => [publicIp] },
	endpoint_status: {
		items: oneOf('connected', 'disconnected', 'lost', 'uninstalled'),
		of: ({ status }) => [status.toLowerCase()],
	},
	cloud_provider: { items: anyText, of: none },
	cloud_region: { items: anyText, of: none },
	cloud_provider_account_id: { items: anyText, of: none },
	cloud_instance_id: { items: anyText, of: none },
	cloud_id: { items: anyText, of: none },
};

/** Fields with `gte` and `lte`, epoch milliseconds. */
const timeFields: Record<string, (endpoint: LiveEndpoint) => number> = {
	first_seen: ({ firstSeen }) => firstSeen,
	last_seen: ({ lastSeen }) => lastSeen,
};

const fieldSchema = (field: string, operators: string[], value: object) => ({
	type: 'object',
	required: ['field', 'operator', 'value'],
	additionalProperties: false,
	properties: { field: { const: field }, operator: { enum: operators }, value },
});

/** One value or a list of them; `if` rather than `anyOf`, for errors that name the one wrong thing. */
const oneOrMany = (items: object) => ({
	if: { type: 'array' },
	then: { type: 'array', minItems: 1, items },
	else: items,
});

const epochMilliseconds = {
	anyOf: [
		{ type: 'integer', minimum: 0 },
		{ type: 'string', pattern: '^\\d+$' },
	],
};

/** A list of filters; needs ajv's `discriminator` option, for errors that name the one wrong thing. */
const filterList = (fields: Record<string, ListField>, values: (items: object) => object) => ({
	type: 'array',
	items: {
		type: 'object',
		required: ['field'],
		discriminator: { propertyName: 'field' },
		oneOf: [
			...Object.entries(fields).map(([field, { items }]) =>
				fieldSchema(field, ['in'], values(items)),
			),
			...Object.keys(timeFields).map((field) =>
				fieldSchema(field, ['gte', 'lte'], epochMilliseconds),
			),
		],
	},
});

/** JSON schema of `filters` where actions are started. */
export const filterSchema = {
	if: { type: 'array' },
	then: filterList(listFields, oneOrMany),
	else: { const: 'all' },
};

const allFields = { ...listFields, ...searchFields };

/** JSON schema of `filters` where endpoints are searched for: none at all means all, and lists are lists. */
export const searchFilterSchema = filterList(allFields, (items) => ({
	type: 'array',
	minItems: 1,
	items,
}));

function matches(endpoint: LiveEndpoint, { field, operator, value }: EndpointFilter): boolean {
	if (operator === 'in') {
		const wanted = [value].flat().map(String);
		return allFields[field].of(endpoint).some((own) => wanted.includes(own));
	}
	const seen = timeFields[field](endpoint);
	return operator === 'gte' ? seen >= Number(value) : seen <= Number(value);
}

/** Whether an endpoint is meant; comparisons are exact, upper and lower case included. */
export const isSelected = (endpoint: LiveEndpoint, selection: EndpointSelection): boolean =>
	selection === 'all' || selection.every((filter) => matches(endpoint, filter));
