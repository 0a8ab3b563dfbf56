import type { State, Vendor } from './job';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { InputError } from '../errors';
import { clock } from '../transport/clock';
import { toNodeError } from '../transport/nodeErrors';
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
import { handoverItem, handoverOf, wordsOf, type Handover, type Words } from './handover';
import { brokenOff, lostItems } from './output';
import { parkOn, stateIn, type Crashes, type ParkedPlan } from './parked';
import { SHORTEST_PARKED_SECONDS } from './schedule';
import { pollingWorkflow } from './subWorkflows';
import { lostState } from './stored';

/** So many crashes in a row without a finished poll are borne; one more ends the wait. */
const MOST_CRASHES = 5;

const pollerStopped = ({ name }: Vendor): Words => ({
	message: 'The sub-execution that polls the jobs was stopped',
	description: `The jobs themselves continue in ${name}. Run the workflow again to wait for them.`,
});

const LOST: Words = { message: lostState().message, description: lostState().hint };

const crashing = ({ name }: Vendor): Words => ({
	message: `n8n was ended ${MOST_CRASHES + 1} times in a row while it polled the jobs`,
	description: `The wait was given up. The jobs themselves continue in ${name}. Find out what ends n8n, then run the workflow again.`,
});

const OTHER_CREDENTIAL =
	'a field of its credential holds an expression that reads this workflow, which the sub-execution cannot read';

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
	vendor: Vendor,
	plan: ParkedPlan,
): Promise<INodeExecutionData[][]> {
	const [item] = context.getInputData();
	let state: State | undefined;
	try {
		if (await isOtherCredential(context, vendor, plan.parent))
			throw new InputError(OTHER_CREDENTIAL);
		state = stateIn(item, plan);
		const supervisor = context.getExecutionId();
		const { parked, items } = await parkOn(
			context,
			pollingWorkflow(context.getNode(), { ...plan, supervisor }, context.getWorkflowSettings()),
			{ json: item.json },
		);
		return [parked ? lostItems(vendor, plan, state, NOT_TAKEN_OVER) : items, []];
	} catch (error) {
		const { message: reason } = toNodeError(context.getNode(), error, {});
		const message =
			error instanceof InputError
				? reason
				: `n8n did not take the sub-execution that polls (${reason})`;
		// Before anything is parked, the execution that waits is at work still, and goes on waiting in memory.
		if (item?.json.crashes === undefined) return [[handoverItem({ refused: { message } })], []];
		const failure = toNodeError(context.getNode(), new InputError(message), {});
		return [[handoverItem(brokenOff(vendor, plan, state, failure))], []];
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

/** Seconds of a round of polls, at the most: those of import jobs may have to wait behind a hundred others. */
const LONGEST_POLL = 900;

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

/** After a crash: the state from which the next poller goes on, with one more crash; or the end of the wait. */
async function goOn(
	context: IExecuteFunctions,
	vendor: Vendor,
	plan: ParkedPlan,
): Promise<{ next: INodeExecutionData } | Handover> {
	const giveUp = ({ message, description }: Words, state?: State) => {
		const error = new InputError(message, description ?? undefined);
		return brokenOff(vendor, plan, state, toNodeError(context.getNode(), error, {}));
	};
	const abandoned = await abandonment(context, vendor, plan);
	if (abandoned) return { stopped: abandoned };
	const supervisor = await readExecution(context, context.getExecutionId());
	const id = childrenOf(supervisor).at(-1);
	const poller = id === undefined ? undefined : await readExecution(context, id);
	if (wasStopped(poller)) return giveUp(pollerStopped(vendor));
	const newest = newestState(plan, supervisor, poller, context.getInputData());
	if (newest === undefined) return giveUp(LOST);
	const now = clock.now();
	const lived = (now - (pollerBegan(supervisor) ?? now)) / 1000;
	const crashes = crashesWith(newest.json as never, lived);
	if (crashes.count > MOST_CRASHES) return giveUp(crashing(vendor), stateIn(newest, plan));
	// However long the interval: the poll that was killed is overdue.
	const wait = SHORTEST_PARKED_SECONDS;
	return { next: { json: { ...newest.json, wait, crashes: { ...crashes } } } };
}

/**
 * The second node of the supervisor: looks at how the poller ended. A handover is passed on; after a crash the state
 * goes back to {@link supervise}, on the second output.
 *
 * @throws {NodeOperationError} what the node in the workflow of the user is to fail with
 */
export async function check(
	context: IExecuteFunctions,
	vendor: Vendor,
	plan: ParkedPlan,
): Promise<INodeExecutionData[][]> {
	const failure = ({ message, description }: Words) =>
		toNodeError(context.getNode(), new InputError(message), { also: description ?? undefined });
	const input = context.getInputData();
	const handover = handoverOf(input) ?? (await goOn(context, vendor, plan));
	if ('next' in handover) return [[], [handover.next]];
	if ('ended' in handover) return [handover.ended.map((json) => ({ json })), []];
	if ('refused' in handover) return [input, []];
	throw failure(wordsOf(handover));
}
