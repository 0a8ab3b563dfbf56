import type { INode, INodeExecutionData, IWorkflowBase } from 'n8n-workflow';
import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import type { EngineOptions, EngineResult } from './engine';
import type { World } from './world';

/** A wait that was followed to its end, through the database if it was parked. */
export interface Waited extends EngineResult {
	/** Whether it was parked, and the seconds of each wait in the database. */
	parked: number[];
	/** The first part of the wait, as the parked execution stands in the editor. */
	first: EngineResult;
	/** The sub-workflow, where there was one. */
	workflow?: IWorkflowBase;
	/** The state that travelled, round by round. */
	states: Array<INodeExecutionData['json']>;
}

export interface WaitOptions extends Partial<EngineOptions> {
	/** n8n has this against the sub-execution. */
	refuseSubWorkflow?: string;
	/** What is different once the wait is parked. */
	brokenRounds?: Partial<EngineOptions>;
	/** Called when the first round of a parked wait is about to begin. */
	onFirstRound?: () => void;
}

/**
 * Runs Wait for Job to its end. n8n's part in a parked wait is played here: it keeps the state, lets the time
 * pass that the state asks for, and runs the sub-workflow's node again.
 */
export async function waitFor(
	world: World,
	parameters: INode['parameters'],
	{ refuseSubWorkflow, brokenRounds, onFirstRound, ...options }: WaitOptions = {},
): Promise<Waited> {
	let workflow: IWorkflowBase | undefined;
	let items: INodeExecutionData[] = [];
	const node = new CortexXdrWaitForJob();
	const first = await world.run(
		node,
		{ jobType: 'endpointAction', pollInterval: 10, timeout: 60, options: {}, ...parameters },
		{
			...options,
			onSubWorkflow(code, input) {
				if (refuseSubWorkflow !== undefined) throw new Error(refuseSubWorkflow);
				workflow = JSON.parse(JSON.stringify(code)) as IWorkflowBase;
				items = input;
			},
		},
	);
	const parked: number[] = [];
	const states: Waited['states'] = [];
	let last = first;
	const poll = workflow?.nodes.find(({ name }) => name === 'Poll');
	while (poll) {
		const [{ json }] = items;
		states.push(json);
		parked.push(Number(json.wait));
		world.clock.advance(Number(json.wait) * 1000);
		if (parked.length === 1) onFirstRound?.();
		last = await world.run(new CortexXdrWaitForJob(), poll.parameters, {
			credentials: options.credentials ?? world.credentials,
			...brokenRounds,
			items: [JSON.parse(JSON.stringify(json)) as Record<string, unknown>],
		});
		if (last.error || last.outputs[0]?.length > 0) break;
		items = last.outputs[1];
	}
	return { ...last, parked, first, workflow, states };
}
