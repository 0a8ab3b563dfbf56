import fc from 'fast-check';
import { Fault, InputError } from '../../nodes/shared/errors';
import { print } from '../support/print';
import { exportedFunctions, runs } from './environment';
import { others, parsers, type Parser } from './parsers';

/** A case takes microseconds; this is for a machine that does something else at the same time. */
const LONGEST_CASE_MS = 2_000;

type Outcome = { result: unknown } | { refusal: InputError | Fault | TokenMissing };

/** What the Qualys credential throws to have n8n renew its token. */
interface TokenMissing {
	message: string;
	hint?: undefined;
	response: { status: 401 };
}

const isTokenMissing = (error: unknown): error is TokenMissing =>
	(error as Partial<TokenMissing> | undefined)?.response?.status === 401;

/** Runs a parser, and lets nothing pass but results and the package's own errors. */
function outcomeOf(parser: Parser<unknown>, input: unknown): Outcome {
	const start = Date.now();
	try {
		return { result: parser.run(input) };
	} catch (error) {
		if (error instanceof InputError || error instanceof Fault || isTokenMissing(error)) {
			return { refusal: error };
		}
		const { stack = error } = error as { stack?: unknown };
		return expect(stack).toBe("an error of the package's own") as never;
	} finally {
		const took = Date.now() - start;
		if (took > LONGEST_CASE_MS) expect(took).toBeLessThan(LONGEST_CASE_MS);
	}
}

const wordsOf = (refusal: InputError | Fault | TokenMissing) =>
	[refusal.message, refusal instanceof Fault ? refusal.details.hint : refusal.hint].join('\n');

const inWords = (outcome: Outcome) =>
	'result' in outcome ? fc.stringify(outcome.result) : wordsOf(outcome.refusal);

afterAll(() =>
	print(
		`Fuzz: ${runs.toLocaleString('en-US')} cases for each of ${Object.keys(parsers).length} functions`,
	),
);

test('every exported function is a parser with a row, or known to be none', () => {
	const known = [...Object.keys(parsers), ...others];
	expect([...known].sort()).toEqual(exportedFunctions().sort());
});

test.each(Object.entries(parsers))(
	`%s: ${runs} cases`,
	(_name, parser) => {
		fc.assert(
			fc.property(parser.input, (input) => {
				const outcome = outcomeOf(parser, input);
				const again = inWords(outcomeOf(parser, input));
				if (again !== inWords(outcome)) expect(again).toBe(inWords(outcome));
				if ('result' in outcome) {
					parser.check?.(outcome.result as never, input);
					return;
				}
				const words = wordsOf(outcome.refusal);
				expect(words.trim()).not.toBe('');
				for (const secret of parser.secrets?.(input) ?? []) {
					expect(words.includes(secret)).toBe(false);
				}
			}),
			{ numRuns: runs },
		);
	},
	600_000,
);
