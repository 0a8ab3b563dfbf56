import { isObject, textOf, type JsonObject } from '../transport/answer';
import { unexpectedAnswer } from '../transport/fault';
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

function text(value: unknown): string | undefined {
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** `errorText` of `errorData`, which is an object or JSON in a string. */
function errorDataText(errorData: unknown): string | undefined {
	if (isObject(errorData)) return text(errorData.errorText);
	if (typeof errorData !== 'string') return undefined;
	try {
		const data: unknown = JSON.parse(errorData);
		return isObject(data) ? text(data.errorText) : text(data);
	} catch {
		return text(errorData);
	}
}

/** The reason in words. The vendor has several places for it and often fills in none. */
export function reasonText(reason: unknown): string | null {
	if (!isObject(reason)) return text(reason) ?? null;
	const missing: unknown = Array.isArray(reason.missing_files)
		? reason.missing_files[0]
		: undefined;
	return (
		text(reason.errorDescription) ??
		(isObject(missing) ? text(missing.description) : undefined) ??
		errorDataText(reason.errorData) ??
		text(reason.errorText) ??
		null
	);
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
		// An unknown form is shown as it is.
		const status = textOf(value);
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

/** How many rows have each status. */
export function countByStatus(rows: ReadonlyArray<{ status: string }>): Record<string, number> {
	const counts = new Map<string, number>();
	for (const { status } of rows) counts.set(status, (counts.get(status) ?? 0) + 1);
	return Object.fromEntries(counts);
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
