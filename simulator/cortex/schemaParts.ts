/** A body with `request_data` around its fields; `strict` allows no others. */
export const requestData = (properties: object, required: string[], strict = true) => ({
	type: 'object',
	required: ['request_data'],
	additionalProperties: false,
	properties: {
		request_data: { type: 'object', required, additionalProperties: !strict, properties },
	},
});

/** Documented as text on one page and as an integer on the other; digits either way. */
export const actionId = { anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^\\d+$' }] };

/** Any text that is not empty. */
export const text = { type: 'string', minLength: 1 };

/** The one filter of calls that act on certain endpoints: a list of their ids, at most `most`. */
export const theseEndpoints = (most: number) => ({
	type: 'array',
	maxItems: 1,
	items: {
		type: 'object',
		required: ['field', 'operator', 'value'],
		additionalProperties: false,
		properties: {
			field: { const: 'endpoint_id_list' },
			operator: { const: 'in' },
			value: { type: 'array', minItems: 1, maxItems: most, items: text },
		},
	},
});
