import { createHash } from 'node:crypto';

import type { LiveEndpoint } from './roster';
import type { Condition, Query, Stage } from './xqlLanguage';

export type Row = Record<string, unknown>;

const systems: Record<LiveEndpoint['platform'], string> = {
	windows: 'AGENT_OS_WINDOWS',
	linux: 'AGENT_OS_LINUX',
	macos: 'AGENT_OS_MAC',
	android: 'AGENT_OS_ANDROID',
};

/** Columns of the dataset `endpoints`, by their names there. */
const endpointColumns: Record<string, (endpoint: LiveEndpoint) => unknown> = {
	endpoint_id: ({ id }) => id,
	endpoint_name: ({ hostname }) => hostname,
	endpoint_alias: ({ alias }) => alias || null,
	endpoint_status: ({ status }) => status,
	endpoint_isolated: ({ isolation }) =>
		isolation === 'isolated' ? 'AGENT_ISOLATED' : 'AGENT_UNISOLATED',
	ip_address: ({ ips }) => ips,
	platform: ({ platform }) => systems[platform],
	operating_system: ({ operatingSystem }) => operatingSystem,
	group_names: ({ groups }) => groups,
	user: ({ users }) => users[0] ?? null,
	domain: ({ domain }) => domain,
	first_seen: ({ firstSeen }) => firstSeen,
	last_seen: ({ lastSeen }) => lastSeen,
};

/** A file that was started on some of the demo laptops: what a hunt in `xdr_data` finds. */
export const seededFile = {
	name: 'invoice.exe',
	sha256: createHash('sha256').update('invoice.exe of the simulator').digest('hex'),
};

const HOUR_MS = 3600 * 1000;

/** Columns of the dataset `xdr_data`, by their names there: a start of the seeded file. */
const processColumns: Record<string, (endpoint: LiveEndpoint) => unknown> = {
	_time: ({ firstSeen }) => firstSeen + HOUR_MS,
	event_type: () => 'PROCESS',
	agent_id: ({ id }) => id,
	agent_hostname: ({ hostname }) => hostname,
	actor_effective_username: ({ users }) => users[0],
	action_process_image_name: () => seededFile.name,
	action_process_image_path: (endpoint) => pathOf(endpoint),
	action_process_image_command_line: (endpoint) => `"${pathOf(endpoint)}"`,
	action_process_image_sha256: () => seededFile.sha256,
};

const pathOf = ({ users }: LiveEndpoint) => `C:\\Users\\${users[0]}\\Downloads\\${seededFile.name}`;

const hasStartedFile = ({ hostname }: LiveEndpoint) => /^demo-lt-0[37]$/.test(hostname);

/** The datasets of the tenant, with their columns: `test_rows` has as many rows as a setting says. */
export const datasets = {
	endpoints: Object.keys(endpointColumns),
	xdr_data: Object.keys(processColumns),
	test_rows: ['row', 'name', 'even'],
} as const;

const testRow = (row: number): Row => ({
	row,
	name: `row-${row}`,
	// As the vendor writes what is true or not there.
	even: row % 2 === 0 ? 'TRUE' : 'NULL',
});

function rowsOf(dataset: string, endpoints: LiveEndpoint[], testRows: number): Row[] {
	if (dataset === 'test_rows') return Array.from({ length: testRows }, (_, at) => testRow(at + 1));
	const isProcess = dataset === 'xdr_data';
	const columns = Object.entries(isProcess ? processColumns : endpointColumns);
	return endpoints
		.filter((endpoint) => !isProcess || hasStartedFile(endpoint))
		.map((endpoint) =>
			Object.fromEntries(columns.map(([column, valueOf]) => [column, valueOf(endpoint)])),
		);
}

const escaped = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

/** Whether a value fits a text of a query, in which an asterisk stands for anything. */
const fitsText = (own: unknown, wanted: string) =>
	new RegExp(`^${escaped(wanted).replaceAll('*', '[^]*')}$`).test(String(own));

const equals = (own: unknown, wanted: unknown): boolean =>
	typeof wanted === 'string' && own !== null ? fitsText(own, wanted) : own === wanted;

const operators: Record<string, (own: unknown, wanted: unknown) => boolean> = {
	'=': equals,
	'!=': (own, wanted) => !equals(own, wanted),
	'>': (own, wanted) => Number(own) > Number(wanted),
	'>=': (own, wanted) => Number(own) >= Number(wanted),
	'<': (own, wanted) => Number(own) < Number(wanted),
	'<=': (own, wanted) => Number(own) <= Number(wanted),
	'~=': (own, wanted) => new RegExp(String(wanted), 'i').test(String(own)),
	contains: (own, wanted) => String(own).toLowerCase().includes(String(wanted).toLowerCase()),
	in: equals,
};

function holds(condition: Condition, row: Row): boolean {
	if ('all' in condition) return condition.all.every((one) => holds(one, row));
	if ('any' in condition) return condition.any.some((one) => holds(one, row));
	if ('not' in condition) return !holds(condition.not, row);
	const { field, operator, values } = condition;
	const own = Array.isArray(row[field]) ? row[field] : [row[field]];
	const fits = (one: unknown) => values.some((wanted) => operators[operator](one, wanted));
	return operator === '!=' ? own.every(fits) : own.some(fits);
}

function compare(a: unknown, b: unknown): number {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	const [first, second] = [String(a), String(b)];
	return first < second ? -1 : first > second ? 1 : 0;
}

function counted(rows: Row[], { as, by }: Extract<Stage, { kind: 'count' }>): Row[] {
	const groups = new Map<string, Row>();
	for (const row of rows) {
		const key = JSON.stringify(by.map((field) => row[field]));
		const known = groups.get(key) ?? {
			...Object.fromEntries(by.map((field) => [field, row[field]])),
			[as]: 0,
		};
		groups.set(key, { ...known, [as]: Number(known[as]) + 1 });
	}
	if (by.length === 0 && groups.size === 0) return [{ [as]: 0 }];
	return [...groups.values()];
}

function through(rows: Row[], stage: Stage): Row[] {
	switch (stage.kind) {
		case 'filter':
			return rows.filter((row) => holds(stage.condition, row));
		case 'fields':
			return rows.map((row) =>
				Object.fromEntries(stage.columns.map(({ field, as }) => [as, row[field]])),
			);
		case 'sort':
			return [...rows].sort((a, b) =>
				stage.by.reduce(
					(order, { field, descending }) =>
						order || compare(a[field], b[field]) * (descending ? -1 : 1),
					0,
				),
			);
		case 'limit':
			return rows.slice(0, stage.rows);
		case 'count':
			return counted(rows, stage);
	}
}

/** What the vendor takes where a query has no limit. */
const MOST_ROWS = 1_000_000;

/** The rows that a query gives. */
export function runQuery(
	{ dataset, stages }: Query,
	endpoints: LiveEndpoint[],
	testRows: number,
): Row[] {
	return stages.reduce(through, rowsOf(dataset, endpoints, testRows)).slice(0, MOST_ROWS);
}
