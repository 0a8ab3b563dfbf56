import { sample, trimmed } from './values';
import { InputError } from '../errors';

const DATE_HINT =
	'Enter a date and time such as 2026-01-31T08:00:00Z, epoch milliseconds, or use an expression that gives a date.';

/** Numbers below are epoch seconds that somebody forgot to multiply (or lie before 1973). */
const SMALLEST_MILLISECONDS = 100_000_000_000;
/** The last millisecond of the year 9999. */
const LARGEST_MILLISECONDS = 253_402_300_799_999;

/** No place on earth is further ahead of UTC. */
const LARGEST_OFFSET_HOURS = 14;

const ISO =
	/^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** By time zone: one takes as long to make as hundreds of dates take to read. */
const wallClocks = new Map<string, Intl.DateTimeFormat>();

function wallClock(timeZone: string): Intl.DateTimeFormat {
	const known = wallClocks.get(timeZone);
	if (known) return known;
	const made = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	});
	wallClocks.set(timeZone, made);
	return made;
}

/** Milliseconds by which a time zone is ahead of UTC at a moment. */
function zoneOffset(epoch: number, timeZone: string): number {
	const parts = wallClock(timeZone).formatToParts(epoch);
	const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
	const wall = Date.UTC(
		part('year'),
		part('month') - 1,
		part('day'),
		part('hour'),
		part('minute'),
		part('second'),
	);
	return wall - Math.floor(epoch / 1000) * 1000;
}

/** Epoch milliseconds of a wall clock's time in a zone; `wall` is that time as if it were UTC. */
function fromWallClock(wall: number, timeZone: string): number {
	const first = wall - zoneOffset(wall, timeZone);
	return wall - zoneOffset(first, timeZone);
}

function parseIso(text: string, timeZone: string): number | undefined {
	const match = ISO.exec(text);
	if (!match) return undefined;
	const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone] = match;
	const numbers = [year, month, day, hour, minute, second].map(Number);
	const [y, mo, d, h, mi, s] = numbers;
	const wall = Date.UTC(y, mo - 1, d, h, mi, s, Math.floor(Number(`0.${fraction}`) * 1000));
	// Date.UTC turns 31 February into a day of March; such a date is a mistake.
	const back = new Date(wall);
	const exact =
		back.getUTCFullYear() === y &&
		back.getUTCMonth() === mo - 1 &&
		back.getUTCDate() === d &&
		h < 24 &&
		mi < 60 &&
		s < 60;
	if (!exact) return undefined;
	if (zone === undefined) return fromWallClock(wall, timeZone);
	if (/^z$/i.test(zone)) return wall;
	const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
	if (hours > LARGEST_OFFSET_HOURS || minutes > 59) return undefined;
	const ahead = (hours * 60 + minutes) * 60_000;
	return zone.startsWith('-') ? wall + ahead : wall - ahead;
}

function epochOf(value: unknown, timeZone: string): number | undefined {
	if (value instanceof Date) return value.getTime();
	if (typeof value === 'number') return value;
	if (typeof value === 'object' && value !== null) {
		// A Luxon date, as n8n's expressions give it.
		const { toMillis } = value as { toMillis?: () => number };
		return typeof toMillis === 'function' ? toMillis.call(value) : undefined;
	}
	if (typeof value !== 'string') return undefined;
	const text = trimmed(value);
	return /^\d{9,15}$/.test(text) ? Number(text) : parseIso(text, timeZone);
}

/**
 * Reads a moment: ISO text, epoch milliseconds as number or text, a Date or a Luxon date.
 *
 * @param field the field's label, for the error
 * @param timeZone IANA zone that a text without zone is meant in: the workflow's
 * @returns epoch milliseconds
 * @throws {InputError}
 */
export function readDate(field: string, value: unknown, timeZone: string): number {
	if (value === undefined || value === null || value === '') {
		throw new InputError(`${field} is empty`, `${DATE_HINT} Or remove the field.`);
	}
	const epoch = epochOf(value, timeZone);
	if (epoch === undefined || !Number.isFinite(epoch) || epoch > LARGEST_MILLISECONDS) {
		throw new InputError(`${field} holds ${sample(value)}, which is not a date`, DATE_HINT);
	}
	const isIso = typeof value === 'object' || ISO.test(trimmed(String(value)));
	if (epoch < SMALLEST_MILLISECONDS && !isIso) {
		throw new InputError(
			`${field} holds ${sample(value)}, which looks like epoch seconds`,
			'Epoch times are in milliseconds: multiply by 1000.',
		);
	}
	return Math.floor(epoch);
}

/**
 * Refuses a range that ends before it starts.
 * @param fields labels of start and end
 * @throws {InputError}
 */
export function checkRange(
	fields: [string, string],
	start: number | undefined,
	end: number | undefined,
): void {
	if (start === undefined || end === undefined || start <= end) return;
	throw new InputError(
		`${fields[0]} (${new Date(start).toISOString()}) lies after ${fields[1]} (${new Date(end).toISOString()})`,
		'No moment lies in that range. Did the two get swapped?',
	);
}
