/* Takes the pictures in docs/images from the running editor: node --import tsx demo/screenshots.mts */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium, selectors, type Locator, type Page } from 'playwright-core';

import { startDemo, type Demo } from './demo.mts';
import { describe, UserError } from './errors.mts';
import { DEMO_FOLDER, ROOT } from './paths.mts';
import { freePorts } from './ports.mts';
import { waitUntil } from './processes.mts';
import { createProgress, type Progress } from './progress.mts';
import { readWorkflows } from './seed.mts';

const IMAGES = join(ROOT, 'docs', 'images');
const LARGEST_BYTES = 150_000;
const QUALITY = 80;
const SIZE = { width: 1360, height: 780 };
const SCAN_WORKFLOW = 'cortexScanWaitReport';
/** The first minute of a wait is spent in memory. */
const PARKED_MS = 90_000;
const FINISHED_MS = 120_000;

/** Where Chromium or Chrome usually lies; CHROMIUM names another place. */
const BROWSERS = [
	process.env.CHROMIUM,
	'/usr/bin/chromium',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function browserPath(): string {
	const found = BROWSERS.find((path) => path !== undefined && existsSync(path));
	if (found) return found;
	throw new UserError(
		'No Chromium found: install it (apt-get install chromium), or name its program in CHROMIUM.',
	);
}

interface Clip {
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
async function save(page: Page, name: string, clip?: Clip): Promise<void> {
	await still(page);
	const session = await page.context().newCDPSession(page);
	const { data } = (await session.send('Page.captureScreenshot', {
		format: 'webp',
		quality: QUALITY,
		...(clip && { clip: { ...clip, scale: 1 } }),
	})) as { data: string };
	await session.detach();
	await writeFile(join(IMAGES, `${name}.webp`), Buffer.from(data, 'base64'));
}

/** The rectangle around all nodes and notes, with a margin. */
async function nodesOf(page: Page): Promise<Clip> {
	const boxes = await page.locator('.vue-flow__node').evaluateAll((nodes) =>
		nodes
			.flatMap((node) => [node, ...Array.from(node.querySelectorAll('*'))])
			.map((element) => element.getBoundingClientRect())
			.filter(({ width, height }) => width > 0 && height > 0)
			.map(({ left, top, right, bottom }) => ({ left, top, right, bottom })),
	);
	const margin = 16;
	const x = Math.min(...boxes.map(({ left }) => left)) - margin;
	const y = Math.min(...boxes.map(({ top }) => top)) - margin;
	return {
		x,
		y,
		width: Math.max(...boxes.map(({ right }) => right)) + margin - x,
		height: Math.max(...boxes.map(({ bottom }) => bottom)) + margin - y,
	};
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
	await page.addStyleTag({
		content: `[data-test-id="canvas-controls"], [data-test-id="canvas-node-toolbar"],
			[data-test-id="canvas-handle-plus-wrapper"] { visibility: hidden !important }`,
	});
	await page.getByTestId('zoom-to-fit').dispatchEvent('click');
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
	await openWorkflow(page, SCAN_WORKFLOW, nodes);
	await page.getByTestId('node-creator-plus-button').first().click();
	const panel = page.getByTestId('node-creator');
	await panel.locator('input').first().fill('cortex');
	await panel.getByText('Cortex XDR Get Script Results').waitFor();
	await page.getByText('What happens next?').waitFor();
	await save(page, 'node-creator', (await panel.boundingBox()) ?? undefined);
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
	await side.getByTestId('execution-preview-details').getByText('Waiting').first().waitFor();
	await save(side, 'scan-wait-report-waiting');

	await nodeNamed(page, 'Wait for the Scan').dblclick();
	await page.getByText('still running').waitFor();
	await save(page, 'wait-for-job-waiting');
	await page.keyboard.press('Escape');

	await demo.client.waitForExecution(id, FINISHED_MS);
	const last = nodeNamed(page, 'Post Summary to Slack');
	await last.getByTestId('canvas-node-status-success').waitFor();
	await page.mouse.move(0, 0);
	await save(page, 'scan-wait-report-finished', await nodesOf(page));

	await nodeNamed(page, 'Report Table').dblclick();
	await page.getByTestId('output-panel').getByText('COMPLETED_SUCCESSFULLY').first().waitFor();
	await save(page, 'scan-wait-report-output');
}

async function takeAll(demo: Demo, port: number, progress: Progress): Promise<void> {
	selectors.setTestIdAttribute('data-test-id');
	const browser = await chromium.launch({
		executablePath: browserPath(),
		args: ['--no-sandbox'],
	});
	try {
		const context = await browser.newContext({
			baseURL: `http://localhost:${port}`,
			viewport: SIZE,
			deviceScaleFactor: 1.5,
			colorScheme: 'light',
			reducedMotion: 'reduce',
		});
		context.setDefaultTimeout(30_000);
		const [page, side] = [await context.newPage(), await context.newPage()];
		await logIn(page, demo);

		const workflows = await readWorkflows();
		const countOf = (id: string) =>
			workflows.find(({ workflow }) => workflow.id === id)?.workflow.nodes.length ?? 0;
		for (const { file, workflow } of workflows) {
			await progress.step(`The canvas of ${file}`, async () => {
				await openWorkflow(side, workflow.id, workflow.nodes.length);
				await save(side, file.replace(/\.json$/, ''), await nodesOf(side));
			});
		}
		await progress.step('The node creator', () => nodeCreator(side, countOf(SCAN_WORKFLOW)));
		await progress.step('A scan that is waited for, 2 minutes', () =>
			waitingScan(page, side, demo, countOf(SCAN_WORKFLOW)),
		);
	} finally {
		await browser.close();
	}
}

async function main(): Promise<void> {
	const progress = createProgress();
	const userFolder = join(DEMO_FOLDER, 'screenshots');
	await rm(userFolder, { recursive: true, force: true });
	await mkdir(IMAGES, { recursive: true });
	const [port, simulatorPort] = await freePorts(2);
	const demo = await startDemo({ userFolder, port, simulatorPort, progress });
	try {
		await takeAll(demo, port, progress);
	} finally {
		await demo.close();
		await rm(userFolder, { recursive: true, force: true });
	}
	const sizes = await Promise.all(
		(await readdir(IMAGES)).map(async (name) => ({
			name,
			bytes: (await stat(join(IMAGES, name))).size,
		})),
	);
	for (const { name, bytes } of sizes) progress.say(`${name}: ${Math.ceil(bytes / 1_000)} kB`);
	const large = sizes.filter(({ bytes }) => bytes > LARGEST_BYTES).map(({ name }) => name);
	if (large.length > 0) throw new Error(`Larger than 150 kB: ${large.join(', ')}`);
}

process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(130));
main().then(
	() => process.exit(0),
	(error) => {
		console.error(`\n${describe(error)}`);
		process.exit(1);
	},
);
