import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Sample {
	/** Seconds since the first sample. */
	at: number;
	/** Megabytes that the operating system counts for the process, by the name it was asked for. */
	megabytes: Record<string, number>;
}

/** Megabytes of memory that a process holds (its resident set), or undefined once it is gone. */
async function residentMegabytes(pid: number): Promise<number | undefined> {
	try {
		const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
		return Number(stdout) / 1024;
	} catch {
		return undefined;
	}
}

/**
 * Looks at the memory of processes every so many seconds.
 * @param processes their ids by name, asked for each time: a killed one may have a successor
 */
export function watchMemory(
	processes: () => Record<string, number | undefined>,
	everySeconds: number,
): { samples: Sample[]; stop: () => void } {
	const samples: Sample[] = [];
	const started = Date.now();
	const look = async () => {
		const at = Math.round((Date.now() - started) / 1000);
		const megabytes: Sample['megabytes'] = {};
		for (const [name, pid] of Object.entries(processes())) {
			const held = pid === undefined ? undefined : await residentMegabytes(pid);
			if (held !== undefined) megabytes[name] = held;
		}
		samples.push({ at, megabytes });
	};
	const timer = setInterval(() => void look(), everySeconds * 1000);
	return { samples, stop: () => clearInterval(timer) };
}

/** Most that a process held, in megabytes. */
export const peak = (samples: Sample[], name: string): number =>
	Math.max(...samples.map(({ megabytes }) => megabytes[name] ?? 0));

const mean = (some: number[]) => some.reduce((sum, one) => sum + one, 0) / some.length;

/**
 * What a process held in the last third of the time, as a multiple of the first third; both are means. Says something
 * of a process that lived all the time, not of several that followed one another.
 */
export function growth(samples: Sample[], name: string): number {
	const held = samples.flatMap(({ megabytes }) => megabytes[name] ?? []);
	const third = Math.floor(held.length / 3);
	return mean(held.slice(-third)) / mean(held.slice(0, third));
}

/** Seconds since the first sample. */
export interface Life {
	from: number;
	to: number;
}

/** Of processes that followed one another under a name, each until it was killed: those whose whole life was seen. */
export function wholeLives(kills: number[]): Life[] {
	return kills.slice(1).map((to, index) => ({ from: kills[index], to }));
}

/**
 * What a process held, by its age: the mean of each part of its life.
 * @param parts in how many parts of the same length a life is divided
 */
export function byAge(
	samples: Sample[],
	name: string,
	{ from, to }: Life,
	parts: number,
): number[] {
	return Array.from({ length: parts }, (_, part) => {
		const at = (edge: number) => from + ((to - from) * edge) / parts;
		const held = samples.filter((sample) => sample.at >= at(part) && sample.at < at(part + 1));
		return mean(held.flatMap(({ megabytes }) => megabytes[name] ?? []));
	});
}
