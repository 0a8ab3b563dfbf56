import { Fault } from '../shared/errors';
import { numberOf, type JsonObject } from '../shared/json';
import type { QueryState } from '../shared/cortex/queries';

const NO_REASON =
	'Cortex gives no reason. Look at this query in the Query Center of the Cortex console.';

/** How a query stands and what it cost, in one item. */
export const summaryItem = ({ word, meaning, reasons, reply }: QueryState, id: string) => ({
	query_id: id,
	status: word,
	finished: meaning.finished,
	succeeded: meaning.succeeded,
	number_of_results: numberOf(reply.number_of_results),
	query_cost: reply.query_cost ?? null,
	remaining_quota: reply.remaining_quota ?? null,
	errors: reasons,
});

const declined = (message: string, hint?: string) =>
	new Fault(message, { meaning: 'declined', hint });

/**
 * An item for each row of a query. Where not all tenants answered, each says so: rows that are missing may be those
 * that matter.
 *
 * @param rowsOf fetches the rows
 * @throws {Fault} where the query has not ended yet, has failed, or may only seem to have found nothing
 */
export async function rowItems(
	{ word, meaning, reasons }: QueryState,
	id: string,
	rowsOf: () => Promise<JsonObject[]>,
): Promise<JsonObject[]> {
	const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
	if (!meaning.finished) {
		throw declined(
			`Query ${id} has not ended yet (${word})`,
			'Put Wait for Job before this node, with Job Type set to XQL Query: it waits until the query has ended.',
		);
	}
	if (!meaning.succeeded && !meaning.partial) {
		throw declined(`Query ${id} failed (${word})${why}`, why === '' ? NO_REASON : undefined);
	}
	const rows = await rowsOf();
	if (!meaning.partial) return rows;
	if (rows.length === 0) {
		throw declined(
			`Query ${id} has found nothing, but not all tenants answered (${word})${why}`,
			'So there may be something. Set Output to Summary to see what is known, or start the query again.',
		);
	}
	return rows.map((row) => ({ ...row, query_status: word.trim().toUpperCase() }));
}
