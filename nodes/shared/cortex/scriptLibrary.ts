import { unexpectedAnswer } from '../errors';
import { isObject, textOf, type JsonObject } from '../json';
import type { Ask } from '../transport/asking';
import type { Question } from './ask';
import type { CortexOperation } from './operations';
import { replyOf } from './reply';

/** What both of these calls need. Source: the vendor's pages of scripts. */
const LIBRARY = {
	license: 'Cortex XDR Pro per Endpoint',
	permission: 'Agent Scripts library (view)',
} as const;

const GET_SCRIPTS: CortexOperation = { name: 'Get Scripts', ...LIBRARY };
const GET_METADATA: CortexOperation = {
	name: 'Get Script Metadata',
	...LIBRARY,
	takes: 'script',
};

/** A script of the library, as far as it is known before it runs. */
export interface Script {
	uid: string;
	name: string;
	description: string;
	/** E.g. Windows; in the order of the alphabet. */
	systems: string[];
	/** Null where the tenant does not say. */
	highRisk: boolean | null;
}

/** A value that a script takes. */
export interface ScriptInput {
	name: string;
	/** The vendor's word, in lower case: string, number, integer … */
	type: string;
	/** As people read it. */
	label: string;
}

/** A script with what it takes. */
export interface ScriptMetadata extends Script {
	inputs: ScriptInput[];
}

const SYSTEMS = [
	['linux_supported', 'Linux'],
	['macos_supported', 'macOS'],
	['windows_supported', 'Windows'],
] as const;

/** A flag, in whichever form it comes; null for what is none. */
const flagOf = (value: unknown): boolean | null => {
	const word = textOf(value).trim().toLowerCase();
	return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : null;
};

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** A script, from its record; `undefined` for one without the uid that calls name it by. */
function scriptOf(record: JsonObject): Script | undefined {
	const uid = text(record.script_uid);
	if (uid === '') return undefined;
	return {
		uid,
		name: text(record.name) || uid,
		description: text(record.description),
		systems: SYSTEMS.filter(([field]) => record[field] === true).map(([, system]) => system),
		highRisk: flagOf(record.is_high_risk),
	};
}

/**
 * The scripts in a reply of get_scripts, by name.
 * @throws {Fault} where it holds no list of objects
 */
export function scriptsIn(json: JsonObject): Script[] {
	const { scripts } = replyOf(json, GET_SCRIPTS);
	if (!Array.isArray(scripts) || !scripts.every(isObject)) {
		throw unexpectedAnswer('Cortex answered Get Scripts without a list of scripts');
	}
	return scripts
		.map(scriptOf)
		.filter((script) => script !== undefined)
		.sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Inputs of scripts that every tenant has, whatever its metadata says of their types. Source: clients that have called
 * them for years.
 */
const BUILT_INS: ReadonlyMap<string, ScriptInput[]> = new Map([
	// Run commands.
	[
		'a6f7683c8e217d85bd3c398f0d3fb6bf',
		[{ name: 'commands_list', type: 'list', label: 'Commands (a JSON List, or One per Line)' }],
	],
	// Kill a process.
	[
		'fd0a544a99a9421222b4f57a11839481',
		[{ name: 'process_name', type: 'string', label: 'Process Name' }],
	],
	// Look whether a file exists.
	['414763381b5bfb7b05796c9fe690df46', [{ name: 'path', type: 'string', label: 'Path' }]],
	// Delete a file.
	['548023b6e4a01ec51a495ba6e5d2a15d', [{ name: 'file_path', type: 'string', label: 'File Path' }]],
	// List processes.
	['956e8989f67ebcb2c71c4635311e47e4', []],
]);

/** Scripts that do whatever their inputs say, or end what cannot be brought back: commands, processes, files. */
const POWERFUL: ReadonlySet<string> = new Set([
	'a6f7683c8e217d85bd3c398f0d3fb6bf',
	'fd0a544a99a9421222b4f57a11839481',
	'548023b6e4a01ec51a495ba6e5d2a15d',
]);

/** Whether a model may choose a script by itself: only one that the tenant says is not high risk. */
export const isHarmless = ({ uid, highRisk }: Pick<Script, 'uid' | 'highRisk'>): boolean =>
	highRisk === false && !POWERFUL.has(uid.toLowerCase());

/**
 * A script and what it takes, from a reply of get_script_metadata. A script that is just run has no entry point, and its
 * inputs may be missing altogether.
 * @throws {Fault} where it is no script
 */
export function scriptMetadata(json: JsonObject): ScriptMetadata {
	const reply = replyOf(json, GET_METADATA);
	const script = scriptOf(reply);
	if (!script) throw unexpectedAnswer('Cortex answered Get Script Metadata without a script_uid');
	const { script_input: inputs = null } = reply;
	if (inputs !== null && !(Array.isArray(inputs) && inputs.every(isObject))) {
		throw unexpectedAnswer('Cortex answered Get Script Metadata without a list of inputs');
	}
	return {
		...script,
		inputs:
			BUILT_INS.get(script.uid.toLowerCase()) ??
			(inputs ?? [])
				.map((input) => ({
					name: typeof input.name === 'string' ? input.name : '',
					type: text(input.type).toLowerCase(),
					label: text(input.friendly_name) || text(input.name),
				}))
				.filter(({ name }) => name !== ''),
	};
}

/**
 * Asks for the library.
 * @throws {Fault}
 */
export async function askForScripts(ask: Ask<Question>): Promise<Script[]> {
	return scriptsIn(
		await ask({
			operation: GET_SCRIPTS,
			request: {
				method: 'POST',
				url: '/public_api/v1/scripts/get_scripts',
				body: { request_data: {} },
			},
		}),
	);
}

/**
 * Asks for one script.
 * @throws {Fault}
 */
export async function askForScript(ask: Ask<Question>, uid: string): Promise<ScriptMetadata> {
	return scriptMetadata(
		await ask({
			operation: { ...GET_METADATA, id: uid },
			request: {
				method: 'POST',
				url: '/public_api/v1/scripts/get_script_metadata',
				body: { request_data: { script_uid: uid } },
			},
		}),
	);
}
