import { createRandom } from '../random';
import type { LiveEndpoint } from './roster';
import { refusals } from './errors';
import type { StartedQuery } from './jobs';
import type { CortexSettings } from './settings';
import { mistakeIn, parseQuery } from './xqlLanguage';
import { datasets, runQuery, type Row } from './xqlRows';

/** What a started query is asked for. */
export interface QueryRequest {
	query: string;
	tenants?: string[];
	timeframe?: StartedQuery['timeframe'];
}

export type ResultFormat = 'json' | 'csv';

/** The queries of a tenant. */
export interface CortexQueries {
	/** Starts a query; returns its id. Throws what the tenant refuses it with. */
	start(request: QueryRequest): string;
	/** The reply to a look at a query; undefined: no such query. */
	results(id: string, options: { limit?: number; format: ResultFormat }): object | undefined;
	/** All rows behind a stream id; undefined: no such stream. */
	stream(streamId: string): Row[] | undefined;
	/** The query's word at the moment. */
	status(query: StartedQuery): string;
	quota(): object;
	newId(): string;
}

/** How long a query takes where nobody has planned it, in simulated seconds. */
const duration = { from: 5, to: 40 };

/** Rows that one answer holds at most. */
const MOST_IN_ANSWER = 1_000;

/** Rows that cost one compute unit to look at. */
const ROWS_A_UNIT = 100_000;

/** The tenant's own name, where a query names no others. */
const OWN_TENANT = 'simulator';

const DAY_MS = 24 * 3600 * 1000;

const rounded = (units: number) => Math.round(units * 10_000) / 10_000;

const csvField = (value: unknown) =>
	`"${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('"', '""')}"`;

function asCsv(rows: Row[]): string {
	const columns = Object.keys(rows[0] ?? {});
	const lines = rows.map((row) => columns.map((column) => csvField(row[column])).join(','));
	return [columns.join(','), ...lines].join('\n');
}

/** The queries of a tenant, all of them worked out from what was started and the simulated time. */
export function createQueries(parts: {
	seed: number;
	now: () => number;
	settings: CortexSettings;
	endpoints: () => LiveEndpoint[];
	/** How many of them there are: what all queries of a day have cost is asked for with every answer. */
	endpointsCount: () => number;
	/** Those started, whoever has. */
	queries: () => StartedQuery[];
	add: (query: StartedQuery) => string;
}): CortexQueries {
	const { seed, now, settings, endpoints, endpointsCount, queries, add } = parts;
	/** How often a fifth query was refused; of no consequence, so a restart forgets it. */
	let rejected = 0;

	const read = (text: string) => parseQuery(text, datasets);
	const run = ({ query }: StartedQuery) => runQuery(read(query), endpoints(), settings.testRows);
	const costOf = ({ query }: StartedQuery) => {
		const size = read(query).dataset === 'test_rows' ? settings.testRows : endpointsCount();
		return rounded(size / ROWS_A_UNIT);
	};
	const find = (id: string) => queries().find((query) => query.id === id);

	const endOf = ({ id, plan, startedAt }: StartedQuery) => {
		const chance = createRandom(seed, 'xqlQuery', id).integer(duration.from, duration.to);
		return startedAt + (plan?.durationSeconds ?? chance) * 1000;
	};
	const status = (query: StartedQuery) =>
		now() < endOf(query) ? 'PENDING' : (query.plan?.statuses[0] ?? 'SUCCESS');
	const isRunning = (query: StartedQuery) =>
		!/^(SUCCESS|PARTIAL_SUCCESS|FAIL|FAILED)$/i.test(status(query));

	const running = () => queries().filter(isRunning);
	/** Queries of this day, in UTC: the quota begins anew at midnight. */
	const ofToday = () => {
		const midnight = Math.floor(now() / DAY_MS) * DAY_MS;
		return queries().filter(({ startedAt }) => startedAt >= midnight);
	};
	const usedUnits = () => rounded(ofToday().reduce((sum, query) => sum + costOf(query), 0));
	const counters = () => ({
		remaining_quota: Math.max(0, rounded(settings.xqlUnitsPerDay - usedUnits())),
		total_daily_running_queries: ofToday().length,
		total_daily_concurrent_rejected_queries: rejected,
	});

	const newId = () => {
		for (let number = queries().length; ; number++) {
			const hex = createRandom(seed, 'query-id', number).hex(13);
			const id = `${hex}_${number + 1}_inv`;
			if (!find(id)) return id;
		}
	};

	return {
		status,
		newId,
		start(request) {
			const wrong = mistakeIn(request.query, datasets);
			if (wrong) throw refusals.badQuery(wrong);
			const { timeframe } = request;
			if (timeframe && 'from' in timeframe && timeframe.from > timeframe.to) {
				throw refusals.badTimeframe();
			}
			const { xqlUnitsPerDay: most, xqlAtOnce } = settings;
			const used = usedUnits();
			if (most > 0 && used >= most) throw refusals.queryQuota(used, most, counters());
			if (xqlAtOnce > 0 && running().length >= xqlAtOnce) {
				rejected++;
				throw refusals.tooManyQueries(counters());
			}
			return add({ kind: 'xqlQuery', id: newId(), startedAt: now(), ...request });
		},
		results(id, { limit, format }) {
			const query = find(id);
			if (!query) return undefined;
			const word = status(query);
			if (isRunning(query)) return { status: word };
			const tenants = query.tenants?.length ? query.tenants : [OWN_TENANT];
			const ended = {
				status: word,
				query_cost: Object.fromEntries(tenants.map((tenant) => [tenant, costOf(query)])),
				remaining_quota: counters().remaining_quota,
			};
			const why = query.plan?.errorLog;
			const reason = why === undefined ? {} : typeof why === 'string' ? { error: why } : { ...why };
			if (/^FAIL/i.test(word)) return { ...ended, ...reason };
			const rows = run(query);
			const inStream = rows.length > MOST_IN_ANSWER && (limit ?? Infinity) > MOST_IN_ANSWER;
			const shown = rows.slice(0, limit);
			const results = inStream
				? { stream_id: `${id}_stream` }
				: format === 'csv'
					? asCsv(shown)
					: { data: shown };
			return { ...ended, ...reason, number_of_results: rows.length, results };
		},
		stream(streamId) {
			const query = find(streamId.replace(/_stream$/, ''));
			return query && streamId !== query.id ? run(query) : undefined;
		},
		quota() {
			const active = running();
			return {
				license_quota: settings.xqlUnitsPerDay,
				additional_purchased_quota: 0,
				used_quota: usedUnits(),
				eval_quota: 0,
				...Object.fromEntries(
					Object.entries(counters()).filter(([name]) => name.startsWith('total_')),
				),
				max_daily_concurrent_active_query_count: settings.xqlAtOnce,
				current_concurrent_active_queries: Object.fromEntries(
					active.map(({ id, startedAt }) => [id, Math.round((now() - startedAt) / 1000)]),
				),
				current_concurrent_active_queries_count: active.length,
			};
		},
	};
}
