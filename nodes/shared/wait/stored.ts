import { InputError } from '../errors';
import { isObject, parseJson } from '../json';
import {
	NO_PROGRESS,
	type Job,
	type JobState,
	type Outcome,
	type Plan,
	type Reason,
	type State,
} from './job';

/** Bytes that texts of one job may take up while it is parked: its errors, and its last fault. */
const PARKED_TEXT = 250;

/** The beginning of a text that takes up no more than so many bytes as JSON. */
function fitting(text: string, bytes: number): string {
	let start = text.slice(0, Math.max(bytes, 0));
	while (start !== '' && Buffer.byteLength(JSON.stringify(start)) > bytes + 2) {
		start = start.slice(0, -Math.ceil(start.length / 8));
	}
	return start;
}

/** A reason as it is stored: its text alone, as version 0.1.0 had all of them, or with the part it is about. */
type PackedReason = string | [part: string, text: string];

/** As much of the reasons as fits. */
function allFitting(reasons: Reason[], bytes: number): PackedReason[] {
	const kept: PackedReason[] = [];
	let left = bytes;
	for (const { part, text } of reasons) {
		// Brackets, quotes and commas of a pair are two more than those of a text.
		const room = part === undefined ? left : left - Buffer.byteLength(JSON.stringify(part)) - 3;
		const start = fitting(text, room);
		if (start === '') break;
		const packed: PackedReason = part === undefined ? start : [part, start];
		kept.push(packed);
		left -= Buffer.byteLength(JSON.stringify(packed)) + 1;
	}
	return kept;
}

const unpackReason = (packed: PackedReason): Reason =>
	typeof packed === 'string' ? { text: packed } : { part: packed[0], text: packed[1] };

/** At most so many different words of a status are kept while a job is parked, each so long. */
const PARKED_WORDS = { count: 10, bytes: 25 };

/**
 * What is known of a job as a text that is small enough to be stored round by round: neither parts nor
 * results. n8n stores equal texts once, so a job that did not move costs nothing.
 */
export function pack({ status, misses, fault, end }: JobState): string {
	const counts = Object.entries(status?.counts ?? {}).slice(0, PARKED_WORDS.count);
	const { total, finished, succeeded, failed } = status?.progress ?? NO_PROGRESS;
	return JSON.stringify({
		s: status && [
			fitting(status.word, PARKED_WORDS.bytes),
			[total, finished, succeeded, failed],
			Object.fromEntries(counts.map(([word, count]) => [fitting(word, PARKED_WORDS.bytes), count])),
			end ? allFitting(status.errors, PARKED_TEXT) : [],
		],
		m: misses || undefined,
		f: fault && fitting(fault, PARKED_TEXT),
		e: end && [end.outcome, end.polls, end.at],
	});
}

/** What travels with a parked wait is not what this node put there. */
export const lostState = () =>
	new InputError(
		'This wait has lost its state',
		'Its sub-execution was changed or copied. Run the workflow again.',
	);

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isList = <T>(value: unknown, holds: (one: unknown) => one is T): value is T[] =>
	Array.isArray(value) && value.every(holds);

/** A status as {@link pack} writes it: word, counts, counts by word, errors. */
type PackedStatus = [
	string,
	[number, number, number, number],
	Record<string, number>,
	PackedReason[],
];

const isPackedReason = (value: unknown): value is PackedReason =>
	isText(value) || (isList(value, isText) && value.length === 2);

function isPackedStatus(value: unknown): value is PackedStatus {
	if (!Array.isArray(value)) return false;
	const [word, progress, counts, errors] = value as unknown[];
	return (
		isText(word) &&
		isList(progress, isNumber) &&
		progress.length === 4 &&
		isObject(counts) &&
		Object.values(counts).every(isNumber) &&
		isList(errors, isPackedReason)
	);
}

const OUTCOMES: readonly unknown[] = [
	'succeeded',
	'failed',
	'timedOut',
	'notFound',
] satisfies Outcome[];

const isMoment = (epoch: number) => !Number.isNaN(new Date(epoch).getTime());

function isPackedEnd(value: unknown): value is [Outcome, number, number] {
	if (!Array.isArray(value)) return false;
	const [outcome, polls, at] = value as unknown[];
	return OUTCOMES.includes(outcome) && isNumber(polls) && isNumber(at) && isMoment(at);
}

/**
 * The reverse of {@link pack}.
 * @throws {InputError} for anything else
 */
export function unpack(text: unknown): JobState {
	const packed = isText(text) ? parseJson(text) : undefined;
	if (!isObject(packed)) throw lostState();
	const { s, m, f, e } = packed;
	if (s !== undefined && !isPackedStatus(s)) throw lostState();
	if (m !== undefined && !isNumber(m)) throw lostState();
	if (f !== undefined && !isText(f)) throw lostState();
	if (e !== undefined && !isPackedEnd(e)) throw lostState();
	return {
		status: s && {
			word: s[0],
			progress: { total: s[1][0], finished: s[1][1], succeeded: s[1][2], failed: s[1][3] },
			counts: s[2],
			errors: s[3].map(unpackReason),
		},
		misses: m ?? 0,
		fault: f,
		end: e && { outcome: e[0], polls: e[1], at: e[2] },
	};
}

/** Whether a value is what {@link pack}ed jobs travel in. */
export function isParkedState(
	value: unknown,
): value is { round: number; turn?: State['turn']; jobs: unknown[] } {
	if (!isObject(value) || !isNumber(value.round) || !Array.isArray(value.jobs)) return false;
	const { turn } = value;
	return turn === undefined || (isObject(turn) && isNumber(turn.next) && isNumber(turn.full));
}

const isJob = (value: unknown): value is Job =>
	isObject(value) && isText(value.type) && isText(value.id) && isObject(value.settings);

/** Whether a value is a plan. Its settings were read when it was made. */
export function isPlan(value: unknown): value is Plan {
	if (!isObject(value)) return false;
	const { startedAt, jobs, items, onError } = value;
	const known = Array.isArray(jobs) && jobs.length > 0 && jobs.every(isJob);
	return (
		known &&
		isNumber(startedAt) &&
		isMoment(startedAt) &&
		isText(onError) &&
		Array.isArray(items) &&
		items.every((item) => isObject(item) || (isNumber(item) && item in jobs))
	);
}
