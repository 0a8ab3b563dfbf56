import { InputError } from '../shared/errors';
import { sample, trimmed } from '../shared/input/values';
import { thousands } from '../shared/transport/answer';
import { nameOf, type Asset, type GatheredAsset } from './merging';
import { isNothing, type Scanner } from './schema';

/** Bytes of a request's body. The service answers 413 from about 10 MB on, as importers have found. */
const MOST_BYTES = 8_000_000;

/** Imports that a tenant takes in an hour. */
export const IMPORTS_AN_HOUR = 10;

/** More than anybody means. */
const MOST_BATCHES = 1_000;

/** One request. */
export interface Batch {
	body: Scanner & { assets: Asset[] };
	/** The same assets, in the same order, with what they were made of. */
	assets: GatheredAsset[];
	/** Indices of all their input items, rising. */
	items: number[];
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** A batch as it fills up. */
interface Filling {
	bytes: number;
	assets: GatheredAsset[];
}

const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;

/** Of an asset in a list, with the comma before it. */
const bytesInList = ({ asset }: GatheredAsset) => bytesOf(asset) + 1;

/** Why an asset does not fit into any request; `undefined` for one that does. */
export function tooLarge(scanner: Scanner, gathered: GatheredAsset): InputError | undefined {
	const bytes = bytesInList(gathered);
	if (bytesOf({ ...scanner, assets: [] }) + bytes <= MOST_BYTES) return undefined;
	return new InputError(
		`The asset ${nameOf(gathered.asset)} (item ${gathered.items[0]}) has ${megabytes(bytes)} of findings, and a request can hold ${megabytes(MOST_BYTES)}`,
		'Shorten its description, evidence or raw_output. It is not spread over several imports, because Cortex does not say whether a later import of the same asset adds to an earlier one or takes its place.',
	);
}

/**
 * As few requests as the assets fit into: each one goes into the first that has room for it.
 *
 * @param scanner where the findings come from, which stands in every request
 * @throws {InputError} for an asset that is too large for a request of its own
 */
export function batchesOf(scanner: Scanner, assets: readonly GatheredAsset[]): Batch[] {
	const around = bytesOf({ ...scanner, assets: [] });
	const filling: Filling[] = [];
	for (const gathered of assets) {
		const refusal = tooLarge(scanner, gathered);
		if (refusal) throw refusal;
		const bytes = bytesInList(gathered);
		const room = filling.find((batch) => batch.bytes + bytes <= MOST_BYTES);
		if (room) {
			room.bytes += bytes;
			room.assets.push(gathered);
		} else filling.push({ bytes: around + bytes, assets: [gathered] });
	}
	return filling.map((batch) => ({
		body: { ...scanner, assets: batch.assets.map(({ asset }) => asset) },
		assets: batch.assets,
		items: [...new Set(batch.assets.flatMap(({ items }) => items))].sort(
			(one, other) => one - other,
		),
	}));
}

/**
 * How many requests may go, from the option Batches.
 * @returns the vendor's number where the option is absent
 * @throws {InputError}
 */
export function readMostBatches(value: unknown): number {
	if (isNothing(value)) return IMPORTS_AN_HOUR;
	const digits = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
	const number = /^\d{1,4}$/.test(trimmed(digits)) ? Number(trimmed(digits)) : 0;
	if (number >= 1 && number <= MOST_BATCHES) return number;
	throw new InputError(
		`Batches holds ${sample(value)}, but it must be a whole number from 1 to ${thousands(MOST_BATCHES)}`,
		'It says how many requests may be sent, each an import of its own.',
	);
}

/**
 * Refuses more requests than may go, of which some would be sent and the others refused by the vendor.
 * @param count of all requests that the node is about to send
 * @param most as {@link readMostBatches} gives it
 * @throws {InputError}
 */
export function checkCount(count: number, most: number): void {
	if (count <= most) return;
	throw new InputError(
		`The input makes ${thousands(count)} imports, and ${most === IMPORTS_AN_HOUR ? `Cortex takes ${IMPORTS_AN_HOUR} an hour` : `the option Batches allows ${thousands(most)}`}. Nothing was sent`,
		count <= MOST_BATCHES
			? `Leave out findings, or shorten raw_output and evidence. Or set the option Batches to ${count}: then Cortex refuses what comes after the first ${IMPORTS_AN_HOUR} of an hour.`
			: 'Leave out findings, or shorten raw_output and evidence.',
	);
}
