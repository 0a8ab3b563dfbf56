/* The command `npm run check:tenant`: asks for a tenant, asks the tenant, and tells what the nodes cannot work with. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { confirm } from '@inquirer/prompts';

import { describe, UserError } from '../demo/errors.mts';
import { createProgress } from '../demo/progress.mts';
import manifest from '../package.json' with { type: 'json' };
import { checkTenant } from './check.ts';
import { CORTEX } from './cortex.ts';
import { QUALYS } from './qualys.ts';
import { answersFor, chosenVendor, isTerminal } from './questions.mts';
import { isHarmful, reportText } from './report.ts';
import { cortexTenant, qualysTenant } from './send.ts';

const VENDORS = {
	cortex: { vendor: CORTEX, connect: cortexTenant },
	qualys: { vendor: QUALYS, connect: qualysTenant },
};

/** Where the report goes, unless the command says where. */
const REPORT_FILE = 'tenant-check.md';

const USAGE = `Usage: npm run check:tenant -- [options] [cortex | qualys]

  --report <file>  write the report to a new file; on a terminal, the command asks instead
  --help           print this

It asks for address, key id and key, or user and password, unless the environment holds them:
CORTEX_URL, CORTEX_KEY_ID, CORTEX_KEY, CORTEX_SECURITY_LEVEL, or
QUALYS_PLATFORM (QUALYS_URL for custom), QUALYS_USERNAME, QUALYS_PASSWORD.
Ids of what is there already let it look at more: CORTEX_ACTION_ID, CORTEX_SCRIPT_ACTION_ID,
CORTEX_FILES_ACTION_ID, CORTEX_IMPORT_JOB_ID, CORTEX_QUERY_ID, QUALYS_JOB_ID.

It ends with 0 where the nodes can work with every answer, 1 where they may not, 2 where it could not check.`;

const INTERRUPTED = 130;

function stop(): never {
	console.error('\nStopped. Nothing was written.');
	process.exit(INTERRUPTED);
}

function readOptions() {
	try {
		return parseArgs({
			allowPositionals: true,
			options: { report: { type: 'string' }, help: { type: 'boolean', default: false } },
		});
	} catch (error) {
		throw new UserError(`${describe(error)}\n\n${USAGE}`);
	}
}

/** Before anything is asked: a report that cannot be written would be lost. */
function requireNew(file: string): void {
	if (existsSync(file)) throw new UserError(`${file} exists already: name a new file.`);
}

/** The file to write to; `undefined` where nobody wants one. */
async function wantedFile(named: string | undefined): Promise<string | undefined> {
	if (named !== undefined || !isTerminal()) return named;
	const message = `Write this report to ${REPORT_FILE}, to attach it to an issue?`;
	if (!(await confirm({ message, default: false }))) return undefined;
	requireNew(REPORT_FILE);
	return REPORT_FILE;
}

/** @returns the exit code */
async function main(): Promise<number> {
	const { positionals, values } = readOptions();
	if (values.help) {
		console.log(USAGE);
		return 0;
	}
	if (values.report !== undefined) requireNew(values.report);
	const chosen = await chosenVendor(positionals[0]);
	const { credential, ids } = await answersFor(chosen);
	process.once('SIGINT', stop);

	const { vendor, connect } = VENDORS[chosen];
	const progress = createProgress();
	const report = await progress.step(
		`Asking ${vendor.name}, only with calls that read`,
		async () => await checkTenant(vendor, await connect(credential), ids),
	);
	const text = reportText(report, manifest.version);
	progress.say(`\n${text}`);

	const file = await wantedFile(values.report);
	if (file !== undefined) {
		await writeFile(file, text, { flag: 'wx' });
		progress.say(`Written to ${file}. Look through it before you attach it to an issue.`);
	}
	return isHarmful(report) ? 1 : 0;
}

try {
	process.exitCode = await main();
} catch (error) {
	// Ctrl-C at a question.
	if (error instanceof Error && error.name === 'ExitPromptError') stop();
	console.error(describe(error));
	process.exitCode = 2;
}
