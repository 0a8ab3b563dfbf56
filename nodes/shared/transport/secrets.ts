import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { plainText } from './answer';
import { Fault } from '../errors';

/** Longest text of a vendor that is shown. */
const LONGEST_TEXT = 2_000;

/** Of a secret that is longer than this, a beginning is hidden too, wherever it stands. */
const LONG_SECRET = 40;

/** Shorter ones are words, if anything; so are beginnings of secrets, also where a text was cut. */
const SHORTEST_SECRET = 6;

/** Backslashes before a character that JSON escapes, in JSON that stands in the text of JSON four times over. */
const ESCAPES = '\\\\{0,15}';

/** Backslashes themselves. */
const BACKSLASHES = '\\\\{1,64}';

/** A quote, as it is or in JSON in a text. */
const QUOTE = `(?:${ESCAPES}["']|%22|&quot;)`;

/** What an answer that repeats a request shows after the names of these headers, and tokens wherever they stand. */
const SIGNATURES = new RegExp(
	`(authorization${QUOTE}?\\s{0,16}(?:[:=]|%3[ad])(?:\\s|%20|\\+)*${QUOTE}?(?:(?:bearer|basic)(?:\\s|%20|\\+)+)?)` +
		`(?!(?:bearer|basic)(?:\\s|%20|\\+)|\\[hidden\\])[^\\s"',;}\\\\]+(?:\\\\(?!${ESCAPES}["'])[^\\s"',;}\\\\]*){0,200}` +
		'|\\beyJ[\\w-]{8,}(?:\\.[\\w-]*){0,2}',
	'gi',
);

/**
 * User and password in an address: up to the last @ before its path, or, where there is a colon that begins no
 * port, before its end, since such a password may hold a slash. Also in an address that is part of another one.
 */
const USER_INFO =
	/(:(?:\\{0,15}\/){2})(?:[^\s/?#"'<>\\]{1,300}(?=@)|[^\s/?#:@"'<>\\]{0,100}:(?!\d{1,5}[/?#])[^\s"'<>]{1,300}(?=@))|(%3a%2f%2f)[^\s/?#&"'<>]{1,300}?(?=%40)/gi;

/** Whether upper or lower case: the digits of an escape are written in both. */
const anyCase = (text: string) =>
	text.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);

const inHtml: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#0?39;',
};

/** Letters by which JSON names what cannot stand in it. */
const inJson: Readonly<Record<string, string>> = {
	'\n': 'n',
	'\r': 'r',
	'\t': 't',
	'\b': 'b',
	'\f': 'f',
};

/** Each code unit by its number: none of them means anything to a pattern then. */
const literally = (text: string) =>
	Array.from({ length: text.length }, (_, index) => {
		return `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
	}).join('');

/**
 * A pattern for one character of a secret, in every form that it can have: as it is, in a URL, a form, HTML, JSON.
 *
 * No text matches it in two ways, or a hostile one could keep n8n busy for hours: backslashes belong to the character
 * that they escape, or to a backslash before it, which takes all that there are.
 *
 * @param before the character before it
 */
function formsOfCharacter(character: string, before = ''): string {
	if (/^[A-Za-z\d]$/.test(character)) return character;
	const asItIs = literally(character);
	const inUrl = Array.from(new TextEncoder().encode(character), (byte) =>
		anyCase(`%${byte.toString(16).padStart(2, '0')}`),
	).join('');
	const byNumber = asItIs.replace(/\\u(\w{4})/g, (_, code: string) => {
		return `${BACKSLASHES}u${anyCase(code)}`;
	});
	if (character.startsWith('\\')) return `(?:${BACKSLASHES}(?!\\\\)|${inUrl}|${byNumber})`;
	const escapes = before.startsWith('\\') ? '' : ESCAPES;
	const forms = [`${escapes}${asItIs}`, inUrl, byNumber];
	if (inHtml[character]) forms.push(inHtml[character]);
	if (inJson[character]) forms.push(BACKSLASHES + inJson[character]);
	if (/^\s/.test(character)) forms.push('\\s{1,16}(?!\\s)', '\\+{1,16}(?!\\+)', '&nbsp;');
	return `(?:${forms.join('|')})`;
}

/** The characters of a secret. Blanks, or backslashes, that follow each other count as one: not every form keeps them. */
const charactersOf = (secret: string) =>
	secret.match(/\s+|\\+|[\ud800-\udbff][\udc00-\udfff]|[^]/g) ?? [];

/** The base64 digits that stand for a secret, wherever in a longer text, such as user and password, it begins. */
function base64Of(secret: string): string[] {
	const bytes = Buffer.from(secret);
	return [0, 1, 2].flatMap((before) => {
		const digits = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		// The first and last digits depend on what stands around the secret.
		const [first, last] = [before * 8, (before + bytes.length) * 8].map((bits) => bits / 6);
		const own = digits.slice(Math.ceil(first), Math.floor(last));
		return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
	});
}

/** What a text shows where it was cut: a character that is not whole, and then its end, dots or a tag. */
const CUT =
	'(?:[\\ud800-\\udbff\\ufffd]|%[\\da-fA-F]?|\\\\+(?:u[\\da-fA-F]{0,3})?|&#?\\w{0,5})?(?=\\s{0,16}(?:…|\\.\\.\\.|<|$))';

/** A text without one form of a secret, whole, or the beginning of it where that was cut. */
function without(text: string, characters: string[]): string {
	const forms = characters.map((one, index) => formsOfCharacter(one, characters[index - 1]));
	const long = forms.length > LONG_SECRET;
	const [start, rest] = long
		? [forms.slice(0, LONG_SECRET / 2), forms.slice(LONG_SECRET / 2)]
		: [forms, []];
	// A token has thousands of characters, but few different ones.
	const patterns = new Map([...new Set(rest)].map((form) => [form, new RegExp(form, 'y')]));
	const whole = new RegExp(start.join(''), 'g');
	let clean = '';
	let shown = 0;
	for (let found = whole.exec(text); found; found = whole.exec(text)) {
		clean += `${text.slice(shown, found.index)}[hidden]`;
		shown = found.index + found[0].length;
		// As far as the rest of it follows.
		for (const form of rest) {
			const pattern = patterns.get(form);
			if (pattern) pattern.lastIndex = shown;
			const next = pattern?.exec(text);
			if (!next) break;
			shown += next[0].length;
		}
		whole.lastIndex = shown;
	}
	clean += text.slice(shown);
	const [first, more] = [start.slice(0, SHORTEST_SECRET), start.slice(SHORTEST_SECRET)];
	const beginning =
		first.join('') + more.map((form) => `(?:${form}`).join('') + ')?'.repeat(more.length);
	return clean.replace(new RegExp(beginning + CUT, 'g'), '[hidden]');
}

/**
 * Takes the credential's secrets out of a text, and whatever else signs requests: an answer can repeat what
 * was sent, as it came or in another form, whole or cut. So can an error quote an address with a password in it.
 *
 * It must come before the text is cut or changed in any other way.
 */
export function withoutSecrets(text: string, secrets: string[]): string {
	return (
		secrets
			.filter((secret) => secret.trim().length >= SHORTEST_SECRET)
			// Blanks around a secret are not part of every form, and no secret themselves.
			.flatMap((secret) => [secret.trim(), ...base64Of(secret)])
			.filter((form) => form.length >= SHORTEST_SECRET)
			.map(charactersOf)
			.reduce(without, text)
			.replace(
				USER_INFO,
				(_, slashes?: string, encoded?: string) => `${slashes ?? encoded}[hidden]`,
			)
			.replace(SIGNATURES, (_, name: string | undefined) => `${name ?? ''}[hidden]`)
	);
}

/** A text of a vendor as it may be shown: without secrets, and not too long. */
export function showable(text: string, secrets: string[]): string {
	const clean = withoutSecrets(text, secrets);
	return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT)} …` : clean;
}

/** A fault in words that may be shown. What a page says is part of them from here on. */
export function showableFault({ message, details }: Fault, secrets: string[]): Fault {
	const { page, hint, ...others } = details;
	const quoted = page
		? `${page.before}${plainText(withoutSecrets(page.body, secrets))}${page.after}`
		: '';
	return new Fault(showable(`${message}${quoted}`, secrets), {
		...others,
		hint: hint && showable(hint, secrets),
	});
}

/** User and password of an address that somebody typed, together and the password alone; none where it has none. */
export function userInfoOf(address: unknown): string[] {
	if (typeof address !== 'string') return [];
	const info = /^(?:\s*[a-z][a-z\d+.-]*:\/\/)?([^]*)@/i.exec(address)?.[1] ?? '';
	const texts = [info, info.slice(info.indexOf(':') + 1)];
	// What pasted addresses become before they are used.
	return texts.flatMap((text) => [text, text.toLowerCase()]);
}

/** A type of credential, and what of its fields must never be shown. */
export interface CredentialSecrets {
	name: string;
	/** Fields that n8n renews by itself: they do not tell two credentials apart. */
	renewed?: readonly string[];
	secrets(fields: Record<string, unknown>): unknown[];
}

/** The secrets of the credential that a node uses; none where it cannot be read. */
export async function secretsOf(
	context: { getCredentials(type: string): Promise<ICredentialDataDecryptedObject> },
	{ name, secrets }: CredentialSecrets,
): Promise<string[]> {
	const fields = await context.getCredentials(name).catch(() => ({}));
	return secrets(fields).filter((value) => typeof value === 'string');
}
