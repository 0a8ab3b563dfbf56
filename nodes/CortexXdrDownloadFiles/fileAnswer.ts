import { Fault, type Meaning } from '../shared/errors';
import { parseJson } from '../shared/json';
import { errorText } from '../shared/cortex/errorText';
import type { CortexOperation } from '../shared/cortex/operations';
import { readReply } from '../shared/cortex/reply';
import { pageOf, type Answer } from '../shared/transport/answer';
import { asksToWait, retryAfter } from '../shared/transport/retryAfter';

/** How a ZIP begins: with a file, with its end where it is empty, or as the first of several parts. */
const BEGINNINGS = ['PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0007\u0008'];

/** What stands at the end of every ZIP, before a comment of 65,535 bytes at most. */
const END = 'PK\u0005\u0006';
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;

/** The bytes of an answer, whichever way n8n's helper has them. */
function bytesOf(body: unknown): Buffer {
	if (Buffer.isBuffer(body)) return body;
	if (body instanceof ArrayBuffer) return Buffer.from(body);
	return Buffer.from(typeof body === 'string' ? body : '');
}

const isSuccess = (status: number) => status >= 200 && status < 300;

/** Whether a ZIP has its end, whole, with nothing but a comment behind it. */
function hasEnd(bytes: Buffer): boolean {
	const first = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT);
	let at = bytes.lastIndexOf(END, undefined, 'latin1');
	// A comment may hold the same bytes.
	for (; at >= first; at = at === 0 ? -1 : bytes.lastIndexOf(END, at - 1, 'latin1')) {
		const behind = bytes.length - at - END_BYTES;
		if (behind >= 0 && behind >= bytes.readUInt16LE(at + END_BYTES - 2)) return true;
	}
	return false;
}

/**
 * The bytes of a ZIP.
 * @returns `undefined` where they are no ZIP
 * @throws {Fault} where it is one without its end: a server or a proxy gave up in the middle, and did not say so
 */
function zipIn(bytes: Buffer): Buffer | undefined {
	if (!BEGINNINGS.includes(bytes.subarray(0, 4).toString('latin1'))) return undefined;
	if (hasEnd(bytes)) return bytes;
	throw new Fault('The file came without its end', {
		meaning: 'interrupted',
		hint: 'It is a ZIP, but its end is missing: something on the way to it has cut it off. Try again later.',
	});
}

/**
 * The ZIP in an answer of the tenant.
 *
 * @param now epoch milliseconds, for a Retry-After that is a moment
 * @throws {Fault} with the vendor's words, on any status: an error in JSON can come with 200
 */
export function ownFile(answer: Answer, operation: CortexOperation, now: number): Buffer {
	const bytes = bytesOf(answer.body);
	const success = isSuccess(answer.statusCode);
	const zip = success ? zipIn(bytes) : undefined;
	if (zip) return zip;
	const text = bytes.toString('utf8');
	const told = success ? errorText(parseJson(text), true) : undefined;
	if (!success || told?.from === 'vendor') {
		// Never returns: a failure has no data, and the vendor's envelope is an error with any status.
		readReply({ ...answer, body: text }, operation, now);
	}
	if (told?.text) {
		throw new Fault(`Cortex refused ${operation.name}: ${told.text}`, {
			meaning: 'declined',
			status: answer.statusCode,
			hint: "The text above is all that Cortex says about it. If the values of this node are right, contact the vendor's support.",
		});
	}
	throw noZip(answer.statusCode, text, true);
}

const NOTHING = 'The link to the file brought nothing';
const NO_ZIP = 'The link to the file brought something that is no ZIP';

/**
 * A success without a file.
 * @param text what came in its place
 * @param shown whether it may be shown
 */
function noZip(status: number, text: string, shown: boolean): Fault {
	if (text.trim() === '') {
		return new Fault(NOTHING, {
			meaning: 'failing',
			status,
			hint: 'The answer has no content. Try again later; if it stays like this, contact the support of the vendor.',
		});
	}
	return new Fault(NO_ZIP, {
		meaning: 'failing',
		status,
		page: shown ? pageOf(text, ' (', ')') : undefined,
		hint: 'A proxy or a firewall on the way may have answered in its place, or the files come in another form than the documented one.',
	});
}

/** What the status of another host means; the rest is no word of anybody's about the tenant. */
const MEANINGS: Readonly<Record<number, Meaning>> = {
	429: 'throttled',
	502: 'unavailable',
	503: 'unavailable',
	504: 'unavailable',
};

/**
 * The ZIP in an answer of another host, which a signed link leads to. Its words are left out: they are about the link,
 * and may repeat what signs it.
 *
 * @param now epoch milliseconds
 * @throws {Fault}
 */
export function elsewhereFile({ statusCode: status, headers, body }: Answer, now: number): Buffer {
	if (isSuccess(status)) {
		const bytes = bytesOf(body);
		const zip = zipIn(bytes);
		if (zip) return zip;
		throw noZip(status, bytes.toString('latin1'), false);
	}
	if (status >= 300 && status < 400) {
		throw new Fault(`The link to the file answered with a redirect (${status})`, {
			meaning: 'redirected',
			status,
			hint: 'Redirects are not followed: nobody knows where they lead. Check whether a proxy between n8n and the internet asks for a login.',
		});
	}
	throw new Fault(`The host that holds the file answered with status ${status}`, {
		meaning: MEANINGS[status] ?? (status >= 500 ? 'failing' : 'declined'),
		status,
		retryAfter: retryAfter(headers['retry-after'], now),
		asked: asksToWait(headers['retry-after'], now),
		hint: 'It is another host than the tenant, so the API key was not sent there. The link may have ended: run this node again. Check also that n8n may reach hosts other than the tenant.',
	});
}
