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

/** What an answer that is no JSON says, as far as a person can read it: the title of a page, or the text. */
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
