const { spawn } = require('node:child_process');
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');
const manifest = require('../../package.json');

const root = resolve(__dirname, '../..');
const read = (path) => readFileSync(join(root, path), 'utf8');

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.demo']);

/** Files of the repository below a folder, as paths from its root. */
function filesBelow(folder) {
	return readdirSync(join(root, folder), { withFileTypes: true })
		.filter(({ name }) => !SKIPPED.has(name))
		.flatMap((entry) => {
			const path = join(folder, entry.name);
			return entry.isDirectory() ? filesBelow(path) : [path];
		});
}

const pages = filesBelow('.')
	.filter((path) => path.endsWith('.md'))
	.map((path) => ({ path, text: read(path) }));
const readme = read('README.md');
const workflows = readdirSync(join(root, 'workflows')).map((name) => name.replace(/\.json$/, ''));

/** The anchor that GitHub gives to a heading. */
const anchorOf = (heading) =>
	heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N} _-]/gu, '')
		.replaceAll(' ', '-');

const anchorsOf = (text) =>
	[...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
		anchorOf(heading),
	);

/** Rows of the tables below a heading, cell by cell, without their own headings. */
const rowsOf = (heading, text = readme) => {
	const [, body] = text.split(new RegExp(`^##? ${heading}$`, 'm'));
	return body
		.split(/^## /m)[0]
		.split('\n')
		.filter((line) => line.startsWith('| ') && !/^\| (text|workflow|node) \|/.test(line))
		.map((line) =>
			line
				.split('|')
				.slice(1, -1)
				.map((cell) => cell.trim()),
		);
};

/** Where each command of the pages is run for real: a file, and what stands there. */
const COMMANDS = {
	'npm install': ['.ci/run', 'npm install'],
	'npm test': ['.ci/run', 'npm test'],
	'npm run test:faults': ['.ci/run', 'npm run test:faults'],
	'npm run test:fuzz': ['.ci/run', 'npm run test:fuzz'],
	'npm run test:n8n': ['.ci/run', 'npm run test:n8n'],
	'npm start': ['test/n8n/demo.test.mts', "spawn('npm', ['start', '--'"],
	'npm start -- --check': ['test/n8n/run.mts', "'npm', ['start', '--', '--check']"],
	'npm run check:tenant': ['test/tools/tenant.test.mts', "'run', 'check:tenant'"],
	'npm run simulator': ['test/package/pages.test.js', "['run', 'simulator']"],
};

/** Commands of the pages' shell blocks, without comments and settings before them. */
const commands = pages.flatMap(({ path, text }) =>
	[...text.matchAll(/^```(?:sh|bash)\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
		block
			.split('\n')
			.flatMap((line) => line.replace(/\s+#.*$/, '').split(' && '))
			.map((command) => command.replace(/^(?:[A-Z_]+=\S+ )+/, ''))
			.filter((line) => line.trim() !== '')
			.map((command) => ({ path, command: command.trim() })),
	),
);

describe('commands', () => {
	it.each(commands)('"$command" of $path is run by a test', ({ command }) => {
		expect(Object.keys(COMMANDS)).toContain(command);
		const [file, words] = COMMANDS[command];
		expect(read(file)).toContain(words);
	});

	it('are all named, and none more', () => {
		expect([...new Set(commands.map(({ command }) => command))].sort()).toEqual(
			Object.keys(COMMANDS).sort(),
		);
	});

	it.each(pages)('of $path stand in blocks that say so', ({ text }) => {
		const unnamed = [...text.matchAll(/^```\n([\s\S]*?)^```/gm)].map(([, block]) => block);
		for (const block of unnamed) expect(block).not.toMatch(/^\s*(npm|npx|node|bash) /m);
	});

	it.each(pages)('of $path name scripts that exist', ({ text }) => {
		for (const [, script] of text.matchAll(/npm run ([\w:-]+)/g)) {
			expect(Object.keys(manifest.scripts)).toContain(script);
		}
	});

	it('starts the simulator, which answers', async () => {
		const child = spawn('npm', ['run', 'simulator'], {
			cwd: root,
			env: { ...process.env, SIMULATOR_PORT: '0' },
			stdio: ['ignore', 'pipe', 'pipe'],
			detached: true,
		});
		try {
			const url = await new Promise((found, failed) => {
				let output = '';
				for (const stream of [child.stdout, child.stderr]) {
					stream.on('data', (chunk) => {
						output += chunk;
						const [, address] = /Qualys at (http:\S+)/.exec(output) ?? [];
						if (address) found(address);
					});
				}
				child.once('exit', () => failed(new Error(output)));
			});
			const keys = await (await fetch(`${url}/simulator/keys`)).json();
			expect(JSON.stringify(keys)).toContain('securityLevel');
		} finally {
			process.kill(-child.pid);
		}
	});
});

describe.each(pages)('$path', ({ path, text }) => {
	const prose = text.replace(/^```[\s\S]*?^```/gm, '');
	const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);

	it('links to what is there', () => {
		for (const target of targets.filter((one) => !/^https?:/.test(one))) {
			const [file, anchor] = target.split('#');
			const at = file === '' ? path : join(dirname(path), file);
			expect([target, existsSync(join(root, at))]).toEqual([target, true]);
			if (anchor !== undefined) expect(anchorsOf(read(at))).toContain(anchor);
		}
	});

	it('names files that are there', () => {
		const named = [
			...prose.matchAll(
				/`((?:nodes|simulator|tenant|test|docs|demo|bench|load|\.github)\/[^`<…*]+)`/g,
			),
		];
		for (const [, file] of named) {
			const candidates = [file, `${file}.ts`, `${file}.json`].map((one) => join(root, one));
			expect([file, candidates.some((one) => existsSync(one))]).toEqual([file, true]);
		}
	});
});

describe('pages', () => {
	it('have a row with a link and a picture for every example, and for nothing else', () => {
		const rows = rowsOf('Examples', read('docs/examples.md')).map(([words, picture]) => ({
			file: /\]\(\.\.\/workflows\/([\w-]+)\.json\)/.exec(words)?.[1],
			picture: /\]\(images\/([\w-]+)\.webp\)/.exec(picture)?.[1],
		}));
		expect(rows.map(({ file }) => file).sort()).toEqual(workflows.sort());
		for (const { file, picture } of rows) expect(picture).toBe(file);
	});

	it('has a row for every node, under the name that the editor shows', () => {
		const named = rowsOf('Nodes').map(([cell]) => cell.replaceAll('*', ''));
		const nodes = manifest.n8n.nodes.map((path) => {
			const source = read(path.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
			const [, name] = /defaults: \{ name: (?:'([^']+)'|NAME) \}/.exec(source);
			return name ?? /const NAME = '([^']+)'/.exec(source)[1];
		});
		expect(named.sort()).toEqual(nodes.sort());
	});

	it('has the headings that the nodes link to', () => {
		const anchors = anchorsOf(readme);
		for (const path of filesBelow('nodes').filter((file) => file.endsWith('.node.json'))) {
			const { resources } = JSON.parse(read(path));
			for (const { url } of Object.values(resources).flat()) {
				expect(anchors).toContain(url.split('#')[1]);
			}
		}
	});

	const sources = ['nodes', 'credentials']
		.flatMap(filesBelow)
		.filter((file) => file.endsWith('.ts'))
		.map(read)
		.join('\n');
	const texts = rowsOf('Troubleshooting', read('docs/troubleshooting.md')).map(([cell]) =>
		cell.replaceAll('`', ''),
	);

	it.each(texts)('troubleshoots "%s", which is a text of the nodes', (text) => {
		for (const part of text.split('…')) expect(sources).toContain(part.trim());
	});

	it('troubleshoots enough', () => expect(texts.length).toBeGreaterThan(20));

	it('counts the examples as they are', () => {
		expect(read('CHANGELOG.md')).toContain('twenty-one in all');
		expect(workflows).toHaveLength(21);
	});
});

/** What the names of examples begin with: an example says what it does. */
const VERBS = [
	'Contain',
	'Count',
	'Get',
	'Hunt',
	'Import',
	'Keep',
	'List',
	'Open',
	'Run',
	'Scan',
	'Show',
	'Submit',
	'Tell',
];

/** Nodes that an agent may have started: they read, or scan. */
const HARMLESS = [
	'cortexXdrScanEndpoints',
	'cortexXdrSearchEndpoints',
	'cortexXdrStartQuery',
	'cortexXdrWaitForJob',
];

const examples = workflows.map((file) => ({
	file,
	workflow: JSON.parse(read(`workflows/${file}.json`)),
}));
const forAgents = examples.filter(({ workflow }) => workflow.settings.availableInMCP);

describe('example workflows', () => {
	it.each(examples)(
		'$file begins its name with a verb, and says when to take it',
		({ workflow }) => {
			const { name, description } = workflow;
			expect(VERBS).toContain(name.split(' ')[0]);
			expect(description.length).toBeGreaterThan(60);
			// People read a line or two; a model has to know all that it may do.
			expect(description.length).toBeLessThan(workflow.settings.availableInMCP ? 1_600 : 220);
		},
	);

	it('have names and descriptions of their own', () => {
		for (const field of ['id', 'name', 'description']) {
			expect(new Set(examples.map(({ workflow }) => workflow[field])).size).toBe(examples.length);
		}
	});

	it('are two for agents, with a form and a webhook', () => {
		const triggers = forAgents.flatMap(({ workflow }) =>
			workflow.nodes
				.map(({ type }) => type.split('.')[1])
				.filter((type) => ['formTrigger', 'webhook'].includes(type)),
		);
		expect(triggers.sort()).toEqual(['formTrigger', 'webhook']);
	});

	it.each(forAgents)('$file tells a model how to start it and where its outcome stands', (one) => {
		const { description, nodes } = one.workflow;
		const [, trigger] = /triggerNodeName "([^"]+)"/.exec(description);
		const [, inputs] = /inputs (\{.+?\})\. /.exec(description);
		const [, report] = /nodeNames \["([^"]+)"\]/.exec(description);
		const started = nodes.find(({ name }) => name === trigger);
		const { formData, webhookData } = JSON.parse(inputs);
		if (started.type.endsWith('.formTrigger')) {
			expect(Object.keys(formData)).toEqual(
				started.parameters.formFields.values.map(({ fieldLabel }) => fieldLabel),
			);
		} else {
			expect(started.type).toMatch(/\.webhook$/);
			expect(Object.keys(webhookData)).toEqual(['body']);
		}
		for (const field of Object.keys(formData ?? webhookData.body)) {
			expect(description).toMatch(new RegExp(`${field} \\((?:text|number), `));
		}
		// Each field of the outcome is told.
		const outcome = nodes.find(({ name }) => name === report).parameters.assignments.assignments;
		for (const { name } of outcome) expect(description).toMatch(new RegExp(`\\b${name}\\b`));
		expect(description).toContain('get_workflow_execution');
	});

	it.each(forAgents)(
		'$file refuses bad input first, and does nothing that needs approval',
		(one) => {
			const { nodes, connections } = one.workflow;
			const own = nodes.filter(({ type }) => type.startsWith(manifest.name));
			for (const { type } of own) expect(HARMLESS).toContain(type.split('.')[1]);
			const [, refusal] = connections[nodes.find(({ type }) => type.endsWith('.if')).name].main;
			const refused = nodes.find(({ name }) => name === refusal[0].node);
			expect(refused.type).toMatch(/\.stopAndError$/);
			// Nothing of the package comes before the check.
			const before = (name) =>
				Object.entries(connections).flatMap(([from, { main }]) =>
					main.flat().some(({ node }) => node === name) ? [from, ...before(from)] : [],
				);
			for (const name of before(refused.name))
				expect(own.map((node) => node.name)).not.toContain(name);
		},
	);

	it.each(workflows)('%s explains itself, and is as tidy as the others', (file) => {
		const workflow = JSON.parse(read(`workflows/${file}.json`));
		const { nodes, connections } = workflow;
		const notes = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		expect(notes.length).toBeGreaterThan(1);
		const names = nodes.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		const wired = Object.entries(connections).flatMap(([from, { main }]) => [
			from,
			...main.flat().map(({ node }) => node),
		]);
		const steps = names.filter((name) => !notes.some((note) => note.name === name));
		expect([...new Set(wired)].sort()).toEqual(steps.sort());
		// What a note or an expression calls by its name must be there under it.
		for (const [, name] of JSON.stringify(nodes).matchAll(/\$\('([^']+)'\)/g)) {
			expect(names).toContain(name);
		}
	});

	it('refer to error workflows that are examples too', () => {
		const all = workflows.map((file) => JSON.parse(read(`workflows/${file}.json`)));
		const wanted = all.flatMap(({ settings }) => settings.errorWorkflow ?? []);
		expect(wanted.length).toBeGreaterThan(0);
		for (const id of wanted) expect(all.map((one) => one.id)).toContain(id);
	});
});
