import { readCollection } from '../shared/input/collections';
import { readChoice, readNumber, readSwitch } from '../shared/input/values';
import type { JsonObject } from '../shared/json';
import { jobFilter } from '../shared/qualys/jobFilter';
import { simplifiedJob } from '../shared/qualys/simplified';
import type { Row } from './mark';

export const DAY_MS = 24 * 3_600_000;

/** What the user has set. */
export interface Settings {
	event: 'created' | 'finished';
	filter?: string;
	simplify: boolean;
	/** Milliseconds. */
	giveUpAfter: number;
}

/**
 * @param parameters of the node, by name
 * @throws {InputError}
 */
export function readSettings(parameters: JsonObject): Settings {
	const filters = readCollection(
		'Filters',
		parameters.filters,
		['query', 'scriptId', 'scriptName'],
		'{ "query": "platform: LINUX" }',
	);
	const options = readCollection(
		'Options',
		parameters.options,
		['giveUpAfterDays'],
		'{ "giveUpAfterDays": 14 }',
	);
	const days = { least: 1, most: 365, unit: 'days' };
	return {
		event: readChoice('Event', parameters.event, ['created', 'finished']),
		filter: jobFilter(filters),
		simplify: readSwitch('Simplify', parameters.simplify),
		giveUpAfter: DAY_MS * readNumber('Give Up After', options.giveUpAfterDays ?? 14, days),
	};
}

/** A job as it comes out. */
export const jsonOf = ({ record }: Row, { simplify }: Settings): JsonObject =>
	simplify ? simplifiedJob(record) : record;
