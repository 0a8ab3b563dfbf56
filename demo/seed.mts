import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { startSimulator } from '../simulator/start.mts';
import { runN8nCommand, type N8nInstance } from './n8n.mts';
import { WORKFLOWS_FOLDER } from './paths.mts';
import { readIfThere } from './processes.mts';
import {
	RestError,
	type CredentialSummary,
	type N8nClient,
	type Owner,
	type Workflow,
} from './rest.mts';

export type RunningSimulator = Awaited<ReturnType<typeof startSimulator>>;

/** A credential that the example workflows refer to by its id. */
interface CredentialSeed {
	id: string;
	name: string;
	type: string;
	data: (simulator: RunningSimulator) => Record<string, unknown>;
	/** The field that holds the simulator's address, which moves with its port; absent where none does. */
	addressField?: string;
}

const CREDENTIALS: CredentialSeed[] = [
	{
		id: 'cortexSimulator',
		name: 'Cortex simulator',
		type: 'cortexXdrApi',
		data: ({ url, simulator }) => ({
			tenantUrl: url,
			apiKeyId: simulator.keys.admin.id,
			apiKey: simulator.keys.admin.key,
			securityLevel: simulator.keys.admin.securityLevel,
		}),
		addressField: 'tenantUrl',
	},
	{
		id: 'qualysSimulator',
		name: 'Qualys simulator',
		type: 'qualysGatewayApi',
		data: ({ url, simulator }) => ({
			platform: 'custom',
			gatewayUrl: url,
			signInWith: 'password',
			username: simulator.users.admin.username,
			password: simulator.users.admin.password,
		}),
		addressField: 'gatewayUrl',
	},
	{
		id: 'qualysSimulatorToken',
		name: 'Qualys simulator (bearer token)',
		type: 'qualysGatewayApi',
		data: ({ url, simulator }) => ({
			platform: 'custom',
			gatewayUrl: url,
			signInWith: 'bearerToken',
			bearerToken: simulator.qualys.bearerToken,
		}),
		addressField: 'gatewayUrl',
	},
	{
		id: 'jiraSimulator',
		name: 'Jira simulator',
		type: 'jiraSoftwareCloudApi',
		// The stand-in takes whoever says a name.
		data: ({ url }) => ({ email: 'demo@example.com', apiToken: 'any', domain: url }),
		addressField: 'domain',
	},
	{
		// Whoever reaches the form can take machines off the network, so it asks for a login here, too.
		id: 'formLogin',
		name: 'Form login of the demo',
		type: 'httpBasicAuth',
		data: () => ({ user: 'analyst', password: 'demo-only' }),
	},
	{
		id: 'webhookKey',
		name: 'Webhook key of the demo',
		type: 'httpHeaderAuth',
		data: () => ({ name: 'X-Demo-Key', value: 'demo-only' }),
	},
];

/** Where the files of the example workflows say that the simulator is. */
export const EXAMPLES_URL = 'http://127.0.0.1:4010';

/** What stays the same for one user folder from start to start. */
export interface DemoState {
	/** n8n encrypts its credentials with it. */
	encryptionKey: string;
	ownerPassword: string;
	/** The simulator's address as last written into the credentials. */
	simulatorUrl?: string;
}

export const ownerOf = ({ ownerPassword }: DemoState): Owner => ({
	email: 'owner@example.com',
	firstName: 'Demo',
	lastName: 'Owner',
	password: ownerPassword,
});

/** In each folder of a demo: what it goes on from, and how the folder is known to be a demo's. */
export const STATE_FILE = 'demo.json';

const stateFile = (userFolder: string) => join(userFolder, STATE_FILE);

/** Reads the state of a user folder, and makes it the first time. */
export async function loadState(userFolder: string): Promise<DemoState> {
	const stored = await readIfThere(stateFile(userFolder));
	if (stored) return JSON.parse(stored) as DemoState;
	const state = {
		encryptionKey: randomBytes(24).toString('hex'),
		// n8n wants a capital and a digit.
		ownerPassword: `Demo-${randomBytes(4).toString('hex')}-1`,
	};
	await saveState(userFolder, state);
	return state;
}

async function saveState(userFolder: string, state: DemoState): Promise<void> {
	await mkdir(userFolder, { recursive: true });
	await writeFile(stateFile(userFolder), JSON.stringify(state, null, '\t'), { mode: 0o600 });
}

/** The example workflows of the repository, in the order of their file names. */
export async function readWorkflows(
	folder = WORKFLOWS_FOLDER,
): Promise<Array<{ file: string; workflow: Workflow }>> {
	const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
	return Promise.all(
		files.map(async (file) => ({
			file,
			workflow: JSON.parse(await readFile(join(folder, file), 'utf8')) as Workflow,
		})),
	);
}

/**
 * Logs in, making the account the first time.
 * Returns false when the account is somebody's own by now: its password no longer the demo's.
 */
export async function logIn(client: N8nClient, state: DemoState): Promise<boolean> {
	const owner = ownerOf(state);
	if (await client.needsOwner()) {
		await client.setUpOwner(owner);
		return true;
	}
	try {
		await client.login(owner);
		return true;
	} catch (error) {
		if (error instanceof RestError && error.status === 401) return false;
		throw error;
	}
}

/** n8n's REST interface gives a new credential an id of its own; its import command takes ours. */
async function importCredentials(
	instance: N8nInstance,
	credentials: CredentialSummary[],
	logFile: string,
): Promise<void> {
	const file = join(instance.userFolder, 'credentials-to-import.json');
	await writeFile(file, JSON.stringify(credentials), { mode: 0o600 });
	try {
		await runN8nCommand(instance, ['import:credentials', `--input=${file}`], logFile);
	} finally {
		await rm(file);
	}
}

async function seedCredentials(
	client: N8nClient,
	instance: N8nInstance,
	simulator: RunningSimulator,
	previousUrl: string | undefined,
	logFile: string,
): Promise<void> {
	const present = new Set((await client.credentials()).map(({ id }) => id));
	const missing = CREDENTIALS.filter(({ id }) => !present.has(id));
	if (missing.length > 0) {
		const credentials = missing.map(({ id, name, type, data }) => ({
			id,
			name,
			type,
			data: data(simulator),
		}));
		await importCredentials(instance, credentials, logFile);
	}

	if (previousUrl === undefined || previousUrl === simulator.url) return;
	for (const { id, addressField } of CREDENTIALS.filter((seed) => present.has(seed.id))) {
		if (addressField === undefined) continue;
		const credential = await client.credential(id);
		if (credential.data?.[addressField] !== previousUrl) continue;
		const data = { ...credential.data, [addressField]: simulator.url };
		await client.updateCredential({ ...credential, data });
	}
}

const withUrl = (workflow: Workflow, from: string, to: string): Workflow =>
	JSON.parse(JSON.stringify(workflow).replaceAll(from, to)) as Workflow;

const isForAgents = ({ settings }: Workflow) => settings?.availableInMCP === true;

/** n8n runs no error workflow that is not published, and lets agents start none of those in production. */
const isToBePublished = (workflow: Workflow) =>
	isForAgents(workflow) ||
	workflow.nodes.some(({ type }) => type === 'n8n-nodes-base.errorTrigger');

/**
 * Example workflows that are not in n8n yet; those that are stay as the user has changed them, save the
 * simulator's address where it has moved.
 */
async function seedWorkflows(
	client: N8nClient,
	simulator: RunningSimulator,
	previousUrl = simulator.url,
): Promise<void> {
	const present = new Set((await client.workflows()).map(({ id }) => id));
	const examples = await readWorkflows();
	// Not again at later starts, so that whoever turns it off in n8n's settings finds it off.
	const areNew = examples.some(
		({ workflow }) => isForAgents(workflow) && !present.has(workflow.id),
	);
	if (areNew) await client.enableMcp();
	for (const { workflow } of examples) {
		if (!present.has(workflow.id)) {
			await client.createWorkflow(withUrl(workflow, EXAMPLES_URL, simulator.url));
			if (isToBePublished(workflow)) await client.activate(workflow.id);
		} else if (previousUrl !== simulator.url) {
			const stored = await client.workflow(workflow.id);
			const moved = withUrl(stored, previousUrl, simulator.url);
			if (JSON.stringify(moved) === JSON.stringify(stored)) continue;
			await client.updateWorkflow(moved);
			// What n8n runs by itself is the version that was published.
			if (stored.active) await client.activate(stored.id);
		}
	}
}

/**
 * Puts credentials and example workflows in place; what is there already stays as it is, save the
 * simulator's address where its port has changed. The client must be logged in.
 */
export async function seed({
	client,
	instance,
	simulator,
	state,
	logFile,
	examples = true,
}: {
	client: N8nClient;
	instance: N8nInstance;
	simulator: RunningSimulator;
	state: DemoState;
	logFile: string;
	/** false: no workflows. */
	examples?: boolean;
}): Promise<void> {
	await seedCredentials(client, instance, simulator, state.simulatorUrl, logFile);
	if (examples) await seedWorkflows(client, simulator, state.simulatorUrl);
	await saveState(instance.userFolder, { ...state, simulatorUrl: simulator.url });
}
