import type { INodeExecutionData } from 'n8n-workflow';
import type { Tenant } from '../shared/cortex/ask';
import { clock } from '../shared/transport/clock';
import { complete, poll } from './polls';
import {
	afterPoll,
	failureText,
	jobItem,
	summaryOf,
	type End,
	type JobItem,
	type Plan,
	type Tracked,
} from './tracking';

/** Where a wait stands. */
export interface State {
	/** How many rounds of polls there were. */
	round: number;
	/** One for each job of the plan. */
	jobs: Tracked[];
}

export const newState = (plan: Plan): State => ({
	round: 0,
	jobs: plan.jobs.map(() => ({ misses: 0 })),
});

export const elapsedSeconds = (plan: Plan) => (clock.now() - plan.startedAt) / 1000;

/** Settings of the jobs that are still running. */
export const running = (plan: Plan, state: State) =>
	plan.jobs.flatMap(({ settings }, index) => (state.jobs[index].end ? [] : [settings]));

/**
 * Asks once for every job that is still running. One job's end, or trouble, is none of the others' business.
 * @throws {Cancelled} when the execution is stopped
 */
export async function pollAll(tenant: Tenant, plan: Plan, before: State): Promise<State> {
	const round = before.round + 1;
	const jobs = await Promise.all(
		plan.jobs.map(async (job, index) => {
			const tracked = before.jobs[index];
			if (tracked.end) return tracked;
			const answer = await poll(tenant, job);
			const at = { round, elapsed: elapsedSeconds(plan), now: clock.now() };
			return afterPoll(tracked, answer, job, at);
		}),
	);
	return { round, jobs };
}

function outputItem(item: JobItem, onError: Plan['onError']): INodeExecutionData['json'] {
	if (onError !== 'errorOutput' || item.outcome === 'succeeded') return item as never;
	// n8n takes an item with just these keys to the error output, and adds the fields of its input.
	return { error: failureText(item), details: item as never };
}

/**
 * The output of a wait that has ended: one item for each input item, in their order. n8n links a parked wait's
 * items by that order.
 *
 * @throws {InputError} where On Error says to stop and not every job succeeded
 * @throws {Cancelled} when the execution is stopped
 */
export async function outputItems(
	tenant: Tenant,
	plan: Plan,
	state: State,
): Promise<INodeExecutionData[]> {
	const jobs = await Promise.all(
		plan.jobs.map(async (job, index) => {
			const { tracked, details } = await complete(tenant, job, state.jobs[index]);
			return jobItem(job, plan, tracked as Tracked & { end: End }, details);
		}),
	);
	const failure = plan.onError === 'stop' ? summaryOf(jobs) : undefined;
	if (failure) throw failure;
	return plan.items.map((entry, item) => ({
		json:
			typeof entry === 'number'
				? outputItem(jobs[entry], plan.onError)
				: { error: entry.refusal, details: entry.hint ? { description: entry.hint } : {} },
		pairedItem: { item },
	}));
}
