import { Fault, type Page } from '../errors';
import type { JsonObject } from '../json';

/** Most rows that one answer may become items, or fields of an item: far below what n8n's engine can pass on in one go. */
export const MOST_ITEMS = 100_000;

/** An answer as n8n's request helper gives it, its body still a text. */
export interface Answer {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/** A count as people read it: 100,000. */
export const thousands = (count: number) => count.toLocaleString('en-US');

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

/**
 * Rows that become an item each.
 * @param holds what holds them, with its verb
 * @param rather what to do where there are too many
 * @throws {Fault} beyond {@link MOST_ITEMS}: n8n's engine would fail, and take the other items with it
 */
export function eachItem(
	rows: object[],
	holds: string,
	what: string,
	rather: string,
): JsonObject[] {
	if (rows.length <= MOST_ITEMS) return rows as JsonObject[];
	const all = thousands(rows.length);
	throw new Fault(
		`${holds} ${all} ${what}, and one item can bring ${thousands(MOST_ITEMS)} at most`,
		{
			meaning: 'local',
			hint: `${rather}: then all of them are in one item.`,
		},
	);
}
