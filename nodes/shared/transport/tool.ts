import type { INode } from 'n8n-workflow';

/**
 * Whether an AI agent uses the node as its tool: n8n makes a node type of its own for that, named after the
 * node's. Not every way in which agents call a tool says so otherwise.
 */
export const isTool = ({ type }: Pick<INode, 'type'>): boolean => type.endsWith('Tool');
