import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** Longest text of a vendor that is shown. */
const LONGEST_TEXT = 2_000;

/** Of a secret that is longer than this, a beginning is hidden too: an answer may have been cut within it. */
const LONG_SECRET = 40;

/** Shorter ones are words, if anything. */
const SHORTEST_SECRET = 6;

/** What an answer that repeats a request shows after the names of these headers, and tokens wherever they stand. */
const SIGNATURES =
	/(authorization["']?\s*[:=]\s*["']?(?:bearer\s+)?)(?!bearer\s|\[hidden\])[^\s"',;}]+|\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/gi;

/** The forms in which an answer can repeat what was sent: as it is, in a form, in a URL, in JSON. */
function formsOf(secret: string): string[] {
	const inForm = new URLSearchParams({ '': secret }).toString().slice(1);
	const inUrl = encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '\ufffd'));
	const inJson = JSON.stringify(secret).slice(1, -1);
	return [...new Set([secret, inForm, inUrl, inJson])];
}

function without(text: string, secret: string): string {
	const start = secret.length > LONG_SECRET ? secret.slice(0, LONG_SECRET / 2) : secret;
	const [before, ...others] = text.split(start);
	return others.reduce((clean, rest) => {
		let shown = 0;
		while (start.length + shown < secret.length && rest[shown] === secret[start.length + shown]) {
			shown += 1;
		}
		return `${clean}[hidden]${rest.slice(shown)}`;
	}, before);
}

/**
 * Takes the credential's secrets out of a text, and whatever else signs requests: an answer can repeat what
 * was sent, as it came or in another form, whole or cut.
 */
export function withoutSecrets(text: string, secrets: string[]): string {
	return secrets
		.filter((secret) => secret.length >= SHORTEST_SECRET)
		.flatMap(formsOf)
		.reduce(without, text)
		.replace(SIGNATURES, (_, name: string | undefined) => `${name ?? ''}[hidden]`);
}

/** A text of a vendor as it may be shown: without secrets, and not too long. */
export function showable(text: string, secrets: string[]): string {
	const clean = withoutSecrets(text, secrets);
	return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT)} …` : clean;
}

/** A type of credential, and what of its fields must never be shown. */
export interface CredentialSecrets {
	name: string;
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
