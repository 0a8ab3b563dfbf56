import { SearchError } from './errors';
import type { ScriptJob } from './jobs';

export type Matcher = (job: ScriptJob) => boolean;

/** How a value was written: bare words match loosely, quotes make a phrase, backticks ask for the exact text. */
interface Value {
	text: string;
	form: 'words' | 'phrase' | 'exact';
}

type Field =
	| { kind: 'number'; of: (job: ScriptJob) => number }
	| { kind: 'text' | 'word'; of: (job: ScriptJob) => string };

/** Fields of the query language that the simulator knows. `text` is searched by words; a `word` is compared whole. */
const fields: Record<string, Field> = {
	id: { kind: 'word', of: ({ id }) => id },
	scriptId: { kind: 'number', of: ({ script }) => script.id },
	'script.id': { kind: 'number', of: ({ script }) => script.id },
	'script.name': { kind: 'text', of: ({ script }) => script.name },
	platform: { kind: 'word', of: ({ script }) => script.platform },
	severity: { kind: 'number', of: ({ script }) => script.severity },
	'category.name': { kind: 'text', of: ({ script }) => script.category.name },
};

const comparisons: Record<string, (own: number, wanted: number) => boolean> = {
	':': (own, wanted) => own === wanted,
	'>': (own, wanted) => own > wanted,
	'<': (own, wanted) => own < wanted,
	'>=': (own, wanted) => own >= wanted,
	'<=': (own, wanted) => own <= wanted,
};

// A no-break space is no space here: text pasted from the vendor's page fails as it should.
const SPACE = /[ \t\r\n]*/y;
const FIELD = /[A-Za-z][A-Za-z0-9_.]*/y;
const OPERATOR = />=|<=|[:<>]/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const EXACT = /`([^`]*)`/y;
const BARE = /[^()"`:<>]+?(?=[ \t\r\n]+(?:and|or|not)(?![A-Za-z0-9_.])|[ \t\r\n]*(?:\)|$))/iy;
const KEYWORDS = { and: /and(?![\w.])/iy, or: /or(?![\w.])/iy, not: /not(?![\w.])/iy };

const fail = (message: string): never => {
	throw new SearchError('CAR-QQL-400', `Invalid query: ${message}`);
};

const wordsOf = (text: string): string[] => text.toLowerCase().split(/[^\p{L}\p{N}_.-]+/u);

const textForms: Record<Value['form'], (own: string, wanted: string) => boolean> = {
	words: (own, wanted) => {
		const ownWords = wordsOf(own);
		return wordsOf(wanted).every((word) => word === '' || ownWords.includes(word));
	},
	phrase: (own, wanted) => own.toLowerCase().includes(wanted.toLowerCase()),
	exact: (own, wanted) => own === wanted,
};

function compileTerm(name: string, operator: string, value: Value): Matcher {
	const field = Object.hasOwn(fields, name) ? fields[name] : fail(`unknown field "${name}"`);
	if (field.kind === 'number') {
		if (!/^\d+$/.test(value.text)) fail(`${name} needs a number, not "${value.text}"`);
		const wanted = Number(value.text);
		return (job) => comparisons[operator](field.of(job), wanted);
	}
	if (operator !== ':') fail(`${name} cannot be compared with ${operator}`);
	if (field.kind === 'text') return (job) => textForms[value.form](field.of(job), value.text);
	const plain = (text: string) => (value.form === 'exact' ? text : text.toLowerCase());
	const wanted = plain(value.text);
	return (job) => plain(field.of(job)) === wanted;
}

/**
 * Compiles a query. The language: `field: value`, `severity > 3`, `and`, `or`, `not`, brackets; `not` binds closest, then
 * `and`, then `or`. Throws a SearchError that says where it stopped making sense.
 */
export function compileQuery(query: string): Matcher {
	let position = 0;

	/** Moves on over `pattern` if it stands here. */
	const take = (pattern: RegExp): RegExpExecArray | null => {
		SPACE.lastIndex = position;
		position += SPACE.exec(query)![0].length;
		pattern.lastIndex = position;
		const found = pattern.exec(query);
		if (found) position += found[0].length;
		return found;
	};

	const unexpected = (wanted: string): never =>
		fail(`expected ${wanted} at position ${position}: "${query.slice(position, position + 20)}"`);

	const takeValue = (): Value => {
		const quoted = take(QUOTED);
		if (quoted) return { text: quoted[1].replace(/\\(.)/g, '$1'), form: 'phrase' };
		const exact = take(EXACT);
		if (exact) return { text: exact[1], form: 'exact' };
		const bare = take(BARE);
		return bare ? { text: bare[0].trim(), form: 'words' } : unexpected('a value');
	};

	const takeTerm = (): Matcher => {
		const field = take(FIELD) ?? unexpected('a field');
		const operator = take(OPERATOR) ?? unexpected('a colon');
		return compileTerm(field[0], operator[0], takeValue());
	};

	const takeUnary = (): Matcher => {
		if (take(KEYWORDS.not)) {
			const inner = takeUnary();
			return (job) => !inner(job);
		}
		if (!take(/\(/y)) return takeTerm();
		const inner = takeOr();
		if (!take(/\)/y)) unexpected('a closing bracket');
		return inner;
	};

	const takeAnd = (): Matcher => {
		const parts = [takeUnary()];
		while (take(KEYWORDS.and)) parts.push(takeUnary());
		return (job) => parts.every((matches) => matches(job));
	};

	const takeOr = (): Matcher => {
		const parts = [takeAnd()];
		while (take(KEYWORDS.or)) parts.push(takeAnd());
		return (job) => parts.some((matches) => matches(job));
	};

	const matcher = takeOr();
	if (take(/./sy)) {
		position--;
		unexpected('and, or, or the end');
	}
	return matcher;
}
