/* The command `npm run check:tenant`, as a user without a terminal runs it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';

import { ROOT } from '../../demo/paths.mts';
import { startSimulator } from '../../simulator/start.mts';

let folder: string;
let tenant: Awaited<ReturnType<typeof startSimulator>>;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'cortex-qualys-tenant-'));
	tenant = await startSimulator({ scriptJobs: 200, endpoints: 200 });
});
beforeEach(() => {
	tenant.simulator.faults.clear();
	tenant.simulator.requests.clear();
});
after(async () => {
	await tenant.close();
	await rm(folder, { recursive: true, force: true });
});

type Environment = Record<string, string>;

/** Nothing of the machine that the command could take for a tenant. */
const CLEAN = Object.fromEntries(
	Object.entries(process.env).filter(([name]) => !/^(CORTEX|QUALYS)_/.test(name)),
);

/** Runs the command to its end; its standard input is empty. */
async function run(environment: Environment, ...options: string[]) {
	const child = spawn('npm', ['run', 'check:tenant', '--', ...options], {
		cwd: ROOT,
		env: { ...CLEAN, ...environment },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk) => (output += String(chunk)));
	}
	const code = await new Promise<number | null>((ended) => child.once('close', ended));
	return { code, output };
}

const cortex = (more: Environment = {}): Environment => {
	const { id, key, securityLevel } = tenant.simulator.keys.admin;
	return {
		CORTEX_URL: tenant.url,
		CORTEX_KEY_ID: id,
		CORTEX_KEY: key,
		CORTEX_SECURITY_LEVEL: securityLevel,
		...more,
	};
};

const qualys = (): Environment => {
	const { username, password } = tenant.simulator.users.admin;
	return {
		QUALYS_PLATFORM: 'custom',
		QUALYS_URL: tenant.url,
		QUALYS_USERNAME: username,
		QUALYS_PASSWORD: password,
	};
};

describe('from the environment', () => {
	test('checks Cortex, and writes nothing that nobody asked for', async () => {
		const before = await readdir(ROOT);
		const environment = cortex({ CORTEX_ACTION_ID: '6001' });
		const { code, output } = await run(environment);
		assert.equal(code, 0, output);
		assert.match(output, /# Check of a Cortex tenant/);
		assert.match(output, /\| Get Action Status \| 200 \| alike \| fits \|/);
		const { host } = new URL(tenant.url);
		for (const secret of [environment.CORTEX_KEY, host]) assert.ok(!output.includes(secret));
		assert.deepEqual(await readdir(ROOT), before);
	});

	test('checks Qualys, and writes the report to the file that was named', async () => {
		const file = join(folder, 'report.md');
		const { code, output } = await run(qualys(), '--report', file);
		assert.equal(code, 0, output);
		const text = await readFile(file, 'utf8');
		assert.match(text, /^# Check of a Qualys tenant/);
		assert.ok(output.includes(text));
		const logins = tenant.simulator.requests.entries.filter(({ path }) => path === '/auth');
		assert.equal(logins.length, 1);
	});

	test('says by its exit code that something does not fit', async () => {
		tenant.simulator.faults.add({
			path: '/public_api/v1/endpoints/get_endpoint',
			times: 9,
			transform: () => ({ data: 'srv-payroll-07' }),
		});
		const { code, output } = await run(cortex());
		assert.equal(code, 1, output);
		assert.match(output, /- Search Endpoints: `reply` is missing/);
		assert.ok(!output.includes('srv-payroll-07'));
	});
});

describe('says what is wrong, and asks no tenant', { concurrency: true }, () => {
	const said: Array<[string, () => Promise<Awaited<ReturnType<typeof run>>>, RegExp]> = [
		[
			'each variable that is missing',
			() => run({ CORTEX_URL: tenant.url, CORTEX_KEY: '' }),
			/so set: CORTEX_KEY_ID \(API Key ID\), CORTEX_KEY \(API Key\), CORTEX_SECURITY_LEVEL /,
		],
		['which vendor', () => run({}), /Say which vendor: npm run check:tenant -- cortex/],
		[
			'a field that cannot be meant',
			() => run(cortex({ CORTEX_KEY_ID: 'mine' })),
			/API Key ID of the Cortex XDR API credential holds "mine"/,
		],
		[
			'a file that is there already',
			async () => {
				const file = join(folder, 'mine.md');
				await writeFile(file, 'mine');
				const result = await run(cortex(), '--report', file);
				assert.equal(await readFile(file, 'utf8'), 'mine');
				return result;
			},
			/mine\.md exists already: name a new file/,
		],
		['an option that there is not', () => run(cortex(), '--file'), /Usage: npm run check:tenant/],
	];
	after(() => assert.deepEqual(tenant.simulator.requests.entries, []));
	for (const [what, work, words] of said) {
		test(what, async () => {
			const { code, output } = await work();
			assert.equal(code, 2, output);
			assert.match(output, words);
			assert.doesNotMatch(output, /^\s+at /m);
		});
	}
});

test('a key that is wrong, by one request', async () => {
	const { code, output } = await run(cortex({ CORTEX_KEY: 'NotTheKeyOfThisTenant' }));
	assert.equal(code, 2, output);
	assert.match(output, /Check the API Key ID, the API Key and the Security Level/);
	assert.ok(!output.includes('NotTheKeyOfThisTenant'));
	assert.equal(tenant.simulator.requests.entries.length, 1);
});

test('Ctrl-C ends it with nothing written', async () => {
	tenant.simulator.faults.add({ path: '/public_api/v1/scripts', silent: true });
	const file = join(folder, 'interrupted.md');
	const child = spawn(
		process.execPath,
		['--import', 'tsx', 'tenant/run.mts', 'cortex', '--report', file],
		{ cwd: ROOT, env: { ...CLEAN, ...cortex() }, stdio: ['ignore', 'ignore', 'pipe'] },
	);
	let output = '';
	child.stderr.on('data', (chunk) => (output += String(chunk)));
	const { entries } = tenant.simulator.requests;
	const ended = new Promise<number | null>((done) => child.once('close', done));
	while (entries.length < 3) await new Promise((next) => setTimeout(next, 20));
	child.kill('SIGINT');
	assert.equal(await ended, 130);
	assert.match(output, /Stopped\. Nothing was written\./);
	assert.ok(!(await readdir(folder)).includes('interrupted.md'));
});
