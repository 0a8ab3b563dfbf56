import { isoTime } from '../../nodes/shared/json';

it.each([
	[0, '1970-01-01T00:00:00.000Z'],
	[-1, '1969-12-31T23:59:59.999Z'],
	[951_782_400_000, '2000-02-29T00:00:00.000Z'],
	[1_774_940_443_667.9, '2026-03-31T07:00:43.667Z'],
	['1774940443667', '2026-03-31T07:00:43.667Z'],
	[8.64e15, '+275760-09-13T00:00:00.000Z'],
])('%p is %s', (moment, text) => expect(isoTime(moment)).toBe(text));

it.each([8.64e15 + 1, Infinity, NaN, 'soon', '', true, []])('leaves %p as it is', (value) => {
	expect(isoTime(value)).toEqual(value);
});

it.each([null, undefined])('%p is nothing', (value) => expect(isoTime(value)).toBeNull());
