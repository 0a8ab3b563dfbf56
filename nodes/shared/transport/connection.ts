import { UserError } from 'n8n-workflow';
import { Cancelled, Fault, InputError, type FaultDetails } from '../errors';

interface ConnectionWords extends FaultDetails {
	text: string;
}

const UNTRUSTED: ConnectionWords = {
	meaning: 'unsendable',
	text: 'The certificate of the host is not trusted',
	hint: 'Check the host in the credential. Behind a proxy that opens TLS, have its certificate authority added to n8n (NODE_EXTRA_CA_CERTS).',
};
const NOT_FOUND: ConnectionWords = {
	meaning: 'unresolved',
	text: 'The host was not found',
	hint: 'Check the host in the credential for typing errors, and the name resolution of the machine that n8n runs on.',
};
const UNREACHABLE: ConnectionWords = {
	meaning: 'unreachable',
	text: 'The host cannot be reached',
	hint: 'Check network, firewall and proxy between n8n and the host.',
};
const BROKEN: ConnectionWords = {
	meaning: 'interrupted',
	text: 'The connection broke before the answer was complete',
	hint: 'The host, or a firewall or proxy on the way to it, ended the connection. Try again later; if it happens every time, look at the logs of what stands between.',
};
const SILENT: ConnectionWords = {
	meaning: 'interrupted',
	text: 'No answer came in time',
	hint: 'The host may be slow or busy, or a firewall may drop what is sent to it. Try again later, or ask for less at once.',
};
const UNREADABLE: ConnectionWords = {
	meaning: 'interrupted',
	text: 'The answer could not be unpacked',
	hint: 'It says that it is compressed, but is not. A proxy between n8n and the host may have changed it.',
};

/** What an answer ends in that takes too long. */
export function lateAnswer(): Fault {
	const { text, ...details } = SILENT;
	return new Fault(text, details);
}

/** Codes of Node.js, OpenSSL, zlib and axios, in words. What is not here counts as something that may have arrived. */
const CONNECTION: Record<string, ConnectionWords> = {
	ENOTFOUND: NOT_FOUND,
	EAI_AGAIN: {
		...NOT_FOUND,
		text: 'The name of the host could not be resolved',
		meaning: 'unreachable',
	},
	ECONNREFUSED: { ...UNREACHABLE, text: 'The host refused the connection' },
	EHOSTUNREACH: UNREACHABLE,
	ENETUNREACH: UNREACHABLE,
	EADDRNOTAVAIL: UNREACHABLE,
	ECONNRESET: BROKEN,
	ENETRESET: BROKEN,
	EPIPE: BROKEN,
	ERR_STREAM_DESTROYED: BROKEN,
	ERR_STREAM_PREMATURE_CLOSE: BROKEN,
	ERR_BAD_RESPONSE: BROKEN,
	ECONNABORTED: SILENT,
	ETIMEDOUT: SILENT,
	ERR_CANCELED: { text: 'The execution was stopped', meaning: 'unclear' },
	ERR_INVALID_URL: {
		text: 'An address is not valid',
		hint: 'Check the proxy that n8n is set to use (HTTP_PROXY, HTTPS_PROXY).',
		meaning: 'unsendable',
	},
	// Of a write that could not be encrypted, as in a handshake that failed: so the request never left whole.
	EPROTO: { ...UNTRUSTED, text: 'The host does not speak TLS as expected' },
};

/** The same for families of codes, whose members nobody can list. */
const CONNECTION_FAMILIES: ReadonlyArray<[RegExp, ConnectionWords]> = [
	// Node's parser of HTTP: what came was no answer.
	[/^HPE_/, BROKEN],
	// OpenSSL after the handshake, when the request may have left.
	[/^ERR_SSL_/, { ...BROKEN, text: 'The TLS connection broke before the answer was complete' }],
	// gzip, Brotli and Zstandard.
	[/^(?:Z_|ERR__ERROR_|ERR_BROTLI_|ZSTD_ERROR_)/, UNREADABLE],
	// OpenSSL's verdicts about a certificate, which come before anything is sent.
	[
		/^(?:(?:CERT|CRL|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|ERROR_IN_CERT)_|(?:INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)$)/,
		UNTRUSTED,
	],
];

function connectionWords(code: unknown): ConnectionWords | undefined {
	if (typeof code !== 'string') return undefined;
	const name = code.toUpperCase();
	if (Object.hasOwn(CONNECTION, name)) return CONNECTION[name];
	return CONNECTION_FAMILIES.find(([family]) => family.test(name))?.[1];
}

/** One of the errors that a thrown value consists of. */
interface Cause {
	code?: unknown;
	message?: unknown;
	response?: unknown;
}

/** A thrown value and the errors that it wraps, from the outside in: n8n wraps axios', axios wraps Node's. */
export function* causes(error: unknown): Generator<Cause> {
	const seen = new Set<unknown>();
	for (let at = error; at && typeof at === 'object' && !seen.has(at); ) {
		seen.add(at);
		yield at as Cause;
		at = (at as { cause?: unknown }).cause;
	}
}

/**
 * Words for a request that brought no answer.
 *
 * Only what is known to come before sending counts as never sent: the refusals of this package and of n8n (an
 * allow-list of domains, a blocked address), and the codes above that say so.
 *
 * @param error what n8n's request helper threw: its own error, with axios' and Node's in `cause`
 * @returns the {@link Fault} itself where it is one already, or wraps one
 */
export function connectionFault(error: unknown): Fault {
	let message = '';
	for (const cause of causes(error)) {
		if (cause instanceof Fault) return cause;
		if (cause instanceof InputError)
			return new Fault(cause.message, { meaning: 'local', hint: cause.hint });
		if (cause instanceof UserError) return new Fault(cause.message, { meaning: 'local' });
		if (cause instanceof Cancelled) {
			const meaning = cause.reached === 'no' ? 'local' : 'stopped';
			return new Fault(cause.message, { meaning });
		}
		const known = connectionWords(cause.code);
		if (known) {
			const { text, ...details } = known;
			return new Fault(text, details);
		}
		if (typeof cause.message === 'string' && cause.message) message = cause.message;
	}
	return new Fault(message || 'The request brought no answer', { meaning: 'unclear' });
}
