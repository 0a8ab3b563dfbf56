/** Longer forms are searched for piece by piece: a database may split a long value over its pages. */
const PIECE = 16;

/** The base64 digits that stand for a text, wherever in a longer text it begins. */
function base64Of(secret: string): string[] {
	const bytes = Buffer.from(secret);
	return [0, 1, 2].map((before) => {
		const digits = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		// The first and last digits depend on what stands around the text.
		const [first, last] = [
			Math.ceil((before * 8) / 6),
			Math.floor(((before + bytes.length) * 8) / 6),
		];
		return digits.slice(first, last);
	});
}

/** The forms in which a text can hold a secret: as it is, as a URL, a form, JSON or base64 has it. */
export function formsOf(secret: string): string[] {
	const base64 = base64Of(secret);
	return [
		...new Set([
			secret,
			encodeURIComponent(secret),
			new URLSearchParams({ '': secret }).toString().slice(1),
			JSON.stringify(secret).slice(1, -1),
			...base64,
			...base64.map((digits) => digits.replaceAll('+', '-').replaceAll('/', '_')),
		]),
	];
}

/** All that is searched for to find any of these secrets, in any form, whole or in part. */
export function tracesOf(secrets: string[]): string[] {
	const forms = secrets.flatMap(formsOf);
	const pieces = forms.flatMap((form) =>
		form.length > 2 * PIECE ? (form.match(new RegExp(`.{${PIECE}}`, 'gs')) ?? []) : [form],
	);
	return [...new Set(pieces)];
}
