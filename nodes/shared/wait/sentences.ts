import { firstOf, sentences } from '../errors';
import type { JobItem } from './items';
import {
	NO_PROGRESS,
	type Job,
	type JobState,
	type Outcome,
	type Progress,
	type Reason,
	type Vendor,
} from './job';

const OUTCOMES_IN_WORDS: Record<Outcome, string> = {
	succeeded: 'succeeded',
	failed: 'failed',
	timedOut: 'was still going on at the deadline',
	notFound: 'was not found',
	skipped: 'was skipped: it has no id',
};

/** Whether an outcome is none that On Error decides about. */
export const isSuccess = (outcome: Outcome): boolean =>
	outcome === 'succeeded' || outcome === 'skipped';

/** Why something did not succeed: by the name of the part that it is about, else by its id. */
export const reasonInWords = (
	{ part, text }: Reason,
	names?: ReadonlyMap<string, string>,
): string => (part === undefined ? text : `${names?.get(part) ?? part}: ${text}`);

/** That nothing is known of a job, and why that may be. */
export function nothingNamed({ name, kinds }: Vendor, { type }: Pick<Job, 'type'>): string {
	const { parts = 'status', noParts } = kinds[type];
	return sentences(`${name} named no ${parts} of it`, noParts);
}

/** At most so many reasons are part of the sentence about one job, each so long. */
const REASONS = { count: 3, characters: 300 };

const short = (text: string) =>
	text.length > REASONS.characters ? `${text.slice(0, REASONS.characters)} …` : text;

/** Takes secrets out of a text; it must come before the text is cut. */
export type Clean = (text: string) => string;

const asItIs: Clean = (text) => text;

/** A job by its kind, id and status: "Action 7 (IN_PROGRESS, 1 of 2 endpoints finished)", in two parts. */
function jobInWords(
	vendor: Vendor,
	{ type, id }: Pick<Job, 'type' | 'id'>,
	{ word, progress }: { word: string; progress: Progress },
): [string, string] {
	const { title, parts } = vendor.kinds[type];
	const counts =
		parts !== undefined && progress.total > 1
			? `, ${progress.finished} of ${progress.total} ${parts} finished`
			: '';
	return [`${title} ${id}`, word ? ` (${word}${counts})` : ''];
}

/** A job that did not succeed, in one sentence: id, outcome, status, and the reasons if wanted. */
export function failureText(
	vendor: Vendor,
	item: JobItem,
	withReasons = true,
	clean = asItIs,
): string {
	const { job_type, job_id, outcome, status, progress, errors } = item;
	if (isSuccess(outcome)) return '';
	const job = { type: job_type, id: job_id };
	const [name, how] = jobInWords(vendor, job, { word: status, progress });
	const ended = `${name} ${OUTCOMES_IN_WORDS[outcome]}${how}`;
	if (!withReasons) return ended;
	const shown = firstOf(errors, REASONS.count, '; ', (text) => short(clean(text)));
	return `${ended}${shown && `: ${shown}`}`;
}

/** So many jobs are listed with their reasons in one error, the others without; and so many reasons of one job. */
const MOST_LINES = 50;

/** What went wrong with a node's jobs, for On Error: Stop Workflow. */
export interface Summary {
	/** Mails, chats and error workflows show nothing else: the one job's sentence, or how many there are. */
	message: string;
	/** A line for each of several, nothing left out, or what the sentence of one leaves out: there is no other output. */
	description?: string;
}

/** The reasons of a job that its sentence leaves out or cuts; `undefined` where it tells them all. */
function wholeReasons({ errors }: JobItem, clean: Clean): string | undefined {
	const told = errors.length <= REASONS.count && errors.every((text) => short(text) === text);
	if (told) return undefined;
	return firstOf(errors, MOST_LINES, '\n', clean);
}

/** The error of a node of which not every job succeeded. It counts the jobs, and names those that did not succeed. */
export function summaryOf(vendor: Vendor, items: JobItem[], clean = asItIs): Summary | undefined {
	// One job can end in two ways, for items that wait with other settings.
	const keyOf = ({ job_type, job_id, outcome }: JobItem) => `${job_type} ${job_id} ${outcome}`;
	const distinct = [...new Map(items.map((item) => [keyOf(item), item])).values()];
	const bad = distinct.filter(({ outcome }) => !isSuccess(outcome));
	if (bad.length === 0) return undefined;
	if (distinct.length === 1) {
		return {
			message: failureText(vendor, bad[0], true, clean),
			description: wholeReasons(bad[0], clean),
		};
	}
	return {
		message: `${bad.length} of ${distinct.length} jobs did not succeed`,
		description: bad
			.map((item, index) => failureText(vendor, item, index < MOST_LINES, clean))
			.join('\n'),
	};
}

/** What was known of a job when its wait broke off, in one sentence. */
export function lastKnown(vendor: Vendor, job: Job, { status, end }: JobState): string {
	const { word = '', progress = NO_PROGRESS } = status ?? {};
	const [name, how] = jobInWords(vendor, job, { word, progress });
	return `${name} ${end ? OUTCOMES_IN_WORDS[end.outcome] : 'was still running'}${how}`;
}
