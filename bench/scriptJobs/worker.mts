/* The process in which everything is measured: plain Node, n8n's engine, the built package, the server. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

import { loadModules } from './n8n.mts';
import type { CannedPage } from './pages.mts';
import type { Growth } from './request.mts';
import { servePages, type PageServer, type ServerAddress } from './server.mts';
import { createVariants, FLOOR, GROWING_FLOOR, type Variant } from './variants.mts';

/** What to measure, and with what. */
export type Task = {
	/** A file name in the folder with the built package and n8n's modules. */
	anchor: string;
	growth: Growth;
} & (TimeTask | MemoryTask);

export interface TimeTask {
	kind: 'time';
	variants: string[];
	rounds: number;
	/** What the server in this process serves, as JSON, a page per line. */
	pagesFile: string;
}

export interface MemoryTask {
	kind: 'memory';
	variant: string;
	/** A server elsewhere, so that its pages are not in this process. */
	server: ServerAddress;
}

/** Milliseconds. */
export interface Time {
	elapsed: number;
	/** What the processor did for it, on all threads: what else the machine is busy with hardly changes this. */
	cpu: number;
}

/** A variant in one round, and both floors right before it. */
export interface Pair {
	floor: Time;
	/** With pages that grow. */
	growing: Time;
	variant: Time;
}

export interface Times {
	node: string;
	cores: number;
	n8n: string;
	/** What one run of a variant asks of the server. */
	counted: Record<string, PageServer['counted']>;
	pairs: Record<string, Pair[]>;
}

/** The resident set in bytes. */
export interface Memory {
	/** When all is loaded and nothing has run. */
	before: number;
	peak: number;
}

const collectGarbage = () => (globalThis as unknown as { gc(): void }).gc();

/** Runs a variant, and makes sure that it brings each job once. */
async function check(name: string, { run, idOf }: Variant, { ids }: PageServer): Promise<void> {
	const jobs = await run();
	const found = new Set(jobs.map(idOf));
	if (jobs.length !== ids.length || !ids.every((id) => found.has(id))) {
		throw new Error(`${name} brought ${jobs.length} jobs, ${found.size} of them different`);
	}
}

async function timeOf({ run }: Variant): Promise<Time> {
	// So that no variant pays for what another one left behind.
	collectGarbage();
	const cpuBefore = process.cpuUsage();
	const start = performance.now();
	await run();
	const elapsed = performance.now() - start;
	const { user, system } = process.cpuUsage(cpuBefore);
	return { elapsed, cpu: (user + system) / 1000 };
}

async function measureTimes(
	all: Map<string, Variant>,
	server: PageServer,
	names: string[],
	rounds: number,
): Promise<Pick<Times, 'counted' | 'pairs'>> {
	const { counted } = server;
	const asked: Times['counted'] = {};
	const pairs: Times['pairs'] = Object.fromEntries(names.map((name) => [name, []]));
	const variant = (name: string) => all.get(name)!;
	for (const name of [FLOOR, GROWING_FLOOR, ...names]) {
		// The first run signs in and warms up, the second one is as all others.
		await check(name, variant(name), server);
		const before = { ...counted };
		await variant(name).run();
		asked[name] = {
			requests: counted.requests - before.requests,
			connections: counted.connections - before.connections,
		};
	}
	for (let round = 0; round < rounds; round += 1) {
		for (const name of names) {
			const floor = await timeOf(variant(FLOOR));
			const growing = await timeOf(variant(GROWING_FLOOR));
			pairs[name].push({ floor, growing, variant: await timeOf(variant(name)) });
		}
	}
	return { counted: asked, pairs };
}

async function measureMemory({ run }: Variant): Promise<Memory> {
	collectGarbage();
	const before = process.memoryUsage.rss();
	await run();
	return { before, peak: process.resourceUsage().maxRSS * 1024 };
}

async function main(task: Task): Promise<Times | Memory> {
	const modules = loadModules(task.anchor);
	if (task.kind === 'memory') {
		const variants = await createVariants(modules, task.server, task.growth);
		return await measureMemory(variants.get(task.variant)!);
	}
	const lines = (await readFile(task.pagesFile, 'utf8')).split('\n');
	const server = await servePages(lines.map((line) => JSON.parse(line) as CannedPage));
	const variants = await createVariants(modules, server, task.growth);
	return {
		node: process.versions.node,
		cores: availableParallelism(),
		n8n: modules.version,
		...(await measureTimes(variants, server, task.variants, task.rounds)),
	};
}

// Nobody waits for the result any more.
process.once('disconnect', () => process.exit(1));

const result = await main(JSON.parse(process.argv[2]) as Task);
process.send!(result, () => process.exit(0));
