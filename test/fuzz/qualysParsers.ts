import fc from 'fast-check';
import { afterRows, firstMark, type Mark, type Row } from '../../nodes/QualysScriptJobTrigger/mark';
import {
	afterLook,
	dueJobs,
	endedItem,
	isOpenJob,
	isTooOld,
	MOST_LOOKS,
	MOST_OPEN,
	withinBounds,
	withLooks,
	type OpenJob,
} from '../../nodes/QualysScriptJobTrigger/openJobs';
import { jsonOf, readSettings, type Settings } from '../../nodes/QualysScriptJobTrigger/settings';
import { keyOf, readState } from '../../nodes/QualysScriptJobTrigger/state';
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

/** Jobs of a few minutes, many of them of the same moment, in the order of a search. */
const jobRows: fc.Arbitrary<Row[]> = fc
	.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.nat({ max: 40 })), { maxLength: 60 })
	.map((all) =>
		[...new Map(all.map(([minute, id]) => [id, minute * 60_000])).entries()]
			.map(([id, created]) => ({ id: String(id), created, cursor: [created, id], record: {} }))
			.sort((a, b) => a.created - b.created || Number(a.id) - Number(b.id)),
	);

const idsOf = (rows: Array<{ id: string }>) => rows.map(({ id }) => id);

/** The rows that come after a mark's cursor. */
const behind = (rows: Row[], { cursor }: Mark) =>
	cursor === undefined
		? rows
		: rows.filter(
				({ created, id }) =>
					created > Number(cursor[0]) || (created === cursor[0] && Number(id) > Number(cursor[1])),
			);

const openJob: fc.Arbitrary<OpenJob> = fc.record({
	id: fc.nat({ max: 2_000 }).map(String),
	created: fc.integer({ min: NOW - 30 * 86_400_000, max: NOW }),
	job: fc.record({ title: fc.constant('x') }),
	assets: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
	looked: fc.option(fc.integer({ min: NOW - 86_400_000, max: NOW + 86_400_000 }), {
		nil: undefined,
	}),
});
const openJobs = fc.uniqueArray(openJob, { maxLength: 30, selector: ({ id }) => id });

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
			if (kept !== undefined) {
				const bare = String(scriptResult).includes('\0');
				const bytes = bare ? Buffer.from(String(scriptResult)).toString('base64') : scriptResult;
				expect([output, kept]).toEqual([null, bytes]);
			}
			expect(output).not.toEqual(expect.stringContaining('\0'));
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
	// All rows at first, and then with more among them, which may be as old as the overlap.
	'QualysScriptJobTrigger/mark.firstMark': row({
		input: jobRows,
		run: (rows) => firstMark([...rows].reverse(), false),
		check: (mark: Mark, rows: Row[]) => {
			expect(mark.seen).toEqual(idsOf(behind(rows, mark)));
			expect(afterRows(mark, behind(rows, mark), false).fresh).toEqual([]);
		},
	}),
	'QualysScriptJobTrigger/mark.afterRows': row({
		input: fc.tuple(jobRows, fc.nat({ max: 60 }), fc.boolean()),
		run: ([rows, known, more]) =>
			afterRows({ seen: idsOf(rows).filter((_, place) => place % 3 === known % 3) }, rows, more),
		check: ({ fresh, mark }: { fresh: Row[]; mark: Mark }, [rows, known, more]) => {
			const seen = idsOf(rows).filter((_, place) => place % 3 === known % 3);
			expect(idsOf(fresh)).toEqual(idsOf(rows).filter((id) => !seen.includes(id)));
			const again = behind(rows, mark);
			// What is read once more brings nothing, and never is it all of what was read.
			if (rows.length > 0) expect(afterRows(mark, again, false).fresh).toEqual([]);
			if (more && rows.length > 1) expect(again.length).toBeLessThan(rows.length);
		},
	}),
	'QualysScriptJobTrigger/openJobs.dueJobs': row({
		input: openJobs,
		run: (open) => dueJobs(open, NOW),
		check: (due: OpenJob[], open: OpenJob[]) => {
			expect(due.length).toBeLessThanOrEqual(MOST_LOOKS);
			const waiting = open.filter(({ looked }) => looked === undefined || looked > NOW);
			expect(due.length).toBeGreaterThanOrEqual(Math.min(waiting.length, MOST_LOOKS));
		},
	}),
	'QualysScriptJobTrigger/openJobs.afterLook': row({
		input: fc.tuple(openJob, jobs),
		run: ([open, assets]) => afterLook(open, assets, NOW),
		check: ({ ended, job }: ReturnType<typeof afterLook>, [open, assets]) => {
			expect(job.assets).toBe(assets.length);
			if (!ended) return;
			expect(open.assets).toBe(assets.length);
			expect(assets.length).toBeGreaterThan(0);
			expect(assets.every(({ state }) => state === 'finished')).toBe(true);
		},
	}),
	'QualysScriptJobTrigger/openJobs.isTooOld': row({
		input: openJob,
		run: (open) => isTooOld(open, NOW, 14 * 86_400_000),
		check: (old: boolean, { created }: OpenJob) =>
			expect(old).toBe(created <= NOW - 14 * 86_400_000),
	}),
	'QualysScriptJobTrigger/openJobs.withinBounds': row({
		input: fc.tuple(openJobs, fc.constantFrom(0, MOST_OPEN)),
		run: ([open, more]) =>
			withinBounds([
				...open,
				...Array.from({ length: more }, (_, id) => ({ id: `m${id}`, created: NOW, job: {} })),
			]),
		check: ({ kept, tooMany }: ReturnType<typeof withinBounds>, [open, more]) => {
			expect(kept.length + tooMany.length).toBe(open.length + more);
			expect(kept.length).toBeLessThanOrEqual(MOST_OPEN);
			const oldest = Math.min(...kept.map(({ created }) => created));
			expect(tooMany.every(({ created }) => created <= oldest)).toBe(true);
		},
	}),
	'QualysScriptJobTrigger/openJobs.withLooks': row({
		input: fc.tuple(openJobs, openJobs),
		run: ([open, remembered]) => withLooks(open, remembered),
		check: (jobs: OpenJob[], [open, remembered]) => {
			expect(idsOf(jobs as never)).toEqual(idsOf(open as never));
			expect(withLooks(jobs, remembered)).toEqual(jobs);
			expect(withLooks(open, open)).toEqual(withLooks(open, []));
		},
	}),
	'QualysScriptJobTrigger/openJobs.endedItem': row({
		input: fc.tuple(openJob, fc.option(jobs, { nil: undefined }), fc.boolean()),
		run: ([open, assets, complete]) => endedItem(open, assets, { complete }),
		check: (item: JsonObject, [open, assets, complete]) => {
			expect(item.job_id).toBe(open.id);
			if (item.succeeded) expect([complete, item.failed]).toEqual([true, 0]);
			if (assets === undefined) expect(item.total).toBeNull();
		},
	}),
	'QualysScriptJobTrigger/openJobs.isOpenJob': row({
		input: fc.oneof(openJob, json),
		run: isOpenJob,
		check: (is: boolean, one: unknown) => {
			if (is) expect(isObject(one)).toBe(true);
		},
	}),
	'QualysScriptJobTrigger/settings.readSettings': row({
		input: fc.record({
			event: fc.oneof(fc.constantFrom('created', 'finished'), value),
			filters: fc.oneof(
				fc.record({ query: value, scriptId: value, scriptName: value }, { requiredKeys: [] }),
				value,
			),
			simplify: fc.oneof(fc.boolean(), value),
			options: fc.oneof(
				fc.record({ giveUpAfterDays: fc.oneof(fc.integer({ min: 0, max: 400 }), value) }),
				fc.constant({}),
				value,
			),
		}),
		run: (parameters) => readSettings(parameters as JsonObject),
		check: ({ event, filter, simplify, giveUpAfter }: Settings) => {
			expect(['created', 'finished']).toContain(event);
			expect(['string', 'undefined']).toContain(typeof filter);
			expect(typeof simplify).toBe('boolean');
			expect(giveUpAfter).toBeGreaterThanOrEqual(86_400_000);
			expect(giveUpAfter).toBeLessThanOrEqual(365 * 86_400_000);
		},
	}),
	'QualysScriptJobTrigger/settings.jsonOf': row({
		input: fc.tuple(jobRows, fc.boolean()),
		run: ([rows, simplify]) => rows.map((one) => jsonOf(one, { simplify } as Settings)),
		check: (jsons: JsonObject[], [rows, simplify]) => {
			if (!simplify) expect(jsons).toEqual(rows.map((one) => one.record));
			expect(jsons.every(isObject)).toBe(true);
		},
	}),
	'QualysScriptJobTrigger/state.keyOf': row({
		input: json,
		run: keyOf,
		check: (key: string) => expect(key).toMatch(/^[\da-f]{16}$/),
	}),
	'QualysScriptJobTrigger/state.readState': row({
		input: fc.oneof(
			json,
			fc.record({ of: fc.constantFrom('a', 'b'), mark: json, open: json }),
			fc.record({
				of: fc.constant('a'),
				mark: fc.record({ seen: fc.array(fc.constantFrom('1', '2')) }),
				open: fc.array(fc.oneof(openJob, json), { maxLength: 2 }),
			}),
		),
		run: (stored) => readState(stored, 'a'),
		check: (state: ReturnType<typeof readState>) => {
			if (state) expect(state.open.every(isOpenJob)).toBe(true);
		},
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
	'QualysScriptJobTrigger/looks.afterLooks',
	'QualysScriptJobTrigger/looks.assetsOf',
	'QualysScriptJobTrigger/looks.isLate',
	'QualysScriptJobTrigger/looks.placeOf',
	'QualysScriptJobTrigger/poll.pollForJobs',
	'QualysScriptJobTrigger/rows.newestRow',
	'QualysScriptJobTrigger/rows.newestRows',
	'QualysScriptJobTrigger/rows.rowsAfter',
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
