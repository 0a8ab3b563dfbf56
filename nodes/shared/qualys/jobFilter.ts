import type { INodeProperties } from 'n8n-workflow';
import { readText, readWholeNumber, sample } from '../input/values';
import { InputError } from '../errors';

/** The filters of the node, by parameter name; only those that the user added. */
export interface JobFilters {
	scriptId?: unknown;
	scriptName?: unknown;
	query?: unknown;
}

/** A query without what stands in quotes or backticks, whose words are no operators. */
function bare(query: string): string {
	return query.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, ' ');
}

/**
 * Refuses a query whose brackets or quotes do not close: joined with other filters, it would mean something
 * else than it says.
 */
function checkClosed(query: string): void {
	const rest = bare(query);
	let depth = 0;
	for (const character of rest) {
		if (character === '(') depth += 1;
		if (character === ')') depth -= 1;
		if (depth < 0) break;
	}
	const open = depth !== 0 ? 'a bracket' : /["`]/.test(rest) ? 'a quote' : undefined;
	if (open === undefined) return;
	throw new InputError(
		`Filter Query holds ${sample(query)}, in which ${open} is not closed or not opened`,
		'Every bracket, quote and backtick needs its counterpart, e.g. (platform: LINUX or platform: MAC).',
	);
}

/**
 * Spaces instead of the no-break ones that the vendor's pages are full of. Whatever else stands within a text
 * is part of it.
 */
const withSpaces = (text: string) => text.replaceAll('\u00a0', ' ');

const READ: Record<keyof JobFilters, (value: unknown, joined: boolean) => string> = {
	scriptId: (value) =>
		`scriptId: ${readWholeNumber('Filter Script ID', value, 'Enter the number of a script. It is in the list of scripts in Qualys.')}`,
	scriptName: (value) => {
		const name = withSpaces(
			readText(
				'Filter Script Name',
				value,
				'Enter the whole name of a script, or remove the filter.',
			),
		);
		if (!name.includes('`')) return `script.name:\`${name}\``;
		throw new InputError(
			`Filter Script Name holds ${sample(name)}, but a name with a backtick cannot be searched for exactly`,
			'Use the filter Query with a part of the name in quotes instead, e.g. script.name:"disk check".',
		);
	},
	query: (value, joined) => {
		const query = withSpaces(
			readText(
				'Filter Query',
				value,
				'Enter a query in the Qualys query language, or remove the filter.',
			),
		);
		checkClosed(query);
		return joined && /(?:^|[\s)])or(?=[\s(]|$)/i.test(bare(query)) ? `(${query})` : query;
	},
};

/**
 * The `filter` of a search, in the Qualys query language: all filters joined with `and`.
 * @returns `undefined` where no filter was added
 * @throws {InputError}
 */
export function jobFilter(filters: JobFilters): string | undefined {
	const added = (['scriptId', 'scriptName', 'query'] as const).filter((name) =>
		Object.hasOwn(filters, name),
	);
	if (added.length === 0) return undefined;
	return added.map((name) => READ[name](filters[name], added.length > 1)).join(' and ');
}

/** The filters of a node, but for dates. */
export const jobFilterProperties: INodeProperties[] = [
	{
		displayName: 'Query',
		name: 'query',
		type: 'string',
		default: '',
		placeholder: 'e.g. platform: LINUX and severity > 3',
		description: 'Query in the Qualys query language, as in the search field of the console',
	},
	{
		displayName: 'Script ID',
		name: 'scriptId',
		type: 'string',
		default: '',
		placeholder: 'e.g. 276233',
		description: 'Number of the script that the jobs ran',
	},
	{
		displayName: 'Script Name',
		name: 'scriptName',
		type: 'string',
		default: '',
		placeholder: 'e.g. Disable SMBv1',
		description: 'Exact name of the script that the jobs ran',
	},
];
