/** A count as number or digits. */
export const wholeNumber = {
	anyOf: [
		{ type: 'integer', minimum: 0 },
		{ type: 'string', pattern: '^\\d+$' },
	],
};

/** A body with these fields. Unknown ones are let pass, as such services do: v1 overlooks a searchAfter. */
export const bodyWith = (properties: object) => ({ type: 'object', properties });
