/* How the benchmark of containments judges what tickets tell, and that what it compares are whole workflows. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { judgeTicket, sentencesIn } from '../../bench/containment/judgement.mts';
import type { Outcome } from '../../bench/containment/tenant.mts';
import {
	exampleWorkflow,
	httpRequestWorkflow,
	TRIGGER,
	type Alert,
} from '../../bench/containment/workflows.mts';
import type { Workflow } from '../../demo/rest.mts';

const DISK = 'Not enough disk space on the endpoint';

const host = (hostname: string, word: string, reason?: unknown): Outcome => ({
	hostname,
	word,
	reason,
	isolated: word === 'COMPLETED_SUCCESSFULLY',
});
const GOOD = host('lt-1', 'COMPLETED_SUCCESSFULLY');
const BAD = host('lt-2', 'FAILED', { errorDescription: DISK });
const SILENT = host('lt-3', 'TIMEOUT');

describe('The benchmark of containments', () => {
	const FORMS: Array<{ form: string; reason: unknown; sentences: string[] }> = [
		{ form: 'a description', reason: { errorDescription: DISK }, sentences: [DISK] },
		{
			form: 'missing files, whose paths are no sentences',
			reason: { missing_files: [{ path: 'C:\\scan.db', description: DISK }] },
			sentences: [DISK],
		},
		{
			form: 'JSON in a text',
			reason: {
				errorDescription: null,
				errorData: JSON.stringify({ errorId: 1, errorText: DISK }),
			},
			sentences: [DISK],
		},
		{ form: 'nothing', reason: undefined, sentences: [] },
	];
	for (const { form, reason, sentences } of FORMS) {
		test(`finds the sentences in ${form}`, () => assert.deepEqual(sentencesIn(reason), sentences));
	}

	const TICKETS: Array<{
		says: string;
		summary: string;
		description: string;
		of: Outcome[];
		told: { right: boolean; named: number; withReason: number };
	}> = [
		{
			says: 'that all is done',
			summary: 'Host lt-1 is isolated',
			description: 'lt-1: COMPLETED_SUCCESSFULLY',
			of: [GOOD],
			told: { right: true, named: 0, withReason: 0 },
		},
		{
			says: 'that all is done where it is not',
			summary: 'Host lt-2 is isolated',
			description: 'lt-2: isolated',
			of: [BAD],
			told: { right: false, named: 0, withReason: 0 },
		},
		{
			says: 'which failed, without a reason',
			summary: 'Host lt is NOT isolated',
			description: 'lt-1: COMPLETED_SUCCESSFULLY\nlt-2: FAILED\nlt-3: TIMEOUT',
			of: [GOOD, BAD, SILENT],
			told: { right: true, named: 2, withReason: 0 },
		},
		{
			says: 'why, in one line for all',
			summary: 'Host lt is NOT isolated',
			description: `Action 7 failed: lt-2: ${DISK}; and 1 more`,
			of: [GOOD, BAD, SILENT],
			told: { right: true, named: 1, withReason: 1 },
		},
	];
	for (const { says, summary, description, of, told } of TICKETS) {
		test(`judges a ticket that says ${says}`, () => {
			const { right, named, withReason } = judgeTicket({ summary, description }, of);
			assert.deepEqual({ right, named, withReason }, told);
		});
	}

	const alert: Alert = {
		id: 'one',
		title: 'two laptops',
		hostnames: ['lt-1', 'lt-2'],
		reason: 'Run 001',
		tenantUrl: 'http://127.0.0.1:1',
		messagesUrl: 'http://127.0.0.1:2',
		credential: { id: 'key', name: 'Key' },
	};
	const BUILT: Array<[string, () => Promise<Workflow>]> = [
		['the example', () => exampleWorkflow(alert)],
		['HTTP Request', () => httpRequestWorkflow(alert, 30)],
	];
	for (const [name, build] of BUILT) {
		test(`reaches every node of ${name}`, async () => {
			const { nodes, connections } = await build();
			const reached = new Set([TRIGGER]);
			for (const from of reached) {
				const next = connections[from] as { main: Array<Array<{ node: string }>> } | undefined;
				for (const to of next?.main.flat() ?? []) reached.add(to.node);
			}
			assert.deepEqual([...reached].sort(), nodes.map((node) => node.name).sort());
		});
	}
});
