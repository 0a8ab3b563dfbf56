/** A failure whose message is for the person at the screen: what happened, and what to do. */
export class UserError extends Error {
	override name = 'UserError';
}

/** The text to show for anything thrown; with `DEBUG` set, the stack too. */
export function describe(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (process.env.DEBUG) return error.stack ?? error.message;
	return error.message;
}

/** The last `count` lines of a text that say something. */
export function lastLines(text: string, count: number): string {
	return text
		.split('\n')
		.map((line) => line.trimEnd())
		.filter((line) => line !== '')
		.slice(-count)
		.join('\n');
}
