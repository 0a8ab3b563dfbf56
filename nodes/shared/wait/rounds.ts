import { thousands } from '../transport/answer';
import { clock } from '../transport/clock';
import { sentences } from '../errors';
import { jobItem, type Ended } from './items';
import type { Job, Plan, Result, Settings, Source, State } from './job';
import { withNames } from './names';
import type { Ends } from './output';
import { complete, poll } from './polls';
import { pendingAfter, pollsOf, turnOf, type Pending } from './schedule';
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
	const { atOnce, oneByOne, turn } = turnOf(vendor, plan, before);
	const round = before.round + 1;
	const jobs = [...before.jobs];
	const ask = async (place: number) => {
		const { [place]: job } = plan.jobs;
		const { [place]: known } = before.jobs;
		const last = isDue(job, known, elapsedSeconds(plan));
		const answer = await poll(source, job, known, last);
		const polls = pollsOf(vendor, job, { ...before, round });
		const moment = { polls, elapsed: elapsedSeconds(plan), at: clock.now() };
		jobs[place] = afterPoll(known, answer, job, moment);
	};
	const inTurn = async () => {
		for (const place of oneByOne) await ask(place);
	};
	await Promise.all([...atOnce.map(ask), inTurn()]);
	return { round, turn, jobs };
}

/** That a job may have given back more than its item shows: the vendor does not say. */
function fullHint({ vendor }: Source, { type, id }: Job, { results }: Result): string | undefined {
	const { title, mostResults: most } = vendor.kinds[type];
	if (most === undefined || results?.length !== most.rows) return undefined;
	return `${title} ${id} may have found more than these ${thousands(most.rows)} rows. ${most.others}`;
}

/** That something of a job could not be fetched: its item says so too, but a success is rarely looked into. */
function missingHint({ vendor }: Source, { type, id }: Job, result: Result): string | undefined {
	const { title, noResults } = vendor.kinds[type];
	const [first] = result.errors;
	if (first === undefined) return undefined;
	return sentences(`${title} ${id}: ${first}`, result.results === null ? noResults : undefined);
}

/** What every job came out as, in the order of the plan. */
async function endsOf(source: Source, plan: Plan, state: State, results: Result[]): Promise<Ends> {
	const named = await withNames(source, plan, state, results);
	const ends = plan.jobs.map((job, index) =>
		jobItem(source.vendor, job, plan, state.jobs[index] as Ended, named.results[index]),
	);
	const hints = [
		named.hint,
		...named.results.flatMap((result, index) => {
			const { [index]: job } = plan.jobs;
			return [fullHint(source, job, result), missingHint(source, job, result)];
		}),
	];
	return { ends, hint: [...new Set(hints.filter(Boolean))].join(' ') || undefined };
}

/** What a round of polls brought: the end of the wait, or how it stands and when to go on. */
export type Round = Ends | { state: State; pending: Pending };

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
		const results = await Promise.all(
			plan.jobs.map(async (job, index) => await complete(source, job, state.jobs[index])),
		);
		const again = results.some((result) => result.again);
		const inTime = ({ timeout }: Settings) => timeout > elapsedSeconds(plan);
		waitFor = again ? plan.jobs.map(({ settings }) => settings).filter(inTime) : [];
		if (waitFor.length === 0) return await endsOf(source, plan, state, results);
	}
	const elapsed = elapsedSeconds(plan);
	return { state, pending: pendingAfter(source.vendor, plan, state, { elapsed, waitFor }) };
}
