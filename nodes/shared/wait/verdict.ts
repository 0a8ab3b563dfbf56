import type { JsonObject } from '../json';
import type { Settings, Status } from './job';

/** What a word of the vendor means for somebody who waits. */
export interface WordMeaning {
	finished: boolean;
	succeeded: boolean;
	/** Something was done, but not all of it. */
	partial?: boolean;
}

/** A part of a job, as the verdict sees it. */
export interface Part {
	/** The vendor's word. */
	status: string;
	meaning: WordMeaning;
	id: string;
	/** Its word and its reason, for those who did not succeed. */
	reason: string;
	/** As the output shows it. */
	row: JsonObject;
}

/** Words of a vendor from the most to the least telling, by how a job stands. */
export interface Telling {
	failed: readonly string[];
	succeeded: readonly string[];
	goingOn: readonly string[];
}

/** What the verdict depends on. */
export type Judged = Pick<Settings, 'acceptPartial' | 'finishedShare' | 'requiredShare'>;

const isSuccess = (
	{ succeeded, partial }: WordMeaning,
	{ acceptPartial }: Pick<Judged, 'acceptPartial'>,
) => succeeded || (partial === true && acceptPartial);

const reaches = (part: number, whole: number, percent: number) => part * 100 >= whole * percent;

const rankIn = (order: readonly string[], { status }: Part) =>
	order.indexOf(status.trim().toUpperCase());

function mostTelling(parts: Part[], order: readonly string[]): string {
	const known = parts.filter((part) => rankIn(order, part) >= 0);
	return (
		known.sort((a, b) => rankIn(order, a) - rankIn(order, b))[0]?.status ?? parts[0]?.status ?? ''
	);
}

/** How many parts have each status. */
export function countByStatus(rows: ReadonlyArray<{ status: string }>): Record<string, number> {
	const counts = new Map<string, number>();
	for (const { status } of rows) counts.set(status, (counts.get(status) ?? 0) + 1);
	return Object.fromEntries(counts);
}

/** How a job of many parts stands. One without known parts has only just begun. */
export function statusOfParts(parts: Part[], settings: Judged, telling: Telling): Status {
	const finished = parts.filter(({ meaning }) => meaning.finished);
	const bad = finished.filter(({ meaning }) => !isSuccess(meaning, settings));
	const succeeded = finished.length - bad.length;
	const ended =
		finished.length > 0 && reaches(finished.length, parts.length, settings.finishedShare);
	const success = ended && reaches(succeeded, finished.length, settings.requiredShare);
	const going = parts.filter(({ meaning }) => !meaning.finished);
	// A word that nobody documented tells most about a job that is still going on.
	const unknown = going.find((part) => rankIn(telling.goingOn, part) < 0);
	const word = ended
		? mostTelling(finished, success ? telling.succeeded : telling.failed)
		: (unknown?.status ?? mostTelling(going, telling.goingOn));
	return {
		ended,
		succeeded: success,
		word,
		progress: { total: parts.length, finished: finished.length, succeeded, failed: bad.length },
		counts: countByStatus(parts),
		errors: bad.map(({ id, reason }) => ({ part: id, text: reason })),
		parts: parts.map(({ row }) => row),
	};
}

/** How a job without parts stands, from its own word. */
export function statusOfWhole(
	{ word, meaning, errors }: { word: string; meaning: WordMeaning; errors: string[] },
	settings: Pick<Judged, 'acceptPartial'>,
): Status {
	const succeeded = isSuccess(meaning, settings);
	const one = (yes: boolean) => (yes ? 1 : 0);
	return {
		ended: meaning.finished,
		succeeded,
		word,
		progress: {
			total: 1,
			finished: one(meaning.finished),
			succeeded: one(succeeded),
			failed: one(meaning.finished && !succeeded),
		},
		counts: { [word]: 1 },
		errors: errors.map((text) => ({ text })),
	};
}
