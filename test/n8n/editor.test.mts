/* The editor as a new user meets it: search, add, fill in, get it wrong, sign in, map, run, look, wait. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import type { Locator, Page } from 'playwright-core';

import { waitUntil } from '../../demo/processes.mts';
import {
	addNode,
	closeNode,
	editorMissing,
	nodeOnCanvas,
	openEditor,
	searchNodes,
	type Editor,
} from './browser.mts';
import {
	chain,
	cortex,
	items,
	KEY_MARK,
	manualTrigger,
	startTestN8n,
	waitForJob,
	type TestN8n,
} from './support.mts';

const MINUTE = { timeout: 60_000 };

/** An action that the simulator knows from the start, with its number of endpoints. */
const FINISHED_SCRIPT = { id: '7001', endpoints: 12 };

const SCAN = 'Cortex XDR Scan Endpoints';
const STATUS = 'Cortex XDR Get Action Status';
const RESULTS = 'Cortex XDR Get Script Results';
const IMPORT = 'Cortex XDR Get Import Job';
const WAIT = 'Cortex XDR Wait for Job';
const JOBS = 'Qualys Search Script Jobs';
const EXECUTE = 'Qualys Execute Script';
const JOB_RESULTS = 'Qualys Get Script Job Results';
const WAIT_JOB = 'Qualys Wait for Script Job';
/** n8n leaves "Trigger" out of the names that it lists. */
const JOB_TRIGGER = 'Qualys Script Job';
const QUALYS = [JOBS, EXECUTE, JOB_RESULTS, WAIT_JOB, JOB_TRIGGER];
const SEARCH = 'Cortex XDR Search Endpoints';
const ABORT = 'Cortex XDR Abort Scan';
const ISOLATE = 'Cortex XDR Isolate Endpoints';
const UNISOLATE = 'Cortex XDR Unisolate Endpoints';
const RUN = 'Cortex XDR Run Script';
const RETRIEVE = 'Cortex XDR Retrieve Files';
const DOWNLOAD = 'Cortex XDR Download Files';
const SUBMIT = 'Cortex XDR Submit Import';
const START_QUERY = 'Cortex XDR Start Query';
const QUERY_RESULTS = 'Cortex XDR Get Query Results';
const CORTEX = [
	...[SCAN, STATUS, RESULTS, IMPORT, WAIT, SEARCH, ABORT, ISOLATE, UNISOLATE, RUN, RETRIEVE],
	...[DOWNLOAD, SUBMIT, START_QUERY, QUERY_RESULTS],
];

/** What people type → the node that must be the first of ours. */
const FIRST: Record<string, string[]> = {
	[SEARCH]: ['search endpoints', 'find host', 'inventory', 'asset', 'hostname', 'endpoints'],
	[SCAN]: ['scan', 'malware scan', 'scan endpoints', 'virus'],
	[ABORT]: ['abort', 'stop scan', 'cancel scan'],
	[STATUS]: ['action status', 'action center'],
	[ISOLATE]: ['isolate', 'contain', 'containment', 'quarantine host'],
	[UNISOLATE]: ['unisolate', 'lift isolation'],
	[RUN]: ['run script', 'live response', 'run command', 'kill process'],
	[RESULTS]: ['script results', 'script output'],
	[RETRIEVE]: ['retrieve files', 'get file', 'forensics'],
	[DOWNLOAD]: ['download files', 'artifacts'],
	[SUBMIT]: ['import vulnerabilities', 'BYOS', 'submit import', 'findings'],
	[IMPORT]: ['import job', 'import status'],
	[START_QUERY]: ['XQL', 'hunt', 'threat hunting', 'start query'],
	[QUERY_RESULTS]: ['query results', 'XQL results'],
	[WAIT]: ['wait for job', 'wait until finished', 'durable wait'],
	[JOBS]: ['search script jobs', 'QQL'],
	[EXECUTE]: ['execute script', 'powershell'],
	[JOB_RESULTS]: ['script job results', 'asset job', 'exit code'],
	[WAIT_JOB]: ['wait for script job', 'qualys wait'],
	[JOB_TRIGGER]: ['script job trigger', 'job finished'],
};

/** What people type → the nodes that must be among what they see. */
const SEARCHES: Array<[string, string[]]> = [
	['cortex', CORTEX],
	['xdr', CORTEX],
	['xsiam', CORTEX],
	['palo alto', CORTEX],
	['wait for job', [WAIT]],
	['antivirus scan', [SCAN]],
	['byos', [SUBMIT]],
	['script output', [RESULTS]],
	['qualys', QUALYS],
];

/** Node, its type, and the labels of its parameters in the order in which they are filled in. */
const PANELS: Array<[string, string, string[]]> = [
	[SCAN, 'cortexXdrScanEndpoints', ['Scope', 'Filters', 'Options']],
	[STATUS, 'cortexXdrGetActionStatus', ['Action ID', 'Output', 'Options']],
	[RESULTS, 'cortexXdrGetScriptResults', ['Action ID', 'Output']],
	[IMPORT, 'cortexXdrGetImportJob', ['Job ID']],
	[WAIT, 'cortexXdrWaitForJob', ['Job Type', 'Job ID', 'Poll Interval', 'Timeout', 'Options']],
	[SEARCH, 'cortexXdrSearchEndpoints', ['Return All', 'Limit', 'Filters', 'Simplify', 'Options']],
	[ABORT, 'cortexXdrAbortScan', ['Scope', 'Filters', 'Options']],
	[ISOLATE, 'cortexXdrIsolateEndpoints', ['Endpoint IDs', 'Start For', 'Options']],
	[UNISOLATE, 'cortexXdrUnisolateEndpoints', ['Endpoint IDs', 'Start For', 'Options']],
	[RUN, 'cortexXdrRunScript', ['Source', 'Script', 'Endpoint IDs', 'Start For', 'Options']],
	[
		RETRIEVE,
		'cortexXdrRetrieveFiles',
		[...['Windows Paths', 'macOS Paths', 'Linux Paths', 'Endpoint IDs', 'Start For'], 'Options'],
	],
	[
		DOWNLOAD,
		'cortexXdrDownloadFiles',
		['From', 'Action ID', 'Endpoint IDs', 'Put Output File in Field'],
	],
	[SUBMIT, 'cortexXdrSubmitImport', ['Vendor', 'Product', 'Version', 'Assets From', 'Options']],
	[START_QUERY, 'cortexXdrStartQuery', ['Query', 'Time Range', 'Last Hours', 'Options']],
	[QUERY_RESULTS, 'cortexXdrGetQueryResults', ['Query ID', 'Output', 'Return All']],
	[
		JOBS,
		'qualysSearchScriptJobs',
		['API Version', 'Return All', 'Limit', 'Filters', 'Simplify', 'Options'],
	],
	[
		EXECUTE,
		'qualysExecuteScript',
		['Script ID', 'Target', 'Test Tag Names or IDs', 'Description', 'Options'],
	],
	[JOB_RESULTS, 'qualysGetScriptJobResults', ['Job ID', 'Output', 'Include Output', 'Simplify']],
	[WAIT_JOB, 'qualysWaitForScriptJob', ['Job ID', 'Poll Interval', 'Timeout', 'Options']],
	[
		JOB_TRIGGER,
		'qualysScriptJobTrigger',
		['Poll Times', 'Mode', 'Event', 'Filters', 'Simplify', 'Options'],
	],
];

/** What n8n itself adds to a trigger that polls. */
const OF_N8N = ['Poll Times', 'Mode'];

/** What a model is told: a field of the nodes as tools. */
const ONLY_FOR_TOOLS = 'toolDescription';

interface Property {
	name: string;
	displayName: string;
	description?: string;
	type: string;
}

describe('the editor', { skip: editorMissing }, () => {
	let n8n: TestN8n;
	let editor: Editor;
	let page: Page;

	before(
		async () => {
			n8n = await startTestN8n();
			editor = await openEditor(n8n);
			page = editor.page;
		},
		{ timeout: 240_000 },
	);
	after(
		async () => {
			await editor?.close();
			await n8n?.close();
		},
		{ timeout: 60_000 },
	);

	const requests = () => n8n.simulator.simulator.requests.entries.length;
	const parameters = () => page.getByTestId('node-parameters');
	const output = () => page.getByTestId('output-panel');
	const parameter = (name: string): Locator => page.getByTestId(`parameter-input-${name}`);

	/** n8n adds the labels of its Settings tab, hidden. */
	const visibleLabels = () => parameters().getByTestId('input-label').locator('visible=true');
	const shownLabels = async () =>
		(await visibleLabels().locator('label .n8n-text').allInnerTexts()).map((text) => text.trim());

	/** Types into a text parameter, and leaves it. */
	async function fill(name: string, text: string): Promise<void> {
		const field = parameter(name).locator('input, textarea').first();
		await field.fill(text);
		await field.press('Tab');
	}

	/** Chooses one of a parameter's options. */
	async function choose(name: string, option: string): Promise<void> {
		await parameter(name).click();
		await page
			.locator('.el-select-dropdown__item:visible, [role=option]:visible')
			.filter({ hasText: option })
			.first()
			.click();
	}

	/** Adds one of a collection's parameters. */
	async function addTo(collection: string, option: string): Promise<void> {
		const add = parameters()
			.getByTestId('parameter-item')
			.filter({ hasText: collection })
			.getByTestId('collection-parameter-add');
		await add.click();
		await page
			.locator('.el-select-dropdown__item:visible, [role=option]:visible, [role=menuitem]:visible')
			.filter({ hasText: option })
			.first()
			.click();
	}

	const newWorkflow = () => page.goto('/workflow/new');

	/** Runs the open node by itself. Returns what its output pane says is wrong. */
	async function refusal(): Promise<string> {
		await page.getByTestId('node-execute-button').click();
		const error = output().locator('.node-error-view__header, [data-test-id="node-error-view"]');
		await error.first().waitFor();
		return (await output().innerText()).replaceAll(/\s+/g, ' ');
	}

	test('what people type finds the nodes', MINUTE, async () => {
		await newWorkflow();
		for (const [text, expected] of SEARCHES) {
			const found = await searchNodes(page, text);
			for (const name of expected) assert.ok(found.includes(name), `${text}: ${found.join(', ')}`);
		}
	});

	test('each node is the first of ours for its own verb', { timeout: 180_000 }, async () => {
		await newWorkflow();
		const wrong: string[] = [];
		for (const [name, words] of Object.entries(FIRST)) {
			for (const text of words) {
				const ours = (await searchNodes(page, text)).filter((one) => /^(Cortex|Qualys) /.test(one));
				if (ours[0] !== name) wrong.push(`${text}: ${ours.join(', ')}`);
			}
		}
		assert.deepEqual(wrong, []);
	});

	for (const [name, type, labels] of PANELS) {
		test(`${name}: its panel, with a word on each parameter`, MINUTE, async () => {
			await newWorkflow();
			await addNode(page, name, name, name === JOB_TRIGGER ? 'On job finished' : undefined);
			// n8n itself adds those of the Settings tab, which is hidden. A collection draws what it holds a moment later.
			await waitUntil(
				async () => isDeepStrictEqual(await shownLabels(), labels) || undefined,
				10_000,
				async () => `It shows ${(await shownLabels()).join(', ')}, not ${labels.join(', ')}.`,
			);
			const [{ properties }] = (await n8n.client.nodeTypes([
				`n8n-nodes-cortex-qualys.${type}`,
			])) as [{ properties: Property[] }];
			const shown = properties.filter((one) => one.name !== ONLY_FOR_TOOLS);
			for (const label of labels) {
				if (OF_N8N.includes(label)) continue;
				const { description, type: kind } = shown.find((one) => one.displayName === label)!;
				// What a collection is for stands in it.
				if (kind === 'collection') continue;
				assert.ok(description, `${label} says nothing`);
				const own = visibleLabels().filter({ hasText: label }).first();
				await own.hover();
				await own.locator('svg[data-icon="circle-help"]').hover();
				const words = description.split(/[.<]/)[0];
				const tooltip = page.locator('.n8n-tooltip').filter({ hasText: words });
				await tooltip.waitFor({ state: 'attached' });
				await page.mouse.move(5, 5);
				await tooltip.waitFor({ state: 'detached' });
			}
			assert.equal(await page.getByTestId('credentials-label').count(), 1);
		});
	}

	describe('wrong things get an answer before anything is sent', () => {
		const wrong: Array<[string, string, () => Promise<void>, RegExp]> = [
			[
				'a scan without a filter',
				SCAN,
				async () => {},
				/No filter is set.*set Scope to All Endpoints/,
			],
			[
				'an action ID that is a word',
				STATUS,
				() => fill('actionId', 'latest'),
				/Action ID holds "latest", but it must be a whole positive number/,
			],
			[
				'no script job to look at',
				JOB_RESULTS,
				() => Promise.resolve(),
				/Job ID is empty.*a number, not a correlation UUID/,
			],
			['a job ID of blanks', IMPORT, () => fill('jobId', '   '), /Job ID is empty/],
			['nothing to wait for', WAIT, () => Promise.resolve(), /Job ID is empty/],
			[
				'a script ID that is a name',
				JOBS,
				async () => {
					await addTo('Filters', 'Script ID');
					await fill('scriptId', 'Disable SMBv1');
				},
				/Script ID holds "Disable SMBv1", but it must be a whole positive number/,
			],
			[
				'an address that is a network',
				SCAN,
				async () => {
					await addTo('Filters', 'IP Addresses');
					await fill('ipAddresses', '10.0.0.0/24');
				},
				/IP Addresses holds "10\.0\.0\.0\/24", which is not an IP address/,
			],
		];
		for (const [what, name, fillIn, words] of wrong) {
			test(what, MINUTE, async () => {
				await newWorkflow();
				await addNode(page, name, name);
				await fillIn();
				const before = requests();
				assert.match(await refusal(), words);
				assert.equal(requests(), before);
			});
		}

		test('all endpoints: a warning, and no filters to fill in', MINUTE, async () => {
			await newWorkflow();
			await addNode(page, SCAN, SCAN);
			await choose('scope', 'All Endpoints');
			await parameters()
				.getByText(/every endpoint/i)
				.first()
				.waitFor();
			assert.ok(!(await shownLabels()).includes('Filters'));
		});
	});

	test('a script from the list, and its inputs as fields', MINUTE, async () => {
		await newWorkflow();
		await addNode(page, RUN, RUN);
		await page.getByTestId('rlc-input').first().click();
		const found = page.getByTestId('rlc-item');
		await found.first().waitFor();
		const risky = found.filter({ hasText: 'wipe_user_profile' });
		assert.match(await risky.innerText(), /\(Windows\) · High Risk/);
		await page.getByTestId('rlc-search').fill('large');
		await found.filter({ hasText: 'find_large_files' }).first().click();
		for (const label of ['Folder', 'Most files to list', 'Least size (GB)']) {
			await parameters().getByText(label, { exact: true }).first().waitFor();
		}
	});

	describe('the test of a credential', () => {
		const key = () => n8n.simulator.simulator.keys.admin;
		const nowhere = 'http://127.0.0.1:9';
		const { url } = { url: () => n8n.simulator.url };

		/** Opens a new credential, fills it in, saves it. Returns what the editor says about it. */
		async function create(
			type: string,
			fields: Record<string, string>,
			choices = {},
		): Promise<string> {
			await page.goto('/home/credentials/create');
			await page.getByTestId('new-credential-type-select').waitFor();
			await page.keyboard.type(type);
			await page
				.getByTestId('new-credential-type-select-option')
				.filter({ hasText: type })
				.first()
				.click();
			await page.getByTestId('new-credential-type-button').click();
			const dialog = page.getByTestId('editCredential-modal');
			await dialog.getByTestId('credential-edit-dialog').waitFor();
			for (const [name, option] of Object.entries<string>(choices)) await choose(name, option);
			for (const [name, text] of Object.entries(fields)) {
				await dialog.getByTestId(`parameter-input-${name}`).locator('input').first().fill(text);
			}
			await page.getByTestId('credential-save-button').click();
			const banner = dialog.getByText(/Couldn’t connect|Connection tested successfully/).first();
			await banner.waitFor();
			const more = dialog.getByText('More details');
			if (await more.isVisible()) await more.click();
			const text = await dialog.getByTestId('node-credentials-config-container').innerText();
			return text.replaceAll(/\s+/g, ' ');
		}

		const tests: Array<[string, string, () => [Record<string, string>, object?], RegExp]> = [
			[
				'Cortex, right',
				'Cortex XDR API',
				() => [{ tenantUrl: url(), apiKeyId: key().id, apiKey: key().key }],
				/Connection tested successfully/,
			],
			[
				'Cortex, wrong key',
				'Cortex XDR API',
				() => [{ tenantUrl: url(), apiKeyId: key().id, apiKey: `${KEY_MARK}Wrong` }],
				/Couldn’t connect.*Security Level/,
			],
			[
				'Cortex, wrong security level',
				'Cortex XDR API',
				() => [
					{ tenantUrl: url(), apiKeyId: key().id, apiKey: key().key },
					{ securityLevel: 'Standard' },
				],
				/Couldn’t connect.*Security Level/,
			],
			[
				'Cortex, wrong host',
				'Cortex XDR API',
				() => [{ tenantUrl: nowhere, apiKeyId: key().id, apiKey: key().key }],
				/Couldn’t connect.*The host refused the connection/,
			],
			[
				'Qualys, right',
				'Qualys Gateway API',
				() => [{ gatewayUrl: url(), ...qualysUser() }, { platform: 'Custom' }],
				/Connection tested successfully/,
			],
			[
				'Qualys, wrong password',
				'Qualys Gateway API',
				() => [
					{ gatewayUrl: url(), ...qualysUser(), password: 'NotThePassword' },
					{ platform: 'Custom' },
				],
				/Couldn’t connect.*Qualys refused the login/,
			],
			[
				'Qualys, wrong host',
				'Qualys Gateway API',
				() => [{ gatewayUrl: nowhere, ...qualysUser() }, { platform: 'Custom' }],
				/Couldn’t connect.*The host refused the connection/,
			],
		];
		function qualysUser() {
			const { username, password } = Object.values(n8n.simulator.simulator.users)[0];
			return { username, password };
		}
		for (const [what, type, fields, words] of tests) {
			test(what, MINUTE, async () => {
				const said = await create(type, ...fields());
				assert.match(said, words);
				assert.ok(!said.includes(KEY_MARK) && !said.includes('NotThePassword'));
			});
		}
	});

	test('a field is dragged into the next node before anything has run', MINUTE, async () => {
		await newWorkflow();
		await addNode(page, SCAN, SCAN);
		await closeNode(page);
		await addNode(page, STATUS, STATUS);
		await page.getByTestId('schema-preview-warning').waitFor();
		const fields = page.getByTestId('ndv-input-panel').getByTestId('run-data-schema-node-name');
		const from = await fields.getByText('action_id', { exact: true }).first().boundingBox();
		const to = await parameter('actionId').locator('input').first().boundingBox();
		assert.ok(from && to);
		await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
		await page.mouse.down();
		await page.mouse.move(from.x + 60, from.y + 20, { steps: 5 });
		await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 10 });
		await page.mouse.up();
		await parameter('actionId').getByText('$json.action_id').waitFor();
	});

	test('after Scan Endpoints, Wait for Job needs no typing', MINUTE, async () => {
		await newWorkflow();
		await addNode(page, SCAN, SCAN);
		await closeNode(page);
		await addNode(page, WAIT, WAIT);
		await parameter('jobId').getByText('$json.action_id').waitFor();
	});

	test('the output as table, as JSON and as schema', MINUTE, async () => {
		const { id } = await n8n.add(
			chain('Look', [
				manualTrigger(),
				cortex(STATUS, 'cortexXdrGetActionStatus', { actionId: FINISHED_SCRIPT.id }),
			]),
		);
		await page.goto(`/workflow/${id}`);
		await page.getByTestId('execute-workflow-button').first().click();
		await nodeOnCanvas(page, STATUS).getByTestId('canvas-node-status-success').waitFor();
		await nodeOnCanvas(page, STATUS).dblclick();
		const count = `${FINISHED_SCRIPT.endpoints} items`;
		await output().getByTestId('run-data-item-count').filter({ hasText: count }).waitFor();

		const show = (how: string) => output().getByTestId(`radio-button-${how}`).click();
		await show('table');
		const headings = output().locator('thead th');
		await headings.filter({ hasText: 'endpoint_id' }).waitFor();
		await output().locator('tbody').getByText('COMPLETED_SUCCESSFULLY').first().waitFor();
		await show('json');
		await output().getByText('"status"').first().waitFor();
		await show('schema');
		const names = output().getByTestId('run-data-schema-node-name');
		await names.getByText('endpoint_id', { exact: true }).first().waitFor();
		const schema = await names.allInnerTexts();
		for (const field of ['action_id', 'endpoint_id', 'status']) {
			assert.ok(schema.includes(field), schema.join());
		}
	});

	test(
		'a wait shows on the canvas, with a hint and a link in its panel',
		{ timeout: 120_000 },
		async () => {
			const job = n8n.simulator.simulator.cortex.startJob({
				kind: 'endpointAction',
				durationSeconds: 0,
				outcome: 'never',
			});
			const { id } = await n8n.add(
				chain('Long', [manualTrigger(), items('Jobs', [{ job }]), waitForJob()]),
			);
			await page.goto(`/workflow/${id}`);
			await page.getByTestId('execute-workflow-button').first().click();
			await nodeOnCanvas(page, 'Wait').locator('.waiting').first().waitFor();
			await nodeOnCanvas(page, 'Wait').dblclick();
			await output().getByText('Waiting for Cortex to finish').waitFor();
			await output().getByTestId('node-hint').getByText('1 of 1 job is still running').waitFor();
			await output().getByTestId('related-execution-link').waitFor();
			for (const { id: open } of await n8n.client.summaries({ workflowId: id })) {
				await n8n.client.stop(open);
			}
		},
	);
});
