/** An answer as n8n's request helper gives it, its body still a text. */
export interface Answer {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

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

/**
 * What an answer that is no JSON says, as far as a person can read it: the title of a page, or the text.
 *
 * It is cut, and blanks and tags go, so whatever is shown of it must have lost its secrets before.
 */
export function plainText(body: unknown): string {
	if (typeof body !== 'string') return '';
	const title =
		/<(title|h1)[^>]*>([\s\S]*?)<\/\1>/i.exec(body.slice(0, 10_000))?.[2] ?? body.slice(0, 2_000);
	return title
		.replace(/<[^>]*>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim()
		.slice(0, 200);
}

/** An answer that is no JSON, whole, and what stands around its words where a message quotes it. */
export interface Page {
	body: string;
	before: string;
	after: string;
}

/** A page to quote; `undefined` where an answer says nothing that a person can read. */
export function pageOf(body: unknown, before: string, after = ''): Page | undefined {
	return typeof body === 'string' && plainText(body) !== '' ? { body, before, after } : undefined;
}

/**
 * What to add to the hint of a refusal that is a page or a text: both vendors refuse in JSON, so somebody on the
 * way may have answered in their place.
 * @param json of the answer; `undefined` where it is none
 */
export function notTheirWords(status: number, json: unknown, body: unknown): string {
	const refused = status >= 400 && status < 500;
	if (!refused || json !== undefined || plainText(body) === '') return '';
	return ' This answer is a page or a text, though, so it may come from a proxy or a firewall on the way.';
}
