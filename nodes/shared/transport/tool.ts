import { InputError } from '../errors';
import type { IBuilderHint, IExecuteFunctions, INode, INodeProperties } from 'n8n-workflow';

/**
 * Whether an AI agent uses the node as its tool: n8n makes a node type of its own for that, named after the
 * node's. Not every way in which agents call a tool says so otherwise.
 */
export const isTool = ({ type }: Pick<INode, 'type'>): boolean => type.endsWith('Tool');

/** The name of the node type that n8n has made a tool of. */
export const withoutTool = (type: string): string => type.replace(/Tool$/, '');

type Called = Pick<IExecuteFunctions, 'getNode' | 'getExecuteData'>;

/** Who calls a tool from within its own run, and lends it its own execute data. */
function callerOf(context: Called) {
	const { node } = context.getExecuteData();
	return node.name === context.getNode().name ? undefined : node;
}

/**
 * Whether n8n's engine runs the node as one of a workflow: there is one that it comes from. A worker that the MCP Server
 * Trigger has run a tool gives the tool execute data of its own, but no source.
 */
const isInWorkflow = (context: Called): boolean =>
	callerOf(context) === undefined && Boolean(context.getExecuteData().source);

/**
 * Whether n8n's engine runs a call of a tool as it runs the workflow's other nodes, so that it can wait like one. Agents
 * from version 3 on hand their calls to it, under an id each. Older ones, and the MCP Server Trigger, call a tool from
 * within their own run: what they hand over comes by the connection of tools, whatever a model puts into it.
 */
export function isRunByEngine(context: Called & Pick<IExecuteFunctions, 'getInputData'>): boolean {
	const items = context.getInputData(0, 'main');
	return (
		isInWorkflow(context) &&
		items.length > 0 &&
		items.every(({ json }) => typeof json.toolCallId === 'string')
	);
}

/**
 * Whether somebody waits for the answer of the workflow: in a chat, or at a webhook or form that answers once the workflow
 * has run. n8n ends their waiting when the execution is parked, and takes nothing of a tool for the answer.
 */
export function isAwaited(
	context: Pick<IExecuteFunctions, 'getExecutionContext' | 'getWorkflowDataProxy'>,
): boolean {
	const { triggerNode } = context.getExecutionContext() ?? {};
	if (triggerNode === undefined) return false;
	if (triggerNode.type.endsWith('.chatTrigger')) return true;
	const { $node } = context.getWorkflowDataProxy(0);
	const { parameter } = $node[triggerNode.name] as { parameter: Record<string, unknown> };
	return !['onReceived', undefined].includes(parameter.responseMode as string | undefined);
}

/**
 * Whether the model has called the tool several times in one turn, and not all of these calls have begun. n8n resumes an
 * execution at a node that is switched off, and means all of the calls that still stand in line: they would be answered
 * with their own arguments.
 */
export function hasFurtherCalls(
	context: Pick<IExecuteFunctions, 'getNode' | 'getWorkflowDataProxy'>,
): boolean {
	// The engine makes a place for each call of a turn before it runs the first one.
	const { $node, $runIndex } = context.getWorkflowDataProxy(0);
	const { runIndex: last } = $node[context.getNode().name] as { runIndex: number };
	return last > Number($runIndex);
}

/**
 * Who tells of an error that a tool throws: the MCP Server Trigger its client, and n8n's own node that tries a tool out
 * in the editor whoever looks there.
 */
const TELLS_ERRORS = /\.(mcpTrigger|toolExecutor)$/;

/**
 * Why no model would learn what becomes of the node: under On Error "Continue (using error output)", n8n puts nothing
 * that a tool gives where the agents from version 3 on look for it. `undefined` where it would.
 */
export function unheard(context: Called): InputError | undefined {
	const node = context.getNode();
	const isDeaf = isTool(node) && node.onError === 'continueErrorOutput' && isInWorkflow(context);
	return isDeaf
		? new InputError(
				'On Error is set to Continue (using error output), and n8n hands nothing of that to the model',
				'Nothing was sent. Set On Error of this tool to Continue or Stop Workflow.',
			)
		: undefined;
}

/**
 * Whether a failure comes out as an item: where On Error says to continue, and where the model would learn of it in no
 * other way. Agents up to version 2 pass an empty answer on in place of an error; those from version 3 on tell it.
 */
export function continues(context: Called & Pick<IExecuteFunctions, 'continueOnFail'>): boolean {
	if (unheard(context)) return false;
	const caller = isTool(context.getNode()) ? callerOf(context) : undefined;
	return context.continueOnFail() || (caller !== undefined && !TELLS_ERRORS.test(caller.type));
}

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
