/*
 * README's pictures, taken from the running editor of the demo. They go into a temporary folder, where they are
 * looked at; `PICTURES=docs/images npm run test:n8n -- pictures` renews those of the repository.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { chromium, selectors, type Browser, type Locator, type Page } from 'playwright-core';

import { startDemo, type Demo } from '../../demo/demo.mts';
import { ROOT } from '../../demo/paths.mts';
import { freePorts } from '../../demo/ports.mts';
import { waitUntil } from '../../demo/processes.mts';
import { silent } from '../../demo/progress.mts';
import { readWorkflows } from '../../demo/seed.mts';
import { CHROMIUM, editorMissing } from './browser.mts';

/** Where they go. */
let folder: string;

const LARGEST_BYTES = 150_000;
const QUALITY = 80;
const SIZE = { width: 1360, height: 780 };
/** Pixels of a picture for each of the page's. */
const SCALE = 1.5;
const SCAN_WORKFLOW = 'cortexScanWaitReport';
/** The first minute of a wait is spent in memory. */
const PARKED_MS = 90_000;
const FINISHED_MS = 120_000;

/** In CSS pixels. */
interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** Waits until nothing moves any more but what never ends, such as the ring around a running node. */
async function still(page: Page): Promise<void> {
	await page.waitForFunction(
		() => {
			// Functions with a name of their own would not survive the way into the page.
			const moving = document
				.getAnimations()
				.some(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
			// The canvas is moved by script, and its wires are drawn once the nodes are measured.
			const canvas = document.querySelector('.vue-flow__transformationpane')?.outerHTML ?? '';
			const own = window as { lastCanvas?: string };
			const same = own.lastCanvas === canvas;
			own.lastCanvas = canvas;
			return same && !moving;
		},
		undefined,
		{ polling: 400 },
	);
}

/** Saves a picture of the page, or of a part of it. */
async function save(page: Page, name: string, part?: Box): Promise<void> {
	// Where the mouse stands, buttons appear.
	await page.mouse.move(0, 0);
	await still(page);
	const whole = { x: 0, y: 0, ...(page.viewportSize() ?? SIZE) };
	const session = await page.context().newCDPSession(page);
	const { data } = await session.send('Page.captureScreenshot', {
		format: 'webp',
		quality: QUALITY,
		clip: { ...(part ?? whole), scale: SCALE },
	});
	await session.detach();
	await writeFile(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
}

/** Leaves nothing on the page but nodes, notes and wires. */
const ONLY_NODES = `
	html.only-nodes body * { visibility: hidden; }
	html.only-nodes .vue-flow, html.only-nodes .vue-flow * { visibility: visible; }
	html.only-nodes .vue-flow__panel *,
	html.only-nodes [data-test-id="canvas-node-toolbar"],
	html.only-nodes [data-test-id="canvas-node-toolbar"] *,
	html.only-nodes [data-test-id^="execute-workflow-button"],
	html.only-nodes [data-test-id^="execute-workflow-button"] * { visibility: hidden; }`;

/** Saves a picture of the canvas, cut to its nodes and notes. */
async function saveCanvas(page: Page, name: string): Promise<void> {
	const style = await page.addStyleTag({ content: ONLY_NODES });
	await page.locator('html').evaluate((html) => html.classList.add('only-nodes'));
	const boxes = await page.locator('.vue-flow__node').evaluateAll((nodes) =>
		nodes
			.flatMap((node) => [node, ...Array.from(node.querySelectorAll('*'))])
			// Some wrappers reach out further than anything that is seen in them.
			.filter((part) => part.matches('.vue-flow__node, :empty, p, div:not(:has(*))'))
			.filter((part) => part.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
			.map((part) => part.getBoundingClientRect())
			.filter(({ width, height }) => width > 0 && height > 0)
			.map(({ left, top, right, bottom }) => ({ left, top, right, bottom })),
	);
	const margin = 16;
	const x = Math.min(...boxes.map(({ left }) => left)) - margin;
	const y = Math.min(...boxes.map(({ top }) => top)) - margin;
	const width = Math.max(...boxes.map(({ right }) => right)) + margin - x;
	const height = Math.max(...boxes.map(({ bottom }) => bottom)) + margin - y;
	await save(page, name, { x, y, width, height });
	await page.locator('html').evaluate((html) => html.classList.remove('only-nodes'));
	await style.evaluate((element) => element.parentElement?.removeChild(element));
}

const nodeNamed = (page: Page, name: string): Locator =>
	page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);

async function openWorkflow(page: Page, id: string, nodes: number): Promise<void> {
	await page.goto(`/workflow/${id}`);
	await waitUntil(
		async () => (await page.locator('.vue-flow__node').count()) === nodes || undefined,
		30_000,
		`The canvas of ${id} did not show its ${nodes} nodes.`,
	);
	await page.getByTestId('zoom-to-fit').click();
	await still(page);
}

async function logIn(page: Page, { email, password }: Demo): Promise<void> {
	await page.goto('/signin');
	await page.locator('input[name="emailOrLdapLoginId"]').fill(email);
	await page.locator('input[type="password"]').fill(password ?? '');
	await page.keyboard.press('Enter');
	await page.waitForURL((url) => !url.pathname.includes('signin'));
}

async function nodeCreator(page: Page, nodes: number): Promise<void> {
	await page.setViewportSize({ ...SIZE, height: 1_000 });
	await openWorkflow(page, SCAN_WORKFLOW, nodes);
	await page.getByTestId('node-creator-plus-button').first().click();
	const panel = page.getByTestId('node-creator');
	await panel.locator('input').first().fill('cortex');
	await panel.getByText('Cortex XDR Get Script Results').waitFor();
	await page.getByText('What happens next?').waitFor();
	await save(page, 'node-creator', (await panel.boundingBox()) ?? undefined);
	await page.setViewportSize(SIZE);
}

/** Runs the scan workflow in the editor and takes a picture of every stage of its wait. */
async function waitingScan(page: Page, side: Page, demo: Demo, nodes: number): Promise<void> {
	await openWorkflow(page, SCAN_WORKFLOW, nodes);
	await page.getByTestId('execute-workflow-button').click();
	const { id } = await waitUntil(
		async () => (await demo.client.summaries({ workflowId: SCAN_WORKFLOW }))[0],
		30_000,
		'The scan workflow did not start.',
	);
	await demo.client.waitForExecution(id, PARKED_MS, new Set(['waiting']));

	await side.goto(`/workflow/${SCAN_WORKFLOW}/executions/${id}`);
	await nodeNamed(side, 'Wait for the Scan').waitFor();
	await side.getByTestId('execution-preview-label').getByText('Waiting').waitFor();
	await save(side, 'scan-wait-report-waiting');

	await nodeNamed(page, 'Wait for the Scan').dblclick();
	await page.getByText(/is still running\. The sub-execution/).waitFor();
	await save(page, 'wait-for-job-waiting');
	await page.keyboard.press('Escape');

	await demo.client.waitForExecution(id, FINISHED_MS);
	const last = nodeNamed(page, 'Post Summary to Slack');
	await last.getByTestId('canvas-node-status-success').waitFor();
	// Takes the selection off the node that was opened.
	await page.locator('.vue-flow__pane').click({ position: { x: 5, y: 5 } });
	await saveCanvas(page, 'scan-wait-report-finished');
}

describe("README's pictures", { skip: editorMissing }, () => {
	let root: string;
	let demo: Demo;
	let browser: Browser;
	let page: Page;
	let side: Page;
	const { PICTURES } = process.env;

	before(
		async () => {
			root = await mkdtemp(join(tmpdir(), 'cortex-qualys-pictures-'));
			folder = PICTURES ? resolve(ROOT, PICTURES) : join(root, 'images');
			await mkdir(folder, { recursive: true });
			const [port, simulatorPort] = await freePorts(2);
			const userFolder = join(root, 'user');
			demo = await startDemo({ userFolder, port, simulatorPort, progress: silent });
			selectors.setTestIdAttribute('data-test-id');
			browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
			const context = await browser.newContext({
				baseURL: `http://localhost:${port}`,
				viewport: SIZE,
				colorScheme: 'light',
				reducedMotion: 'reduce',
			});
			context.setDefaultTimeout(30_000);
			[page, side] = [await context.newPage(), await context.newPage()];
			await logIn(page, demo);
		},
		{ timeout: 240_000 },
	);
	after(
		async () => {
			await browser?.close();
			await demo?.close();
			await rm(root, { recursive: true, force: true });
		},
		{ timeout: 60_000 },
	);

	const scanNodes = async () =>
		(await readWorkflows()).find(({ workflow }) => workflow.id === SCAN_WORKFLOW)!.workflow.nodes
			.length;

	test('the canvas of each example', { timeout: 360_000 }, async () => {
		for (const { file, workflow } of await readWorkflows()) {
			await openWorkflow(side, workflow.id, workflow.nodes.length);
			await saveCanvas(side, file.replace(/\.json$/, ''));
		}
	});

	test('the node creator', { timeout: 60_000 }, async () => {
		await nodeCreator(side, await scanNodes());
	});

	test('a scan that is waited for', { timeout: 300_000 }, async () => {
		await waitingScan(page, side, demo, await scanNodes());
	});

	test('all are there, and none is large', async () => {
		const pictures = async (place: string) =>
			(await readdir(place)).filter((name) => name.endsWith('.webp')).sort();
		const taken = await pictures(folder);
		assert.deepEqual(taken, await pictures(join(ROOT, 'docs', 'images')));
		for (const name of taken) {
			const { size } = await stat(join(folder, name));
			assert.ok(size > 5_000 && size <= LARGEST_BYTES, `${name}: ${size} bytes`);
		}
	});
});
