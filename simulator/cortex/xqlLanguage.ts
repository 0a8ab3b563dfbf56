/** A place where a query is not understood, counted as the vendor's parser counts: lines from 1, columns from 0. */
class XqlError extends Error {
	constructor(
		message: string,
		readonly line: number,
		readonly column: number,
	) {
		super(message);
	}
}

type Value = string | number | boolean | null;

/** What a filter asks of a row. */
export type Condition =
	| { all: Condition[] }
	| { any: Condition[] }
	| { not: Condition }
	| { field: string; operator: string; values: Value[] };

/** One stage of a query. */
export type Stage =
	| { kind: 'filter'; condition: Condition }
	| { kind: 'fields'; columns: Array<{ field: string; as: string }> }
	| { kind: 'sort'; by: Array<{ field: string; descending: boolean }> }
	| { kind: 'limit'; rows: number }
	| { kind: 'count'; as: string; by: string[] };

export interface Query {
	dataset: string;
	stages: Stage[];
}

interface Token {
	text: string;
	/** Of a text in quotes. */
	value?: string;
	at: number;
}

const TOKEN =
	/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"""([\s\S]*?)"""|"((?:\\"|[^"\n])*)"|>=|<=|!=|~=|[|=<>(),*]|-?\d+(?:\.\d+)?|[A-Za-z_][\w.]*/y;

const COMPARISONS = ['=', '!=', '>', '>=', '<', '<=', '~=', 'contains', 'in'];

/** Reads a query: `dataset = …`, then filter, fields, sort, limit and comp count(), each after a pipe. */
class Parser {
	private readonly tokens: Token[] = [];
	private next = 0;

	constructor(
		private readonly text: string,
		private readonly datasets: Readonly<Record<string, readonly string[]>>,
	) {
		for (let at = 0; at < text.length; ) {
			if (/\s/.test(text[at])) {
				at += 1;
				continue;
			}
			TOKEN.lastIndex = at;
			const found = TOKEN.exec(text);
			if (!found) throw this.error(`token recognition error at: '${text[at]}'`, at);
			const [whole, long, short] = found;
			if (!/^\/[/*]/.test(whole)) this.tokens.push({ text: whole, value: long ?? short, at });
			at += whole.length;
		}
	}

	query(): Query {
		this.expect('dataset');
		this.expect('=');
		const named = this.take();
		if (!Object.hasOwn(this.datasets, named.text)) {
			throw this.error(`dataset ${named.text} does not exist`, named.at);
		}
		let columns = [...this.datasets[named.text]];
		const stages: Stage[] = [];
		while (this.peek()) {
			this.expect('|');
			const stage = this.stage(columns);
			stages.push(stage);
			if (stage.kind === 'fields') columns = stage.columns.map(({ as }) => as);
			if (stage.kind === 'count') columns = [...stage.by, stage.as];
		}
		return { dataset: named.text, stages };
	}

	private stage(columns: string[]): Stage {
		const word = this.take();
		switch (word.text.toLowerCase()) {
			case 'filter':
				return { kind: 'filter', condition: this.anyOf(columns) };
			case 'fields':
				return {
					kind: 'fields',
					columns: this.list(() => {
						const field = this.column(columns);
						return { field, as: this.accept('as') ? this.take().text : field };
					}),
				};
			case 'sort':
				return {
					kind: 'sort',
					by: this.list(() => {
						const direction = this.take();
						if (!/^(asc|desc)$/i.test(direction.text))
							throw this.unexpected(direction, 'asc, desc');
						return {
							field: this.column(columns),
							descending: direction.text.toLowerCase() === 'desc',
						};
					}),
				};
			case 'limit': {
				const rows = this.take();
				if (!/^[1-9]\d*$/.test(rows.text)) throw this.unexpected(rows, 'a number');
				return { kind: 'limit', rows: Number(rows.text) };
			}
			case 'comp': {
				for (const text of ['count', '(']) this.expect(text);
				if (!this.accept(')')) {
					this.column(columns);
					this.expect(')');
				}
				const as = this.accept('as') ? this.take().text : 'count';
				const by = this.accept('by') ? this.list(() => this.column(columns)) : [];
				return { kind: 'count', as, by };
			}
		}
		throw this.unexpected(word, 'a stage');
	}

	private anyOf(columns: string[]): Condition {
		const any = [this.allOf(columns)];
		while (this.accept('or')) any.push(this.allOf(columns));
		return any.length > 1 ? { any } : any[0];
	}

	private allOf(columns: string[]): Condition {
		const all = [this.condition(columns)];
		while (this.accept('and')) all.push(this.condition(columns));
		return all.length > 1 ? { all } : all[0];
	}

	private condition(columns: string[]): Condition {
		if (this.accept('not')) return { not: this.condition(columns) };
		if (this.accept('(')) {
			const inner = this.anyOf(columns);
			this.expect(')');
			return inner;
		}
		const field = this.column(columns);
		const negated = this.accept('not');
		const operator = this.take();
		const name = operator.text.toLowerCase();
		const fits = COMPARISONS.includes(name) && (!negated || /^\w/.test(name));
		if (!fits) throw this.unexpected(operator, COMPARISONS.join(', '));
		const values = name === 'in' ? this.inBrackets(() => this.value()) : [this.value()];
		const condition = { field, operator: name, values };
		return negated ? { not: condition } : condition;
	}

	private value(): Value {
		const token = this.take();
		if (token.value !== undefined) return token.value;
		if (/^-?\d/.test(token.text)) return Number(token.text);
		const word = /^(?:enum\.)(\w+)$/i.exec(token.text)?.[1];
		if (word !== undefined) return word;
		const known = { null: null, true: true, false: false }[token.text.toLowerCase()];
		if (known === undefined) throw this.unexpected(token, 'a value');
		return known;
	}

	private column(columns: string[]): string {
		const token = this.take();
		if (token.value !== undefined || !columns.includes(token.text)) {
			throw this.error(`unknown field '${token.text}'`, token.at);
		}
		return token.text;
	}

	private list<T>(one: () => T): T[] {
		const all = [one()];
		while (this.accept(',')) all.push(one());
		return all;
	}

	private inBrackets<T>(one: () => T): T[] {
		this.expect('(');
		const all = this.list(one);
		this.expect(')');
		return all;
	}

	private peek(): Token | undefined {
		return this.tokens[this.next];
	}

	private take(): Token {
		const token = this.peek();
		if (!token) throw this.error("mismatched input '<EOF>'", this.text.length);
		this.next += 1;
		return token;
	}

	private accept(text: string): boolean {
		const token = this.peek();
		const fits = token?.value === undefined && token?.text.toLowerCase() === text;
		if (fits) this.next += 1;
		return fits;
	}

	private expect(text: string): void {
		if (this.accept(text)) return;
		throw this.unexpected(this.take(), `'${text}'`);
	}

	private unexpected({ text, at }: Token, wanted: string): XqlError {
		return this.error(`mismatched input '${text}' expecting ${wanted}`, at);
	}

	private error(message: string, at: number): XqlError {
		const before = this.text.slice(0, at).split('\n');
		return new XqlError(message, before.length, before[before.length - 1].length);
	}
}

/**
 * Reads a query in the part of the language that the simulator knows.
 * @param datasets their columns by name
 * @throws {XqlError}
 */
export const parseQuery = (
	text: string,
	datasets: Readonly<Record<string, readonly string[]>>,
): Query => new Parser(text, datasets).query();

/** Where and why a query is not understood, if so. */
export function mistakeIn(
	text: string,
	datasets: Readonly<Record<string, readonly string[]>>,
): { line: number; column: number; message: string } | undefined {
	try {
		parseQuery(text, datasets);
		return undefined;
	} catch (error) {
		const { line, column, message } = error as XqlError;
		return { line, column, message };
	}
}
