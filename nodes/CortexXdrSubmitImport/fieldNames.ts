/** From so many letters on, one that is wrong leaves no doubt which name was meant. */
const LONG_NAME = 6;

/** A name without what people write differently: capitals, blanks, underscores, the s of a plural. */
const bare = (name: string) =>
	name
		.toLowerCase()
		.replace(/[^a-z\d]/g, '')
		.replace(/s$/, '');

/** Whether one letter more, less or other makes one text of the other. */
function oneLetterApart(one: string, other: string): boolean {
	const [short, long] = one.length < other.length ? [one, other] : [other, one];
	if (long.length - short.length > 1) return false;
	let start = 0;
	while (start < short.length && short[start] === long[start]) start += 1;
	const rest = short.length === long.length ? start + 1 : start;
	return short.slice(rest) === long.slice(start + 1);
}

/**
 * The vendor's name that another one was meant for, such as `last_seen` for `Last Seen`, or for `last_sen`.
 * @param known names that the vendor has
 * @returns `undefined` where there is none, or it is the name itself
 */
export function meantName(name: string, known: readonly string[]): string | undefined {
	if (known.includes(name)) return undefined;
	const given = bare(name);
	return known.find((one) => {
		const wanted = bare(one);
		if (given === wanted) return true;
		return Math.min(given.length, wanted.length) >= LONG_NAME && oneLetterApart(given, wanted);
	});
}
