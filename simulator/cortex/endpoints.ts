import { createRandom, type Random } from '../random';

export type ConnectionStatus = 'CONNECTED' | 'DISCONNECTED' | 'LOST';

/** What an endpoint does in every action, where chance should not decide. */
export interface Habit {
	/** The word its actions end with. */
	outcome?: string;
	/** Offline at first, back after so many simulated seconds. */
	offlineSeconds?: number;
}

/** A computer with an agent. Times in epoch milliseconds. */
export interface Endpoint {
	id: string;
	hostname: string;
	alias: string;
	groups: string[];
	distribution: string;
	users: string[];
	/** IPv4 first. */
	ips: string[];
	platform: 'windows' | 'linux' | 'macos' | 'android';
	operatingSystem: string;
	isolation: 'isolated' | 'unisolated';
	scanStatus: string;
	firstSeen: number;
	lastSeen: number;
	domain: string;
	status: ConnectionStatus;
	habit: Habit;
}

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

const sites = ['ams', 'ber', 'lon', 'nyc', 'sgp'];

const departments = [
	{ code: 'fin', group: 'Finance Laptops', weight: 3 },
	{ code: 'hr', group: 'HR Laptops', weight: 2 },
	{ code: 'eng', group: 'Engineering Laptops', weight: 5 },
	{ code: 'sal', group: 'Sales Laptops', weight: 4 },
	// A comma in a name is what list fields that users type stumble over.
	{ code: 'lab', group: 'Labs, Building 7', weight: 1 },
];

const serverRoles = [
	{ code: 'web', groups: ['Servers', 'Production Servers'], weight: 4 },
	{ code: 'sql', groups: ['Servers', 'Production Servers'], weight: 2 },
	{ code: 'dc', groups: ['Servers', 'Production Servers', 'Domain Controllers'], weight: 1 },
	{ code: 'bld', groups: ['Servers', 'Build Servers'], weight: 2 },
	{ code: 'tst', groups: ['Servers', 'Test Servers'], weight: 3 },
];

const builds = [
	{
		kind: 'laptop',
		letters: 'lt',
		platform: 'windows',
		systems: ['Windows 11', 'Windows 10'],
		distribution: 'WinInstaller',
		weight: 55,
	},
	{
		kind: 'laptop',
		letters: 'mac',
		platform: 'macos',
		systems: ['macOS 15', 'macOS 14'],
		distribution: 'Mac-Installer',
		weight: 12,
	},
	{
		kind: 'server',
		letters: 'win',
		platform: 'windows',
		systems: ['Windows Server 2022', 'Windows Server 2019'],
		distribution: 'WinServers-Installer',
		weight: 12,
	},
	{
		kind: 'server',
		letters: 'lnx',
		platform: 'linux',
		systems: ['Ubuntu 24.04', 'Red Hat Enterprise Linux 9'],
		distribution: 'Linux-Shell-Installer',
		weight: 15,
	},
	{
		kind: 'phone',
		letters: 'and',
		platform: 'android',
		systems: ['Android 15', 'Android 14'],
		distribution: 'Android-Installer',
		weight: 6,
	},
] as const;

const connections: Array<{
	status: ConnectionStatus;
	fromMs: number;
	toMs: number;
	weight: number;
}> = [
	{ status: 'CONNECTED', fromMs: 0, toMs: HOUR_MS / 6, weight: 90 },
	{ status: 'DISCONNECTED', fromMs: HOUR_MS, toMs: 20 * DAY_MS, weight: 8 },
	{ status: 'LOST', fromMs: 30 * DAY_MS, toMs: 90 * DAY_MS, weight: 2 },
];

const scanStatuses = [
	{ word: 'none', weight: 40 },
	{ word: 'success', weight: 45 },
	{ word: 'pending', weight: 4 },
	{ word: 'in_progress', weight: 3 },
	{ word: 'error', weight: 3 },
	{ word: 'canceled', weight: 2 },
	{ word: 'aborted', weight: 2 },
	{ word: 'pending_cancellation', weight: 1 },
];

const firstNames = ['anna', 'ben', 'chris', 'dana', 'eva', 'farid', 'grace', 'hiro', 'ines', 'jan'];
const lastNames = ['smith', 'jansen', 'garcia', 'tanaka', 'weber', 'khan', 'rossi', 'novak'];

/** Small groups with fixed places in the list, for demos and tests: endpoint by endpoint, what each does. */
const plannedGroups: Array<{ group: string; prefix: string; habits: Habit[] }> = [
	{
		group: 'Demo Laptops',
		prefix: 'demo-lt',
		habits: Array.from({ length: 12 }, () => ({ outcome: 'COMPLETED_SUCCESSFULLY' })),
	},
	{
		group: 'Kiosks',
		prefix: 'kiosk',
		habits: [
			{ outcome: 'COMPLETED_SUCCESSFULLY' },
			{ outcome: 'COMPLETED_SUCCESSFULLY' },
			{ outcome: 'COMPLETED_SUCCESSFULLY' },
			{ outcome: 'FAILED' },
			{ outcome: 'COMPLETED_SUCCESSFULLY', offlineSeconds: 2 * 3600 },
		],
	},
];

const planned = plannedGroups.flatMap(({ group, prefix, habits }) =>
	habits.map((habit, index) => ({
		group,
		habit,
		hostname: `${prefix}-${String(index + 1).padStart(2, '0')}`,
	})),
);

const number = (index: number) => String(index).padStart(4, '0');

function nameAndGroups(random: Random, build: (typeof builds)[number], index: number) {
	const site = random.pick(sites);
	if (build.kind === 'server') {
		const role = random.weighted(serverRoles);
		return {
			hostname: `${site}-${role.code}-${build.letters}${number(index)}`,
			groups: role.groups,
		};
	}
	const { code, group } = random.weighted(departments);
	const hostname = `${site}-${code}-${build.letters}${number(index)}`;
	return { hostname, groups: [build.kind === 'phone' ? 'Mobile Devices' : group] };
}

/** The endpoint at a position, the same for the same seed and epoch. */
export function createEndpoint(seed: number, index: number, epoch: number): Endpoint {
	const random = createRandom(seed, 'endpoint', index);
	const plan = planned[index];
	const build = plan ? builds[0] : random.weighted(builds);
	const { hostname, groups } = plan
		? { hostname: plan.hostname, groups: [plan.group] }
		: nameAndGroups(random, build, index);
	const connection = plan
		? connections[plan.habit.offlineSeconds ? 1 : 0]
		: random.weighted(connections);
	const lastSeen = epoch - random.integer(connection.fromMs, connection.toMs);
	const isServer = build.kind === 'server';
	const user = `${random.pick(firstNames)}.${random.pick(lastNames)}`;
	const hasIpv6 = random.chance(0.3);
	return {
		id: random.hex(32),
		hostname,
		alias: random.chance(0.1) ? `Empfang Süd ${index}` : '',
		groups: [...groups],
		distribution: build.distribution,
		users: isServer ? ['Administrator'] : [user],
		// Site-like networks; the index makes each address unique.
		ips: [
			`10.${random.integer(16, 31)}.${index >> 8}.${index & 255}`,
			...(hasIpv6 ? [`fd12:3456:789a::${(index + 1).toString(16)}`] : []),
		],
		platform: build.platform,
		operatingSystem: random.pick(build.systems),
		isolation: !plan && random.chance(0.01) ? 'isolated' : 'unisolated',
		scanStatus: random.weighted(scanStatuses).word,
		firstSeen: lastSeen - random.integer(10 * DAY_MS, 900 * DAY_MS),
		lastSeen,
		domain: build.platform === 'android' ? 'WORKGROUP' : 'corp.example',
		status: connection.status,
		habit: plan?.habit ?? {},
	};
}

/** Those made last: tests start a simulator like the one before again and again. */
let last: { key: string; endpoints: Endpoint[] } | undefined;

/**
 * The tenant's endpoints, the same for the same seed and epoch (epoch milliseconds, the moment they are seen from).
 * The planned groups always exist, so there are never fewer than their members.
 */
export function createEndpoints(seed: number, count: number, epoch: number): Endpoint[] {
	const key = JSON.stringify([seed, count, epoch]);
	if (last?.key !== key) {
		const endpoints = Array.from({ length: Math.max(count, planned.length) }, (_, index) =>
			createEndpoint(seed, index, epoch),
		);
		last = { key, endpoints };
	}
	return last.endpoints.map((endpoint) => ({ ...endpoint }));
}
