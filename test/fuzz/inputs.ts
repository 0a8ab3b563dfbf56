import fc from 'fast-check';
import { fieldsOf, withField } from '../support/fields';

/** Texts of every kind: blanks of web pages, marks without width, half characters, control characters. */
export const text: fc.Arbitrary<string> = fc.oneof(
	fc.string({ maxLength: 60 }),
	fc.string({ unit: 'binary', maxLength: 20 }),
	fc.string({ unit: fc.constantFrom('\u00a0', '\u200b', '\ufeff', '\ud800', '\n', ' ', 'a', '0') }),
	fc.string({ minLength: 500, maxLength: 3_000 }),
);

/** Texts that are almost right: put together from these pieces and a little of anything. */
export const made = (...pieces: string[]): fc.Arbitrary<string> =>
	fc
		.array(
			fc.oneof(
				{ weight: 6, arbitrary: fc.constantFrom(...pieces) },
				{ weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
			),
			{ maxLength: 12 },
		)
		.map((parts) => parts.join(''));

/** Whatever an expression can give. */
export const value: fc.Arbitrary<unknown> = fc.oneof(
	text,
	fc.anything({ maxDepth: 2, withBigInt: true, withDate: true, withNullPrototype: true }),
	fc.double(),
	fc.integer(),
	fc.array(fc.oneof(text, fc.integer(), fc.constant(null)), { maxLength: 5 }),
	fc.constantFrom(
		undefined,
		null,
		'',
		' ',
		0,
		-0,
		-1,
		NaN,
		Infinity,
		true,
		'__proto__',
		'constructor',
	),
);

/** Whatever JSON can hold; names that every object has already are among its keys. */
export const json: fc.Arbitrary<unknown> = fc.oneof(
	fc.jsonValue({ maxDepth: 3 }),
	fc.dictionary(
		fc.constantFrom('__proto__', 'constructor', 'toString', 'reply', 'data', 'body', 'list', '_a'),
		fc.jsonValue({ maxDepth: 1 }),
	),
	fc
		.nat({ max: 500 })
		.map((depth) => JSON.parse(`${'['.repeat(depth)}0${']'.repeat(depth)}`) as unknown),
);

/** A documented reply of which up to three fields are something else, or gone. */
export const bent = (...replies: unknown[]): fc.Arbitrary<unknown> =>
	fc.constantFrom(...replies).chain((reply) =>
		fc
			.array(fc.tuple(fc.constantFrom(...fieldsOf(reply)), fc.option(json, { nil: undefined })), {
				maxLength: 3,
			})
			.map((changes) =>
				changes.reduce<unknown>(
					(bentSoFar, [field, put]) => withField(bentSoFar, field, put),
					reply,
				),
			),
	);

/** The same as an object, as parsers get it that come after the first one. */
export const bentObject = (...replies: unknown[]): fc.Arbitrary<Record<string, unknown>> =>
	fc
		.oneof(bent(...replies), json)
		.filter(
			(reply): reply is Record<string, unknown> =>
				typeof reply === 'object' && reply !== null && !Array.isArray(reply),
		);

/** Retry-After and its like. */
export const header: fc.Arbitrary<unknown> = fc.oneof(
	fc.integer().map(String),
	fc.double().map(String),
	fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
	made('Sun, ', '06 Nov 1994', ' 08:49:37', ' GMT', '-', '1e', '9', '0x', '.'),
	value,
);

/** Answers with a body that was documented once. */
export const answer = (...replies: unknown[]) =>
	fc.record({
		statusCode: fc.oneof(
			fc.constantFrom(200, 200, 200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 502),
			fc.integer({ min: 100, max: 599 }),
		),
		headers: fc.record(
			{ 'retry-after': header, 'x-ratelimit-towait-sec': header },
			{ requiredKeys: [] },
		),
		body: fc.oneof(
			bent(...replies).map((reply) => JSON.stringify(reply)),
			fc
				.tuple(bent(...replies), fc.nat({ max: 300 }))
				.map(([reply, length]) => String(JSON.stringify(reply)).slice(0, length)),
			json.map((reply) => JSON.stringify(reply)),
			made('<html>', '<title>', 'Sign in', '</title>', '<h1', '>', '</h1>', '\n', '{', '"'),
			text,
			json,
			value,
		),
	});

export const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia');

/** Dates as people write them, and almost. */
export const date: fc.Arbitrary<unknown> = fc.oneof(
	fc.date().map((one) => (Number.isNaN(one.getTime()) ? one : one.toISOString())),
	fc.date(),
	fc.integer({ min: -1, max: 300_000_000_000_000 }),
	made(
		'2026',
		'-',
		'01',
		'31',
		'T',
		' ',
		'23',
		':',
		'59',
		'.',
		'123',
		'Z',
		'+',
		'99',
		'1774940443667',
	),
	value,
);

/** Keys, passwords and tokens as vendors and users make them; none that occurs in a text by chance. */
export const secret = fc.oneof(
	fc.stringMatching(/^[A-Za-z0-9]{128}$/),
	fc.stringMatching(/^[A-Za-z0-9+&%=?/ "\\<>']{12,30}$/).map((one) => `q7${one}Z9`),
	fc.stringMatching(/^eyJ[\w-]{20,60}\.[\w-]{20,80}\.[\w-]{20,40}$/),
);
