import type { Workflow, WorkflowNode } from '../demo/rest.mts';
import {
	chain,
	cortex,
	node,
	qualysSearch,
	webhookTrigger,
	type TestN8n,
} from '../test/n8n/support.mts';
import { REFUSED } from './judgement.mts';

const RUN = "$('Webhook').first().json.body.run";

/** Tells the simulator's stand-in for Slack how a run has ended: key and words. */
const report = (name: string, url: string, words: string): WorkflowNode =>
	node(
		name,
		'httpRequest',
		{
			method: 'POST',
			url: `${url}/slack/webhook`,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: `={{ { text: ${RUN} + ' ' + ${words} } }}`,
			options: {},
		},
		{ typeVersion: 4.2, executeOnce: true },
	);

const splitJobs = (): WorkflowNode =>
	node('Split', 'splitOut', {
		fieldToSplitOut: 'body.jobs',
		options: { destinationFieldName: 'job' },
	});

const to = (name: string) => [{ node: name, type: 'main' as const, index: 0 }];

/** The same nodes, and what goes to their error outputs is reported too. */
function withErrorOutput(workflow: Workflow, names: string[], told: WorkflowNode): Workflow {
	workflow.nodes.push(told);
	const connections = workflow.connections as Record<string, { main: unknown[] }>;
	for (const name of names) {
		const found = workflow.nodes.find((one) => one.name === name);
		if (!found) throw new Error(`No node "${name}".`);
		found.onError = 'continueErrorOutput';
		connections[name].main[1] = to(told.name);
	}
	return workflow;
}

const wait = (parameters: Record<string, unknown>) =>
	cortex('Wait', 'cortexXdrWaitForJob', { timeout: 15, ...parameters });

/** Parks after the first poll, so it takes a slot of a worker for hardly a second. */
const PARKED = { pollInterval: 65, options: { backoff: 'fixed' } };

/** How many script jobs a search brings. */
export const SEARCHED = 500;

/** Seconds between the polls of a wait of `rare`. */
export const RARE_SECONDS = 180;

const OUTCOME = '$json.outcome';
const ERROR = `($json.details?.outcome ?? '${REFUSED}' + $json.error)`;

/** The workflows of the load, by the webhook that starts them. Every run of each ends in one report. */
const WORKFLOWS: Record<string, (url: string) => Workflow> = {
	/** `{ endpoint }`: scans one endpoint and waits for it. */
	scan: (url) =>
		withErrorOutput(
			chain('scan', [
				webhookTrigger('scan'),
				cortex('Scan', 'cortexXdrScanEndpoints', {
					scope: 'matching',
					filters: { endpointIds: '={{ $json.body.endpoint }}' },
				}),
				wait({ jobId: '={{ $json.action_id }}', ...PARKED }),
				report('Report', url, OUTCOME),
			]),
			['Scan', 'Wait'],
			report('Report Error', url, ERROR),
		),
	/** `{ job }`: waits for a script in memory first, as the node is when it is dragged in. */
	script: (url) =>
		withErrorOutput(
			chain('script', [
				webhookTrigger('script'),
				wait({
					jobType: 'scriptExecution',
					jobId: '={{ $json.body.job }}',
					options: { includeResults: true },
				}),
				report('Report', url, OUTCOME),
			]),
			['Wait'],
			report('Report Error', url, ERROR),
		),
	/** `{ job }`: waits for an action, parked. */
	action: (url) =>
		withErrorOutput(
			chain('action', [
				webhookTrigger('action'),
				wait({ jobId: '={{ $json.body.job }}', ...PARKED }),
				report('Report', url, OUTCOME),
			]),
			['Wait'],
			report('Report Error', url, ERROR),
		),
	/** `{ job }`: the same, but asks so seldom that a thousand of them stay below the tenant's limit. */
	rare: (url) =>
		chain('rare', [
			webhookTrigger('rare'),
			wait({
				jobId: '={{ $json.body.job }}',
				pollInterval: RARE_SECONDS,
				options: { backoff: 'fixed' },
			}),
			report('Report', url, OUTCOME),
		]),
	/** `{ job }`: waits for an import job, parked. */
	import: (url) =>
		withErrorOutput(
			chain('import', [
				webhookTrigger('import'),
				wait({ jobType: 'importJob', jobId: '={{ $json.body.job }}', ...PARKED }),
				report('Report', url, OUTCOME),
			]),
			['Wait'],
			report('Report Error', url, ERROR),
		),
	/** `{ jobs }`: the status of each action. Reports how many of them it got: `19 of 20`. */
	status: (url) =>
		chain('status', [
			webhookTrigger('status'),
			splitJobs(),
			cortex(
				'Status',
				'cortexXdrGetActionStatus',
				{ actionId: '={{ $json.job }}', output: 'summary' },
				{ onError: 'continueRegularOutput' },
			),
			report(
				'Report',
				url,
				"$input.all().filter(({ json }) => !json.error).length + ' of ' + $input.all().length",
			),
		]),
	/** Searches all script jobs, and reports nothing. */
	searchAll: () =>
		chain('searchAll', [webhookTrigger('searchAll'), qualysSearch('Search', { returnAll: true })]),
	/** Searches script jobs, page by page. Reports how many it got, or the error. */
	search: (url) =>
		chain('search', [
			webhookTrigger('search'),
			qualysSearch(
				'Search',
				{ limit: SEARCHED, options: { pageSize: 100 } },
				{ onError: 'continueRegularOutput' },
			),
			report('Report', url, `($json.error ? '${REFUSED}' + $json.error : $input.all().length)`),
		]),
};

/** Stores and activates these workflows of the load, and waits until they can be called. Returns their ids by name. */
export async function addWorkflows<Name extends string>(
	n8n: TestN8n,
	names: Name[],
): Promise<Record<Name, string>> {
	const ids = {} as Record<Name, string>;
	for (const name of names) {
		const { id } = await n8n.add(WORKFLOWS[name](n8n.simulator.url));
		await n8n.client.activate(id);
		await n8n.webhookReady(name);
		ids[name] = id;
	}
	return ids;
}
