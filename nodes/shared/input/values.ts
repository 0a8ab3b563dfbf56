import { numberOf, parseJson } from '../json';
import { InputError } from '../errors';

/** Longest piece of a wrong value that an error repeats. */
const LONGEST_SAMPLE = 60;

/** A value that is no text. JSON cannot take all that an expression can give. */
function inWords(value: unknown): string {
	// JSON makes null of a number that is none.
	if (typeof value === 'number') return String(value);
	try {
		return JSON.stringify(value) ?? String(value);
	} catch {
		return typeof value === 'object' ? 'an object' : String(value);
	}
}

/** A wrong value as an error shows it: quoted, on one line, not too long. */
export function sample(value: unknown): string {
	const text = typeof value === 'string' ? value : inWords(value);
	const line = text.replace(/\s+/g, ' ');
	return `"${line.length > LONGEST_SAMPLE ? `${line.slice(0, LONGEST_SAMPLE)}…` : line}"`;
}

/** A user with a password, or a key that got into the wrong field: the error must not repeat it. */
const MAY_BE_SECRET = /@|[^\s./:?#]{32,}/;

/** The same for what is no address, though the field is for one. */
export const addressSample = (text: string) => (MAY_BE_SECRET.test(text) ? 'a text' : sample(text));

/**
 * A text as it was meant before it was pasted: no-break spaces of web pages become spaces, and marks without
 * width go. For what can hold neither: numbers, addresses, keys. For all else, see {@link trimmedEnds}.
 */
export function trimmed(text: string): string {
	return text
		.replace(/[\u00a0\u202f]/g, ' ')
		.replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
		.trim();
}

const BLANK = /[\s\u200b-\u200d\u2060]/;

/**
 * A name without blanks and marks without width around it.
 *
 * Within it, nothing is changed: a group may well be called by a name with a no-break space or a joiner, beside
 * another group that is called by it without. A name in which pasting has left such a character then matches
 * nothing, and Cortex says so, which is better than to scan a group that nobody named.
 */
export function trimmedEnds(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && BLANK.test(text[start])) start += 1;
	while (end > start && BLANK.test(text[end - 1])) end -= 1;
	return text.slice(start, end);
}

/**
 * A number as text.
 * @throws {InputError} for one that is not the number which was meant: its text would name something else
 */
function textOfNumber(field: string, number: number): string {
	if (!Number.isFinite(number)) {
		throw new InputError(
			`${field} holds ${sample(number)}, which is not a number`,
			'Look at the expression of this field: something in it cannot be calculated.',
		);
	}
	if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return String(number);
	throw new InputError(
		`${field} holds a number that is too large to be exact (${sample(number)})`,
		'Pass it on as text, so that no digit gets lost.',
	);
}

/** The elements of a list that came as text. */
function elementsOf(field: string, text: string): unknown[] {
	const bare = trimmedEnds(text);
	if (!bare.startsWith('[') || !bare.endsWith(']')) return bare.split(/[,\r\n]+/);
	const list = parseJson(bare);
	if (Array.isArray(list)) return list;
	throw new InputError(
		`${field} holds ${sample(bare)}, which looks like a list but is no JSON`,
		'Enter the values separated by commas and without brackets, or as JSON, e.g. ["a", "b"]. If brackets are part of a name, use JSON.',
	);
}

/** The elements of a list, whichever way it came. */
function elements(field: string, value: unknown): unknown[] {
	if (Array.isArray(value)) return value;
	if (typeof value === 'string') return elementsOf(field, value);
	if (typeof value === 'number') return [value];
	if (value === null || value === undefined) return [];
	throw new InputError(
		`${field} holds ${sample(value)}, but it must be a list`,
		'Enter the values separated by commas, or use an expression that gives an array of texts.',
	);
}

const ENTER_OR_REMOVE =
	'Enter at least one value, or remove the field. An empty field is refused because leaving it out could mean more than you want.';

/**
 * Reads a list of names or ids that came as an array, as JSON text, or as text separated by commas or lines.
 *
 * A text in square brackets is read as JSON, and refused where it is none: of `['a', 'b']`, commas would make
 * names that hold brackets and quotes. What stands in an array is a name as it is, also `[2024]`.
 *
 * @param field the field's label, for the error
 * @param options.whereEmpty what to do about an empty one
 * @returns at least one text, see {@link trimmedEnds}; blanks and repetitions are dropped
 * @throws {InputError} when nothing is left, or an element is neither text nor a number that is exact
 */
export function readList(
	field: string,
	value: unknown,
	{ whereEmpty = ENTER_OR_REMOVE }: { whereEmpty?: string } = {},
): string[] {
	const texts = elements(field, value).map((element) => {
		if (typeof element === 'string') return trimmedEnds(element);
		if (typeof element === 'number') return textOfNumber(field, element);
		if (element === null || element === undefined) return '';
		throw new InputError(
			`${field} holds ${sample(element)}, but every value of the list must be text`,
			'An expression that gives a list of objects needs to pick one field of each.',
		);
	});
	const list = [...new Set(texts.filter((text) => text !== ''))];
	if (list.length > 0) return list;
	throw new InputError(`${field} is empty`, whereEmpty);
}

/**
 * Reads values that must come from a fixed set, whatever their case.
 * @throws {InputError} naming the values that are allowed
 */
export function readChoices(field: string, value: unknown, allowed: readonly string[]): string[] {
	const choices = readList(field, value).map((choice) => {
		const known = allowed.find((option) => option === trimmed(choice).toLowerCase());
		if (known !== undefined) return known;
		throw new InputError(
			`${field} holds ${sample(choice)}, which is not one of its values`,
			`It can hold: ${allowed.join(', ')}.`,
		);
	});
	return [...new Set(choices)];
}

/**
 * Reads a value that must be one of a fixed set, written exactly so.
 * @throws {InputError} naming the values that are allowed: another one must not count as the default
 */
export function readChoice<T extends string>(
	field: string,
	value: unknown,
	allowed: readonly T[],
): T {
	const known = allowed.find((option) => option === value);
	if (known !== undefined) return known;
	throw new InputError(
		`${field} holds ${sample(value ?? '')}`,
		`It can hold: ${allowed.join(', ')}.`,
	);
}

/**
 * Reads a text that must not be empty: a name, an id, a query.
 * @returns the text with nothing changed within it, see {@link trimmedEnds}
 * @throws {InputError} also for a number that is not exact
 */
export function readText(field: string, value: unknown, hint: string): string {
	const text = typeof value === 'number' ? textOfNumber(field, value) : (value ?? '');
	if (typeof text !== 'string') {
		throw new InputError(`${field} holds ${sample(text)}, but it must be text`, hint);
	}
	const bare = trimmedEnds(text);
	if (bare !== '') return bare;
	throw new InputError(`${field} is empty`, hint);
}

/**
 * Reads a switch, which an expression can also give as the text `true` or `false`.
 * @throws {InputError} for anything else: a guess could turn a failure into a success
 */
export function readSwitch(field: string, value: unknown): boolean {
	const known = [true, false].find((one) => value === one || value === String(one));
	if (known !== undefined) return known;
	throw new InputError(`${field} holds ${sample(value)}`, 'It can be true or false.');
}

/**
 * Reads the id of an action: a whole positive number, as number or text.
 *
 * @returns its digits, without leading zeros
 * @throws {InputError} also for a number too large to be exact, which would name another action
 */
export function readWholeNumber(field: string, value: unknown, hint: string): string {
	const text = trimmed(readText(field, value, hint));
	const digits = /^0*([1-9]\d{0,29})$/.exec(text)?.[1];
	if (digits === undefined) {
		throw new InputError(
			`${field} holds ${sample(text)}, but it must be a whole positive number`,
			hint,
		);
	}
	return digits;
}

/** Whether a value holds nothing: it is absent, or a text of blanks. */
export const isBlank = (value: unknown): boolean =>
	value === undefined || value === null || (typeof value === 'string' && trimmed(value) === '');

/** A number that was typed, or that an expression gave as number or text; null for anything else. */
export const typedNumber = (value: unknown): number | null =>
	numberOf(typeof value === 'string' ? trimmed(value) : value);

/** What a number may be. */
export interface NumberRange {
	least: number;
	most?: number;
	/** What it counts, for the error. */
	unit: string;
	whole?: boolean;
}

/**
 * Reads a number, which an expression can also give as text.
 * @throws {InputError} for anything else, and beyond its bounds
 */
export function readNumber(
	field: string,
	value: unknown,
	{ least, most = Infinity, unit, whole }: NumberRange,
): number {
	const number = typedNumber(value);
	const fits = number !== null && number >= least && number <= most;
	if (fits && (!whole || Number.isInteger(number))) return number;
	const range = most === Infinity ? `at least ${least}` : `from ${least} to ${most}`;
	throw new InputError(
		`${field} holds ${sample(value)}, but it must be a ${whole ? 'whole ' : ''}number of ${unit}, ${range}`,
		`Enter a number such as ${Math.min(Math.max(least, 60), most)}.`,
	);
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Whether a text is an IPv6 address, with `::` and an embedded IPv4 tail allowed; no zone, no prefix. */
function isIPv6(text: string): boolean {
	const halves = text.split('::');
	if (halves.length > 2) return false;
	const groups = (half: string) => (half === '' ? [] : half.split(':'));
	const parts = halves.flatMap(groups);
	const last = parts.at(-1);
	const embedded = last !== undefined && IPV4.test(last) && text.endsWith(last);
	const words = embedded ? parts.slice(0, -1) : parts;
	if (!words.every((word) => /^[\da-f]{1,4}$/i.test(word))) return false;
	const count = words.length + (embedded ? 2 : 0);
	return halves.length === 2 ? count <= 7 : count === 8;
}

/** Whether a text is an IPv4 or IPv6 address. */
export function isIpAddress(text: string): boolean {
	return IPV4.test(text) || (text.includes(':') && isIPv6(text));
}

/**
 * Reads a list of IP addresses.
 * @returns at least one address, each once
 * @throws {InputError} naming the first that is none
 */
export function readIpAddresses(field: string, value: unknown): string[] {
	const addresses = [...new Set(readList(field, value).map(trimmed))];
	const wrong = addresses.find((address) => !isIpAddress(address));
	if (wrong === undefined) return addresses;
	throw new InputError(
		`${field} holds ${sample(wrong)}, which is not an IP address`,
		wrong.includes('/')
			? 'Networks are not supported here: enter single addresses, e.g. 192.168.5.12.'
			: 'Enter IPv4 or IPv6 addresses, e.g. 192.168.5.12 or 2001:db8::1.',
	);
}
