import type { Tenant } from '../shared/cortex/ask';
import { clock } from '../shared/transport/clock';
import { complete, poll } from './polls';
import type { Waiting } from './schedule';
import type { Settings } from './settings';
import {
	afterPoll,
	isDue,
	jobItem,
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

/** Where a wait begins: nobody has been asked yet. */
export const newState = (plan: Plan): State => ({
	round: 0,
	jobs: plan.jobs.map(() => ({ misses: 0 })),
});

/** Seconds since the wait began, restarts included. */
export const elapsedSeconds = (plan: Plan) => (clock.now() - plan.startedAt) / 1000;

/** Settings of the jobs that are still running. */
export const running = (plan: Plan, state: State) =>
	plan.jobs.flatMap(({ settings }, index) => (state.jobs[index].end ? [] : [settings]));

/**
 * Asks once for every job that is still running. One job's end, or trouble, is none of the others' business.
 * @throws {Cancelled} when the execution is stopped
 */
async function pollAll(tenant: Tenant, plan: Plan, before: State): Promise<State> {
	const round = before.round + 1;
	const jobs = await Promise.all(
		plan.jobs.map(async (job, index) => {
			const tracked = before.jobs[index];
			if (tracked.end) return tracked;
			const answer = await poll(tenant, job, isDue(job, round, elapsedSeconds(plan)));
			const at = { round, elapsed: elapsedSeconds(plan), now: clock.now() };
			return afterPoll(tracked, answer, job, at);
		}),
	);
	return { round, jobs };
}

/** What every job came out as, in the order of the plan, and whether what is missing may be there in a while. */
async function endsOf(tenant: Tenant, plan: Plan, state: State) {
	const details = await Promise.all(
		plan.jobs.map(async (job, index) => await complete(tenant, job, state.jobs[index])),
	);
	const items = plan.jobs.map((job, index) =>
		jobItem(job, plan, state.jobs[index] as Tracked & { end: End }, details[index]),
	);
	return { items, again: details.some(({ again }) => again) };
}

/** What a round of polls brought: the end of the wait, or how it stands and when to go on. */
export type Round = { ends: JobItem[] } | { state: State; waiting: Waiting };

/**
 * One round: asks for the jobs that are still running, and once all have ended, for their details.
 *
 * Details that an outage kept back are fetched again in a later round, until the last deadline: a list of
 * endpoints that is missing could hide one that failed.
 *
 * @throws {Cancelled} when the execution is stopped
 */
export async function nextRound(tenant: Tenant, plan: Plan, before: State): Promise<Round> {
	const state = await pollAll(tenant, plan, before);
	let waitFor = running(plan, state);
	if (waitFor.length === 0) {
		const { items, again } = await endsOf(tenant, plan, state);
		const inTime = ({ timeout }: Settings) => timeout > elapsedSeconds(plan);
		waitFor = again ? plan.jobs.map(({ settings }) => settings).filter(inTime) : [];
		if (waitFor.length === 0) return { ends: items };
	}
	const { round } = state;
	return { state, waiting: { running: waitFor, round, elapsed: elapsedSeconds(plan) } };
}
