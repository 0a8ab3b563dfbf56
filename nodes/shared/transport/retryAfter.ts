/** Longest single wait that a vendor can ask for, in milliseconds; a larger number is a mistake or an attack. */
export const LONGEST_WAIT_MS = 120_000;

/** Some services put a Unix timestamp where the standard has seconds: no other number is so large. */
const SMALLEST_TIMESTAMP = 1_000_000_000;
const SMALLEST_MILLISECONDS = 100_000_000_000;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const DATE_FORMS = [
	// Sun, 06 Nov 1994 08:49:37 GMT
	/^[A-Z][a-z]{2}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
	// Sunday, 06-Nov-94 08:49:37 GMT
	/^[A-Z][a-z]{5,8}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
	// Sun Nov  6 08:49:37 1994
	/^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/,
];

/** A year of two digits is the one that lies within the next 50 years, or else in the past (RFC 9110, 5.6.7). */
function wholeYear(digits: string, now: number): number {
	if (digits.length === 4) return Number(digits);
	const thisYear = new Date(now).getUTCFullYear();
	const year = thisYear - (thisYear % 100) + Number(digits);
	return year > thisYear + 50 ? year - 100 : year;
}

/** Epoch milliseconds of an HTTP date, in any of the three forms of RFC 9110; `undefined` for anything else. */
function httpDate(text: string, now: number): number | undefined {
	for (const form of DATE_FORMS) {
		const { day, month, year, time } = form.exec(text)?.groups ?? {};
		if (day === undefined || !MONTHS.includes(month)) continue;
		const [hour, minute, second] = time.split(':').map(Number);
		const date = [wholeYear(year, now), MONTHS.indexOf(month), Number(day)] as const;
		const moment = Date.UTC(...date, hour, minute, second);
		// A leap second is one; hours and days beyond the last are none.
		const exists = hour < 24 && minute < 60 && second <= 60;
		return exists && new Date(Date.UTC(...date)).getUTCDate() === date[2] ? moment : undefined;
	}
	return undefined;
}

/** Epoch milliseconds that a Retry-After header means; `undefined` for what means nothing. */
function momentOf(text: string, now: number): number | undefined {
	if (!/^\d+$/.test(text)) return httpDate(text, now);
	const number = Number(text);
	if (number >= SMALLEST_MILLISECONDS) return number;
	return number >= SMALLEST_TIMESTAMP ? number * 1000 : now + number * 1000;
}

/**
 * Milliseconds that a Retry-After header asks for: digits, or an HTTP date (RFC 9110, 10.2.3).
 * @param now epoch milliseconds
 * @returns `undefined` where there is no header, or none that makes sense
 */
export function asksToWait(header: unknown, now: number): number | undefined {
	const text = typeof header === 'number' ? String(header) : header;
	if (typeof text !== 'string') return undefined;
	const at = momentOf(text.trim(), now);
	return at === undefined || !Number.isFinite(at) ? undefined : Math.max(at - now, 0);
}

/** The same, but never longer than {@link LONGEST_WAIT_MS}. */
export function retryAfter(header: unknown, now: number): number | undefined {
	const wait = asksToWait(header, now);
	return wait === undefined ? undefined : Math.min(wait, LONGEST_WAIT_MS);
}
