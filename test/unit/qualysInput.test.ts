import fc from 'fast-check';
import { jobFilter } from '../../nodes/QualysSearchScriptJobs/filter';
import { readSearch, type Search } from '../../nodes/QualysSearchScriptJobs/searchBody';
import { InputError } from '../../nodes/shared/input/inputError';
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

const blank = /^[\s\u00a0\u202f\u200b-\u200d\u2060\ufeff]*$/;
/** Blanks that are normalised, or taken away. */
const pasted = /[\u00a0\u202f\u200b-\u200d\u2060\ufeff]/;

describe('jobFilter', () => {
	it('a script name means that name and no other, whatever people type', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.string({ unit: 'grapheme' }),
					fc.constantFrom('a or b', ') or (', '"', '\\'),
				),
				fc.string({ minLength: 1 }),
				(name, other) => {
					const filter = outcome(() => jobFilter({ scriptName: name }));
					if (filter instanceof InputError) {
						expect(blank.test(name) || name.includes('`')).toBe(true);
						return;
					}
					fc.pre(!pasted.test(name));
					expect(matches({ scriptName: name }, jobOf(name.trim()))).toBe(true);
					if (other !== name.trim())
						expect(matches({ scriptName: name }, jobOf(other))).toBe(false);
				},
			),
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
			{ numRuns: 500 },
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

	it('sends every cursor back as it came', () => {
		const part = fc.oneof(
			fc.integer(),
			fc.string(),
			fc.double({ noNaN: true, noDefaultInfinity: true }),
			fc.constant(null),
		);
		fc.assert(
			fc.property(fc.tuple(part, fc.string()), (cursor) => {
				// JSON knows no negative zero.
				const expected: unknown = JSON.parse(JSON.stringify(cursor));
				for (const searchAfter of [JSON.stringify(cursor), expected]) {
					const read = readSearch({ ...base, options: { searchAfter } }, 'UTC');
					fc.pre(!pasted.test(JSON.stringify(cursor)));
					expect(read.searchAfter).toEqual(expected);
				}
			}),
		);
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
