import { InputError } from './inputError';

/** Longest piece of a wrong value that an error repeats. */
const LONGEST_SAMPLE = 60;

/** A value that is no text. JSON cannot take all that an expression can give. */
function inWords(value: unknown): string {
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

/** Whitespace as people paste it: no-break spaces and zero-width marks of web pages included. */
export function trimmed(text: string): string {
	return text
		.replace(/[\u00a0\u202f]/g, ' ')
		.replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
		.trim();
}

function jsonList(text: string): unknown[] | undefined {
	if (!text.startsWith('[')) return undefined;
	try {
		const value: unknown = JSON.parse(text);
		return Array.isArray(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Reads a list that came as an array, as JSON text, or as text separated by commas or lines.
 *
 * @param field the field's label, for the error
 * @returns at least one text; blanks and repetitions are dropped
 * @throws {InputError} when nothing is left, or an element is neither text nor number
 */
export function readList(field: string, value: unknown): string[] {
	const text = typeof value === 'string' ? trimmed(value) : '';
	const elements = Array.isArray(value)
		? value
		: typeof value === 'number'
			? [value]
			: typeof value === 'string'
				? (jsonList(text) ?? text.split(/[,\r\n]+/))
				: value === null || value === undefined
					? []
					: undefined;
	if (elements === undefined) {
		throw new InputError(
			`${field} holds ${sample(value)}, but it must be a list`,
			'Enter the values separated by commas, or use an expression that gives an array of texts.',
		);
	}
	const texts = elements.map((element: unknown) => {
		if (typeof element === 'string') return trimmed(element);
		if (typeof element === 'number' && Number.isFinite(element)) return String(element);
		if (element === null || element === undefined) return '';
		throw new InputError(
			`${field} holds ${sample(element)}, but every value of the list must be text`,
			'An expression that gives a list of objects needs to pick one field of each.',
		);
	});
	const list = [...new Set(texts.filter((element) => element !== ''))];
	if (list.length === 0) {
		throw new InputError(
			`${field} is empty`,
			'Enter at least one value, or remove the field. An empty field is refused because leaving it out could mean more than you want.',
		);
	}
	return list;
}

/**
 * Reads values that must come from a fixed set, whatever their case.
 * @throws {InputError} naming the values that are allowed
 */
export function readChoices(field: string, value: unknown, allowed: readonly string[]): string[] {
	return readList(field, value).map((choice) => {
		const known = allowed.find((option) => option === choice.toLowerCase());
		if (known !== undefined) return known;
		throw new InputError(
			`${field} holds ${sample(choice)}, which is not one of its values`,
			`It can hold: ${allowed.join(', ')}.`,
		);
	});
}

/**
 * Reads a text that must not be empty.
 * @throws {InputError}
 */
export function readText(field: string, value: unknown, hint: string): string {
	const text = typeof value === 'number' ? String(value) : value;
	if (typeof text === 'string' && trimmed(text) !== '') return trimmed(text);
	if (text === undefined || text === null || typeof text === 'string') {
		throw new InputError(`${field} is empty`, hint);
	}
	throw new InputError(`${field} holds ${sample(text)}, but it must be text`, hint);
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
	const text = readText(field, value, hint);
	if (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER) {
		throw new InputError(
			`${field} holds a number that is too large to be exact (${sample(text)})`,
			'Pass it on as text, so that no digit gets lost.',
		);
	}
	const digits = /^0*([1-9]\d{0,29})$/.exec(text)?.[1];
	if (digits === undefined) {
		throw new InputError(
			`${field} holds ${sample(text)}, but it must be a whole positive number`,
			hint,
		);
	}
	return digits;
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
 * @throws {InputError} naming the first that is none
 */
export function readIpAddresses(field: string, value: unknown): string[] {
	const addresses = readList(field, value);
	const wrong = addresses.find((address) => !isIpAddress(address));
	if (wrong === undefined) return addresses;
	throw new InputError(
		`${field} holds ${sample(wrong)}, which is not an IP address`,
		wrong.includes('/')
			? 'Networks are not supported here: enter single addresses, e.g. 192.168.5.12.'
			: 'Enter IPv4 or IPv6 addresses, e.g. 192.168.5.12 or 2001:db8::1.',
	);
}
