import type { Tenant } from '../shared/cortex/ask';
import { pause } from '../shared/transport/clock';
import { elapsedSeconds, newState, pollAll, running, type State } from './rounds';
import { nextPoll } from './schedule';
import type { Plan } from './tracking';

/**
 * Waits in this process: to the end, or until it is time to park.
 *
 * @param mayPark whether the wait can go on in the database
 * @returns where the wait stands, and how many seconds until the next poll if it is to be parked
 * @throws {Cancelled} as soon as the execution is stopped
 */
export async function waitInMemory(
	tenant: Tenant,
	plan: Plan,
	mayPark: boolean,
	signal?: AbortSignal,
): Promise<{ state: State; parkFor?: number }> {
	let state = newState(plan);
	for (;;) {
		state = await pollAll(tenant, plan, state);
		const settings = running(plan, state);
		if (settings.length === 0) return { state };
		const waiting = { running: settings, round: state.round, elapsed: elapsedSeconds(plan) };
		const next = nextPoll(waiting, mayPark);
		if ('parked' in next) return { state, parkFor: next.parked };
		await pause(Math.ceil(next.inMemory * 1000), signal);
	}
}
