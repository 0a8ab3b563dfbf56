import { createRandom } from '../random';
import type { Endpoint } from './endpoints';

/** The vendor's words for whether an endpoint is there. */
export type PresenceWord =
	| 'CONNECTED'
	| 'DISCONNECTED'
	| 'LOST'
	| 'UNINSTALLED'
	| 'VDI_PENDING_LOG_ON';

export interface Presence {
	status: PresenceWord;
	/** Epoch milliseconds. */
	lastSeen: number;
}

/** How an endpoint comes and goes. Times in milliseconds. */
interface Rhythm {
	/** Between two check-ins. */
	interval: number;
	/** Check-ins fall on so many after each full interval. */
	offset: number;
	/** Absent where it stays as it was at the epoch, by this word. */
	stays?: PresenceWord;
	/** From the beginning of one connection to that of the next. */
	period: number;
	/** How long of it the endpoint is connected. */
	connected: number;
	/** Where in its period it was at the epoch. */
	phase: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Shares of those that do not stay as they were. */
const RETURNING = 0.4;
const ROAMING = 0.15;
const UNINSTALLED = 0.25;
const WAITING_FOR_LOG_ON = 0.03;

function rhythmOf(seed: number, { id, status, habit }: Endpoint): Rhythm {
	const random = createRandom(seed, 'presence', id);
	const interval = random.integer(MINUTE_MS, 5 * MINUTE_MS);
	const offset = random.integer(0, interval - 1);
	const period = random.integer(2 * HOUR_MS, 24 * HOUR_MS);
	const connected = Math.floor(period * (0.5 + random.next() * 0.4));
	const planned = Object.keys(habit).length > 0;
	const chance = planned ? 1 : random.next();
	const from = status === 'CONNECTED' ? 0 : connected;
	const to = status === 'CONNECTED' ? connected : period;
	const rhythm = { interval, offset, period, connected, phase: random.integer(from, to - 1) };
	switch (status) {
		case 'CONNECTED':
			return chance < ROAMING ? rhythm : { ...rhythm, stays: status };
		case 'DISCONNECTED':
			if (chance < WAITING_FOR_LOG_ON) return { ...rhythm, stays: 'VDI_PENDING_LOG_ON' };
			return chance < RETURNING ? rhythm : { ...rhythm, stays: status };
		case 'LOST':
			return { ...rhythm, stays: chance < UNINSTALLED ? 'UNINSTALLED' : status };
	}
}

const rhythms = new WeakMap<Endpoint, Rhythm>();

/**
 * Whether an endpoint is there at a moment, and when it checked in last: worked out from the seed and the time, so a
 * restarted simulator finds it where it belongs.
 *
 * @param epoch the moment at which it was as it was made, epoch milliseconds
 * @param now epoch milliseconds, not before the epoch
 */
export function presenceAt(
	seed: number,
	endpoint: Endpoint,
	{ epoch, now }: { epoch: number; now: number },
): Presence {
	const rhythm = rhythms.get(endpoint) ?? rhythmOf(seed, endpoint);
	rhythms.set(endpoint, rhythm);
	const { interval, offset, period, connected, phase, stays } = rhythm;
	const checkInBefore = (moment: number) =>
		Math.floor((moment - offset) / interval) * interval + offset;
	// What it did before the epoch is known already.
	const newer = (seen: number) => (seen > epoch ? seen : endpoint.lastSeen);
	if (stays !== undefined) {
		const lastSeen = stays === 'CONNECTED' ? newer(checkInBefore(now)) : endpoint.lastSeen;
		return { status: stays, lastSeen };
	}
	const passed = now - epoch + phase;
	const began = epoch - phase + Math.floor(passed / period) * period;
	const isThere = passed % period < connected;
	const ended = began + connected;
	// It checks in as it connects, and never again after it was switched off.
	const seen = isThere ? Math.max(began, checkInBefore(now)) : checkInBefore(ended - 1);
	return {
		status: isThere ? 'CONNECTED' : 'DISCONNECTED',
		lastSeen: newer(seen),
	};
}
