import type { Tenant } from '../shared/cortex/ask';
import { pause } from '../shared/transport/clock';
import { nextRound, type State } from './rounds';
import { nextPoll, type Waiting } from './schedule';
import type { JobItem, Plan } from './tracking';

/** The end of a wait, or where it stands when it is time to park, and for how many seconds. */
export type InMemory = { ends: JobItem[] } | { state: State; waiting: Waiting; parkFor: number };

/**
 * Waits in this process: to the end, or until it is time to park.
 *
 * @param from where the wait stands
 * @param mayPark whether the wait can be kept in the database
 * @throws {Cancelled} as soon as the execution is stopped
 */
export async function waitInMemory(
	tenant: Tenant,
	plan: Plan,
	from: State,
	mayPark: boolean,
	signal?: AbortSignal,
): Promise<InMemory> {
	for (let before = from; ; ) {
		const round = await nextRound(tenant, plan, before);
		if ('ends' in round) return round;
		const { state, waiting } = round;
		const next = nextPoll(waiting, mayPark);
		if ('parked' in next) return { state, waiting, parkFor: next.parked };
		await pause(Math.ceil(next.inMemory * 1000), signal);
		before = state;
	}
}
