import manifest from '../../package.json';
import fc from 'fast-check';
import { firstPage } from '../../nodes/CortexXdrSearchEndpoints/paging';
import {
	checkFound,
	pageBody,
	readSearch as readEndpointSearch,
	rowOf,
} from '../../nodes/CortexXdrSearchEndpoints/search';
import { simplifiedEndpoint } from '../../nodes/CortexXdrSearchEndpoints/simplified';
import { choosesAll } from '../../nodes/shared/cortex/scope';
import { startedAction } from '../../nodes/shared/cortex/startedAction';
import { handoverOf, type Handover } from '../../nodes/shared/wait/handover';
import { readPlan, stateIn } from '../../nodes/shared/wait/parked';
import { namedRows } from '../../nodes/shared/wait/names';
import { readJob, skippedJob } from '../../nodes/shared/wait/settings';
import type { Job, JobState, Plan, Reason, Settings } from '../../nodes/shared/wait/job';
import { afterPoll, isDue } from '../../nodes/shared/wait/state';
import {
	failureText,
	isSuccess,
	lastKnown,
	nothingNamed,
	reasonInWords,
	summaryOf,
} from '../../nodes/shared/wait/sentences';
import { isParkedState, isPlan, pack, unpack } from '../../nodes/shared/wait/stored';
import { jobItem, skippedItem } from '../../nodes/shared/wait/items';
import { actionStatus, CORTEX_JOBS, importStatus } from '../../nodes/shared/cortex/jobs';
import {
	cameToNothing,
	CONSEQUENCES,
	consequencesOf,
	failureOf,
} from '../../nodes/shared/transport/consequences';
import { jobFilter } from '../../nodes/shared/qualys/jobFilter';
import { readSearch } from '../../nodes/QualysSearchScriptJobs/searchBody';
import { simplifiedJob } from '../../nodes/shared/qualys/simplified';
import { actionSummary, endpointRows } from '../../nodes/shared/cortex/actionStatus';
import { endpointsPage, idOfEndpoint, nameOfEndpoint } from '../../nodes/shared/cortex/endpoints';
import { errorText, reasonText } from '../../nodes/shared/cortex/errorText';
import { statusWords } from '../../nodes/shared/cortex/statusWords';
import { countByStatus, statusOfParts, statusOfWhole } from '../../nodes/shared/wait/verdict';
import { actionIdToSend, readActionId } from '../../nodes/shared/cortex/description';
import { errorTexts, importJob, readJobId } from '../../nodes/shared/cortex/importJob';
import { OPERATIONS } from '../../nodes/shared/cortex/operations';
import { readReply, replyOf } from '../../nodes/shared/cortex/reply';
import {
	FILTER_FIELDS,
	scanFilters,
	SEARCH_FIELDS,
	searchFilters,
	type ScanFilter,
} from '../../nodes/shared/cortex/scanFilters';
import { resultRows, scriptExecution } from '../../nodes/shared/cortex/scriptResults';
import { keyOf, signatureHeaders } from '../../nodes/shared/cortex/signature';
import { ENDPOINT_STATUSES, meaningOf } from '../../nodes/shared/cortex/statuses';
import { tenantBaseUrl } from '../../nodes/shared/cortex/tenant';
import { checkRange, readDate } from '../../nodes/shared/input/dates';
import {
	addressSample,
	isIpAddress,
	readChoice,
	readChoices,
	readIpAddresses,
	readList,
	readNumber,
	readSwitch,
	readText,
	readWholeNumber,
	sample,
	trimmed,
	trimmedEnds,
} from '../../nodes/shared/input/values';
import { gatewayBaseUrl } from '../../nodes/shared/qualys/gateway';
import { readLogin } from '../../nodes/shared/qualys/login';
import { readPage } from '../../nodes/shared/qualys/reply';
import { authorization, secretsOf } from '../../nodes/shared/qualys/session';
import {
	isObject,
	isoTime,
	numberOf,
	parseJson,
	textOf,
	type JsonObject,
} from '../../nodes/shared/json';
import { notTheirWords, pageOf, plainText } from '../../nodes/shared/transport/answer';
import { asksToWait, LONGEST_WAIT_MS, retryAfter } from '../../nodes/shared/transport/retryAfter';
import { throttleBackoff } from '../../nodes/shared/transport/attempts';
import { causes, connectionFault } from '../../nodes/shared/transport/connection';
import { Fault, firstOf, sentences, type Meaning } from '../../nodes/shared/errors';
import { failedItem, toNodeError } from '../../nodes/shared/transport/nodeErrors';
import {
	showable,
	showableFault,
	userInfoOf,
	withoutSecrets,
} from '../../nodes/shared/transport/secrets';
import * as cortex from '../samples/cortex';
import { endpointRecord } from '../samples/getEndpoint';
import * as qualys from '../samples/qualys';
import { importOthers, importParsers } from './importParsers';
import { qualysOthers, qualysParsers } from './qualysParsers';
import * as inputs from './inputs';
import { queryOthers, queryParsers } from './queries';
import { fileOthers, fileParsers } from './fileParsers';
import { row, type Parser } from './parser';
import { startOthers, startParsers } from './startParsers';

export type { Parser };

const NOW = Date.parse('2026-03-01T12:00:00Z');
const { value, text, json } = inputs;

const aText = (result: string) => expect(typeof result).toBe('string');
const names = (result: string[]) => {
	expect(
		result.every((one) => typeof one === 'string' && one === trimmedEnds(one) && one !== ''),
	).toBe(true);
	expect(result.length).toBe(new Set(result).size);
	expect(result.length).toBeGreaterThan(0);
};
const texts = (result: string[]) => {
	names(result);
	for (const one of result) expect(one).toBe(trimmed(one));
};
const aUrl = (result: string) => {
	expect(URL.canParse(result)).toBe(true);
	const { username, password, pathname, search, hash } = new URL(result);
	expect([username, password, pathname, search, hash]).toEqual(['', '', '/', '', '']);
};
const aWait = (result: number | undefined) => {
	if (result !== undefined) expect(result).toBeGreaterThanOrEqual(0);
	if (result !== undefined) expect(Number.isFinite(result)).toBe(true);
};

const address = fc.oneof(
	inputs.made(
		...['https://', 'http://', 'HTTP://', 'api-', 'acme', '.xdr', '.us', '.com', ':443', ':99999'],
		...['localhost', '127.0.0.1', '[::1]', '999.1.1.1', '/', '?', '#', '@', ' ', '\u00a0', '-'],
	),
	fc.domain(),
	fc.webUrl(),
	value,
);

const addresses = fc.oneof(
	fc.ipV4(),
	fc.ipV6(),
	fc.ipV4Extended(),
	inputs.made('::', ':', '1', 'ffff', '192.168.0.1', '.', '256', '/24', '%eth0', ','),
	text,
);

/** Ids of actions, jobs, scripts and keys, and almost. */
export const ids = fc.oneof(
	inputs.made('0', '1', '9', '22519813685366', '-', '.', 'e', ' ', '\u00a0', '../', '%2f'),
	fc.double(),
	value,
);

const statuses = fc.oneof(
	fc.constantFrom(...Object.keys(ENDPOINT_STATUSES), 'completed', ' FAILED ', '__proto__'),
	text,
);

const flags = fc.oneof(fc.constantFrom(true, false, 'true', 'false'), value);

/** A collection of the node's: only what was added is there. */
const collection = (names: string[], values: fc.Arbitrary<unknown>) =>
	fc.record(Object.fromEntries(names.map((name) => [name, values])), { requiredKeys: [] });

const actionReply = {
	reply: {
		data: { e1: 'FAILED', e2: 'PENDING' },
		errorReasons: {
			e1: {
				errorDescription: '',
				missing_files: [{ description: 'gone' }],
				errorData: '{"errorText":"denied"}',
			},
		},
	},
};
const scriptReply = {
	reply: {
		...cortex.scriptResults.reply,
		results: [{ ...cortex.scriptResults.reply.results[0], return_value: 1, '_echo hello': ['a'] }],
	},
};
const endpointsReply = {
	reply: { total_count: 1, result_count: 1, endpoints: [endpointRecord] },
};
const scanReply = { reply: { action_id: 22519813685366, endpoints_count: '12' } };
const replies = [
	actionReply,
	scriptReply,
	scanReply,
	cortex.importJob,
	cortex.errorEnvelope(500, 'Failed', { why: ['a'] }),
	cortex.errorEnvelope(500, 'Failed', { parse_err: { line: 2, column: 7, message: 'why' } }),
	cortex.errorEnvelope(500, 'Failed', { err_msg: 'no', quota_info: { used_quota: 1 } }),
	{ err_code: 0, err_msg: '', err_extra: null },
	{ detail: [{ loc: ['body', 0], msg: 'required', type: 't' }] },
];
const pages = [
	qualys.v1Reply,
	qualys.v2Reply,
	{ errorCode: 'CAR-1', message: 'no', body: null },
	{ authentication_exceptions: [['Authentication Failure: no']] },
	{ _error: { message: 'no' }, responseMessage: 'no' },
	qualys.expired,
];

const rows = fc
	.array(fc.record({ endpoint_id: text, status: statuses, error: fc.option(text) }), {
		maxLength: 6,
	})
	.map((list) =>
		list.map(({ endpoint_id, status, error }) => ({
			action_id: '1',
			endpoint_id,
			status,
			finished: meaningOf(ENDPOINT_STATUSES, status).finished,
			error,
			error_reason: null,
		})),
	);

const share = fc.integer({ min: 0, max: 100 });
const judged = fc.record({
	acceptPartial: fc.boolean(),
	finishedShare: share,
	requiredShare: share,
});

const details = fc.record(
	{
		meaning: fc.constantFrom(...(Object.keys(CONSEQUENCES) as Meaning[])),
		status: fc.integer({ min: 100, max: 599 }),
		envelope: fc.boolean(),
		hint: text,
	},
	{ requiredKeys: ['meaning'] },
);
const fault = fc.tuple(text, details).map(([message, about]) => new Fault(message, about));

const count = fc.nat({ max: 100_000 });
const progress = fc.record({ total: count, finished: count, succeeded: count, failed: count });
const reasons = fc.array(fc.record<Reason>({ part: text, text }, { requiredKeys: ['text'] }), {
	maxLength: 5,
});
const standing = fc.record({
	word: statuses,
	progress,
	counts: fc.dictionary(statuses, count, { maxKeys: 12 }),
	errors: reasons,
});
const end = fc.record<NonNullable<JobState['end']>>({
	outcome: fc.constantFrom('succeeded', 'failed', 'timedOut', 'notFound'),
	polls: count,
	at: fc.integer({ min: NOW, max: NOW + 1e10 }),
});
const tracked = fc.record<JobState>({
	status: fc.option(standing, { nil: undefined }),
	misses: fc.nat({ max: 3 }),
	fault: fc.option(text, { nil: undefined }),
	end: fc.option(end, { nil: undefined }),
});

const settings: Settings = {
	pollInterval: 10,
	timeout: 60,
	backoff: 'fixed',
	maxPollInterval: 300,
	waitMode: 'auto',
	finishedShare: 100,
	requiredShare: 100,
	acceptPartial: false,
	includeResults: true,
};
const job = fc
	.constantFrom<Job['type']>('endpointAction', 'scriptExecution', 'importJob', 'xqlQuery')
	.map((type): Job => ({ type, id: '1', settings }));
const plan: Plan = { startedAt: NOW, jobs: [], items: [], onError: 'stop' };
const item = fc
	.tuple(job, tracked, end, fc.array(text, { maxLength: 5 }))
	.map(([one, known, ending, errors]) =>
		jobItem(CORTEX_JOBS, one, plan, { ...known, end: ending }, { errors, again: false }),
	);

const number = fc.oneof(
	fc.constantFrom(1, 10, '50', 100),
	fc.double(),
	inputs.made('1', '0', '.', 'e', '-', ' ', 'Infinity'),
	value,
);

/** What the user asks a wait for. */
export const waitParameters = fc.record({
	jobType: fc.oneof(
		fc.constantFrom('endpointAction', 'importJob', 'scriptExecution', 'xqlQuery'),
		value,
	),
	jobId: fc.oneof(fc.constant('6001'), ids),
	pollInterval: number,
	timeout: number,
	options: fc.record(
		{
			backoff: fc.oneof(fc.constantFrom('exponential', 'fixed'), value),
			maxPollInterval: number,
			waitMode: fc.oneof(fc.constantFrom('auto', 'inMemory'), value),
			finishedShare: number,
			requiredShare: number,
			acceptPartial: flags,
			includeResults: flags,
			endpointNames: flags,
			emptyJobId: fc.oneof(fc.constantFrom('refuse', 'skip'), value),
		},
		{ requiredKeys: [] },
	),
});

const cursor = fc.oneof(
	inputs.made('[', '1774940443667', ',', ' ', '"805452"', ']', '\u00a0', 'null', '{}'),
	json,
	value,
);
const sort = fc.oneof(
	fc.record({
		rows: fc.array(
			fc.record({
				field: fc.oneof(fc.constantFrom('created.dateTime', 'id', 'ID', '__proto__'), value),
				direction: fc.oneof(fc.constantFrom('asc', 'DESC'), value),
			}),
			{ maxLength: 4 },
		),
	}),
	value,
);
const query = fc.oneof(
	inputs.made(
		...[
			'script.name:',
			'scriptId: ',
			'1',
			'`',
			'"',
			'\\',
			'(',
			')',
			' and ',
			' OR ',
			'or',
			'\u00a0',
		],
	),
	value,
);

/** What the user asks a search for. */
export const searchParameters = fc.record({
	apiVersion: fc.oneof(fc.constantFrom('v1', 'v2'), value),
	returnAll: flags,
	limit: number,
	filters: fc.record(
		{ scriptId: ids, scriptName: query, query, startAt: inputs.date, endAt: inputs.date },
		{ requiredKeys: [] },
	),
	simplify: flags,
	options: fc.record(
		{ sort, pageSize: number, searchAfter: cursor, includeCursor: flags },
		{ requiredKeys: [] },
	),
});

/** Filters of a scan that can be sent. */
const goodFilters = fc
	.subarray(
		[
			['hostnames', 'a, b'],
			['platforms', ['windows']],
			['isolation', 'isolated'],
			['lastSeenAfter', '2026-01-31T08:00:00Z'],
			['ipAddresses', ['192.168.5.12']],
		],
		{ minLength: 1 },
	)
	.map((filters): Record<string, unknown> => Object.fromEntries(filters) as object as never);

/** The filters of a scan. */
export const scanParameters = fc.oneof(
	goodFilters,
	collection(
		Object.keys(FILTER_FIELDS),
		fc.oneof(
			inputs.date,
			addresses,
			inputs.made('isolated', 'windows', 'SUCCESS', ',', ' '),
			value,
		),
	),
);

const endpointFilters = fc.oneof(
	goodFilters,
	collection(
		Object.keys(SEARCH_FIELDS),
		fc.oneof(inputs.date, addresses, inputs.made('connected', 'LOST', 'windows', ',', ' '), value),
	),
);

/** What the user asks a search for endpoints for. */
export const endpointSearchParameters = fc.record({
	returnAll: flags,
	limit: number,
	filters: endpointFilters,
	simplify: flags,
	options: fc.record(
		{
			sort: fc.oneof(
				fc.record(
					{
						field: fc.oneof(fc.constantFrom('endpoint_id', 'LAST_SEEN', '__proto__'), value),
						direction: fc.oneof(fc.constantFrom('asc', 'DESC'), value),
					},
					{ requiredKeys: [] },
				),
				fc.record({ row: value }),
				value,
			),
		},
		{ requiredKeys: [] },
	),
});

const endpointSearch = fc.record({
	limit: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(Infinity)),
	sort: fc.record({
		field: fc.constantFrom('endpoint_id', 'first_seen', 'last_seen'),
		direction: fc.constantFrom('asc', 'desc'),
	}),
	filters: fc.constant<ScanFilter[]>([]),
	simplify: fc.boolean(),
	failIfNotFound: fc.boolean(),
});

const cortexFields = fc.record({
	// People paste the key into the field of its ID.
	apiKeyId: fc.oneof(ids, inputs.secret),
	apiKey: fc.oneof(inputs.secret, value),
	securityLevel: fc.oneof(fc.constantFrom('advanced', 'standard'), value),
});

const qualysFields = fc.record({
	platform: fc.oneof(fc.constantFrom('US1', 'custom', 'constructor'), value),
	gatewayUrl: fc.oneof(
		address,
		inputs.made(
			'gateway.',
			'qualysapi.',
			'qg1.apps.',
			'qualys.com',
			'https://',
			'http://',
			':8443',
		),
	),
	signInWith: fc.constantFrom('password', 'bearerToken'),
	username: value,
	password: inputs.secret,
	bearerToken: fc.tuple(
		inputs.made('Bearer ', 'bearer', 'Authorization: ', '…', ' '),
		inputs.secret,
	),
	sessionToken: fc.oneof(text, inputs.secret),
});
type QualysFields = typeof qualysFields extends fc.Arbitrary<infer Fields> ? Fields : never;

const asCredential = ({ bearerToken, ...fields }: QualysFields) =>
	({ ...fields, bearerToken: bearerToken.join('') }) as never;

/** A text in which secrets stand, in every form, whole or cut. */
const leaky = fc
	.tuple(
		inputs.secret,
		fc.array(
			fc.tuple(
				text,
				fc.constantFrom(
					(one: string) => one,
					encodeURIComponent,
					(one: string) => JSON.stringify(one),
					(one: string) => new URLSearchParams({ one }).toString(),
					(one: string) => `Authorization: Bearer ${one}`,
				),
			),
			{ maxLength: 4 },
		),
		text,
		fc.nat(),
	)
	.map(([secret, parts, rest, cut]) => {
		const whole = parts.map(([before, form]) => `${before}${form(secret)}`).join('') + rest;
		// A short secret that is cut cannot be told from a word.
		return { secret, text: secret.length > 40 && cut % 2 ? whole.slice(0, cut % 3_000) : whole };
	});

const noSecret = (result: string, { secret }: { secret: string }) => {
	expect(result.includes(secret)).toBe(false);
	expect(result.includes(encodeURIComponent(secret))).toBe(false);
	expect(result.includes(JSON.stringify(secret).slice(1, -1))).toBe(false);
	if (secret.length > 40) expect(result.includes(secret.slice(0, 20))).toBe(false);
};

const thrown = fc.oneof(
	fault,
	fc.record(
		{
			code: fc.oneof(
				fc.constantFrom('ECONNRESET', 'enotfound', 'Z_DATA_ERROR', '__proto__'),
				value,
			),
			message: value,
			cause: fc.oneof(
				fault,
				fc.record({ code: value, message: text, cause: value }, { requiredKeys: [] }),
				value,
			),
		},
		{ requiredKeys: [] },
	),
	text.map((message) => new Error(message)),
	value,
);

const node = { name: 'N', type: 't', typeVersion: 1, id: '1', position: [0, 0], parameters: {} };

const operation = fc.constantFrom(...Object.values(OPERATIONS));

/** Every parser of the package, by file and name. */
export const parsers: Readonly<Record<string, Parser<unknown>>> = {
	...queryParsers,
	...startParsers,
	...importParsers,
	...qualysParsers,
	...fileParsers,
	'shared/input/values.sample': row({
		input: value,
		run: sample,
		check: (result: string) => {
			expect(result).toMatch(/^".*"$/u);
			expect(result.length).toBeLessThanOrEqual(63);
		},
	}),
	'shared/input/values.addressSample': row({
		input: fc.oneof(
			text,
			inputs.secret.map((one) => `https://me:${one}@host`),
		),
		run: addressSample,
		check: (result: string, given: string) => {
			if (given.includes('@')) expect(result).toBe('a text');
		},
	}),
	'shared/input/values.trimmed': row({
		input: text,
		run: trimmed,
		check: (result: string) => expect(trimmed(result)).toBe(result),
	}),
	'shared/input/values.trimmedEnds': row({
		input: text,
		run: trimmedEnds,
		check: (result: string, input: string) => {
			expect(trimmedEnds(result)).toBe(result);
			expect(input).toContain(result);
		},
	}),
	'shared/input/values.readList': row({
		input: fc.oneof(inputs.made('a', 'b', ',', '\n', '[', ']', '"', ' ', '1'), value),
		run: (input) => readList('F', input),
		check: names,
	}),
	'shared/input/values.readChoices': row({
		input: fc.oneof(inputs.made('a', 'B', ',', ' '), value),
		run: (input) => readChoices('F', input, ['a', 'b']),
		check: (result: string[]) => expect(result.every((one) => ['a', 'b'].includes(one))).toBe(true),
	}),
	'shared/input/values.readChoice': row({
		input: fc.oneof(inputs.made('a', 'B', ',', ' '), value),
		run: (input) => readChoice('F', input, ['a', 'b']),
		check: (result: string) => expect(['a', 'b']).toContain(result),
	}),
	'shared/input/values.readSwitch': row({
		input: fc.oneof(fc.constantFrom('true', 'false'), value),
		run: (input) => readSwitch('F', input),
		check: (result: boolean) => expect([true, false]).toContain(result),
	}),
	'shared/input/values.readText': row({
		input: value,
		run: (input) => readText('F', input, 'H'),
		check: (result: string) => names([result]),
	}),
	'shared/input/values.readWholeNumber': row({
		input: ids,
		run: (input) => readWholeNumber('F', input, 'H'),
		check: (result: string) => expect(result).toMatch(/^[1-9]\d{0,29}$/),
	}),
	'shared/input/values.isIpAddress': row({
		input: addresses,
		run: isIpAddress,
		check: (result: boolean, input: string) => {
			if (!result) return;
			expect(URL.canParse(input.includes(':') ? `http://[${input}]/` : `http://${input}/`)).toBe(
				true,
			);
		},
	}),
	'shared/input/values.readIpAddresses': row({
		input: fc.oneof(addresses, fc.array(addresses, { maxLength: 3 }), value),
		run: (input) => readIpAddresses('F', input),
		check: texts,
	}),
	'shared/input/dates.readDate': row({
		input: fc.tuple(inputs.date, inputs.zone),
		run: ([input, zone]) => readDate('F', input, zone),
		check: (result: number) => {
			expect(Number.isInteger(result)).toBe(true);
			expect(Number.isNaN(new Date(result).getTime())).toBe(false);
		},
	}),
	'shared/input/dates.checkRange': row({
		input: fc.tuple(
			fc.option(fc.integer({ min: 0, max: 253_402_300_799_999 }), { nil: undefined }),
			fc.option(fc.integer({ min: 0, max: 253_402_300_799_999 }), { nil: undefined }),
		),
		run: ([start, ending]) => checkRange(['A', 'B'], start, ending),
	}),
	'shared/cortex/tenant.tenantBaseUrl': row({ input: address, run: tenantBaseUrl, check: aUrl }),
	'shared/cortex/signature.keyOf': row({
		input: cortexFields,
		run: keyOf,
		check: (result: string) => expect(result).toBe(result.trim()),
	}),
	'shared/cortex/signature.signatureHeaders': row({
		input: cortexFields,
		run: (fields) => signatureHeaders(fields, NOW, 'n'.repeat(64)),
		check: (result: Record<string, string>) => {
			expect(Object.values(result).every((one) => /^[\x20-\x7e]+$/.test(one))).toBe(true);
		},
		secrets: ({ apiKey }) => (typeof apiKey === 'string' && apiKey.length > 12 ? [apiKey] : []),
	}),
	'shared/cortex/description.readActionId': row({
		input: ids,
		run: readActionId,
		check: (result: string) => expect(result).toMatch(/^[1-9]\d*$/),
	}),
	'shared/cortex/description.actionIdToSend': row({
		input: fc.stringMatching(/^[1-9]\d{0,29}$/),
		run: actionIdToSend,
		check: (result: number | string, input: string) => expect(BigInt(result)).toBe(BigInt(input)),
	}),
	'shared/cortex/importJob.readJobId': row({
		input: ids,
		run: readJobId,
		check: (result: string) => {
			const url = `http://h/jobs/${encodeURIComponent(result)}`;
			expect(new URL(url).pathname.startsWith('/jobs/')).toBe(true);
		},
	}),
	'shared/cortex/importJob.errorTexts': row({
		input: fc.oneof(
			json,
			json.map((one) => JSON.stringify(one)),
			text,
		),
		run: errorTexts,
		check: (result: string[]) => expect(result.every((one) => typeof one === 'string')).toBe(true),
	}),
	'shared/cortex/importJob.importJob': row({
		input: inputs.bentObject(cortex.importJob, { reply: cortex.importJob }),
		run: importJob,
		check: (result: { job_status: string; errors: string[] }) => {
			expect(result.job_status.trim()).not.toBe('');
			expect(Array.isArray(result.errors)).toBe(true);
		},
	}),
	'shared/cortex/reply.readReply': row({
		input: fc.tuple(inputs.answer(...replies), operation),
		run: ([answer, about]) => readReply(answer, about, NOW),
		check: (result: unknown) => expect(isObject(result)).toBe(true),
	}),
	'shared/cortex/reply.replyOf': row({
		input: fc.tuple(inputs.bentObject(...replies), operation),
		run: ([reply, about]) => replyOf(reply, about),
		check: (result: unknown) => expect(isObject(result)).toBe(true),
	}),
	'shared/cortex/errorText.reasonText': row({
		input: fc.oneof(inputs.bent(actionReply.reply.errorReasons.e1), json),
		run: reasonText,
		check: (result: string | null) => {
			if (result !== null) texts([trimmed(result) || 'blank']);
		},
	}),
	'shared/cortex/actionStatus.endpointRows': row({
		input: inputs.bentObject(actionReply),
		run: (reply) => endpointRows(reply, '1'),
		check: (result: Array<{ status: unknown; error: unknown }>) => {
			for (const { status, error } of result) {
				expect(typeof status).toBe('string');
				expect(error === null || typeof error === 'string').toBe(true);
			}
		},
	}),
	'shared/wait/verdict.countByStatus': row({
		input: rows,
		run: countByStatus,
		check: (result: Record<string, number>, input: unknown[]) => {
			expect(Object.values(result).reduce((sum, one) => sum + one, 0)).toBe(input.length);
		},
	}),
	'shared/cortex/actionStatus.actionSummary': row({
		input: rows,
		run: (list) => actionSummary('1', list),
		check: (result: { total: number }, input: unknown[]) => expect(result.total).toBe(input.length),
	}),
	'shared/cortex/scanFilters.scanFilters': row({
		input: fc.tuple(scanParameters, inputs.zone),
		run: ([filters, zone]) => scanFilters(filters, zone),
		check: (result: Array<{ value: unknown }>, [filters]: [object, string]) => {
			expect(result).toHaveLength(Object.keys(filters).length);
			expect(result.length).toBeGreaterThan(0);
			expect(result.every((one) => [one.value].flat().length > 0)).toBe(true);
		},
	}),
	'shared/cortex/scriptResults.scriptExecution': row({
		input: inputs.bentObject(scriptReply),
		run: (reply) => scriptExecution(reply, '1'),
		check: (result: unknown) => expect(isObject(result)).toBe(true),
	}),
	'shared/cortex/scriptResults.resultRows': row({
		input: inputs.bentObject(scriptReply.reply),
		run: (reply) => resultRows(scriptExecution({ reply }, '1'), '1'),
		check: (result: Array<Record<string, unknown>>) => {
			for (const { action_id, finished, failed_files } of result) {
				expect([action_id, typeof finished]).toEqual(['1', 'boolean']);
				expect(failed_files === null || Number.isFinite(failed_files)).toBe(true);
			}
		},
	}),
	'shared/cortex/statuses.meaningOf': row({
		input: statuses,
		run: (status) => meaningOf(ENDPOINT_STATUSES, status),
		check: ({ finished }: { finished: boolean }) => expect(typeof finished).toBe('boolean'),
	}),
	'shared/cortex/scope.choosesAll': row({
		input: fc.tuple(
			fc.oneof(fc.constantFrom('all', 'matching'), inputs.value),
			fc.record({ chosen: fc.oneof(fc.constant('all'), inputs.value), tool: fc.boolean() }),
		),
		run: ([scope, options]) => choosesAll(scope, options),
		check: (
			all: boolean,
			[scope, { chosen, tool }]: [unknown, { chosen: unknown; tool: boolean }],
		) => expect(all).toBe(scope === 'all' && (!tool || chosen === 'all')),
	}),
	'shared/cortex/startedAction.startedAction': row({
		input: inputs.bentObject(scanReply),
		run: (reply) => startedAction(reply, OPERATIONS.scanEndpoints),
		check: ({ action_id, endpoints_count }: Record<string, unknown>) => {
			expect(String(action_id).trim()).not.toBe('');
			expect(endpoints_count === null || Number.isFinite(endpoints_count)).toBe(true);
		},
	}),
	'shared/wait/settings.readJob': row({
		input: waitParameters,
		run: (parameters) => readJob(CORTEX_JOBS, parameters),
		check: ({ settings: { pollInterval, timeout } }: Job) => {
			expect(pollInterval).toBeGreaterThanOrEqual(1);
			expect(timeout).toBeGreaterThanOrEqual(60);
			expect(Number.isFinite(pollInterval + timeout)).toBe(true);
		},
	}),
	'shared/wait/stored.pack': row({
		input: tracked,
		run: pack,
		check: (result: string) => {
			expect(pack(unpack(result))).toBe(result);
			expect(Buffer.byteLength(result)).toBeLessThan(1_500);
		},
	}),
	'shared/wait/stored.unpack': row({
		input: fc.oneof(
			tracked.map(pack),
			inputs
				.bent({
					s: ['FAILED', [1, 1, 0, 1], { FAILED: 1 }, ['e', ['p', 'e']]],
					m: 1,
					f: 'x',
					e: ['failed', 1, 1],
				})
				.map((state) => JSON.stringify(state) ?? ''),
			text,
			value,
		),
		run: unpack,
		check: (result: JobState) => aText(pack(result)),
	}),
	'shared/wait/parked.readPlan': row({
		input: fc
			.oneof(
				inputs.bent({
					...plan,
					parent: '1',
					jobs: [{ type: 'importJob', id: 'a', settings }],
					items: [0],
				}),
				json,
			)
			.map((one) => JSON.stringify(one)),
		run: (text) => readPlan(CORTEX_JOBS, text),
		check: ({ jobs, startedAt }: Plan) => {
			expect(jobs.length).toBeGreaterThan(0);
			expect(new Date(startedAt).toISOString()).toBeTruthy();
		},
	}),
	'shared/wait/parked.stateIn': row({
		input: fc.oneof(inputs.bent({ round: 1, jobs: [pack({ misses: 0 })], wait: 65 }), json),
		run: (one) => stateIn({ json: one as never }, { ...plan, jobs: [{}] } as never),
		check: ({ round, jobs }: { round: number; jobs: unknown[] }) => {
			expect(typeof round).toBe('number');
			expect(jobs).toHaveLength(1);
		},
	}),
	'shared/wait/handover.handoverOf': row({
		input: fc.oneof(
			inputs.bent({ handover: { ended: [{ job_id: '1' }] } }),
			inputs.bent({ handover: { failed: { message: 'm', description: 'd' } } }),
			json,
		),
		run: (one) => handoverOf([{ json: (one ?? {}) as never }]),
		check: (handover: Handover | undefined) => {
			if (handover === undefined) return;
			const [[kind, held], ...others] = Object.entries(handover);
			expect(others).toEqual([]);
			if (kind === 'ended') expect(Array.isArray(held)).toBe(true);
			else aText((held as { message: unknown }).message as string);
		},
	}),
	'shared/wait/stored.isParkedState': row({
		input: json,
		run: isParkedState,
		check: (result: boolean) => expect(typeof result).toBe('boolean'),
	}),
	'shared/wait/state.afterPoll': row({
		input: fc.tuple(
			tracked,
			fc.oneof(fault, rows),
			job,
			fc.record({ polls: fc.integer({ min: 1, max: 3 }), elapsed: fc.nat({ max: 120 }) }),
		),
		run: ([before, brought, one, when]) =>
			afterPoll(
				{ ...before, end: undefined },
				brought instanceof Fault ? { fault: brought } : { status: actionStatus(brought, settings) },
				one,
				{ ...when, at: NOW },
			),
		check: (
			result: JobState,
			[before, , one, when]: [JobState, unknown, Job, { polls: number; elapsed: number }],
		) => {
			if (isDue(one, before, when.elapsed)) expect(result.end).toBeDefined();
		},
	}),
	'shared/wait/state.isDue': row({
		input: fc.tuple(job, tracked, fc.nat({ max: 120 })),
		run: ([one, known, elapsed]) => isDue(one, known, elapsed),
		check: (result: boolean, [, known]: [Job, JobState, number]) => {
			if (known.status === undefined && known.fault === undefined) expect(result).toBe(false);
		},
	}),
	'shared/wait/settings.skippedJob': row({
		input: waitParameters,
		run: (parameters) => skippedJob(CORTEX_JOBS, parameters as never),
		check: (result: { skipped: string } | undefined, { jobId }: { jobId: unknown }) => {
			// Whatever holds anything is waited for, or refused.
			if (result !== undefined) expect(trimmedEnds(String(jobId ?? ''))).toBe('');
		},
	}),
	'shared/wait/sentences.isSuccess': row({
		input: end,
		run: ({ outcome }) => isSuccess(outcome),
		check: (result: boolean, { outcome }: { outcome: string }) =>
			expect(result).toBe(outcome === 'succeeded'),
	}),
	'shared/wait/sentences.reasonInWords': row({
		input: fc.tuple(reasons, text),
		run: ([list, name]) =>
			list.map((one) => reasonInWords(one, new Map([[one.part ?? '', name]]))).join('\n'),
		check: aText,
	}),
	'shared/wait/items.skippedItem': row({
		input: job,
		run: ({ type }) => skippedItem(CORTEX_JOBS, { skipped: type }, plan),
		check: ({ outcome, job_id }: { outcome: string; job_id: unknown }) =>
			expect([outcome, job_id]).toEqual(['skipped', null]),
	}),
	'shared/wait/names.namedRows': row({
		input: fc.tuple(rows, text),
		run: ([list, name]) =>
			namedRows(list, { id: 'endpoint_id', name: 'endpoint_name' }, new Map([['', name]])),
		check: (
			result: Array<Record<string, unknown>>,
			[list]: [Array<Record<string, unknown>>, string],
		) => {
			const nameless = result.map((one) => ({ ...one, endpoint_name: undefined }));
			expect(nameless).toEqual(list);
			expect(result.every((one) => Object.hasOwn(one, 'endpoint_name'))).toBe(true);
		},
	}),
	'shared/wait/sentences.lastKnown': row({
		input: fc.tuple(job, tracked),
		run: ([one, known]) => lastKnown(CORTEX_JOBS, one, known),
		check: aText,
	}),
	'shared/wait/sentences.nothingNamed': row({
		input: job,
		run: (one) => nothingNamed(CORTEX_JOBS, one),
		check: aText,
	}),
	'shared/wait/items.jobItem': row({
		input: item,
		run: (one) => one,
		check: ({ errors }: { errors: string[] }) => expect(Array.isArray(errors)).toBe(true),
	}),
	'shared/wait/sentences.failureText': row({
		input: item,
		run: (one) => failureText(CORTEX_JOBS, one),
		check: aText,
	}),
	'shared/wait/sentences.summaryOf': row({
		input: fc.array(item, { maxLength: 4 }),
		run: (items) => summaryOf(CORTEX_JOBS, items),
		check: (result: unknown, items: Array<{ outcome: string }>) => {
			expect(result === undefined).toBe(items.every(({ outcome }) => outcome === 'succeeded'));
		},
	}),
	'shared/wait/stored.isPlan': row({
		input: json,
		run: isPlan,
		check: (result: boolean) => expect(typeof result).toBe('boolean'),
	}),
	'shared/cortex/jobs.actionStatus': row({
		input: fc.tuple(rows, judged),
		run: ([list, shares]) => actionStatus(list, shares),
		check: ({
			progress: { total, finished, succeeded, failed },
		}: {
			progress: Record<string, number>;
		}) => {
			expect(succeeded + failed).toBe(finished);
			expect(finished).toBeLessThanOrEqual(total);
		},
	}),
	'shared/cortex/jobs.importStatus': row({
		input: fc.tuple(inputs.bentObject(cortex.importJob), judged),
		run: ([reply, shares]) => importStatus(importJob(reply), shares),
		check: ({ counts }: { counts: object }) => expect(Object.keys(counts)).toHaveLength(1),
	}),
	'shared/transport/consequences.consequencesOf': row({
		input: fault,
		run: consequencesOf,
		check: ({ poll }: { poll: string }) =>
			expect(['passing', 'refused', 'missing']).toContain(poll),
	}),
	'shared/transport/consequences.cameToNothing': row({
		input: fault,
		run: cameToNothing,
		check: (result: boolean) => expect(typeof result).toBe('boolean'),
	}),
	'shared/transport/consequences.failureOf': row({
		input: fault,
		run: failureOf,
		check: (result: unknown) => expect(result === undefined || isObject(result)).toBe(true),
	}),
	'CortexXdrSearchEndpoints/search.readSearch': row({
		input: endpointSearchParameters,
		run: (parameters) => readEndpointSearch(parameters, 'UTC'),
		check: ({ limit, sort }: { limit: number; sort: { field: string; direction: string } }) => {
			expect(limit).toBeGreaterThan(0);
			expect(['endpoint_id', 'first_seen', 'last_seen']).toContain(sort.field);
			expect(['asc', 'desc']).toContain(sort.direction);
		},
	}),
	'CortexXdrSearchEndpoints/search.pageBody': row({
		input: endpointSearch,
		run: (search) => pageBody(search, firstPage(search)),
		check: (body: object) => expect(isObject(body)).toBe(true),
	}),
	'CortexXdrSearchEndpoints/search.rowOf': row({
		input: fc.tuple(inputs.bentObject(endpointRecord), endpointSearch),
		run: ([record, search]) => rowOf(record, search),
		check: ({ id, moment }: { id: string; moment: number | null }) => {
			expect(id).not.toBe('');
			if (moment !== null) expect(Number.isFinite(moment)).toBe(true);
		},
	}),
	'CortexXdrSearchEndpoints/search.checkFound': row({
		input: fc.tuple(
			endpointSearch,
			fc.array(fc.string()),
			fc.array(inputs.bentObject(endpointRecord)),
		),
		run: ([search, value, found]) => {
			checkFound({ ...search, filters: [{ field: 'hostname', operator: 'in', value }] }, found);
			return search.failIfNotFound ? { value, found } : undefined;
		},
		check: (passed: { value: string[]; found: JsonObject[] } | undefined) => {
			const names = passed?.found.map(({ endpoint_name: name }) => textOf(name).toLowerCase());
			for (const one of passed?.value ?? []) {
				expect(one).not.toBe('');
				expect(names).toContain(one.toLowerCase());
			}
		},
	}),
	'CortexXdrSearchEndpoints/paging.firstPage': row({
		input: endpointSearch,
		run: firstPage,
		check: ({ from, to }: { from: number; to: number }) => {
			expect(from).toBe(0);
			expect(to).toBeGreaterThan(0);
			expect(to).toBeLessThanOrEqual(100);
		},
	}),
	'CortexXdrSearchEndpoints/simplified.simplifiedEndpoint': row({
		input: inputs.bentObject(endpointRecord),
		run: simplifiedEndpoint,
		check: ({ ip, users, group_name, tags, isolated }: Record<string, unknown>) => {
			for (const list of [ip, users, group_name, tags]) {
				expect(Array.isArray(list) && list.every((one) => typeof one === 'string')).toBe(true);
			}
			expect([true, false, null]).toContain(isolated);
		},
	}),
	'shared/cortex/scanFilters.searchFilters': row({
		input: endpointFilters,
		run: (filters) => searchFilters(filters, 'UTC'),
		check: (filters: Array<{ value: unknown }>) => {
			for (const { value: one } of filters)
				expect([[], '', null, undefined]).not.toContainEqual(one);
		},
	}),
	'shared/input/values.readNumber': row({
		input: fc.tuple(number, fc.boolean()),
		run: ([given, whole]) =>
			readNumber('Field', given, { least: 1, most: 1000, unit: 'things', whole }),
		check: (result: number, [, whole]: [unknown, boolean]) => {
			expect(result >= 1 && result <= 1000).toBe(true);
			if (whole) expect(Number.isInteger(result)).toBe(true);
		},
	}),
	'shared/json.isoTime': row({
		input: fc.oneof(inputs.date, json),
		run: isoTime,
		check: (result: unknown) => expect(result).not.toBe(undefined),
	}),
	'shared/cortex/endpoints.endpointsPage': row({
		input: inputs.bentObject(endpointsReply),
		run: endpointsPage,
		check: ({ records, total }: { records: unknown[]; total?: number }) => {
			expect(records.every(isObject)).toBe(true);
			if (total !== undefined) expect(Number.isFinite(total)).toBe(true);
		},
	}),
	'shared/cortex/endpoints.idOfEndpoint': row({
		input: inputs.bentObject(endpointRecord),
		run: idOfEndpoint,
		check: (result: string | undefined) => expect(result).not.toBe(''),
	}),
	'shared/cortex/endpoints.nameOfEndpoint': row({
		input: fc.option(inputs.bentObject(endpointRecord), { nil: undefined }),
		run: nameOfEndpoint,
		check: (result: string | null) => expect(result).not.toBe(''),
	}),
	'shared/cortex/errorText.errorText': row({
		input: fc.tuple(
			fc.oneof(
				inputs.bent({ reply: { err_code: 500, err_msg: 'm', err_extra: ['e'] } }),
				inputs.bent({ reply: { data: { e1: 'FAILED' }, errorReasons: { e1: {} } } }),
				inputs.bent({ detail: [{ loc: ['body', 'x'], msg: 'm', type: 't' }] }),
				inputs.bent({ err_msg: 'm', metadata: { err_extra: [{ field: 'f', message: 'm' }] } }),
				inputs.bent({ description: 'd', errors: [{ field: 'f', message: 'm' }] }),
				inputs.bent({ message: 'm', errors: {}, error: 'e' }),
				json,
			),
			fc.boolean(),
		),
		run: ([reply, failed]) => errorText(reply, failed),
		check: (result: { text: string } | undefined) => aText(result?.text ?? ''),
	}),
	'shared/cortex/statusWords.statusWords': row({
		input: fc.tuple(
			fc.record({ status: fc.integer({ min: 100, max: 599 }), told: fc.boolean(), text }),
			operation,
		),
		run: ([refusal, about]) => statusWords(refusal, about),
		check: ({ meaning, hint }: { meaning: Meaning; hint: string }) => {
			expect(CONSEQUENCES[meaning]).toBeDefined();
			expect(hint.trim()).not.toBe('');
		},
	}),
	'shared/wait/verdict.statusOfParts': row({
		input: fc.tuple(rows, judged),
		run: ([list, shares]) =>
			statusOfParts(
				list.map((one) => ({
					status: one.status,
					meaning: meaningOf(ENDPOINT_STATUSES, one.status),
					id: one.endpoint_id,
					reason: one.status,
					row: { ...one },
				})),
				shares,
				{ failed: [], succeeded: [], goingOn: [] },
			),
		check: (
			{ progress: { total } }: { progress: { total: number } },
			[list]: [unknown[], unknown],
		) => expect(total).toBe(list.length),
	}),
	'shared/wait/verdict.statusOfWhole': row({
		input: fc.tuple(statuses, judged),
		run: ([word, shares]) =>
			statusOfWhole({ word, meaning: meaningOf(ENDPOINT_STATUSES, word), errors: [] }, shares),
		check: ({ progress: { total } }: { progress: { total: number } }) => expect(total).toBe(1),
	}),
	'shared/qualys/gateway.gatewayBaseUrl': row({
		input: qualysFields,
		run: gatewayBaseUrl,
		check: aUrl,
		secrets: ({ password }) => [password],
	}),
	'shared/qualys/reply.readPage': row({
		input: fc.tuple(
			inputs.answer(...pages),
			fc.constantFrom('v1' as const, 'v2' as const),
			fc.boolean(),
		),
		run: ([answer, version, keep]) => readPage(answer, version, keep, NOW),
		check: ({ records, cursor }: { records: unknown[]; cursor?: unknown }) => {
			expect(records.every(isObject)).toBe(true);
			expect(cursor === undefined || Array.isArray(cursor)).toBe(true);
		},
	}),
	'shared/qualys/login.readLogin': row({
		input: inputs.answer('header.payload.signature', ...pages),
		run: (answer) => readLogin(answer, NOW),
		check: (result: string) => expect(result).toMatch(/^[\x21-\x7e]{1,16000}$/),
	}),
	'shared/qualys/session.authorization': row({
		input: qualysFields,
		run: (fields) => authorization(asCredential(fields)),
		check: (result: string) => expect(result).toMatch(/^Bearer [\x21-\x7e]+$/),
		secrets: ({ password, bearerToken: [, token] }) => [password, token],
	}),
	'shared/qualys/session.secretsOf': row({
		input: qualysFields,
		run: (fields) => secretsOf(asCredential(fields)),
		check: (result: unknown[], { password }: QualysFields) => expect(result).toContain(password),
	}),
	'shared/qualys/jobFilter.jobFilter': row({
		input: fc.record({ scriptId: ids, scriptName: query, query }, { requiredKeys: [] }),
		run: jobFilter,
		check: (result: string | undefined, filters: object) => {
			expect(result === undefined).toBe(Object.keys(filters).length === 0);
		},
	}),
	'QualysSearchScriptJobs/searchBody.readSearch': row({
		input: fc.tuple(searchParameters, inputs.zone),
		run: ([parameters, zone]) => readSearch(parameters, zone),
		check: ({
			body,
			pageSize,
			limit,
		}: {
			body: Record<string, unknown>;
			pageSize: number;
			limit: number;
		}) => {
			expect(Array.isArray(JSON.parse(String(body.sort)))).toBe(true);
			expect(pageSize).toBeGreaterThanOrEqual(1);
			expect(limit).toBeGreaterThanOrEqual(1);
		},
	}),
	'shared/qualys/simplified.simplifiedJob': row({
		input: inputs.bentObject(qualys.v1Record, qualys.v2Record),
		run: simplifiedJob,
		check: (result: Record<string, unknown>, { updatedDateTime }: Record<string, unknown>) => {
			expect(result.createdAt).toBeDefined();
			expect(result.updatedAt).toBeDefined();
			if (typeof updatedDateTime !== 'number' || Math.abs(updatedDateTime) > 8.64e15) return;
			expect(result.updatedAt).toBe(new Date(updatedDateTime).toISOString());
		},
	}),
	'shared/json.textOf': row({ input: json, run: textOf, check: aText }),
	'shared/json.isObject': row({
		input: value,
		run: isObject,
		check: (result: boolean) => expect(typeof result).toBe('boolean'),
	}),
	'shared/json.numberOf': row({
		input: fc.oneof(json, value),
		run: numberOf,
		check: (result: number | null) => expect(result === null || Number.isFinite(result)).toBe(true),
	}),
	'shared/json.parseJson': row({ input: fc.oneof(text, value), run: parseJson }),
	'shared/transport/answer.notTheirWords': row({
		input: fc.tuple(fc.integer({ min: 100, max: 599 }), value, value),
		run: ([status, parsed, body]) => notTheirWords(status, parsed, body),
		check: aText,
	}),
	'shared/transport/answer.plainText': row({
		input: fc.oneof(inputs.made('<title>', '<h1', '>', '</', 'x', '\n'), value),
		run: plainText,
		check: (result: string) => expect(result.length).toBeLessThanOrEqual(200),
	}),
	'shared/transport/answer.pageOf': row({
		input: fc.oneof(inputs.made('<title>', '</title>', ' ', 'x', '\n'), value),
		run: (body) => [pageOf(body, ' (', ')'), plainText(body)] as const,
		check: ([page, words]: [unknown, string]) => expect(page === undefined).toBe(words === ''),
	}),
	'shared/transport/retryAfter.asksToWait': row({
		input: inputs.header,
		run: (header) => asksToWait(header, NOW),
		check: aWait,
	}),
	'shared/transport/retryAfter.retryAfter': row({
		input: inputs.header,
		run: (header) => retryAfter(header, NOW),
		check: (result: number | undefined) => {
			aWait(result);
			expect(result ?? 0).toBeLessThanOrEqual(LONGEST_WAIT_MS);
		},
	}),
	'shared/transport/attempts.throttleBackoff': row({
		input: fc.integer({ min: 1, max: 5_000 }),
		run: throttleBackoff,
		check: (result: number) => expect(result).toBeLessThanOrEqual(30_000),
	}),
	'shared/transport/connection.causes': row({
		input: thrown,
		run: (error) => [...causes(error)].length,
	}),
	'shared/transport/connection.connectionFault': row({
		input: thrown,
		run: connectionFault,
		check: (result: unknown) => expect(result).toBeInstanceOf(Fault),
	}),
	'shared/errors.sentences': row({
		input: fc.array(fc.option(text, { nil: undefined }), { maxLength: 4 }),
		run: (all) => sentences(...all),
		check: aText,
	}),
	'shared/errors.firstOf': row({
		input: fc.tuple(fc.array(fc.stringMatching(/^[a-z]{1,3}$/)), fc.integer({ min: 1, max: 5 })),
		run: ([list, most]) => ({ told: firstOf(list, most, '; '), list, most }),
		check: ({ told, list, most }: { told: string; list: string[]; most: number }) => {
			const parts = told === '' ? [] : told.split('; ');
			const more = Number(/^and (\d+) more$/.exec(parts[most] ?? '')?.[1] ?? 0);
			expect(parts.slice(0, most)).toEqual(list.slice(0, most));
			expect(more).toBe(Math.max(0, list.length - most));
		},
	}),
	'shared/transport/nodeErrors.toNodeError': row({
		input: fc.tuple(thrown, leaky),
		run: ([error, { secret, text: message }]) =>
			[error, new Fault(message, { meaning: 'declined', hint: message })].map((one) => {
				const failure = toNodeError(node as never, one, { itemIndex: 0, secrets: [secret] });
				return [failure.message, failure.description ?? ''];
			}),
		check: (result: string[][], [, given]: [unknown, { secret: string }]) => {
			expect(result.flat().every((one) => typeof one === 'string' && one.length < 2_100)).toBe(
				true,
			);
			for (const shown of result[1]) noSecret(shown, given);
		},
	}),
	'shared/transport/nodeErrors.failedItem': row({
		input: thrown,
		run: (error) => failedItem(toNodeError(node as never, error, { itemIndex: 3 }), 3),
		check: (result: { json: object; pairedItem: unknown }) => {
			expect(Object.keys(result.json)).toEqual(['error', 'details']);
			expect(result.pairedItem).toEqual({ item: 3 });
		},
	}),
	'shared/transport/secrets.withoutSecrets': row({
		input: leaky,
		run: ({ secret, text: message }) => withoutSecrets(message, [secret]),
		check: noSecret,
	}),
	'shared/transport/secrets.showable': row({
		input: leaky,
		run: ({ secret, text: message }) => showable(message, [secret]),
		check: noSecret,
	}),
	'shared/transport/secrets.showableFault': row({
		input: fc.tuple(leaky, leaky),
		run: ([{ secret, text: message }, { text: body }]) => {
			const page = { body: body + secret, before: ' (', after: ')' };
			return showableFault(new Fault(message, { meaning: 'declined', hint: message, page }), [
				secret,
			]);
		},
		check: ({ message, details }: Fault, [given]: [{ secret: string }, unknown]) => {
			noSecret(message, given);
			noSecret(details.hint ?? '', given);
			expect(details.page).toBeUndefined();
			expect(message.length).toBeLessThan(2_100);
		},
	}),
	'shared/transport/secrets.userInfoOf': row({
		input: fc.oneof(
			inputs.secret.map((one) => `https://me:${one}@host`),
			address,
		),
		run: userInfoOf,
		check: (result: string[]) => expect(result.every((one) => typeof one === 'string')).toBe(true),
	}),
};

/** Functions that parse nothing: they send, wait, draw or describe. What they read, they read by the parsers. */
export const others: readonly string[] = [
	...manifest.n8n.nodes.map((path) => {
		const name = path.split('/').at(-1)?.replace('.node.js', '');
		return `${name}/${name}.node.${name}`;
	}),
	// A property of its own: test/unit/endpointPaging.test.ts.
	'CortexXdrSearchEndpoints/paging.collectEndpoints',
	...queryOthers,
	'shared/cortex/endpoints.lookUpEndpoints',
	...startOthers,
	'shared/wait/names.withNames',
	...fileOthers,
	'shared/wait/inMemory.waitInMemory',
	'shared/wait/asTool.inMemoryPlan',
	'shared/wait/asTool.toldAsTool',
	'shared/wait/credential.isOtherCredential',
	'shared/transport/sameCredential.fieldsOf',
	'shared/transport/sameCredential.itemsOfOtherCredentials',
	'shared/wait/credential.keepCredential',
	// What n8n has stored of executions.
	'shared/wait/executions.abandonment',
	'shared/wait/executions.childrenOf',
	'shared/wait/executions.pollerBegan',
	'shared/wait/executions.readExecution',
	'shared/wait/executions.runOf',
	'shared/wait/executions.wasStopped',
	'shared/wait/executionTimeout.endedAfter',
	'shared/wait/executionTimeout.secondsUntilEnded',
	'shared/wait/executionTimeout.tooLongFor',
	'shared/wait/handover.handoverItem',
	'shared/wait/handover.wordsOf',
	'shared/wait/output.brokenOff',
	'shared/wait/output.endOf',
	'shared/wait/output.lostItems',
	'shared/wait/output.outputItems',
	'shared/wait/output.runningItems',
	'shared/wait/parked.park',
	'shared/wait/parked.parkOn',
	'shared/wait/parked.stateItem',
	'shared/wait/parked.whyNotParked',
	'shared/wait/poller.pollOnce',
	'shared/wait/polls.complete',
	'shared/wait/polls.poll',
	'shared/wait/state.elapsedSeconds',
	'shared/wait/state.newState',
	'shared/wait/roles.goOnWaiting',
	'shared/wait/rounds.nextRound',
	'shared/wait/state.running',
	'shared/wait/schedule.interval',
	'shared/wait/schedule.nextPoll',
	'shared/wait/schedule.parkedSeconds',
	'shared/wait/schedule.secondsInMemory',
	'shared/wait/subWorkflows.pollingWorkflow',
	'shared/wait/subWorkflows.supervisingWorkflow',
	'shared/wait/supervisor.check',
	'shared/wait/supervisor.crashesWith',
	'shared/wait/supervisor.supervise',
	'shared/wait/stored.lostState',
	'shared/wait/items.runningItem',
	'shared/wait/state.startPlan',
	'shared/wait/polls.wantsResults',
	'shared/wait/schedule.pendingAfter',
	'shared/wait/schedule.pollsOf',
	'shared/wait/schedule.secondsApart',
	'shared/wait/schedule.turnOf',
	'shared/wait/wait.waitForJobs',
	...importOthers,
	...qualysOthers,
	'shared/qualys/paging.alignedSize',
	'shared/qualys/paging.allByNumber',
	'shared/qualys/paging.countInWords',
	'shared/qualys/paging.readByNumber',
	'shared/qualys/paging.Reading',
	'QualysSearchScriptJobs/paging.evenSize',
	'QualysSearchScriptJobs/searchBody.inexactNumber',
	'QualysSearchScriptJobs/searchBody.isCursor',
	// Asks for pages; its cases stand in paging.test.ts.
	'QualysSearchScriptJobs/paging.collectJobs',
	'shared/cortex/ask.tenantOf',
	'shared/cortex/credentialTest.cortexXdrApiTest',
	'shared/cortex/scanFilters.filtersOf',
	'shared/cortex/send.laneToTenant',
	'shared/qualys/send.laneToGateway',
	'shared/cortex/description.actionIdOf',
	'shared/cortex/scans.prepareScan',
	'shared/cortex/scans.scanProperties',
	'shared/cortex/send.cortexRequests',
	'shared/cortex/send.cortexRouting',
	'shared/cortex/startedAction.startedInWords',
	'shared/cortex/statusWords.isNothingToDo',
	// Its cases are those of readSearch.
	'shared/input/collections.readCollection',
	'shared/errors.Cancelled',
	'shared/errors.Fault',
	'shared/errors.InputError',
	'shared/errors.passOn',
	'shared/errors.unexpectedAnswer',
	'shared/qualys/credentialTest.qualysGatewayApiTest',
	'shared/qualys/description.emptyResultHint',
	'shared/qualys/send.qualysRequests',
	'shared/qualys/session.renewedToken',
	'shared/qualys/session.signIn',
	'shared/qualys/session.testedToken',
	'shared/qualys/login.RefusedLogin',
	'shared/qualys/session.loginUnderWay',
	'shared/transport/attempts.attempts',
	'shared/transport/answer.eachItem',
	'shared/transport/answer.thousands',
	'shared/transport/clock.jittered',
	'shared/transport/clock.orCancelled',
	'shared/transport/clock.pause',
	'shared/transport/declarative.declarative',
	'shared/transport/connection.lateAnswer',
	'shared/transport/inTime.inTime',
	'shared/transport/inTime.signing',
	'shared/transport/lane.Lane',
	'shared/transport/lane.laneTo',
	'shared/transport/refusal.checked',
	'shared/transport/refusal.refusalOf',
	'shared/transport/signed.signedRequest',
	'shared/transport/requestRules.requestRules',
	'shared/transport/run.Run',
	'shared/transport/run.runOf',
	'shared/transport/secrets.secretsOf',
	'shared/transport/tool.builderHint',
	'shared/transport/tool.continues',
	'shared/transport/tool.hasFurtherCalls',
	'shared/transport/tool.isAwaited',
	'shared/transport/tool.isRunByEngine',
	'shared/transport/tool.isTool',
	'shared/transport/tool.unheard',
	'shared/transport/tool.withoutTool',
	'shared/transport/tool.toolDescription',
];
