import { isObject, numberOf, textOf, type JsonObject } from '../json';
import { Fault, unexpectedAnswer } from '../errors';
import { OPERATIONS } from './operations';
import { replyOf } from './reply';
import { ENDPOINT_STATUSES, meaningOf } from './statuses';

/** Two names for what a script returned: the vendor's page has one, its replies also the other. */
const RETURN_VALUES = ['return_value', '_return_value'];

const isLines = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every((line) => typeof line === 'string');

/** The vendor's own script that runs commands. */
const RUNS_COMMANDS = /^execute[ _]commands?$/i;

/**
 * What a script returned as a dictionary: the vendor sends one key for each of its entries, `_<name>`. So it does for
 * the lines of each command that ran, which is a dictionary of lists of texts.
 */
function dictionary(result: JsonObject): Array<[string, unknown]> {
	return Object.entries(result).flatMap(([key, value]) =>
		key.startsWith('_') && !RETURN_VALUES.includes(key) ? [[key.slice(1), value]] : [],
	);
}

/**
 * Whether a dictionary is that of commands: by the name of the script, or else by its form. A dictionary of another
 * script that holds nothing but lists of texts cannot be told from one.
 */
const isOfCommands = (name: unknown, entries: Array<[string, unknown]>) =>
	(typeof name === 'string' && RUNS_COMMANDS.test(name)) ||
	entries.every(([, value]) => isLines(value));

/** What an endpoint returned: a value or a dictionary of the script's, or the lines of each command that ran. */
function returned(result: JsonObject, scriptName: unknown) {
	const entries = dictionary(result);
	const name = RETURN_VALUES.find((key) => result[key] !== undefined && result[key] !== null);
	const commands = isOfCommands(scriptName, entries)
		? entries.flatMap(([key, value]) =>
				Array.isArray(value) ? [[key, value.map(textOf)] as const] : [],
			)
		: [];
	const values = entries.length > 0 && commands.length === 0 ? Object.fromEntries(entries) : null;
	return {
		return_value: name === undefined ? values : result[name],
		command_output: commands.length > 0 ? Object.fromEntries(commands) : null,
	};
}

/**
 * The reply of get_script_execution_results.
 * @param id of the action, for the words of a refusal
 * @throws {Fault} where it carries an `error_message`, a refusal in spite of its status 200, or no list of results
 */
export function scriptExecution(json: JsonObject, id: string): JsonObject {
	const reply = replyOf(json, OPERATIONS.getScriptResults);
	const { error_message: refusal, results } = reply;
	if (typeof refusal === 'string' && refusal.trim() !== '') {
		throw new Fault(`Cortex refused Get Script Results: ${refusal.trim()}`, {
			meaning: 'declined',
			envelope: true,
			hint: `Cortex sends such a text where the role of the API key lacks a permission, and where there is no such action. Check what the role may do with scripts, and the id ${id}.`,
		});
	}
	if (Array.isArray(results)) return reply;
	throw unexpectedAnswer('Cortex answered Get Script Results without a list of results');
}

/**
 * One object per endpoint of a script execution, with every field of its result.
 *
 * A script can name what it returns as it likes. Where such a name is one of the fields that this node promises,
 * the node's own value stands there: workflows rely on it.
 *
 * @param reply from {@link scriptExecution}
 * @throws {Fault} where a result is no object
 */
export function resultRows(reply: JsonObject, actionId: string): JsonObject[] {
	return (reply.results as unknown[]).map((result) => {
		if (!isObject(result)) {
			throw unexpectedAnswer('Cortex answered Get Script Results with a result that is no object');
		}
		const execution = {
			action_id: actionId,
			script_name: reply.script_name ?? null,
			date_created: reply.date_created ?? null,
		};
		return {
			// First for their place, and once more for their values.
			...execution,
			...result,
			...execution,
			finished: meaningOf(ENDPOINT_STATUSES, textOf(result.execution_status)).finished,
			retrieved_files: numberOf(result.retrieved_files),
			failed_files: numberOf(result.failed_files),
			...returned(result, reply.script_name),
		};
	});
}
