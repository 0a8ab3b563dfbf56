import { allNodeNames } from '../operations';
import { expectationOf, misfits } from './lookup';
import { fieldsOf, withField } from '../support/fields';
import { activity } from '../support/httpActivity';
import { print } from '../support/print';
import { formsOf } from '../support/secrets';
import { faultNames, wrong, wrongs } from './faults';
import { UNKNOWN, type Expected } from './expectations';
import {
	asDocumented,
	createBench,
	patience,
	runCell,
	undisturbed,
	type Bench,
	type Cell,
	type Outcome,
} from './run';
import { steady, subjectNames, subjects, type SubjectName } from './subjects';

const mockPatience = patience;
jest.mock('../../nodes/shared/transport/requestRules', () => {
	const actual = jest.requireActual<typeof import('../../nodes/shared/transport/requestRules')>(
		'../../nodes/shared/transport/requestRules',
	);
	return {
		requestRules: (timeout?: number) => actual.requestRules(mockPatience.milliseconds ?? timeout),
	};
});

/** Longest error, hints included. */
const LONGEST_TEXT = 5_000;

/** What never helps anybody. */
const UNHELPFUL = /Request failed with status code|TypeError|Cannot read|undefined|NaN|\[object /;

/** Words of the sentence about a wait that did not end well. */
const OUTCOMES = {
	failed: / failed( \([^)]+\))?: /,
	timedOut: / was still going on at the deadline/,
	notFound: / was not found( \([^)]+\))?: /,
};

function expectNoSecret({ result, secrets }: Outcome) {
	const texts = [result.error?.message, result.error?.description, result.stored].join('\n');
	expect(secrets.length).toBeGreaterThanOrEqual(2);
	for (const form of secrets.flatMap(formsOf)) expect(texts.includes(form)).toBe(false);
	expect(texts.toLowerCase()).not.toMatch(/bearer ey/);
}

const inWords = (words: string, of: SubjectName) =>
	words
		.replace('{operation}', subjects[of].operation)
		.replace(UNKNOWN, subjects[of].unknown ?? UNKNOWN)
		.replace('{vendor}', subjects[of].path.startsWith('/public_api') ? 'Cortex' : 'Qualys');

/** Where and how often a cell asked, and how long it waited. */
function expectRequests(of: SubjectName, outcome: Outcome, expected: Expected) {
	const signsIn = subjects[of].path.startsWith('/sm');
	expect(outcome.unmet).toEqual([]);
	expect({
		requests: outcome.requests,
		seconds: Math.floor(outcome.seconds + 0.5),
		logins: outcome.logins,
	}).toEqual({
		requests: expected.requests,
		seconds: expected.seconds,
		logins: expected.logins ?? (signsIn ? 1 : 0),
	});
}

/** Where a reply holds the fields of an item: what stands before their names. */
const RECORDS =
	/^(reply\.results\[\]\.|reply\.endpoints\[\]\.|reply\.|body\.list\[\]\.data\.|body\.list\[\]\.)/;

/** The item of the documented reply, with the wrong field in it as it came. */
function itemAsItCame(documented: Outcome, cell: Cell) {
	if (!('field' in cell)) throw new Error('Only fields are passed on');
	const [item] = documented.result.json;
	return withField(item, cell.field.replace(RECORDS, ''), wrong[cell.is]);
}

/** A field that is missing may be null in the item. */
const withoutNulls = (item: unknown) =>
	Object.fromEntries(
		Object.entries(item as object).filter(([, value]) => value !== null && value !== undefined),
	);

function expectItems(of: SubjectName, { result }: Outcome, expected: Expected, calm: Outcome) {
	const subject = subjects[of];
	expect(result.error).toBeUndefined();
	expect(result.status).toBe('success');
	for (const item of result.json) expect(item).toMatchObject(subject.contract);
	if (expected.result === 'same') {
		expect(result.json.map((item) => steady(item, subject))).toEqual(
			calm.result.json.map((item) => steady(item, subject)),
		);
	}
	if (expected.gives) {
		expect(result.json).toHaveLength(expected.gives.length);
		expect(result.json).toMatchObject(expected.gives);
	}
	const shown = JSON.stringify(result.json.map(({ errors }) => errors));
	for (const words of expected.says) expect(shown).toContain(inWords(words, of));
}

function expectError(of: SubjectName, { result }: Outcome, expected: Expected) {
	const { message = '', description } = result.error ?? {};
	const text = `${message}\n${description ?? ''}`;
	expect(result.json).toEqual([]);
	expect(result.error?.name).toMatch(/^Node(Api|Operation)Error$/);
	for (const words of expected.says) expect(text).toContain(inWords(words, of));
	if (expected.outcome) expect(text).toMatch(OUTCOMES[expected.outcome]);
	expect(text.includes(inWords(UNKNOWN, of))).toBe(expected.says.includes(UNKNOWN));
	expect(text).not.toMatch(UNHELPFUL);
	// The sentence about one job says it all; of anything else, what to do about it stands below.
	if (!expected.outcome) expect(description).toBeTruthy();
	expect(text.length).toBeLessThan(LONGEST_TEXT);
}

/** The two ways in which a workflow goes on, and the output that the item for the error comes from. */
const GOES_ON = [
	['Continue', 'continueRegularOutput', 0],
	['Continue (using error output)', 'continueErrorOutput', 1],
] as const;

/** The item that stands for the error says the same. */
function expectErrorItem(of: SubjectName, { result }: Outcome, expected: Expected, output: number) {
	expect(result.error).toBeUndefined();
	expect(result.outputs.flat()).toHaveLength(1);
	const { json } = result.outputs[output][0];
	const { error, details } = json;
	// The error output has what is known of a job in the details.
	const { outcome, errors } = output === 0 ? json : (details as typeof json);
	expect(outcome).toBe(expected.outcome);
	const shown = JSON.stringify(expected.outcome ? errors : [error, details]);
	for (const words of expected.says) {
		expect(shown).toContain(JSON.stringify(inWords(words, of)).slice(1, -1));
	}
	expect(shown).not.toMatch(UNHELPFUL);
	expect(shown.length).toBeLessThan(LONGEST_TEXT);
}

const nameOf = (cell: Cell) => ('field' in cell ? `${cell.field} is ${cell.is}` : cell.fault);

const cellsOf = (of: SubjectName): Cell[] => [
	...faultNames.map((fault) => ({ of, fault })),
	...fieldsOf(subjects[of].reply).flatMap((field) => wrongs.map((is) => ({ of, field, is }))),
];

const cells = subjectNames.flatMap(cellsOf);

/** That nothing is left out: of all subjects together. */
export function testCompleteness(): void {
	test('every cell has one expectation, and every expectation a cell', () => {
		expect(misfits(cells)).toEqual([]);
	});

	test('every node of the package is a subject', () => {
		const there = subjectNames.map((name) => subjects[name].node.name);
		expect([...new Set(there)].sort()).toEqual([...allNodeNames].sort());
	});
}

/**
 * The tests of every second subject: two files of them run side by side.
 * @param half 0 or 1
 */
export function testHalf(half: 0 | 1): void {
	const names = subjectNames.filter((_name, index) => index % 2 === half);

	describe.each(names)('%s', (of) => {
		let bench: Bench;
		let calm: Outcome;
		let documented: Outcome;
		const fresh = async () => {
			await bench?.close();
			activity.hosts.clear();
			bench = await createBench();
		};

		beforeAll(async () => {
			await fresh();
			calm = await undisturbed(bench, of);
			expect(calm.result.error).toBeUndefined();
			expect(calm.result.json.length).toBeGreaterThan(0);
			documented = await asDocumented(bench, of);
			if (subjects[of].ownWorld) await fresh();
		});
		afterAll(async () => await bench.close());
		afterEach(async () => {
			expect(bench.elsewhere.requests()).toBe(0);
			const own = [bench.world.url, bench.nowhere].map((url) => new URL(url).host);
			if (subjects[of].elsewhere) own.push(`localhost:${new URL(bench.world.url).port}`);
			expect(own).toEqual(expect.arrayContaining([...activity.hosts]));
			activity.hosts.clear();
			if (subjects[of].ownWorld) await fresh();
		});

		it.each(cellsOf(of).map((cell) => [nameOf(cell), cell] as const))('%s', async (_name, cell) => {
			const expected = expectationOf(cell);
			const outcome = await runCell(bench, cell);
			expectNoSecret(outcome);
			expectRequests(of, outcome, expected);
			if (expected.result === 'error') expectError(of, outcome, expected);
			else expectItems(of, outcome, expected, calm);
			if (expected.passedOn) {
				expect(withoutNulls(outcome.result.json[0])).toEqual(
					withoutNulls(itemAsItCame(documented, cell)),
				);
			}
		});

		if (subjects[of].polled) return;
		const failing = cellsOf(of).filter((cell) => expectationOf(cell).result === 'error');
		describe.each(GOES_ON)('On Error: %s', (_name, onError, output) => {
			it.each(failing.map((cell) => [nameOf(cell), cell] as const))('%s', async (_cell, cell) => {
				const expected = expectationOf(cell);
				const outcome = await runCell(bench, cell, onError);
				expectNoSecret(outcome);
				expectRequests(of, outcome, expected);
				expectErrorItem(of, outcome, expected, output);
			});
		});
	});

	afterAll(() => {
		if (half === 1) return;
		const fields = cells.filter((cell) => 'field' in cell).length;
		print(
			`Fault matrix: ${subjectNames.length} subjects x ${faultNames.length} faults = ${cells.length - fields} cells, and ${fields} cells of wrong fields: ${cells.length} in all`,
		);
	});
}
