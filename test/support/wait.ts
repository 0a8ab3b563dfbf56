import type { INode, INodeExecutionData, INodeType, IWorkflowBase } from 'n8n-workflow';
import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import { handoverOf } from '../../nodes/shared/wait/handover';
import type { EngineOptions, EngineResult } from './engine';
import type { World } from './world';

/** A wait that was followed to its end, through the database if it was parked. */
export interface Waited extends EngineResult {
	/** Whether it was parked, and the seconds of each wait in the database. */
	parked: number[];
	/** The first part of the wait, as the parked execution stands in the editor. */
	first: EngineResult;
	/** The sub-workflow that watches over the one that polls, where there was one. */
	workflow?: IWorkflowBase;
	/** The sub-workflow that polls. */
	polling?: IWorkflowBase;
	/** The states that travelled, round by round. */
	states: Array<INodeExecutionData['json']>;
	/** What n8n stores of the supervisor while it waits: the execution that waits gets it if n8n finds that crashed. */
	supervisorOutput: INodeExecutionData[];
	/** How many executions have polled, one after the other. */
	pollers: number;
}

/** How n8n is killed in a poll, and how it finds the execution that polled. */
export interface Kills {
	/** Which polls of the parked wait are killed, from 1. */
	polls: number[];
	/** Queue mode: n8n fails the execution, and wipes what it has stored of it. */
	wiped?: boolean;
	/** Somebody stops the execution that polls; n8n writes this into its data. */
	error?: string;
}

export interface WaitOptions extends Partial<EngineOptions> {
	/** The node that waits; that of Cortex unless given. */
	waits?: new () => INodeType;
	/** n8n has this against the sub-execution that watches over the polls. */
	refuseSubWorkflow?: string;
	/** n8n has this against the sub-execution that polls, from this one on (from 1). */
	refusePoller?: { reason: string; from: number };
	/** What is different once the wait is parked. */
	brokenRounds?: Partial<EngineOptions>;
	/** Called when the first round of a parked wait is about to begin. */
	onFirstRound?: () => void;
	kills?: Kills;
	/** What somebody has done to the executions by the given poll; by default nothing. */
	storedExecution?: (id: string) => unknown;
}

const copy = <T>(value: T) => JSON.parse(JSON.stringify(value)) as T;
const jsonsOf = (items: INodeExecutionData[]) =>
	items.map(({ json }) => copy(json)) as Array<Record<string, unknown>>;

const SUPERVISOR = '2';
/** How n8n says of a worker's execution that its worker is gone. */
const STALLED = { name: 'MaxStalledCountError', message: 'failed to be processed too many times' };
const DOWN_MS = 90_000;

/**
 * Runs a node that waits to its end. n8n's part in a parked wait is played here: it keeps the state, lets the time
 * pass that the state asks for, runs the nodes of the sub-workflows, and hands the end of each sub-execution to the
 * one that waits for it, be it a result or the remains of an execution that was killed.
 */
export async function waitFor(
	world: World,
	parameters: INode['parameters'],
	options: WaitOptions = {},
): Promise<Waited> {
	const { refuseSubWorkflow, refusePoller, brokenRounds, onFirstRound, kills, ...more } = options;
	const { waits: WaitingNode = CortexXdrWaitForJob, ...run } = more;
	let supervising: IWorkflowBase | undefined;
	let polling: IWorkflowBase | undefined;
	let pollers = 0;
	/** What the poller has stored last. */
	let state: INodeExecutionData[] = [];
	let supervisorOutput: INodeExecutionData[] = [];
	let began = 0;

	/** n8n's database, as far as the nodes ask for it. */
	let crashed: { wiped?: boolean; error?: string } | undefined;
	let begunWith: INodeExecutionData[] = [];
	const stored = (id: string): unknown => {
		const own = options.storedExecution?.(id);
		if (own !== undefined) return own === null ? undefined : own;
		const poller = String(2 + pollers);
		if (id === SUPERVISOR && pollers > 0) {
			const input = crashed?.wiped ? begunWith : state;
			const metadata = { waitingChildExecutionIds: [poller] };
			return {
				resultData: { runData: { Supervise: [{ startTime: began }] } },
				executionData: { nodeExecutionStack: [{ data: { main: [input] }, metadata }] },
			};
		}
		if (id === poller && crashed) {
			const error = crashed.error ? { name: crashed.error } : crashed.wiped ? STALLED : undefined;
			const runData = crashed.wiped ? {} : { Wait: [{ data: { main: [state] } }] };
			return { resultData: { error, runData } };
		}
		return { resultData: { runData: {} } };
	};

	/** Runs a node of one of the sub-workflows. */
	const runNamed = async (
		workflow: IWorkflowBase | undefined,
		name: string,
		execution: string,
		items: INodeExecutionData[],
		more: Partial<EngineOptions> = {},
	) => {
		const node = workflow?.nodes.find((one) => one.name === name);
		if (!node) throw new Error(`No node ${name}`);
		return await world.run(new WaitingNode(), node.parameters, {
			credentials: run.credentials ?? world.credentials,
			onError: node.onError,
			ids: { workflow: 'workflow', execution },
			storedExecution: stored,
			settings: workflow?.settings,
			...more,
			items: jsonsOf(items),
		});
	};

	/** The supervisor starts a poller. Returns what comes out of the supervisor where it does not park. */
	const supervise = async (items: INodeExecutionData[]) => {
		const result = await runNamed(supervising, 'Supervise', SUPERVISOR, items, {
			onSubWorkflow: async (code, input) => {
				if (refusePoller && pollers + 1 >= refusePoller.from) throw new Error(refusePoller.reason);
				pollers += 1;
				polling = copy(code);
				state = copy(input);
				begunWith = state;
				began = world.clock.now();
				crashed = undefined;
				return { id: String(2 + pollers) };
			},
		});
		supervisorOutput = copy(result.outputs[0] ?? []);
		if (result.status === 'waiting') return undefined;
		return await runNamed(supervising, 'Check', SUPERVISOR, supervisorOutput);
	};

	const type = WaitingNode === CortexXdrWaitForJob ? { jobType: 'endpointAction' } : {};
	const first = await world.run(
		new WaitingNode(),
		{ ...type, pollInterval: 10, timeout: 60, options: {}, ...parameters },
		{
			...run,
			async onSubWorkflow(code, input) {
				if (refuseSubWorkflow !== undefined) throw new Error(refuseSubWorkflow);
				supervising = copy(code);
				const result = await supervise(input);
				return { id: SUPERVISOR, ended: result && copy(result.outputs[0]) };
			},
		},
	);
	const parked: number[] = [];
	const states: Waited['states'] = [];
	let last = first;
	while (first.status === 'waiting') {
		const [{ json }] = state;
		states.push(json);
		parked.push(Number(json.wait));
		world.clock.advance(Number(json.wait) * 1000);
		if (parked.length === 1) onFirstRound?.();
		let handed: INodeExecutionData[];
		if (kills?.polls.includes(parked.length)) {
			crashed = kills;
			world.clock.advance(DOWN_MS);
			handed = kills.wiped || kills.error ? [{ json: { error: STALLED.message } }] : state;
		} else {
			const poller = String(2 + pollers);
			last = await runNamed(polling, 'Poll', poller, state, brokenRounds);
			if (last.error) break;
			if (handoverOf(last.outputs[0]) === undefined) {
				state = last.outputs[1];
				continue;
			}
			handed = last.outputs[0];
		}
		last = await runNamed(supervising, 'Check', SUPERVISOR, handed);
		const again = last.outputs[1] ?? [];
		if (again.length > 0) {
			const ended = await supervise(again);
			if (ended) {
				last = ended;
				break;
			}
			continue;
		}
		// n8n links the items of a woken execution by their order.
		last.outputs[0]?.forEach((item, index) => (item.pairedItem = { item: index }));
		break;
	}
	const seen = { parked, first, states, supervisorOutput, pollers };
	return { ...last, ...seen, workflow: supervising, polling };
}
