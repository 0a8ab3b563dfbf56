import { clock } from '../transport/clock';
import { jobItem, type Ended, type JobItem } from './items';
import type { Plan, Settings, Source, State, Vendor } from './job';
import { complete, poll } from './polls';
import { isAsked, secondsApart, turnsOf, type Pending } from './schedule';
import { afterPoll, elapsedSeconds, isDue, running } from './state';

/**
 * Asks once for the jobs that are still running and whose turn it is. One job's end, or trouble, is none of the
 * others' business.
 *
 * Where the vendor limits the polls, each one waits for the one before, so that others get their turn in between.
 *
 * @throws {Cancelled} when the execution is stopped
 */
async function pollAll(source: Source, plan: Plan, before: State): Promise<State> {
	const { vendor } = source;
	const round = before.round + 1;
	const turns = turnsOf(vendor, plan);
	const polls = Math.ceil(round / turns);
	const jobs = [...before.jobs];
	const ask = async (index: number) => {
		const job = plan.jobs[index];
		const last = isDue(job, { polls, elapsed: elapsedSeconds(plan) });
		const answer = await poll(source, job, last);
		const moment = { polls, elapsed: elapsedSeconds(plan), at: clock.now() };
		jobs[index] = afterPoll(before.jobs[index], answer, job, moment);
	};
	const open = plan.jobs.flatMap((_, index) =>
		before.jobs[index].end || !isAsked(index, round, turns) ? [] : [index],
	);
	const oneByOne = open.filter((index) => secondsApart(vendor, plan.jobs[index]) > 0);
	const atOnce = open.filter((index) => !oneByOne.includes(index));
	const inTurn = async () => {
		for (const index of oneByOne) await ask(index);
	};
	await Promise.all([...atOnce.map(ask), inTurn()]);
	return { round, jobs };
}

/** What every job came out as, in the order of the plan, and whether what is missing may be there in a while. */
async function endsOf(source: Source, plan: Plan, state: State) {
	const results = await Promise.all(
		plan.jobs.map(async (job, index) => await complete(source, job, state.jobs[index])),
	);
	const items = plan.jobs.map((job, index) =>
		jobItem(source.vendor, job, plan, state.jobs[index] as Ended, results[index]),
	);
	return { items, again: results.some(({ again }) => again) };
}

/** What a round of polls brought: the end of the wait, or how it stands and when to go on. */
export type Round = { ends: JobItem[] } | { state: State; pending: Pending };

/**
 * One round: asks for the jobs that are still running, and once all have ended, for their results.
 *
 * Results that an outage kept back are fetched again in a later round, until the last deadline: a list of
 * parts that is missing could hide one that failed.
 *
 * @throws {Cancelled} when the execution is stopped
 */
export async function nextRound(source: Source, plan: Plan, before: State): Promise<Round> {
	const state = await pollAll(source, plan, before);
	let waitFor = running(plan, state);
	if (waitFor.length === 0) {
		const { items, again } = await endsOf(source, plan, state);
		const inTime = ({ timeout }: Settings) => timeout > elapsedSeconds(plan);
		waitFor = again ? plan.jobs.map(({ settings }) => settings).filter(inTime) : [];
		if (waitFor.length === 0) return { ends: items };
	}
	return { state, pending: pendingAfter(source.vendor, plan, state, waitFor) };
}

function pendingAfter(vendor: Vendor, plan: Plan, state: State, waitFor: Settings[]): Pending {
	const turns = turnsOf(vendor, plan);
	const { round } = state;
	const next = plan.jobs.filter(
		(_, index) => !state.jobs[index].end && isAsked(index, round + 1, turns),
	);
	const busy = next.reduce((seconds, job) => seconds + secondsApart(vendor, job), 0);
	return { running: waitFor, round, elapsed: elapsedSeconds(plan), turns, busy };
}
