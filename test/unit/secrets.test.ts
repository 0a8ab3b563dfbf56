import { OPERATIONS } from '../../nodes/shared/cortex/operations';
import { readReply } from '../../nodes/shared/cortex/reply';
import { CORTEX_CREDENTIAL } from '../../nodes/shared/cortex/send';
import { tenantBaseUrl } from '../../nodes/shared/cortex/tenant';
import { gatewayBaseUrl } from '../../nodes/shared/qualys/gateway';
import { readLogin } from '../../nodes/shared/qualys/login';
import { readPage } from '../../nodes/shared/qualys/reply';
import { secretsOf } from '../../nodes/shared/qualys/session';
import { Fault } from '../../nodes/shared/errors';
import { toNodeError } from '../../nodes/shared/transport/nodeErrors';
import { showable, withoutSecrets } from '../../nodes/shared/transport/secrets';

const node = { name: 'N', type: 't', typeVersion: 1, id: '1', position: [0, 0], parameters: {} };

const SECRETS = {
	password: 'Fake+Pass&"100 %"',
	'password with a tag and blanks': 'Two  blanks<b>and\ta\\tag',
	'password beyond ASCII': 'Schlüssel/😀=geheim?',
	key: `K${'0123456789abcdef'.repeat(8)}`,
	JWT: ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiJhIn0', 'c2lnbmF0dXJl'].join('.'),
};

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

/** The forms in which a secret can stand in a text. */
const FORMS: Record<string, (secret: string) => string> = {
	'as it is': (secret) => secret,
	'in a URL': encodeURIComponent,
	'in a URL, in small letters': (secret) =>
		encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase()),
	'in a URL that keeps most of it': encodeURI,
	'in a form': (secret) => new URLSearchParams({ '': secret }).toString().slice(1),
	'in HTML': (secret) =>
		secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
	'in JSON': inJson,
	'in JSON by numbers': (secret) =>
		inJson(secret).replace(/[&<>'\u0080-\uffff]/g, (one) => {
			return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
		}),
	'in JSON in JSON': (secret) => inJson(inJson(secret)),
	'in JSON in JSON in JSON': (secret) => inJson(inJson(inJson(secret))),
	'in Basic': (secret) => Buffer.from(`user:${secret}`).toString('base64'),
	'in Basic of another user': (secret) => Buffer.from(`anybody:${secret}`).toString('base64'),
	'in base64 of a URL': (secret) => Buffer.from(`u:${secret}`).toString('base64url'),
};

/** So many characters of a secret may be left: they cannot be told from a word. */
const LEFT = 5;

const OPERATION = OPERATIONS.getActionStatus;
const answer = (statusCode: number, body: unknown) => ({
	statusCode,
	headers: {},
	body: typeof body === 'string' ? body : JSON.stringify(body),
});
const envelope = (text: string) => ({ reply: { err_code: 400, err_msg: text, err_extra: null } });

/** What throws where a text of the vendor, or of n8n, becomes part of an error. */
const SAID: Record<string, (text: string) => unknown> = {
	"Cortex' words": (text) => readReply(answer(400, envelope(text)), OPERATION, 0),
	'a text with status 500': (text) => readReply(answer(500, text), OPERATION, 0),
	'a text in place of data': (text) => readReply(answer(200, text), OPERATION, 0),
	'a page': (text) => readReply(answer(403, `<html><p>${text}</p></html>`), OPERATION, 0),
	'the title of a page': (text) => readReply(answer(403, `<title>${text}</title>`), OPERATION, 0),
	"Qualys' words": (text) => readPage(answer(400, { message: text }), 'v2', false, 0),
	'a text of Qualys': (text) => readPage(answer(500, text), 'v2', false, 0),
	'a text in place of jobs': (text) => readPage(answer(200, text), 'v2', false, 0),
	'a text at the login': (text) => readLogin(answer(500, text), 0),
	"Node's words": (text) => {
		throw new Error(text);
	},
	'a hint': (text) => {
		throw new Fault('Something', { meaning: 'declined', hint: text });
	},
};

function shownOf(throws: () => unknown, secrets: string[]): string {
	try {
		throws();
	} catch (error) {
		const failure = toNodeError(node as never, error, { itemIndex: 0, secrets });
		return `${failure.message}\n${failure.description ?? ''}`;
	}
	throw new Error('It was taken');
}

/** A text of so many characters before a secret. */
const before = (length: number) => 'x '.repeat(length).slice(0, length);

const table = Object.entries(SECRETS).flatMap(([name, secret]) =>
	Object.entries(FORMS).map(([form, write]) => [name, form, secret, write(secret)] as const),
);

describe.each(table)('%s %s', (_name, form, secret, written) => {
	const write = FORMS[form];
	// Base64 begins with the digits of the user.
	const user = /Basic|base64/.test(form) ? write('').replace(/=+$/, '').length : 0;
	const beginning = user > 0 ? written.slice(0, user + 2 + LEFT) : write(secret.slice(0, LEFT + 1));
	const expectHidden = (say: (text: string) => unknown, text: string) =>
		expect(shownOf(() => say(text), [secret])).not.toContain(beginning);

	it.each(Object.entries(SAID))('is not in %s, wherever the text is cut', (_where, say) => {
		for (const place of [0, 185, 192, 1_990]) {
			expectHidden(say, `${before(place)}${written} and more`);
			// The vendor, or somebody on the way, can have cut it anywhere, with dots or without.
			for (const length of [8, 17, 30, written.length - 1]) {
				const cut = before(place) + written.slice(0, user + length);
				expectHidden(say, cut);
				expectHidden(say, `${cut} …`);
			}
			expectHidden(say, `${before(place)}${written.slice(0, user + 11)}...`);
		}
	});
});

describe('what signs a request', () => {
	const header = { headers: { Authorization: 'Bearer abc.def-123' } };
	let text = JSON.stringify(header);
	const levels = [0, 1, 2, 3].map((level) => {
		if (level > 0) text = JSON.stringify({ message: text });
		return [level, text] as const;
	});

	it.each(levels)('is not in JSON in %d texts of JSON', (_level, json) => {
		expect(withoutSecrets(json, [])).not.toContain('abc.def');
		expect(withoutSecrets(json, [])).toMatch(/Authorization\\*":\\*"Bearer \[hidden\]\\*"/);
	});

	it.each([
		['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic [hidden]'],
		['authorization=Bearer+abc.def', 'authorization=Bearer+[hidden]'],
		['Authorization%3A%20Bearer%20abc', 'Authorization%3A%20Bearer%20[hidden]'],
		["{'Authorization': '0c7a53'}", "{'Authorization': '[hidden]'}"],
		['Authorization: Bearer [hidden]', 'Authorization: Bearer [hidden]'],
		['Basic authorization failed', 'Basic authorization failed'],
	])('%s', (given, shown) => expect(withoutSecrets(given, [])).toBe(shown));
});

describe('user and password in an address', () => {
	it.each([
		['Invalid URL https://user:pass@host/x', 'Invalid URL https://[hidden]@host/x'],
		['https://user@host', 'https://[hidden]@host'],
		['"https://u:p@ss@host:8443"', '"https://[hidden]@host:8443"'],
		['https://u:pa/ss?#@host', 'https://[hidden]@host'],
		['https:\\/\\/u:p@host', 'https:\\/\\/[hidden]@host'],
		['to=https%3A%2F%2Fu%3Ap%40host', 'to=https%3A%2F%2F[hidden]%40host'],
		['http://proxy:3128/path@2 and a@b.c', 'http://proxy:3128/path@2 and a@b.c'],
		['https://host/@scope/name', 'https://host/@scope/name'],
		['write to a@b.c', 'write to a@b.c'],
	])('%s', (given, shown) => expect(showable(given, [])).toBe(shown));

	const PASSWORD = 'Secret Pass/Word';

	it.each(['https://me:Secret Pass/Word@host', 'me:Secret Pass/Word@host'])(
		'is a secret of the credential: %s',
		(address) => {
			const lists = [
				CORTEX_CREDENTIAL.secrets({ tenantUrl: address }),
				secretsOf({ gatewayUrl: address }),
			].map((list) => list.filter((one) => typeof one === 'string'));
			for (const secrets of lists) {
				const said = `no ${PASSWORD}, ${encodeURIComponent(PASSWORD)}, ${PASSWORD.toLowerCase()}`;
				expect(showable(said, secrets)).toBe('no [hidden], [hidden], [hidden]');
			}
		},
	);

	it.each([
		['tenant', (address: string) => tenantBaseUrl(address)],
		['gateway', (gatewayUrl: string) => gatewayBaseUrl({ platform: 'custom', gatewayUrl })],
	])('is not in the refusal of a %s', (_name, read) => {
		for (const address of ['https://me:secretpw@host.example', 'http://me:secretpw@h']) {
			expect(() => read(address)).toThrow('holds a text, which is not');
		}
	});

	it('is not in the refusal of a gateway over http, nor is what follows its host', () => {
		const gateway = { platform: 'custom', gatewayUrl: 'http://gateway.example/x?token=secretpw' };
		expect(() => gatewayBaseUrl(gateway)).toThrow('holds "http://gateway.example", but http');
	});
});

it('a secret of blanks hides nothing', () => {
	expect(withoutSecrets('a        b', [' '.repeat(8), '     a'])).toBe('a        b');
});

it.each(Object.entries({ blanks: ' ', backslashes: '\\', slashes: '://a:', percents: '%2f' }))(
	'a text of nothing but %s takes no time without end',
	(_name, piece) => {
		const secrets = [...Object.values(SECRETS), ' a  b\\\\"c '];
		const start = Date.now();
		withoutSecrets(piece.repeat(200_000), secrets);
		expect(Date.now() - start).toBeLessThan(5_000);
	},
);

describe('no text keeps n8n busy', () => {
	const inJson = (text: string) => JSON.stringify(JSON.stringify(text));
	const end = 'zzzzz';

	// Each of these took seconds to hours where a text could match a pattern in more than one way.
	it.each([
		['\\"'.repeat(6) + end, `${'\\'.repeat(15)}"`.repeat(40)],
		['\\"'.repeat(12) + end, inJson('\\"'.repeat(12) + end.slice(1)).slice(0, -6)],
		['a + '.repeat(12) + end, `a${'+'.repeat(18)}`.repeat(12)],
		['a\\!'.repeat(14) + end, inJson('a\\!'.repeat(14) + 'zzz')],
		['\\!Password1', '\\'.repeat(1_000_000)],
	])('%j', (secret, text) => {
		expect(withoutSecrets(`${text}q`, [secret])).toMatch(/q$/);
	});

	it.each(['a\\!b"c d+e', '\\"\\"+ x\\', 'a\\\\u005cb"c'])('%j is found all the same', (secret) => {
		const forms = [
			secret,
			JSON.stringify(secret).slice(1, -1),
			inJson(secret).slice(3, -3),
			inJson(inJson(secret)),
			encodeURIComponent(secret),
		];
		for (const form of forms) {
			const clean = withoutSecrets(`before ${form} after`, [secret]);
			expect(clean).toMatch(/^before [\\"]*\[hidden\][\\"]* after$/);
		}
	});
});
