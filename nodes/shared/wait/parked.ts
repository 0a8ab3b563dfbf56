import type { Plan, State, Vendor } from './job';
import {
	WAIT_FOR_SUB_EXECUTION,
	type IExecuteFunctions,
	type INodeExecutionData,
	type IWorkflowBase,
} from 'n8n-workflow';
import { InputError } from '../errors';
import { parseJson } from '../json';
import { hasFurtherCalls, isAwaited, isRunByEngine, isTool } from '../transport/tool';
import { keepCredential } from './credential';
import { handoverOf } from './handover';
import { runningItems } from './output';
import { running } from './state';
import { supervisingWorkflow } from './subWorkflows';
import { isParkedState, isPlan, lostState, pack, unpack } from './stored';

/*
 * A parked wait is three executions, of which only the last one ever asks the vendor:
 *
 *   the workflow of the user     waiting, parked on the supervisor
 *   the supervisor (C)           waiting, parked on the poller, for the whole wait
 *   the poller (G)               waiting between two polls, running while it polls
 *
 * n8n hands the last output of an execution that was killed to the one that waits for it, as if it were its
 * result. So the user's workflow must not wait for the one that can be killed while a vendor is slow to answer.
 * The supervisor is at work for a few milliseconds when a poller has ended.
 */

/** What the node is in the sub-executions: the supervisor's two nodes, and the one that polls. */
const ROLES = ['supervise', 'check', 'poll'] as const;
export type Role = (typeof ROLES)[number];

/** The plan of a parked wait. */
export interface ParkedPlan extends Plan {
	/** Execution that waits for the result. */
	parent: string;
	role: Role;
	/** Of a poller: the execution that watches over it. None does over one that version 0.1.0 has parked. */
	supervisor?: string;
}

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
	if (!hostWakesParents()) return 'versions of n8n before 2.41 cannot keep it in the database';
	if (isTool(context.getNode())) {
		if (!isRunByEngine(context)) return 'an AI agent is waiting for the answer';
		if (isAwaited(context)) return 'somebody is waiting for the answer of this workflow';
		if (hasFurtherCalls(context)) return 'the model has called this tool several times at once';
	}
	if (context.getMode() === 'cli') return 'it was started on the command line';
	if (!isSaved(context.getWorkflow().id)) return 'the workflow has not been saved yet';
	if (!isSaved(context.getExecutionId())) return 'n8n does not store this execution';
	return undefined;
}

/** How often a wait's poller crashed in a row, in the same round. */
export interface Crashes {
	round: number;
	count: number;
}

/**
 * The state as it travels through n8n's database.
 * @param wait seconds until the next poll
 */
export function stateItem(
	{ round, turn, jobs }: State,
	wait: number,
	crashes?: Crashes,
): INodeExecutionData {
	return {
		json: {
			round,
			...(turn && { turn: { ...turn } }),
			jobs: jobs.map(pack),
			wait,
			...(crashes && { crashes: { ...crashes } }),
		},
	};
}

/**
 * The state in an item.
 * @throws {InputError} where it is not of this plan
 */
export function stateIn(item: INodeExecutionData | undefined, plan: Plan): State {
	const stored = item?.json;
	if (!isParkedState(stored) || stored.jobs.length !== plan.jobs.length) throw lostState();
	return { round: stored.round, turn: stored.turn, jobs: stored.jobs.map(unpack) };
}

/**
 * A plan, as the node of a sub-workflow holds it.
 * @throws {InputError} for anything else
 */
export function readPlan({ kinds }: Vendor, text: string): ParkedPlan {
	const plan = parseJson(text);
	if (!isPlan(plan) || !plan.jobs.every(({ type }) => Object.hasOwn(kinds, type)))
		throw lostState();
	// Version 0.1.0 knew of one role only.
	const { parent, supervisor, role = 'poll' } = plan as unknown as ParkedPlan;
	if (typeof parent !== 'string' || !ROLES.includes(role)) throw lostState();
	return { ...plan, parent, role, supervisor };
}

/**
 * Runs a sub-workflow that n8n keeps in its database, and parks this execution until it ends.
 *
 * @returns what the sub-workflow came out with, where it came to its end at once
 * @throws whatever n8n has against it
 */
export async function parkOn(
	context: IExecuteFunctions,
	workflow: IWorkflowBase,
	item: INodeExecutionData,
): Promise<{ parked: boolean; items: INodeExecutionData[] }> {
	const workflowId = String(context.getWorkflow().id);
	const result = await context.executeWorkflow({ code: workflow }, [item], undefined, {
		parentExecution: { executionId: context.getExecutionId(), workflowId, shouldResume: true },
		executionMode: context.getMode(),
	});
	const parked = (result.waitTill ?? null) !== null;
	if (!parked) return { parked, items: result.data?.[0] ?? [] };
	context.setMetadata({
		subExecution: { executionId: result.executionId, workflowId },
		subExecutionsCount: 1,
	});
	return { parked, items: [] };
}

/**
 * Hands a wait over to sub-executions that n8n keeps in its database, and parks this one until they end.
 *
 * @param wait seconds until the next poll
 * @returns what the output pane shows meanwhile
 * @throws {InputError} where the wait cannot be kept so; or whatever n8n has against the sub-execution
 */
export async function park(
	context: IExecuteFunctions,
	vendor: Vendor,
	plan: Plan,
	state: State,
	wait: number,
): Promise<INodeExecutionData[][]> {
	const parent = context.getExecutionId();
	const workflow = supervisingWorkflow(
		context.getNode(),
		{ ...plan, parent },
		context.getWorkflowSettings(),
	);
	const { parked, items } = await keepCredential(
		context,
		vendor,
		async () => await parkOn(context, workflow, stateItem(state, wait)),
	);
	const handover = parked ? undefined : handoverOf(items);
	if (handover && 'refused' in handover) throw new InputError(handover.refused.message);
	if (!parked) return [items];
	const left = running(plan, state).length;
	context.addExecutionHints({
		message: `${left} of ${plan.jobs.length} ${plan.jobs.length === 1 ? 'job is' : 'jobs are'} still running. The sub-execution polls ${left === 1 ? 'it' : 'them'} and wakes this workflow; no worker is held meanwhile. If you stop this execution, the sub-execution ends at its next poll.`,
		location: 'outputPane',
	});
	return [runningItems(vendor, plan, state)];
}
