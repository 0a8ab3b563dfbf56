import { isObject, numberOf, textOf, type JsonObject } from '../transport/answer';
import { Fault, unexpectedAnswer } from '../transport/fault';
import { OPERATIONS } from './operations';
import { replyOf } from './reply';
import { ENDPOINT_STATUSES, meaningOf } from './statuses';

/** Two names for what a script returned: the vendor's page has one, its replies also the other. */
const RETURN_VALUES = ['return_value', '_return_value'];

/** Lines of each command that ran: the vendor sends one key per command, `_<command>`. */
function commandOutput(result: JsonObject): Record<string, string[]> | null {
	const commands = Object.entries(result).flatMap(([key, value]) =>
		key.startsWith('_') && !RETURN_VALUES.includes(key) && Array.isArray(value)
			? [[key.slice(1), value.map(textOf)] as const]
			: [],
	);
	return commands.length > 0 ? Object.fromEntries(commands) : null;
}

/**
 * The reply of get_script_execution_results.
 * @throws {Fault} where it carries an `error_message`: a refusal in spite of its status 200
 */
export function scriptExecution(json: JsonObject): JsonObject {
	const reply = replyOf(json, OPERATIONS.getScriptResults);
	const { error_message: refusal, results } = reply;
	if (typeof refusal === 'string' && refusal.trim() !== '') {
		throw new Fault(`Cortex refused Get Script Results: ${refusal.trim()}`, {
			reached: 'refused',
			envelope: true,
			hint: 'The vendor documents this text as being about permissions: check what the role of the API key may do with scripts.',
		});
	}
	if (results !== undefined && results !== null && !Array.isArray(results)) {
		throw unexpectedAnswer('Cortex answered Get Script Results without a list of results');
	}
	return reply;
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
	const results: unknown[] = Array.isArray(reply.results) ? reply.results : [];
	return results.map((result) => {
		if (!isObject(result)) {
			throw unexpectedAnswer('Cortex answered Get Script Results with a result that is no object');
		}
		const returned = RETURN_VALUES.find((key) => result[key] !== undefined && result[key] !== null);
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
			return_value: returned === undefined ? null : result[returned],
			command_output: commandOutput(result),
		};
	});
}
