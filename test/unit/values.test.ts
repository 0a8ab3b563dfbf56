import fc from 'fast-check';
import { InputError } from '../../nodes/shared/errors';
import {
	isIpAddress,
	readChoice,
	readChoices,
	readIpAddresses,
	readList,
	readText,
	readWholeNumber,
	sample,
	trimmedEnds,
} from '../../nodes/shared/input/values';

/** What a reader gives, or the error that says why not; anything else that is thrown fails the test. */
function outcome<T>(read: () => T): T | InputError {
	try {
		return read();
	} catch (error) {
		expect(error).toBeInstanceOf(InputError);
		return error as InputError;
	}
}

const word = fc
	.string({ minLength: 1 })
	.filter((text) => /^[^\s,[\]"\u200b-\u200d\u2060\ufeff]+$/.test(text));

describe('readList', () => {
	it('gives the same list for an array, for commas, for lines and for JSON', () => {
		fc.assert(
			fc.property(fc.uniqueArray(word, { minLength: 1 }), (words) => {
				expect(readList('F', words)).toEqual(words);
				expect(readList('F', words.join(' , '))).toEqual(words);
				expect(readList('F', words.join('\r\n'))).toEqual(words);
				expect(readList('F', JSON.stringify(words))).toEqual(words);
			}),
		);
	});

	it('gives a list of texts without blanks and repetitions, or an error, whatever comes', () => {
		fc.assert(
			fc.property(fc.anything({ withNullPrototype: true }), (value) => {
				const list = outcome(() => readList('F', value));
				if (list instanceof InputError) {
					expect(list.message).toMatch(/^F /);
					expect(list.hint).toBeTruthy();
					return;
				}
				expect(list.length).toBeGreaterThan(0);
				expect(new Set(list).size).toBe(list.length);
				for (const text of list) expect(text.trim()).toBe(text);
			}),
		);
	});

	it('takes numbers', () => {
		expect(readList('F', [1, '2'])).toEqual(['1', '2']);
		expect(readList('F', 1.5)).toEqual(['1.5']);
		expect(readList('F', '[1, "2"]')).toEqual(['1', '2']);
	});

	it.each([
		['a number that lost digits', [2 ** 53], 'too large to be exact ("9007199254740992")'],
		['JSON whose number loses digits', '[9007199254740993]', 'too large to be exact'],
		['a negative one', -(2 ** 60), 'too large to be exact'],
		['a number that is none', [NaN], 'F holds "NaN", which is not a number'],
		['a number without end', Infinity, 'F holds "Infinity", which is not a number'],
		['JSON whose number has no end', '[1e999]', 'F holds "Infinity", which is not a number'],
		['a list with single quotes', "['a', 'b']", 'which looks like a list but is no JSON'],
		['a list without quotes', ' [a, b]\n', 'which looks like a list but is no JSON'],
	])('refuses %s', (_name, value, words) => {
		const refusal = outcome(() => readList('F', value));
		expect(refusal).toBeInstanceOf(InputError);
		expect((refusal as InputError).message).toContain(words);
		expect((refusal as InputError).hint).toBeTruthy();
	});

	it.each([
		['in an array', ['[2024]'], ['[2024]']],
		['in JSON', '["[Lab]", "[Prod]"]', ['[Lab]', '[Prod]']],
		['at one end of a text', '[EU] Laptops, [US] Laptops', ['[EU] Laptops', '[US] Laptops']],
	])('leaves brackets of a name alone: %s', (_name, value, names) =>
		expect(readList('F', value)).toEqual(names),
	);
});

describe('names', () => {
	const NAME = 'Labs\u00a0\u200d1\u202f\u2060x';

	it.each([
		['readList of text', () => readList('F', `\u200b ${NAME}\u00a0, b`)[0]],
		['readList of an array', () => readList('F', [`\ufeff${NAME}\u2060 `])[0]],
		['readList of JSON', () => readList('F', JSON.stringify([`${NAME} `]))[0]],
		['readText', () => readText('F', `\u2060 \u200d${NAME}\u202f\n`, 'h')],
	])('%s changes nothing within one', (_name, read) => expect(read()).toBe(NAME));

	it('tells two names apart that differ in such a character', () => {
		expect(readList('F', ['a b', 'a\u00a0b', 'a\u200bb'])).toHaveLength(3);
	});

	it('trimmedEnds takes the time that a text is long', () => {
		const blanks = ' \u200b'.repeat(100_000);
		const start = performance.now();
		expect(trimmedEnds(`${blanks}a${blanks}b${blanks}`)).toBe(`a${blanks}b`);
		expect(performance.now() - start).toBeLessThan(1_000);
	});

	it('addresses, choices and numbers hold none, so they are cleaned within too', () => {
		expect(readIpAddresses('F', '192.168.\u200b5.12, 192.168.5.12')).toEqual(['192.168.5.12']);
		expect(readChoices('F', ['li\u200bnux'], ['linux'])).toEqual(['linux']);
		expect(readWholeNumber('F', '60\u200b01', 'h')).toBe('6001');
	});
});

describe('readWholeNumber', () => {
	it('keeps the digits of every whole positive number', () => {
		fc.assert(
			fc.property(fc.bigInt({ min: 1n, max: 10n ** 29n }), (number) => {
				expect(readWholeNumber('F', ` ${number} `, 'h')).toBe(String(number));
				expect(readWholeNumber('F', `000${number}`, 'h')).toBe(String(number));
			}),
		);
		fc.assert(
			fc.property(fc.integer({ min: 1 }), (number) => {
				expect(readWholeNumber('F', number, 'h')).toBe(String(number));
			}),
		);
	});

	it('gives digits or an error, whatever comes', () => {
		fc.assert(
			fc.property(fc.anything(), (value) => {
				const digits = outcome(() => readWholeNumber('F', value, 'h'));
				if (!(digits instanceof InputError)) expect(digits).toMatch(/^[1-9]\d*$/);
			}),
		);
	});
});

describe('readText', () => {
	it('gives a text that is not blank, or an error', () => {
		fc.assert(
			fc.property(fc.anything(), (value) => {
				const text = outcome(() => readText('F', value, 'h'));
				if (!(text instanceof InputError)) expect(text.trim()).not.toBe('');
			}),
		);
	});

	it.each([
		[NaN, 'F holds "NaN", which is not a number'],
		[-Infinity, 'F holds "-Infinity", which is not a number'],
		[2 ** 53, 'F holds a number that is too large to be exact ("9007199254740992")'],
	])('refuses %p', (value, words) => expect(() => readText('F', value, 'h')).toThrow(words));
});

describe('readChoices', () => {
	it('knows the case of no letter', () => {
		expect(readChoices('F', 'LINUX, windows', ['linux', 'windows'])).toEqual(['linux', 'windows']);
	});

	it('gives each once', () => {
		expect(readChoices('F', ['linux', 'LINUX'], ['linux'])).toEqual(['linux']);
	});
});

describe('readChoice', () => {
	const allowed = ['endpoints', 'summary'] as const;

	it('gives one of its values', () => {
		expect(readChoice('F', 'summary', allowed)).toBe('summary');
	});

	it.each(['sumary', 'Summary', '', null, undefined, ['summary'], {}])('refuses %p', (value) => {
		const refusal = outcome(() => readChoice('F', value, allowed)) as InputError;
		expect(refusal.message).toMatch(/^F holds /);
		expect(refusal.hint).toBe('It can hold: endpoints, summary.');
	});
});

describe('isIpAddress', () => {
	it('knows every IPv4 and IPv6 address', () => {
		fc.assert(
			fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
				expect(isIpAddress(address)).toBe(true);
			}),
		);
	});

	it.each([
		'::',
		'::1',
		'2001:db8::1',
		'::ffff:192.0.2.1',
		'FE80::1',
		'1:2:3:4:5:6:7::',
		'64:ff9b::1.2.3.4',
	])('%s is one', (text) => expect(isIpAddress(text)).toBe(true));

	it.each([
		'',
		'1.2.3',
		'1.2.3.4.5',
		'01.2.3.4',
		'1.2.3.4.',
		'256.1.1.1',
		'1::2::3',
		':::',
		':1:2:3:4:5:6:7',
		'1:2:3:4:5:6:7:',
		'1:2:3:4:5:6:7:8::',
		'12345::',
		'::1%eth0',
		'1.2.3.4::',
		'host',
		'::1.2.3',
	])('"%s" is none', (text) => expect(isIpAddress(text)).toBe(false));

	it('never takes a network, a zone or a name for an address', () => {
		fc.assert(
			fc.property(
				fc.oneof(fc.ipV4(), fc.ipV6()),
				fc.constantFrom('/8', '%1', '.example', ':80x', ' '),
				(address, tail) => {
					expect(isIpAddress(address + tail)).toBe(false);
				},
			),
		);
	});
});

describe('sample', () => {
	it.each([
		[5n, '"5"'],
		[{ big: 5n }, '"an object"'],
		[Object.create(null), '"{}"'],
		[undefined, '"undefined"'],
		[NaN, '"NaN"'],
		[-Infinity, '"-Infinity"'],
	])('%# shows also what is no JSON', (value, text) => expect(sample(value)).toBe(text));

	it('is one short line', () => {
		fc.assert(
			fc.property(fc.anything(), (value) => {
				const text = sample(value);
				expect(text).not.toMatch(/\n/);
				expect(text.length).toBeLessThanOrEqual(63);
			}),
		);
	});
});
