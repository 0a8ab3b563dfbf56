import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '../../demo/processes.mts';
import { outputOf, type Execution, type Item, type Workflow } from '../../demo/rest.mts';
import { defaultQualysSettings } from '../../simulator/qualys/settings.ts';
import { searchSecrets, secretsIn } from './secrets.mts';
import {
	chain,
	editFields,
	items,
	manualTrigger,
	node,
	printLog,
	qualys,
	qualysSearch,
	startTestN8n,
	webhookTrigger,
	type TestN8n,
} from './support.mts';

const MINUTE = { timeout: 60_000 };
const LONG = { timeout: 180_000 };

const TOKEN = { id: 'qualysSimulatorToken', name: 'Qualys simulator (bearer token)' };

/** Most jobs that one item brings. */
const MOST_JOBS = 100_000;

const WRONG_PASSWORD = 'Wrong&Password+Of1Test';

describe('Qualys in a real n8n', () => {
	let n8n: TestN8n;

	before(
		async () => {
			n8n = await startTestN8n();
		},
		{ timeout: 180_000 },
	);
	after(() => n8n?.close(), { timeout: 30_000 });

	const entries = () => n8n.simulator.simulator.requests.entries;
	const searches = () => entries().filter(({ path }) => path.startsWith('/sm/')).length;
	const logins = () => entries().filter(({ path }) => path === '/auth').length;
	const jobCount = async () =>
		((await n8n.control('POST', '/qualys/jobs', {})) as { jobs: number }).jobs;

	const run = async (name: string, parameters: Record<string, unknown>, more = {}) =>
		await n8n.run(chain(name, [manualTrigger(), qualysSearch('Jobs', parameters, more)]));

	const ids = (execution: Execution, name = 'Jobs') =>
		outputOf(execution, name).map(({ json }) => json.id);

	/**
	 * A search whose jobs are only counted: n8n answers a webhook with how many there are and how many
	 * different ids they have, and stores nothing.
	 */
	async function count(path: string, parameters: Record<string, unknown>): Promise<number[]> {
		const workflow: Workflow = {
			...chain(path, [
				webhookTrigger(path, 'lastNode'),
				qualysSearch('Jobs', parameters),
				node(
					'Count',
					'summarize',
					{
						fieldsToSummarize: {
							values: [
								{ aggregation: 'count', field: 'id' },
								{ aggregation: 'countUnique', field: 'id' },
							],
						},
						options: {},
					},
					{ typeVersion: 1.1 },
				),
			]),
			settings: { executionOrder: 'v1', saveDataSuccessExecution: 'none' },
		};
		await n8n.add(workflow);
		await n8n.client.activate(workflow.id);
		const answer = await n8n.callWebhook(path);
		assert.equal(answer.status, 200, answer.body);
		const { count_id, unique_count_id } = JSON.parse(answer.body) as Record<string, number>;
		return [count_id, unique_count_id];
	}

	describe('signing in', () => {
		test('both credentials pass their test', MINUTE, async () => {
			for (const id of ['qualysSimulator', TOKEN.id]) {
				const credential = await n8n.client.credential(id);
				assert.deepEqual(await n8n.client.testCredential(credential), {
					status: 'OK',
					message: 'Qualys accepted the login',
				});
			}
		});

		test(
			'user and password: one login for all executions, kept in the credential',
			MINUTE,
			async () => {
				const first = await run('First', {});
				assert.equal(first.status, 'success', first.error?.message);
				assert.equal(outputOf(first, 'Jobs').length, 50);
				const before = logins();
				for (const name of ['Second', 'Third'])
					assert.equal((await run(name, {})).status, 'success');
				assert.equal(logins(), before);
			},
		);

		test('an ended token is renewed unnoticed, once for many items', MINUTE, async () => {
			const before = logins();
			await n8n.control('POST', '/qualys/expire-tokens');
			const execution = await n8n.run(
				chain('Expired', [
					manualTrigger(),
					items('Many', Array(50).fill({})),
					qualysSearch('Jobs', { limit: 1 }),
				]),
			);
			assert.equal(execution.status, 'success', execution.error?.message);
			assert.equal(outputOf(execution, 'Jobs').length, 50);
			assert.equal(logins(), before + 1);
		});

		test('a pasted token gives the same jobs, without a login', MINUTE, async () => {
			const before = logins();
			const parameters = { limit: 5, apiVersion: 'v1' };
			const pasted = await run('Token', parameters, { credentials: { qualysGatewayApi: TOKEN } });
			assert.equal(pasted.status, 'success', pasted.error?.message);
			assert.deepEqual(ids(pasted), ids(await run('Password', parameters)));
			assert.equal(logins(), before);
		});

		test(
			'a wrong password costs one login, however many items and executions',
			MINUTE,
			async () => {
				const { id, name } = await n8n.addCredential({
					name: 'Wrong password',
					type: 'qualysGatewayApi',
					data: {
						platform: 'custom',
						gatewayUrl: n8n.simulator.url,
						signInWith: 'password',
						username: 'simul_ad1',
						password: WRONG_PASSWORD,
					},
				});
				const before = logins();
				for (const attempt of [1, 2]) {
					const execution = await n8n.run(
						chain(`Wrong password ${attempt}`, [
							manualTrigger(),
							items('Many', Array(50).fill({})),
							qualysSearch('Jobs', {}, { credentials: { qualysGatewayApi: { id, name } } }),
						]),
					);
					assert.equal(execution.status, 'error');
					assert.match(execution.error?.message ?? '', /Qualys refused the login: Authentication/);
				}
				assert.equal(logins(), before + 1);
			},
		);
	});

	describe('searching', () => {
		test('filter, sort and page, v1 like v2', MINUTE, async () => {
			const search = async (apiVersion: string) =>
				await run(`Search ${apiVersion}`, {
					apiVersion,
					limit: 120,
					filters: { scriptName: 'Check disk space', query: 'severity: 3 or severity: 4' },
					options: {
						pageSize: 50,
						sort: { rows: [{ field: 'updatedDateTime', direction: 'asc' }] },
					},
				});
			const before = searches();
			const [v1, v2] = [await search('v1'), await search('v2')];
			assert.equal(searches(), before + 6);
			const json = ({ json }: Item) => json;
			const rows = outputOf(v2, 'Jobs').map(json);
			assert.equal(rows.length, 120);
			assert.deepEqual(outputOf(v1, 'Jobs').map(json), rows);
			const times = rows.map(({ updatedAt }) => String(updatedAt));
			assert.deepEqual(times, [...times].sort());
			for (const { title } of rows) assert.match(String(title), /^Check disk space-/);
		});

		test('Luxon dates of an expression, and item links over two searches', MINUTE, async () => {
			const execution = await n8n.run(
				chain('Links', [
					manualTrigger(),
					items('Scripts', [{ script: 'Check disk space' }, { script: 'Uninstall TeamViewer' }]),
					qualysSearch('Jobs', {
						limit: 3,
						filters: {
							scriptName: '={{ $json.script }}',
							startAt: '={{ $now.minus({ days: 30 }) }}',
							endAt: '={{ $now }}',
						},
					}),
					editFields('Labels', {
						script: "={{ $('Scripts').item.json.script }}",
						title: '={{ $json.title }}',
					}),
				]),
			);
			assert.equal(execution.status, 'success', execution.error?.message);
			const rows = outputOf(execution, 'Labels');
			assert.equal(rows.length, 6);
			for (const { json } of rows) {
				assert.ok(String(json.title).startsWith(String(json.script)), JSON.stringify(json));
			}
		});

		test("the vendor's words reach the user", MINUTE, async () => {
			const execution = await run('Refusal', { filters: { query: 'colour: red' } });
			assert.equal(execution.status, 'error');
			assert.match(execution.error?.message ?? '', /unknown field "colour".*\(CAR-QQL-400\)/);
		});
	});

	describe('the example workflows', () => {
		const example = async (id: string) =>
			await n8n.client.waitForExecution(await n8n.client.run(id, 'Start by Hand'), 45_000);

		test("yesterday's jobs of one script, and of no other day", MINUTE, async () => {
			const execution = await example('qualysYesterday');
			assert.equal(execution.status, 'success', execution.error?.message);
			const jobs = outputOf(execution, "Yesterday's Jobs");
			assert.ok(jobs.length > 0);
			assert.equal(outputOf(execution, 'Keep These Columns').length, jobs.length);
			const now = Date.now();
			for (const { json } of jobs) {
				const age = (now - Date.parse(String(json.createdAt))) / 3_600_000;
				assert.ok(age > 0 && age < 49, `${String(json.createdAt)} was not yesterday`);
				assert.match(String(json.title), /^Check disk space-/);
			}
		});

		test('the incremental sync: each run brings what no run before has brought', LONG, async () => {
			const seen = new Set<unknown>();
			const sync = async () => {
				const execution = await example('qualysIncrementalSync');
				assert.equal(execution.status, 'success', execution.error?.message);
				const jobs = outputOf(execution, 'Jobs After It');
				const [stored] = outputOf(execution, 'Add Them to the Table');
				if (jobs.length > 0) assert.equal(stored.json.insertedRows, jobs.length);
				for (const { json } of jobs) {
					assert.ok(!seen.has(json.id), `job ${String(json.id)} came twice`);
					seen.add(json.id);
				}
				return jobs;
			};
			assert.equal((await sync()).length, 500);
			assert.ok((await sync()).length > 0);
			while ((await sync()).length > 0);

			const all = await run('All of the script', {
				returnAll: true,
				filters: { scriptName: 'Check disk space' },
			});
			assert.deepEqual(new Set(ids(all)), seen);

			const [{ json }] = outputOf(all, 'Jobs');
			await n8n.control('POST', '/qualys/jobs', { count: 3, scriptId: json.scriptId });
			await n8n.control('POST', '/qualys/jobs', { count: 2, scriptId: 276_000 });
			const added = await sync();
			assert.equal(added.length, 3);
			for (const row of added) assert.equal(row.json.scriptId, json.scriptId);
			assert.equal((await sync()).length, 0);
		});
	});

	describe('a script, from its start to what it printed', () => {
		const LAB = ['{"id":"45101","UUId":"fc162612-e72d-4452-ab6c-3e6ec7bbfae2"}'];
		const executions = () => entries().filter(({ path }) => path.endsWith('/execute')).length;
		const settings = () => n8n.simulator.simulator.qualysSettings;
		afterEach(async (context) => {
			const { failingPercent, offlinePercent } = defaultQualysSettings;
			Object.assign(settings(), { failingPercent, offlinePercent });
			await printLog(context, n8n);
		});

		/** Runs a script for each of these on the lab, and waits for it. */
		const execute = (name: string, rows: Array<{ script: number; why: string }>, wait: object) =>
			chain(name, [
				manualTrigger(),
				items('Scripts', rows),
				qualys('Execute', 'qualysExecuteScript', {
					scriptId: '={{ $json.script }}',
					testTags: LAB,
					description: '={{ $json.why }}',
				}),
				qualys(
					'Wait',
					'qualysWaitForScriptJob',
					{ pollInterval: 10, ...wait },
					{ onError: 'continueRegularOutput' },
				),
			]);

		test('execute, wait, look: each row belongs to what started it', LONG, async () => {
			settings().failingPercent = 0;
			const workflow = execute(
				'Scripts',
				[
					{ script: 276_098, why: 'first' },
					{ script: 276_119, why: 'second' },
				],
				{},
			);
			workflow.nodes.push(
				qualys('Results', 'qualysGetScriptJobResults', {}),
				editFields('Rows', {
					why: "={{ $('Scripts').item.json.why }}",
					script: "={{ $('Execute').item.json.script_id }}",
					waited: "={{ $('Wait').item.json.job_id }}",
					job: '={{ $json.job_id }}',
					asset: '={{ $json.asset_name }}',
					succeeded: '={{ $json.succeeded }}',
					printed: '={{ $json.script_output }}',
				}),
			);
			const next = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
			Object.assign(workflow.connections, { Wait: next('Results'), Results: next('Rows') });
			const before = executions();
			const execution = await n8n.run(workflow, 120_000);
			assert.equal(execution.status, 'success', execution.error?.message);
			assert.equal(executions(), before + 2);

			const waited = outputOf(execution, 'Wait').map(({ json }) => json);
			assert.equal(waited.length, 2);
			for (const { outcome, progress, results } of waited) {
				assert.equal(outcome, 'succeeded');
				assert.equal((progress as { total: number }).total, 5);
				assert.equal((results as unknown[]).length, 5);
			}
			const rows = outputOf(execution, 'Rows').map(({ json }) => json);
			const perJob = waited.map(({ job_id: id }) => rows.filter(({ job }) => job === id));
			assert.deepEqual(
				perJob.map(({ length }) => length),
				[5, 5],
			);
			const told = perJob.map((own) => [
				...new Set(own.map(({ why, script }) => `${why} ${script}`)),
			]);
			assert.deepEqual(told, [['first 276098'], ['second 276119']]);
			for (const { waited: id, job, asset, succeeded, printed } of rows) {
				assert.equal(id, job);
				assert.equal(succeeded, 'true');
				assert.ok(String(printed).includes(String(asset)), JSON.stringify({ asset, printed }));
			}
		});

		test(
			'a script that is still pending on its assets: what follows has none, and says why',
			LONG,
			async () => {
				settings().offlinePercent = 100;
				const pending = [{ script: 276_098, why: 'offline' }];
				const run = async () => await n8n.run(execute('Pending', pending, { timeout: 1 }), 150_000);
				// The second is started when the first has its assets.
				const [first, second] = await Promise.all([run(), delay(5_000).then(run)]);
				const ends = [first, second].map((execution) => {
					assert.equal(execution.status, 'success', execution.error?.message);
					const [{ json }] = outputOf(execution, 'Wait');
					assert.equal(json.outcome, 'timedOut');
					return json;
				});
				const told = JSON.stringify(ends[0]);
				assert.equal((ends[0].progress as { total: number }).total, 5, told);
				assert.equal((ends[1].progress as { total: number } | null)?.total ?? 0, 0, told);
				assert.match(String(ends[1].errors), /gets no new one for 14 days/);
			},
		);
	});

	describe('large results', () => {
		// The tests above have revoked tokens twice within a minute, and more logins than that the node does not try.
		before(() => n8n.restartMain(), MINUTE);

		test('a token that ends in the middle of 600 pages costs one login', LONG, async () => {
			const total = await jobCount();
			const before = { logins: logins(), searches: searches() };
			const halfway = async () => {
				await waitUntil(
					async () => searches() >= before.searches + 300 || undefined,
					120_000,
					'The search has not come to its 300th page.',
					20,
				);
				await n8n.control('POST', '/qualys/expire-tokens');
			};
			const [counted] = await Promise.all([
				count('many-pages', { returnAll: true, options: { pageSize: 100 } }),
				halfway(),
			]);
			assert.deepEqual(counted, [total, total]);
			assert.equal(logins(), before.logins + 1);
			assert.ok(searches() >= before.searches + 600);
		});

		test('100,000 jobs come through, 40,000 of them of one millisecond', LONG, async () => {
			await n8n.control('POST', '/qualys/jobs', {
				count: MOST_JOBS - (await jobCount()),
				createdAt: Date.now() - 3_600_000,
			});
			assert.equal(await jobCount(), MOST_JOBS);
			const all = await count('all', { returnAll: true, options: { pageSize: 500 } });
			assert.deepEqual(all, [MOST_JOBS, MOST_JOBS]);
		});

		test(
			'100,001: an error with the cursor, and going on from it completes the set',
			LONG,
			async () => {
				const oldest = Date.parse('2020-01-01T00:00:00Z');
				await n8n.control('POST', '/qualys/jobs', { count: 1, createdAt: oldest });
				const options = { pageSize: 500 };
				const tooMany = await run('Too many', { returnAll: true, options });
				assert.equal(tooMany.status, 'error');
				assert.equal(tooMany.error?.message, 'There are more than 100,000 jobs');
				const cursor = /Search After: (\[.*?\])\./.exec(tooMany.error?.description ?? '')?.[1];
				assert.ok(cursor, tooMany.error?.description ?? 'no description');

				const first = await count('first', { limit: MOST_JOBS, options });
				assert.deepEqual(first, [MOST_JOBS, MOST_JOBS]);
				const rest = await run('The rest', {
					returnAll: true,
					options: { ...options, searchAfter: cursor },
				});
				assert.deepEqual(
					outputOf(rest, 'Jobs').map(({ json }) => json.createdAt),
					[new Date(oldest).toISOString()],
				);
			},
		);
	});

	test('a restarted n8n goes on with the token that it has kept', LONG, async () => {
		const before = logins();
		await n8n.restartMain();
		assert.equal((await run('After the restart', {})).status, 'success');
		assert.equal(logins(), before);
	});

	describe('secrecy, after all that ran above', () => {
		test('nothing in log, database and messages', LONG, async () => {
			assert.deepEqual(await searchSecrets(n8n, [WRONG_PASSWORD]), []);
		});

		test('nothing in any execution, as the editor reads it', MINUTE, async () => {
			const summaries = await n8n.client.summaries();
			assert.ok(summaries.length > 10);
			for (const { id } of summaries) {
				const { raw } = await n8n.client.execution(id);
				assert.deepEqual(secretsIn(raw, n8n, [WRONG_PASSWORD]), [], `execution ${id}`);
			}
		});

		test("n8n has connected to the credential's host alone", MINUTE, async () => {
			assert.deepEqual(await n8n.connections(), [new URL(n8n.simulator.url).host]);
		});

		test('nothing in what the editor reads of the credentials', MINUTE, async () => {
			for (const id of ['qualysSimulator', TOKEN.id]) {
				const credential = JSON.stringify(await n8n.client.credential(id));
				assert.ok(credential.includes(n8n.simulator.url), 'the answer holds no fields');
				assert.deepEqual(secretsIn(credential, n8n), []);
			}
		});
	});
});
