import { isObject, textOf, type JsonObject } from '../json';
import { unexpectedAnswer } from '../errors';
import { countByStatus } from '../wait/verdict';
import { reasonText } from './errorText';
import { OPERATIONS } from './operations';
import { replyOf } from './reply';
import { ENDPOINT_STATUSES, meaningOf } from './statuses';

/** One endpoint of an action. */
export interface EndpointRow {
	action_id: string;
	endpoint_id: string;
	/** The vendor's own word. */
	status: string;
	finished: boolean;
	/** Why it failed, as text. */
	error: string | null;
	/** Why it failed, as the vendor sent it. */
	error_reason: unknown;
}

/**
 * Endpoints of an action, from the reply of get_action_status.
 *
 * The keys of `data` are endpoint ids, whatever the vendor's sample calls them. Right after the start the
 * tenant knows no endpoints yet: `data` is missing, null or empty.
 *
 * @throws {Fault} where `data` is something else
 */
export function endpointRows(json: JsonObject, actionId: string): EndpointRow[] {
	const { data, errorReasons } = replyOf(json, OPERATIONS.getActionStatus);
	if (data === null || data === undefined) return [];
	if (!isObject(data)) {
		throw unexpectedAnswer('Cortex answered Get Action Status without a list of endpoints');
	}
	const reasons = isObject(errorReasons) ? errorReasons : {};
	return Object.entries(data).map(([endpointId, value]) => {
		// An unknown form is shown as it is; none at all is no word.
		const status = value === null ? '' : textOf(value);
		const reason = Object.hasOwn(reasons, endpointId) ? reasons[endpointId] : undefined;
		return {
			action_id: actionId,
			endpoint_id: endpointId,
			status,
			finished: meaningOf(ENDPOINT_STATUSES, status).finished,
			error: reasonText(reason),
			error_reason: reason ?? null,
		};
	});
}

/** All endpoints of an action in one item. An action without known endpoints has not finished. */
export function actionSummary(actionId: string, rows: EndpointRow[]) {
	return {
		action_id: actionId,
		finished: rows.length > 0 && rows.every((row) => row.finished),
		total: rows.length,
		by_status: countByStatus(rows),
		endpoints: rows,
	};
}
