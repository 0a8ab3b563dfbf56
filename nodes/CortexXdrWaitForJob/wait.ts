import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { tenantOf } from '../shared/cortex/ask';
import { CORTEX_CREDENTIAL } from '../shared/cortex/send';
import { InputError } from '../shared/input/inputError';
import { Cancelled } from '../shared/transport/clock';
import { failedItem, toNodeError } from '../shared/transport/nodeErrors';
import { secretsOf, withoutSecrets } from '../shared/transport/secrets';
import { isTool } from '../shared/transport/tool';
import { waitInMemory } from './inMemory';
import { Abandoned, park, parkedRound, readPlan, stateOf, whyNotParked } from './parked';
import { newState, outputItems, type State } from './rounds';
import { readJob, type Job } from './settings';
import { lastKnown, startPlan, summaryOf, type JobItem, type Plan } from './tracking';

/** Longest wait as a tool, in minutes: an agent, and the person talking to it, sit there meanwhile. */
const LONGEST_TOOL_MINUTES = 5;

/** What the node's items wait for. Where On Error says to continue, an item that cannot be read takes no job. */
function planOf(context: IExecuteFunctions): Plan {
	const { onError } = context.getNode();
	const stop = !context.continueOnFail();
	const longest = isTool(context.getNode()) ? LONGEST_TOOL_MINUTES : undefined;
	const jobs: Job[] = [];
	const places = new Map<string, number>();
	const items = context.getInputData().map((_, item): Plan['items'][number] => {
		const parameter = (name: string) => context.getNodeParameter(name, item, undefined) as unknown;
		try {
			const job = readJob(
				{
					jobType: parameter('jobType'),
					jobId: parameter('jobId'),
					pollInterval: parameter('pollInterval'),
					timeout: parameter('timeout'),
					options: (parameter('options') ?? {}) as Record<string, unknown>,
				},
				longest,
			);
			const key = JSON.stringify(job);
			const place = places.get(key) ?? jobs.push(job) - 1;
			places.set(key, place);
			return place;
		} catch (error) {
			const failure = toNodeError(context.getNode(), error, { itemIndex: item });
			if (stop) throw failure;
			return { refusal: failure.message, hint: failure.description ?? undefined };
		}
	});
	return startPlan({
		jobs,
		items,
		onError: stop ? 'stop' : onError === 'continueErrorOutput' ? 'errorOutput' : 'continue',
	});
}

/**
 * The output of a wait that has ended.
 * @throws {NodeOperationError} where On Error says to stop and not every job succeeded
 */
async function outputOf(
	context: IExecuteFunctions,
	plan: Plan,
	ends: JobItem[],
): Promise<INodeExecutionData[]> {
	const summary = plan.onError === 'stop' ? summaryOf(ends) : undefined;
	if (summary === undefined) return outputItems(plan, ends);
	const also = withoutSecrets(summary.description, await secretsOf(context, CORTEX_CREDENTIAL));
	throw toNodeError(context.getNode(), new InputError(summary.message), { also });
}

/** Waits for the jobs of the node's items, first in memory, then in n8n's database where that is possible. */
async function wait(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const plan = planOf(context);
	const tenant = await tenantOf(context);
	const signal = context.getExecutionCancelSignal();
	const modes = new Set(plan.jobs.map(({ settings }) => settings.waitMode));
	let obstacle =
		whyNotParked(context) ??
		(modes.size > 1 ? 'Wait Mode is set to In Memory for some of the items' : undefined);
	const mayPark = obstacle === undefined && !modes.has('inMemory');

	let waited = await waitInMemory(tenant, plan, newState(plan), mayPark, signal);
	if ('parkFor' in waited) {
		try {
			return await park(context, plan, waited.state, waited.parkFor);
		} catch (error) {
			// What n8n has against the sub-execution is no reason to lose the jobs.
			const { message } = toNodeError(context.getNode(), error, {});
			obstacle = `n8n did not take the sub-execution that keeps it in the database (${message})`;
			waited = await waitInMemory(tenant, plan, waited.state, false, signal);
		}
	}
	if (obstacle !== undefined && modes.has('auto')) {
		context.addExecutionHints({
			message: `This wait stayed in memory because ${obstacle}. It holds a worker, and is lost when n8n restarts.`,
			location: 'outputPane',
		});
	}
	return 'ends' in waited ? [await outputOf(context, plan, waited.ends)] : [];
}

/**
 * Runs Wait for Job in the workflow that a user has built.
 *
 * Where On Error says to continue, every input item comes out, whatever happens: n8n itself would hand the input
 * on as if it had succeeded.
 */
export async function waitForJobs(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		return await wait(context);
	} catch (error) {
		const secrets = await secretsOf(context, CORTEX_CREDENTIAL);
		const failure = toNodeError(context.getNode(), error, { secrets });
		if (error instanceof Cancelled || !context.continueOnFail()) throw failure;
		return [context.getInputData().map((_, item) => failedItem(failure, item))];
	}
}

/** An item for each input item of a wait that broke off, with what was known of its job. */
function brokenItems(
	plan: Plan,
	state: State | undefined,
	failure: ReturnType<typeof toNodeError>,
): INodeExecutionData[] {
	return plan.items.map((entry, item) => {
		const { json, pairedItem } = failedItem(failure, item);
		if (typeof entry !== 'number') return { json, pairedItem };
		const { type, id } = plan.jobs[entry];
		const { status, progress, by_status } = state?.jobs[entry].standing ?? {};
		const known = { job_type: type, job_id: id, status, progress, by_status };
		return {
			json: { ...json, details: { ...(json.details as object), ...known } },
			pairedItem,
		} as INodeExecutionData;
	});
}

/**
 * Runs Wait for Job in the sub-execution that keeps a parked wait: one round.
 *
 * @param text the plan, as the sub-workflow holds it
 * @returns the items of the parent's output on the first output, or the state for the next round on the second
 */
export async function goOnWaiting(
	context: IExecuteFunctions,
	text: string,
): Promise<INodeExecutionData[][]> {
	let plan: Plan | undefined;
	let state: State | undefined;
	try {
		const parked = readPlan(text);
		plan = parked;
		state = stateOf(context, parked);
		const round = await parkedRound(context, parked, state);
		return 'ends' in round ? [await outputOf(context, plan, round.ends), []] : [[], round.next];
	} catch (error) {
		const secrets = await secretsOf(context, CORTEX_CREDENTIAL);
		const failure = (also?: string) => toNodeError(context.getNode(), error, { secrets, also });
		// Nobody takes the result of a wait that was stopped, and nobody knows what to make of no plan.
		const told = error instanceof Cancelled || error instanceof Abandoned;
		if (plan === undefined || told) throw failure();
		if (plan.onError !== 'stop') return [brokenItems(plan, state, failure()), []];
		const { jobs } = plan;
		throw failure(state?.jobs.map((tracked, index) => lastKnown(jobs[index], tracked)).join('\n'));
	}
}
