export type JsonObject = Record<string, unknown>;

/** Whether a value is an object in the sense of JSON: neither a list nor null. */
export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON of a text; `undefined` for what is no JSON. A body that was parsed already stays as it is. */
export function parseJson(body: unknown): unknown {
	if (typeof body !== 'string') return body;
	try {
		return JSON.parse(body) as unknown;
	} catch {
		return undefined;
	}
}

/** A value as a person can read it: a text as it is, anything else as JSON. */
export function textOf(value: unknown): string {
	return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** A number that came as number or text; null for anything else. */
export function numberOf(value: unknown): number | null {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

const DAY_MS = 24 * 3600 * 1000;
const padded = (count: number, digits: number, end: string) =>
	Array.from({ length: count }, (_, number) => String(number).padStart(digits, '0') + end);
const HOURS = padded(24, 2, ':');
const MINUTES = padded(60, 2, ':');
const SECONDS = padded(60, 2, '.');
const MILLISECONDS = padded(1000, 3, 'Z');

/** The date of the day that was asked for last: the moments of a list mostly come in their order. */
let last = { day: NaN, date: '' };

/**
 * A moment as `Date` writes it, in a fraction of the time that it takes: lists hold 100,000 of them.
 * @param moment whole epoch milliseconds, as a valid `Date` has them
 */
function isoText(moment: number): string {
	const day = Math.floor(moment / DAY_MS);
	if (day !== last.day) last = { day, date: new Date(moment).toISOString().split('T', 1)[0] + 'T' };
	const milliseconds = moment - day * DAY_MS;
	const seconds = Math.floor(milliseconds / 1000);
	const minutes = Math.floor(seconds / 60);
	// Joined, not added up: the text is kept as one piece.
	return [
		last.date,
		HOURS[Math.floor(minutes / 60)],
		MINUTES[minutes % 60],
		SECONDS[seconds % 60],
		MILLISECONDS[milliseconds % 1000],
	].join('');
}

/** Epoch milliseconds as ISO text; whatever else stands in place of a time as it is, and null for nothing. */
export function isoTime(value: unknown): unknown {
	const epoch = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof epoch !== 'number') return value ?? null;
	// As a Date takes it: whole milliseconds, and not for ever.
	const moment = new Date(epoch).getTime();
	return Number.isNaN(moment) ? value : isoText(moment);
}
