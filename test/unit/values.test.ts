import fc from 'fast-check';
import { InputError } from '../../nodes/shared/input/inputError';
import {
	isIpAddress,
	readChoices,
	readList,
	readText,
	readWholeNumber,
	sample,
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

	it('takes numbers', () => expect(readList('F', [1, '2'])).toEqual(['1', '2']));
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
});

describe('readChoices', () => {
	it('knows the case of no letter', () => {
		expect(readChoices('F', 'LINUX, windows', ['linux', 'windows'])).toEqual(['linux', 'windows']);
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
