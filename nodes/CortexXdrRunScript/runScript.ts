import type { IExecuteFunctions } from 'n8n-workflow';
import type { Tenant } from '../shared/cortex/ask';
import type { Action, EndpointAction, Prepared } from '../shared/cortex/endpointActions';
import { incidentOf } from '../shared/cortex/incident';
import { askForScript, isHarmless, type ScriptMetadata } from '../shared/cortex/scriptLibrary';
import { Fault, InputError, passOn } from '../shared/errors';
import { readChoice, readNumber, readText } from '../shared/input/values';
import { isObject, type JsonObject } from '../shared/json';
import { isSetByAuthor, isTool } from '../shared/transport/tool';
import { givenInputs, readInputs, type Given } from './scriptInputs';

/** What tells the runs of a script apart. */
interface Run {
	/** Seconds that the script may run on an endpoint. */
	timeout: number;
	incident: { incident_id?: string };
	library?: {
		uid: string;
		given: Given;
		/** A model, and not the author of the workflow, may have chosen the script. */
		chosenByModel: boolean;
	};
	/** Python, in place of a script of the library. */
	snippet?: string;
}

const UID_HINT =
	'Choose a script from the list, or enter its UID: 32 hexadecimal digits, in Cortex under Response → Action Center → Agent Script Library.';

/** A day: longer than any script runs. */
const LONGEST_SCRIPT_SECONDS = 86_400;

/**
 * The code of a snippet.
 * @throws {InputError} also where a model may have written it: code can do anything on a machine
 */
function readSnippet(context: IExecuteFunctions, item: number): string {
	const code = context.getNodeParameter('snippetCode', item) as unknown;
	if (isTool(context.getNode()) && !isSetByAuthor(context.getNode().parameters.snippetCode)) {
		throw new InputError(
			'An AI agent cannot write the code that runs on endpoints',
			'Only the author of the workflow can, by entering it as fixed text. To let the model fill in values, use a script of the library with inputs.',
		);
	}
	const text = readText('Code', code, 'Enter the Python code that is to run on the endpoints.');
	// Blanks at the beginning of the first line belong to the code.
	return typeof code === 'string' ? code : text;
}

function readLibrary(context: IExecuteFunctions, item: number): Run['library'] {
	const { scriptUid, parameters } = context.getNode().parameters as JsonObject;
	const uid = context.getNodeParameter('scriptUid', item, '', { extractValue: true }) as unknown;
	const stored = isObject(scriptUid) ? scriptUid.value : scriptUid;
	return {
		uid: readText('Script', uid, UID_HINT),
		given: givenInputs(context.getNodeParameter('parameters', item, {}), parameters),
		chosenByModel: isTool(context.getNode()) && !isSetByAuthor(stored),
	};
}

/** A script that is named: what it takes, why it could not be looked at, or nothing for a key that may only run it. */
type Looked = { script?: ScriptMetadata; refusal?: Error };

/** Each script that some runs name, by uid: one that the tenant does not know is no reason not to run the others. */
async function scriptsOf(
	tenant: Tenant,
	runs: Array<Action<Run>>,
): Promise<ReadonlyMap<string, Looked>> {
	const scripts = new Map<string, Looked>();
	for (const { parameters } of runs) {
		const { uid } = parameters.library ?? {};
		if (uid === undefined || scripts.has(uid)) continue;
		try {
			scripts.set(uid, { script: await askForScript(tenant.patiently, uid) });
		} catch (error) {
			if (!(error instanceof Fault)) return await passOn(error);
			scripts.set(uid, error.details.meaning === 'forbidden' ? {} : { refusal: error });
		}
	}
	return scripts;
}

/** @throws {InputError} where a model has chosen a script that can do harm, or nobody can tell */
function checkChoice(script: ScriptMetadata | undefined, chosenByModel: boolean): void {
	if (!chosenByModel || (script && isHarmless(script))) return;
	throw new InputError(
		script
			? `The script ${script.name} is high risk, or can do anything, so an AI agent cannot choose it`
			: 'An AI agent cannot choose a script that the API key may not look at',
		'Only the author of the workflow can, by choosing the script itself.',
	);
}

async function prepared(
	{ ids, parameters }: Action<Run>,
	scripts: ReadonlyMap<string, Looked>,
): Promise<Prepared> {
	const { library } = parameters;
	if (!library) return { ids, output: { script_uid: null, script_name: null } };
	const { script, refusal } = scripts.get(library.uid) ?? {};
	const output = { script_uid: library.uid, script_name: script?.name ?? null };
	if (refusal) return { ids, output, refusal };
	try {
		checkChoice(script, library.chosenByModel);
		// Cortex refuses calls without them, though its schema calls them optional.
		return {
			ids,
			output,
			data: { parameters_values: readInputs(script?.inputs, library.given) },
		};
	} catch (error) {
		if (!(error instanceof InputError)) return await passOn(error);
		return { ids, output, refusal: error };
	}
}

/** What runs a script on endpoints. */
export const RUN_SCRIPT: EndpointAction<Run> = {
	operation: {
		name: 'Run Script',
		license: 'Cortex XDR Pro per Endpoint',
		permission:
			'Action Center (view and edit) and running scripts of the Agent Scripts library, for some also High-Risk Scripts',
	},
	url: ({ library }) =>
		`/public_api/v1/scripts/${library ? 'run_script' : 'run_snippet_code_script'}`,
	unknown:
		'It is not known whether this script was started, and the request is not sent a second time. Look under Response → Action Center before you run this node again.',
	mostEndpoints: 1000,
	options: ['incidentId', 'scriptTimeout'],
	read(context, item, options) {
		const source = readChoice('Source', context.getNodeParameter('source', item) as unknown, [
			'library',
			'snippet',
		]);
		const common = {
			incident: incidentOf(options),
			timeout: readNumber('Script Timeout', options.scriptTimeout ?? 600, {
				least: 1,
				most: LONGEST_SCRIPT_SECONDS,
				unit: 'seconds',
				whole: true,
			}),
		};
		return source === 'library'
			? { ...common, library: readLibrary(context, item) }
			: { ...common, snippet: readSnippet(context, item) };
	},
	requestData: ({ incident, timeout, library, snippet }): JsonObject => ({
		...(library ? { script_uid: library.uid } : { snippet_code: snippet }),
		timeout,
		...incident,
	}),
	async prepare(tenant, runs, hint) {
		const scripts = await scriptsOf(tenant, runs);
		for (const { script } of scripts.values()) {
			if (script?.highRisk) hint(`Cortex marks the script ${script.name} as high risk.`);
		}
		return await Promise.all(runs.map(async (run) => await prepared(run, scripts)));
	},
};
