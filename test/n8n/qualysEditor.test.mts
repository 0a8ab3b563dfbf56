import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { Page } from 'playwright-core';

import { closeNode, editorMissing, nodeOnCanvas, openEditor, type Editor } from './browser.mts';
import {
	chain,
	manualTrigger,
	qualys,
	qualysSearch,
	startTestN8n,
	type TestN8n,
} from './support.mts';

const MINUTE = { timeout: 60_000 };
const LONG = { timeout: 180_000 };
const NAME = 'Qualys Search Script Jobs';
const EXECUTE = 'Qualys Execute Script';
const WAIT = 'Qualys Wait for Script Job';
const TOKEN = { id: 'qualysSimulatorToken', name: 'Qualys simulator (bearer token)' };
const HINT = 'Qualys shows a user only what lies in the tag scope of that user';
const NOTHING = { filters: { scriptName: 'No such script' } };

describe('Qualys in the editor', { skip: editorMissing }, () => {
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

	/** Runs a search from the canvas and opens its node. Returns when its output pane says how it ended. */
	async function open(name: string, parameters: object, more = {}): Promise<void> {
		const search = qualysSearch(name, { ...parameters }, more);
		const { id } = await n8n.add(chain(`Editor: ${name}`, [manualTrigger(), search]));
		await page.goto(`/workflow/${id}`);
		await page.getByTestId('execute-workflow-button').first().click();
		const execution = await n8n.latestExecution(id);
		const { status, error } = await n8n.client.waitForExecution(execution.id, 30_000);
		assert.equal(status, 'success', error?.message);
		await nodeOnCanvas(page, name).dblclick();
	}

	const output = () => page.getByTestId('output-panel');
	const itemCount = (hasText: string) =>
		output().getByTestId('run-data-item-count').filter({ hasText });
	const hints = () => output().getByTestId('node-hint').allInnerTexts();

	const empty = async () => {
		await output().getByText('No output data returned').waitFor();
		return (await hints()).join(' ');
	};

	for (const [how, more] of [
		['user and password', {}],
		['a pasted token', { credentials: { qualysGatewayApi: TOKEN } }],
	] as const) {
		test(`filter, sort and page, signed in with ${how}`, MINUTE, async () => {
			await open(
				NAME,
				{
					limit: 120,
					filters: { scriptName: 'Check disk space' },
					options: { pageSize: 50, sort: { rows: [{ field: 'severity', direction: 'asc' }] } },
				},
				more,
			);
			await itemCount('120 items').waitFor();
			await output().getByText('Check disk space-').first().waitFor();
			assert.ok(!(await hints()).join(' ').includes(HINT));
		});
	}

	test('an empty result says that there may be more than the user can see', MINUTE, async () => {
		await open(NAME, NOTHING);
		assert.ok((await empty()).includes(HINT));
	});

	test('so does a copy of the node, with an expression in it', MINUTE, async () => {
		await open(`${NAME}1`, { filters: { scriptName: '={{ "No such script " + $now.year }}' } });
		assert.ok((await empty()).includes(HINT));
	});

	test('a node that was renamed goes without the hint, and without trouble', MINUTE, async () => {
		await open('Jobs', NOTHING);
		assert.equal(await empty(), '');
	});

	test('a script: tags by their names, a word on the 14 days, and its outcome', LONG, async () => {
		const workflow = chain('Editor: script', [
			manualTrigger(),
			qualys(EXECUTE, 'qualysExecuteScript', { scriptId: '276098', testTags: [] }),
			qualys(
				WAIT,
				'qualysWaitForScriptJob',
				{ pollInterval: 10, options: { requiredShare: 0 } },
				{ onError: 'continueRegularOutput' },
			),
		]);
		const { id } = await n8n.add(workflow);
		await page.goto(`/workflow/${id}`);
		await nodeOnCanvas(page, EXECUTE).dblclick();
		const panel = page.getByTestId('node-parameters');
		await panel.getByText('gets no new one for 14 days').waitFor();
		const tags = page.getByTestId('parameter-input-testTags');
		const lab = page
			.locator('.el-select-dropdown__item:visible')
			.filter({ hasText: 'CAR Lab Linux (tagId 45101)' });
		// A list that is still loading does not open, or is closed again when it has come.
		for (let tries = 1, chosen = false; !chosen; tries++) {
			await tags.click();
			chosen = await lab.click({ timeout: 5_000 }).then(
				() => true,
				(error) => (tries < 5 ? false : Promise.reject(error)),
			);
		}
		await page.keyboard.press('Escape');
		await tags.getByText('CAR Lab Linux').waitFor();
		await closeNode(page);

		await page.getByTestId('execute-workflow-button').first().click();
		const execution = await n8n.latestExecution(id);
		const { status, error } = await n8n.client.waitForExecution(execution.id, 90_000);
		assert.equal(status, 'success', error?.message);
		await nodeOnCanvas(page, WAIT).dblclick();
		await itemCount('1 item').waitFor();
		for (const words of ['job_id', 'outcome', 'by_status', 'script_output']) {
			await output().getByText(words).first().waitFor();
		}
		await output()
			.getByText(/^(succeeded|failed)$/)
			.first()
			.waitFor();
	});

	test('a single step, run from its own panel with another filter', MINUTE, async () => {
		await open(NAME, NOTHING);
		await empty();
		const field = page.getByTestId('parameter-input-scriptName').locator('input');
		await field.fill('Check disk space');
		await field.press('Tab');
		await page.getByTestId('node-execute-button').click();
		await itemCount('50 items').waitFor();
		assert.ok(!(await hints()).join(' ').includes(HINT));
	});
});
