import { firstOf, InputError, sentence } from '../shared/errors';
import { readText, sample, trimmedEnds } from '../shared/input/values';
import { isObject, parseJson, type JsonObject } from '../shared/json';
import { meantName } from './fieldNames';
import { mergedAssets, type GatheredAsset, type Part } from './merging';
import { Problems } from './problems';
import { ASSET_FIELDS, isNothing, NAMES_OF_ASSET, VULNERABILITY_FIELDS, type Now } from './schema';

/*
 * Which field of an input item belongs where.
 *
 * An item with a list `vulnerabilities` is an asset, and all its other fields are the asset's. An item without is one
 * finding, as a row of a table is, and its fields fall to the two by their names. Two things could be meant in more than
 * one way there:
 *
 * - `last_seen` is a field of both. That of a row is the vulnerability's, and the asset was last seen when the newest
 *   of its rows was: who has found something on an asset has seen the asset.
 * - `vendor`, `product` and `version` are fields of the asset (the software on it) and of the whole request (the
 *   scanner). Those of a row are the asset's, since the vendor's vulnerability has none; the scanner stands in the
 *   parameters of the node. An asset can hold one of each, so rows of one asset that name several products contradict
 *   each other, and are refused like any other contradiction.
 */

/** An input item. */
export interface Source {
	/** Its index. */
	item: number;
	json: JsonObject;
}

/** What the input holds: at least one asset, all of it checked. */
export interface Gathering {
	assets: GatheredAsset[];
	/** Names of fields that Cortex does not know, and which are not sent. */
	leftOut: string[];
}

type Fields = typeof ASSET_FIELDS;

/** What one reading of the input has in common. */
interface Reading extends Now {
	problems: Problems;
	/** Absent where fields that the vendor does not know are refused. */
	leftOut?: Set<string>;
}

/** Those of a row that are the asset's alone. */
const ASSET_FIELDS_OF_ROW: Fields = Object.fromEntries(
	Object.entries(ASSET_FIELDS).filter(([name]) => !Object.hasOwn(VULNERABILITY_FIELDS, name)),
);

const ASSET_NAMES = Object.keys(ASSET_FIELDS);
const VULNERABILITY_NAMES = Object.keys(VULNERABILITY_FIELDS);
const ROW_NAMES = [...new Set([...ASSET_NAMES, ...VULNERABILITY_NAMES])];

const held = (object: JsonObject, name: string) =>
	Object.hasOwn(object, name) && !isNothing(object[name]) ? object[name] : undefined;

/** The fields of an object that the table has, in its order. */
function readFields(object: JsonObject, fields: Fields, place: string, reading: Reading) {
	const read: JsonObject = {};
	for (const [name, readField] of Object.entries(fields)) {
		const value = held(object, name);
		if (value === undefined) continue;
		read[name] = reading.problems.read(() =>
			readField(`${sentence(place)}: ${name}`, value, reading),
		);
	}
	return read;
}

/** Looks at the fields that the vendor does not know: almost right ones are refused, as all are in a list of assets. */
function checkNames(object: JsonObject, known: readonly string[], place: string, reading: Reading) {
	const { problems, leftOut } = reading;
	for (const name of Object.keys(object)) {
		if (known.includes(name) || held(object, name) === undefined) continue;
		const meant = meantName(name, known);
		if (meant !== undefined && held(object, meant) === undefined) {
			problems.add(
				`${sentence(place)} has a field ${sample(name)}, where Cortex has ${meant}`,
				'Give it the name that Cortex has, e.g. with an Edit Fields node, or remove the field.',
			);
		} else if (leftOut) leftOut.add(name);
		else {
			problems.add(
				`${sentence(place)} has a field ${sample(name)}, which Cortex does not know`,
				`Remove it. The fields there are: ${known.join(', ')}.`,
			);
		}
	}
}

/** Whether an object has this field; if not, that is noted. */
function needs(object: JsonObject, name: string, place: string, { problems }: Reading): boolean {
	if (held(object, name) !== undefined) return true;
	problems.add(
		`${sentence(place)}: ${name} is missing`,
		name === 'last_seen'
			? 'Cortex needs the moment at which every asset and every vulnerability was last seen: a date such as 2026-01-31T08:00:00Z, or epoch milliseconds.'
			: `Cortex needs ${name}.`,
	);
	return false;
}

function needsAName(object: JsonObject, place: string, { problems }: Reading) {
	if (NAMES_OF_ASSET.some((name) => held(object, name) !== undefined)) return;
	problems.add(
		`${sentence(place)} does not say which asset it is about`,
		`Fill in at least one of ${NAMES_OF_ASSET.join(', ')}; best is origin_asset_id, by which Cortex knows the asset again in a later import.`,
	);
}

function readVulnerability(
	value: unknown,
	place: string,
	reading: Reading,
): Part['vulnerabilities'] {
	if (!isObject(value)) {
		reading.problems.add(
			`${sentence(place)} holds ${sample(value)}, which is no vulnerability`,
			`A vulnerability is an object with the fields ${VULNERABILITY_NAMES.join(', ')}.`,
		);
		return [];
	}
	checkNames(value, VULNERABILITY_NAMES, place, reading);
	for (const name of ['vulnerability_id', 'last_seen']) needs(value, name, place, reading);
	return [{ place, json: readFields(value, VULNERABILITY_FIELDS, place, reading) }];
}

/** An asset with a list of its vulnerabilities, which may be empty. */
function readAsset(
	object: JsonObject,
	{ item, place }: Pick<Part, 'item' | 'place'>,
	reading: Reading,
): Part {
	const { problems } = reading;
	checkNames(object, [...ASSET_NAMES, 'vulnerabilities'], place, reading);
	needsAName(object, place, reading);
	needs(object, 'last_seen', place, reading);
	const list = parseJson(object.vulnerabilities);
	if (!Array.isArray(list)) {
		problems.add(
			`${sentence(place)}: vulnerabilities holds ${sample(object.vulnerabilities ?? '')}, which is no list`,
			'Give it a list of vulnerabilities; an empty one, [], for an asset without any.',
		);
	}
	const { last_seen, ...fields } = readFields(object, ASSET_FIELDS, place, reading);
	return {
		item,
		place,
		fields,
		lastSeen: last_seen as number,
		vulnerabilities: (Array.isArray(list) ? (list as unknown[]) : []).flatMap((one, index) =>
			readVulnerability(one, `${place}, vulnerability ${index}`, reading),
		),
	};
}

/** A finding in one row. */
function readRow(object: JsonObject, item: number, reading: Reading): Part {
	const place = `item ${item}`;
	checkNames(object, ROW_NAMES, place, reading);
	needsAName(object, place, reading);
	needs(object, 'last_seen', place, reading);
	const finding = readFields(object, VULNERABILITY_FIELDS, place, reading);
	return {
		item,
		place,
		fields: readFields(object, ASSET_FIELDS_OF_ROW, place, reading),
		lastSeen: finding.last_seen as number,
		vulnerabilities: [{ place, json: finding }],
	};
}

/** An item whose names have lost what nobody sees, such as the mark at the beginning of many a CSV file. */
function withBareNames(json: JsonObject): JsonObject {
	const names = Object.keys(json);
	const marked = names.filter((name) => trimmedEnds(name) !== name);
	if (marked.length === 0) return json;
	// A name that is right as it is comes last, so that it counts.
	const others = names.filter((name) => !marked.includes(name));
	return Object.fromEntries([...marked, ...others].map((name) => [trimmedEnds(name), json[name]]));
}

function readItem({ item, json: given }: Source, reading: Reading): Part[] {
	const json = withBareNames(given);
	const isAsset =
		held(json, 'vulnerabilities') !== undefined || Array.isArray(json.vulnerabilities);
	const isRow = held(json, 'vulnerability_id') !== undefined;
	if (isAsset !== isRow) {
		return [
			isAsset
				? readAsset(json, { item, place: `item ${item}` }, reading)
				: readRow(json, item, reading),
		];
	}
	// Almost right names tell more than that nothing is there.
	if (!isAsset) checkNames(json, [...ROW_NAMES, 'vulnerabilities'], `item ${item}`, reading);
	reading.problems.add(
		isAsset
			? `Item ${item} has both vulnerabilities and vulnerability_id, so it is not known what it stands for`
			: `Item ${item} has neither vulnerability_id nor vulnerabilities, so it is no finding and no asset`,
		'An item is either a finding, with vulnerability_id, or an asset with a list of its findings, vulnerabilities. Both have the field names of Cortex.',
	);
	return [];
}

function gathered(parts: Part[], { problems, leftOut }: Reading): Gathering {
	// Values that cannot be read would be compared with each other, and refused for a second reason.
	problems.check();
	const assets = mergedAssets(parts, problems);
	problems.check();
	return { assets, leftOut: [...(leftOut ?? [])] };
}

/**
 * Assets from input items, each an asset or one finding of one, in the vendor's field names and in any form that a table
 * gives: numbers and dates as texts, lists with commas. Fields that hold nothing are not sent. Fields that Cortex does
 * not know are left out, unless their name is almost one that it knows and that has no value.
 *
 * @throws {InputError} naming item, field and value, of the first ten problems
 */
export function readFindings(sources: readonly Source[], now: Now): Gathering {
	const reading: Reading = { ...now, problems: new Problems(), leftOut: new Set() };
	return gathered(
		sources.flatMap((source) => readItem(source, reading)),
		reading,
	);
}

/** The entries of a list of assets, which may be JSON in a text. */
function assetList(field: string, value: unknown): unknown[] {
	const list = typeof value === 'string' ? parseJson(readText(field, value, LIST_HINT)) : value;
	if (Array.isArray(list) && list.length > 0) return list as unknown[];
	throw new InputError(
		Array.isArray(list)
			? `${field} is empty`
			: `${field} holds ${sample(value ?? '')}, which is no list of assets`,
		LIST_HINT,
	);
}

const LIST_HINT =
	'Give it a list of assets, each with last_seen and vulnerabilities, such as {{ $json.assets }}, or JSON in square brackets.';

/**
 * The same from lists of assets, of the parameter Assets: each was made for this node, so a field that Cortex does not
 * know is a mistake.
 *
 * @param lists what the parameter holds, by the index of the input item
 * @throws {InputError}
 */
export function readAssets(
	lists: ReadonlyArray<{ item: number; value: unknown }>,
	now: Now,
): Gathering {
	const reading: Reading = { ...now, problems: new Problems() };
	const parts = lists.flatMap(({ item, value }) => {
		const field = `Assets of item ${item}`;
		const list = reading.problems.read(() => assetList(field, value)) ?? [];
		return list.flatMap((one, index) => {
			const place = `item ${item}, asset ${index}`;
			if (isObject(one)) return [readAsset(one, { item, place }, reading)];
			reading.problems.add(`${sentence(place)} holds ${sample(one)}, which is no asset`, LIST_HINT);
			return [];
		});
	});
	return gathered(parts, reading);
}

/** So many fields that were left out are named. */
const MOST_FIELDS = 10;

/** What to tell of fields that were left out; `undefined` where there are none. */
export function leftOutInWords(leftOut: readonly string[]): string | undefined {
	if (leftOut.length === 0) return undefined;
	return `Fields that Cortex does not know were left out: ${firstOf(leftOut, MOST_FIELDS, ', ', sample)}.`;
}
