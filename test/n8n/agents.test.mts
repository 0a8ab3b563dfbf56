/*
 * What a model is told of a job that it waits for: by who calls the tool, the tool, whether the wait is parked, and whether
 * n8n is killed meanwhile. The model follows a script; all else is real.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '../../demo/processes.mts';
import { outputOf, type Execution, type Workflow, type WorkflowNode } from '../../demo/rest.mts';
import { connectMcp } from './mcp.mts';
import { promptFor, startModel, type Model, type ToolCall } from './model.mts';
import {
	asTool,
	chain,
	cortex,
	node,
	printLog,
	qualys,
	startTestN8n,
	webhookTrigger,
	type TestN8n,
} from './support.mts';

const MINUTE = 60_000;

const NESTED = 'AI Agent 3, through an AI Agent Tool';
const MCP = 'MCP Server Trigger';

/** Who calls a tool. */
const CALLERS = ['AI Agent 1.9', 'AI Agent 2.2', 'AI Agent 3', NESTED, MCP] as const;
type Caller = (typeof CALLERS)[number];
type Agent = Exclude<Caller, typeof MCP>;

/** Those whose tools n8n's engine runs. The others call them from within their own run. */
const PARKS: Caller[] = ['AI Agent 3', NESTED];

const AGENTS = CALLERS.filter((caller): caller is Agent => caller !== MCP);

const versionOf = (agent: Agent): number => parseFloat(agent.slice('AI Agent '.length));

/** Of the workflow, the webhook, the server. */
const slugOf = (caller: Caller): string => caller.replaceAll(/\W+/g, '-').toLowerCase();

/** So long a job takes whose wait ends in memory, and one whose wait is parked where that can be, in seconds. */
const SHORT = 40;
const LONG = 180;

/** How long after its start a call is looked at: a wait is parked after the first minute. */
const LOOKED_AT_MS = { [LONG]: 80_000, [SHORT]: 5_000 };

/** How much later than the long ones the short calls begin where n8n is killed, so that it is in both of them. */
const LATER_MS = 70_000;

const TOOLS = { 'Wait for Job': 'Wait', 'Wait for Script Job': 'Wait_script' } as const;
type Tool = keyof typeof TOOLS;

const WAITING = {
	jobId: '={{ $fromAI("id") }}',
	pollInterval: 10,
	timeout: 30,
	options: { backoff: 'fixed' },
};

const cortexWait = (name: string, more: Partial<WorkflowNode> = {}): WorkflowNode =>
	cortex(name, 'cortexXdrWaitForJob', { jobType: 'endpointAction', ...WAITING }, more);

/** What every caller has; a model sees a name with `_` for each blank. */
const tools = (): WorkflowNode[] =>
	[
		cortexWait('Wait'),
		cortexWait('Wait error output', { onError: 'continueErrorOutput' }),
		qualys('Wait script', 'qualysWaitForScriptJob', WAITING),
		cortex('Scan', 'cortexXdrScanEndpoints', {
			scope: 'matching',
			filters: { groupNames: '={{ $fromAI("groups") }}' },
			options: {},
		}),
	].map(asTool);

/** Connects the tools to whoever calls them. */
function connectTools(workflow: Workflow, made: WorkflowNode[], to: string): void {
	workflow.nodes.push(...made);
	for (const { name } of made) {
		workflow.connections[name] = { ai_tool: [[{ node: to, type: 'ai_tool', index: 0 }]] };
	}
}

/** A workflow whose agent gets its prompt from a webhook, unless another trigger is named. */
function agentWorkflow(
	agent: Agent,
	credential: { id: string; name: string },
	trigger = webhookTrigger(slugOf(agent)),
	text = '={{ $json.body.prompt }}',
): Workflow {
	const typeVersion = versionOf(agent);
	const outer = node(
		'Agent',
		'@n8n/n8n-nodes-langchain.agent',
		{
			...(typeVersion < 2 && { agent: 'toolsAgent' }),
			promptType: 'define',
			text,
			options: {},
		},
		{ typeVersion },
	);
	const model = node(
		'Model',
		'@n8n/n8n-nodes-langchain.lmChatOpenAi',
		{ model: { __rl: true, mode: 'id', value: 'scripted' }, options: {} },
		{ typeVersion: 1.2, credentials: { openAiApi: credential } },
	);
	const workflow = chain(agent, [trigger, outer]);
	const agents = ['Agent'];
	if (agent === NESTED) {
		const inner = node(
			'Inner',
			'@n8n/n8n-nodes-langchain.agentTool',
			{ text: '={{ $fromAI("prompt") }}', options: {} },
			{ typeVersion },
		);
		connectTools(workflow, [inner], 'Agent');
		agents.push('Inner');
	}
	workflow.nodes.push(model);
	workflow.connections.Model = {
		ai_languageModel: [agents.map((to) => ({ node: to, type: 'ai_languageModel', index: 0 }))],
	};
	connectTools(workflow, tools(), agents.at(-1)!);
	return workflow;
}

/** Of a webhook that answers with the last node, and of a chat. */
const AWAITED = 'awaited';
const CHAT = 'chat-awaited';

/** A job that outlasts the minute in memory, in seconds. */
const PAST_A_MINUTE = 75;

/** Workflows of an agent for whose answer somebody waits. */
function awaitedWorkflows(credential: { id: string; name: string }): Workflow[] {
	const webhook = agentWorkflow('AI Agent 3', credential, webhookTrigger(AWAITED, 'lastNode'));
	const trigger = node(
		'Chat',
		'@n8n/n8n-nodes-langchain.chatTrigger',
		{ public: true, options: {} },
		{ typeVersion: 1.1, webhookId: CHAT },
	);
	const chat = agentWorkflow('AI Agent 3', credential, trigger, '={{ $json.chatInput }}');
	return [webhook, chat].map((workflow, index) => ({ ...workflow, name: `Awaited ${index}` }));
}

function serverWorkflow(): Workflow {
	const path = slugOf(MCP);
	const workflow = chain(MCP, [
		node(
			'MCP',
			'@n8n/n8n-nodes-langchain.mcpTrigger',
			{ path },
			{ typeVersion: 2, webhookId: path },
		),
	]);
	connectTools(workflow, tools(), 'MCP');
	return workflow;
}

/** What became of a call. */
export interface Told {
	caller: Caller;
	tool: Tool;
	/** How long the job takes. */
	seconds: number;
	wait: 'parked' | 'in memory';
	killed: boolean;
	/** How the execution of the agent has ended. */
	status: string;
	/** The outcome that the model, or the client of the MCP server, was told; otherwise its words. */
	told: string;
}

/** What a model was told of something that went wrong. */
export interface Failure {
	caller: Caller;
	what: string;
	told: string;
}

/** What an agent hands on may be JSON within JSON. */
const WORDS = /outcome\\*":\\*"(\w+)/;

/** A promise, and what keeps it. */
function deferred(): { promise: Promise<void>; keep: () => void } {
	let keep = () => {};
	const promise = new Promise<void>((resolve) => (keep = resolve));
	return { promise, keep };
}

function agentTests(killed: boolean): void {
	describe(killed ? 'n8n killed meanwhile' : 'n8n left alone', { concurrency: true }, () => {
		let n8n: TestN8n;
		let model: Model;
		const ids = new Map<Caller, string>();

		before(
			async () => {
				n8n = await startTestN8n({ speed: 1, env: { N8N_EVENTBUS_RECOVERY_MODE: 'simple' } });
				model = await startModel();
				const { id } = await n8n.addCredential({
					name: 'Scripted model',
					type: 'openAiApi',
					data: { apiKey: 'none', url: `${model.url}/v1` },
				});
				const credential = { id, name: 'Scripted model' };
				for (const agent of AGENTS) {
					ids.set(agent, (await n8n.add(agentWorkflow(agent, credential))).id);
				}
				ids.set(MCP, (await n8n.add(serverWorkflow())).id);
				const awaited = await Promise.all(awaitedWorkflows(credential).map(n8n.add));
				for (const workflow of [...ids.values(), ...awaited.map((one) => one.id)]) {
					await n8n.client.activate(workflow);
				}
				for (const agent of AGENTS) await n8n.webhookReady(slugOf(agent));
			},
			{ timeout: 5 * MINUTE },
		);
		after(
			async () => {
				await model?.close();
				await n8n?.close();
			},
			{ timeout: MINUTE },
		);
		afterEach((context) => printLog(context, n8n));

		function startJob(tool: Tool, durationSeconds: number, bad = false): string {
			const { cortex: tenant, qualys: platform } = n8n.simulator.simulator;
			const outcome = bad ? 'failed' : 'succeeded';
			return tool === 'Wait for Job'
				? tenant.startJob({ kind: 'endpointAction', durationSeconds, outcome, endpoints: 2 })
				: platform.runScript({
						assets: 2,
						durationSeconds,
						words: [bad ? 'EXECUTION FAILED' : 'EXECUTION PASSED'],
					});
		}

		const begun = new Set<string>();
		let turn: Promise<unknown> = Promise.resolve();

		/** Starts an agent. Resolves with its execution's id. */
		function startAgent(agent: Agent, calls: Array<ToolCall | ToolCall[]>): Promise<string> {
			const own = promptFor(calls);
			const prompt = agent === NESTED ? promptFor([{ tool: 'Inner', args: { prompt: own } }]) : own;
			const workflowId = ids.get(agent)!;
			// One after the other: nothing else tells which execution a call has started.
			const started = turn.then(async () => {
				await n8n.callWebhook(slugOf(agent), { prompt });
				return await waitUntil(
					async () => {
						// One answer may be lost: n8n is busy.
						const newest = await n8n.client.summaries({ workflowId }).catch(() => []);
						const added = newest.find(({ id, mode }) => mode === 'webhook' && !begun.has(id));
						if (added) begun.add(added.id);
						return added?.id;
					},
					MINUTE,
					`The webhook of ${agent} has started no execution.`,
				);
			});
			turn = started.catch(() => {});
			return started;
		}

		/** A client of n8n's MCP Server Trigger, which is there a moment after its workflow was published. */
		const connected = () =>
			waitUntil(
				() => connectMcp(`${n8n.main().url}/mcp/${slugOf(MCP)}`).catch(() => undefined),
				MINUTE,
				'The MCP Server Trigger does not answer.',
			);

		/** Has a client of n8n's MCP Server Trigger call a tool. Resolves with what it was told. */
		async function callByMcp({ tool, args }: ToolCall): Promise<string> {
			const { text } = await (await connected()).call(tool, args, 6 * MINUTE);
			return text;
		}

		const toldBy = (execution: Execution): string =>
			execution.status === 'success'
				? outputOf(execution, 'Agent')
						.map(({ json }) => String(json.output))
						.join('\n')
				: '';

		const ended = (id: string) => n8n.client.waitForExecution(id, 6 * MINUTE);

		/** When n8n is there again; at once where it is not killed. */
		const restarted = deferred();
		/** When the agent that scans has parked its wait. */
		const scanParked = deferred();
		if (!killed) restarted.keep();

		test('what each of them is told', { timeout: 12 * MINUTE }, async (context) => {
			const cells = CALLERS.flatMap((caller) =>
				(Object.keys(TOOLS) as Tool[]).flatMap((tool) =>
					([LONG, SHORT] as const).map((seconds) => ({
						caller,
						tool,
						seconds,
						looked: deferred(),
					})),
				),
			);
			const calls = cells.map(async ({ caller, tool, seconds, looked }): Promise<Told> => {
				try {
					if (killed && seconds === SHORT) await delay(LATER_MS);
					const call = { tool: TOOLS[tool], args: { id: startJob(tool, seconds) } };
					const cell = { caller, tool, seconds, killed };
					const outcomeIn = (told: string) =>
						WORDS.exec(told)?.[1] ?? (told === '' ? 'nothing' : told.slice(0, 200));
					if (caller === MCP) {
						// Killed, n8n takes the connection with it.
						const answer = callByMcp(call).catch((error) => (killed ? '' : String(error)));
						await delay(LOOKED_AT_MS[seconds]);
						looked.keep();
						const told = await answer;
						const status = told === '' ? 'lost' : 'success';
						return { ...cell, wait: 'in memory', status, told: outcomeIn(told) };
					}
					const id = await startAgent(caller, [call]);
					await delay(LOOKED_AT_MS[seconds]);
					const seen = await waitUntil(
						() => n8n.client.execution(id).catch(() => undefined),
						20_000,
						`n8n does not tell how execution ${id} stands.`,
					);
					looked.keep();
					await restarted.promise;
					const execution = await ended(id);
					return {
						...cell,
						wait: seen.status === 'waiting' ? 'parked' : 'in memory',
						status: execution.status,
						told: outcomeIn(toldBy(execution)),
					};
				} finally {
					looked.keep();
				}
			});
			if (killed) {
				await Promise.all([...cells.map(({ looked }) => looked.promise), scanParked.promise]);
				await n8n.restartMain().finally(restarted.keep);
			}
			const rows = await Promise.all(calls);
			context.diagnostic(`measured agents: ${JSON.stringify(rows)}`);
			for (const { caller, seconds, wait, told, tool } of rows) {
				const name = `${caller}, ${tool}, ${seconds} s`;
				const parks = PARKS.includes(caller) && seconds === LONG;
				assert.equal(wait, parks ? 'parked' : 'in memory', name);
				assert.equal(told, parks || !killed ? 'succeeded' : 'nothing', name);
			}
		});

		test(
			'an agent scans, waits parked, and answers with the outcome',
			{ timeout: 12 * MINUTE },
			async () => {
				try {
					const id = await startAgent('AI Agent 3', [
						{ tool: 'Scan', args: { groups: 'Demo Laptops' } },
						{ tool: 'Wait', args: { id: '$0.action_id' } },
					]);
					await n8n.client.waitForExecution(id, 3 * MINUTE, new Set(['waiting']));
					scanParked.keep();
					await Promise.all([restarted.promise, delay(3 * MINUTE)]);
					await n8n.control('POST', '/time', { advanceSeconds: 36_000 });
					assert.match(toldBy(await ended(id)), /"outcome":"succeeded".*"total":12\b/s);
				} finally {
					scanParked.keep();
				}
			},
		);

		if (killed) return;

		test('what each of them is told of failures', { timeout: 5 * MINUTE }, async (context) => {
			const failing = () => startJob('Wait for Job', 5, true);
			const failed = /outcome\\*":\\*"failed|failed \(FAILED, 2 of 2 /;
			const failures: Array<[string, string, string, RegExp]> = [
				['a wrong id', 'Wait', 'the last one', /must be a whole positive number/],
				['a job that fails', 'Wait', failing(), failed],
				[
					'the same, On Error: Continue (using error output)',
					'Wait_error_output',
					failing(),
					failed,
				],
			];
			const rows = await Promise.all(
				CALLERS.flatMap((caller) =>
					failures.map(async ([what, tool, id, words]): Promise<Failure> => {
						const call = { tool, args: { id } };
						const told =
							caller === MCP
								? await callByMcp(call)
								: toldBy(await ended(await startAgent(caller, [call])));
						// n8n hands on nothing of what such a tool gives, so it does not begin.
						const deaf = PARKS.includes(caller) && tool === 'Wait_error_output';
						const expected = deaf ? /n8n hands nothing of that to the model/ : words;
						assert.match(told, expected, `${caller}, ${what}`);
						return { caller, what, told };
					}),
				),
			);
			context.diagnostic(`measured failures: ${JSON.stringify(rows)}`);
		});

		test('whoever waits for the answer gets it', { timeout: 5 * MINUTE }, async () => {
			const job = () => startJob('Wait for Job', PAST_A_MINUTE);
			const prompt = (id: string) => promptFor([{ tool: 'Wait', args: { id } }]);
			const [fromWebhook, fromChat] = await Promise.all([
				n8n.callWebhook(AWAITED, { prompt: prompt(job()) }),
				n8n.callWebhook(`${CHAT}/chat`, {
					action: 'sendMessage',
					sessionId: 'mine',
					chatInput: prompt(job()),
				}),
			]);
			for (const { status, body } of [fromWebhook, fromChat]) {
				assert.equal(status, 200, body);
				assert.match(body, /outcome\\*":\\*"succeeded/);
			}
		});

		test('two calls in one turn: the last one is parked', { timeout: 12 * MINUTE }, async () => {
			// Parked before the other test lets all jobs end.
			const jobs = [SHORT, SHORT + LONG].map((seconds) => startJob('Wait for Job', seconds));
			const calls = jobs.map((id) => ({ tool: 'Wait', args: { id } }));
			const id = await startAgent('AI Agent 3', [calls]);
			await n8n.client.waitForExecution(id, 5 * MINUTE, new Set(['waiting']));
			const told = toldBy(await ended(id));
			for (const job of jobs) {
				assert.match(told, new RegExp(`"job_id":"${job}".*"outcome":"succeeded"`));
			}
		});
	});
}

describe('agents that wait', { concurrency: true }, () => {
	for (const killed of [false, true]) agentTests(killed);
});
