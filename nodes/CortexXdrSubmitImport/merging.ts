import { sentence } from '../shared/errors';
import { sample } from '../shared/input/values';
import type { JsonObject } from '../shared/json';
import { thousands } from '../shared/transport/answer';
import type { Problems } from './problems';
import { ASSET_FIELDS, VULNERABILITY_FIELDS } from './schema';

/** An asset as the vendor's body holds it. */
export interface Asset extends JsonObject {
	/** Epoch milliseconds. */
	last_seen: number;
	vulnerabilities: JsonObject[];
}

/** An asset to submit, and the input items that it was made of. */
export interface GatheredAsset {
	asset: Asset;
	/** Indices of input items, rising. */
	items: number[];
}

/** What one place of the input tells of an asset: an item, or an entry of a list. All of it has been read and checked. */
export interface Part {
	/** Index of the input item. */
	item: number;
	/** The place in words, e.g. "item 3", or "item 0, asset 2". */
	place: string;
	/** Fields of the asset but for `last_seen` and `vulnerabilities`. */
	fields: JsonObject;
	lastSeen: number;
	/** With their own places in words. */
	vulnerabilities: Array<{ place: string; json: JsonObject }>;
}

/** Vulnerabilities that an asset can have in one import, as importers of others have found. */
const MOST_VULNERABILITIES = 1_000;

/** What people know an asset by. */
export const nameOf = ({ asset_name, origin_asset_id, fqdn, ipv4, ipv6 }: JsonObject): string => {
	const [host] = [fqdn, ipv4, ipv6].flatMap((list) => (Array.isArray(list) ? list : []));
	return sample(asset_name ?? origin_asset_id ?? host ?? 'without a name');
};

const asText = (value: unknown) => JSON.stringify(value);

/** The fields of an asset, of all its parts: lists are joined, and every other field must be the same wherever it stands. */
function mergedFields(parts: Part[], problems: Problems): JsonObject {
	const merged: JsonObject = {};
	for (const name of Object.keys(ASSET_FIELDS)) {
		const holders = parts.filter(({ fields }) => fields[name] !== undefined);
		if (holders.length === 0) continue;
		const [first] = holders;
		const held = first.fields[name];
		merged[name] = Array.isArray(held)
			? [...new Set(holders.flatMap(({ fields }) => fields[name] as unknown[]))]
			: held;
		if (Array.isArray(held)) continue;
		const other = holders.find(({ fields }) => fields[name] !== held);
		if (other === undefined) continue;
		problems.add(
			`${sentence(other.place)}: ${name} of the asset ${nameOf(first.fields)} is ${sample(other.fields[name])}, but ${sample(held)} in ${first.place}`,
			`They have the same origin_asset_id, so they are one asset, which can have one ${name}. Correct it, or remove the field from all but one.`,
		);
	}
	return merged;
}

/** The vulnerabilities of an asset, each once, of all its parts. */
function mergedVulnerabilities(parts: Part[], name: string, problems: Problems): JsonObject[] {
	const merged = new Map<unknown, Part['vulnerabilities'][number]>();
	for (const one of parts.flatMap(({ vulnerabilities }) => vulnerabilities)) {
		const id = one.json.vulnerability_id;
		const earlier = merged.get(id);
		if (earlier === undefined) merged.set(id, one);
		// The same row twice is one finding.
		else if (asText(earlier.json) !== asText(one.json)) {
			const differs = Object.keys(VULNERABILITY_FIELDS).filter(
				(field) => asText(earlier.json[field]) !== asText(one.json[field]),
			);
			problems.add(
				`${sentence(one.place)}: the asset ${name} has vulnerability_id ${sample(id)} already, in ${earlier.place}, with other values (${differs.join(', ')})`,
				'Cortex takes a vulnerability_id once for each asset. Put what tells the findings apart into it, e.g. {{ $json.vulnerability_id }}-{{ $json.port }}, or keep one of them.',
			);
		}
	}
	if (merged.size > MOST_VULNERABILITIES) {
		problems.add(
			`The asset ${name} has ${thousands(merged.size)} vulnerabilities, and Cortex takes ${thousands(MOST_VULNERABILITIES)} for an asset`,
			'Keep the ones that matter. They are not spread over several imports, because Cortex does not say whether a later import of the same asset adds to an earlier one or takes its place.',
		);
	}
	return [...merged.values()].map(({ json }) => json);
}

function mergedAsset(parts: Part[], problems: Problems): GatheredAsset {
	const fields = mergedFields(parts, problems);
	return {
		asset: {
			...fields,
			last_seen: parts.reduce((newest, { lastSeen }) => Math.max(newest, lastSeen), -Infinity),
			vulnerabilities: mergedVulnerabilities(parts, nameOf(fields), problems),
		},
		items: [...new Set(parts.map(({ item }) => item))].sort((one, other) => one - other),
	};
}

/**
 * Makes assets of their parts: those with the same `origin_asset_id` are one asset, and a part without it is one of its
 * own. An asset was last seen when the newest of its parts was.
 *
 * Parts that contradict each other are noted, never decided between.
 */
export function mergedAssets(parts: Part[], problems: Problems): GatheredAsset[] {
	const byId = new Map<unknown, Part[]>();
	for (const part of parts) {
		const key = part.fields.origin_asset_id ?? part;
		const known = byId.get(key);
		if (known === undefined) byId.set(key, [part]);
		else known.push(part);
	}
	return [...byId.values()].map((group) => mergedAsset(group, problems));
}
