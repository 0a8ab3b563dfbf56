/* The example workflows, imported from their files into an n8n that has none. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { formatTable, runAll } from '../../demo/check.mts';
import { EXAMPLES_URL, readWorkflows } from '../../demo/seed.mts';
import { startTestN8n, type TestN8n } from './support.mts';

let n8n: TestN8n;

before(
	async () => {
		n8n = await startTestN8n({ examples: false });
	},
	{ timeout: 240_000 },
);
after(() => n8n?.close(), { timeout: 60_000 });

test(
	'every example runs after an import into an empty database',
	{ timeout: 400_000 },
	async () => {
		assert.deepEqual(await n8n.client.workflows(), []);
		const workflows = await readWorkflows();
		const folder = join(n8n.folder, 'workflows');
		await mkdir(folder);
		for (const { file, workflow } of workflows) {
			// The simulator of the tests has another port.
			const text = JSON.stringify(workflow).replaceAll(EXAMPLES_URL, n8n.simulator.url);
			await writeFile(join(folder, file), text);
		}
		await n8n.command(['import:workflow', '--separate', `--input=${folder}`]);
		const imported = (await n8n.client.workflows()).map(({ id }) => id).sort();
		assert.deepEqual(imported, workflows.map(({ workflow }) => workflow.id).sort());
		for (const { workflow } of workflows) {
			const { description, settings } = await n8n.client.workflow(workflow.id);
			assert.equal(description, workflow.description);
			assert.equal(settings?.availableInMCP, workflow.settings?.availableInMCP, workflow.name);
		}

		const results = await runAll(n8n.client, workflows);
		const failed = results.filter(({ status }) => status !== 'success');
		assert.deepEqual(failed, [], `\n${formatTable(results)}`);
	},
);
