import { waitUntil } from '../../demo/processes.mts';
import { tracesOf } from '../support/secrets.ts';
import { chain, editFields, KEY_MARK, node, webhookTrigger, type TestN8n } from './support.mts';

/** Goes the way of every secret, so that a search which finds nothing is known to have searched. */
const MARKER = 'PlantedMarkerThatASearchMustFind';

const FIND_MS = 60_000;

/** Where somebody could read what n8n stored, logged or sent. */
interface Place {
	name: 'log' | 'database' | 'messages';
	bytes: Buffer[];
}

async function placesOf(n8n: TestN8n): Promise<Place[]> {
	const files = await n8n.databaseFiles();
	return [
		{ name: 'log', bytes: [Buffer.from(await n8n.logs())] },
		{ name: 'database', bytes: files.map(({ bytes }) => bytes) },
		{
			name: 'messages',
			bytes: [Buffer.from(JSON.stringify(n8n.simulator.simulator.messages))],
		},
	];
}

const holds = ({ bytes }: Place, text: string) => bytes.some((one) => one.includes(text));

/** Every key, password and token of both vendors, and whatever else must not be read by anybody. */
function secretsOf(n8n: TestN8n, more: string[]): string[] {
	const { keys, users, qualys } = n8n.simulator.simulator;
	const tokens = [qualys.bearerToken, ...qualys.tokens.handedOut.slice(-20)];
	return [
		KEY_MARK,
		...Object.values(keys).map(({ key }) => key),
		...Object.values(users).map(({ password }) => password),
		// Their first part is that of every token of this kind, n8n's own among them.
		...tokens.flatMap((token) => token.split('.').slice(1)),
		...more,
	];
}

/** What of the simulator's keys, passwords and tokens, in whatever form, stands in a text. Throws if there are none. */
export function secretsIn(text: string, n8n: TestN8n, more: string[] = []): string[] {
	const traces = tracesOf(secretsOf(n8n, more));
	if (traces.length < 20) throw new Error('There is nothing to search for.');
	return traces.filter((trace) => text.includes(trace));
}

/** Leaves the marker in log, database and messages, as a secret would be left there. */
async function plant(n8n: TestN8n): Promise<void> {
	const texts = [MARKER, ...['', 'x', 'xx'].map((before) => btoa(before + MARKER))];
	const fields = Object.fromEntries(texts.map((text, index) => [`text${index}`, text]));
	const { id } = await n8n.add(
		chain(MARKER, [
			webhookTrigger(MARKER),
			editFields(MARKER, fields),
			node(
				'Send',
				'httpRequest',
				{
					method: 'POST',
					url: `${n8n.simulator.url}/slack/webhook`,
					sendBody: true,
					specifyBody: 'json',
					jsonBody: '={{ { text: JSON.stringify($json) } }}',
					options: {},
				},
				{ typeVersion: 4.2 },
			),
		]),
	);
	await n8n.client.activate(id);
	await n8n.callWebhook(MARKER);
	await waitUntil(
		async () => {
			const ended = await n8n.client.summaries({ workflowId: id, status: ['success'] });
			return ended[0] && true;
		},
		FIND_MS,
		'The marker was not planted.',
	);
}

/**
 * Where a key, password or token of either vendor can be read: in what n8n has logged, in its database, in what it
 * has sent to Slack and Jira; in any form, whole or in part. Throws if it does not find a text that it has left there
 * itself.
 * @param more further secrets, such as a wrong password that was tried
 */
export async function searchSecrets(n8n: TestN8n, more: string[] = []): Promise<string[]> {
	await plant(n8n);
	const marker = tracesOf([MARKER]);
	// One list for both: what finds the marker is what searches for the secrets.
	const traces = [...marker, ...tracesOf(secretsOf(n8n, more))];
	let missing: string[] = [];
	const found = await waitUntil(
		async () => {
			const all = (await placesOf(n8n)).flatMap((place) =>
				traces.map((trace) => ({ trace, place: place.name, isThere: holds(place, trace) })),
			);
			missing = all
				// n8n logs what a node is called, and that as it is.
				.filter(({ trace, place }) => (place === 'log' ? [MARKER] : marker).includes(trace))
				.filter(({ isThere }) => !isThere)
				.map(({ trace, place }) => `${trace} in the ${place}`);
			return missing.length === 0 ? all.filter(({ isThere }) => isThere) : undefined;
		},
		FIND_MS,
		() => `The search for secrets does not find what is there: ${missing.join(', ')}.`,
		2_000,
	);
	return found
		.filter(({ trace }) => !marker.includes(trace))
		.map(({ trace, place }) => `${trace.slice(0, 6)}… in the ${place}`);
}
