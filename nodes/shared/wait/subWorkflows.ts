import type { INode, IWorkflowBase, IWorkflowSettings } from 'n8n-workflow';
import { withoutTool } from '../transport/tool';
import type { ParkedPlan, Role } from './parked';

/** Names of the nodes of the two sub-workflows; n8n stores what each of them has done under its name. */
export const NODES = {
	start: 'Start',
	supervise: 'Supervise',
	check: 'Check',
	wait: 'Wait',
	poll: 'Poll',
} as const;

/** What of a workflow's settings holds for its wait too: whether n8n keeps what was executed. */
const INHERITED = ['saveDataSuccessExecution', 'saveManualExecutions'] as const;

/**
 * The settings of both sub-workflows are their own: those of the parent would let a workflow that nobody may call
 * refuse its own wait, an error workflow fire twice, and a timeout end a wait that costs nothing.
 */
const settingsFrom = (parent: IWorkflowSettings): IWorkflowSettings => ({
	...Object.fromEntries(INHERITED.map((name) => [name, parent[name]])),
	// Where n8n deletes what failed, it also deletes what it finds crashed; the one that waits for it waits forever.
	saveDataErrorExecution: 'all',
	// What is stored of an execution that was killed is its state as of its last wait, not half a round.
	saveExecutionProgress: false,
	executionOrder: 'v1',
	callerPolicy: 'workflowsFromSameOwner',
	executionTimeout: -1,
});

/**
 * Seconds that are added to each wait. n8n's Wait node looks at the clock twice, and holds in the process what has become
 * shorter than 65 seconds in between: the supervisor would be at work for as long, and the poller find itself replaced.
 */
const MARGIN_SECONDS = 0.5;

const place = (name: string, column: number) => ({
	id: name,
	name,
	position: [column * 200, 0] as [number, number],
});

const start = {
	...place(NODES.start, 0),
	type: 'n8n-nodes-base.executeWorkflowTrigger',
	typeVersion: 1.1,
	parameters: { inputSource: 'passthrough' },
};

/** The node that waits, once more, in one of its other roles. */
const inRole = (
	{ type, typeVersion, credentials }: INode,
	plan: Omit<ParkedPlan, 'role'>,
	role: Role,
	[name, column]: [name: string, column: number],
) => ({
	...place(name, column),
	// Its sub-executions are no tools of anybody.
	type: withoutTool(type),
	typeVersion,
	credentials,
	parameters: { plan: JSON.stringify({ ...plan, role }) },
});

/**
 * @param nodes beside the one that starts it
 * @param next by the name of a node: which one follows each of its outputs
 */
const subWorkflow = (
	name: string,
	nodes: object[],
	next: Record<string, Array<string | undefined>>,
	parent: IWorkflowSettings,
) =>
	({
		name,
		active: false,
		nodes: [start, ...nodes],
		connections: Object.fromEntries(
			Object.entries(next).map(([from, outputs]) => [
				from,
				{ main: outputs.map((to) => (to ? [{ node: to, type: 'main', index: 0 }] : [])) },
			]),
		),
		settings: settingsFrom(parent),
	}) as unknown as IWorkflowBase;

/**
 * The sub-workflow that the waiting execution is parked on: starts the one that polls, waits for its end, and
 * starts another one where it was killed.
 *
 * @param parent settings of the workflow that waits
 */
export function supervisingWorkflow(
	node: INode,
	plan: Omit<ParkedPlan, 'role'>,
	parent: IWorkflowSettings,
): IWorkflowBase {
	const supervise = inRole(node, plan, 'supervise', [NODES.supervise, 1]);
	return subWorkflow(
		'Wait for Job (watches over the polls)',
		[
			// An end with an error is looked at like any other.
			{ ...supervise, onError: 'continueRegularOutput' },
			inRole(node, plan, 'check', [NODES.check, 2]),
		],
		{
			[NODES.start]: [NODES.supervise],
			[NODES.supervise]: [NODES.check],
			[NODES.check]: [undefined, NODES.supervise],
		},
		parent,
	);
}

/**
 * The sub-workflow that polls: n8n's own Wait node, then a round of polls, in a circle.
 * @param parent settings of the workflow that waits
 */
export function pollingWorkflow(
	node: INode,
	plan: Omit<ParkedPlan, 'role'>,
	parent: IWorkflowSettings,
): IWorkflowBase {
	const wait = {
		...place(NODES.wait, 1),
		type: 'n8n-nodes-base.wait',
		typeVersion: 1.1,
		parameters: {
			resume: 'timeInterval',
			amount: `={{ $json.wait + ${MARGIN_SECONDS} }}`,
			unit: 'seconds',
		},
	};
	return subWorkflow(
		'Wait for Job (polls)',
		[wait, inRole(node, plan, 'poll', [NODES.poll, 2])],
		{
			[NODES.start]: [NODES.wait],
			[NODES.wait]: [NODES.poll],
			[NODES.poll]: [undefined, NODES.wait],
		},
		parent,
	);
}
