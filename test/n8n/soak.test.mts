/* Three minutes of what `npm run load -- soak` does for thirty. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { growth } from '../../load/memory.mts';
import { KINDS, KINDS_POLLED } from '../../load/mix.mts';
import { soak } from '../../load/soak.mts';
import { queueModeMissing } from './support.mts';

const missing = await queueModeMissing();
if (missing && process.env.CI) throw new Error(`Queue mode must be tested in CI, but: ${missing}`);

/** What the main process may hold in the last minute, as a multiple of the first. */
const MOST_GROWTH = 1.3;

describe('soak: mixed workflows at the limit, faults, a killed worker', { skip: missing }, () => {
	test(
		'nothing lost, doubled or wrong, no request over the limit, no secret anywhere',
		{ timeout: 16 * 60_000 },
		async (context) => {
			const { memory, ...seen } = await soak({ minutes: 3, killEveryMinutes: 2 });
			context.diagnostic(JSON.stringify(seen));
			const grown = growth(memory, 'main');
			context.diagnostic(`memory of main, last third ÷ first: ${grown.toFixed(2)}`);
			assert.deepEqual(seen.lost, [], 'lost');
			assert.deepEqual(seen.brokenOff, [], 'broken off');
			assert.deepEqual(seen.doubled, [], 'doubled');
			assert.deepEqual(seen.startedTwice, [], 'started twice');
			assert.deepEqual(seen.unasked, [], 'on what nobody asked for');
			assert.deepEqual(seen.wrong, [], 'wrong');
			assert.deepEqual(seen.secrets, [], 'secrets');
			assert.deepEqual(seen.strangers, [], 'connections');
			assert.equal(seen.overLimit, 0, 'requests over the limit');
			assert.ok(
				seen.kills.length > 0 && seen.faults > 0,
				'nothing went wrong, so nothing was tried',
			);
			assert.ok(
				seen.pollsKilled.every((polls) => polls > 0),
				'a kill met no poll',
			);
			for (const kind of KINDS_POLLED) {
				assert.ok(seen.pollsByKind[kind] > 0, `a kill met no poll of ${kind}`);
			}
			// Of imports, two or so are submitted in three minutes, and the kill may hit both.
			for (const kind of KINDS.filter((one) => one !== 'submit')) {
				assert.ok(seen.good[kind] > 0, `no run of ${kind} ended well`);
			}
			// Three minutes are too short for more than a leak that is plain to see.
			assert.ok(grown < MOST_GROWTH, 'memory of the main process');
		},
	);
});
