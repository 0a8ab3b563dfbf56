import type { Workflow, WorkflowNode } from '../demo/rest.mts';
import {
	chain,
	cortex,
	node,
	qualys,
	qualysSearch,
	webhookTrigger,
	type TestN8n,
} from '../test/n8n/support.mts';
import { REFUSED } from './judgement.mts';

const RUN = "$('Webhook').first().json.body.run";

/** Tells the simulator's stand-in for Slack a text, which an expression gives. */
const tell = (name: string, url: string, text: string): WorkflowNode =>
	node(
		name,
		'httpRequest',
		{
			method: 'POST',
			url: `${url}/slack/webhook`,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: `={{ { text: ${text} } }}`,
			options: {},
		},
		{ typeVersion: 4.2, executeOnce: true },
	);

/** Tells how a run has ended: key and words. */
const report = (name: string, url: string, words: string): WorkflowNode =>
	tell(name, url, `${RUN} + ' ' + ${words}`);

const splitJobs = (): WorkflowNode =>
	node('Split', 'splitOut', {
		fieldToSplitOut: 'body.jobs',
		options: { destinationFieldName: 'job' },
	});

/** Counts items and their different values of a field; by the values of another one, where that is given. */
const counted = (field: string, more: Array<[what: string, of: string]> = [], by?: string) =>
	node(
		'Count',
		'summarize',
		{
			fieldsToSummarize: {
				values: [['count', field], ['countUnique', field], ...more].map(([aggregation, of]) => ({
					aggregation,
					field: of,
				})),
			},
			...(by === undefined ? {} : { fieldsToSplitBy: by }),
			options: {},
		},
		{ typeVersion: 1.1 },
	);

/** What {@link counted} has counted: `12 12 succeeded, 3 3 failed`. */
const COUNTS = "$input.all().map(({ json }) => Object.values(json).join(' ')).join(', ')";

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

/** Seconds between the polls of a wait of `rare`: longer than a thousand of them take to start. */
export const RARE_SECONDS = 300;

/** Minutes after which the longest waits give up. */
const LONG_MINUTES = 180;

const OUTCOME = '$json.outcome';
const ERROR = `($json.details?.outcome ?? '${REFUSED}' + $json.error)`;

/** A script of the library that every system takes, without inputs. */
const SCRIPT = 'b1d4c8a02f3e4d5596a7c8b9d0e1f2a3';

/** Findings of an asset, an hour old, as many as the run says. */
const ASSETS = `={{ [{
	origin_asset_id: 'asset-1',
	asset_name: 'web-01',
	ipv4: ['10.0.0.1'],
	last_seen: $now.minus({ hours: 1 }).toMillis(),
	vulnerabilities: Array.from({ length: $json.body.findings }, (_, place) => ({
		vulnerability_id: 'P-' + place,
		last_seen: $now.minus({ hours: 1 }).toMillis(),
	})),
}] }}`;

/** A run that starts work and waits for it, and tells how it ended, or what was refused. */
const startAndWait = (
	url: string,
	webhook: string,
	start: WorkflowNode,
	waiting: WorkflowNode,
	words = OUTCOME,
): Workflow =>
	withErrorOutput(
		chain(webhook, [webhookTrigger(webhook), start, waiting, report('Report', url, words)]),
		[start.name, waiting.name],
		report('Report Error', url, ERROR),
	);

/** The workflows of the load, by the webhook that starts them. Every run of each ends in one report. */
const WORKFLOWS: Record<string, (url: string) => Workflow> = {
	/** `{ endpoint }`: scans one endpoint and waits for it. */
	scan: (url) =>
		startAndWait(
			url,
			'scan',
			cortex('Start', 'cortexXdrScanEndpoints', {
				scope: 'matching',
				filters: { endpointIds: '={{ $json.body.endpoint }}' },
			}),
			wait({ jobId: '={{ $json.action_id }}', ...PARKED }),
		),
	/** `{ endpoint }`: runs a script of the library on one endpoint, and waits for it and its results. */
	run: (url) =>
		startAndWait(
			url,
			'run',
			cortex('Start', 'cortexXdrRunScript', {
				source: 'library',
				scriptUid: { __rl: true, mode: 'id', value: SCRIPT },
				endpointIds: '={{ $json.body.endpoint }}',
			}),
			wait({ jobType: 'scriptExecution', jobId: '={{ $json.action_id }}', ...PARKED }),
		),
	/** `{ endpoint }`: isolates one endpoint and waits for it. */
	isolate: (url) =>
		startAndWait(
			url,
			'isolate',
			cortex('Start', 'cortexXdrIsolateEndpoints', { endpointIds: '={{ $json.body.endpoint }}' }),
			wait({ jobId: '={{ $json.action_id }}', ...PARKED }),
		),
	/** `{ endpoint }`: has a file of one endpoint retrieved and waits for it. */
	retrieve: (url) =>
		startAndWait(
			url,
			'retrieve',
			cortex('Start', 'cortexXdrRetrieveFiles', {
				windowsPaths: 'C:\\Windows\\win.ini',
				macosPaths: '/etc/hosts',
				linuxPaths: '/etc/hosts',
				endpointIds: '={{ $json.body.endpoint }}',
			}),
			wait({ jobId: '={{ $json.action_id }}', ...PARKED }),
		),
	/** `{ query }`: starts a query and waits for its rows. Reports how many came, too. */
	query: (url) =>
		startAndWait(
			url,
			'query',
			cortex('Start', 'cortexXdrStartQuery', { query: '={{ $json.body.query }}' }),
			wait({ jobType: 'xqlQuery', jobId: '={{ $json.query_id }}', ...PARKED }),
			`${OUTCOME} + ' ' + $json.results?.length`,
		),
	/** `{ findings }`: submits an import of one asset with so many findings, and waits for it. */
	submit: (url) =>
		startAndWait(
			url,
			'submit',
			cortex('Start', 'cortexXdrSubmitImport', {
				vendor: 'TENABLE',
				product: 'Nessus',
				assetsFrom: 'list',
				assets: ASSETS,
			}),
			wait({ jobType: 'importJob', jobId: '={{ $json.job_id }}', ...PARKED }),
		),
	/** `{ script, assets, description }`: executes a script of Qualys on production assets, and waits for it. */
	execute: (url) =>
		withErrorOutput(
			startAndWait(
				url,
				'execute',
				qualys('Start', 'qualysExecuteScript', {
					scriptId: '={{ $json.body.script }}',
					target: 'production',
					assetIds: '={{ $json.body.assets }}',
					description: '={{ $json.body.description }}',
				}),
				qualys('Wait', 'qualysWaitForScriptJob', {
					jobId: '={{ $json.job_id }}',
					timeout: 15,
					...PARKED,
				}),
			),
			['Wait'],
			// Where the job was not found, Execute Script says why.
			report(
				'Report Wait',
				url,
				`($('Start').first().json.reason ? '${REFUSED}' + $('Start').first().json.reason : ${ERROR})`,
			),
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
	/** `{ job }`: the same, but asks so seldom that a thousand of them are parked at the same time. */
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
	/** `{ jobs }`: waits for all of these actions at once. Reports by outcome how many items came, and how many jobs. */
	waitAll: (url) =>
		chain('waitAll', [
			webhookTrigger('waitAll'),
			splitJobs(),
			wait({ jobId: '={{ $json.job }}', timeout: LONG_MINUTES }),
			counted('job_id', [], 'outcome'),
			report('Report', url, COUNTS),
		]),
	/** The same for import jobs. */
	waitImports: (url) =>
		chain('waitImports', [
			webhookTrigger('waitImports'),
			splitJobs(),
			wait({ jobType: 'importJob', jobId: '={{ $json.job }}', timeout: LONG_MINUTES }),
			counted('job_id', [], 'outcome'),
			report('Report', url, COUNTS),
		]),
	/** `{ jobs }`: downloads the files of these retrievals. Reports how many came, under how many names, and their bytes. */
	files: (url) =>
		chain('files', [
			webhookTrigger('files'),
			splitJobs(),
			cortex('Download', 'cortexXdrDownloadFiles', { actionId: '={{ $json.job }}' }),
			counted('file_name', [['sum', 'size']]),
			report('Report', url, COUNTS),
		]),
	/** `{ query }`: gets all rows that a query has found. Reports how many came, and how many different ones. */
	rows: (url) =>
		chain('rows', [
			webhookTrigger('rows'),
			cortex('Rows', 'cortexXdrGetQueryResults', {
				queryId: '={{ $json.body.query }}',
				returnAll: true,
			}),
			counted('row'),
			report('Report', url, COUNTS),
		]),
	/** Searches all endpoints, and reports nothing. */
	endpoints: () =>
		chain('endpoints', [
			webhookTrigger('endpoints'),
			cortex('Search', 'cortexXdrSearchEndpoints', { returnAll: true }),
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

/** Seconds between two polls of the trigger of `finished`. */
export const TRIGGER_SECONDS = 3;

/** n8n polls at most once a minute by each of its times. */
const pollTimes = {
	item: Array.from({ length: 60 / TRIGGER_SECONDS }, (_, place) => ({
		mode: 'custom',
		cronExpression: `${place * TRIGGER_SECONDS} * * * * *`,
	})),
};

/** Starts when script jobs have ended, and reports each of a poll: `id:succeeded id:failed`. */
export const finishedJobs = (url: string): Workflow =>
	chain('finished', [
		qualys('Trigger', 'qualysScriptJobTrigger', { pollTimes, event: 'finished' }),
		tell(
			'Report',
			url,
			"$input.all().map(({ json }) => json.job_id + ':' + (json.complete && json.succeeded ? 'succeeded' : 'failed')).join(' ')",
		),
	]);

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
