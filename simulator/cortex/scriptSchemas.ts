import type { EndpointFilter } from './filters';
import { actionId, requestData, text, theseEndpoints } from './schemaParts';
import { scripts, scriptRow } from './scripts';

/** Fields of get_scripts that hold words, and those that hold yes or no. */
const textFields = ['name', 'description', 'created_by', 'script_uid'] as const;
const booleanFields = [
	'windows_supported',
	'linux_supported',
	'macos_supported',
	'is_high_risk',
] as const;

const row = (field: string, operators: string[], value: object) => ({
	type: 'object',
	required: ['field', 'operator', 'value'],
	additionalProperties: false,
	properties: { field: { const: field }, operator: { enum: operators }, value },
});

const texts = { type: 'array', minItems: 1, items: text };

/** Documented as a list with the word; clients send the boolean too. */
const yesOrNo = {
	anyOf: [{ type: 'array', minItems: 1, items: { enum: ['true', 'false'] } }, { type: 'boolean' }],
};

const scriptFilters = {
	type: 'array',
	items: {
		type: 'object',
		required: ['field'],
		discriminator: { propertyName: 'field' },
		oneOf: [
			...textFields.map((field) => row(field, ['in'], texts)),
			...booleanFields.map((field) => row(field, ['in'], yesOrNo)),
			row('modification_date', ['gte', 'lte'], { type: 'integer', minimum: 0 }),
		],
	},
};

/** The vendor's limits: endpoints of one call. */
const MOST_ENDPOINTS = 1000;

const seconds = { type: 'integer', minimum: 1 };
const scriptUid = requestData({ script_uid: text }, ['script_uid']);

/** Request bodies of everything about scripts. A missing `script_uid` of run_script is the operation's to refuse. */
export const scriptBodies = {
	getScripts: requestData({ filters: scriptFilters }, []),
	getScriptMetadata: scriptUid,
	getScriptCode: scriptUid,
	runScript: requestData(
		{
			script_uid: text,
			filters: theseEndpoints(MOST_ENDPOINTS),
			parameters_values: { type: 'object' },
			timeout: seconds,
			incident_id: { type: 'string' },
		},
		['filters', 'parameters_values'],
	),
	runSnippet: requestData(
		{
			snippet_code: text,
			filters: theseEndpoints(MOST_ENDPOINTS),
			timeout: seconds,
			incident_id: { type: 'string' },
		},
		['snippet_code', 'filters'],
	),
	getScriptStatus: requestData({ action_id: actionId }, ['action_id']),
	getScriptFiles: requestData({ action_id: actionId, endpoint_id: text }, [
		'action_id',
		'endpoint_id',
	]),
};

interface ScriptFilter {
	field: keyof ReturnType<typeof scriptRow>;
	operator: 'in' | 'gte' | 'lte';
	value: string[] | boolean | number;
}

export interface GetScriptsBody {
	request_data: { filters?: ScriptFilter[] };
}

export interface ScriptUidBody {
	request_data: { script_uid: string };
}

export interface RunScriptBody {
	request_data: {
		script_uid?: string;
		filters: EndpointFilter[];
		parameters_values: Record<string, unknown>;
	};
}

export interface RunSnippetBody {
	request_data: { snippet_code: string; filters: EndpointFilter[] };
}

export interface ScriptStatusBody {
	request_data: { action_id: number | string };
}

export interface ScriptFilesBody {
	request_data: { action_id: number | string; endpoint_id: string };
}

function matches(own: string | number | boolean, { operator, value }: ScriptFilter): boolean {
	if (operator === 'gte') return Number(own) >= Number(value);
	if (operator === 'lte') return Number(own) <= Number(value);
	return [value].flat().map(String).includes(String(own));
}

/** The scripts that match all filters; texts are compared as a whole. */
export const selectScripts = (filters: ScriptFilter[] = []) =>
	scripts.filter((script) => {
		const known = scriptRow(script, (value) => value);
		return filters.every((filter) => matches(known[filter.field], filter));
	});
