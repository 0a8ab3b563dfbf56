import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	ResourceMapperFields,
} from 'n8n-workflow';
import { tenantOf, type Tenant } from '../shared/cortex/ask';
import { askForScript, askForScripts } from '../shared/cortex/scriptLibrary';
import { CORTEX_CREDENTIAL } from '../shared/cortex/send';
import { toNodeError } from '../shared/transport/nodeErrors';
import { secretsOf } from '../shared/transport/secrets';
import { inputFields } from './scriptInputs';

/** Asks for what the editor offers. Whoever opens a list waits for it, so it is asked for with little patience. */
async function ask<T>(
	context: ILoadOptionsFunctions,
	question: (ask: Tenant['lastly']) => Promise<T>,
): Promise<T> {
	try {
		const { lastly } = await tenantOf(context);
		return await question(lastly);
	} catch (error) {
		const secrets = await secretsOf(context, CORTEX_CREDENTIAL);
		throw toNodeError(context.getNode(), error, { secrets });
	}
}

/**
 * The scripts of the library, for the list of the field Script.
 * @param filter what the user has typed: part of a name or of a description, whatever its case
 */
export async function searchScripts(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const scripts = await ask(this, askForScripts);
	const wanted = filter.trim().toLowerCase();
	const found = scripts.filter(({ name, description }) =>
		`${name}\n${description}`.toLowerCase().includes(wanted),
	);
	return {
		results: found.map(({ uid, name, systems, highRisk, description }) => ({
			name: `${name}${systems.length > 0 ? ` (${systems.join(', ')})` : ''}${highRisk ? ' · High Risk' : ''}`,
			value: uid,
			description: description || undefined,
		})),
	};
}

/** What the script takes that the field Script names, for the field Parameters. */
export async function getScriptInputs(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const uid = this.getCurrentNodeParameter('scriptUid', { extractValue: true });
	if (typeof uid !== 'string' || uid.trim() === '' || uid.startsWith('=')) {
		return { fields: [], emptyFieldsNotice: 'Choose a script first.' };
	}
	const { inputs, name } = await ask(
		this,
		async (question) => await askForScript(question, uid.trim()),
	);
	return inputs.length > 0
		? { fields: inputFields(inputs) }
		: { fields: [], emptyFieldsNotice: `The script ${name} takes no inputs.` };
}
