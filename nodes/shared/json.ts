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

/** Epoch milliseconds as ISO text; whatever else stands in place of a time as it is, and null for nothing. */
export function isoTime(value: unknown): unknown {
	const epoch = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof epoch !== 'number') return value ?? null;
	const date = new Date(epoch);
	return Number.isNaN(date.getTime()) ? value : date.toISOString();
}
