import type { INode } from 'n8n-workflow';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import * as samples from '../samples/qualys';
import type { EngineOptions } from '../support/engine';
import { createWorld, type World } from '../support/world';

let world: World;

beforeAll(async () => {
	world = await createWorld({ scriptJobs: 3000 });
	// The login is not what is counted here.
	await search();
});

afterAll(async () => await world.close());

beforeEach(() => void world.requests());

const search = async (parameters = {}, options: Partial<EngineOptions> = {}) =>
	await world.run(new QualysSearchScriptJobs(), parameters as INode['parameters'], options);

/** The body of the only request that these parameters lead to. */
async function sent(parameters: object, options: Partial<EngineOptions> = {}) {
	const { bodies, error } = await search({ limit: 1, ...parameters }, options);
	expect(error).toBeUndefined();
	expect(bodies).toHaveLength(1);
	return bodies[0] as Record<string, unknown>;
}

const filterOf = async (filters: object) => (await sent({ filters })).filter;

describe('wrong input is refused before anything is sent', () => {
	const filters: Array<[string, object, string]> = [
		['an empty script id', { scriptId: '' }, 'Filter Script ID is empty'],
		['a script id of blanks', { scriptId: ' \u00a0' }, 'Filter Script ID is empty'],
		['an expression that gives nothing', { scriptId: '={{ $json.no }}' }, 'Script ID is empty'],
		['a script id that is a name', { scriptId: 'Check' }, 'Filter Script ID holds "Check"'],
		['two script ids', { scriptId: '1,2' }, 'Filter Script ID holds "1,2"'],
		['a negative script id', { scriptId: -1 }, 'Filter Script ID holds "-1"'],
		['a script id beyond exactness', { scriptId: 2 ** 53 }, 'too large to be exact'],
		['an empty script name', { scriptName: '' }, 'Filter Script Name is empty'],
		['a name with a backtick', { scriptName: 'a` or id: `1' }, 'a name with a backtick'],
		['a list of names', { scriptName: ['a', 'b'] }, 'Filter Script Name holds "["a","b"]"'],
		['an empty query', { query: ' ' }, 'Filter Query is empty'],
		['an open bracket', { query: '(severity: 3' }, 'a bracket is not closed'],
		['a closing bracket', { query: 'severity: 3)' }, 'a bracket is not closed'],
		['brackets the wrong way round', { query: ') or (' }, 'a bracket is not closed'],
		['an open quote', { query: 'script.name: "Check' }, 'a quote is not closed'],
		['an open backtick', { query: 'script.name: `Check' }, 'a quote is not closed'],
		['a quote in backticks', { query: 'a: `"` and b: "' }, 'a quote is not closed'],
		['an escaped quote', { query: 'a: "b\\"' }, 'a quote is not closed'],
		['a date that is none', { startAt: 'yesterday' }, 'Filter Start At holds "yesterday"'],
		['a day that is none', { endAt: '2026-02-30' }, 'Filter End At holds "2026-02-30"'],
		['an empty date', { endAt: '' }, 'Filter End At is empty'],
		['epoch seconds', { startAt: 1772366400 }, 'looks like epoch seconds'],
		[
			'a range that ends before it starts',
			{ startAt: '2026-02-01', endAt: '2026-01-01' },
			'Filter Start At (2026-02-01T00:00:00.000Z) lies after Filter End At (2026-01-01T00:00:00.000Z)',
		],
	];
	const options: Array<[string, object, string]> = [
		['no page size', { pageSize: '' }, 'Page Size holds ""'],
		['a page of none', { pageSize: 0 }, 'Page Size holds "0"'],
		['a page of a part', { pageSize: 1.5 }, 'Page Size holds "1.5"'],
		['a page that is too large', { pageSize: 1001 }, 'a whole number from 1 to 1000'],
		[
			'a cursor that is no JSON',
			{ searchAfter: '1774940443667, 805452' },
			'no cursor of this sort',
		],
		['a cursor that is too short', { searchAfter: '[1774940443667]' }, 'no cursor of this sort'],
		['a cursor of another sort', { searchAfter: [1, 'a', 'b'] }, 'This sort needs 2 values'],
		['a cursor of objects', { searchAfter: '[{}, []]' }, 'no cursor of this sort'],
		[
			'a cursor that is not exact',
			{ searchAfter: '[9223372036854775807, "a"]' },
			'too large to be exact',
		],
		['a cursor that is an object', { searchAfter: '={{ {a: 1} }}' }, 'no cursor of this sort'],
		[
			'a sort by nothing',
			{ sort: { rows: [{ field: '', direction: 'asc' }] } },
			'Sort Field is empty',
		],
		[
			'an unknown direction',
			{ sort: { rows: [{ field: 'id', direction: 'up' }] } },
			'Sort Direction holds "up"',
		],
		[
			'a field that comes twice',
			{ sort: { rows: [{ field: 'severity' }, { field: 'Severity' }] } },
			'Sort holds the field "severity" twice',
		],
		['a switch that is none', { includeCursor: 'perhaps' }, 'Include Cursor holds "perhaps"'],
	];
	const others: Array<[string, object, string]> = [
		['a limit of none', { limit: 0 }, 'Limit holds "0"'],
		['a limit of words', { limit: 'all' }, 'Limit holds "all"'],
		['a limit beyond the most', { limit: 100_001 }, 'a whole number from 1 to 100000'],
		['an empty limit', { limit: '={{ $json.no }}' }, 'Limit holds'],
		['an unknown version', { apiVersion: 'v3' }, 'API Version holds "v3"'],
		['Return All that is neither', { returnAll: '={{ "maybe" }}' }, 'Return All holds "maybe"'],
		['Simplify that is neither', { simplify: '={{ 1 }}' }, 'Simplify holds "1"'],
	];

	it.each([
		...filters.map(([name, value, words]) => [name, { filters: value }, words] as const),
		...options.map(([name, value, words]) => [name, { options: value }, words] as const),
		...others,
	])('%s', async (_name, parameters, words) => {
		const { error, json } = await search(parameters);
		expect(`${error?.message} ${error?.description}`).toContain(words);
		expect(error?.description).toBeTruthy();
		expect(json).toEqual([]);
		expect(world.requests()).toEqual([]);
	});

	it('one wrong item of many keeps all from being sent, and is named', async () => {
		const { error } = await search(
			{ filters: { scriptId: '={{ $json.id }}' } },
			{ items: [{ id: 1 }, { id: 'x' }, { id: 2 }] },
		);
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(world.requests()).toEqual([]);
	});
});

describe('what is sent of the filters', () => {
	it.each([
		['a number', 276000, 'scriptId: 276000'],
		['digits', ' 0276000 ', 'scriptId: 276000'],
		['an expression', '={{ 276000 }}', 'scriptId: 276000'],
	])('script id: %s', async (_name, scriptId, filter) => {
		expect(await filterOf({ scriptId })).toBe(filter);
	});

	it('a script name is searched for exactly, whatever it holds', async () => {
		for (const { name, id } of world.simulator.qualys.scripts) {
			const { json, bodies } = await search({ returnAll: true, filters: { scriptName: name } });
			expect(bodies[0]).toMatchObject({ filter: `script.name:\`${name}\`` });
			expect(new Set(json.map(({ scriptId }) => scriptId))).toEqual(new Set([id]));
		}
	});

	it.each(samples.filters)("the vendor's own query: %s", async (query) => {
		expect(await filterOf({ query })).toBe(query);
		// As it is copied from the vendor's page, which has no-break spaces.
		expect(await filterOf({ query: query.replaceAll(' ', '\u00a0') })).toBe(query);
	});

	it('no-break spaces that come with pasting work like spaces', async () => {
		const { json } = await search({
			filters: {
				scriptName: '\u00a0Check\u00a0disk space\u00a0',
				query: 'severity\u00a0>\u00a00\u00a0and\u00a0not\u00a0severity:\u00a09',
			},
		});
		expect(json.length).toBeGreaterThan(0);
	});

	it.each([
		['alone', {}, 'severity: 3 or severity: 4', 'severity: 3 or severity: 4'],
		['or', { scriptId: 1 }, 'a: 1 or b: 2', 'scriptId: 1 and (a: 1 or b: 2)'],
		['OR in capitals', { scriptId: 1 }, 'a: 1 OR b: 2', 'scriptId: 1 and (a: 1 OR b: 2)'],
		['or without blanks', { scriptId: 1 }, '(a: 1)or(b: 2)', 'scriptId: 1 and ((a: 1)or(b: 2))'],
		['or after a quote', { scriptId: 1 }, 'a: "1"or b: 2', 'scriptId: 1 and (a: "1"or b: 2)'],
		['or on another line', { scriptId: 1 }, 'a: 1\nor\nb: 2', 'scriptId: 1 and (a: 1\nor\nb: 2)'],
		['or within quotes', { scriptId: 1 }, 'a: "x or y"', 'scriptId: 1 and a: "x or y"'],
		['or within backticks', { scriptId: 1 }, 'a: `x or "y`', 'scriptId: 1 and a: `x or "y`'],
		['or within a word', { scriptId: 1 }, 'a: orange', 'scriptId: 1 and a: orange'],
		['and', { scriptId: 1 }, 'a: 1 and b: 2', 'scriptId: 1 and a: 1 and b: 2'],
		[
			'all three',
			{ scriptId: 1, scriptName: 'n' },
			'a: 1 or b: 2',
			'scriptId: 1 and script.name:`n` and (a: 1 or b: 2)',
		],
	])('query: %s', async (_name, more, query, filter) => {
		// What is asked for here means nothing to the simulator.
		world.simulator.faults.add({ path: '/sm', status: 200, body: samples.v2Reply });
		expect(await filterOf({ ...more, query })).toBe(filter);
	});

	it('filters joined with a query mean both', async () => {
		const [{ id }] = world.simulator.qualys.scripts;
		const both = await search({
			returnAll: true,
			filters: { scriptId: id, query: 'severity: 1 or severity > 0' },
		});
		expect(both.json.length).toBeGreaterThan(0);
		expect(new Set(both.json.map(({ scriptId }) => scriptId))).toEqual(new Set([id]));
	});

	it.each([
		['ISO with a zone', '2026-02-01T09:30:00+01:30', 'UTC'],
		['ISO without one, in the zone of the workflow', '2026-02-01T03:00:00', 'America/New_York'],
		['epoch milliseconds', 1769932800000, 'UTC'],
		['epoch milliseconds as text', '1769932800000', 'UTC'],
		['a Luxon date', '={{ DateTime.fromISO("2026-02-01T08:00:00Z") }}', 'UTC'],
		['a JavaScript date', '={{ new Date("2026-02-01T08:00:00Z") }}', 'UTC'],
	])('dates: %s', async (_name, date, timezone) => {
		const { startAt, endAt } = await sent(
			{ filters: { startAt: date, endAt: date } },
			{ timezone },
		);
		expect([startAt, endAt]).toEqual(['2026-02-01T08:00:00.000Z', '2026-02-01T08:00:00.000Z']);
	});

	it('a range of dates brings the jobs in it', async () => {
		const { json } = await search({
			returnAll: true,
			filters: { startAt: '2026-01-10T00:00:00Z', endAt: '2026-01-20T00:00:00Z' },
		});
		expect(json.length).toBeGreaterThan(100);
		for (const { createdAt } of json) {
			expect(String(createdAt) >= '2026-01-10' && String(createdAt) <= '2026-01-20').toBe(true);
		}
	});

	it('nothing is sent that was not added', async () => {
		const body = await sent({});
		expect(JSON.parse(JSON.stringify(body))).toEqual({
			pageSize: 1,
			sort: '[{"created.dateTime":"desc"},{"id":"desc"}]',
		});
	});
});

describe('what is sent of the options', () => {
	const sortOf = async (sort: unknown) => (await sent({ options: { sort } })).sort;

	it.each([
		['no rows', {}, '[{"created.dateTime":"desc"},{"id":"desc"}]'],
		['an empty list', { rows: [] }, '[{"created.dateTime":"desc"},{"id":"desc"}]'],
		[
			'one field',
			{ rows: [{ field: ' updatedDateTime ', direction: 'asc' }] },
			'[{"updatedDateTime":"asc"},{"id":"asc"}]',
		],
		[
			'two fields and the id',
			{
				rows: [
					{ field: 'platform', direction: 'asc' },
					{ field: 'severity', direction: 'DESC' },
					{ field: 'id', direction: 'asc' },
				],
			},
			'[{"platform":"asc"},{"severity":"desc"},{"id":"asc"}]',
		],
		['the id in capitals', { rows: [{ field: 'ID', direction: 'asc' }] }, '[{"id":"asc"}]'],
		['the id alone', { rows: [{ field: 'id', direction: 'asc' }] }, '[{"id":"asc"}]'],
		['no direction', { rows: [{ field: 'severity' }] }, '[{"severity":"desc"},{"id":"desc"}]'],
	])('sort: %s', async (_name, sort, text) => {
		expect(await sortOf(sort)).toBe(text);
	});

	it.each([
		['JSON', '[1774940443667, "805452"]'],
		['an array', [1774940443667, '805452']],
		['an expression', '={{ [1774940443667, "805452"] }}'],
		['JSON with what pasting leaves', '\u00a0[1774940443667,\u00a0"805452"]\n'],
	])('a cursor as %s goes back unchanged', async (_name, searchAfter) => {
		expect((await sent({ options: { searchAfter } })).searchAfter).toEqual([
			1774940443667,
			'805452',
		]);
	});

	it.each([
		['empty', ''],
		['an expression that gives nothing', '={{ $json.cursor }}'],
		['an expression that gives null', '={{ null }}'],
	])('a cursor that is %s starts from the beginning', async (_name, searchAfter) => {
		expect((await sent({ options: { searchAfter } })).searchAfter).toBeUndefined();
	});

	it('numbers and switches may come as text', async () => {
		const { json } = await search({
			returnAll: '={{ "false" }}',
			limit: '={{ "2" }}',
			simplify: '={{ "true" }}',
			options: { pageSize: ' 1 ', includeCursor: '={{ "true" }}' },
		});
		expect(json).toHaveLength(2);
		expect(json[0].sortValues).toHaveLength(2);
		expect(json[0]).toHaveProperty('createdAt');
		expect(world.requests()).toHaveLength(2);
	});
});
