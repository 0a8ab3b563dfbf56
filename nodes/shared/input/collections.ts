import { isObject, type JsonObject } from '../json';
import { InputError } from '../errors';
import { sample } from './values';

/**
 * Refuses what is no collection of a node's fields: a field under a name of its own would be left out, and
 * nobody would notice. n8n leaves out such names of its own accord when it loads a workflow, so this holds
 * where parameters come on other ways.
 *
 * @param collection its label, e.g. Filters
 * @param names of its fields
 * @param example a value that would do, for the error
 * @throws {InputError}
 */
export function readCollection(
	collection: string,
	value: unknown,
	names: readonly string[],
	example: string,
): JsonObject {
	const kind = collection.toLowerCase();
	if (!isObject(value)) {
		throw new InputError(
			`${collection} holds ${sample(value)}, which is no collection of ${kind}`,
			`Use an expression that gives an object, such as ${example}.`,
		);
	}
	const unknown = Object.keys(value).find((name) => !names.includes(name));
	if (unknown === undefined) return value;
	throw new InputError(
		`${collection} holds ${sample(unknown)}, which is not one of its ${kind}`,
		`Its ${kind} are: ${names.join(', ')}.`,
	);
}
