import fc from 'fast-check';
import { scansAll } from '../../nodes/CortexXdrScanEndpoints/scope';
import { startedScan } from '../../nodes/CortexXdrScanEndpoints/startedScan';
import { handoverOf, type Handover } from '../../nodes/CortexXdrWaitForJob/handover';
import { readPlan, stateIn } from '../../nodes/CortexXdrWaitForJob/parked';
import { readJob, type Job, type Settings } from '../../nodes/CortexXdrWaitForJob/settings';
import {
	afterPoll,
	failureText,
	isDue,
	isParkedState,
	isPlan,
	jobItem,
	lastKnown,
	pack,
	summaryOf,
	unpack,
	type End,
	type Plan,
	type Tracked,
} from '../../nodes/CortexXdrWaitForJob/tracking';
import { actionStanding, importStanding, silence } from '../../nodes/CortexXdrWaitForJob/verdict';
import { jobFilter } from '../../nodes/QualysSearchScriptJobs/filter';
import { readSearch } from '../../nodes/QualysSearchScriptJobs/searchBody';
import { simplifiedJob } from '../../nodes/QualysSearchScriptJobs/simplified';
import {
	actionSummary,
	countByStatus,
	endpointRows,
	reasonText,
} from '../../nodes/shared/cortex/actionStatus';
import { actionIdToSend, readActionId } from '../../nodes/shared/cortex/description';
import { errorTexts, importJob, readJobId } from '../../nodes/shared/cortex/importJob';
import { OPERATIONS } from '../../nodes/shared/cortex/operations';
import { readReply, replyOf } from '../../nodes/shared/cortex/reply';
import { FILTER_FIELDS, scanFilters } from '../../nodes/shared/cortex/scanFilters';
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
	readSwitch,
	readText,
	readWholeNumber,
	sample,
	trimmed,
	trimmedEnds,
} from '../../nodes/shared/input/values';
import { gatewayBaseUrl } from '../../nodes/shared/qualys/gateway';
import { readLogin, readPage } from '../../nodes/shared/qualys/reply';
import { authorization, secretsOf } from '../../nodes/shared/qualys/session';
import {
	isObject,
	notTheirWords,
	numberOf,
	pageOf,
	parseJson,
	plainText,
	textOf,
} from '../../nodes/shared/transport/answer';
import {
	asksToWait,
	LONGEST_WAIT_MS,
	retryAfter,
	throttleBackoff,
} from '../../nodes/shared/transport/attempts';
import { causes, connectionFault, Fault, sentences } from '../../nodes/shared/transport/fault';
import { failedItem, toNodeError } from '../../nodes/shared/transport/nodeErrors';
import {
	showable,
	showableFault,
	userInfoOf,
	withoutSecrets,
} from '../../nodes/shared/transport/secrets';
import * as cortex from '../samples/cortex';
import * as qualys from '../samples/qualys';
import * as inputs from './inputs';

/** A function that reads what users type or vendors send. */
export interface Parser<Input> {
	input: fc.Arbitrary<Input>;
	run(input: NoInfer<Input>): unknown;
	/** What holds for every result. */
	check?(result: never, input: NoInfer<Input>): void;
	/** What must come out in no message. */
	secrets?(input: NoInfer<Input>): string[];
}

/** Keeps the type of a row's input from its result. */
const row = <Input>(parser: Parser<Input>) => parser as unknown as Parser<unknown>;

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
const scanReply = { reply: { action_id: 22519813685366, endpoints_count: '12' } };
const replies = [
	actionReply,
	scriptReply,
	scanReply,
	cortex.importJob,
	cortex.errorEnvelope(500, 'Failed', { why: ['a'] }),
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
		status: fc.integer({ min: 100, max: 599 }),
		throttled: fc.boolean(),
		passing: fc.boolean(),
		unexpected: fc.boolean(),
		envelope: fc.boolean(),
		hint: text,
	},
	{ requiredKeys: [] },
);
const fault = fc.tuple(text, details).map(([message, about]) => new Fault(message, about));

const count = fc.nat({ max: 100_000 });
const progress = fc.record({ total: count, finished: count, succeeded: count, failed: count });
const standing = fc.record({
	status: statuses,
	progress,
	by_status: fc.dictionary(statuses, count, { maxKeys: 12 }),
	errors: fc.array(text, { maxLength: 5 }),
});
const end = fc.record<End>({
	outcome: fc.constantFrom('succeeded', 'failed', 'timedOut', 'notFound'),
	polls: count,
	at: fc.integer({ min: NOW, max: NOW + 1e10 }),
});
const tracked = fc.record<Tracked>({
	standing: fc.option(standing, { nil: undefined }),
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
	.constantFrom<Job['type']>('endpointAction', 'scriptExecution', 'importJob')
	.map((type): Job => ({ type, id: '1', settings }));
const plan: Plan = { startedAt: NOW, jobs: [], items: [], onError: 'stop' };
const item = fc
	.tuple(job, tracked, end, fc.array(text, { maxLength: 5 }))
	.map(([one, known, ending, errors]) =>
		jobItem(one, plan, { ...known, end: ending }, { errors, again: false }),
	);

const number = fc.oneof(
	fc.constantFrom(1, 10, '50', 100),
	fc.double(),
	inputs.made('1', '0', '.', 'e', '-', ' ', 'Infinity'),
	value,
);

/** What the user asks a wait for. */
export const waitParameters = fc.record({
	jobType: fc.oneof(fc.constantFrom('endpointAction', 'importJob', 'scriptExecution'), value),
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
	'shared/cortex/actionStatus.reasonText': row({
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
	'shared/cortex/actionStatus.countByStatus': row({
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
		run: scriptExecution,
		check: (result: unknown) => expect(isObject(result)).toBe(true),
	}),
	'shared/cortex/scriptResults.resultRows': row({
		input: inputs.bentObject(scriptReply.reply),
		run: (reply) => resultRows(reply, '1'),
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
	'CortexXdrScanEndpoints/scope.scansAll': row({
		input: fc.tuple(
			fc.oneof(fc.constantFrom('all', 'matching'), inputs.value),
			fc.record({ chosen: fc.oneof(fc.constant('all'), inputs.value), tool: fc.boolean() }),
		),
		run: ([scope, options]) => scansAll(scope, options),
		check: (
			all: boolean,
			[scope, { chosen, tool }]: [unknown, { chosen: unknown; tool: boolean }],
		) => expect(all).toBe(scope === 'all' && (!tool || chosen === 'all')),
	}),
	'CortexXdrScanEndpoints/startedScan.startedScan': row({
		input: inputs.bentObject(scanReply),
		run: startedScan,
		check: ({ action_id, endpoints_count }: Record<string, unknown>) => {
			expect(String(action_id).trim()).not.toBe('');
			expect(endpoints_count === null || Number.isFinite(endpoints_count)).toBe(true);
		},
	}),
	'CortexXdrWaitForJob/settings.readJob': row({
		input: waitParameters,
		run: readJob,
		check: ({ settings: { pollInterval, timeout } }: Job) => {
			expect(pollInterval).toBeGreaterThanOrEqual(1);
			expect(timeout).toBeGreaterThanOrEqual(60);
			expect(Number.isFinite(pollInterval + timeout)).toBe(true);
		},
	}),
	'CortexXdrWaitForJob/tracking.pack': row({
		input: tracked,
		run: pack,
		check: (result: string) => {
			expect(pack(unpack(result))).toBe(result);
			expect(Buffer.byteLength(result)).toBeLessThan(1_500);
		},
	}),
	'CortexXdrWaitForJob/tracking.unpack': row({
		input: fc.oneof(
			tracked.map(pack),
			inputs
				.bent({
					s: ['FAILED', [1, 1, 0, 1], { FAILED: 1 }, ['e']],
					m: 1,
					f: 'x',
					e: ['failed', 1, 1],
				})
				.map((state) => JSON.stringify(state) ?? ''),
			text,
			value,
		),
		run: unpack,
		check: (result: Tracked) => aText(pack(result)),
	}),
	'CortexXdrWaitForJob/parked.readPlan': row({
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
		run: readPlan,
		check: ({ jobs, startedAt }: Plan) => {
			expect(jobs.length).toBeGreaterThan(0);
			expect(new Date(startedAt).toISOString()).toBeTruthy();
		},
	}),
	'CortexXdrWaitForJob/parked.stateIn': row({
		input: fc.oneof(inputs.bent({ round: 1, jobs: [pack({ misses: 0 })], wait: 65 }), json),
		run: (one) => stateIn({ json: one as never }, { ...plan, jobs: [{}] } as never),
		check: ({ round, jobs }: { round: number; jobs: unknown[] }) => {
			expect(typeof round).toBe('number');
			expect(jobs).toHaveLength(1);
		},
	}),
	'CortexXdrWaitForJob/handover.handoverOf': row({
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
	'CortexXdrWaitForJob/tracking.isParkedState': row({
		input: json,
		run: isParkedState,
		check: (result: boolean) => expect(typeof result).toBe('boolean'),
	}),
	'CortexXdrWaitForJob/tracking.afterPoll': row({
		input: fc.tuple(
			tracked,
			fc.oneof(fault, rows),
			job,
			fc.record({ round: fc.integer({ min: 1, max: 3 }), elapsed: fc.nat({ max: 120 }) }),
		),
		run: ([before, brought, one, when]) =>
			afterPoll(
				{ ...before, end: undefined },
				brought instanceof Fault
					? { fault: brought }
					: { standing: actionStanding(brought, settings) },
				one,
				{ ...when, now: NOW },
			),
		check: (
			result: Tracked,
			[, , one, { round, elapsed }]: [Tracked, unknown, Job, { round: number; elapsed: number }],
		) => {
			if (isDue(one, round, elapsed)) expect(result.end).toBeDefined();
		},
	}),
	'CortexXdrWaitForJob/tracking.isDue': row({
		input: fc.tuple(job, fc.integer({ min: 1, max: 3 }), fc.nat({ max: 120 })),
		run: ([one, round, elapsed]) => isDue(one, round, elapsed),
		check: (result: boolean, [, round]: [Job, number, number]) => {
			if (round === 1) expect(result).toBe(false);
		},
	}),
	'CortexXdrWaitForJob/tracking.lastKnown': row({
		input: fc.tuple(job, tracked),
		run: ([one, known]) => lastKnown(one, known),
		check: aText,
	}),
	'CortexXdrWaitForJob/tracking.jobItem': row({
		input: item,
		run: (one) => one,
		check: ({ errors }: { errors: string[] }) => expect(Array.isArray(errors)).toBe(true),
	}),
	'CortexXdrWaitForJob/tracking.failureText': row({ input: item, run: failureText, check: aText }),
	'CortexXdrWaitForJob/tracking.summaryOf': row({
		input: fc.array(item, { maxLength: 4 }),
		run: summaryOf,
		check: (result: unknown, items: Array<{ outcome: string }>) => {
			expect(result === undefined).toBe(items.every(({ outcome }) => outcome === 'succeeded'));
		},
	}),
	'CortexXdrWaitForJob/tracking.isPlan': row({
		input: json,
		run: isPlan,
		check: (result: boolean) => expect(typeof result).toBe('boolean'),
	}),
	'CortexXdrWaitForJob/verdict.actionStanding': row({
		input: fc.tuple(rows, judged),
		run: ([list, shares]) => actionStanding(list, shares),
		check: ({
			progress: { total, finished, succeeded, failed },
		}: {
			progress: Record<string, number>;
		}) => {
			expect(succeeded + failed).toBe(finished);
			expect(finished).toBeLessThanOrEqual(total);
		},
	}),
	'CortexXdrWaitForJob/verdict.importStanding': row({
		input: fc.tuple(inputs.bentObject(cortex.importJob), judged),
		run: ([reply, shares]) => importStanding(importJob(reply), shares),
		check: ({ by_status }: { by_status: object }) => expect(Object.keys(by_status)).toHaveLength(1),
	}),
	'CortexXdrWaitForJob/verdict.silence': row({
		input: fault,
		run: silence,
		check: (result: string) => expect(['passing', 'refused', 'missing']).toContain(result),
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
	'shared/qualys/reply.readLogin': row({
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
	'QualysSearchScriptJobs/filter.jobFilter': row({
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
	'QualysSearchScriptJobs/simplified.simplifiedJob': row({
		input: inputs.bentObject(qualys.v1Record, qualys.v2Record),
		run: simplifiedJob,
		check: (result: Record<string, unknown>, { updatedDateTime }: Record<string, unknown>) => {
			expect(result.createdAt).toBeDefined();
			expect(result.updatedAt).toBeDefined();
			if (typeof updatedDateTime !== 'number' || Math.abs(updatedDateTime) > 8.64e15) return;
			expect(result.updatedAt).toBe(new Date(updatedDateTime).toISOString());
		},
	}),
	'shared/transport/answer.textOf': row({ input: json, run: textOf, check: aText }),
	'shared/transport/answer.isObject': row({
		input: value,
		run: isObject,
		check: (result: boolean) => expect(typeof result).toBe('boolean'),
	}),
	'shared/transport/answer.numberOf': row({
		input: fc.oneof(json, value),
		run: numberOf,
		check: (result: number | null) => expect(result === null || Number.isFinite(result)).toBe(true),
	}),
	'shared/transport/answer.parseJson': row({ input: fc.oneof(text, value), run: parseJson }),
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
	'shared/transport/attempts.asksToWait': row({
		input: inputs.header,
		run: (header) => asksToWait(header, NOW),
		check: aWait,
	}),
	'shared/transport/attempts.retryAfter': row({
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
	'shared/transport/fault.causes': row({
		input: thrown,
		run: (error) => [...causes(error)].length,
	}),
	'shared/transport/fault.connectionFault': row({
		input: thrown,
		run: connectionFault,
		check: (result: unknown) => expect(result).toBeInstanceOf(Fault),
	}),
	'shared/transport/fault.sentences': row({
		input: fc.array(fc.option(text, { nil: undefined }), { maxLength: 4 }),
		run: (all) => sentences(...all),
		check: aText,
	}),
	'shared/transport/nodeErrors.toNodeError': row({
		input: fc.tuple(thrown, leaky),
		run: ([error, { secret, text: message }]) =>
			[error, new Fault(message, { hint: message })].map((one) => {
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
			return showableFault(new Fault(message, { hint: message, page }), [secret]);
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
	...[
		'CortexXdrGetActionStatus',
		'CortexXdrGetImportJob',
		'CortexXdrGetScriptResults',
		'CortexXdrScanEndpoints',
		'CortexXdrWaitForJob',
		'QualysSearchScriptJobs',
	].map((name) => `${name}/${name}.node.${name}`),
	'CortexXdrWaitForJob/inMemory.waitInMemory',
	'CortexXdrWaitForJob/credential.isOtherCredential',
	'CortexXdrWaitForJob/credential.itemsOfOtherCredentials',
	'CortexXdrWaitForJob/credential.keepCredential',
	// What n8n has stored of executions.
	'CortexXdrWaitForJob/executions.abandonment',
	'CortexXdrWaitForJob/executions.childrenOf',
	'CortexXdrWaitForJob/executions.pollerBegan',
	'CortexXdrWaitForJob/executions.readExecution',
	'CortexXdrWaitForJob/executions.runOf',
	'CortexXdrWaitForJob/executions.wasStopped',
	'CortexXdrWaitForJob/executionTimeout.endedAfter',
	'CortexXdrWaitForJob/executionTimeout.secondsUntilEnded',
	'CortexXdrWaitForJob/executionTimeout.tooLongFor',
	'CortexXdrWaitForJob/handover.handoverItem',
	'CortexXdrWaitForJob/handover.wordsOf',
	'CortexXdrWaitForJob/output.brokenOff',
	'CortexXdrWaitForJob/output.endOf',
	'CortexXdrWaitForJob/output.lostItems',
	'CortexXdrWaitForJob/output.outputItems',
	'CortexXdrWaitForJob/output.runningItems',
	'CortexXdrWaitForJob/parked.park',
	'CortexXdrWaitForJob/parked.parkOn',
	'CortexXdrWaitForJob/parked.stateItem',
	'CortexXdrWaitForJob/parked.whyNotParked',
	'CortexXdrWaitForJob/poller.pollOnce',
	'CortexXdrWaitForJob/polls.complete',
	'CortexXdrWaitForJob/polls.poll',
	'CortexXdrWaitForJob/rounds.elapsedSeconds',
	'CortexXdrWaitForJob/rounds.newState',
	'CortexXdrWaitForJob/roles.goOnWaiting',
	'CortexXdrWaitForJob/rounds.nextRound',
	'CortexXdrWaitForJob/rounds.running',
	'CortexXdrWaitForJob/schedule.interval',
	'CortexXdrWaitForJob/schedule.nextPoll',
	'CortexXdrWaitForJob/schedule.parkedSeconds',
	'CortexXdrWaitForJob/schedule.secondsInMemory',
	'CortexXdrWaitForJob/subWorkflows.pollingWorkflow',
	'CortexXdrWaitForJob/subWorkflows.supervisingWorkflow',
	'CortexXdrWaitForJob/supervisor.check',
	'CortexXdrWaitForJob/supervisor.crashesWith',
	'CortexXdrWaitForJob/supervisor.supervise',
	'CortexXdrWaitForJob/tracking.lostState',
	'CortexXdrWaitForJob/tracking.standingItem',
	'CortexXdrWaitForJob/tracking.startPlan',
	'CortexXdrWaitForJob/wait.waitForJobs',
	'QualysSearchScriptJobs/paging.alignedSize',
	'QualysSearchScriptJobs/paging.evenSize',
	'QualysSearchScriptJobs/searchBody.inexactNumber',
	// Asks for pages; its cases stand in paging.test.ts.
	'QualysSearchScriptJobs/paging.collectJobs',
	'shared/cortex/ask.tenantOf',
	'shared/cortex/credentialTest.cortexXdrApiTest',
	'shared/cortex/scanFilters.filtersOf',
	'shared/cortex/send.laneToTenant',
	'shared/cortex/send.receive',
	'shared/cortex/send.sendToCortex',
	// Its cases are those of readSearch.
	'shared/input/collections.readCollection',
	'shared/input/inputError.InputError',
	'shared/qualys/credentialTest.qualysGatewayApiTest',
	'shared/qualys/description.emptyResultHint',
	'shared/qualys/send.sendToQualys',
	'shared/qualys/session.renewedToken',
	'shared/qualys/session.signIn',
	'shared/qualys/session.testedToken',
	'shared/qualys/reply.RefusedLogin',
	'shared/qualys/session.loginUnderWay',
	'shared/transport/attempts.attempts',
	'shared/transport/clock.Cancelled',
	'shared/transport/clock.orCancelled',
	'shared/transport/clock.pause',
	'shared/transport/declarative.declarative',
	'shared/transport/fault.Fault',
	'shared/transport/fault.lateAnswer',
	'shared/transport/fault.unexpectedAnswer',
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
	'shared/transport/tool.isTool',
];
