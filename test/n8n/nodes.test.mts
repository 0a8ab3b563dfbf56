import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { outputOf, type Item } from '../../demo/rest.mts';
import { readWorkflows } from '../../demo/seed.mts';
import { searchSecrets, secretsIn } from './secrets.mts';
import {
	chain,
	cortex,
	editFields,
	items,
	KEY_MARK,
	manualTrigger,
	node,
	startTestN8n,
	webhookTrigger,
	type TestN8n,
} from './support.mts';

const MINUTE = { timeout: 60_000 };
const LONG = { timeout: 180_000 };

/** Jobs that the simulator knows from the start, all ended. */
const FINISHED_SCAN = '6001';
const FINISHED_SCRIPT = '7001';
const IMPORT_WITH_ERRORS = '11111111-1111-4111-a111-000000000011';
const UNKNOWN_IMPORT = '11111111-1111-4111-a111-999999999999';

const STATUS_PATH = '/public_api/v1/actions/get_action_status';
const SCAN_PATH = '/public_api/v1/endpoints/scan';

/** The input item that an output item belongs to. */
function pairOf({ pairedItem }: Item): number | undefined {
	const first = Array.isArray(pairedItem) ? pairedItem[0] : pairedItem;
	return typeof first === 'object' ? first.item : first;
}

describe('the nodes in a real n8n', () => {
	let n8n: TestN8n;

	before(
		async () => {
			n8n = await startTestN8n();
		},
		{ timeout: 180_000 },
	);
	after(() => n8n?.close(), { timeout: 30_000 });

	/** How often the simulator was asked for a path. */
	async function requestsTo(path: string): Promise<number> {
		return n8n.simulator.simulator.requests.entries.filter((entry) => entry.path.startsWith(path))
			.length;
	}

	test('every example workflow is in place, with its credential', MINUTE, async () => {
		const stored = new Set((await n8n.client.workflows()).map(({ id }) => id));
		const credentials = new Set((await n8n.client.credentials()).map(({ id }) => id));
		for (const { file, workflow } of await readWorkflows()) {
			assert.ok(stored.has(workflow.id), `${file} was not imported`);
			for (const { name, credentials: used = {} } of workflow.nodes) {
				for (const { id } of Object.values(used)) {
					assert.ok(credentials.has(id), `${file}: "${name}" names an unknown credential`);
				}
			}
		}
	});

	test(
		'a scan of a group, then its status: an item per endpoint, linked to the scan',
		MINUTE,
		async () => {
			const { workflow } = (await readWorkflows()).find(
				({ file }) => file === 'scan-group-and-show-status.json',
			)!;
			const execution = await n8n.client.waitForExecution(
				await n8n.client.run(workflow.id, 'Start by Hand'),
				30_000,
			);
			assert.equal(execution.status, 'success', execution.error?.message);

			const [scan, ...more] = outputOf(execution, 'Scan Demo Laptops');
			assert.equal(more.length, 0);
			assert.equal(typeof scan.json.action_id, 'string');
			assert.equal(scan.json.endpoints_count, 12);

			const rows = outputOf(execution, 'Status per Endpoint');
			assert.equal(rows.length, 12);
			for (const row of rows) {
				assert.equal(row.json.action_id, scan.json.action_id);
				assert.equal(typeof row.json.finished, 'boolean');
				assert.equal(pairOf(row), 0);
			}
			assert.equal(new Set(rows.map(({ json }) => json.endpoint_id)).size, 12);
		},
	);

	test('two jobs at once: each endpoint leads back to its own job', MINUTE, async () => {
		const execution = await n8n.run(
			chain('Item links', [
				manualTrigger(),
				items('Jobs', [
					{ job: FINISHED_SCAN, label: 'kiosks' },
					{ job: FINISHED_SCRIPT, label: 'laptops' },
				]),
				cortex('Status', 'cortexXdrGetActionStatus', { actionId: '={{ $json.job }}' }),
				editFields('Labels', {
					action: '={{ $json.action_id }}',
					label: "={{ $('Jobs').item.json.label }}",
				}),
			]),
		);
		assert.equal(execution.status, 'success', execution.error?.message);
		const pairs = outputOf(execution, 'Status').map((item) => [item.json.action_id, pairOf(item)]);
		assert.ok(pairs.length > 12);
		for (const [action, pair] of pairs) assert.equal(pair, action === FINISHED_SCAN ? 0 : 1);
		for (const { json } of outputOf(execution, 'Labels')) {
			assert.equal(json.label, json.action === FINISHED_SCAN ? 'kiosks' : 'laptops');
		}
	});

	test('a summary per action', MINUTE, async () => {
		const execution = await n8n.run(
			chain('Summary', [
				manualTrigger(),
				cortex('Status', 'cortexXdrGetActionStatus', {
					actionId: FINISHED_SCAN,
					output: 'summary',
				}),
			]),
		);
		const [{ json }, ...more] = outputOf(execution, 'Status');
		assert.equal(more.length, 0);
		assert.equal(json.finished, true);
		assert.equal(json.total, (json.endpoints as unknown[]).length);
		const counts = Object.values(json.by_status as Record<string, number>);
		assert.equal(
			counts.reduce((sum, count) => sum + count, 0),
			json.total,
		);
	});

	test('script results: an item per endpoint with what each command printed', MINUTE, async () => {
		const execution = await n8n.run(
			chain('Script results', [
				manualTrigger(),
				cortex('Results', 'cortexXdrGetScriptResults', { actionId: FINISHED_SCRIPT }),
			]),
		);
		assert.equal(execution.status, 'success', execution.error?.message);
		const rows = outputOf(execution, 'Results');
		assert.equal(rows.length, 12);
		for (const row of rows) {
			assert.equal(row.json.finished, true);
			assert.equal(typeof row.json.failed_files, 'number');
			assert.equal(pairOf(row), 0);
		}
		assert.ok(rows.some(({ json }) => json.command_output !== null));
	});

	test('an import job with errors: the errors as texts', MINUTE, async () => {
		const execution = await n8n.run(
			chain('Import job', [
				manualTrigger(),
				cortex('Job', 'cortexXdrGetImportJob', { jobId: IMPORT_WITH_ERRORS }),
			]),
		);
		assert.equal(execution.status, 'success', execution.error?.message);
		const [{ json }] = outputOf(execution, 'Job');
		assert.equal(json.job_status, 'COMPLETED_WITH_ERRORS');
		assert.equal(json.finished, true);
		assert.equal(json.succeeded, false);
		const errors = json.errors as unknown[];
		assert.equal(errors.length, 2);
		for (const error of errors) assert.equal(typeof error, 'string');
	});

	test('a production run from a webhook is stored with the same items', MINUTE, async () => {
		const workflow = await n8n.add(
			chain('Production', [
				webhookTrigger('production-status'),
				cortex('Status', 'cortexXdrGetActionStatus', { actionId: '={{ $json.body.job }}' }),
			]),
		);
		await n8n.client.activate(workflow.id);
		const answer = await n8n.callWebhook('production-status', { job: FINISHED_SCRIPT });
		assert.equal(answer.status, 200, answer.body);
		const { id } = await n8n.latestExecution(workflow.id);
		const execution = await n8n.client.waitForExecution(id, 30_000);
		assert.equal(execution.status, 'success', execution.error?.message);
		assert.equal(execution.mode, 'webhook');
		assert.equal(outputOf(execution, 'Status').length, 12);
	});

	describe('when something goes wrong', () => {
		test('a wrong key: the error names security level and clock, and no key', MINUTE, async () => {
			const { id } = await n8n.addCredential({
				name: 'Wrong key',
				type: 'cortexXdrApi',
				data: {
					tenantUrl: n8n.simulator.url,
					apiKeyId: '1',
					apiKey: `${KEY_MARK}ButWrong`.padEnd(128, 'x'),
					securityLevel: 'advanced',
				},
			});
			const execution = await n8n.run(
				chain('Wrong key', [
					manualTrigger(),
					cortex(
						'Status',
						'cortexXdrGetActionStatus',
						{ actionId: FINISHED_SCAN },
						{ credentials: { cortexXdrApi: { id, name: 'Wrong key' } } },
					),
				]),
			);
			assert.equal(execution.status, 'error');
			const text = `${execution.error?.message} ${execution.error?.description}`;
			assert.match(text, /security level/i);
			assert.match(text, /clock/i);
			assert.doesNotMatch(execution.raw, new RegExp(KEY_MARK));
		});

		test('a scan without a filter is refused before anything is sent', MINUTE, async () => {
			const before = await requestsTo(SCAN_PATH);
			const execution = await n8n.run(
				chain('No filter', [
					manualTrigger(),
					cortex('Scan', 'cortexXdrScanEndpoints', { scope: 'matching', filters: {} }),
				]),
			);
			assert.equal(execution.status, 'error');
			assert.match(execution.error?.message ?? '', /filter/i);
			assert.equal(await requestsTo(SCAN_PATH), before);
		});

		test('a refused request is tried again, a poll that breaks off as well', MINUTE, async () => {
			await n8n.control('POST', '/faults', {
				path: STATUS_PATH,
				status: 429,
				body: { reply: { err_code: 429, err_msg: 'Too many requests.' } },
			});
			await n8n.control('POST', '/faults', { path: STATUS_PATH, breakConnection: 'middle' });
			const execution = await n8n.run(
				chain('Faults that pass', [
					manualTrigger(),
					cortex('Status', 'cortexXdrGetActionStatus', { actionId: FINISHED_SCRIPT }),
				]),
			);
			assert.equal(execution.status, 'success', execution.error?.message);
			assert.equal(outputOf(execution, 'Status').length, 12);
			assert.deepEqual(await n8n.control('GET', '/faults'), []);
		});

		test("the vendor's words reach the user", MINUTE, async () => {
			await n8n.control('POST', '/faults', {
				path: SCAN_PATH,
				status: 500,
				body: {
					reply: {
						err_code: 500,
						err_msg: 'An error occurred while processing XDR public API',
						err_extra: 'No endpoint was found for creating the requested action',
					},
				},
			});
			const execution = await n8n.run(
				chain('Refusal', [
					manualTrigger(),
					cortex('Scan', 'cortexXdrScanEndpoints', { filters: { hostnames: 'gone' } }),
				]),
			);
			assert.equal(execution.status, 'error');
			assert.match(
				`${execution.error?.message} ${execution.error?.description}`,
				/No endpoint was found/,
			);
		});

		test('On Error: Continue keeps the good items, each in its place', MINUTE, async () => {
			const execution = await n8n.run(
				chain('Continue', [
					manualTrigger(),
					items('Jobs', [{ job: UNKNOWN_IMPORT }, { job: IMPORT_WITH_ERRORS }]),
					cortex(
						'Job',
						'cortexXdrGetImportJob',
						{ jobId: '={{ $json.job }}' },
						{ onError: 'continueRegularOutput' },
					),
				]),
			);
			assert.equal(execution.status, 'success', execution.error?.message);
			const rows = outputOf(execution, 'Job');
			assert.deepEqual(rows.map(pairOf), [0, 1]);
			assert.ok(rows[0].json.error);
			assert.equal(rows[1].json.job_status, 'COMPLETED_WITH_ERRORS');
		});
	});

	describe('secrecy, after all that ran above', () => {
		test('nothing in log, database and messages', LONG, async () => {
			assert.deepEqual(await searchSecrets(n8n), []);
		});

		test('nothing in any execution, as the editor reads it', MINUTE, async () => {
			const summaries = await n8n.client.summaries();
			assert.ok(summaries.length > 10);
			for (const { id } of summaries) {
				const { raw } = await n8n.client.execution(id);
				assert.deepEqual(secretsIn(raw, n8n), [], `execution ${id}`);
			}
		});

		test("n8n has connected to the credential's host alone", MINUTE, async () => {
			assert.deepEqual(await n8n.connections(), [new URL(n8n.simulator.url).host]);
			// One that nobody listens at, from a node that asks anybody.
			const elsewhere = '127.0.0.1:9';
			await n8n.run(
				chain('Elsewhere', [
					manualTrigger(),
					node(
						'Ask',
						'httpRequest',
						{ url: `http://${elsewhere}/`, options: {} },
						{ typeVersion: 4.2 },
					),
				]),
			);
			assert.ok((await n8n.connections()).includes(elsewhere), 'connections are not seen');
		});

		test('nothing in what the editor reads of the credential', MINUTE, async () => {
			const credential = JSON.stringify(await n8n.client.credential('cortexSimulator'));
			assert.ok(credential.includes(n8n.simulator.url), 'the answer holds no fields');
			assert.deepEqual(secretsIn(credential, n8n), []);
		});
	});
});
