import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { firstOf, InputError } from '../errors';
import { readChoice, readSwitch } from '../input/values';
import type { JsonObject } from '../json';
import type { Tenant } from './ask';
import {
	endpointOptions,
	endpointProperties,
	type Action,
	type EndpointAction,
	type Prepared,
} from './endpointActions';
import { lookUpEndpoints, nameOfEndpoint } from './endpoints';
import { incidentOf, incidentProperty } from './incident';
import {
	decide,
	LEFT_OUT_BY_CHOICE,
	PART_OF_ANOTHER,
	type Isolation,
	type IsolationRow,
	type Offline,
} from './isolation';
import type { CortexOperation } from './operations';

/** What tells the actions of such a node apart. */
interface Parameters {
	incident: { incident_id?: string };
	checkState: boolean;
	offline: Offline;
}

const wordOf = (value: unknown): string =>
	typeof value === 'string' ? value.trim().toUpperCase() : '';
const textOrNull = (value: unknown): string | null =>
	typeof value === 'string' && value !== '' ? value : null;

type Known = Map<string, JsonObject> | undefined;

/** The rows of an action. @param taken endpoints that other actions of this run are sent for; these are added to it */
function rowsOf(
	what: Isolation,
	{ ids, parameters }: Action<Parameters>,
	known: Known,
	taken: Set<string>,
): IsolationRow[] {
	return ids.map((id) => {
		const record = known?.get(id);
		const decision = taken.has(id)
			? PART_OF_ANOTHER
			: parameters.checkState
				? decide(
						what,
						record && {
							isolated: wordOf(record.is_isolated),
							connection: wordOf(record.endpoint_status),
						},
						parameters.offline,
					)
				: { result: 'sent' as const, reason: null };
		if (decision.result === 'sent') taken.add(id);
		return {
			endpoint_id: id,
			endpoint_name: nameOfEndpoint(record),
			before: textOrNull(record?.is_isolated),
			...decision,
		};
	});
}

/** So many endpoints are named where none of an action can be acted on. */
const MOST_NAMED = 10;

/** Why an action makes no sense: each of its endpoints is left out. */
function refusalOf(what: Isolation, rows: IsolationRow[]): InputError | undefined {
	const makesSense = ({ result, reason }: IsolationRow) =>
		result !== 'leftOut' ||
		reason === PART_OF_ANOTHER.reason ||
		reason === LEFT_OUT_BY_CHOICE.reason;
	if (rows.some(makesSense)) return undefined;
	const lines = firstOf(
		rows,
		MOST_NAMED,
		'\n',
		({ endpoint_id, endpoint_name, reason }) => `${endpoint_name ?? endpoint_id}: ${reason}`,
	);
	return new InputError(
		`None of the endpoints can be ${what}d`,
		`${lines}\nNothing was sent for them.`,
	);
}

/**
 * What isolates endpoints, or ends that.
 * @param what as in the path of the request
 */
export function isolationNode(
	what: Isolation,
	operation: CortexOperation,
	unknown: string,
): EndpointAction<Parameters> {
	return {
		operation,
		url: `/public_api/v1/endpoints/${what}`,
		unknown,
		mostEndpoints: 1000,
		options: ['checkState', 'incidentId', 'offline'],
		read: (_context: IExecuteFunctions, _item, options) => ({
			incident: incidentOf(options),
			checkState: readSwitch('Check State', options.checkState ?? true),
			offline: readChoice('Offline Endpoints', options.offline ?? 'send', ['send', 'leaveOut']),
		}),
		requestData: ({ incident }) => ({ ...incident }),
		async prepare(tenant: Tenant, actions): Promise<Prepared[]> {
			const wanted = actions.filter(({ parameters }) => parameters.checkState);
			const ids = [...new Set(wanted.flatMap((action) => action.ids))];
			const known = ids.length > 0 ? await lookUpEndpoints(tenant.patiently, ids) : undefined;
			const taken = new Set<string>();
			return actions.map((action) => {
				const rows = rowsOf(what, action, known, taken);
				const sent = rows.filter(({ result }) => result === 'sent');
				return {
					ids: sent.map(({ endpoint_id }) => endpoint_id),
					output: { endpoints: rows },
					refusal: refusalOf(what, rows),
				};
			});
		},
	};
}

/** The fields of such a node. */
export const isolationProperties = (what: Isolation): INodeProperties[] => [
	...endpointProperties(what),
	endpointOptions([
		incidentProperty('action'),
		{
			displayName: 'Check State',
			name: 'checkState',
			type: 'boolean',
			default: true,
			description: `Whether to ask for the state of the endpoints first, and to send only for those that need it. Without it, Cortex refuses endpoints that are ${what}d already.`,
		},
		{
			displayName: 'Offline Endpoints',
			name: 'offline',
			type: 'options',
			default: 'send',
			displayOptions: { hide: { checkState: [false] } },
			options: [
				{
					name: 'Leave Out',
					value: 'leaveOut',
					description: 'Nothing is sent for an endpoint that is disconnected',
				},
				{
					name: 'Send',
					value: 'send',
					description: `A disconnected endpoint is ${what}d when it returns`,
				},
			],
			description: 'What to do with endpoints that are disconnected at the moment',
		},
	]),
];
