import type { FieldType, ResourceMapperField } from 'n8n-workflow';
import { InputError } from '../shared/errors';
import { isObject, parseJson, type JsonObject } from '../shared/json';
import { isBlank, readList, readSwitch, sample, typedNumber } from '../shared/input/values';
import type { ScriptInput } from '../shared/cortex/scriptLibrary';

/** How a value of a type is read, and which field the editor shows for it. */
interface InputType {
	field: FieldType;
	read(field: string, value: unknown): unknown;
}

function readNumeric(field: string, value: unknown, whole: boolean): number {
	const number = typedNumber(value);
	if (number !== null && (!whole || Number.isSafeInteger(number))) return number;
	throw new InputError(
		`${field} holds ${sample(value)}, but it must be a ${whole ? 'whole ' : ''}number`,
		'Enter digits, or use an expression that gives a number.',
	);
}

/**
 * A list of texts, which may also be JSON in a text, or one a line. Commas separate nothing here: commands hold them.
 * The editor's own field for lists would take nothing but JSON.
 */
const LIST: InputType = {
	field: 'string',
	read(field, value) {
		if (typeof value !== 'string') return readList(field, value);
		const list = parseJson(value);
		return readList(field, Array.isArray(list) ? list : value.split(/\r?\n/));
	},
};

/** By the vendor's word for the type; anything else is text. */
const TYPES: Readonly<Record<string, InputType>> = {
	boolean: { field: 'boolean', read: readSwitch },
	integer: { field: 'number', read: (field, value) => readNumeric(field, value, true) },
	number: { field: 'number', read: (field, value) => readNumeric(field, value, false) },
	list: LIST,
	string_list: LIST,
};

const TEXT: InputType = {
	field: 'string',
	read(field, value) {
		if (typeof value === 'string') return value;
		if (typeof value === 'number' || typeof value === 'boolean') return String(value);
		throw new InputError(
			`${field} holds ${sample(value)}, but it must be text`,
			'An expression that gives a list or an object needs to pick one text of it.',
		);
	},
};

const typeOf = ({ type }: ScriptInput): InputType =>
	Object.hasOwn(TYPES, type) ? TYPES[type] : TEXT;

/** The fields that the editor shows for what a script takes. */
export const inputFields = (inputs: ScriptInput[]): ResourceMapperField[] =>
	inputs.map((input) => ({
		id: input.name,
		displayName: input.label,
		required: false,
		defaultMatch: false,
		canBeUsedToMatch: false,
		display: true,
		type: typeOf(input).field,
	}));

const isExpression = (value: unknown) => typeof value === 'string' && value.startsWith('=');

/** What the field Parameters holds: the values, and how each was set before n8n evaluated it. */
export interface Given {
	values: JsonObject;
	/** By name; a text that begins with "=" is an expression. */
	set: JsonObject;
}

const valuesIn = (parameters: unknown): JsonObject => {
	const values =
		isObject(parameters) && 'mappingMode' in parameters ? parameters.value : parameters;
	return isObject(values) ? values : {};
};

/**
 * What the field Parameters holds for an item.
 * @param parameters as n8n evaluated it: what the editor makes of it, or the values by name
 * @param stored the same as the node holds it
 * @throws {InputError} for what is neither
 */
export function givenInputs(parameters: unknown, stored: unknown): Given {
	if (
		parameters !== null &&
		parameters !== undefined &&
		parameters !== '' &&
		!isObject(parameters)
	) {
		throw new InputError(
			`Parameters holds ${sample(parameters)}, but it must be values by their names`,
			'Fill in the fields, or use an expression that gives an object, such as { "path": "C:\\\\Temp" }.',
		);
	}
	const values = valuesIn(parameters);
	const inner = isObject(stored) && 'mappingMode' in stored ? stored.value : stored;
	// One expression for all of them has set each.
	if (isExpression(inner)) {
		return { values, set: Object.fromEntries(Object.keys(values).map((name) => [name, inner])) };
	}
	return { values, set: valuesIn(stored) };
}

/**
 * The values that a script is run with, typed as it takes them. A field that nobody filled in is left out.
 * @param inputs what the script takes; `undefined` where that is not known: then the values are sent as they are
 * @throws {InputError} for a value that it does not take, or one that an expression left empty
 */
export function readInputs(inputs: ScriptInput[] | undefined, { values, set }: Given): JsonObject {
	const byName = new Map(inputs?.map((input) => [input.name, input]));
	const read: Array<[string, unknown]> = [];
	for (const [name, value] of Object.entries(values)) {
		if (isBlank(value)) {
			// Without it, the script would do something else than the author of the workflow had in mind.
			if (!isExpression(set[name])) continue;
			throw new InputError(
				`Input ${name} of the script is empty`,
				'Its expression gave nothing. Enter a value, or remove the field.',
			);
		}
		const input = byName.get(name);
		if (inputs && !input) {
			const names = inputs.map((one) => one.name).join(', ');
			throw new InputError(
				`The script takes no input ${sample(name)}`,
				`${names ? `It takes: ${names}.` : 'It takes no input at all.'} After you have changed the script, choose Refresh Input List in the editor, under ⋮ beside the inputs.`,
			);
		}
		const typed = input ? typeOf(input).read(`Input ${name} of the script`, value) : value;
		read.push([name, typed]);
	}
	return Object.fromEntries(read);
}
