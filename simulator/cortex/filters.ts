import type { Endpoint } from './endpoints';

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
	of: (endpoint: Endpoint) => string[];
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

/** Fields with `gte` and `lte`, epoch milliseconds. */
const timeFields: Record<string, (endpoint: Endpoint) => number> = {
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

/** JSON schema of `filters`; needs ajv's `discriminator` option, for errors that name the one wrong thing. */
export const filterSchema = {
	if: { type: 'array' },
	then: {
		type: 'array',
		items: {
			type: 'object',
			required: ['field'],
			discriminator: { propertyName: 'field' },
			oneOf: [
				...Object.entries(listFields).map(([field, { items }]) =>
					fieldSchema(field, ['in'], oneOrMany(items)),
				),
				...Object.keys(timeFields).map((field) =>
					fieldSchema(field, ['gte', 'lte'], epochMilliseconds),
				),
			],
		},
	},
	else: { const: 'all' },
};

function matches(endpoint: Endpoint, { field, operator, value }: EndpointFilter): boolean {
	if (operator === 'in') {
		const wanted = [value].flat().map(String);
		return listFields[field].of(endpoint).some((own) => wanted.includes(own));
	}
	const seen = timeFields[field](endpoint);
	return operator === 'gte' ? seen >= Number(value) : seen <= Number(value);
}

/** Positions in `endpoints` of those that match; comparisons are exact, upper and lower case included. */
export function selectEndpoints(endpoints: Endpoint[], selection: EndpointSelection): number[] {
	return endpoints.flatMap((endpoint, index) =>
		selection === 'all' || selection.every((filter) => matches(endpoint, filter)) ? [index] : [],
	);
}
