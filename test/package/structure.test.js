const { readdirSync, readFileSync } = require('node:fs');
const { dirname, join, relative, resolve, sep } = require('node:path');

/*
 * The folders of nodes/, and what checks a tenant with their parts, from the ground up. A file may import from its own folder and from those below it, so that
 * whoever reads one needs to know nothing of what stands above.
 */
const LEVELS = [
	{ name: 'ground', holds: /^nodes\/shared\/(?:json|errors)\.ts$/ },
	{ name: 'input', holds: /^nodes\/shared\/input\// },
	{ name: 'transport', holds: /^nodes\/shared\/transport\// },
	{ name: 'wait', holds: /^nodes\/shared\/wait\// },
	{ name: 'vendors', holds: /^nodes\/shared\/(?:cortex|qualys)\// },
	{ name: 'nodes', holds: /^(?:nodes\/(?!shared\/)[^/]+|credentials)\// },
	{ name: 'tenant', holds: /^tenant\// },
];

const ROOT = resolve(__dirname, '../..');

const files = ['nodes', 'credentials', 'tenant'].flatMap((folder) =>
	readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => /\.m?ts$/.test(name))
		.map((name) => join(folder, name).split(sep).join('/')),
);

const importsOf = (file) => {
	const source = readFileSync(join(ROOT, file), 'utf8');
	return [...source.matchAll(/^(?:import|export)\s[^;]*?from '(\.[^']*)';/gm)].map(([, path]) =>
		relative(ROOT, resolve(ROOT, dirname(file), /\.\w+$/.test(path) ? path : `${path}.ts`))
			.split(sep)
			.join('/'),
	);
};

const levelOf = (file) => LEVELS.findIndex(({ holds }) => holds.test(file));

/** The part of a file's level that it belongs to: one vendor, one node. */
const houseOf = (file) => (levelOf(file) < 4 ? levelOf(file) : dirname(file));

const isUpward = (from, to) =>
	levelOf(to) > levelOf(from) || (levelOf(to) === levelOf(from) && houseOf(to) !== houseOf(from));

describe('the folders of nodes/ and tenant/', () => {
	it('hold every file', () => {
		expect(files.filter((file) => levelOf(file) < 0)).toEqual([]);
		const empty = LEVELS.filter(({ holds }) => !files.some((file) => holds.test(file)));
		expect(empty).toEqual([]);
	});

	it('know nothing of those above them, nor of another vendor or node', () => {
		const arrows = files.flatMap((file) => importsOf(file).map((to) => [file, to]));
		expect(arrows.length).toBeGreaterThan(files.length);
		expect(arrows.filter(([from, to]) => isUpward(from, to)).map((one) => one.join(' → '))).toEqual(
			[],
		);
	});

	it('is told of an arrow upwards', () => {
		expect(isUpward('nodes/shared/input/a.ts', 'nodes/shared/transport/b.ts')).toBe(true);
		expect(isUpward('nodes/shared/wait/a.ts', 'nodes/shared/cortex/b.ts')).toBe(true);
		expect(isUpward('nodes/shared/cortex/a.ts', 'nodes/shared/qualys/b.ts')).toBe(true);
		expect(isUpward('nodes/One/a.ts', 'nodes/Two/b.ts')).toBe(true);
		expect(isUpward('nodes/shared/cortex/a.ts', 'tenant/b.ts')).toBe(true);
		expect(isUpward('nodes/One/a.ts', 'nodes/shared/wait/b.ts')).toBe(false);
		expect(isUpward('tenant/a.ts', 'nodes/One/b.ts')).toBe(false);
	});

	it('hold no file that is too long to read', () => {
		const lines = files.map((file) => ({
			file,
			lines: readFileSync(join(ROOT, file), 'utf8').split('\n').length,
		}));
		const long = lines.filter(({ file, lines: count }) => /\/wait\//.test(file) && count > 215);
		expect(long).toEqual([]);
	});
});
