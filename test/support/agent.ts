import {
	createRunExecutionData,
	NodeConnectionTypes,
	Workflow,
	type EngineRequest,
	type EngineResponse,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
	type INodeTypes,
} from 'n8n-workflow';
import { WorkflowExecute } from 'n8n-core';
import { additionalDataOf, asN8nLoadsIt, start, type EngineOptions } from './engine';
import { credentialTypes, type World } from './world';

/**
 * The two ways in which n8n's agents use a node. `direct`: the agent calls it, as AI Agent up to version 2, AI
 * Agent Tool and MCP Server Trigger do. `engine`: it asks the engine to run it, as AI Agent from version 3 does.
 */
export const WAYS = ['direct', 'engine'] as const;
export type Way = (typeof WAYS)[number];

/** A tool as an agent sees it. */
export interface Tool {
	name: string;
	description: string;
	/** Of the arguments, by name. */
	schema: { shape: Record<string, { description?: string; _def: { typeName: string } }> };
	invoke(args: Record<string, unknown>): Promise<string>;
}

/**
 * The tool that n8n makes of a node which is `usableAsTool`: what its node types do on top of n8n-core
 * (packages/cli, tool-generation/ai-tools), as far as an execution sees it.
 */
function asTool(type: INodeType): INodeType {
	const node = asN8nLoadsIt(type);
	const { description } = node;
	const own: INodeProperties = {
		displayName: 'Description',
		name: 'toolDescription',
		type: 'string',
		default: description.description,
		required: true,
	};
	const converted: INodeTypeDescription = {
		...description,
		name: `${description.name}Tool`,
		displayName: `${description.displayName} Tool`,
		inputs: [],
		outputs: [NodeConnectionTypes.AiTool],
		properties: description.properties.some(({ name }) => name === 'toolDescription')
			? description.properties
			: [own, ...description.properties],
	};
	return Object.create(node, { description: { value: converted } }) as INodeType;
}

interface Script {
	way: Way;
	calls: Array<Record<string, unknown>>;
	tools: Tool[];
	answers: string[];
}

/**
 * What agents up to version 2 tell their model of an error of a tool: nothing, unless it is about arguments that do not
 * fit the tool's schema (executor of LangChain).
 */
const toldOf = (error: Error) =>
	error.constructor.name === 'ToolInputParsingException' ? error.message : '';

/** An agent whose model has made up its mind: it calls its tool once with each of the arguments. */
function agentWith(script: Script): INodeType {
	return {
		description: {
			displayName: 'Agent',
			name: 'agent',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: {},
			inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		async execute(
			this: IExecuteFunctions,
			response?: EngineResponse,
		): Promise<INodeExecutionData[][] | EngineRequest> {
			if (response?.actionResponses.length) {
				script.answers = response.actionResponses.map(({ data }) =>
					JSON.stringify(data.data?.ai_tool?.[0]?.map(({ json }) => json)),
				);
				return [this.getInputData()];
			}
			script.tools = (await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as Tool[];
			if (script.way === 'engine') {
				const actions = script.calls.map((input, index) => ({
					actionType: 'ExecutionNodeAction' as const,
					nodeName: 'Tool',
					input: input as never,
					type: NodeConnectionTypes.AiTool,
					id: `call-${index}`,
					metadata: {},
				}));
				return { actions, metadata: {} };
			}
			for (const call of script.calls) {
				script.answers.push(await script.tools[0].invoke(call).catch(toldOf));
			}
			return [this.getInputData()];
		},
	} as unknown as INodeType;
}

export interface Asked {
	tool: Tool;
	/** What the model gets to read after each call. */
	answers: string[];
	status: string;
	/** Everything that n8n would store of the execution. */
	stored: string;
}

/**
 * Lets an agent use a node as its tool.
 *
 * @param parameters of the tool's node, as the author of the workflow has set them
 * @param calls arguments that the model makes up for each call
 */
export async function askTool(
	world: World,
	type: INodeType,
	parameters: INode['parameters'],
	calls: Array<Record<string, unknown>>,
	{ way, node, ...options }: Partial<EngineOptions> & { way: Way },
): Promise<Asked> {
	const script: Script = { way, calls, tools: [], answers: [] };
	const { name, credentials = [] } = type.description;
	const types: Record<string, INodeType> = {
		'test.start': start,
		'test.agent': agentWith(script),
		[`test.${name}Tool`]: asTool(type),
	};
	const nodeTypes: INodeTypes = {
		getByName: (one) => types[one],
		getByNameAndVersion: (one) => types[one],
		getKnownTypes: () => ({}),
	};
	const place = { typeVersion: 1, position: [0, 0] as [number, number], parameters: {} };
	const workflow = new Workflow({
		id: 'workflow',
		nodes: [
			{ ...place, id: '1', name: 'Start', type: 'test.start' },
			{ ...place, id: '2', name: 'Agent', type: 'test.agent' },
			{
				...place,
				id: '3',
				name: 'Tool',
				type: `test.${name}Tool`,
				parameters,
				credentials: Object.fromEntries(
					credentials.map((one) => [one.name, { id: '1', name: one.name }]),
				),
				...node,
			},
		],
		nodeTypes,
		active: false,
		settings: { executionOrder: 'v1', timezone: 'UTC' },
		connections: {
			Start: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
			Tool: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
		},
	});
	const mode = options.mode ?? 'manual';
	const full = { credentials: world.credentials, ...options };
	const data = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [
				{
					node: workflow.getNode('Start')!,
					data: { main: [(options.items ?? [{}]).map((json) => ({ json }) as INodeExecutionData)] },
					source: null,
				},
			],
		},
	} as never);
	const result = await new WorkflowExecute(
		additionalDataOf(credentialTypes, full, []),
		mode,
		data,
	).processRunExecutionData(workflow);
	return {
		tool: script.tools[0],
		answers: script.answers,
		status: result.status,
		stored: JSON.stringify(result.data),
	};
}
