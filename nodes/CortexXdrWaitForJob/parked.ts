import {
	WAIT_FOR_SUB_EXECUTION,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type IWorkflowBase,
	type IWorkflowSettings,
} from 'n8n-workflow';
import { tenantOf } from '../shared/cortex/ask';
import { InputError } from '../shared/input/inputError';
import { isObject, parseJson } from '../shared/transport/answer';
import { isTool } from '../shared/transport/tool';
import { nextRound, running, type State } from './rounds';
import { parkedSeconds } from './schedule';
import {
	isParkedState,
	isPlan,
	lostState,
	pack,
	unpack,
	type JobItem,
	type Plan,
} from './tracking';

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

/** What of a workflow's settings holds for its wait too: whether n8n keeps what was executed. */
const INHERITED = [
	'saveDataErrorExecution',
	'saveDataSuccessExecution',
	'saveManualExecutions',
] as const;

/**
 * The sub-workflow that keeps a wait: a round of polls, then n8n's own Wait node, in a circle.
 *
 * It brings its own settings: those of the parent would let a workflow that nobody may call refuse its own
 * wait, and an error workflow fire twice.
 *
 * @param parent settings of the workflow that waits
 */
export function waitingWorkflow(
	node: INode,
	plan: ParkedPlan,
	parent: IWorkflowSettings,
): IWorkflowBase {
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
		settings: {
			...Object.fromEntries(INHERITED.map((name) => [name, parent[name]])),
			executionOrder: 'v1',
			callerPolicy: 'workflowsFromSameOwner',
		},
	} as unknown as IWorkflowBase;
}

/**
 * Hands a wait over to a sub-execution that n8n keeps in its database, and parks this one until it ends.
 *
 * @param wait seconds until the next poll
 * @returns the output for the case that the host runs the sub-execution to its end at once
 * @throws whatever n8n has against the sub-execution
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
		{
			code: waitingWorkflow(context.getNode(), { ...plan, parent }, context.getWorkflowSettings()),
		},
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

/** The execution that a wait works for was stopped or deleted. */
export class Abandoned extends InputError {}

/**
 * The state that the round before left.
 * @throws {InputError} where it is not of this plan
 */
export function stateOf(context: IExecuteFunctions, plan: Plan): State {
	const stored = context.getInputData()[0]?.json;
	if (!isParkedState(stored) || stored.jobs.length !== plan.jobs.length) throw lostState();
	return { round: stored.round, jobs: stored.jobs.map(unpack) };
}

/**
 * One round of a parked wait, in the sub-execution.
 *
 * @returns what each job came out as, or the items for the next round
 * @throws {Abandoned} without asking, if the execution that waits was stopped or deleted
 */
export async function parkedRound(
	context: IExecuteFunctions,
	plan: ParkedPlan,
	before: State,
): Promise<{ ends: JobItem[] } | { next: INodeExecutionData[] }> {
	if (await isAbandoned(context, plan.parent)) {
		throw new Abandoned(
			'The execution that waits was stopped',
			`Execution ${plan.parent} was stopped or deleted, so this one has given up the wait. The jobs themselves continue in Cortex.`,
		);
	}
	const round = await nextRound(await tenantOf(context), plan, before);
	if ('ends' in round) return round;
	return { next: [stateItem(round.state, parkedSeconds(round.waiting))] };
}

/**
 * A plan, as the sub-workflow's node holds it.
 * @throws {InputError} for anything else
 */
export function readPlan(text: string): ParkedPlan {
	const plan = parseJson(text);
	const parent = isObject(plan) ? plan.parent : undefined;
	if (!isPlan(plan) || typeof parent !== 'string') throw lostState();
	return { ...plan, parent };
}
