import type { IExecuteFunctions } from 'n8n-workflow';
import { continues, isAwaited, isRunByEngine, unheard } from '../../nodes/shared/transport/tool';

interface Call {
	type?: string;
	/** Whose execute data the node gets: its own, or that of whoever calls it from within its own run. */
	caller?: { name: string; type: string };
	items?: Array<Record<string, unknown>>;
	onError?: string;
	/** Whether another node of the workflow comes before it. */
	source?: null;
}

const OWN = 'Wait';
const AGENT = { name: 'Agent', type: '@n8n/n8n-nodes-langchain.agent' };
/** An agent that another one uses as its tool: its own item carries the id of that call. */
const AGENT_TOOL = { name: 'Sub-agent', type: '@n8n/n8n-nodes-langchain.agentTool' };
const MCP = { name: 'MCP', type: '@n8n/n8n-nodes-langchain.mcpTrigger' };
const TRIED_OUT = { name: 'Try', type: '@n8n/n8n-nodes-langchain.toolExecutor' };
const CALLED = [{ toolCallId: 'call_1', id: '7' }];

const context = ({ type = 'test.waitTool', caller, items = CALLED, onError, source }: Call) => {
	const node = { name: OWN, type, onError };
	return {
		getNode: () => node,
		getExecuteData: () => ({
			node: caller ?? node,
			source: source === null ? null : { main: [{ previousNode: AGENT.name }] },
		}),
		getInputData: () => items.map((json) => ({ json })),
		continueOnFail: () => onError?.startsWith('continue') ?? false,
	} as unknown as IExecuteFunctions;
};

it.each<[string, Call, boolean]>([
	['an agent of version 3', {}, true],
	['an agent of version 2', { caller: AGENT, items: [{ id: '7' }] }, false],
	['an agent that is a tool itself', { caller: AGENT_TOOL }, false],
	['the MCP Server Trigger, whose model names a toolCallId', { caller: MCP }, false],
	['the MCP Server Trigger on a worker, which lends nothing', { source: null }, false],
	['nobody that gives its calls an id', { items: [{ id: '7' }] }, false],
	['an agent whose ids are no texts', { items: [{ toolCallId: 7 }] }, false],
	['nobody: no item', { items: [] }, false],
	['an agent that gives one of two calls an id', { items: [...CALLED, { id: '8' }] }, false],
])('called by %s', (_name, call, expected) => {
	expect(isRunByEngine(context(call))).toBe(expected);
});

it.each<[string, Call, boolean]>([
	['an agent of version 3', {}, false],
	['an agent of version 3, Continue', { onError: 'continueRegularOutput' }, true],
	['an agent of version 2, which swallows errors', { caller: AGENT }, true],
	['the MCP Server Trigger', { caller: MCP }, false],
	['the MCP Server Trigger on a worker', { source: null }, false],
	['whoever tries the tool out in the editor', { caller: TRIED_OUT }, false],
	['no agent', { type: 'test.wait' }, false],
	['a node within another one, no tool', { type: 'test.wait', caller: AGENT }, false],
])('a failure comes out as an item: %s', (_name, call, expected) => {
	expect(continues(context(call))).toBe(expected);
});

it.each<[string, Call, boolean]>([
	['an agent of version 3', {}, true],
	['an agent of version 2', { caller: AGENT }, false],
	['the MCP Server Trigger', { caller: MCP }, false],
	['the MCP Server Trigger on a worker', { source: null }, false],
	['no agent', { type: 'test.wait' }, false],
])('under Continue (using error output), nobody hears what comes out: %s', (_name, call, deaf) => {
	const called = context({ ...call, onError: 'continueErrorOutput' });
	expect(unheard(called)?.message).toBe(
		deaf
			? 'On Error is set to Continue (using error output), and n8n hands nothing of that to the model'
			: undefined,
	);
	expect(continues(called)).toBe(!deaf);
});

it.each<[string, { type?: string; responseMode?: string }, boolean]>([
	['a chat', { type: '@n8n/n8n-nodes-langchain.chatTrigger' }, true],
	['a webhook that answers with the last node', { responseMode: 'lastNode' }, true],
	['a webhook with a node that answers', { responseMode: 'responseNode' }, true],
	['a webhook that streams', { responseMode: 'streaming' }, true],
	['a webhook that answers at once', { responseMode: 'onReceived' }, false],
	['a webhook that says nothing of it', {}, false],
	['nothing that n8n knows', { type: '' }, false],
])('somebody waits for the answer of a workflow started by %s', (_name, started, expected) => {
	const { type = 'n8n-nodes-base.webhook', responseMode } = started;
	const asked = {
		getExecutionContext: () =>
			type === '' ? undefined : { triggerNode: { name: 'Webhook', type } },
		getWorkflowDataProxy: () => ({ $node: { Webhook: { parameter: { responseMode } } } }),
	} as unknown as IExecuteFunctions;
	expect(isAwaited(asked)).toBe(expected);
});
