import { setTimeout as delay } from 'node:timers/promises';

/** A workflow as its JSON file holds it. */
export interface Workflow {
	id: string;
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	[key: string]: unknown;
}

export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
	disabled?: boolean;
	onError?: string;
	[key: string]: unknown;
}

export interface Item {
	json: Record<string, unknown>;
	pairedItem?: PairedItem | PairedItem[] | number;
	error?: unknown;
}
export interface PairedItem {
	item: number;
	input?: number;
}

export interface NodeRun {
	executionStatus: string;
	executionTime: number;
	error?: { message: string; description?: string | null; [key: string]: unknown };
	/** Items by output; an output that got nothing is null or empty. */
	data?: { main?: Array<Item[] | null> };
	[key: string]: unknown;
}

/** A stored execution, its data decoded. */
export interface Execution {
	id: string;
	status: string;
	mode: string;
	workflowId: string;
	startedAt: string;
	stoppedAt: string | null;
	waitTill: string | null;
	finished: boolean;
	lastNodeExecuted: string | undefined;
	/** By node name, one entry per time that the node ran. */
	runs: Record<string, NodeRun[]>;
	/** What made the execution fail. */
	error: { message: string; description?: string | null } | undefined;
	/** The answer as it came, for searching in. */
	raw: string;
}

export interface ExecutionSummary {
	id: string;
	status: string;
	mode: string;
	workflowId: string;
	waitTill: string | null;
}

export interface Owner {
	email: string;
	password: string;
	firstName: string;
	lastName: string;
}

export interface CredentialSummary {
	id: string;
	name: string;
	type: string;
	data?: Record<string, unknown>;
}

/** An answer of n8n other than 2xx. */
export class RestError extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

const REQUEST_TIMEOUT_MS = 30_000;
const POLL_MS = 250;

/**
 * Sends a request to n8n, and again for half a minute where its database was not ready: on a busy machine it misses a
 * ping of n8n's now and then, and n8n turns everything away until the next one. Nothing was done then.
 */
export async function fetchWhenReady(
	url: string,
	init: RequestInit,
	timeoutMs = REQUEST_TIMEOUT_MS,
): Promise<{ response: Response; text: string }> {
	const deadline = Date.now() + REQUEST_TIMEOUT_MS;
	for (;;) {
		const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
		const text = await response.text();
		const notReady = response.status === 503 && text.includes('Database is not ready');
		if (!notReady || Date.now() > deadline) return { response, text };
		await delay(POLL_MS);
	}
}

/** Statuses of an execution that has come to its end. */
const ENDED = new Set(['success', 'error', 'canceled', 'crashed']);

/**
 * Stored execution data: a JSON array in which every object, array and text inside another one is
 * written as the index of its own entry (the "flatted" format). Entry 0 is the whole.
 */
function decodeFlatted(text: string): unknown {
	const entries = JSON.parse(text) as unknown[];
	const decoded = new Map<number, unknown>();
	const value = (raw: unknown): unknown => (typeof raw === 'string' ? entry(Number(raw)) : raw);

	function entry(index: number): unknown {
		if (decoded.has(index)) return decoded.get(index);
		const raw = entries[index];
		if (typeof raw !== 'object' || raw === null) return raw;
		const target: unknown[] | Record<string, unknown> = Array.isArray(raw) ? [] : {};
		// Before its parts, since a part may point back at it.
		decoded.set(index, target);
		for (const [key, part] of Object.entries(raw)) Reflect.set(target, key, value(part));
		return target;
	}
	return entry(0);
}

interface StoredData {
	resultData?: {
		runData?: Record<string, NodeRun[]>;
		lastNodeExecuted?: string;
		error?: Execution['error'];
	};
}

function toExecution(raw: string): Execution {
	const { data } = JSON.parse(raw) as { data: Record<string, unknown> };
	// Just after the start the data is an empty list, or not there.
	const stored = (decodeFlatted(typeof data.data === 'string' ? data.data : '[]') ??
		{}) as StoredData;
	return {
		...(data as unknown as Execution),
		id: String(data.id),
		lastNodeExecuted: stored.resultData?.lastNodeExecuted,
		runs: stored.resultData?.runData ?? {},
		error: stored.resultData?.error,
		raw,
	};
}

/** All items that a node gave in its last run, on one output. */
export function outputOf(execution: Execution, node: string, output = 0): Item[] {
	return execution.runs[node]?.at(-1)?.data?.main?.[output] ?? [];
}

export type N8nClient = ReturnType<typeof createClient>;

/**
 * n8n's REST interface as its editor uses it. Log in before anything but `setUpOwner`.
 * Every method throws a `RestError` with n8n's own words for an answer other than 2xx.
 */
export function createClient(baseUrl: string) {
	let cookie = '';

	async function send(method: string, path: string, body?: unknown): Promise<string> {
		const { response, text } = await fetchWhenReady(`${baseUrl}/rest${path}`, {
			method,
			headers: {
				// n8n drops an idle connection after five seconds, also while it is too busy to say so.
				connection: 'close',
				...(cookie && { cookie }),
				...(body !== undefined && { 'content-type': 'application/json' }),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		if (!response.ok) {
			throw new RestError(response.status, `n8n answered ${method} ${path}: ${text.slice(0, 500)}`);
		}
		const session = response.headers.getSetCookie().find((line) => line.startsWith('n8n-auth='));
		if (session) cookie = session.split(';')[0];
		return text;
	}

	async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
		return (JSON.parse(await send(method, path, body)) as { data: T }).data;
	}

	async function execution(id: string): Promise<Execution> {
		return toExecution(await send('GET', `/executions/${id}`));
	}

	async function summaries(query: Record<string, unknown> = {}): Promise<ExecutionSummary[]> {
		const filter = encodeURIComponent(JSON.stringify(query));
		const page = await call<{ results: ExecutionSummary[] }>(
			'GET',
			`/executions?limit=100&filter=${filter}`,
		);
		return page.results;
	}

	return {
		/** Makes the first account and logs in. */
		setUpOwner: (owner: Owner) => call<unknown>('POST', '/owner/setup', owner),

		/** Whether the first account is still to be made. */
		needsOwner: async () => {
			const settings = await call<{ userManagement: { showSetupOnFirstLoad: boolean } }>(
				'GET',
				'/settings',
			);
			return settings.userManagement.showSetupOnFirstLoad;
		},

		login: ({ email, password }: Pick<Owner, 'email' | 'password'>) =>
			call<unknown>('POST', '/login', { emailOrLdapLoginId: email, password }),

		credentials: () => call<CredentialSummary[]>('GET', '/credentials'),

		/** With its fields; n8n blanks the secret ones in a way that an update leaves them as they are. */
		credential: (id: string) =>
			call<CredentialSummary>('GET', `/credentials/${id}?includeData=true`),

		createCredential: (credential: Omit<CredentialSummary, 'id'>) =>
			call<CredentialSummary>('POST', '/credentials', credential),

		updateCredential: ({ id, name, type, data }: CredentialSummary) =>
			call<CredentialSummary>('PATCH', `/credentials/${id}`, { name, type, data }),

		/** What the Test button says. */
		testCredential: (credential: CredentialSummary) =>
			call<{ status: 'OK' | 'Error'; message: string }>('POST', '/credentials/test', {
				credentials: credential,
			}),

		workflows: () =>
			call<Array<{ id: string; name: string; active: boolean }>>('GET', '/workflows'),

		/** Keeps the id that the file has. */
		createWorkflow: (workflow: Workflow) =>
			call<Workflow & { versionId: string }>('POST', '/workflows', { active: false, ...workflow }),

		workflow: (id: string) => call<Workflow>('GET', `/workflows/${id}`),

		/** Stores nodes and connections as they are in `workflow`, which must be the newest version. */
		updateWorkflow: ({ id, nodes, connections, versionId }: Workflow) =>
			call<Workflow>('PATCH', `/workflows/${id}`, { nodes, connections, versionId }),

		activate: async (workflowId: string) => {
			const { versionId } = await call<{ versionId: string }>('GET', `/workflows/${workflowId}`);
			await call<unknown>('POST', `/workflows/${workflowId}/activate`, { versionId });
		},

		/** Lets agents in, with a key of theirs, through n8n's own MCP server. */
		enableMcp: () => call<unknown>('PATCH', '/mcp/settings', { mcpAccessEnabled: true }),

		/** A new key for that server; any earlier one of the same user ends. */
		newMcpKey: async () => (await call<{ apiKey: string }>('POST', '/mcp/api-key/rotate')).apiKey,

		/** "Execute workflow" from a trigger that waits for nothing. Returns the execution's id. */
		run: async (workflowId: string, trigger: string): Promise<string> => {
			const { executionId } = await call<{ executionId: string }>(
				'POST',
				`/workflows/${workflowId}/run`,
				{ triggerToStartFrom: { name: trigger } },
			);
			return executionId;
		},

		execution,
		summaries,

		deleteExecutions: (ids: string[]) => call<unknown>('POST', '/executions/delete', { ids }),

		/** Descriptions of node types, as the editor gets them. */
		nodeTypes: (names: string[]) =>
			call<Array<Record<string, unknown>>>('POST', '/node-types', {
				nodeInfos: names.map((name) => ({ name, version: 1 })),
			}),

		retry: (executionId: string) =>
			call<{ id: string }>('POST', `/executions/${executionId}/retry`, { loadWorkflow: false }),

		stop: (executionId: string) => call<unknown>('POST', `/executions/${executionId}/stop`, {}),

		/**
		 * The stored execution once it has ended, or has one of the given statuses.
		 * Throws, naming the status it is in, after `timeoutMs`.
		 */
		waitForExecution: async (
			id: string,
			timeoutMs: number,
			statuses: ReadonlySet<string> = ENDED,
			pollMs = POLL_MS,
		): Promise<Execution> => {
			const deadline = Date.now() + timeoutMs;
			for (;;) {
				// A moment after the start it may not be stored yet; right after the end, not whole. A busy n8n may take its
				// database for gone (503).
				const current = await execution(id).catch((error) => {
					if (error instanceof RestError && [404, 503].includes(error.status)) return undefined;
					throw error;
				});
				if (current && statuses.has(current.status)) return current;
				if (Date.now() > deadline) {
					throw new Error(
						`Execution ${id} is still "${current?.status ?? 'not stored'}" after ${timeoutMs / 1_000} seconds (last node: ${current?.lastNodeExecuted ?? 'none'}).`,
					);
				}
				await delay(pollMs);
			}
		},
	};
}
