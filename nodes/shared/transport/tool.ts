import type { IBuilderHint, INode, INodeProperties } from 'n8n-workflow';

/**
 * Whether an AI agent uses the node as its tool: n8n makes a node type of its own for that, named after the
 * node's. Not every way in which agents call a tool says so otherwise.
 */
export const isTool = ({ type }: Pick<INode, 'type'>): boolean => type.endsWith('Tool');

/**
 * Whether the author of the workflow has set a parameter to a fixed value. An expression is no such thing: a model's
 * arguments can be part of it, whether or not it names them.
 * @param stored the parameter as the node holds it, before n8n evaluates it
 */
export const isSetByAuthor = (stored: unknown): boolean =>
	stored !== undefined && !(typeof stored === 'string' && stored.startsWith('='));

/**
 * The field that holds what a model is told of a node which it uses as its tool. n8n adds one of its own to nodes
 * without it, but fills that with the short words for people: when a tool runs, it does not look at
 * `usableAsTool.replacements`.
 */
export const toolDescription = (description: string): INodeProperties => ({
	displayName: 'Description',
	name: 'toolDescription',
	type: 'string',
	required: true,
	default: description,
	typeOptions: { rows: 2 },
	displayOptions: { show: { '@tool': [true] } },
	description:
		'What the model is told about this tool: what it does, what it takes and what it returns',
});

/**
 * What n8n's AI builders are told of a node.
 * @param searchHint when to take it, and which fields its items have
 * @param related names of other nodes of this package, and what each is good for here
 */
export const builderHint = (searchHint: string, related: Record<string, string>): IBuilderHint => ({
	searchHint,
	relatedNodes: Object.entries(related).map(([name, relationHint]) => ({
		nodeType: `n8n-nodes-cortex-qualys.${name}`,
		relationHint,
	})),
});
