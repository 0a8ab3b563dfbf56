/** A query as far as it matters here. */
interface Shape {
	/** The words that its stages begin with, in lower case, and how deep in brackets each stands. */
	stages: Array<{ word: string; depth: number }>;
	/** Whether everything that it opens is closed: texts, comments and brackets. */
	whole: boolean;
}

const QUOTE = '"';
const LONG_QUOTE = '"""';

/** The place after the end of a text or comment, and whether there is an end. */
type Skipped = { to: number; ends: boolean };

const after = (query: string, close: string, from: number): Skipped => {
	const at = query.indexOf(close, from);
	return at < 0 ? { to: query.length, ends: false } : { to: at + close.length, ends: true };
};

/** The same of a text, where a backslash takes the meaning from what follows it, or only from the closing quote. */
function afterText(query: string, close: string, from: number): Skipped {
	for (let end = after(query, close, from); ; end = after(query, close, end.to)) {
		const quoteAt = end.to - close.length;
		let backslashes = 0;
		while (quoteAt - backslashes > from && query[quoteAt - backslashes - 1] === '\\')
			backslashes += 1;
		const isEscaped = close === LONG_QUOTE ? backslashes % 2 === 1 : backslashes > 0;
		if (!end.ends || !isEscaped) return end;
		// The quote that was escaped may be followed by three others.
		if (close === LONG_QUOTE) end.to = quoteAt + 1;
	}
}

/**
 * What begins here and means nothing to the stages around it.
 * @param escapes whether a backslash before a quote keeps a text from ending
 */
function skippedAt(query: string, at: number, escapes: boolean): Skipped | undefined {
	if (query.startsWith('//', at)) return { ...after(query, '\n', at + 2), ends: true };
	if (query.startsWith('/*', at)) return after(query, '*/', at + 2);
	if (query.startsWith(LONG_QUOTE, at)) return afterText(query, LONG_QUOTE, at + 3);
	if (query[at] !== QUOTE) return undefined;
	return escapes ? afterText(query, QUOTE, at + 1) : after(query, QUOTE, at + 1);
}

const WORD = /[A-Za-z_]\w*/y;

/** Blanks, and whatever else nobody sees: a word must not hide behind it. */
const INVISIBLE = /[^\x21-\x7e]/;

function shapeOf(query: string, escapes: boolean): Shape {
	let depth = 0;
	let balanced = true;
	let stage = { word: '', depth };
	const stages = [stage];
	const begin = () => stages.push((stage = { word: '', depth }));
	for (let at = 0; at < query.length; ) {
		const skipped = skippedAt(query, at, escapes);
		if (skipped) {
			const isComment = query[at] === '/';
			if (!isComment && stage.word === '') stage.word = QUOTE;
			balanced &&= skipped.ends;
			at = skipped.to;
			continue;
		}
		const { [at]: character } = query;
		WORD.lastIndex = at;
		const word = WORD.exec(query)?.[0];
		at += word?.length ?? 1;
		if (character === '|') begin();
		else if ('([{'.includes(character)) {
			if (stage.word === '') stage.word = character;
			depth += 1;
			// What stands in brackets may be a query of its own.
			begin();
		} else if (')]}'.includes(character)) {
			depth -= 1;
			balanced &&= depth >= 0;
			// What follows goes on with the stage around the brackets.
			stage = { word: character, depth };
		} else if (stage.word === '' && !INVISIBLE.test(character)) {
			stage.word = (word ?? character).toLowerCase();
		}
	}
	return { stages, whole: balanced && depth === 0 };
}

/**
 * The vendor's page has `"C:\"` for a whole text, and its tools take `\"` for a quote within one. So both readings count.
 */
const readingsOf = (query: string): Shape[] =>
	[true, false].map((escapes) => shapeOf(query, escapes));

/** Stages that have to be the last one: what a query writes, or how it is shown. */
const LAST = ['target', 'view'];

/** Whether a stage that limits the rows can follow, and none is there. */
function lacksLimit({ stages }: Shape): boolean {
	const own = stages.filter(({ depth }) => depth === 0).map(({ word }) => word);
	return !own.includes('limit') && !own.includes('') && !LAST.some((word) => own.includes(word));
}

/**
 * The query with a limit of rows, unless it has one of its own. One that is not understood stays as it is: the vendor
 * says what is wrong with it, and nothing that is added may change what it means.
 */
export function withLimit(query: string, rows: number): string {
	const whole = readingsOf(query).filter((shape) => shape.whole);
	if (whole.length === 0 || !whole.every(lacksLimit)) return query;
	// On a line of its own: the last one may end in a comment, and places in the user's lines stay as they are.
	return `${query}\n| limit ${rows}`;
}

/** Stages that write what was found to a dataset, or run a saved query, which may do so. */
const WRITING = ['target', 'call'];

/** Whether a query can write to a dataset of the tenant, in whichever way it is read. */
export const mayWrite = (query: string): boolean =>
	readingsOf(query).some(({ stages }) => stages.some(({ word }) => WRITING.includes(word)));
