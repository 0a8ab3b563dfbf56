import { firstOf } from '../errors';
import { isObject, numberOf, textOf, type JsonObject } from '../json';

/** The vendor's words in an answer that brings no result. */
export interface ErrorText {
	/** `err_code`, or whatever else stands for a status in the body. */
	code?: unknown;
	/** Empty where the vendor has given no reason. */
	text: string;
	/**
	 * Who says it: the vendor, in an envelope that nobody else has; a service that has looked at the request; or
	 * anybody, since a gateway on the way has such a form too.
	 */
	from: 'vendor' | 'service' | 'anybody';
}

const words = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Where the vendor's parser did not understand a query. */
export interface Mistake {
	/** As the vendor counts them; null where it has not. */
	line: number | null;
	column: number | null;
	message: string;
}

/** The mistake in a query that an error names: `parse_err` in `err_extra`. */
export function mistakeIn(extra: unknown): Mistake | undefined {
	const mistake = isObject(extra) ? extra.parse_err : undefined;
	if (!isObject(mistake)) return undefined;
	const { line, column, message } = mistake;
	return { line: numberOf(line), column: numberOf(column), message: words(message) };
}

/** The place of a mistake, as its error begins with it; empty where the vendor names none. */
export const placeOf = ({ line, column }: Omit<Mistake, 'message'>): string =>
	[line === null ? '' : `line ${line}`, column === null ? '' : `column ${column}`]
		.filter(Boolean)
		.join(', ');

const inBrackets = (texts: string[]) => (texts.length > 0 ? ` (${texts.join(', ')})` : '');

/** What a query is refused with: where it is not understood, or which budget it would exceed; none of anything else. */
function queryText(extra: JsonObject): string | undefined {
	const mistake = mistakeIn(extra);
	if (mistake?.message) return [placeOf(mistake), mistake.message].filter(Boolean).join(': ');
	const { err_msg: message, quota_info: quota, ...rest } = extra;
	if (words(message) === '') return undefined;
	const known = Object.entries({ ...(isObject(quota) ? quota : {}), ...rest });
	const details = known
		.filter(([, value]) => value !== null && value !== '')
		.map(([name, value]) => (name === 'message' ? textOf(value) : `${name}: ${textOf(value)}`));
	return words(message) + inBrackets(details);
}

/** The vendor's extra words, whatever form they have. */
function extraText(extra: unknown): string {
	if (extra === null || extra === undefined || extra === '') return '';
	if (typeof extra === 'string') return extra;
	if (Array.isArray(extra)) return extra.map(extraText).filter(Boolean).join('; ');
	return (isObject(extra) ? queryText(extra) : undefined) ?? JSON.stringify(extra);
}

/** `errorText` of `errorData`, which is an object or JSON in a string. */
function errorDataText(errorData: unknown): string {
	if (isObject(errorData)) return words(errorData.errorText);
	if (typeof errorData !== 'string') return '';
	try {
		const data: unknown = JSON.parse(errorData);
		return isObject(data) ? words(data.errorText) : words(data);
	} catch {
		return words(errorData);
	}
}

/** The reason for which an endpoint failed, in words. The vendor has several places for it and often fills in none. */
export function reasonText(reason: unknown): string | null {
	if (!isObject(reason)) return words(reason) || null;
	const missing: unknown = Array.isArray(reason.missing_files)
		? reason.missing_files[0]
		: undefined;
	const texts = [
		words(reason.errorDescription),
		isObject(missing) ? words(missing.description) : '',
		errorDataText(reason.errorData),
		words(reason.errorText),
	];
	return texts.find(Boolean) ?? null;
}

/** Of an action with thousands of endpoints, the reasons of so many are part of an error. */
const MOST_REASONS = 3;

/** The reasons of endpoints, by id, as the body of an action status holds them; also where it comes as an error. */
function reasonsText({ data, errorReasons }: JsonObject): string {
	const statuses = isObject(data) ? data : {};
	const reasons = isObject(errorReasons) ? errorReasons : {};
	const texts = Object.keys({ ...reasons, ...statuses }).map((id) => {
		const status = Object.hasOwn(statuses, id) ? words(statuses[id]) : '';
		const reason = Object.hasOwn(reasons, id) ? (reasonText(reasons[id]) ?? '') : '';
		return [id, [status, reason && `(${reason})`].filter(Boolean).join(' ')] as const;
	});
	const named = texts.filter(([, text]) => text !== '');
	return firstOf(named, MOST_REASONS, '; ', ([id, text]) => `${id}: ${text}`);
}

/** Fields and what is wrong with each: `{field, message}`, or a text. */
function fieldsText(list: unknown): string {
	const entries: unknown[] = Array.isArray(list) ? list : [list];
	return entries
		.map((entry) => {
			if (!isObject(entry)) return extraText(entry);
			const parts = [entry.field, entry.message].map(words).filter(Boolean);
			return parts.length > 0 ? parts.join(': ') : extraText(entry);
		})
		.filter(Boolean)
		.join('; ');
}

/** Reasons of a refused body, as the newer services list them, or in one text. */
function detailText(detail: unknown): string {
	if (!Array.isArray(detail)) return words(detail);
	return detail
		.map((entry: unknown) => {
			if (!isObject(entry)) return words(entry);
			const place = Array.isArray(entry.loc) ? entry.loc.map(textOf).join('.') : '';
			return [place, extraText(entry.msg)].filter(Boolean).join(': ');
		})
		.filter(Boolean)
		.join('; ');
}

const joined = (...texts: string[]) => [...new Set(texts.filter(Boolean))].join(': ');

/** What the vendor begins its reasons with says nothing, and takes the room in which people look for the reason. */
const PREAMBLE = /^An error occurred while processing XDR public API(?:\s*[-:]\s*|\s*$)/i;

/** The envelope of the older services: with `reply` around it, or flat. It is an error on any status. */
function envelope(json: JsonObject): ErrorText | undefined {
	const holder = isObject(json.reply) ? json.reply : json;
	const { err_code: code, err_msg: message, err_extra: extra } = holder;
	const none =
		code === undefined || code === null || code === 0 || code === '' || numberOf(code) === 200;
	if (none && !message) return undefined;
	const metadata = isObject(holder.metadata) ? fieldsText(holder.metadata.err_extra ?? []) : '';
	const said = extraText(message);
	const text = joined(said.replace(PREAMBLE, ''), extraText(extra), metadata) || said;
	return { code, text: text || `error code ${extraText(code)}`, from: 'vendor' };
}

const said = (from: ErrorText['from'], ...texts: string[]): ErrorText | undefined => {
	const text = joined(...texts);
	return text === '' ? undefined : { text, from };
};

/** What only an answer that failed can mean: on a success, the same names hold data. Read in this order. */
const FORMS: ReadonlyArray<(json: JsonObject) => ErrorText | undefined> = [
	({ reply }) => {
		const known = isObject(reply) && (isObject(reply.data) || isObject(reply.errorReasons));
		return known ? { text: reasonsText(reply), from: 'vendor' } : undefined;
	},
	({ detail }) => said('service', detailText(detail)),
	({ error }) => said('anybody', words(error)),
	({ description, errors }) => {
		const listed = words(description) !== '' && errors !== undefined;
		return listed ? said('service', words(description), fieldsText(errors)) : undefined;
	},
	({ message, errors }) =>
		errors === undefined
			? said('anybody', words(message))
			: said('service', words(message), fieldsText(errors)),
];

/**
 * The vendor's words for an error, from any of the forms that its services have for them.
 *
 * Sources: the error bodies of the vendor's pages, of which no two generations are alike.
 *
 * @param failed whether the status of the answer says that it is an error
 * @returns `undefined` where the body is none of the forms
 */
export function errorText(json: unknown, failed: boolean): ErrorText | undefined {
	if (!isObject(json)) return undefined;
	const known = envelope(json);
	if (known || !failed) return known;
	for (const form of FORMS) {
		const text = form(json);
		if (text) return text;
	}
	return undefined;
}
