import { InputError } from '../shared/errors';
import { readCollection } from '../shared/input/collections';
import {
	isBlank,
	readChoice,
	readList,
	readNumber,
	readSwitch,
	readText,
	readWholeNumber,
	sample,
} from '../shared/input/values';
import { isObject, parseJson, type JsonObject } from '../shared/json';
import { thousands } from '../shared/transport/answer';

/** Parameters of the node for one item, as they came. */
export interface ExecutionParameters {
	scriptId: unknown;
	target: unknown;
	testTags: unknown;
	assetIds: unknown;
	assetTagIds: unknown;
	excludedAssetIds: unknown;
	description: unknown;
	options: unknown;
}

/** Who fills the node in. */
export interface Author {
	/** An AI agent uses the node as its tool. */
	tool: boolean;
	/** Whether the author of the workflow has set a field to a fixed value, so that no model can choose it. */
	sets(field: 'assetTagIds' | 'options'): boolean;
}

/** What one item asks for. */
export interface Execution {
	scriptId: string;
	body: JsonObject;
}

/** Names of the options. */
const OPTIONS = [
	'executionPolicyBypass',
	'rebootAfterScriptExecution',
	'rebootDelayInSeconds',
	'userId',
	'userName',
] as const;

/** So many assets may a model name in one call. */
const MOST_FOR_MODELS = 100;

/** A day: nobody documents a bound, but a machine that restarts next week surprises everybody. */
const LONGEST_DELAY_SECONDS = 86_400;

const SCRIPT_HINT = 'Enter the number of a script. It is in the list of scripts in Qualys.';

const TAG_HINT =
	'Choose tags from the list. An expression gives a list of objects such as { "id": "7512812", "UUId": "81761e17-…" }: Qualys wants both of a tag.';

/** A tag as execute wants it: two names for each of the two, since the list of tags spells them another way. */
function readTag(value: unknown): { id: string; UUId: string } {
	const tag = typeof value === 'string' ? parseJson(value) : value;
	if (!isObject(tag)) {
		throw new InputError(`Test Tags holds ${sample(value)}, which is no tag`, TAG_HINT);
	}
	const { id, tagId = id, UUId, tagUuid = UUId } = tag;
	return {
		id: readWholeNumber('The id of a tag in Test Tags', tagId, TAG_HINT),
		UUId: readText('The UUId of a tag in Test Tags', tagUuid, TAG_HINT),
	};
}

/**
 * The tags of the lab, each once.
 * @throws {InputError} where there are none: the script would run nowhere, or who knows where
 */
export function readTags(value: unknown): Array<{ id: string; UUId: string }> {
	const parsed = typeof value === 'string' ? (parseJson(value) ?? value) : value;
	const list: unknown[] = Array.isArray(parsed) ? parsed : isBlank(parsed) ? [] : [parsed];
	const tags = new Map(list.map(readTag).map((tag) => [`${tag.id} ${tag.UUId}`, tag]));
	if (tags.size > 0) return [...tags.values()];
	throw new InputError('Test Tags is empty, so there is nothing to run the script on', TAG_HINT);
}

/** Numbers of assets or tags, each once; none where the field was left empty. */
function readIds(field: string, value: unknown, what: string): string[] {
	if (isBlank(value) || (Array.isArray(value) && value.length === 0)) return [];
	const hint = `Enter the numbers of ${what}, separated by commas, or a list; not their UUIDs.`;
	const ids = readList(field, value).map((id) => readWholeNumber(field, id, hint));
	return [...new Set(ids)];
}

/** The targets of a run on production assets. The vendor's table says that each is a text with commas. */
function readProduction(parameters: ExecutionParameters, author: Author): JsonObject {
	const assetIds = readIds('Asset IDs', parameters.assetIds, 'assets');
	const assetTagIds = readIds('Asset Tag IDs', parameters.assetTagIds, 'tags');
	const excluded = readIds('Excluded Asset IDs', parameters.excludedAssetIds, 'assets');
	if (assetIds.length + assetTagIds.length === 0) {
		throw new InputError(
			'Asset IDs and Asset Tag IDs are both empty, so there is nothing to run the script on',
			'Enter at least one asset or tag. Nothing was sent.',
		);
	}
	if (author.tool && assetTagIds.length > 0 && !author.sets('assetTagIds')) {
		throw new InputError(
			'Asset Tag IDs cannot be chosen by a model: nobody knows how many assets have a tag',
			'Nothing was sent. Only the author of the workflow can name tags, as a fixed value.',
		);
	}
	if (author.tool && assetIds.length > MOST_FOR_MODELS) {
		throw new InputError(
			`Asset IDs holds ${thousands(assetIds.length)} assets, but a model may name ${MOST_FOR_MODELS} at most`,
			'Nothing was sent. Run the script on some of them.',
		);
	}
	const text = (ids: string[]) => (ids.length > 0 ? ids.join(',') : undefined);
	return {
		testMode: false,
		assetIds: text(assetIds),
		assetTagIds: text(assetTagIds),
		excludedAssetIds: text(excluded),
	};
}

/** When to restart the assets, if so. */
function readReboot(options: JsonObject, author: Author): JsonObject {
	const reboots = readSwitch(
		'Reboot After Script Execution',
		options.rebootAfterScriptExecution ?? false,
	);
	if (!reboots) {
		if (options.rebootDelayInSeconds !== undefined) {
			throw new InputError(
				'Reboot Delay is set, but Reboot After Script Execution is not on',
				'Switch Reboot After Script Execution on, or remove Reboot Delay.',
			);
		}
		return {
			rebootAfterScriptExecution: false,
			rebootDelayInSeconds: null,
			rebootDelayTimeUnit: null,
		};
	}
	if (author.tool && !author.sets('options')) {
		throw new InputError(
			'Reboot After Script Execution cannot be chosen by a model',
			'Nothing was sent. Only the author of the workflow can have assets restarted, by a fixed value.',
		);
	}
	return {
		rebootAfterScriptExecution: true,
		rebootDelayInSeconds: readNumber('Reboot Delay', options.rebootDelayInSeconds ?? 0, {
			least: 0,
			most: LONGEST_DELAY_SECONDS,
			unit: 'seconds',
			whole: true,
		}),
		rebootDelayTimeUnit: 'seconds',
	};
}

/** The user in whose name the script runs, where it is given: the vendor does not say whether it must be. */
function readUser({ userId, userName }: JsonObject): JsonObject {
	if (userId === undefined && userName === undefined) return {};
	const hint = 'Enter both User ID and User Name, or remove both.';
	return {
		user: { id: readText('User ID', userId, hint), name: readText('User Name', userName, hint) },
	};
}

/**
 * Reads what one item asks for, and makes the body of its request: in the form of the vendor's sample for the lab, and of
 * its table for production, of which no sample is to be had.
 * @throws {InputError}
 */
export function readExecution(parameters: ExecutionParameters, author: Author): Execution {
	const options = readCollection(
		'Options',
		parameters.options,
		OPTIONS,
		'{ "executionPolicyBypass": true }',
	);
	const scriptId = readWholeNumber('Script ID', parameters.scriptId, SCRIPT_HINT);
	const target = readChoice('Target', parameters.target, ['testTags', 'production']);
	const { description } = parameters;
	return {
		scriptId,
		body: {
			...(target === 'testTags'
				? { testMode: true, testTags: readTags(parameters.testTags) }
				: readProduction(parameters, author)),
			...readUser(options),
			executionPolicyBypassEnabled: readSwitch(
				'Execution Policy Bypass',
				options.executionPolicyBypass ?? false,
			),
			...(isBlank(description)
				? {}
				: {
						description: readText('Description', description, 'Enter a text, or leave it empty.'),
					}),
			...readReboot(options, author),
		},
	};
}
