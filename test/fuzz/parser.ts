import type fc from 'fast-check';

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
export const row = <Input>(parser: Parser<Input>) => parser as unknown as Parser<unknown>;
