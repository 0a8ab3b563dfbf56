import fc from 'fast-check';
import type { INodeProperties } from 'n8n-workflow';
import { jobFilter } from '../../nodes/shared/qualys/jobFilter';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import {
	FILTERS,
	LARGEST_PAGE,
	OPTIONS,
	readSearch,
	type Search,
} from '../../nodes/QualysSearchScriptJobs/searchBody';
import { InputError } from '../../nodes/shared/errors';
import { createScriptEntries, type ScriptJob } from '../../simulator/qualys/jobs';
import { compileQuery } from '../../simulator/qualys/qql';

const scripts = createScriptEntries(1);

/** A job that ran a script of this name. */
const jobOf = (name: string, script = scripts[0]): ScriptJob => ({
	id: '1',
	createdAt: 0,
	updatedAt: 0,
	title: '',
	tag: '',
	correlationUuid: '',
	script: { ...script, name },
});

const matches = (filters: Parameters<typeof jobFilter>[0], job: ScriptJob) =>
	compileQuery(jobFilter(filters) ?? 'id: 1')(job);

const base = {
	apiVersion: 'v2',
	returnAll: true,
	limit: 50,
	filters: {},
	simplify: true,
	options: {},
};

/** What a reader gives, or the error that says why not; anything else that is thrown fails the test. */
function outcome<T>(read: () => T): T | InputError {
	try {
		return read();
	} catch (error) {
		expect(error).toBeInstanceOf(InputError);
		const { message, hint } = error as InputError;
		expect(message).not.toBe('');
		expect(hint).toBeTruthy();
		return error as InputError;
	}
}

const RUNS = 1000;

const blank = /^[\s\u200b-\u200d\u2060\ufeff]*$/;

/** A name as it is searched for: without what pasting leaves around it, and with spaces that can be typed. */
const searchedFor = (name: string) =>
	name
		.replaceAll('\u00a0', ' ')
		.replace(/^[\s\u200b-\u200d\u2060\ufeff]+|[\s\u200b-\u200d\u2060\ufeff]+$/g, '');

describe('jobFilter', () => {
	it('a script name means that name and no other, whatever people type', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.string({ unit: 'grapheme' }),
					fc.constantFrom(
						'a or b',
						') or (',
						'"',
						'\\',
						'👩\u200d💻 job',
						'\u200ba\u00a0b\u202fc ',
					),
				),
				fc.string({ minLength: 1 }),
				(name, other) => {
					const filter = outcome(() => jobFilter({ scriptName: name }));
					if (filter instanceof InputError) {
						expect(blank.test(name) || name.includes('`')).toBe(true);
						return;
					}
					const meant = searchedFor(name);
					expect(filter).toBe(`script.name:\`${meant}\``);
					expect(matches({ scriptName: name }, jobOf(meant))).toBe(true);
					if (other !== meant) expect(matches({ scriptName: name }, jobOf(other))).toBe(false);
				},
			),
			{ numRuns: RUNS },
		);
	});

	/** Queries that are complete in themselves. */
	const { query } = fc.letrec<{ query: string; term: string; group: string }>((tie) => ({
		term: fc.oneof(
			fc.nat({ max: 5 }).map((number) => `severity: ${number}`),
			fc.constantFrom('platform: LINUX', 'platform: "windows"', 'script.name: `x or (y`'),
			fc.constantFrom('script.name: "and ) or"', 'category.name: malware', 'severity > 2'),
		),
		group: fc.oneof(
			{ depthSize: 'small' },
			tie('term'),
			tie('query').map((inner) => `(${inner})`),
			tie('query').map((inner) => `not (${inner})`),
		),
		query: fc.array(tie('group'), { minLength: 1, maxLength: 3 }).chain((parts) =>
			fc
				.array(fc.constantFrom(' and ', ' or ', ' AND ', '\u00a0or ', '\nOr\t'), {
					minLength: parts.length,
					maxLength: parts.length,
				})
				.map((words) =>
					parts.map((part, index) => (index > 0 ? words[index] : '') + part).join(''),
				),
		),
	}));

	it('joined with other filters, a query means both, and nothing else', () => {
		fc.assert(
			fc.property(
				query,
				fc.constantFrom(...scripts),
				fc.constantFrom(...scripts),
				(text, wanted, ran) => {
					const job = jobOf(ran.name, ran);
					const alone = matches({ query: text }, job);
					expect(compileQuery(text.replaceAll('\u00a0', ' '))(job)).toBe(alone);
					expect(matches({ scriptId: wanted.id, query: text }, job)).toBe(
						alone && ran.id === wanted.id,
					);
					expect(matches({ query: text, scriptName: wanted.name }, job)).toBe(
						alone && ran.name === wanted.name,
					);
				},
			),
			{ numRuns: RUNS },
		);
	});

	it('no query reaches out of its place, whatever people type', () => {
		const pieces = fc.constantFrom('(', ')', '"', '`', '\\', ' or ', ' and ', 'a: 1', ' ', 'not ');
		fc.assert(
			fc.property(fc.array(pieces, { minLength: 1, maxLength: 12 }), (parts) => {
				const filter = outcome(() => jobFilter({ scriptId: 5, query: parts.join('') }));
				if (filter === undefined || filter instanceof InputError) return;
				expect(filter.startsWith('scriptId: 5 and ')).toBe(true);
				// What stands outside of quotes and brackets has no `or` that could widen the search.
				let rest = filter.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, ' ');
				expect(rest).not.toMatch(/["`]/);
				for (let before = ''; before !== rest; ) {
					before = rest;
					rest = rest.replace(/\([^()]*\)/g, ' ');
				}
				expect(rest).not.toMatch(/[()]/);
				expect(rest).not.toMatch(/\bor\b/i);
			}),
			{ numRuns: 2000 },
		);
	});

	it('gives a filter or an error, whatever comes', () => {
		fc.assert(
			fc.property(
				fc.record(
					{ scriptId: fc.anything(), scriptName: fc.anything(), query: fc.anything() },
					{ requiredKeys: [] },
				),
				(filters) => {
					const filter = outcome(() => jobFilter(filters));
					if (Object.keys(filters).length === 0) expect(filter).toBeUndefined();
					else if (!(filter instanceof InputError)) expect(typeof filter).toBe('string');
				},
			),
			{ numRuns: RUNS },
		);
	});
});

describe('readSearch', () => {
	it('gives a search or an error, whatever comes', () => {
		const anything = fc.oneof(fc.anything({ withNullPrototype: true }), fc.constantFrom('', null));
		fc.assert(
			fc.property(
				fc.constantFrom('v1', 'v2'),
				fc.record(
					{ returnAll: anything, limit: anything, simplify: anything },
					{ requiredKeys: [] },
				),
				fc.record({ startAt: anything, endAt: anything }, { requiredKeys: [] }),
				fc.record(
					{ sort: anything, pageSize: anything, searchAfter: anything, includeCursor: anything },
					{ requiredKeys: [] },
				),
				(apiVersion, parameters, filters, options) => {
					const search = outcome(() =>
						readSearch({ ...base, apiVersion, ...parameters, filters, options }, 'UTC'),
					);
					if (search instanceof InputError) return;
					expect(Number.isInteger(search.pageSize)).toBe(true);
					expect(search.limit).toBeGreaterThanOrEqual(1);
					expect(String(search.body.sort)).toMatch(/\{"id":"(asc|desc)"\}\]$/);
				},
			),
			{ numRuns: 2000 },
		);
	});

	it('sends every cursor back as it came, or refuses a number that is not exact', () => {
		const part = fc.oneof(
			fc.integer(),
			fc.string(),
			fc.string({ unit: fc.constantFrom('\u00a0', '\u200b', '\u202f', '\ufeff', '"', '\\', 'a') }),
			fc.double({ noNaN: true, noDefaultInfinity: true }),
			fc.constant(null),
		);
		const around = fc.constantFrom('', ' ', '\n', '\u00a0', '\u200b', '\ufeff ');
		const unsafe = (value: unknown) => Number.isInteger(value) && !Number.isSafeInteger(value);
		fc.assert(
			fc.property(fc.tuple(part, part), around, (cursor, blanks) => {
				// JSON knows no negative zero.
				const expected = JSON.parse(JSON.stringify(cursor)) as unknown[];
				const pasted = blanks + JSON.stringify(cursor) + blanks;
				for (const searchAfter of [JSON.stringify(cursor), pasted, expected]) {
					const read = outcome(() => readSearch({ ...base, options: { searchAfter } }, 'UTC'));
					if (expected.some(unsafe)) {
						expect((read as InputError).message).toContain('too large to be exact');
					} else expect((read as Search).searchAfter).toEqual(expected);
				}
			}),
			{ numRuns: RUNS },
		);
	});

	it.each([
		[
			'[9007199254740993, "1"]',
			'"[9007199254740993, "1"]", in which 9007199254740992 is too large',
		],
		[[1, -(2 ** 53)], 'in which -9007199254740992 is too large to be exact'],
	])('a cursor whose number is not exact: %j', (searchAfter, words) => {
		expect(() => readSearch({ ...base, options: { searchAfter } }, 'UTC')).toThrow(words);
	});

	it.each([
		['filters', 'a filter of another name', { scriptID: 7 }, 'Filters holds "scriptID"'],
		['filters', 'a list', [{ scriptId: 7 }], 'which is no collection of filters'],
		['filters', 'a text', 'scriptId: 7', 'which is no collection of filters'],
		['filters', 'nothing', undefined, 'which is no collection of filters'],
		['filters', 'null', null, 'which is no collection of filters'],
		['options', 'an option of another name', { pagesize: 7 }, 'Options holds "pagesize"'],
		['options', 'a text', 'pageSize', 'which is no collection of options'],
		['options', 'null', null, 'which is no collection of options'],
	])('%s that are %s', (parameter, _name, value, words) => {
		expect(() => readSearch({ ...base, [parameter]: value }, 'UTC')).toThrow(words);
	});

	it.each([
		['filters', FILTERS],
		['options', OPTIONS],
	])('knows the %s that the editor offers, and no others', (parameter, names) => {
		const { properties } = new QualysSearchScriptJobs().description;
		const offered = properties.find(({ name }) => name === parameter)?.options;
		expect(offered?.map(({ name }) => name)).toEqual(names);
	});

	it('Page Size takes no more in the editor than it does from an expression', () => {
		const { properties } = new QualysSearchScriptJobs().description;
		const options = properties.find(({ name }) => name === 'options')?.options as INodeProperties[];
		const { typeOptions } = options.find(({ name }) => name === 'pageSize')!;
		expect(typeOptions).toMatchObject({ minValue: 1, maxValue: LARGEST_PAGE });
		const read = (pageSize: number) => readSearch({ ...base, options: { pageSize } }, 'UTC');
		expect(read(LARGEST_PAGE).pageSize).toBe(LARGEST_PAGE);
		expect(() => read(LARGEST_PAGE + 1)).toThrow('Page Size');
	});

	it.each([
		['a sort that is a text', { sort: 'created.dateTime' }, 'Sort holds "created.dateTime"'],
		['sort rows that are a text', { sort: { rows: 'id' } }, 'which is no list of fields'],
		['a row that is a text', { sort: ['id'] }, 'Sort Field is empty'],
	])('%s', (_name, options, words) => {
		expect(() => readSearch({ ...base, options }, 'UTC')).toThrow(words);
	});

	it('a cursor is not for v1, which has none', () => {
		const read = (options: object): Search | InputError =>
			outcome(() => readSearch({ ...base, apiVersion: 'v1', options: { ...options } }, 'UTC'));
		expect(read({ searchAfter: '[1,"2"]' })).toMatchObject({
			message: 'Search After does not work with API Version v1, which has no cursors',
		});
		expect(read({ includeCursor: true })).toMatchObject({
			message: 'Include Cursor does not work with API Version v1, which has no cursors',
		});
		expect(read({ searchAfter: '', includeCursor: false })).not.toBeInstanceOf(InputError);
	});
});
