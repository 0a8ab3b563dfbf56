const { execFileSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { PackageDirectoryLoader } = require('n8n-core');
const manifest = require('../../package.json');

const root = resolve(__dirname, '../..');
const LARGEST_TARBALL = 200_000;

let folder;
let packed;

/** All files below a folder, as paths relative to it. */
function filesBelow(top, at = '') {
	return readdirSync(join(top, at), { withFileTypes: true }).flatMap((entry) =>
		entry.isDirectory() ? filesBelow(top, join(at, entry.name)) : [join(at, entry.name)],
	);
}

beforeAll(() => {
	// Below node_modules, so that the unpacked nodes find n8n-workflow as they do in n8n.
	const cache = join(root, 'node_modules', '.cache');
	mkdirSync(cache, { recursive: true });
	folder = mkdtempSync(join(cache, 'package-'));
	const listing = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
		cwd: root,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	[packed] = Object.values(JSON.parse(listing));
	execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tarball = () => join(folder, 'package');

describe('the tarball', () => {
	it('holds what n8n needs, and nothing else', () => {
		const kinds = filesBelow(tarball()).filter(
			(file) =>
				!/^dist\/(nodes|credentials)\/.+\.js$/.test(file) &&
				!/^dist\/nodes\/\w+\/\w+\.node\.json$/.test(file) &&
				!/^dist\/nodes\/\w+\/__schema__\/v1\.0\.0\.json$/.test(file) &&
				!/^dist\/icons\/\w+(\.dark)?\.svg$/.test(file),
		);
		expect(kinds.sort()).toEqual(['LICENSE', 'README.md', 'index.js', 'package.json']);
	});

	it('holds a script for every source, and none without one', () => {
		const scripts = filesBelow(tarball()).filter(
			(file) => file.startsWith('dist/') && file.endsWith('.js'),
		);
		const sources = ['nodes', 'credentials'].flatMap((top) =>
			filesBelow(join(root, top))
				.filter((file) => file.endsWith('.ts'))
				.map((file) => join('dist', top, file.replace(/ts$/, 'js'))),
		);
		expect(scripts.sort()).toEqual(sources.sort());
	});

	it('is small', () => {
		expect(statSync(join(folder, packed.filename)).size).toBeLessThan(LARGEST_TARBALL);
	});

	it('requires nothing but its own files, n8n-workflow and node:crypto', () => {
		const required = filesBelow(tarball())
			.filter((file) => file.endsWith('.js'))
			.flatMap((file) => [
				...readFileSync(join(tarball(), file), 'utf8').matchAll(
					/(?:require|import)\(\s*([^)]*?)\s*\)/g,
				),
			])
			.map(([, name]) => name.replace(/^["']|["']$/g, ''))
			.filter((name) => !name.startsWith('./') && !name.startsWith('../'));
		expect([...new Set(required)].sort()).toEqual(['n8n-workflow', 'node:crypto']);
	});

	it('depends on nothing at run time', () => {
		const { dependencies, peerDependencies, scripts } = manifest;
		expect(dependencies).toBeUndefined();
		expect(peerDependencies).toEqual({ 'n8n-workflow': '*' });
		const hooks = ['prepare', 'preinstall', 'install', 'postinstall'];
		expect(Object.keys(scripts).filter((name) => hooks.includes(name))).toEqual([]);
	});

	it('passes the scan of n8n, as source and as tarball', async () => {
		const script = `
			import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
			const source = await analyzePackage(${JSON.stringify(root)}, SOURCE_FILE_PATTERNS);
			const built = await analyzePackage(${JSON.stringify(tarball())}, ['**/*.js', 'package.json']);
			console.log(JSON.stringify({ source, built }));
		`;
		const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
			cwd: root,
			encoding: 'utf8',
			// The linter's rules look at files of every name where this says "test", as jest has it.
			env: { ...process.env, NODE_ENV: '' },
		});
		expect(JSON.parse(output)).toEqual({ source: { passed: true }, built: { passed: true } });
	}, 120_000);
});

describe('the loaded package', () => {
	let loader;

	beforeAll(async () => {
		loader = new PackageDirectoryLoader(tarball());
		await loader.loadAll();
	});

	it('loads in n8n with every node and credential', () => {
		const name = (path) => path.split('/').at(-1).split('.')[0];
		const lower = (text) => text[0].toLowerCase() + text.slice(1);
		expect(Object.keys(loader.nodeTypes).sort()).toEqual(
			manifest.n8n.nodes.map((path) => lower(name(path))).sort(),
		);
		expect(Object.keys(loader.credentialTypes).sort()).toEqual(
			manifest.n8n.credentials.map((path) => lower(name(path))).sort(),
		);
	});

	it('gives every node icons, search words, an output schema and a description for agents', () => {
		for (const path of manifest.n8n.nodes) {
			const folderOf = join(tarball(), path, '..');
			const node = path.split('/').at(-1).replace('.node.js', '');
			const [, loaded] = Object.entries(loader.nodeTypes).find(
				([name]) => name.toLowerCase() === node.toLowerCase(),
			);
			const { description } = loaded.type;
			const codex = require(join(folderOf, `${node}.node.json`));
			expect(codex.node).toBe(`${manifest.name}.${description.name}`);
			expect(codex.alias.length).toBeGreaterThan(4);
			const schema = require(join(folderOf, '__schema__', 'v1.0.0.json'));
			expect(Object.keys(schema.properties).length).toBeGreaterThan(0);
			expect(description.subtitle).toBeTruthy();
			// A line for people in the editor's panel, and whatever a model has to know.
			expect(description.description.length).toBeLessThanOrEqual(90);
			// A trigger is no tool.
			expect(description.usableAsTool === undefined).toBe(description.polling === true);
			if (description.usableAsTool) {
				const forModels = description.usableAsTool.replacements.description;
				expect(forModels.length).toBeGreaterThan(100);
				const field = description.properties.find(({ name }) => name === 'toolDescription');
				expect(field.default).toBe(forModels);
			}
			expect(description.builderHint.searchHint).toMatch(/^Take this to|^Take this after/);
			for (const { nodeType } of description.builderHint.relatedNodes) {
				expect(Object.keys(loader.nodeTypes)).toContain(nodeType.split('.')[1]);
			}
			for (const icon of Object.values(description.iconUrl ?? description.icon)) {
				expect(icon).toMatch(/icons\/\w+(\.dark)?\.svg$/);
			}
		}
	});
});

describe('the repository', () => {
	const ignored = new Set(['node_modules', 'dist', '.git', '.demo']);
	const files = readdirSync(root, { withFileTypes: true })
		.filter(({ name }) => !ignored.has(name))
		.flatMap((entry) => (entry.isDirectory() ? filesBelow(root, entry.name) : [entry.name]))
		.filter((file) => !file.includes('node_modules'));

	it('records no download addresses in lock files', () => {
		for (const file of files.filter((name) => name.endsWith('package-lock.json'))) {
			expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/"resolved": "(?!file:)/);
		}
	});

	it('uses no names of simulator, demo or tests in what ships', () => {
		for (const file of files.filter((name) => /^(nodes|credentials)\/.*\.ts$/.test(name))) {
			const imports = [...readFileSync(join(root, file), 'utf8').matchAll(/from '([^']+)'/g)];
			for (const [, from] of imports)
				expect(from).not.toMatch(/\/(?:simulator|demo|test|bench|load)(?:\/|$)/);
		}
	});

	it('keeps the vendors apart', () => {
		for (const [vendor, other] of [
			['cortex', 'qualys'],
			['qualys', 'cortex'],
		]) {
			const own = new RegExp(`^(nodes/(shared/)?|credentials/)${vendor}.*\\.ts$`, 'i');
			const vendors = files.filter((name) => own.test(name));
			expect(vendors.length).toBeGreaterThan(5);
			for (const file of vendors) {
				const imports = [...readFileSync(join(root, file), 'utf8').matchAll(/from '([^']+)'/g)];
				for (const [, from] of imports) {
					expect([file, from]).toEqual([file, expect.not.stringMatching(new RegExp(other, 'i'))]);
				}
			}
		}
	});
});
