import type { WordMeaning } from '../wait/verdict';

const GOING_ON: WordMeaning = { finished: false, succeeded: false };
const SUCCEEDED: WordMeaning = { finished: true, succeeded: true };
const PARTIAL: WordMeaning = { finished: true, succeeded: false, partial: true };
const ENDED_BADLY: WordMeaning = { finished: true, succeeded: false };

/** Status of one endpoint of an action or a script execution. */
export const ENDPOINT_STATUSES: Readonly<Record<string, WordMeaning>> = {
	PENDING: GOING_ON,
	IN_PROGRESS: GOING_ON,
	PENDING_ABORT: GOING_ON,
	COMPLETED_SUCCESSFULLY: SUCCEEDED,
	COMPLETED_PARTIAL: PARTIAL,
	FAILED: ENDED_BADLY,
	TIMEOUT: ENDED_BADLY,
	EXPIRED: ENDED_BADLY,
	ABORTED: ENDED_BADLY,
	CANCELLED: ENDED_BADLY,
	CANCELED: ENDED_BADLY,
};

/** Status of an import job of an external scanner. */
export const IMPORT_JOB_STATUSES: Readonly<Record<string, WordMeaning>> = {
	INITIATED: GOING_ON,
	PROCESSING: GOING_ON,
	COMPLETED: SUCCEEDED,
	COMPLETED_WITH_ERRORS: PARTIAL,
	FAILED: ENDED_BADLY,
};

/** Status of a query. Clients have also seen RUNNING and FAILED, which no page names. */
export const QUERY_STATUSES: Readonly<Record<string, WordMeaning>> = {
	PENDING: GOING_ON,
	RUNNING: GOING_ON,
	SUCCESS: SUCCEEDED,
	PARTIAL_SUCCESS: PARTIAL,
	FAIL: ENDED_BADLY,
	FAILED: ENDED_BADLY,
};

/**
 * The meaning of a status word. A word that nobody documented is no error, and ends nothing: it counts as
 * still going on.
 */
export function meaningOf(
	words: Readonly<Record<string, WordMeaning>>,
	status: string,
): WordMeaning {
	const word = status.trim().toUpperCase();
	return Object.hasOwn(words, word) ? words[word] : GOING_ON;
}
