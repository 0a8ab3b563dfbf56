import type {
	ICredentialsHelper,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypes,
} from 'n8n-workflow';

import type { Helpers } from './credentials.mts';
import type { Modules } from './n8n.mts';

/**
 * How n8n is set up.
 * - `shipped`: as n8n comes: credentials are decrypted for each request, expressions run in an isolate.
 * - `bare`: the same engine with credentials at hand and expressions in the process itself.
 */
export type Setting = 'shipped' | 'bare';

/** What a variant says of a node; the rest is alike for all. */
export type NodeSpec = Pick<INode, 'type' | 'parameters'> & {
	typeVersion?: number;
	credential?: string;
};

/** Runs a chain of nodes on n8n's engine, and gives the items of the last. */
export type RunChain = (setting: Setting, chain: NodeSpec[]) => Promise<INodeExecutionData[]>;

export const START = 'n8n-nodes-base.noOp';

/** n8n's defaults for the isolates in which expressions run. */
const ISOLATES = {
	engine: 'vm',
	poolSize: 1,
	maxCodeCacheSize: 1024,
	bridgeTimeout: 5000,
	bridgeMemoryLimit: 128,
	lazyAcquire: false,
	compileCache: false,
} as const;

/** n8n gives declarative nodes their `execute` when it loads them; so does this. */
function asN8nLoadsIt({ core }: Modules, type: INodeType): INodeType {
	if (type.execute || 'nodeVersions' in type) return type;
	core.DirectoryLoader.applyDeclarativeNodeOptionParameters(type);
	type.execute = async function (this: unknown) {
		const context = this as ConstructorParameters<typeof core.RoutingNode>[0];
		return (await new core.RoutingNode(context, type).runNode()) ?? [];
	};
	return type;
}

/** What n8n hands to an execution besides the workflow. Nothing listens. */
function additionalDataOf({ core }: Modules, credentialsHelper: ICredentialsHelper) {
	const local = 'http://localhost';
	return {
		executionId: '1',
		hooks: new core.ExecutionLifecycleHooks('trigger', '1', {} as never),
		credentialsHelper,
		restApiUrl: local,
		instanceBaseUrl: local,
		webhookBaseUrl: local,
		webhookWaitingBaseUrl: local,
		formWaitingBaseUrl: local,
		variables: {},
		setExecutionStatus() {},
		sendDataToUI() {},
	} as never;
}

/** @param types node types by name; {@link START} among them */
export async function createEngine(
	modules: Modules,
	types: Record<string, INodeType>,
	helpers: Helpers,
): Promise<RunChain> {
	const { core, workflow: n8n } = modules;
	await n8n.Expression.initExpressionEngine(ISOLATES);
	for (const type of Object.values(types)) asN8nLoadsIt(modules, type);
	const nodeTypes: INodeTypes = {
		getByName: (name) => types[name],
		getByNameAndVersion: (name, version) =>
			n8n.NodeHelpers.getVersionedNodeType(types[name], version),
		getKnownTypes: () => ({}),
	};

	return async (setting, chain) => {
		n8n.Expression.setExpressionEngine(setting === 'shipped' ? 'vm' : 'legacy');
		const start: NodeSpec = { type: START, parameters: {} };
		const nodes = [start, ...chain].map(
			({ type, parameters, typeVersion = 1, credential }, index): INode => ({
				id: String(index),
				name: String(index),
				position: [0, 0],
				type,
				parameters,
				typeVersion,
				...(credential && { credentials: { [credential]: { id: credential, name: credential } } }),
			}),
		);
		const workflow = new n8n.Workflow({
			id: 'benchmark',
			nodes,
			nodeTypes,
			active: false,
			settings: { executionOrder: 'v1', timezone: 'UTC' },
			connections: Object.fromEntries(
				chain.map((_, index) => [
					String(index),
					{ main: [[{ node: String(index + 1), type: 'main', index: 0 }]] },
				]),
			),
		});
		const data = n8n.createRunExecutionData({
			executionData: {
				nodeExecutionStack: [
					{ node: workflow.getNode('0')!, data: { main: [[{ json: {} }]] }, source: null },
				],
			},
		} as never);
		const additionalData = additionalDataOf(
			modules,
			setting === 'shipped' ? helpers.stored : helpers.atHand,
		);
		const execution = new core.WorkflowExecute(additionalData, 'trigger', data);
		const { error, runData } = (await execution.processRunExecutionData(workflow)).data.resultData;
		if (error) throw error;
		return runData[String(chain.length)]?.[0].data?.main[0] ?? [];
	};
}
