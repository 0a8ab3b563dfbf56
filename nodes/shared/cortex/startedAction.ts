import type { INodeExecutionData } from 'n8n-workflow';
import { Fault } from '../errors';
import { numberOf, type JsonObject } from '../json';
import type { CortexOperation } from './operations';
import { replyOf } from './reply';

/**
 * The action that was started: the reply, with the id as text and the count as number, whichever way they came.
 * @throws {Fault} where the reply says that it failed, or holds no id, so that nobody can follow the action
 */
export function startedAction(json: JsonObject, operation: CortexOperation): JsonObject {
	const reply = replyOf(json, operation);
	const id = reply.action_id;
	if ((typeof id !== 'string' && typeof id !== 'number') || String(id).trim() === '') {
		throw new Fault(`Cortex accepted ${operation.name}, but its answer holds no action_id`, {
			meaning: 'unexpected',
		});
	}
	if (reply.status !== undefined && numberOf(reply.status) === 0) {
		// The vendor's schema: 1 is accepted, 0 is failed.
		throw new Fault(
			`Cortex says that ${operation.name} failed (status 0, action_id ${String(id).trim()})`,
			{
				meaning: 'declined',
				hint: 'Look at this action in Cortex under Response → Action Center.',
			},
		);
	}
	return {
		...reply,
		action_id: String(id).trim(),
		endpoints_count: numberOf(reply.endpoints_count),
	};
}

/** What an item started, for the error of another one; `undefined` where there was nothing to do. */
export const startedInWords = ([item]: INodeExecutionData[]): string | undefined =>
	item?.json.action_id === null ? undefined : `action_id ${String(item?.json.action_id)}`;
