/* What a reply is expected to look like, and in what one differs. Of the tenant's own, nothing comes out. */
import { partsOf, VOCABULARY } from './vocabulary';

/** What is expected at one place of a reply. */
export type Shape =
	| Scalar
	| 'anything'
	/** A text that is one of these, as the vendor lists them. */
	| { words: readonly string[] }
	| { list: Shape }
	/** An object whose names are the tenant's, such as ids. */
	| { map: Shape }
	/** `own`: names like these are the tenant's, so that any other one may be too. */
	| { fields: Record<string, Field>; own?: RegExp }
	/** One of several, told apart by their type. */
	| { either: Shape[] };

type Scalar = 'text' | 'number' | 'true or false' | 'null';

/** A field: what it holds, and whether it is `needed` by the nodes, `documented` as always there, or `optional`. */
export interface Field {
	shape: Shape;
	is: 'needed' | 'documented' | 'optional';
	/** Another name under which the nodes read it too. */
	or?: string;
}

/** A field that the nodes cannot do without. */
export const needed = (shape: Shape, or?: string): Field => ({ shape, is: 'needed', or });
/** A field that the vendor documents, and the nodes only pass on. */
export const documented = (shape: Shape): Field => ({ shape, is: 'documented' });
/** A field that may be missing. */
export const optional = (shape: Shape): Field => ({ shape, is: 'optional' });

/** A shape, or null. */
export const orNull = (...shapes: Shape[]): Shape => ({ either: [...shapes, 'null'] });

/** Each of these names with the same field. */
export const each = (names: string[], field: Field): Record<string, Field> =>
	Object.fromEntries(names.map((name) => [name, field]));

/** A difference between what is expected and what came. */
export interface Deviation {
	/** Of the expectation, so that it holds no id: `reply.endpoints[].ip[]`. */
	path: string;
	/** A sentence's end: "is missing in all", "holds text, not number". */
	says: string;
	/** Whether the nodes may not work with it. */
	harmful: boolean;
}

/** A difference, and places where there was nothing to compare. */
export interface Comparison {
	/** Each once, in the order in which it was met. */
	deviations: Deviation[];
	/** Paths of what is needed and of which there was none, such as records of a list. */
	unseen: string[];
}

/** Names of fields: letters, hardly a digit, and no hyphen, which names of hosts have. */
const PLAIN_NAME = /^_?[A-Za-z][A-Za-z_]{0,39}\d{0,2}$/;
/** The same, longer, and with digits, such as `sha256_of_file`. */
const GENERAL_NAME = /^_?[A-Za-z]\w{0,59}$/;
const PLAIN_WORD = /^[A-Za-z][A-Za-z_ -]{0,39}$/;

/** Decides what of a reply may be shown. */
export interface Discretion {
	/** A name in a record whose other names are the vendor's. */
	field(name: string): string;
	/** A name where anybody's may stand. */
	name(name: string): string;
	/** A text where the vendor's words are expected. */
	word(word: string): string;
	/** Whether a text is one of the vendor's words that are expected anywhere. */
	isKnown(text: string): boolean;
}

const HIDDEN = '(not shown)';

/** Adds a value, and the parts of one that is no prose: the host of an address, the user of a domain. */
export function hide(value: unknown, into: Set<string>): void {
	const text = String(value).trim().toLowerCase();
	if (text === '') return;
	into.add(text);
	if (/\s/.test(text)) return;
	for (const part of text.split(/[^\p{L}\p{N}_]+/u)) if (part.length > 2) into.add(part);
}

/**
 * Shows names and words that look like the vendor's, and are no value of another field.
 * @param values from {@link hide}
 * @param expected whatever is expected of any reply
 */
export function discretionOf(values: ReadonlySet<string>, expected: Shape[]): Discretion {
	const words = new Set(expected.flatMap(wordsOf).map((word) => word.toUpperCase()));
	const names = new Set(expected.flatMap(namesOf));
	const parts = new Set([...names, ...words].flatMap(partsOf));
	const isGeneral = (text: string) =>
		partsOf(text).every(
			(part) => VOCABULARY.has(part) || parts.has(part) || /^\d{1,3}$/.test(part),
		);
	const looksLike = (pattern: RegExp, text: string) =>
		pattern.test(text) && !values.has(text.toLowerCase());
	const shownIf = (fits: (text: string) => boolean) => (text: string) =>
		fits(text) ? text : HIDDEN;
	// Names of hosts and users may consist of general words, too, but rarely of these letters alone.
	const isNobodys = (text: string) =>
		names.has(text) || (looksLike(GENERAL_NAME, text) && isGeneral(text));
	return {
		field: shownIf((text) => isNobodys(text) || looksLike(PLAIN_NAME, text)),
		name: shownIf(isNobodys),
		word: shownIf(
			(text) => looksLike(PLAIN_WORD, text) || (/^[A-Z][A-Z\d_]*$/.test(text) && isNobodys(text)),
		),
		isKnown: (text) => words.has(text.toUpperCase()),
	};
}

/** All words that a shape knows. */
function wordsOf(shape: Shape): string[] {
	return alternatives(shape).flatMap((one) => {
		if (typeof one === 'string') return [];
		if ('words' in one) return [...one.words];
		if ('list' in one) return wordsOf(one.list);
		if ('map' in one) return wordsOf(one.map);
		return Object.values(one.fields).flatMap((field) => wordsOf(field.shape));
	});
}

/** All names of fields that a shape knows. */
function namesOf(shape: Shape): string[] {
	return alternatives(shape).flatMap((one) => {
		if (typeof one === 'string' || 'words' in one) return [];
		if ('list' in one) return namesOf(one.list);
		if ('map' in one) return namesOf(one.map);
		return Object.entries(one.fields).flatMap(([name, { shape: inner, or = name }]) => [
			name,
			or,
			...namesOf(inner),
		]);
	});
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

type Kind = Scalar | 'a list' | 'an object';

function kindOf(value: unknown): Kind {
	if (value === null || value === undefined) return 'null';
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'string') return 'text';
	if (typeof value === 'number') return 'number';
	return typeof value === 'boolean' ? 'true or false' : 'an object';
}

/** The kind of value that a shape describes; `undefined` for any. */
function kindFor(shape: Exclude<Shape, { either: Shape[] }>): Kind | undefined {
	if (shape === 'anything') return undefined;
	if (typeof shape === 'string') return shape;
	if ('words' in shape) return 'text';
	return 'list' in shape ? 'a list' : 'an object';
}

const alternatives = (shape: Shape): Array<Exclude<Shape, { either: Shape[] }>> =>
	typeof shape === 'object' && 'either' in shape ? shape.either.flatMap(alternatives) : [shape];

const isRecord = (shape: Shape): boolean =>
	alternatives(shape).some((one) => typeof one === 'object' && 'fields' in one);

const inOrder = (texts: Iterable<string>): string[] => [...new Set(texts)].sort();

/** Says so much of a value that is not known: its type, and two levels of what it holds. */
export function described(value: unknown, discretion: Discretion, levels = 2): string {
	const deeper = (inner: unknown) => described(inner, discretion, levels - 1);
	if (typeof value === 'string') {
		if (discretion.isKnown(value)) return `the word ${value.toUpperCase()}`;
		if (/^\d+$/.test(value)) return 'text of digits';
		return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value) ? 'text that is a time' : 'text';
	}
	if (Array.isArray(value)) {
		if (value.length === 0) return 'an empty list';
		return levels > 0 ? `a list of ${inOrder(value.map(deeper)).join(' or ')}` : 'a list';
	}
	if (isObject(value) && levels > 0) {
		const fields = Object.entries(value).map(
			([key, inner]) => `${discretion.name(key)}: ${deeper(inner)}`,
		);
		return `an object (${inOrder(fields).join(', ')})`;
	}
	return kindOf(value);
}

/** Hides every text and number outside the fields that hold the vendor's words, and names that are the tenant's. */
export function valuesIn(shape: Shape | undefined, value: unknown, into: Set<string>): void {
	const fitting = alternatives(shape ?? 'anything').find((one) => kindFor(one) === kindOf(value));
	const inner = typeof fitting === 'object' ? fitting : undefined;
	if (Array.isArray(value)) {
		for (const one of value) valuesIn(inner && 'list' in inner ? inner.list : undefined, one, into);
	} else if (isObject(value)) {
		for (const [key, one] of Object.entries(value)) {
			const known = inner && 'fields' in inner ? inner.fields[key]?.shape : undefined;
			if (inner && 'map' in inner) hide(key, into);
			valuesIn(inner && 'map' in inner ? inner.map : known, one, into);
		}
	} else if (value !== null && !(inner && 'words' in inner)) {
		hide(value, into);
	}
}

/** How often something was found, of how many places where it could be. */
interface Count {
	deviation: Deviation;
	found: number;
	path: string;
	inAll: boolean;
}

/**
 * Compares a reply with what is expected.
 * @param discretion what may be shown of names and words
 */
export function compare(expected: Shape, reply: unknown, discretion: Discretion): Comparison {
	const counts = new Map<string, Count>();
	/** Paths of what a needed list or map holds, and those of which there was something. */
	const places = new Set<string>();
	const seen = new Set<string>();
	const noteWhole = (path: string, isNeeded: boolean, count: number) => {
		if (isNeeded) places.add(path);
		if (count > 0) seen.add(path);
	};
	/** path → how many objects are there */
	const objects = new Map<string, number>();

	const note = (path: string, says: string, harmful: boolean, parent?: string) => {
		const key = `${path} ${says}`;
		const count = counts.get(key) ?? {
			deviation: { path, says, harmful },
			found: 0,
			path: parent ?? path,
			inAll: parent !== undefined,
		};
		count.found++;
		counts.set(key, count);
	};

	const walk = (shape: Shape, value: unknown, path: string, harmful: boolean): void => {
		const options = alternatives(shape);
		if (options.includes('anything')) return;
		const kind = kindOf(value);
		const fitting = options.find((one) => kindFor(one) === kind);
		if (fitting === undefined) {
			const wanted = options.map((one) => kindFor(one)).join(' or ');
			note(path, `holds ${described(value, discretion, 1)}, not ${wanted}`, harmful);
			return;
		}
		if (typeof fitting === 'string') return;
		if ('words' in fitting) {
			const word = value as string;
			if (!fitting.words.some((known) => known.toUpperCase() === word.toUpperCase())) {
				note(path, `holds a word that the nodes do not know: ${discretion.word(word)}`, harmful);
			}
		} else if ('list' in fitting) {
			const list = value as unknown[];
			noteWhole(`${path}[]`, harmful && isRecord(fitting.list), list.length);
			for (const one of list) walk(fitting.list, one, `${path}[]`, harmful);
		} else if ('map' in fitting) {
			const all: unknown[] = Object.values(value as object);
			noteWhole(`${path}.*`, harmful, all.length);
			for (const one of all) walk(fitting.map, one, `${path}.*`, harmful);
		} else if ('fields' in fitting) {
			fields(fitting, value as Record<string, unknown>, path);
		}
	};

	const fields = (
		{ fields: known, own }: { fields: Record<string, Field>; own?: RegExp },
		value: Record<string, unknown>,
		path: string,
	) => {
		objects.set(path, (objects.get(path) ?? 0) + 1);
		const at = (name: string) => (path ? `${path}.${name}` : name);
		for (const [name, { shape, is, or = name }] of Object.entries(known)) {
			const there = [name, or].find((one) => Object.hasOwn(value, one));
			if (there !== undefined) walk(shape, value[there], at(there), is === 'needed');
			else if (is !== 'optional') note(at(name), 'is missing', is === 'needed', path);
		}
		const others = new Set(Object.values(known).map(({ or }) => or));
		// An object that shares no name with what is expected is another one, and its names may be anybody's.
		const isIt = Object.keys(known).some((name) => Object.hasOwn(value, name));
		const shown = isIt && !own ? discretion.field : discretion.name;
		for (const [name, inner] of Object.entries(value)) {
			if (Object.hasOwn(known, name) || others.has(name) || own?.test(name)) continue;
			note(at(shown(name)), `is new: ${described(inner, discretion)}`, false);
		}
	};

	walk(expected, reply, '', true);
	const deviations = [...counts.values()].map(({ deviation, found, path, inAll }) => {
		const all = objects.get(path) ?? 1;
		const where = inAll && all > 1 ? (found < all ? ' in some of them' : ' in all of them') : '';
		return {
			...deviation,
			path: deviation.path || 'the whole reply',
			says: deviation.says + where,
		};
	});
	return { deviations, unseen: [...places].filter((path) => !seen.has(path)) };
}

/** What an answer that is no success consists of: `reply.err_code: number`, a line each. */
export function formOf(value: unknown, discretion: Discretion, path = ''): string[] {
	if (isObject(value)) {
		const inside = Object.entries(value).flatMap(([name, inner]) =>
			formOf(inner, discretion, path ? `${path}.${discretion.name(name)}` : discretion.name(name)),
		);
		return inside.length > 0 ? inOrder(inside) : [`${path || 'the whole answer'}: an empty object`];
	}
	if (Array.isArray(value) && value.length > 0) {
		return inOrder(value.flatMap((one) => formOf(one, discretion, `${path}[]`)));
	}
	return [`${path || 'the whole answer'}: ${described(value, discretion)}`];
}
