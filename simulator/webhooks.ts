import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Something that a workflow sent to one of the stand-ins. */
export interface Message {
	/** Epoch milliseconds, real time. */
	at: number;
	to: 'slack' | 'jira';
	body: unknown;
	/** Jira: the issue's key. */
	key?: string;
}

export interface JiraIssueBody {
	fields?: { summary?: string; project?: object; issuetype?: object };
}

const issueTypes = [
	{ id: '10001', name: 'Task', subtask: false },
	{ id: '10002', name: 'Bug', subtask: false },
	{ id: '10003', name: 'Incident', subtask: false },
	{ id: '10004', name: 'Sub-task', subtask: true },
];

const project = { id: '10000', key: 'SEC', name: 'Security Operations' };

const priorities = [
	{ id: '1', name: 'Highest' },
	{ id: '2', name: 'High' },
	{ id: '3', name: 'Medium' },
];

const user = {
	accountId: 'simulator-user',
	name: 'simulator',
	displayName: 'Simulator User',
	active: true,
};

/** What n8n's Jira node asks for around creating an issue, Server and Cloud. */
const jiraReads: Record<string, unknown> = {
	myself: user,
	serverInfo: { deploymentType: 'Server', version: '9.12.0', versionNumbers: [9, 12, 0] },
	issuetype: issueTypes,
	priority: priorities,
	project: [project],
	'project/search': { values: [project], isLast: true, startAt: 0, maxResults: 50, total: 1 },
	'project/:id': { ...project, issueTypes },
	'project/:id/component': { values: [] },
	label: { values: ['cortex', 'qualys'] },
	'user/search': [user],
	'users/search': [user],
	'groups/picker': { groups: [] },
};

function addJira(app: FastifyInstance, record: (body: unknown, key: string) => void): void {
	let issues = 0;
	app.addHook('onRequest', async (request, reply) => {
		if (request.headers.authorization) return;
		await reply.code(401).send({ errorMessages: ['You are not authenticated.'], errors: {} });
	});
	for (const [path, answer] of Object.entries(jiraReads)) {
		app.get(`/${path}`, async () => answer);
	}
	app.post('/issue', async (request: FastifyRequest<{ Body: JiraIssueBody }>, reply) => {
		const fields = request.body?.fields;
		if (!fields?.summary || !fields.project || !fields.issuetype) {
			return reply.code(400).send({
				errorMessages: [],
				errors: { summary: 'You must specify a summary, a project and an issue type.' },
			});
		}
		issues++;
		const key = `${project.key}-${issues}`;
		record(request.body, key);
		const id = String(20000 + issues);
		return reply.code(201).send({ id, key, self: `http://${request.host}/rest/api/2/issue/${id}` });
	});
}

/** Adds stand-ins for a Slack incoming webhook and for Jira, so that example workflows run to their end. */
export function addWebhooks(app: FastifyInstance, now: () => number, messages: Message[]): void {
	app.post('/slack/webhook', async (request: FastifyRequest<{ Body?: object }>, reply) => {
		reply.type('text/plain');
		const body: object = request.body ?? {};
		if (!('text' in body) && !('blocks' in body)) return reply.code(400).send('no_text');
		messages.push({ at: now(), to: 'slack', body });
		return reply.send('ok');
	});
	app.register(
		async (jira) =>
			addJira(jira, (body, key) => messages.push({ at: now(), to: 'jira', body, key })),
		{ prefix: '/rest/api/2' },
	);
}
