/* Three minutes of what `npm run load -- soak` does for thirty. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { growth } from '../../load/memory.mts';
import { TENANT_LIMIT } from '../../load/runs.mts';
import { soak } from '../../load/soak.mts';
import { queueModeMissing } from './support.mts';

const missing = await queueModeMissing();
if (missing && process.env.CI) throw new Error(`Queue mode must be tested in CI, but: ${missing}`);

describe('soak: mixed workflows at the limit, faults, a killed worker', { skip: missing }, () => {
	test(
		'nothing lost, doubled or wrong, no request over the limit, no secret anywhere',
		{ timeout: 16 * 60_000 },
		async (context) => {
			const { memory, ...seen } = await soak({ minutes: 3, killEveryMinutes: 2 });
			context.diagnostic(JSON.stringify(seen));
			context.diagnostic(
				`memory of main, last third ÷ first: ${growth(memory, 'main').toFixed(2)}`,
			);
			assert.deepEqual(seen.lost, [], 'lost');
			assert.deepEqual(seen.doubled, [], 'doubled');
			assert.deepEqual(seen.wrong, [], 'wrong');
			assert.deepEqual(seen.secrets, [], 'secrets');
			// One more than the limit: where this very process is held up, requests seem to come together.
			assert.ok(seen.busiestSecond <= TENANT_LIMIT + 1, 'requests over the limit');
			assert.ok(
				seen.kills.length > 0 && seen.spoilt > 0,
				'nothing went wrong, so nothing was tried',
			);
			for (const [kind, runs] of Object.entries(seen.started)) assert.ok(runs > 0, kind);
		},
	);
});
