import { DirectoryLoader, ExecutionLifecycleHooks, RoutingNode, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	ICredentialsHelper,
	NodeConnectionTypes,
	Workflow,
	type ExecuteWorkflowData,
	type ICredentialDataDecryptedObject,
	type ICredentialsExpressionResolveValues,
	type ICredentialType,
	type IExecuteData,
	type IHttpRequestHelper,
	type IHttpRequestOptions,
	type INode,
	type INodeCredentialsDetails,
	type INodeExecutionData,
	type INodeType,
	type INodeTypes,
	type ITaskMetadata,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
	type IWorkflowSettings,
	type NodeApiError,
	type WorkflowExecuteMode,
} from 'n8n-workflow';

export type Credentials = Record<string, ICredentialDataDecryptedObject>;

/** What n8n's own helper does with credentials, without the database: decrypt, renew, sign. */
class TestCredentialsHelper extends ICredentialsHelper {
	constructor(
		private readonly types: Record<string, ICredentialType>,
		/** Plays the database: what a credential stores outlives the node that stored it. */
		private readonly stored: Credentials,
		private readonly bodies: unknown[],
	) {
		super();
	}

	getParentTypes() {
		return [];
	}

	isCredentialUsableByNode() {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		type: string,
		request: IHttpRequestOptions,
	) {
		this.bodies.push(structuredClone(request.body));
		const { authenticate } = this.types[type];
		return typeof authenticate === 'function' ? await authenticate(credentials, request) : request;
	}

	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		type: string,
		_node: INode,
		expired: boolean,
	) {
		const { preAuthentication, properties } = this.types[type];
		const expirable = properties.find(({ typeOptions }) => typeOptions?.expirable);
		if (!preAuthentication || !expirable) return undefined;
		if (credentials[expirable.name] !== '' && !expired) return undefined;
		// n8n hands on nothing else, and no object that a node could know.
		const { httpRequest } = helpers.helpers;
		const output = (await preAuthentication.call(
			{
				helpers: {
					httpRequest: async (request: IHttpRequestOptions) => await httpRequest(request),
				},
			},
			credentials,
		)) as ICredentialDataDecryptedObject;
		if (output[expirable.name] === undefined) return undefined;
		Object.assign(this.stored[type], output);
		return Object.assign(credentials, output);
	}

	async runPreAuthentication() {
		return undefined;
	}

	async getCredentials(): Promise<never> {
		throw new Error('The engine does not ask for stored credentials');
	}

	async getDecrypted(
		_data: unknown,
		_details: INodeCredentialsDetails,
		type: string,
		mode: WorkflowExecuteMode,
		executeData?: IExecuteData,
		_raw?: boolean,
		at?: ICredentialsExpressionResolveValues,
	) {
		const { properties } = this.types[type];
		const defaults = Object.fromEntries(
			properties.map(({ name, default: value }) => [name, value]),
		);
		const fields = { ...defaults, ...this.stored[type] } as ICredentialDataDecryptedObject;
		if (!at || !Object.values(fields).some((value) => String(value).startsWith('='))) return fields;
		const { workflow, runExecutionData, runIndex, itemIndex, node, connectionInputData } = at;
		return workflow.expression.getParameterValue(
			fields as never,
			runExecutionData,
			runIndex,
			itemIndex,
			node.name,
			connectionInputData,
			mode,
			{},
			executeData,
			false,
			fields,
		) as never;
	}

	async updateCredentials() {}

	async updateCredentialsOauthTokenData() {}

	getCredentialsProperties(type: string) {
		return this.types[type].properties;
	}
}

/** Hands on the items that the execution begins with. */
export const start = {
	description: {
		displayName: 'Start',
		name: 'start',
		group: ['trigger'],
		version: 1,
		description: '',
		defaults: {},
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	async execute(this: { getInputData(): INodeExecutionData[] }) {
		return [this.getInputData()];
	},
} as unknown as INodeType;

/** n8n gives declarative nodes their `execute` when it loads them; so does this. */
export function asN8nLoadsIt(type: INodeType): INodeType {
	if (type.execute) return type;
	DirectoryLoader.applyDeclarativeNodeOptionParameters(type);
	type.execute = async function (this: unknown) {
		const routing = new RoutingNode(this as ConstructorParameters<typeof RoutingNode>[0], type);
		return (await routing.runNode()) ?? [];
	};
	return type;
}

export interface EngineOptions {
	/** The json of each input item; one empty item by default. */
	items?: Array<Record<string, unknown>>;
	onError?: INode['onError'];
	node?: Partial<INode>;
	/** Stored credentials by type; a renewed token is written into them. */
	credentials: Credentials;
	/** Stops the execution when it fires. */
	signal?: AbortSignal;
	timezone?: string;
	/** Settings of the workflow. */
	settings?: IWorkflowSettings;
	/** n8n's execution mode; `manual` by default. */
	mode?: WorkflowExecuteMode;
	/**
	 * Stands in for a sub-execution that n8n would store: gets the sub-workflow and its items, and gives the
	 * execution's id, and what came out of it if it was not parked.
	 */
	onSubWorkflow?: (
		workflow: IWorkflowBase,
		items: INodeExecutionData[],
	) => Promise<{ id: string; ended?: INodeExecutionData[] }>;
	/** What n8n has stored of an execution; by default it knows every one, and nothing has happened to it. */
	storedExecution?: (id: string) => unknown;
	/** Ids of workflow and execution in n8n's database. */
	ids?: { workflow?: string; execution?: string };
}

export interface EngineResult {
	status: string;
	/** Output items of the node, by output. */
	outputs: INodeExecutionData[][];
	/** json of the first output's items. */
	json: Array<Record<string, unknown>>;
	error?: NodeApiError;
	/** What the node left about its run, such as the sub-execution to show. */
	metadata?: ITaskMetadata;
	hints: string[];
	/** Bodies of the requests, in the order in which they were signed. */
	bodies: unknown[];
	/** Everything that n8n would store of the execution. */
	stored: string;
}

/**
 * What n8n gives to every execution: its services, of which the engine's own are real and the database is not.
 * @param bodies takes the bodies of the requests that are signed
 */
export function additionalDataOf(
	credentialTypes: ICredentialType[],
	options: EngineOptions,
	bodies: unknown[],
): IWorkflowExecuteAdditionalData {
	const named = Object.fromEntries(credentialTypes.map((one) => [one.name, one]));
	return {
		executionId: options.ids ? options.ids.execution : '1',
		currentNodeExecutionIndex: 0,
		hooks: new ExecutionLifecycleHooks(options.mode ?? 'manual', '1', {} as never),
		credentialsHelper: new TestCredentialsHelper(named, options.credentials, bodies),
		restApiUrl: 'http://localhost/rest',
		instanceBaseUrl: '',
		webhookBaseUrl: 'http://localhost/webhook',
		webhookWaitingBaseUrl: 'http://localhost/waiting',
		formWaitingBaseUrl: 'http://localhost/form-waiting',
		variables: {},
		setExecutionStatus() {},
		sendDataToUI() {},
		async executeWorkflow(
			info: { code: IWorkflowBase },
			_additionalData: unknown,
			{ inputData }: { inputData: INodeExecutionData[] },
		): Promise<ExecuteWorkflowData> {
			if (!options.onSubWorkflow) throw new Error('This execution was not meant to be parked');
			const { id, ended } = await options.onSubWorkflow(info.code, inputData);
			if (ended) return { executionId: id, data: [ended] };
			return { executionId: id, data: [null], waitTill: new Date() };
		},
		async getRunExecutionData(id: string) {
			return options.storedExecution
				? options.storedExecution(id)
				: { resultData: { runData: {} } };
		},
	} as never;
}

/** Runs one node on n8n's engine: routing, expressions, item linking, On Error and HTTP are the real ones. */
export async function runNode(
	type: INodeType,
	credentialTypes: ICredentialType[],
	parameters: INode['parameters'],
	options: EngineOptions,
): Promise<EngineResult> {
	const node = asN8nLoadsIt(type);
	const types: Record<string, INodeType> = {
		'test.start': start,
		'test.node': node,
		// The name under which n8n gives a node to an AI agent.
		'test.nodeTool': node,
	};
	const nodeTypes: INodeTypes = {
		getByName: (name) => types[name],
		getByNameAndVersion: (name) => types[name],
		getKnownTypes: () => ({}),
	};
	const place = { typeVersion: 1, position: [0, 0] as [number, number] };
	const nodes: INode[] = [
		{ ...place, id: '1', name: 'Start', type: 'test.start', parameters: {} },
		{
			...place,
			id: '2',
			name: 'Node',
			type: 'test.node',
			parameters,
			onError: options.onError,
			credentials: Object.fromEntries(
				(type.description.credentials ?? []).map(({ name }) => [name, { id: '1', name }]),
			),
			...options.node,
		},
	];
	const workflow = new Workflow({
		id: options.ids ? options.ids.workflow : 'workflow',
		nodes,
		nodeTypes,
		active: false,
		settings: {
			...options.settings,
			executionOrder: 'v1',
			timezone: options.timezone ?? 'UTC',
		},
		connections: { Start: { main: [[{ node: 'Node', type: 'main', index: 0 }]] } },
	});
	const mode = options.mode ?? 'manual';
	const bodies: unknown[] = [];
	const additionalData = additionalDataOf(credentialTypes, options, bodies);
	const items = (options.items ?? [{}]).map((json) => ({ json }) as INodeExecutionData);
	const data = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [
				{ node: workflow.getNode('Start')!, data: { main: [items] }, source: null },
			],
		},
	} as never);
	const execution = new WorkflowExecute(additionalData, mode, data).processRunExecutionData(
		workflow,
	);
	options.signal?.addEventListener('abort', () => execution.cancel());
	const result = await execution;
	const task = result.data.resultData.runData.Node?.[0];
	const outputs = (task?.data?.main ?? []).map((output) => output ?? []);
	return {
		status: result.status,
		outputs,
		json: (outputs[0] ?? []).map((item) => item.json),
		error: result.data.resultData.error as NodeApiError | undefined,
		metadata: task?.metadata,
		hints: (task?.hints ?? []).map(({ message }) => message),
		bodies,
		stored: JSON.stringify(result.data),
	};
}
