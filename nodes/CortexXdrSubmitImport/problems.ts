import { InputError } from '../shared/errors';
import { thousands } from '../shared/transport/answer';

/** So many problems are named in an error; the others are counted. */
const MOST_NAMED = 10;

/** So many different pieces of advice follow them. */
const MOST_HINTS = 3;

function outcomeOf<T>(read: () => T): { value: T } | { error: unknown } {
	try {
		return { value: read() };
	} catch (error) {
		return { error };
	}
}

/**
 * Whatever is wrong with an input of thousands of findings, for one error: whoever corrects it wants to know of all
 * wrong values at once.
 */
export class Problems {
	private readonly first: InputError[] = [];
	private count = 0;

	/** Notes one. @param hint what to do about it */
	add(message: string, hint: string): void {
		this.note(new InputError(message, hint));
	}

	/** What `read` gives; `undefined` where it refuses its value, which is noted. */
	read<T>(read: () => T): T | undefined {
		const outcome = outcomeOf(read);
		if ('value' in outcome) return outcome.value;
		if (!(outcome.error instanceof InputError)) throw outcome.error;
		this.note(outcome.error);
		return undefined;
	}

	/** @throws {InputError} where anything was noted: the one problem, or the first ten and how many others there are */
	check(): void {
		const { first, count } = this;
		if (count === 0) return;
		if (count === 1) throw first[0];
		const more = count - first.length;
		const hints = [...new Set(first.map(({ hint }) => hint))].slice(0, MOST_HINTS);
		throw new InputError(
			`${thousands(count)} values cannot be imported, so nothing was sent`,
			[
				...first.map(({ message }) => message),
				...(more > 0 ? [`… and ${thousands(more)} more`] : []),
				...hints,
			].join('\n'),
		);
	}

	private note(problem: InputError) {
		this.count += 1;
		if (this.first.length < MOST_NAMED) this.first.push(problem);
	}
}
