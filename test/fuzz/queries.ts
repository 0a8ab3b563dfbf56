import fc from 'fast-check';
import {
	readHours,
	readQuery,
	refusedQuery,
	startBody,
	startedQuery,
} from '../../nodes/CortexXdrStartQuery/request';
import { mayWrite, withLimit } from '../../nodes/CortexXdrStartQuery/stages';
import { summaryItem } from '../../nodes/CortexXdrGetQueryResults/items';
import { mistakeIn, placeOf, type Mistake } from '../../nodes/shared/cortex/errorText';
import { OPERATIONS } from '../../nodes/shared/cortex/operations';
import {
	foundBy,
	queryState,
	queryStatus,
	readQueryId,
	streamRows,
	type Found,
} from '../../nodes/shared/cortex/queries';
import { Fault } from '../../nodes/shared/errors';
import { isObject, type JsonObject } from '../../nodes/shared/json';
import { queryResults } from '../samples/answers';
import { errorEnvelope } from '../samples/cortex';
import * as inputs from './inputs';
import type { Parser } from './parsers';

const row = <Input>(parser: Parser<Input>) => parser as unknown as Parser<unknown>;

const { value, text, json } = inputs;
const NOW = Date.parse('2026-03-01T12:00:00Z');

const aText = (result: string) => expect(typeof result).toBe('string');

const query = fc.oneof(
	inputs.made(
		...['dataset = endpoints', '|', ' limit 5', ' target ', 'filter a = ', '"', '"""', '\\'],
		...['//', '/*', '*/', '\n', '(', ')', 'comp count()'],
	),
	text,
	value,
);

const numbers = fc.oneof(fc.constantFrom(24, '0.5', 1e-9), fc.double(), value);

const queryText = query.filter((one): one is string => typeof one === 'string');

/** What the user asks Start Query for. */
export const queryParameters = fc.record({
	query,
	timeRange: fc.oneof(fc.constantFrom('relative', 'absolute'), value),
	lastHours: numbers,
	from: inputs.date,
	to: inputs.date,
	options: fc.oneof(
		fc.record({ limit: numbers, tenants: value }, { requiredKeys: [] }),
		fc.constant({}),
		value,
	),
});

const mistaken = {
	...errorEnvelope(500, 'Failed', { parse_err: { line: 2, column: 7, message: 'why' } }),
};
const replies = [
	queryResults,
	{ reply: { status: 'PENDING' } },
	{ reply: { status: 'FAIL', error: 'why', error_message: 'so', err_extra: ['x'] } },
	{ reply: { status: 'SUCCESS', number_of_results: 5000, results: { stream_id: 'a_stream' } } },
	{ reply: 'ad21c1e1492d4c_667_inv' },
	mistaken,
];
const reply = inputs.bentObject(...replies);

/** A reply that says how a query stands. */
const state = reply.map((one) => {
	try {
		return queryState(one, OPERATIONS.getQueryResults);
	} catch {
		return queryState(queryResults, OPERATIONS.getQueryResults);
	}
});

const lines = fc
	.array(
		fc.oneof(
			fc.constantFrom('{"a":1}', '', ' ', '{"a":'),
			json.map((one) => JSON.stringify(one)),
		),
		{
			maxLength: 8,
		},
	)
	.map((all) => all.join('\n'));

/** What reads queries and what comes of them; rows of the table in `parsers.ts`. */
export const queryParsers: Readonly<Record<string, Parser<unknown>>> = {
	'CortexXdrStartQuery/request.readHours': row({
		input: numbers,
		run: readHours,
		check: (result: number) => expect(Number.isInteger(result) && result >= 1).toBe(true),
	}),
	'CortexXdrStartQuery/request.readQuery': row({
		input: query,
		run: readQuery,
		check: (result: string) => expect(result.trim()).not.toBe(''),
	}),
	'CortexXdrStartQuery/request.startBody': row({
		input: fc.tuple(queryParameters, inputs.zone, fc.boolean()),
		run: ([parameters, timeZone, ownQuery]) => startBody(parameters, { timeZone, ownQuery }),
		check: ({ request_data: { query: sent, timeframe } }: { request_data: JsonObject }) => {
			aText(sent as string);
			for (const one of Object.values(timeframe as object)) {
				expect(Number.isInteger(one)).toBe(true);
			}
		},
	}),
	'CortexXdrStartQuery/request.startedQuery': row({
		input: reply,
		run: startedQuery,
		check: ({ query_id }: { query_id: string }) => expect(query_id.trim()).not.toBe(''),
	}),
	'CortexXdrStartQuery/request.refusedQuery': row({
		input: fc.tuple(inputs.bentObject(mistaken), text),
		run: ([body, asked]) => refusedQuery(new Fault('no', { meaning: 'declined', body }), asked),
		check: (result: Fault) => expect(result.message).not.toBe(''),
	}),
	'CortexXdrStartQuery/stages.withLimit': row({
		input: queryText,
		run: (one) => withLimit(one, 5),
		check: (result: string, one: string) => {
			expect([one, `${one}\n| limit 5`]).toContain(result);
			expect(withLimit(result, 6)).toBe(result);
		},
	}),
	'CortexXdrStartQuery/stages.mayWrite': row({
		input: queryText,
		run: mayWrite,
		check: (result: boolean, one: string) => {
			// A saved query, run with `call`, may write as well.
			if (result) expect(one.toLowerCase()).toMatch(/target|call/);
		},
	}),
	'CortexXdrGetQueryResults/items.summaryItem': row({
		input: state,
		run: (one) => summaryItem(one, 'x'),
		check: ({ finished, errors }: { finished: unknown; errors: unknown[] }) => {
			expect(typeof finished).toBe('boolean');
			errors.forEach((one) => aText(one as string));
		},
	}),
	'shared/cortex/errorText.mistakeIn': row({
		input: fc.oneof(inputs.bent(mistaken.reply.err_extra), json),
		run: mistakeIn,
		check: (result: Mistake | undefined) => {
			if (result) aText(result.message);
		},
	}),
	'shared/cortex/errorText.placeOf': row({
		input: fc.record({
			line: fc.option(fc.integer()),
			column: fc.option(fc.integer()),
		}),
		run: placeOf,
		check: aText,
	}),
	'shared/cortex/queries.readQueryId': row({
		input: value,
		run: (one) => readQueryId(one),
		check: (result: string) => expect(result.trim()).not.toBe(''),
	}),
	'shared/cortex/queries.queryState': row({
		input: reply,
		run: (one) => queryState(one, OPERATIONS.getQueryResults),
		check: ({ word, reasons }: { word: string; reasons: string[] }) => {
			expect(word.trim()).not.toBe('');
			for (const one of reasons) expect(one.trim()).not.toBe('');
		},
	}),
	'shared/cortex/queries.queryStatus': row({
		input: fc.tuple(state, fc.boolean()),
		run: ([one, acceptPartial]) => queryStatus(one, { acceptPartial }),
		check: ({ progress }: { progress: { total: number } }) => expect(progress.total).toBe(1),
	}),
	'shared/cortex/queries.foundBy': row({
		input: state,
		run: (one) => foundBy(one, OPERATIONS.getQueryResults),
		check: (found: Found) => {
			if ('rows' in found) expect(found.rows.every(isObject)).toBe(true);
			else expect(found.stream.trim()).not.toBe('');
		},
	}),
	'shared/cortex/queries.streamRows': row({
		input: fc.tuple(
			fc.oneof(
				inputs.answer(...replies),
				lines.map((body) => ({ statusCode: 200, headers: {}, body })),
			),
			fc.option(fc.nat({ max: 10 })),
		),
		run: ([answer, counted]) => streamRows(answer, OPERATIONS.getQueryResults, counted, NOW),
		check: (result: JsonObject[], [, counted]: [unknown, number | null]) => {
			expect(result.every(isObject)).toBe(true);
			expect(result.length).toBeGreaterThanOrEqual(counted ?? 1);
		},
	}),
};

/** Those that read nothing of their own. */
export const queryOthers: readonly string[] = [
	// Fetches rows; its cases stand in the tests of the node.
	'CortexXdrGetQueryResults/items.rowItems',
	'shared/cortex/queries.checkCount',
	'shared/cortex/queries.queryBody',
	'shared/transport/hints.hintWhere',
];
