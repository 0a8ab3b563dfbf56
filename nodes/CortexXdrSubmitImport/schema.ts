import { InputError } from '../shared/errors';
import { readDate } from '../shared/input/dates';
import {
	isBlank,
	readIpAddresses,
	readList,
	readText,
	sample,
	trimmed,
} from '../shared/input/values';
import { thousands } from '../shared/transport/answer';

/*
 * The vendor's schema of a submitted import ("bring your own scanner", Cortex XDR 5.1). What it refuses there is a 422
 * for the whole request; here, each value is named before anything is sent.
 */

/** What a moment is measured by. */
export interface Now {
	/** Epoch milliseconds. */
	now: number;
	/** The workflow's, for texts without a zone. */
	timeZone: string;
}

/**
 * Reads what a field holds, in any of the forms that a person, a table or an expression gives it.
 * @param field place and name of the field, for the error
 * @throws {InputError}
 */
type Read = (field: string, value: unknown, now: Now) => unknown;

const DAY_MS = 24 * 3600 * 1000;

/** Longest time ago that an asset or a vulnerability may have been seen, in days. */
const OLDEST_DAYS = 30;

/** Longest `raw_output`, in characters. */
const LONGEST_RAW_OUTPUT = 2_000;

const LARGEST_PORT = 65_534;

/** Whether a field holds nothing: it is not sent at all, since the schema has no null. */
export const isNothing = (value: unknown): boolean =>
	isBlank(value) || (Array.isArray(value) && value.every(isNothing));

/** Half a character, which comes of a text that was cut, and which no service can read. */
function checkWhole(field: string, text: string): string {
	if (!/\p{Surrogate}/u.test(text)) return text;
	throw new InputError(
		`${field} holds ${sample(text)}, in which a character was cut in half`,
		"Cut texts by whole characters, e.g. with {{ [...$json.raw_output].slice(0, 2000).join('') }}.",
	);
}

const text: Read = (field, value) =>
	checkWhole(field, readText(field, value, 'Give it a text, or remove the field.'));

const rawOutput: Read = (field, value, now) => {
	const read = text(field, value, now) as string;
	// The vendor counts characters, and JavaScript counts an emoji as two.
	const { length } = [...read];
	if (length <= LONGEST_RAW_OUTPUT) return read;
	throw new InputError(
		`${field} has ${thousands(length)} characters, and Cortex takes ${thousands(LONGEST_RAW_OUTPUT)}`,
		"Shorten it, e.g. with {{ [...$json.raw_output].slice(0, 2000).join('') }}.",
	);
};

const texts: Read = (field, value) => readList(field, value).map((one) => checkWhole(field, one));

/** Names that hold no blanks, so that one that does is several, separated by something that nobody has agreed on. */
const names =
	(example: string): Read =>
	(field, value, now) => {
		const list = texts(field, value, now) as string[];
		const several = list.find((one) => /[\s;|]/.test(one));
		if (several === undefined) return list;
		throw new InputError(
			`${field} holds ${sample(several)}, which is not one name`,
			`Separate several by commas, or give a list, e.g. ${example}.`,
		);
	};

const addresses =
	(version: 4 | 6): Read =>
	(field, value) => {
		const list = readIpAddresses(field, value);
		const other = list.find((address) => address.includes(':') !== (version === 6));
		if (other === undefined) return list;
		const right = version === 4 ? 6 : 4;
		throw new InputError(
			`${field} holds ${sample(other)}, which is an IPv${right} address`,
			`It belongs into the field ipv${right}.`,
		);
	};

const tags: Read = (field, value, now) => {
	const list = texts(field, value, now) as string[];
	const wrong = list.find((tag) => !/^[^:]+:[^]+$/.test(tag));
	if (wrong === undefined) return list;
	throw new InputError(
		`${field} holds ${sample(wrong)}, but every tag must be a key and a value`,
		'Write tags with a colon, e.g. env:prod, owner:web team.',
	);
};

const word =
	(...allowed: string[]): Read =>
	(field, value) => {
		const given = typeof value === 'string' ? trimmed(value).toLowerCase() : '';
		const known = allowed.find((one) => one.toLowerCase() === given);
		if (known !== undefined) return known;
		throw new InputError(
			`${field} holds ${sample(value)}, which is not one of its values`,
			`It can be ${allowed.join(' or ')}, or absent.`,
		);
	};

const port: Read = (field, value) => {
	const digits = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
	const number = /^\d{1,5}$/.test(trimmed(digits)) ? Number(trimmed(digits)) : 0;
	if (number >= 1 && number <= LARGEST_PORT) return number;
	throw new InputError(
		`${field} holds ${sample(value)}, but it must be a whole number from 1 to ${LARGEST_PORT}`,
		'Remove the port of a finding that has none; some scanners write 0 there.',
	);
};

const lastSeen: Read = (field, value, { now, timeZone }) => {
	const seen = readDate(field, value, timeZone);
	// Whatever gives dates of its own can give one that is none.
	const moment = new Date(Math.max(seen, -8.64e15)).toISOString();
	if (seen > now) {
		throw new InputError(
			`${field} is ${moment}, which is in the future`,
			`It must be the moment at which it was seen. A text without a time zone is meant in that of the workflow, ${timeZone}.`,
		);
	}
	if (seen >= now - OLDEST_DAYS * DAY_MS) return seen;
	throw new InputError(
		`${field} is ${moment}, which is more than ${OLDEST_DAYS} days ago`,
		`Cortex takes what was seen within ${OLDEST_DAYS} days. Leave out what is older, e.g. with a Filter node before this one.`,
	);
};

/** Fields of an asset, but for its vulnerabilities. */
export const ASSET_FIELDS: Readonly<Record<string, Read>> = {
	origin_asset_id: text,
	asset_name: text,
	fqdn: names('["web-01.example.com", "web-02.example.com"]'),
	ipv4: addresses(4),
	ipv6: addresses(6),
	mac_address: text,
	os_name: text,
	vendor: text,
	product: text,
	version: text,
	origin_tags: tags,
	last_seen: lastSeen,
};

/** Fields of a vulnerability. The schema asks for no form of `vulnerability_id`. */
export const VULNERABILITY_FIELDS: Readonly<Record<string, Read>> = {
	vulnerability_id: text,
	last_seen: lastSeen,
	cve_id: names('CVE-2024-3094, CVE-2024-6387'),
	description: text,
	confidence: word('Potential', 'Confirmed'),
	evidence: text,
	raw_output: rawOutput,
	scan_name: text,
	protocol: word('TCP', 'UDP'),
	port,
};

/** Of an asset without any of them, nobody could say which one it is. */
export const NAMES_OF_ASSET = [
	'origin_asset_id',
	'asset_name',
	'fqdn',
	'ipv4',
	'ipv6',
	'mac_address',
] as const;

/** The scanner that the findings come from. */
export interface Scanner {
	vendor: string;
	product: string;
	version?: string;
}

/**
 * The scanner, from the parameters of the node.
 * @throws {InputError}
 */
export function readScanner(parameters: Record<keyof Scanner, unknown>): Scanner {
	const read = (label: string, value: unknown, example: string) =>
		checkWhole(label, readText(label, value, `Enter the scanner's, e.g. ${example}.`));
	const scanner: Scanner = {
		vendor: read('Vendor', parameters.vendor, 'TENABLE'),
		product: read('Product', parameters.product, 'Nessus'),
	};
	if (isNothing(parameters.version)) return scanner;
	return { ...scanner, version: read('Version', parameters.version, '10.8') };
}
