import fc from 'fast-check';
import { correlationUuidOf } from '../../nodes/QualysExecuteScript/executeScript';
import { readExecution, readTags } from '../../nodes/QualysExecuteScript/request';
import { tagOption } from '../../nodes/QualysExecuteScript/tags';
import {
	assetInWords,
	assetJobOf,
	assetJobWithOutput,
	jobSummary,
	meaningOfAssetJob,
	normal,
	outputOf,
	reasonOf,
	wordOfAssetJob,
	type AssetJob,
} from '../../nodes/shared/qualys/assetJobs';
import { readJobId } from '../../nodes/shared/qualys/description';
import { scriptJobStatus } from '../../nodes/shared/qualys/jobs';
import { OPERATIONS } from '../../nodes/shared/qualys/operations';
import { jobsIn, readReply, recordsIn, type Page } from '../../nodes/shared/qualys/reply';
import { isObject, type JsonObject } from '../../nodes/shared/json';
import type { Status } from '../../nodes/shared/wait/job';
import * as qualys from '../samples/qualys';
import * as inputs from './inputs';
import { row, type Parser } from './parser';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const { value, text, json } = inputs;

const WORDS = [
	'MANIFEST_PUBLISHED',
	'MANIFEST_EXECUTION_SUCCESS',
	'MANIFEST_EXPIRED',
	'EXECUTION PASSED',
	'execution_failed',
	'REBOOT_PENDING',
	'ODD',
	'__proto__',
	'',
];

/** A record with whatever names of fields that the reader looks for. */
const record: fc.Arbitrary<JsonObject> = fc.oneof(
	inputs.bentObject(qualys.assetJobRecord),
	fc.record(
		{
			status: fc.oneof(fc.constantFrom(...WORDS), json),
			assetStatus: fc.oneof(fc.constantFrom(...WORDS), json),
			job: fc.oneof(fc.record({ state: fc.constantFrom(...WORDS) }), json),
			output: fc.oneof(fc.record({ code: json, text: json }), json),
			enddate: fc.oneof(fc.constant('2022-05-11T06:42:13.692+00:00'), json),
			scriptResult: fc.oneof(fc.base64String(), text, json),
			asset: fc.oneof(fc.record({ id: json, name: json }), json),
			assetName: json,
		},
		{ requiredKeys: [] },
	),
);
const jobs = fc.array(
	record.map((one) => assetJobOf(one, '7')),
	{ maxLength: 5 },
);

/** A success is never guessed. */
function expectHonest({ state, succeeded, status, exit_code }: AssetJob): void {
	expect(['pending', 'finished', 'unknown']).toContain(state);
	expect(succeeded === null).toBe(state !== 'finished');
	if (succeeded !== true) return;
	const passed = status !== null && normal(status) === 'EXECUTION_PASSED';
	expect(passed || exit_code === 0).toBe(true);
}

const isDigits = (id: unknown) => typeof id === 'string' && /^[1-9]\d{0,29}$/.test(id);
const ids = fc.oneof(value, inputs.made('7512812', '45', ',', ' ', '\n', '-1', '1e3'));
const tag = fc.oneof(
	fc.record({ id: value, UUId: value }),
	fc.record({
		tagId: fc.constantFrom('1', 2),
		tagUuid: fc.constant('a-b'),
		name: value,
		id: value,
	}),
	fc.constantFrom('{"id":"1","UUId":"a-b"}', '{"id":'),
	value,
);
const listedJobs = inputs.bentObject(qualys.v2Reply, qualys.assetJobsReply);

function expectRecords({ records, total }: Page): void {
	expect(records.every(isObject)).toBe(true);
	expect(total === undefined || typeof total === 'number').toBe(true);
}

/** What the nodes around script jobs of Qualys read. */
export const qualysParsers: Readonly<Record<string, Parser<unknown>>> = {
	'shared/qualys/assetJobs.assetJobOf': row({
		input: record,
		run: (one) => assetJobOf(one, '7'),
		check: expectHonest,
	}),
	'shared/qualys/assetJobs.assetJobWithOutput': row({
		input: record,
		run: (one) => assetJobWithOutput(one, '7'),
		check: (job: AssetJob) => {
			expectHonest(job);
			expect(JSON.stringify(job)).not.toContain('\\u0000');
		},
	}),
	'shared/qualys/assetJobs.outputOf': row({
		input: fc.record({ scriptResult: fc.oneof(fc.base64String(), text, json) }),
		run: outputOf,
		check: (
			{ script_output: output, script_output_base64: kept }: ReturnType<typeof outputOf>,
			{ scriptResult },
		) => {
			expect(output === null || typeof output === 'string').toBe(true);
			if (kept !== undefined) expect([output, kept]).toEqual([null, scriptResult]);
			if (output !== null && output !== scriptResult) {
				// What was decoded says the same, but for a mark at its beginning.
				const again = Buffer.from(output).toString('base64');
				const bytes = Buffer.from(String(scriptResult), 'base64').toString('base64');
				const marked = Buffer.from(`\ufeff${output}`).toString('base64');
				expect([again, marked]).toContain(bytes);
			}
		},
	}),
	'shared/qualys/assetJobs.normal': row({
		input: fc.oneof(fc.constantFrom(...WORDS), text),
		run: normal,
		check: (word: string) => expect(word).toBe(normal(word)),
	}),
	'shared/qualys/assetJobs.jobSummary': row({
		input: jobs,
		run: (all) => jobSummary('7', all),
		check: (summary: Record<string, number>, all: AssetJob[]) => {
			const { total, passed, failed, pending, unknown } = summary;
			expect(total).toBe(all.length);
			expect(passed + failed + pending + unknown).toBe(total);
			expect(summary.finished).toBe(total > 0 && pending + unknown === 0);
		},
	}),
	'shared/qualys/jobs.scriptJobStatus': row({
		input: fc.tuple(jobs, fc.constantFrom(0, 50, 100), fc.constantFrom(0, 50, 100)),
		run: ([all, finishedShare, requiredShare]) =>
			scriptJobStatus(all, { finishedShare, requiredShare }),
		check: ({ ended, succeeded, parts }: Status, [all, finishedShare, requiredShare]) => {
			expect(parts).toHaveLength(all.length);
			if (all.length === 0) expect(ended).toBe(false);
			if (finishedShare < 100 || requiredShare < 100) return;
			const states = all.map(({ state }) => state);
			expect(ended).toBe(all.length > 0 && states.every((state) => state === 'finished'));
			if (succeeded) expect(all.every((job) => job.succeeded)).toBe(true);
		},
	}),
	'shared/qualys/assetJobs.reasonOf': row({
		input: record.map((one) => assetJobOf(one, '7')),
		run: reasonOf,
		check: (reason: string) => expect(reason).not.toBe(''),
	}),
	'shared/qualys/assetJobs.assetInWords': row({
		input: record.map((one) => assetJobOf(one, '7')),
		run: assetInWords,
		check: (words: string) => expect(words.trim()).not.toBe(''),
	}),
	'shared/qualys/assetJobs.wordOfAssetJob': row({
		input: record.map((one) => assetJobOf(one, '7')),
		run: wordOfAssetJob,
		check: (word: string) => expect(word.trim()).not.toBe(''),
	}),
	'shared/qualys/assetJobs.meaningOfAssetJob': row({
		input: record.map((one) => assetJobOf(one, '7')),
		run: meaningOfAssetJob,
		check: ({ finished, succeeded }: { finished: boolean; succeeded: boolean }) =>
			expect(finished || !succeeded).toBe(true),
	}),
	'shared/qualys/description.readJobId': row({
		input: ids,
		run: readJobId,
		check: (id: unknown) => expect(isDigits(id)).toBe(true),
	}),
	'shared/qualys/reply.readReply': row({
		input: inputs.answer(qualys.executeReply, qualys.assetJobsReply),
		run: (answer) => readReply(answer, OPERATIONS.executeScript, NOW),
		check: (reply: unknown) => expect(isObject(reply)).toBe(true),
	}),
	'shared/qualys/reply.recordsIn': row({
		input: listedJobs,
		run: (reply) => recordsIn(reply, OPERATIONS.getScriptJobResults, 'asset job'),
		check: expectRecords,
	}),
	'shared/qualys/reply.jobsIn': row({
		input: fc.tuple(listedJobs, fc.boolean()),
		run: ([reply, keep]) => jobsIn(reply, keep),
		check: expectRecords,
	}),
	'QualysExecuteScript/executeScript.correlationUuidOf': row({
		input: inputs.bentObject(qualys.executeReply),
		run: correlationUuidOf,
		check: (uuid: string) => expect(uuid.trim()).toBe(uuid),
	}),
	'QualysExecuteScript/tags.tagOption': row({
		input: inputs.bentObject(qualys.tagsReply.body.list[0]),
		run: tagOption,
		check: ({ value: chosen }: { value: string }) => {
			expect(JSON.parse(chosen)).toEqual({ id: expect.any(String), UUId: expect.any(String) });
		},
	}),
	'QualysExecuteScript/request.readTags': row({
		input: fc.oneof(fc.array(tag, { maxLength: 4 }), tag),
		run: readTags,
		check: (tags: Array<{ id: string; UUId: string }>) => {
			expect(tags.length).toBeGreaterThan(0);
			expect(tags.every(({ id, UUId }) => isDigits(id) && UUId.trim() !== '')).toBe(true);
		},
	}),
	'QualysExecuteScript/request.readExecution': row({
		input: fc.record({
			scriptId: fc.oneof(fc.constant('276233'), value),
			target: fc.oneof(fc.constantFrom('testTags', 'production'), value),
			testTags: fc.oneof(fc.array(tag, { minLength: 1, maxLength: 2 }), value),
			assetIds: ids,
			assetTagIds: ids,
			excludedAssetIds: ids,
			description: value,
			options: fc.oneof(
				fc.record(
					{
						executionPolicyBypass: value,
						rebootAfterScriptExecution: fc.oneof(fc.boolean(), value),
						rebootDelayInSeconds: value,
						userId: value,
						userName: value,
					},
					{ requiredKeys: [] },
				),
				value,
			),
			tool: fc.boolean(),
		}),
		run: ({ tool, ...parameters }) => readExecution(parameters, { tool, sets: () => false }),
		check: (
			{ scriptId, body }: { scriptId: string; body: JsonObject },
			{ target, tool }: { target: unknown; tool: boolean },
		) => {
			expect(isDigits(scriptId)).toBe(true);
			// Where it runs is never left to the vendor.
			expect(body.testMode).toBe(target === 'testTags');
			const targets = body.testMode ? body.testTags : (body.assetIds ?? body.assetTagIds);
			expect(targets).toBeTruthy();
			if (tool) {
				expect(body.assetTagIds).toBeUndefined();
				expect(body.rebootAfterScriptExecution).toBe(false);
			}
		},
	}),
};

/** Not for generated input: they send, or say what was read elsewhere. */
export const qualysOthers = [
	'QualysExecuteScript/executeScript.executionOf',
	'QualysExecuteScript/parentJobs.parentJobs',
	'QualysExecuteScript/tags.getTags',
	'shared/qualys/ask.gatewayOf',
	'shared/qualys/assetJobPages.assetJobRecords',
	'shared/qualys/faults.errorText',
	'shared/qualys/faults.isFailure',
	'shared/qualys/faults.qualysFault',
	'shared/qualys/faults.throttled',
	'shared/qualys/send.questions',
	'shared/qualys/send.refusedAnswer',
	'shared/transport/asking.connectionTo',
	'shared/wait/properties.timeoutProperty',
	'shared/wait/properties.waitingTooltip',
	'shared/wait/properties.waitOptions',
];
