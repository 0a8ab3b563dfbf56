/** The value in the middle; of an even number, the mean of the two. */
export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The values between which half of all lie: the medians of the lower and the upper half. */
export function middleHalf(values: number[]): { low: number; high: number } {
	const sorted = [...values].sort((a, b) => a - b);
	const half = Math.ceil(sorted.length / 2);
	return { low: median(sorted.slice(0, half)), high: median(sorted.slice(-half)) };
}
