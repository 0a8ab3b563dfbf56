import { numberOf, type JsonObject } from '../shared/transport/answer';
import { Fault } from '../shared/transport/fault';
import { OPERATIONS } from '../shared/cortex/operations';
import { replyOf } from '../shared/cortex/reply';

/**
 * The scan that was started: the reply, with the id as text and the count as number, whichever way they came.
 * @throws {Fault} where the reply holds no id, so that nobody can follow the scan
 */
export function startedScan(json: JsonObject): JsonObject {
	const reply = replyOf(json, OPERATIONS.scanEndpoints);
	const id = reply.action_id;
	if ((typeof id !== 'string' && typeof id !== 'number') || String(id).trim() === '') {
		throw new Fault('Cortex accepted Scan Endpoints, but its answer holds no action_id', {
			reached: 'maybe',
		});
	}
	return {
		...reply,
		action_id: String(id).trim(),
		endpoints_count: numberOf(reply.endpoints_count),
	};
}
