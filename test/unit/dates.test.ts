import fc from 'fast-check';
import { InputError } from '../../nodes/shared/errors';
import { checkRange, readDate } from '../../nodes/shared/input/dates';

const START = Date.parse('1974-01-01T00:00:00Z');
const END = Date.parse('9999-12-31T23:59:59.999Z');
const moment = fc.integer({ min: START, max: END });

describe('readDate', () => {
	it('reads every moment in each of its forms', () => {
		fc.assert(
			fc.property(moment, (epoch) => {
				const iso = new Date(epoch).toISOString();
				for (const form of [epoch, String(epoch), iso, iso.replace('T', ' '), new Date(epoch)]) {
					expect(readDate('F', form, 'Asia/Tokyo')).toBe(epoch);
				}
				expect(readDate('F', iso.slice(0, -1), 'UTC')).toBe(epoch);
				expect(readDate('F', { toMillis: () => epoch }, 'UTC')).toBe(epoch);
			}),
		);
	});

	it('takes an offset off', () => {
		fc.assert(
			fc.property(moment, fc.integer({ min: -14 * 60, max: 14 * 60 }), (epoch, minutes) => {
				const wall = new Date(epoch + minutes * 60_000).toISOString().slice(0, -1);
				fc.pre(wall.length === 23 && epoch + minutes * 60_000 <= END);
				const digits = (number: number) => String(number).padStart(2, '0');
				const size = Math.abs(minutes);
				const offset = `${minutes < 0 ? '-' : '+'}${digits(Math.floor(size / 60))}:${digits(size % 60)}`;
				expect(readDate('F', wall + offset, 'UTC')).toBe(epoch);
			}),
		);
	});

	it('means a time without a zone in the zone of the workflow', () => {
		const zones = [
			'Europe/Berlin',
			'America/St_Johns',
			'Asia/Kathmandu',
			'Pacific/Auckland',
			'UTC',
		];
		const recent = fc.integer({ min: START, max: Date.parse('2037-01-01T00:00:00Z') });
		fc.assert(
			fc.property(recent, fc.constantFrom(...zones), (epoch, zone) => {
				const second = Math.floor(epoch / 1000) * 1000;
				const wall = new Date(second).toLocaleString('sv-SE', { timeZone: zone });
				// An hour that a change of the clocks repeats has two moments; both are right.
				const read = readDate('F', wall, zone);
				expect(new Date(read).toLocaleString('sv-SE', { timeZone: zone })).toBe(wall);
				expect(Math.abs(read - second)).toBeLessThanOrEqual(3_600_000);
			}),
		);
	});

	it.each([
		['2026-01-31', 'Europe/Berlin', '2026-01-30T23:00:00.000Z'],
		['2026-07-01T12:00', 'Europe/Berlin', '2026-07-01T10:00:00.000Z'],
		['2026-01-31T08:00:00.1239+0530', 'UTC', '2026-01-31T02:30:00.123Z'],
		['2024-02-29', 'UTC', '2024-02-29T00:00:00.000Z'],
		['\u00a02026-01-31T08:00:00z ', 'UTC', '2026-01-31T08:00:00.000Z'],
		[' 1970-01-01', 'UTC', '1970-01-01T00:00:00.000Z'],
		['2026-01-31T08:00:00+14:00', 'UTC', '2026-01-30T18:00:00.000Z'],
	])('%s in %s is %s', (text, zone, iso) => {
		expect(new Date(readDate('F', text, zone)).toISOString()).toBe(iso);
	});

	it.each([
		'2026-02-29',
		'2026-13-01',
		'2026-01-01T24:00',
		'01/02/2026',
		'now',
		'2026',
		'12:00',
		'2026-01-31T08:00:00+99:99',
		'2026-01-31T08:00:00-15:00',
		'2026-01-31T08:00:00+0160',
		{},
		[],
		true,
		NaN,
		Infinity,
	])('refuses %p', (value) =>
		expect(() => readDate('F', value, 'UTC')).toThrow(/^F holds .*not a date/),
	);

	it.each([1772352000, '1772352000', 0])(
		'refuses %p, which is no count of milliseconds',
		(value) => {
			expect(() => readDate('F', value, 'UTC')).toThrow(InputError);
		},
	);

	it('gives a whole number or an error, whatever comes', () => {
		fc.assert(
			fc.property(fc.anything(), (value) => {
				try {
					expect(Number.isInteger(readDate('F', value, 'UTC'))).toBe(true);
				} catch (error) {
					expect(error).toBeInstanceOf(InputError);
				}
			}),
		);
	});
});

describe('checkRange', () => {
	it('refuses what ends before it starts, and nothing else', () => {
		expect(() => checkRange(['A', 'B'], 2, 1)).toThrow(/^A .* lies after B/);
		for (const [start, end] of [
			[1, 2],
			[1, 1],
			[undefined, 1],
			[1, undefined],
		]) {
			expect(() => checkRange(['A', 'B'], start, end)).not.toThrow();
		}
	});
});
