/** Says for each request whether it still fits; a refused request does not count. */
export interface SlidingLimit {
	allow(now: number): boolean;
}

/** At most `perWindow()` requests in any `windowMs`, as of the moment of each request; 0 means no limit. */
export function createSlidingLimit(perWindow: () => number, windowMs = 1000): SlidingLimit {
	let accepted: number[] = [];
	return {
		allow(now) {
			const most = perWindow();
			accepted = accepted.filter((at) => now - at < windowMs);
			if (most > 0 && accepted.length >= most) return false;
			accepted.push(now);
			return true;
		},
	};
}
