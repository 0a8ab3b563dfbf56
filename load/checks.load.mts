import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { promisify } from 'node:util';

import type { Benchmark } from '../bench/benchmark.mts';
import { ROOT } from '../demo/paths.mts';

const CHECKS = [
	{
		script: 'test:faults',
		what: 'Fault matrix: each node × each fault and each wrong field; one expectation a cell, none may be missing; what ends in an error, in all three ways of On Error',
		size: /Fault matrix: (.+)/,
	},
	{
		script: 'test:fuzz',
		what: 'Fuzz: what users type and what vendors send; every function that reads it',
		size: /Fuzz: (.+)/,
	},
];

/** Jest's closing line: `Tests:       1 failed, 1715 passed, 1723 total`. */
const TESTS = /^Tests:\s+(.+)$/m;

const benchmark: Benchmark = {
	async measure({ progress }) {
		const rows: string[][] = [];
		for (const { script, what, size } of CHECKS) {
			const started = Date.now();
			const { stdout, stderr } = await progress.step(`npm run ${script}`, () =>
				promisify(execFile)('npm', ['run', script], { cwd: ROOT, maxBuffer: 100e6 }),
			);
			const output = `${stdout}\n${stderr}`;
			rows.push([
				what,
				`\`npm run ${script}\``,
				size.exec(output)?.[1] ?? 'not counted',
				TESTS.exec(output)?.[1] ?? 'not counted',
				`${Math.round((Date.now() - started) / 1000)} s`,
			]);
		}
		return {
			title: 'Faults and odd input',
			machine: { node: process.versions.node, cores: cpus().length },
			parts: [{ table: { columns: ['what', 'command', 'size', 'tests', 'took'], rows } }],
			measured: rows,
		};
	},
};

export default benchmark;
