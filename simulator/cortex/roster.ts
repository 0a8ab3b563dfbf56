import { createRandom } from '../random';
import { createEndpoint, createEndpoints, type Endpoint } from './endpoints';
import { presenceAt, type PresenceWord } from './presence';

/** An endpoint as it is now. */
export interface LiveEndpoint extends Omit<Endpoint, 'status'> {
	/** In the tenant's list, those that have been removed included. */
	position: number;
	status: PresenceWord;
	/** Shared by all endpoints behind the same router. */
	publicIp: string;
}

/** What survives a restart of endpoints that came and went. */
export interface RosterState {
	/** When each was enrolled, simulated epoch milliseconds, in order. */
	enrolled: number[];
	/** Positions. */
	removed: number[];
}

/** The tenant's endpoints, and who comes and goes. */
export interface Roster {
	/** By position, those that have been removed included. */
	endpoints: Endpoint[];
	/** As they are now, in order of their positions. */
	live(): LiveEndpoint[];
	/** How many of them there are. */
	size(): number;
	/** Enrols new ones, which are connected; returns their ids. */
	enrol(count: number): string[];
	/** Removes those with these ids, or so many that chance picks; returns their ids. */
	remove(which: string[] | number): string[];
	state(): RosterState;
}

/** Addresses that documentation uses: nobody's. Phones are on the road, all others behind the router of their site. */
function publicIpOf({ hostname, platform }: Endpoint): string {
	const road = platform === 'android';
	const random = createRandom('public-ip', road ? hostname : hostname.slice(0, 3));
	return `${road ? '198.51.100' : '203.0.113'}.${random.integer(1, 254)}`;
}

/** @param options.onChange called when there is something new to save */
export function createRoster(options: {
	seed: number;
	endpoints: number;
	epoch: number;
	now: () => number;
	saved?: RosterState;
	onChange: () => void;
}): Roster {
	const { seed, epoch, now, saved, onChange } = options;
	const endpoints = createEndpoints(seed, options.endpoints, epoch);
	const known = endpoints.length;
	const enrolled: number[] = [];
	const removed = new Set(saved?.removed);

	const enrolAt = (moment: number): Endpoint => {
		enrolled.push(moment);
		const made = createEndpoint(seed, endpoints.length, moment);
		// New ones have been in no group yet.
		const endpoint: Endpoint = {
			...made,
			groups: [],
			isolation: 'unisolated',
			scanStatus: 'none',
			firstSeen: moment,
			lastSeen: moment,
			status: 'CONNECTED',
		};
		endpoints.push(endpoint);
		return endpoint;
	};
	for (const moment of saved?.enrolled ?? []) enrolAt(moment);

	const present = () =>
		endpoints.flatMap((_, position) => (removed.has(position) ? [] : [position]));

	const picked = (count: number): number[] => {
		const random = createRandom(seed, 'removed', removed.size);
		const left = present();
		return Array.from({ length: Math.min(count, left.length) }, () =>
			left.splice(random.integer(0, left.length - 1), 1),
		).flat();
	};

	return {
		endpoints,
		live: () =>
			present().map((position) => {
				const { [position]: endpoint } = endpoints;
				const since = position < known ? epoch : enrolled[position - known];
				return {
					...endpoint,
					...presenceAt(seed, endpoint, { epoch: since, now: now() }),
					position,
					publicIp: publicIpOf(endpoint),
				};
			}),
		size: () => endpoints.length - removed.size,
		enrol(count) {
			const ids = Array.from({ length: count }, () => enrolAt(now()).id);
			if (count > 0) onChange();
			return ids;
		},
		remove(which) {
			const leaving =
				typeof which === 'number'
					? picked(which)
					: present().filter((position) => which.includes(endpoints[position].id));
			for (const position of leaving) removed.add(position);
			if (leaving.length > 0) onChange();
			return leaving.map((position) => endpoints[position].id);
		},
		state: () => ({ enrolled: [...enrolled], removed: [...removed] }),
	};
}
