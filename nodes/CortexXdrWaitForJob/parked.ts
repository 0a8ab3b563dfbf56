import {
	NodeOperationError,
	WAIT_FOR_SUB_EXECUTION,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type IWorkflowBase,
} from 'n8n-workflow';
import type { Tenant } from '../shared/cortex/ask';
import { isObject, parseJson } from '../shared/transport/answer';
import { clock } from '../shared/transport/clock';
import { isTool } from '../shared/transport/tool';
import { elapsedSeconds, outputItems, pollAll, running, type State } from './rounds';
import { parkedSeconds } from './schedule';
import { isParkedState, isPlan, lostState, pack, unpack, type Plan } from './tracking';

/** What n8n's engine calls an execution or a workflow that is not in the database. */
const UNSAVED = ['', '__UNKNOWN__', '__EMPTY__'];

const isSaved = (id: unknown): id is string => typeof id === 'string' && !UNSAVED.includes(id);

/**
 * Whether this n8n wakes an execution with the end of its sub-execution, also with its failure, and also when
 * n8n was restarted in between. Older versions lack this constant of their own.
 */
const hostWakesParents = () => (WAIT_FOR_SUB_EXECUTION as Date | undefined) !== undefined;

/** Why a wait cannot be kept in the database here; `undefined` where it can. */
export function whyNotParked(context: IExecuteFunctions): string | undefined {
	if (isTool(context.getNode())) return 'an AI agent is waiting for the answer';
	if (context.getMode() === 'cli') return 'it was started on the command line';
	if (!hostWakesParents()) return 'versions of n8n before 2.41 cannot keep it in the database';
	if (!isSaved(context.getWorkflow().id)) return 'the workflow has not been saved yet';
	if (!isSaved(context.getExecutionId())) return 'n8n does not store this execution';
	return undefined;
}

/** The plan of a parked wait. */
export interface ParkedPlan extends Plan {
	/** Execution that waits for the result. */
	parent: string;
}

/** The state as it travels through n8n's database, with the seconds until the next poll. */
function stateItem({ round, jobs }: State, wait: number): INodeExecutionData {
	return { json: { round, jobs: jobs.map(pack), wait } };
}

/**
 * The sub-workflow that keeps a wait: a round of polls, then n8n's own Wait node, in a circle.
 *
 * It brings its own settings: those of the parent would let a workflow that nobody may call refuse its own
 * wait, and an error workflow fire twice.
 */
export function waitingWorkflow(node: INode, plan: ParkedPlan): IWorkflowBase {
	const place = (name: string, x: number) => ({
		id: name,
		name,
		position: [x, 0] as [number, number],
	});
	const to = (name: string) => [{ node: name, type: 'main' as const, index: 0 }];
	return {
		name: 'Wait for Job',
		active: false,
		nodes: [
			{
				...place('Start', 0),
				type: 'n8n-nodes-base.executeWorkflowTrigger',
				typeVersion: 1.1,
				parameters: { inputSource: 'passthrough' },
			},
			{
				...place('Wait', 200),
				type: 'n8n-nodes-base.wait',
				typeVersion: 1.1,
				parameters: { resume: 'timeInterval', amount: '={{ $json.wait }}', unit: 'seconds' },
			},
			{
				...place('Poll', 400),
				type: node.type,
				typeVersion: node.typeVersion,
				credentials: node.credentials,
				parameters: { plan: JSON.stringify(plan) },
			},
		],
		connections: {
			Start: { main: [to('Wait')] },
			Wait: { main: [to('Poll')] },
			Poll: { main: [[], to('Wait')] },
		},
		settings: { executionOrder: 'v1', callerPolicy: 'workflowsFromSameOwner' },
	} as unknown as IWorkflowBase;
}

/**
 * Hands a wait over to a sub-execution that n8n keeps in its database, and parks this one until it ends.
 *
 * @param wait seconds until the next poll
 * @returns the output for the case that the host runs the sub-execution to its end at once
 */
export async function park(
	context: IExecuteFunctions,
	plan: Plan,
	state: State,
	wait: number,
): Promise<INodeExecutionData[][]> {
	const workflowId = String(context.getWorkflow().id);
	const parent = context.getExecutionId();
	const result = await context.executeWorkflow(
		{ code: waitingWorkflow(context.getNode(), { ...plan, parent }) },
		[stateItem(state, wait)],
		undefined,
		{
			parentExecution: { executionId: parent, workflowId, shouldResume: true },
			executionMode: context.getMode(),
		},
	);
	context.setMetadata({
		subExecution: { executionId: result.executionId, workflowId },
		subExecutionsCount: 1,
	});
	const left = running(plan, state).length;
	context.addExecutionHints({
		message: `${left} of ${plan.jobs.length} ${plan.jobs.length === 1 ? 'job is' : 'jobs are'} still running. The sub-execution polls ${left === 1 ? 'it' : 'them'} and wakes this workflow; no worker is held meanwhile. If you stop this execution, the sub-execution ends at its next poll.`,
		location: 'outputPane',
	});
	return [result.data?.[0] ?? []];
}

/**
 * Whether nobody takes the result of a wait any more. n8n leaves a sub-execution waiting when the execution that
 * started it is stopped or deleted, but writes the stop into that execution's data.
 */
async function isAbandoned(context: IExecuteFunctions, parent: string): Promise<boolean> {
	try {
		const stored = await context.getExecutionDataById(parent);
		return stored === undefined || /CancelledError$/.test(String(stored.resultData.error?.name));
	} catch {
		// Not knowing is no reason to give up.
		return false;
	}
}

/**
 * One round of a parked wait, in the sub-execution.
 * @throws {NodeOperationError} without asking, if the execution that waits was stopped or deleted
 * @throws {InputError} likewise, if what it put aside is not there any more
 * @returns the items of the parent's output on the first output, or the state for the next round on the second
 */
export async function parkedRound(
	context: IExecuteFunctions,
	tenant: Tenant,
	plan: ParkedPlan,
): Promise<INodeExecutionData[][]> {
	const stored = context.getInputData()[0]?.json;
	if (!isParkedState(stored) || stored.jobs.length !== plan.jobs.length) throw lostState();
	if (await isAbandoned(context, plan.parent)) {
		throw new NodeOperationError(context.getNode(), 'The execution that waits was stopped', {
			description: `Execution ${plan.parent} was stopped or deleted, so this one has given up the wait. The jobs themselves go on in Cortex.`,
		});
	}
	const before: State = { round: stored.round, jobs: stored.jobs.map(unpack) };
	const state = await pollAll(tenant, plan, before);
	const settings = running(plan, state);
	if (settings.length === 0) return [await outputItems(tenant, plan, state), []];
	const waiting = { running: settings, round: state.round, elapsed: elapsedSeconds(plan) };
	return [[], [stateItem(state, parkedSeconds(waiting))]];
}

/**
 * A plan, as it stands in the sub-workflow's node.
 * @throws {InputError} for anything else
 */
export function readPlan(text: string): ParkedPlan {
	const plan = parseJson(text);
	const parent = isObject(plan) ? plan.parent : undefined;
	if (!isPlan(plan) || typeof parent !== 'string') throw lostState();
	return { ...plan, parent };
}

/** A plan for these jobs, whose clock starts now. */
export const startPlan = (plan: Omit<Plan, 'startedAt'>): Plan => ({
	...plan,
	startedAt: clock.now(),
});
