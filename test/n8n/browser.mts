/* n8n's editor in a real browser, for the suites that look at it as a user does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { chromium, selectors, type Locator, type Page } from 'playwright-core';

import { loadState, ownerOf } from '../../demo/seed.mts';
import type { TestN8n } from './support.mts';

/** Where Chromium or Chrome lies. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why the editor cannot be looked at here; false where it can. In CI it must be possible. */
export const editorMissing = existsSync(CHROMIUM) ? false : `there is no ${CHROMIUM}`;
if (editorMissing && process.env.CI) {
	throw new Error(`The editor must be tested in CI, but ${editorMissing}.`);
}

export interface Editor {
	page: Page;
	close: () => Promise<void>;
}

/** Opens n8n's editor, signed in as its owner. */
export async function openEditor(n8n: TestN8n): Promise<Editor> {
	selectors.setTestIdAttribute('data-test-id');
	const browser = await chromium.launch({
		executablePath: CHROMIUM,
		args: ['--no-sandbox', '--disable-background-networking'],
	});
	try {
		const page = await browser.newPage({
			baseURL: n8n.main().url,
			viewport: { width: 1600, height: 1000 },
		});
		page.setDefaultTimeout(30_000);
		const { email, password } = ownerOf(await loadState(join(n8n.folder, 'user')));
		await page.goto('/signin');
		await page.locator('input[name="emailOrLdapLoginId"]').fill(email);
		await page.locator('input[type="password"]').fill(password);
		await page.keyboard.press('Enter');
		await page.waitForURL((url) => !url.pathname.includes('signin'));
		return { page, close: () => browser.close() };
	} catch (error) {
		await browser.close();
		throw error;
	}
}

/** The node of that name on the canvas. */
export const nodeOnCanvas = (page: Page, name: string): Locator =>
	page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);

/** Opens the panel of all nodes and searches it. Returns the names that it shows, best first. */
export async function searchNodes(page: Page, text: string): Promise<string[]> {
	const creator = page.getByTestId('node-creator');
	const field = creator.locator('input').first();
	const [first, plus] = ['canvas-add-button', 'node-creator-plus-button'];
	// A panel that is just closing is still to be seen, and an editor that is still loading drops a click.
	for (let tries = 1, typed = false; !typed; tries++) {
		if (!(await field.isVisible())) {
			await page.getByTestId(first).or(page.getByTestId(plus)).first().click();
		}
		typed = await field.fill(text, { timeout: 5_000 }).then(
			() => true,
			(error) => (tries < 4 ? false : Promise.reject(error)),
		);
	}
	const found = creator.getByTestId('item-iterator-item');
	// The list follows the typing a moment later.
	let shown = '';
	for (let same = 0; same < 3; ) {
		await page.waitForTimeout(150);
		const now = (await found.allInnerTexts()).join('\n');
		same = now === shown ? same + 1 : 0;
		shown = now;
	}
	return (await found.allInnerTexts()).map((item) => item.split('\n')[0].trim());
}

/**
 * Searches for a node, adds it to the workflow, and leaves its panel open.
 * @param add what to click to add it; a trigger has its events in that place
 */
export async function addNode(
	page: Page,
	search: string,
	name: string,
	add = 'Add to workflow',
): Promise<void> {
	await searchNodes(page, search);
	const creator = page.getByTestId('node-creator');
	await creator.getByText(name, { exact: true }).first().click();
	// The nodes of packages introduce themselves first.
	await creator.getByText(add).click();
	await page.getByTestId('ndv').waitFor();
}

/** Closes the panel of a node. */
export async function closeNode(page: Page): Promise<void> {
	await page.getByTestId('ndv-close-button').click();
	await page.getByTestId('ndv').waitFor({ state: 'detached' });
}
