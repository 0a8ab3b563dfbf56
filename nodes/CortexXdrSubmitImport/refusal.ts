import { Fault, firstOf } from '../shared/errors';
import { sample } from '../shared/input/values';
import { isObject, textOf, type JsonObject } from '../shared/json';
import type { Batch } from './batches';
import { nameOf, type GatheredAsset } from './merging';

/** So many places of a refused request are named; the others are counted. */
const MOST_NAMED = 10;

/** What stands at a place of a body; `undefined` where nothing does. */
const at = (body: unknown, path: readonly unknown[]): unknown =>
	path.reduce<unknown>((value, step) => {
		if (typeof step !== 'string' && typeof step !== 'number') return undefined;
		if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
			return undefined;
		return (value as Record<string, unknown>)[step];
	}, body);

const isShown = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

/** A place of a request in words that a person knows it by: not the fourth asset, but its name, and its item. */
function placeInWords(path: readonly unknown[], { body, assets }: Batch): string {
	const words: string[] = [];
	let rest = path;
	const gathered = path[0] === 'assets' ? at(assets, [path[1]]) : undefined;
	if (isObject(gathered)) {
		const { asset, items } = gathered as unknown as GatheredAsset;
		const made =
			items.length === 1
				? `item ${items[0]}`
				: `items ${items.slice(0, 3).join(', ')}${items.length > 3 ? ' …' : ''}`;
		words.push(`asset ${nameOf(asset)} (${made})`);
		rest = path.slice(2);
		const vulnerability = rest[0] === 'vulnerabilities' ? at(asset, rest.slice(0, 2)) : undefined;
		if (rest.length > 1 && isObject(vulnerability)) {
			words.push(`vulnerability ${sample(vulnerability.vulnerability_id ?? rest[1])}`);
			rest = rest.slice(2);
		}
	}
	if (rest.length > 0) {
		const held = at(body, path);
		words.push(rest.map(textOf).join('.') + (isShown(held) ? ` ${sample(held)}` : ''));
	}
	return words.join(', ');
}

/**
 * One entry of the `detail` of a 422, in words; see {@link importFault}.
 * @param entry `{loc, msg, type}`; anything else is shown as it is
 */
function entryInWords(entry: unknown, batch: Batch): string {
	if (!isObject(entry)) return textOf(entry);
	const path: unknown[] = Array.isArray(entry.loc) ? entry.loc : [];
	const place = placeInWords(path[0] === 'body' ? path.slice(1) : path, batch);
	return [place, textOf(entry.msg ?? '')].filter(Boolean).join(': ');
}

const listed = (body: JsonObject | undefined): unknown[] =>
	Array.isArray(body?.detail) ? (body.detail as unknown[]) : [];

/** A break that the tenant asks for. */
function breakInWords(milliseconds: number): string {
	const minutes = Math.ceil(milliseconds / 60_000);
	return `Cortex asks to wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
}

/**
 * Why a request brought no import, in words that name its assets and items.
 *
 * - 422: the service says in which place of the request which value is wrong. Nothing of the request was imported.
 * - 413: the request is too large after all.
 * - 429: how long the tenant asks to wait, where it says so.
 *
 * @param batch what was sent
 * @returns the same fault where there is nothing to add
 */
export function importFault(fault: Fault, batch: Batch): Fault {
	const { details } = fault;
	const entries = details.status === 422 ? listed(details.body) : [];
	if (entries.length > 0) {
		const named = firstOf(entries, MOST_NAMED, '; ', (entry) => entryInWords(entry, batch));
		return new Fault(`Cortex refused Submit Import: ${named}`, {
			...details,
			hint: 'Nothing of this request was imported. Correct these values in the input, and submit it again.',
		});
	}
	if (details.status === 413) {
		return new Fault(fault.message, {
			...details,
			hint: `The request is too large for this tenant: it holds ${batch.assets.length} assets. Nothing of it was imported. Hand over fewer items at once, e.g. with a Loop Over Items node, or shorten raw_output and evidence.`,
		});
	}
	const { asked = details.retryAfter } = details;
	if (details.meaning !== 'throttled' || asked === undefined) return fault;
	return new Fault(fault.message, {
		...details,
		hint: [breakInWords(asked), details.hint].filter(Boolean).join(' '),
	});
}
