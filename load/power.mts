/**
 * With which power of the size a value grows: the slope of the straight line that fits best (least squares) through all
 * sizes, both axes logarithmic. 1 is linear. NaN for less than two sizes, or values of which no logarithm can be taken.
 */
export function power(points: Array<[size: number, value: number]>): number {
	const logs = points.map(([size, value]) => [Math.log(size), Math.log(value)]);
	const mean = (axis: number) => logs.reduce((sum, log) => sum + log[axis], 0) / logs.length;
	const [x, y] = [mean(0), mean(1)];
	const over = logs.reduce((sum, [size, value]) => sum + (size - x) * (value - y), 0);
	const under = logs.reduce((sum, [size]) => sum + (size - x) ** 2, 0);
	return over / under;
}

/** Above this, growth is more than linear, whatever the noise. */
const LINEAR = 1.05;

/** A power in words: `1.02, linear or better`. */
export function describePower(value: number): string {
	if (!Number.isFinite(value)) return '–';
	return `${value.toFixed(2)}, ${value <= LINEAR ? 'linear or better' : 'worse than linear'}`;
}
