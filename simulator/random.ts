/** A seeded generator: the same parts give the same sequence, on every machine and after every restart. */
export interface Random {
	/** 0 (included) to 1 (excluded). */
	next(): number;
	/** Both ends included. */
	integer(from: number, to: number): number;
	chance(share: number): boolean;
	pick<T>(list: readonly T[]): T;
	/** Picks a row by its `weight`; weights need not add up to anything. */
	weighted<T extends { weight: number }>(table: readonly T[]): T;
	text(alphabet: string, length: number): string;
	hex(length: number): string;
	uuid(): string;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) {
		value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
	}
	return value >>> 0;
}

/** Mulberry32, seeded with everything that identifies the thing to be made up: seed, kind, id. */
export function createRandom(...parts: Array<string | number>): Random {
	let state = hash(parts.join('|'));
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
	const pick = <T>(list: readonly T[]): T => list[integer(0, list.length - 1)];
	const text = (alphabet: string, length: number) =>
		Array.from({ length }, () => alphabet[integer(0, alphabet.length - 1)]).join('');
	const hex = (length: number) => {
		let digits = '';
		while (digits.length < length) {
			digits += Math.floor(next() * 2 ** 32)
				.toString(16)
				.padStart(8, '0');
		}
		return digits.slice(0, length);
	};
	const uuid = () => hex(32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})/, '$1-$2-4$3-a$4-$5');
	return {
		next,
		integer,
		chance: (share) => next() < share,
		pick,
		weighted(table) {
			let rest = next() * table.reduce((sum, row) => sum + row.weight, 0);
			return table.find((row) => (rest -= row.weight) < 0) ?? table[table.length - 1];
		},
		text,
		hex,
		uuid,
	};
}
