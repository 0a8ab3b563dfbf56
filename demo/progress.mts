/** Says what is being done: `step` wraps a long piece of work, `say` prints a line. */
export interface Progress {
	say: (line: string) => void;
	step: <T>(label: string, work: () => Promise<T>) => Promise<T>;
}

const REDRAW_MS = 1_000;
const PLAIN_LINE_MS = 10_000;

const seconds = (since: number) => `${Math.round((Date.now() - since) / 1_000)} s`;

/**
 * On a terminal one line per step counts the seconds in place; elsewhere (a log, CI) a plain line
 * comes every ten seconds, so that a silent minute never looks like a hang.
 */
export function createProgress(out: NodeJS.WriteStream = process.stdout): Progress {
	const say = (line: string) => void out.write(`${line}\n`);

	async function step<T>(label: string, work: () => Promise<T>): Promise<T> {
		const started = Date.now();
		const text = (mark: string) => `${mark} ${label} (${seconds(started)})`;
		const draw = () => out.write(`\r\x1b[2K${text('…')}`);

		if (out.isTTY) draw();
		const timer = setInterval(
			() => (out.isTTY ? draw() : say(text('…'))),
			out.isTTY ? REDRAW_MS : PLAIN_LINE_MS,
		);
		try {
			const result = await work();
			clearInterval(timer);
			say(`${out.isTTY ? '\r\x1b[2K' : ''}${text('✓')}`);
			return result;
		} catch (error) {
			clearInterval(timer);
			say(`${out.isTTY ? '\r\x1b[2K' : ''}${text('✗')}`);
			throw error;
		}
	}

	return { say, step };
}

/** For callers that want no output. */
export const silent: Progress = { say: () => undefined, step: (_label, work) => work() };
