import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { InputError, passOn, type Fault } from '../shared/errors';
import { readCollection } from '../shared/input/collections';
import { readChoice, readNumber, readSwitch } from '../shared/input/values';
import { parseJson, type JsonObject } from '../shared/json';
import { gatewayOf, type Gateway } from '../shared/qualys/ask';
import { assetJobRecords } from '../shared/qualys/assetJobPages';
import { assetJobOf, type AssetJob } from '../shared/qualys/assetJobs';
import { gatewayBaseUrl } from '../shared/qualys/gateway';
import { jobFilter } from '../shared/qualys/jobFilter';
import { QUALYS_CREDENTIAL } from '../shared/qualys/send';
import { simplifiedJob } from '../shared/qualys/simplified';
import type { AskingContext } from '../shared/transport/asking';
import { clock } from '../shared/transport/clock';
import { toNodeError } from '../shared/transport/nodeErrors';
import { secretsOf } from '../shared/transport/secrets';
import { afterRows, firstMark, OVERLAP_MS, type Mark, type Row } from './mark';
import {
	afterLook,
	dueJobs,
	endedItem,
	isTooOld,
	MOST_OPEN,
	withinBounds,
	type OpenJob,
} from './openJobs';
import { newestRow, newestRows, rowsAfter } from './rows';
import { keyOf, readState, type State } from './state';

/*
 * What happens in a poll, in order:
 *
 *   1. The parameters are read, and the state that n8n has stored. Where there is none for them, or the workflow has just
 *      been published, the mark is set to the newest job, and nothing comes out.
 *   2. The jobs after the mark are read; those that are new are events, or are kept as open.
 *   3. Of the open ones, a few are looked at. Those that have ended come out.
 *   4. The state is replaced as a whole. n8n stores it with the execution that it starts, and not where nothing came
 *      out; what was not stored when n8n is killed is read once more, and comes to the same.
 */

const DAY_MS = 24 * 3_600_000;

/** So many requests about open jobs are begun with in one poll. */
const MOST_REQUESTS = 30;

/** What the user has set. */
interface Settings {
	event: 'created' | 'finished';
	filter?: string;
	simplify: boolean;
	/** Milliseconds. */
	giveUpAfter: number;
}

/** @throws {InputError} */
function readSettings(context: IPollFunctions): Settings {
	const parameter = (name: string, otherwise: unknown): unknown =>
		context.getNodeParameter(name, otherwise as never);
	const filters = readCollection(
		'Filters',
		parameter('filters', {}),
		['query', 'scriptId', 'scriptName'],
		'{ "query": "platform: LINUX" }',
	);
	const options = readCollection(
		'Options',
		parameter('options', {}),
		['giveUpAfterDays'],
		'{ "giveUpAfterDays": 14 }',
	);
	const days = { least: 1, most: 365, unit: 'days' };
	return {
		event: readChoice('Event', parameter('event', 'created'), ['created', 'finished']),
		filter: jobFilter(filters),
		simplify: readSwitch('Simplify', parameter('simplify', true)),
		giveUpAfter: DAY_MS * readNumber('Give Up After', options.giveUpAfterDays ?? 14, days),
	};
}

const jsonOf = ({ record }: Row, { simplify }: Settings): JsonObject =>
	simplify ? simplifiedJob(record) : record;

/** A node that is polled, for one poll. */
interface Poll {
	context: IPollFunctions;
	gateway: Gateway;
	settings: Settings;
	now: number;
}

const assetsOf = async ({ gateway }: Poll, id: string): Promise<AssetJob[]> =>
	(await assetJobRecords(gateway.lastly, id, { output: false })).map((record) =>
		assetJobOf(record, id),
	);

/** The newest job, as it would come out now. */
async function sampleOf(poll: Poll): Promise<JsonObject> {
	const { gateway, settings } = poll;
	const row = await newestRow(gateway.lastly, settings.filter);
	if (row === undefined) {
		throw new InputError(
			'There is no job that matches',
			'Check the filters. Qualys shows a user only what lies in the tag scope of that user. The trigger begins with jobs that are created after the workflow was published.',
		);
	}
	const job = jsonOf(row, settings);
	if (settings.event === 'created') return job;
	const assets = await assetsOf(poll, row.id);
	const complete = assets.length > 0 && assets.every(({ state }) => state === 'finished');
	const reason = complete ? undefined : 'This is a sample: the job is still going on.';
	return endedItem({ id: row.id, job }, assets, { complete, reason });
}

/** Looks at a few open jobs. What goes wrong with one is none of the others' business. */
async function lookAt(
	poll: Poll,
	open: OpenJob[],
): Promise<{ items: JsonObject[]; open: OpenJob[]; faults: Fault[] }> {
	const { gateway, settings, now } = poll;
	const items: JsonObject[] = [];
	const faults: Fault[] = [];
	const kept = new Map(open.map((job) => [job.id, job]));
	let requests = 0;
	const counting: Poll = {
		...poll,
		gateway: {
			...gateway,
			lastly: async (question) => {
				requests += 1;
				return await gateway.lastly(question);
			},
		},
	};
	for (const job of dueJobs(open, now)) {
		if (requests >= MOST_REQUESTS) break;
		let assets: AssetJob[] | undefined;
		try {
			assets = await assetsOf(counting, job.id);
			const after = afterLook(job, assets, now);
			kept.set(job.id, after.job);
			if (after.ended) {
				items.push(endedItem(job, assets, { complete: true }));
				kept.delete(job.id);
				continue;
			}
		} catch (error) {
			faults.push(gateway.faultOf(error));
			kept.set(job.id, { ...job, looked: now });
		}
		if (isTooOld(job, now, settings.giveUpAfter)) {
			const days = settings.giveUpAfter / DAY_MS;
			const reason = `It has not ended within ${days} days, so it is not looked at any more.`;
			items.push(endedItem(job, assets, { complete: false, reason }));
			kept.delete(job.id);
		}
	}
	return { items, open: [...kept.values()], faults };
}

/** Keeps new jobs as open ones, and looks at some. */
async function ended(poll: Poll, state: State, fresh: Row[]) {
	const { context, settings } = poll;
	const before = [
		...state.open,
		...fresh.map((row) => ({ id: row.id, created: row.created, job: jsonOf(row, settings) })),
	];
	const { items, open, faults } = await lookAt(poll, before);
	const { kept, tooMany } = withinBounds(open);
	for (const job of tooMany) {
		const reason = `More than ${MOST_OPEN} jobs are going on, so this one, of the oldest, is not looked at any more.`;
		items.push(endedItem(job, undefined, { complete: false, reason }));
	}
	if (tooMany.length > 0) {
		context.logger.warn(`${tooMany.length} script jobs of Qualys were given up`, {
			reason: `More than ${MOST_OPEN} are going on. Narrow the filters of the trigger.`,
		});
	}
	return { items, open: kept, faults };
}

/** Polls that are under way, by workflow and node: of two at once, the second one has nothing to do. */
const underWay = new Set<string>();

/** The contexts of activations that have been polled: n8n makes one for each. */
const known = new WeakSet<object>();

/** Whether the workflow was published just now, so that what was before is old. After a restart of n8n, it is not. */
function isNew(context: IPollFunctions): boolean {
	const first = !known.has(context);
	known.add(context);
	return first && context.getActivationMode() === 'activate';
}

/** @returns the items that come out */
async function polled(context: IPollFunctions): Promise<JsonObject[]> {
	// Before anything is waited for: n8n hands it out at the beginning only.
	const stored = context.getWorkflowStaticData('node');
	const settings = readSettings(context);
	const credential = await context.getCredentials(QUALYS_CREDENTIAL.name);
	const gateway = await gatewayOf(context as unknown as AskingContext);
	const poll: Poll = { context, gateway, settings, now: clock.now() };
	if (context.getMode() === 'manual') return [await sampleOf(poll)];

	const { event, filter } = settings;
	const of = keyOf(event, filter, gatewayBaseUrl(credential), credential.username);
	// A copy: n8n keeps watch over what it has stored, and none of that can be sent.
	const before = parseJson(JSON.stringify(stored.state ?? null));
	const state = isNew(context) ? undefined : readState(before, of);
	const keep = (mark: Mark, open: OpenJob[]) => {
		stored.state = { of, mark, open } satisfies State as never;
	};
	if (state === undefined) {
		const { rows, more } = await newestRows(gateway.lastly, filter, OVERLAP_MS);
		keep(firstMark(rows, more), []);
		return [];
	}
	const { rows, more } = await rowsAfter(gateway.lastly, filter, state.mark.cursor);
	const { fresh, mark } = afterRows(state.mark, rows, more);
	if (more) {
		context.logger.info('There are more new script jobs of Qualys than one poll reads', {
			read: rows.length,
			then: 'The next poll goes on from there.',
		});
	}
	if (event === 'created') {
		keep(mark, []);
		return fresh.map((row) => jsonOf(row, settings));
	}
	const { items, open, faults } = await ended(poll, state, fresh);
	keep(mark, open);
	if (faults.length > 0 && items.length === 0) return await passOn(faults[0]);
	for (const { message } of faults)
		context.logger.warn(`A script job was not looked at: ${message}`);
	return items;
}

/**
 * A poll of the trigger.
 * @returns `null` where nothing is new
 * @throws {NodeApiError | NodeOperationError}
 */
export async function pollForJobs(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const manual = context.getMode() === 'manual';
	const key = JSON.stringify([context.getWorkflow().id, context.getNode().id]);
	if (!manual && underWay.has(key)) return null;
	if (!manual) underWay.add(key);
	try {
		const items = await polled(context);
		return items.length > 0 ? [items.map((json) => ({ json }) as INodeExecutionData)] : null;
	} catch (error) {
		const secrets = await secretsOf(context, QUALYS_CREDENTIAL);
		throw toNodeError(context.getNode(), error, { secrets });
	} finally {
		if (!manual) underWay.delete(key);
	}
}
