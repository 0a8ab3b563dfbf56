import fc from 'fast-check';
import { isoTime } from '../../nodes/shared/json';

it('writes every moment as Date does', () => {
	fc.assert(
		fc.property(fc.date({ noInvalidDate: true }), (date) => {
			expect(isoTime(date.getTime())).toBe(date.toISOString());
			expect(isoTime(String(date.getTime()))).toBe(date.toISOString());
		}),
		{ numRuns: 5_000 },
	);
});

it.each([
	0, -1, 86_399_999, 86_400_000, -86_400_000, 951_782_400_000, 1_774_940_443_667.9, 8.64e15,
])('%s, after a moment of another day', (moment) => {
	isoTime(1_000_000_000_000);
	expect(isoTime(moment)).toBe(new Date(moment).toISOString());
});

it.each([8.64e15 + 1, Infinity, NaN, 'soon', '', true, []])('leaves %p as it is', (value) => {
	expect(isoTime(value)).toEqual(value);
});

it.each([null, undefined])('%p is nothing', (value) => expect(isoTime(value)).toBeNull());
