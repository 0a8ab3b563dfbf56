import type { RequestEntry } from '../simulator/requestLog.ts';

/** Where the trigger asks how a job stands. */
export const ASSET_JOBS = '/sm/v1/assetjobs/search';

/**
 * Requests to Qualys by the poll of the trigger that sent them. A poll searches first and then looks at jobs, so a search
 * after a look is of another one; so is what follows a pause.
 * @param everySeconds from one poll to the next
 */
export function pollsIn<Entry extends Pick<RequestEntry, 'at' | 'path'>>(
	entries: Entry[],
	everySeconds: number,
): Entry[][] {
	const polls: Entry[][] = [];
	for (const entry of entries.filter(({ path }) => path.startsWith('/sm/'))) {
		const last = polls.at(-1)?.at(-1);
		const goesOn =
			last !== undefined &&
			entry.at - last.at < (everySeconds * 1000) / 2 &&
			(entry.path === ASSET_JOBS || last.path !== ASSET_JOBS);
		if (goesOn) polls.at(-1)?.push(entry);
		else polls.push([entry]);
	}
	return polls;
}
