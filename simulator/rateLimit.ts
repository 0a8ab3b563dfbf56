/** Says for each request whether it still fits; a refused request does not count. */
export interface SlidingLimit {
	allow(now: number): boolean;
}

/** At most `perWindow` requests in any `windowMs`; 0 means no limit. */
export function createSlidingLimit(perWindow: number, windowMs = 1000): SlidingLimit {
	let accepted: number[] = [];
	return {
		allow(now) {
			if (perWindow === 0) return true;
			accepted = accepted.filter((at) => now - at < windowMs);
			if (accepted.length >= perWindow) return false;
			accepted.push(now);
			return true;
		},
	};
}
