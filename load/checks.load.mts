import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { promisify } from 'node:util';

import type { Benchmark } from '../bench/benchmark.mts';
import { ROOT } from '../demo/paths.mts';

const CHECKS = [
	{
		script: 'test:faults',
		what: 'Fault matrix: each node × each fault, in all ways of On Error; one expectation a cell, none may be missing',
		size: /Fault matrix: (.+)/,
	},
	{
		script: 'test:fuzz',
		what: 'Fuzz: what users type and what vendors send; every function that reads it',
		size: '10,000 cases for each function',
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
				typeof size === 'string' ? size : (size.exec(output)?.[1] ?? ''),
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
