import { Cancelled, sentences, type Fault } from '../shared/errors';
import type { JsonObject } from '../shared/json';
import { OPERATIONS, type Question } from '../shared/qualys/operations';
import { jobsIn } from '../shared/qualys/reply';
import type { Ask } from '../shared/transport/asking';
import { pause } from '../shared/transport/clock';

/** Milliseconds before each look for the job: a minute in all. */
const LOOKS = [2_000, 3_000, 5_000, 10_000, 15_000, 25_000];

/** Milliseconds after which it is looked for once more when it was found: an execution may make several jobs. */
const ONCE_MORE = 3_000;

/** So many of the newest jobs of a script are looked through. */
const NEWEST = 100;

const NEWEST_FIRST = JSON.stringify([{ 'created.dateTime': 'desc' }, { id: 'desc' }]);

/** The jobs that an execution made. */
export interface Found {
	/** Oldest first. */
	ids: string[];
	/** Why none were found. */
	reason?: string;
}

/** Ids of the jobs that carry this UUID, in the order of the search turned round. */
function idsOf(records: JsonObject[], correlationUuid: string): string[] {
	const wanted = correlationUuid.toLowerCase();
	return records
		.filter(({ correlationUuid: own }) => String(own).toLowerCase() === wanted)
		.flatMap(({ id }) => (typeof id === 'string' || typeof id === 'number' ? [String(id)] : []))
		.reverse();
}

/**
 * The jobs of an execution, looked for among the newest jobs of its script: no search by `correlationUuid` is documented,
 * but records carry it. Whatever goes wrong, the script was started, so nothing is thrown.
 *
 * @param ask with little patience: it is asked again
 * @param wordsOf a failure, in words that may be shown
 */
export async function parentJobs(
	ask: Ask<Question>,
	{ scriptId, correlationUuid }: { scriptId: string; correlationUuid: string },
	{ wordsOf, signal }: { wordsOf(error: unknown): Fault; signal?: AbortSignal },
): Promise<Found> {
	const { searchScriptJobs: operation } = OPERATIONS;
	const body = { filter: `scriptId: ${scriptId}`, sort: NEWEST_FIRST, pageSize: NEWEST };
	const look = async () => {
		const json = await ask({ operation, path: '/sm/v2/jobs/search', body });
		return idsOf(jobsIn(json).records, correlationUuid);
	};
	let trouble: string | undefined;
	let found: string[] = [];
	const attempt = async (milliseconds: number) => {
		try {
			await pause(milliseconds, signal);
			const ids = await look();
			trouble = undefined;
			// What was found once does not cease to be a job of it.
			found = [...ids, ...found.filter((id) => !ids.includes(id))];
		} catch (error) {
			if (error instanceof Cancelled) return false;
			const { message, details } = wordsOf(error);
			trouble = sentences(message, details.hint);
		}
		return true;
	};
	for (const milliseconds of LOOKS) {
		if (!(await attempt(milliseconds))) break;
		if (found.length > 0) {
			await attempt(ONCE_MORE);
			return { ids: found };
		}
	}
	return {
		ids: [],
		reason: sentences(
			'The script was started, but its job did not show up within a minute',
			trouble && `The last search for it failed: ${trouble}`,
			`Look for correlationUuid ${correlationUuid} with Search Script Jobs later, and wait for its id. An asset whose last job of this script is still pending gets no new one for 14 days`,
		),
	};
}
