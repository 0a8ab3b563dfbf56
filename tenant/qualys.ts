/* What the nodes read of the Qualys gateway. Sources: the vendor's pages of each call; much of them is cut. */
import { assetJobOf, outputOf } from '../nodes/shared/qualys/assetJobs';
import { readReply } from '../nodes/shared/qualys/reply';
import type { JsonObject } from '../nodes/shared/json';
import type { Known, Probe, Surroundings, Vendor } from './probe';
import { documented, each, needed, optional, orNull, type Field, type Shape } from './shapes';

const ID: Shape = { either: ['text', 'number'] };

const JOB: Shape = {
	fields: {
		id: needed(ID),
		scriptId: needed(ID),
		correlationUuid: needed(orNull('text')),
		created: needed({
			fields: {
				dateTime: needed('number'),
				user: optional(orNull({ fields: each(['id', 'name'], documented(orNull(ID))) })),
			},
		}),
		title: documented('text'),
		category: documented(orNull({ fields: { id: documented(ID), name: documented('text') } })),
		...each(
			['customerUuid', 'platform', 'executionType', 'scriptType'],
			documented(orNull('text')),
		),
		...each(['updatedDateTime', 'severity', 'threshold'], documented(orNull('number'))),
		...each(['test', 'isTest'], documented('true or false')),
		// In the vendor's sample of version 2 only.
		...each(
			['scriptLanguage', 'description', 'executorAppName', 'contentMasifKey', 'thresholdTimeUnit'],
			optional(orNull('text')),
		),
		...each(['thresholdNew', 'rebootDelayInSeconds'], optional(orNull('number'))),
		...each(
			[
				...['shareScriptResultWithFim', 'hasSoftwarePackage', 'runAsLoggedInUser'],
				'rebootAfterScriptExecution',
			],
			optional(orNull('true or false')),
		),
	},
};

/** The record of an asset job: no page shows all of it. */
const ASSET_JOB: Shape = {
	fields: {
		output: optional(
			orNull({ fields: { code: documented(orNull('number')), text: documented(orNull('text')) } }),
		),
		enddate: optional(orNull('text')),
		customerUuid: documented('text'),
		...each(['test', 'isTest'], optional(orNull('true or false'))),
		scriptResult: optional(orNull('text')),
		created: documented({ fields: { dateTime: documented('number') } }),
		status: optional(
			orNull({
				words: [
					...['MANIFEST_GENERATION_IN_PROGRESS', 'MANIFEST_PUBLISHED', 'MANIFEST_ASSIGNED'],
					...['MANIFEST_DOWNLOAD_SUCCESS', 'MANIFEST_PARSE_SUCCESS', 'MANIFEST_EXECUTION_SUCCESS'],
					...['MANIFEST_EXPIRED', 'EXECUTION FAILED', 'EXECUTION_FAILED', 'EXECUTION PASSED'],
					...['EXECUTION_PASSED', 'MANIFEST_DOWNLOAD_FAILED', 'MANIFEST_PARSE_FAILED'],
					...['MANIFEST_EXECUTION_FAILED', 'SCRIPT_RESULT_UPLOAD_FAILED', 'REBOOT_PENDING'],
					'REBOOT_COMPLETED',
				],
			}),
		),
	},
};

const TAG: Shape = {
	fields: {
		tagId: needed(ID),
		tagUuid: needed('text'),
		name: needed('text'),
		id: documented(ID),
		...each(['customerUuid', 'customerId', 'backgroundColor'], optional(orNull(ID))),
	},
};

/** A list in the envelope of version 1, or without it. */
const listOf = (record: Shape, is: (shape: Shape) => Field = documented): Shape => ({
	fields: {
		errorCode: is(orNull('text', 'number')),
		message: is(orNull('text')),
		body: needed({
			fields: {
				totalCount: needed({ either: ['number', 'text'] }),
				list: needed({ list: record }),
			},
		}),
	},
});

interface Listed<T = unknown> {
	body: { list: T[]; totalCount: unknown };
}

/** A job as version 2 wraps it. */
interface Wrapped {
	sortValues: unknown[];
	data: { id: unknown; scriptId: unknown; created: { dateTime: number } };
}

const sortedBy = (direction: string) =>
	JSON.stringify([{ 'created.dateTime': direction }, { id: direction }]);
const NEWEST_FIRST = sortedBy('desc');

/** How many records a page came with, beside how many were asked for. */
const pageOf =
	(asked: number) =>
	({ body: { list, totalCount } }: Listed): string[] => {
		if (list.length > asked) return ['it gives more records than Page Size asks for'];
		const whole = list.length === asked || list.length >= Number(totalCount);
		return whole ? [] : ['it gives fewer records than Page Size asks for, and there are more'];
	};

const A_DAY_MS = 86_400_000;

/** A moment as the nodes send it; empty for what is none. */
const isoOf = (moment: number) =>
	Number.isFinite(moment) && Math.abs(moment) < 8e15 ? new Date(moment).toISOString() : '';

/** What the newest jobs give to later calls. */
function newestJobs(json: { body?: { list?: unknown } }): Known {
	const list = json.body?.list;
	const jobs = (Array.isArray(list) ? list : []) as Array<Partial<Wrapped> | null>;
	const { id, scriptId, created } = jobs[0]?.data ?? {};
	const cursor = jobs.at(-1)?.sortValues;
	const text = (value: unknown) =>
		typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
	return {
		job: text(id),
		script: text(scriptId),
		cursor: Array.isArray(cursor) ? JSON.stringify(cursor) : undefined,
		firstPage: JSON.stringify(jobs.map((one) => one?.data?.id)),
		since: isoOf(Number(created?.dateTime) - A_DAY_MS),
		until: isoOf(Number(created?.dateTime) + 1_000),
	};
}

/** Whether a page that follows another brings what that one had. */
function overlap({ body: { list } }: Listed<Wrapped>, { known }: Surroundings): string[] {
	const before = new Set(JSON.parse(known.firstPage ?? '[]') as unknown[]);
	const again = list.some(({ data }) => before.has(data.id));
	return again ? ['it gives jobs of the page before'] : [];
}

/** Whether a search for the jobs of a script brings them, and no others. */
function ofTheScript({ body: { list } }: Listed<Wrapped>, { known }: Surroundings): string[] {
	const others = list.some(({ data }) => String(data.scriptId) !== known.script);
	return [
		...(others ? ['it gives jobs of other scripts'] : []),
		...(list.length === 0 ? ['it gives no job, although there is one'] : []),
	];
}

/** Whether a search between two moments brings what lies between them. */
function between({ body: { list } }: Listed<Wrapped>, { known }: Surroundings): string[] {
	const [since, until] = [known.since, known.until].map((text) => Date.parse(text ?? ''));
	const isOutside = ({ data }: Wrapped) =>
		data.created.dateTime < since || data.created.dateTime > until;
	return [
		...(list.some(isOutside) ? ['it gives jobs from outside'] : []),
		...(list.length === 0 ? ['it gives no job, although there is one'] : []),
	];
}

const inOrder = (words: string[]) => [...new Set(words)].sort().join(', ');

/** What the nodes read in asset jobs, whose records are documented in part only. */
function asAssetJobs({ body: { list } }: Listed<JsonObject>): string[] {
	if (list.length === 0) return [];
	const read = list.map((record) => assetJobOf(record, ''));
	const has = (what: string, value: unknown) => `${value === null ? 'no ' : 'a '}${what}`;
	const parts = read.flatMap((one) => [
		has('status', one.status),
		has('name of the asset', one.asset_name),
		has('id of the asset', one.asset_id),
	]);
	return [
		`the nodes read their state as: ${inOrder(read.map(({ state }) => state))}`,
		`the nodes find in them: ${inOrder(parts)}`,
	];
}

/** What the nodes make of what scripts printed. */
function asOutput({ body: { list } }: Listed<JsonObject>): string[] {
	const words = list.map((record) => {
		if (typeof record.scriptResult !== 'string') return 'nothing';
		const { script_output: text, script_output_base64: base64 } = outputOf(record);
		if (base64 !== undefined) return 'base64 of something else than UTF-8';
		return text === record.scriptResult && text !== '' ? 'text as it is' : 'base64 of UTF-8';
	});
	return words.length === 0 ? [] : [`what scripts printed comes as: ${inOrder(words)}`];
}

/** Which of the two ids of a tag executions want is not documented. */
function idsOfTags({ body: { list } }: Listed<{ id?: unknown; tagId: unknown }>): string[] {
	const words = list.map(({ id, tagId }) => (String(id) === String(tagId) ? 'equal' : 'different'));
	return words.length === 0 ? [] : [`id and tagId of a tag are: ${inOrder(words)}`];
}

const WRAPPED = listOf(
	{ fields: { sortValues: needed({ list: { either: ['text', 'number'] } }), data: needed(JOB) } },
	optional,
);

const A_JOB = 'a script job that this user can see';

/** A search of version 2, as the nodes make it. */
const search = (body: (known: Known) => object) => ({
	method: 'POST' as const,
	path: () => '/sm/v2/jobs/search',
	body: (known: Known) => ({ sort: NEWEST_FIRST, ...body(known) }),
	expected: WRAPPED,
});

/** A search for the asset jobs of a job, as the nodes make it. */
const searchAssetJobs = (pageSize: number, more: object) => ({
	method: 'POST' as const,
	path: () => '/sm/v1/assetjobs/search',
	body: ({ job }: Known) => ({
		filter: `job.id:${job}`,
		sort: '[{"created.dateTime":"asc"}]',
		pageNumber: 0,
		pageSize,
		...more,
	}),
	takes: { id: 'job', from: `${A_JOB} (or QUALYS_JOB_ID)`, given: true } as const,
	expected: listOf(ASSET_JOB),
});

const PROBES: Probe[] = [
	{
		name: 'Search Script Jobs, version 2',
		...search(() => ({ pageSize: 10 })),
		slash: true,
		gives: newestJobs,
		remarks: pageOf(10),
	},
	{
		name: 'Search Script Jobs, the next page by its cursor',
		...search(({ cursor = 'null' }) => ({ pageSize: 10, searchAfter: JSON.parse(cursor) })),
		takes: { id: 'cursor', from: A_JOB },
		remarks: overlap,
	},
	{
		name: 'Search Script Jobs of a script',
		...search(({ script }) => ({ pageSize: 100, filter: `scriptId: ${script}` })),
		takes: { id: 'script', from: A_JOB },
		remarks: ofTheScript,
	},
	{
		name: 'Search Script Jobs between two moments',
		...search(({ since, until }) => ({ pageSize: 10, startAt: since, endAt: until })),
		takes: { id: 'since', from: A_JOB },
		remarks: between,
	},
	{
		name: 'Search Script Jobs, a page of 1,000',
		...search(() => ({ pageSize: 1_000 })),
		remarks: pageOf(1_000),
	},
	{
		name: 'Search Script Jobs, version 1',
		method: 'POST',
		path: () => '/sm/v1/jobs/search',
		body: () => ({ sort: NEWEST_FIRST, pageNumber: 0, pageSize: 10 }),
		expected: listOf(JOB),
		slash: true,
		remarks: pageOf(10),
	},
	{
		name: 'Get Script Job Results',
		...searchAssetJobs(100, {}),
		slash: true,
		remarks: (json: Listed<JsonObject>) => [...pageOf(100)(json), ...asAssetJobs(json)],
	},
	{
		name: 'Get Script Job Results with what the script printed',
		...searchAssetJobs(25, { includeScriptResult: true }),
		remarks: (json: Listed<JsonObject>) => [...pageOf(25)(json), ...asOutput(json)],
	},
	{
		name: 'Execute Script, its list of tags',
		method: 'POST',
		path: () => '/sm/v1/assettags/search',
		body: () => ({ pageNumber: 0, pageSize: 100 }),
		expected: listOf(TAG),
		slash: true,
		remarks: (json: Listed<{ id?: unknown; tagId: unknown }>) => [
			...pageOf(100)(json),
			...idsOfTags(json),
		],
	},
];

export const QUALYS: Vendor = {
	name: 'Qualys',
	probes: PROBES,
	read({ status: statusCode, headers, body }, { name }, now) {
		const operation = { name, gives: 'data', statuses: {} };
		return readReply({ statusCode, headers, body }, operation, now);
	},
	// A subscription may have 300 calls an hour, but nobody names a limit for so short a time.
	spacing: 200,
};
