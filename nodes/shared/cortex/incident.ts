import type { INodeProperties } from 'n8n-workflow';
import { readText } from '../input/values';
import type { JsonObject } from '../json';

/**
 * The option Incident ID, as the request takes it.
 * @throws {InputError}
 */
export function incidentOf(options: JsonObject): { incident_id?: string } {
	if (!Object.hasOwn(options, 'incidentId')) return {};
	const hint = 'Enter the number of an incident, or remove the option.';
	return { incident_id: readText('Incident ID', options.incidentId, hint) };
}

/** The option Incident ID. */
export const incidentProperty = (what: string): INodeProperties => ({
	displayName: 'Incident ID',
	name: 'incidentId',
	type: 'string',
	default: '',
	placeholder: 'e.g. 4711',
	description: `Show the ${what} in the timeline of this incident`,
});
