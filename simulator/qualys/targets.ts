import type { Asset, AssetTag } from './assets';
import { SearchError } from './errors';
import type { QualysSettings } from './settings';

/** How the vendor names a tag or an asset of the lab. */
interface Named {
	id: string | number;
	UUId: string;
}

/** The body of an execution. */
export interface ExecuteBody {
	testMode?: boolean | 'true' | 'false';
	testTags?: Named[];
	testAssets?: Named[];
	assetIds?: string | Array<string | number>;
	assetTagIds?: string | Array<string | number>;
	excludedAssetIds?: string | Array<string | number>;
	description?: string;
	user?: { id: string; name: string };
}

/** Refuses as the API does. */
export class ExecutionError extends SearchError {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(`CAR-${status}`, message);
	}
}

export const refuse = (status: number, message: string): never => {
	throw new ExecutionError(status, message);
};

export const isTest = ({ testMode }: ExecuteBody): boolean => String(testMode) === 'true';

/**
 * Which assets an execution is for.
 * @returns their places in the list of assets, each once
 * @throws {ExecutionError} where none are named, or something that is not there
 */
export function targetsOf(
	body: ExecuteBody,
	{ assets, tags, settings }: { assets: Asset[]; tags: AssetTag[]; settings: QualysSettings },
): number[] {
	const placeOf = (id: string | number) => {
		const place = assets.findIndex((asset) => String(asset.id) === String(id));
		return place >= 0 ? place : refuse(400, `Asset ${id} is not valid`);
	};
	const tagOf = (id: string | number) =>
		tags.find((tag) => String(tag.id) === String(id)) ?? refuse(400, `Tag ${id} is not valid`);

	const labTag = ({ id, UUId }: Named) => {
		const tag = tagOf(id);
		if (tag.uuid !== UUId) refuse(400, `Tag ${id} does not have the UUID ${UUId}`);
		return tag.lab ? tag.assets : refuse(400, `Tag ${tag.name} is not a tag of the lab`);
	};
	const labAsset = ({ id, UUId }: Named) => {
		const place = placeOf(id);
		if (assets[place].uuid !== UUId) refuse(400, `Asset ${id} does not have the UUID ${UUId}`);
		const inLab = tags.some((tag) => tag.lab && tag.assets.includes(place));
		return inLab ? place : refuse(400, `Asset ${assets[place].name} is not an asset of the lab`);
	};
	if (isTest(body)) {
		const { testTags = [], testAssets = [] } = body;
		const places = [...testTags.flatMap(labTag), ...testAssets.map(labAsset)];
		if (places.length === 0) refuse(400, 'testAssets or testTags must be given');
		return [...new Set(places)];
	}

	const listed = (name: 'assetIds' | 'assetTagIds' | 'excludedAssetIds'): string[] => {
		const { [name]: value } = body;
		if (value === undefined) return [];
		if (Array.isArray(value) !== settings.targetsAsLists) {
			refuse(400, `${name} must be ${settings.targetsAsLists ? 'a list' : 'a text'}`);
		}
		return Array.isArray(value) ? value.map(String) : value.split(',').map((id) => id.trim());
	};
	const [ids, tagIds] = [listed('assetIds'), listed('assetTagIds')];
	if (ids.length + tagIds.length === 0) refuse(400, 'assetIds or assetTagIds must be given');
	const places = [...ids.map(placeOf), ...tagIds.flatMap((id) => tagOf(id).assets)];
	const excluded = new Set(listed('excludedAssetIds').map(placeOf));
	return [...new Set(places)].filter((place) => !excluded.has(place));
}
