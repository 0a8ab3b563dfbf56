/* The command `npm start`: n8n with the nodes, the simulator and the example workflows. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { check } from './check.mts';
import { SPEED, startDemo, type Demo } from './demo.mts';
import { describe, lastLines, UserError } from './errors.mts';
import { whenLauncherIsGone } from './launcher.mts';
import { DEMO_FOLDER } from './paths.mts';
import { readPort, requirePorts } from './ports.mts';
import { createProgress } from './progress.mts';

const USAGE = `Usage: npm start -- [options]

  --port <number>            port of n8n's editor (default 5678, or DEMO_PORT)
  --simulator-port <number>  port of the simulator (default 4010, or SIMULATOR_PORT)
  --folder <path>            where n8n and the simulator keep their data (default .demo)
  --check                    run every example workflow once, print a table, and end
  --help                     print this`;

function readOptions() {
	try {
		return parseArgs({
			options: {
				port: { type: 'string' },
				'simulator-port': { type: 'string' },
				folder: { type: 'string', default: DEMO_FOLDER },
				check: { type: 'boolean', default: false },
				help: { type: 'boolean', default: false },
			},
		}).values;
	} catch (error) {
		throw new UserError(`${describe(error)}\n\n${USAGE}`);
	}
}

/** Ctrl-C ends everything in order; a second one at once. What still runs dies with this process. */
function onSignals(stop: () => Promise<number>): void {
	let stopping = false;
	const handle = () => {
		if (stopping) process.exit(130);
		stopping = true;
		void stop().then(
			(code) => process.exit(code),
			() => process.exit(1),
		);
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle);
	if (process.env.npm_lifecycle_event) whenLauncherIsGone(handle);
}

function greeting(demo: Demo, port: number): string {
	const login = demo.password
		? `Log in as   ${demo.email}\nPassword    ${demo.password}`
		: `Log in with the account that you have made there.`;
	return `
n8n         http://localhost:${port}
${login}
Simulator   ${demo.simulator.url} (its time runs ${SPEED} times as fast)
For agents  http://localhost:${port}/mcp-server/http (Settings → Instance-level MCP → Connect)

Try this first: open the workflow "Scan a group, wait for the end, report each endpoint" and click
"Execute workflow". After a minute its tab "Executions" says "Waiting": press Ctrl-C here, run
npm start again, and see there how the workflow comes to its end all the same.
Each example explains itself in the notes on its canvas.

n8n's log: ${demo.logFile}
Ctrl-C ends everything; what you change is kept for the next start.
`;
}

async function main(): Promise<void> {
	const options = readOptions();
	const progress = createProgress();
	if (options.help) return progress.say(USAGE);

	if (options.check) {
		onSignals(async () => 130);
		process.exit((await check(progress)) ? 0 : 1);
	}

	const port = readPort(options.port ?? process.env.DEMO_PORT, '--port', 5678);
	const simulatorPort = readPort(
		options['simulator-port'] ?? process.env.SIMULATOR_PORT,
		'--simulator-port',
		4010,
	);
	await requirePorts([
		{ port, what: 'n8n', option: '--port' },
		{ port: simulatorPort, what: 'the simulator', option: '--simulator-port' },
	]);

	let demo: Demo | undefined;
	let stopping = false;
	onSignals(async () => {
		stopping = true;
		if (!demo) return 130;
		progress.say('\nStopping n8n and the simulator …');
		await demo.close();
		return 0;
	});
	const userFolder = resolve(options.folder ?? DEMO_FOLDER);
	demo = await startDemo({ userFolder, port, simulatorPort, progress, onFailure: fail });
	progress.say(greeting(demo, port));

	const exit = await demo.n8n.exited;
	if (stopping) return;
	throw new UserError(
		`n8n has stopped by itself (${exit.signal ?? `exit code ${exit.code}`}); its last lines were:\n${lastLines(demo.n8n.log(), 12)}\nFull log: ${demo.logFile}`,
	);
}

/** What still runs dies with this process. */
function fail(error: unknown): never {
	console.error(`\n${describe(error)}`);
	process.exit(1);
}

main().catch(fail);
