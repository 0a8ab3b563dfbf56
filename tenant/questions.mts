/* What the command has to know: from the environment, or from the person at the terminal. Nothing of it is written down. */
import { input, password, select } from '@inquirer/prompts';

import { UserError } from '../demo/errors.mts';
import { PLATFORMS } from '../nodes/shared/qualys/gateway.ts';
import type { Fields } from './send.ts';

/** Something that is asked for. */
interface Question {
	/** In the credential, or of the ids. */
	field: string;
	variable: string;
	words: string;
	secret?: true;
	/** What it can hold. */
	choices?: string[];
	/** Names something in the tenant; nothing is an answer too. */
	isId?: true;
	/** Asked only where this holds of the answers before it. */
	when?: (answers: Fields) => boolean;
}

/** Ids that only the owner of a tenant knows: without one, what it stands for is not looked at. */
const id = (field: string, variable: string, words: string): Question => ({
	field,
	variable,
	words: `${words} (Enter to leave out)`,
	isId: true,
});

const QUESTIONS: Record<VendorName, Question[]> = {
	cortex: [
		{ field: 'tenantUrl', variable: 'CORTEX_URL', words: 'Tenant URL' },
		{ field: 'apiKeyId', variable: 'CORTEX_KEY_ID', words: 'API Key ID' },
		{ field: 'apiKey', variable: 'CORTEX_KEY', words: 'API Key', secret: true },
		{
			field: 'securityLevel',
			variable: 'CORTEX_SECURITY_LEVEL',
			words: 'Security Level of the key',
			choices: ['advanced', 'standard'],
		},
		id('action', 'CORTEX_ACTION_ID', 'action_id of a scan or another action'),
		id('scriptAction', 'CORTEX_SCRIPT_ACTION_ID', 'action_id of a script that has run'),
		id('filesAction', 'CORTEX_FILES_ACTION_ID', 'action_id of a file retrieval'),
		id('importJob', 'CORTEX_IMPORT_JOB_ID', 'job_id of an import'),
		id('query', 'CORTEX_QUERY_ID', 'query_id of a query'),
	],
	qualys: [
		{
			field: 'platform',
			variable: 'QUALYS_PLATFORM',
			words: 'Platform (custom: by its address)',
			choices: [...Object.keys(PLATFORMS), 'custom'],
		},
		{
			field: 'gatewayUrl',
			variable: 'QUALYS_URL',
			words: 'Gateway URL',
			when: ({ platform }) => platform === 'custom',
		},
		{ field: 'username', variable: 'QUALYS_USERNAME', words: 'Username' },
		{ field: 'password', variable: 'QUALYS_PASSWORD', words: 'Password', secret: true },
		id('job', 'QUALYS_JOB_ID', 'Id of a script job, instead of the newest one'),
	],
};

export const VENDOR_NAMES = ['cortex', 'qualys'] as const;
export type VendorName = (typeof VENDOR_NAMES)[number];

/** Whether somebody is there to ask. */
export const isTerminal = (): boolean => process.stdin.isTTY && process.stdout.isTTY;

const given = ({ variable }: Question): string => process.env[variable] ?? '';

/** The vendors of which the environment holds something. */
const inEnvironment = () => VENDOR_NAMES.filter((name) => QUESTIONS[name].some(given));

/**
 * Which vendor is meant: by the argument, by the environment where it holds one of them, else by a question.
 * @throws {UserError} where nobody says
 */
export async function chosenVendor(argument: string | undefined): Promise<VendorName> {
	const known = inEnvironment();
	const chosen = argument ?? (known.length === 1 ? known[0] : undefined);
	const found = VENDOR_NAMES.find((name) => name === chosen);
	if (found) return found;
	if (chosen === undefined && isTerminal()) {
		return await select({ message: 'Vendor', choices: [...VENDOR_NAMES] });
	}
	throw new UserError(
		'Say which vendor: npm run check:tenant -- cortex, or npm run check:tenant -- qualys.',
	);
}

async function answerTo(question: Question): Promise<string> {
	const { words: message, choices, secret, isId } = question;
	if (given(question) !== '' || (isId && !isTerminal())) return given(question);
	if (choices) return await select({ message, choices });
	if (secret) {
		const validate = (text: string) => text !== '' || 'It is empty.';
		return await password({ message, validate });
	}
	return await input({ message, required: !isId });
}

/** All answers, by their fields. */
export interface Answers {
	credential: Fields;
	ids: Fields;
}

/**
 * Asks for whatever the environment does not hold.
 * @throws {UserError} where nobody is there to ask, with the variables that are missing
 */
export async function answersFor(vendor: VendorName): Promise<Answers> {
	const answers: Answers = { credential: {}, ids: {} };
	const missing: string[] = [];
	for (const question of QUESTIONS[vendor]) {
		const { field, variable, words, isId, when = () => true } = question;
		if (!when(answers.credential)) continue;
		if (given(question) === '' && !isId && !isTerminal()) missing.push(`${variable} (${words})`);
		else answers[isId ? 'ids' : 'credential'][field] = await answerTo(question);
	}
	if (missing.length === 0) return answers;
	throw new UserError(`There is no terminal to ask at, so set: ${missing.join(', ')}.`);
}
