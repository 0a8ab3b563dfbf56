import { faultRows, fieldRows, type Expected } from './expectations';
import { furtherFaultRows, furtherFieldRows } from './furtherExpectations';
import { qualysFaultRows, qualysFieldRows } from './qualysExpectations';
import type { Cell } from './run';

const keyOf = (cell: Cell) =>
	'field' in cell ? `${cell.of} | ${cell.field} is ${cell.is}` : `${cell.of} | ${cell.fault}`;

/** All expectations by cell. Two for one cell contradict each other, so both are kept. */
const expectations = new Map<string, Expected[]>();

const expectIn = (cell: Cell, expected: Expected) =>
	expectations.set(keyOf(cell), [...(expectations.get(keyOf(cell)) ?? []), expected]);

for (const [subjects, faults, expected] of [
	...faultRows,
	...qualysFaultRows,
	...furtherFaultRows,
]) {
	for (const of of subjects) for (const fault of faults) expectIn({ of, fault }, expected);
}
for (const [subjects, fields, kinds, expected] of [
	...fieldRows,
	...qualysFieldRows,
	...furtherFieldRows,
]) {
	for (const of of subjects) {
		for (const field of fields) for (const is of kinds) expectIn({ of, field, is }, expected);
	}
}

/** What must become of a cell. */
export function expectationOf(cell: Cell): Expected {
	const [expected] = expectations.get(keyOf(cell)) ?? [];
	if (!expected) throw new Error(`Nothing is expected of ${keyOf(cell)}`);
	return expected;
}

/** Cells without an expectation or with several, and expectations without a cell. */
export function misfits(cells: Cell[]): string[] {
	const there = new Set(cells.map(keyOf));
	return [
		...[...there].flatMap((key) => {
			const count = expectations.get(key)?.length ?? 0;
			return count === 1 ? [] : [`${key}: ${count} expectations`];
		}),
		...[...expectations.keys()].flatMap((key) => (there.has(key) ? [] : [`${key}: no such cell`])),
	];
}
