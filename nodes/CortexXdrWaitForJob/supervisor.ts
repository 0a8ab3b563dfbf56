import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { InputError } from '../shared/input/inputError';
import { clock } from '../shared/transport/clock';
import { toNodeError } from '../shared/transport/nodeErrors';
import { isOtherCredential } from './credential';
import {
	abandonment,
	childrenOf,
	pollerBegan,
	readExecution,
	runOf,
	wasStopped,
	type Stored,
} from './executions';
import { handoverItem, handoverOf, type Words } from './handover';
import { brokenItems, lastKnownLines, lostItems } from './output';
import { parkOn, stateIn, type Crashes, type ParkedPlan } from './parked';
import type { State } from './rounds';
import { pollingWorkflow } from './subWorkflows';
import { lostState } from './tracking';

/** So many crashes in a row without a finished poll are borne; one more ends the wait. */
const MOST_CRASHES = 5;

const POLLER_STOPPED: Words = {
	message: 'The sub-execution that polls the jobs was stopped',
	description: 'The jobs themselves continue in Cortex. Run the workflow again to wait for them.',
};

const LOST: Words = { message: lostState().message, description: lostState().hint };

const CRASHING: Words = {
	message: `n8n was ended ${MOST_CRASHES + 1} times in a row while it polled the jobs`,
	description:
		'The wait was given up. The jobs themselves continue in Cortex. Find out what ends n8n, then run the workflow again.',
};

/**
 * What a wait comes out as whose supervisor was killed in the milliseconds in which it is at work. Whoever looks at the
 * supervisor before sees it too, so it holds for a wait that goes on as well.
 */
const NOT_TAKEN_OVER =
	'The end of this wait has not been taken over, so it is not known how the job ended. If the wait is over, n8n was ended in that very moment: wait for the job once more. The job itself is not affected.';

/**
 * The first node of the supervisor: starts a poller, and is parked until it ends.
 *
 * What it returns is never the result of the wait: n8n replaces it with what the poller hands over. It is what the
 * execution that waits gets if n8n finds the supervisor crashed.
 */
export async function supervise(
	context: IExecuteFunctions,
	plan: ParkedPlan,
): Promise<INodeExecutionData[][]> {
	try {
		if (await isOtherCredential(context, plan.parent)) {
			const message =
				'a field of its credential holds an expression that reads this workflow, which the sub-execution cannot read';
			return [[handoverItem({ refused: { message } })], []];
		}
		const [item] = context.getInputData();
		const state = stateIn(item, plan);
		const supervisor = context.getExecutionId();
		const { parked, items } = await parkOn(
			context,
			pollingWorkflow(context.getNode(), { ...plan, supervisor }, context.getWorkflowSettings()),
			{ json: item.json },
		);
		return [parked ? lostItems(plan, state, NOT_TAKEN_OVER) : items, []];
	} catch (error) {
		const { message: reason } = toNodeError(context.getNode(), error, {});
		const message = `n8n did not take the sub-execution that polls (${reason})`;
		return [[handoverItem({ refused: { message } })], []];
	}
}

/** Whether an item holds a state of this plan. */
function isStateOf(plan: ParkedPlan, item: INodeExecutionData): boolean {
	try {
		return stateIn(item, plan).round > 0;
	} catch {
		return false;
	}
}

/**
 * The newest of the states that were stored before a crash: the poller's own, unless n8n has emptied its data (it
 * does so in queue mode), and what it began with.
 */
function newestState(
	plan: ParkedPlan,
	supervisor: Stored,
	poller: Stored | undefined,
	input: INodeExecutionData[],
): INodeExecutionData | undefined {
	const runs = Object.values(runOf(poller)?.resultData.runData ?? {}).flat();
	const outputs = [
		input,
		...(runOf(supervisor)?.executionData?.nodeExecutionStack[0]?.data?.main ?? []),
		...runs.flatMap(({ data }) => data?.main ?? []),
	];
	const round = ({ json }: INodeExecutionData) => Number(json.round);
	return outputs
		.flatMap((items) => items ?? [])
		.filter((item) => isStateOf(plan, item))
		.sort((a, b) => round(a) - round(b))
		.at(-1);
}

/** Seconds of a poll, at the most. */
const LONGEST_POLL = 300;

/**
 * How often the poller has crashed in a row with this crash.
 *
 * @param lived seconds that it lived. One that n8n has emptied has finished a poll if it lived long enough for one.
 */
export function crashesWith(
	{ round, wait, crashes }: { round: number; wait: number; crashes?: Crashes },
	lived: number,
): Crashes {
	const polled = lived > wait + LONGEST_POLL;
	const again = crashes?.round === round && !polled;
	return { round, count: again ? crashes.count + 1 : 1 };
}

/** The state from which the next poller goes on, with one more crash; or why there is no next one. */
async function afterCrash(
	context: IExecuteFunctions,
	plan: ParkedPlan,
	supervisor: Stored,
): Promise<{ item: INodeExecutionData } | { words: Words; state?: State }> {
	const id = childrenOf(supervisor).at(-1);
	const poller = id === undefined ? undefined : await readExecution(context, id);
	if (wasStopped(poller)) return { words: POLLER_STOPPED };
	const newest = newestState(plan, supervisor, poller, context.getInputData());
	if (newest === undefined) return { words: LOST };
	const now = clock.now();
	const lived = (now - (pollerBegan(supervisor) ?? now)) / 1000;
	const crashes = crashesWith(newest.json as never, lived);
	if (crashes.count > MOST_CRASHES) return { words: CRASHING, state: stateIn(newest, plan) };
	return { item: { json: { ...newest.json, crashes: { ...crashes } } } };
}

/**
 * The second node of the supervisor: looks at how the poller ended. A handover is passed on; after a crash the state
 * goes back to {@link supervise}, on the second output.
 *
 * @throws {NodeOperationError} what the node in the workflow of the user is to fail with
 */
export async function check(
	context: IExecuteFunctions,
	plan: ParkedPlan,
): Promise<INodeExecutionData[][]> {
	const failure = ({ message, description }: Words) =>
		toNodeError(context.getNode(), new InputError(message), { also: description ?? undefined });
	const giveUp = (words: Words, state?: State) => {
		if (plan.onError !== 'stop') return [brokenItems(plan, state, failure(words)), []];
		const lines = lastKnownLines(plan, state);
		const description = [words.description, lines].filter(Boolean).join('\n');
		throw failure({ ...words, description });
	};

	const supervisor = await readExecution(context, context.getExecutionId());
	const input = context.getInputData();
	const handover = handoverOf(input);
	if (handover) {
		if ('ended' in handover) return [handover.ended.map((json) => ({ json })), []];
		if ('failed' in handover) throw failure(handover.failed);
		if ('stopped' in handover) throw failure(handover.stopped);
		// Before anything is parked, the execution that waits is at work still, and goes on waiting in memory.
		return childrenOf(supervisor).length === 0 ? [input, []] : giveUp(handover.refused);
	}
	const abandoned = await abandonment(context, plan);
	if (abandoned) throw failure(abandoned);
	const next = await afterCrash(context, plan, supervisor);
	return 'item' in next ? [[], [next.item]] : giveUp(next.words, next.state);
}
