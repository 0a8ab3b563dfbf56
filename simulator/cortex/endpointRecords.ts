import { createRandom } from '../random';
import type { IsolationWord } from './isolation';
import type { LiveEndpoint } from './roster';

export interface EndpointSort {
	field: 'endpoint_id' | 'first_seen' | 'last_seen';
	keyword: 'ASC' | 'DESC';
}

/** Of a search that asks for no order. */
export const DEFAULT_SORT: EndpointSort = { field: 'first_seen', keyword: 'DESC' };

const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);

const sortValue = {
	endpoint_id: ({ id }: LiveEndpoint) => id,
	first_seen: ({ firstSeen }: LiveEndpoint) => firstSeen,
	last_seen: ({ lastSeen }: LiveEndpoint) => lastSeen,
};

/** Endpoints in order; those with equal values as they were. */
export function sortEndpoints(
	endpoints: LiveEndpoint[],
	{ field, keyword }: EndpointSort,
): LiveEndpoint[] {
	const sign = keyword === 'ASC' ? 1 : -1;
	const { [field]: valueOf } = sortValue;
	return endpoints.toSorted((a, b) => sign * compare(valueOf(a), valueOf(b)));
}

const systems = {
	windows: { word: 'AGENT_OS_WINDOWS', versions: ['10.0.26100', '10.0.22631', '10.0.19045'] },
	macos: { word: 'AGENT_OS_MAC', versions: ['15.3.1', '14.7.4'] },
	linux: { word: 'AGENT_OS_LINUX', versions: ['24.04', '9.5'] },
	android: { word: 'AGENT_OS_ANDROID', versions: ['15', '14'] },
} as const;

const health = [
	{ word: 'PROTECTED', weight: 94 },
	{ word: 'PARTIALLY_PROTECTED', weight: 5 },
	{ word: 'UNPROTECTED', weight: 1 },
];

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

const typeOf = ({ platform, operatingSystem, users }: LiveEndpoint): string => {
	if (platform === 'android') return 'AGENT_TYPE_MOBILE';
	const isServer = operatingSystem.includes('Server') || users.includes('Administrator');
	return isServer ? 'AGENT_TYPE_SERVER' : 'AGENT_TYPE_WORKSTATION';
};

/** The variants of a field whose form the vendor leaves open. */
function directoryOf({ domain, hostname }: LiveEndpoint, form: number): string | string[] | null {
	const path = `CN=${hostname},OU=Computers,DC=${domain.replaceAll('.', ',DC=')}`;
	return [null, path, [path]][form];
}

/** One endpoint, as get_endpoint gives it. */
export function endpointRecord(
	seed: number,
	endpoint: LiveEndpoint,
	isolation: IsolationWord,
): object {
	const { id, groups, ips, platform, firstSeen, lastSeen, hostname, distribution } = endpoint;
	const random = createRandom(seed, 'record', id);
	const { word, versions } = systems[platform];
	const version = random.pick(['8.7.0.12345', '8.6.1.48901', '8.5.2.33210']);
	const protection = random.weighted(health).word;
	const contentAt = lastSeen - random.integer(HOUR_MS, 2 * DAY_MS);
	const details =
		protection === 'PROTECTED'
			? []
			: [{ title: 'Content', reason: 'The content of the agent is out of date' }];
	const mac = Array.from({ length: 6 }, () => random.hex(2)).join(':');
	const tag = `site:${hostname.split('-')[0]}`;
	return {
		endpoint_id: id,
		endpoint_name: hostname,
		endpointTags: tag,
		endpoint_type: typeOf(endpoint),
		endpoint_status: endpoint.status,
		os_type: word,
		os_version: random.pick(versions),
		operating_system: endpoint.operatingSystem,
		ip: ips.filter((address) => !address.includes(':')),
		ipv6: ips.filter((address) => address.includes(':')),
		public_ip: endpoint.publicIp,
		users: endpoint.users,
		domain: endpoint.domain,
		alias: endpoint.alias,
		first_seen: firstSeen,
		last_seen: lastSeen,
		install_date: firstSeen,
		endpoint_version: version,
		installation_package: distribution,
		content_version: `1890-${random.integer(10_000, 99_999)}`,
		content_status: random.weighted([
			{ word: 'UP_TO_DATE', weight: 95 },
			{ word: 'OUTDATED', weight: 5 },
		]).word,
		content_release_timestamp: contentAt - HOUR_MS,
		last_content_update_time: contentAt,
		active_directory: directoryOf(endpoint, random.integer(0, 2)),
		group_name: groups.length > 0 ? groups : null,
		is_isolated: isolation,
		isolated_date: isolation === 'AGENT_ISOLATED' ? firstSeen + HOUR_MS : null,
		operational_status: protection,
		operational_status_description: details.length > 0 ? JSON.stringify(details) : '[]',
		operational_status_details: details,
		scan_status: `SCAN_STATUS_${endpoint.scanStatus.toUpperCase()}`,
		mac_address: [mac],
		assigned_prevention_policy: `${platform === 'macos' ? 'macOS' : platform} Default`,
		assigned_extensions_policy: platform === 'windows' ? 'Windows Extensions' : '',
		tags: { server_tags: [tag], endpoint_tags: random.chance(0.2) ? ['vip'] : [] },
		cloud_provider: '',
		cloud_region: '',
		cloud_provider_account_id: '',
		cloud_instance_id: '',
		cloud_id: '',
	};
}
