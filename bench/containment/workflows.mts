import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { WORKFLOWS_FOLDER } from '../../demo/paths.mts';
import { EXAMPLES_URL } from '../../demo/seed.mts';
import type { Workflow, WorkflowNode } from '../../demo/rest.mts';
import { node } from '../../test/n8n/support.mts';

/** What one run is about, and where it finds everything. */
export interface Alert {
	/** Of the workflow in n8n. */
	id: string;
	/** How tickets and messages call what is contained. */
	title: string;
	hostnames: string[];
	/** Stands in the ticket, so it tells whose ticket that is. */
	reason: string;
	tenantUrl: string;
	/** Where Slack and Jira are. */
	messagesUrl: string;
	/** The credential with the tenant's key. */
	credential: { id: string; name: string };
}

export const TRIGGER = 'Start by Hand';
const ALERT = 'An Example Alert';
const SETTINGS = 'Your Settings';

/** The nodes that a user without this package builds in another way. */
const REPLACED = [
	'Find the Host',
	'Found?',
	'Isolate It',
	'Anything to Wait For?',
	'Wait until It Is Isolated',
];

/** The words with which an endpoint's part in an action is over, as the vendor's reference lists them. */
const ENDED = [
	'COMPLETED_SUCCESSFULLY',
	'COMPLETED_PARTIAL',
	'FAILED',
	'TIMEOUT',
	'EXPIRED',
	'ABORTED',
	'CANCELED',
	'CANCELLED',
];

/** After so long the loop gives up, as Wait for Job does by default. */
const GIVE_UP_SECONDS = 3_600;

type Assignment = { id: string; name: string; value: string; type: string };

const assignmentsOf = ({ parameters }: WorkflowNode) =>
	(parameters.assignments as { assignments: Assignment[] }).assignments;

function found({ nodes }: Workflow, name: string): WorkflowNode {
	const one = nodes.find((candidate) => candidate.name === name);
	if (!one) throw new Error(`The example has no node "${name}" any more.`);
	return one;
}

/** The example with an alert of this run in the place of its own, without notes and without its other triggers. */
async function exampleFor(alert: Alert): Promise<Workflow> {
	const file = await readFile(join(WORKFLOWS_FOLDER, 'contain-a-host.json'), 'utf8');
	const example = JSON.parse(file.replaceAll(EXAMPLES_URL, alert.messagesUrl)) as Workflow;
	const nodes = example.nodes.filter(
		({ type }) => !/\.(stickyNote|formTrigger|webhook)$/.test(type),
	);
	const workflow: Workflow = {
		...example,
		id: alert.id,
		name: alert.id,
		nodes,
		connections: Object.fromEntries(
			nodes.flatMap(({ name }) =>
				name in example.connections ? [[name, example.connections[name]]] : [],
			),
		),
	};
	const values: Record<string, string> = { hostname: alert.title, reason: alert.reason };
	for (const one of assignmentsOf(found(workflow, ALERT))) one.value = values[one.name];
	// What is searched for is a list, what is told of it a title: 50 names are none.
	assignmentsOf(found(workflow, SETTINGS)).push({
		id: 'settings-names',
		name: 'hostnames',
		value: alert.hostnames.join(', '),
		type: 'string',
	});
	return workflow;
}

/**
 * The example itself. Nothing of its nodes is changed but whose key they take, and which setting holds the names.
 * @param wait what differs from the parameters of its Wait for Job
 */
export async function exampleWorkflow(
	alert: Alert,
	wait: Record<string, unknown> = {},
): Promise<Workflow> {
	const workflow = await exampleFor(alert);
	for (const one of workflow.nodes) {
		if (one.credentials?.cortexXdrApi) one.credentials = { cortexXdrApi: alert.credential };
	}
	found(workflow, 'Find the Host').parameters.filters = { hostnames: '={{ $json.hostnames }}' };
	Object.assign(found(workflow, 'Wait until It Is Isolated').parameters, wait);
	return workflow;
}

const branch = (name: string, condition: string): WorkflowNode =>
	node(
		name,
		'if',
		{
			conditions: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
				combinator: 'and',
				conditions: [
					{
						id: name,
						leftValue: `={{ ${condition} }}`,
						rightValue: '',
						operator: { type: 'boolean', operation: 'true', singleValue: true },
					},
				],
			},
			options: {},
		},
		{ typeVersion: 2.2 },
	);

const to = (name: string) => [{ node: name, type: 'main' as const, index: 0 }];

/** An expression for the endpoints that the search has found. */
const RECORDS = "$('Find the Host').first().json.reply.endpoints";

/** A line for each endpoint: its name, its status, and why it failed, in whichever form the tenant says so. */
const LINES = `${RECORDS}.map((host) => host.endpoint_name + ': ' + ($json.reply.data[host.endpoint_id] ?? host.is_isolated)
	+ ((why) => why ? ' (' + (why.errorDescription ?? JSON.stringify(why)) + ')' : '')($json.reply.errorReasons?.[host.endpoint_id])
).join('\\n')`;

/**
 * The same with n8n's own nodes, as somebody builds it who has read the reference of the vendor: one search, one action
 * for all hosts, names for the ids, failures told from successes, an end after an hour.
 *
 * The key is of the level Standard, in a Custom Auth credential: an Advanced one has to be hashed for every request.
 *
 * @param seconds between two looks at the action; the first one is as far from its start
 */
export async function httpRequestWorkflow(alert: Alert, seconds: number): Promise<Workflow> {
	const workflow = await exampleFor(alert);
	const positions = new Map(workflow.nodes.map(({ name, position }) => [name, position]));
	workflow.nodes = workflow.nodes.filter(({ name }) => !REPLACED.includes(name));

	const ask = (name: string, path: string, body: string, more: Partial<WorkflowNode> = {}) =>
		node(
			name,
			'httpRequest',
			{
				method: 'POST',
				url: `${alert.tenantUrl}/public_api/v1/${path}`,
				authentication: 'genericCredentialType',
				genericAuthType: 'httpCustomAuth',
				sendBody: true,
				specifyBody: 'json',
				jsonBody: `={{ ${body} }}`,
				options: {},
			},
			{ typeVersion: 4.4, credentials: { httpCustomAuth: alert.credential }, ...more },
		);
	// A search or a look at an action may be repeated. Isolating is not: it may have begun.
	const patient = { retryOnFail: true, maxTries: 5, waitBetweenTries: 5_000 };

	const nodes = [
		ask(
			'Find the Host',
			'endpoints/get_endpoint/',
			`{ request_data: {
	filters: [{ field: 'hostname', operator: 'in', value: $json.hostnames.split(',').map((name) => name.trim()) }],
	search_from: 0,
	search_to: 100,
} }`,
			patient,
		),
		branch('Found?', '$json.reply.endpoints.length > 0'),
		branch(
			'Anything to Do?',
			"$json.reply.endpoints.some((one) => one.is_isolated === 'AGENT_UNISOLATED')",
		),
		ask(
			'Isolate It',
			'endpoints/isolate/',
			`{ request_data: { filters: [{
	field: 'endpoint_id_list',
	operator: 'in',
	value: $json.reply.endpoints.filter((one) => one.is_isolated === 'AGENT_UNISOLATED').map((one) => one.endpoint_id),
}] } }`,
			{ onError: 'continueErrorOutput' },
		),
		node(
			'Pause',
			'wait',
			{ resume: 'timeInterval', amount: seconds, unit: 'seconds' },
			{ typeVersion: 1.1 },
		),
		ask(
			'Ask for the Status',
			'actions/get_action_status/',
			"{ request_data: { group_action_id: Number($('Isolate It').first().json.reply.action_id) } }",
			{ ...patient, onError: 'continueErrorOutput' },
		),
		branch(
			'Ended?',
			`(Object.keys($json.reply.data).length > 0 && Object.values($json.reply.data).every((status) => ${JSON.stringify(ENDED)}.includes(status))) || $runIndex >= ${Math.round(GIVE_UP_SECONDS / seconds)}`,
		),
		branch(
			'Isolated?',
			"Object.keys($json.reply.data).length > 0 && Object.values($json.reply.data).every((status) => status === 'COMPLETED_SUCCESSFULLY')",
		),
	];
	for (const one of nodes) one.position = positions.get(one.name) ?? one.position;
	workflow.nodes.push(...nodes);

	for (const name of REPLACED) delete workflow.connections[name];
	const next: Record<string, string[]> = {
		'Find the Host': ['Found?'],
		'Found?': ['Anything to Do?', 'Tell Slack Nobody Has This Name'],
		'Anything to Do?': ['Isolate It', 'Tell Slack Nothing Was Done'],
		'Isolate It': ['Pause', 'Open Urgent Ticket'],
		Pause: ['Ask for the Status'],
		'Ask for the Status': ['Ended?', 'Open Urgent Ticket'],
		'Ended?': ['Isolated?', 'Pause'],
		'Isolated?': ['Open Jira Ticket', 'Open Urgent Ticket'],
	};
	for (const [name, names] of Object.entries(next)) {
		workflow.connections[name] = { main: names.map(to) };
	}

	const describe = (name: string, ofEndpoints: string) => {
		const { additionalFields } = found(workflow, name).parameters as {
			additionalFields: { description: string };
		};
		const reason = "Reason: ' + $('Your Settings').first().json.reason";
		additionalFields.description = `={{ ${ofEndpoints} + '\\n\\n${reason} }}`;
	};
	describe('Open Jira Ticket', LINES);
	describe('Open Urgent Ticket', `($json.reply?.data ? ${LINES} : $json.error)`);
	const nothing = found(workflow, 'Tell Slack Nothing Was Done').parameters as {
		bodyParameters: { parameters: Array<{ value: string }> };
	};
	nothing.bodyParameters.parameters[0].value = `=Nothing had to be done: {{ ${RECORDS}.map((one) => one.endpoint_name + ': ' + one.is_isolated).join(', ') }}`;
	return workflow;
}

/** How much of a workflow a user has to build: nodes, and characters of expressions in them. */
export interface Effort {
	nodes: number;
	characters: number;
}

/** See {@link Effort}; trigger, alert and settings, which are those of the benchmark, do not count. */
export function effortOf({ nodes }: Workflow): Effort {
	const built = nodes.filter(({ name }) => name !== TRIGGER && name !== ALERT && name !== SETTINGS);
	const expressions = (value: unknown): number => {
		if (typeof value === 'string') return value.startsWith('=') ? value.length - 1 : 0;
		if (typeof value !== 'object' || value === null) return 0;
		return Object.values(value).reduce((sum: number, part) => sum + expressions(part), 0);
	};
	return {
		nodes: built.length,
		characters: built.reduce((sum, { parameters }) => sum + expressions(parameters), 0),
	};
}
