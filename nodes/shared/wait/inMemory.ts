import { pause } from '../transport/clock';
import type { Ends } from './output';
import { nextRound } from './rounds';
import { nextPoll, type Pending } from './schedule';
import type { Plan, Source, State } from './job';

/** The end of a wait, or where it stands when it is time to park, and for how many seconds. */
export type InMemory = Ends | { state: State; pending: Pending; parkFor: number };

/**
 * Waits in this process: to the end, or until it is time to park.
 *
 * @param from where the wait stands
 * @param mayPark whether the wait can be kept in the database
 * @throws {Cancelled} as soon as the execution is stopped
 */
export async function waitInMemory(
	source: Source,
	plan: Plan,
	from: State,
	mayPark: boolean,
	signal?: AbortSignal,
): Promise<InMemory> {
	for (let before = from; ; ) {
		const round = await nextRound(source, plan, before);
		if ('ends' in round) return round;
		const { state, pending } = round;
		const next = nextPoll(pending, mayPark);
		if ('parked' in next) return { state, pending, parkFor: next.parked };
		await pause(Math.ceil(next.inMemory * 1000), signal);
		before = state;
	}
}
