import type { IPollFunctions } from 'n8n-workflow';
import type { Fault } from '../shared/errors';
import type { JsonObject } from '../shared/json';
import type { Gateway } from '../shared/qualys/ask';
import { assetJobRecords } from '../shared/qualys/assetJobPages';
import { assetJobOf, type AssetJob } from '../shared/qualys/assetJobs';
import { clock } from '../shared/transport/clock';
import type { Row } from './mark';
import {
	afterLook,
	dueJobs,
	endedItem,
	isTooOld,
	MOST_OPEN,
	withinBounds,
	withLooks,
	type OpenJob,
} from './openJobs';
import { DAY_MS, jsonOf, type Settings } from './settings';
import type { State } from './state';

/** So many requests about open jobs are begun with in one poll. */
const MOST_REQUESTS = 30;

/**
 * After so many milliseconds, a poll begins with nothing more: it is to end before the next one, and before n8n gives it
 * up, which it does after 45 seconds where it keeps the times of polls in its database.
 */
const MOST_MS = 20_000;

/** A node that is polled, for one poll. */
export interface Poll {
	context: IPollFunctions;
	gateway: Gateway;
	settings: Settings;
	/** When it began, in epoch milliseconds. */
	now: number;
}

/** Whether a poll is to begin with nothing more. */
export const isLate = ({ now }: Poll): boolean => clock.now() - now >= MOST_MS;

/** The workflow and the node that are polled. */
export const placeOf = (context: IPollFunctions): string =>
	JSON.stringify([context.getWorkflow().id, context.getNode().id]);

/** How the assets of a job stand. @throws {Fault} */
export const assetsOf = async ({ gateway }: Poll, id: string): Promise<AssetJob[]> =>
	(await assetJobRecords(gateway.lastly, id, { output: false })).map((record) =>
		assetJobOf(record, id),
	);

/** What came of the looks of one poll. */
interface Looks {
	items: JsonObject[];
	open: OpenJob[];
	/** How many looks there were, and what went wrong with some. */
	count: number;
	faults: Fault[];
}

/** Looks at a few open jobs. What goes wrong with one is none of the others' business. */
async function lookAt(poll: Poll, open: OpenJob[]): Promise<Looks> {
	const { gateway, settings, now } = poll;
	const items: JsonObject[] = [];
	const faults: Fault[] = [];
	const kept = new Map(open.map((job) => [job.id, job]));
	let count = 0;
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
		if (requests >= MOST_REQUESTS || isLate(poll)) break;
		count += 1;
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
	return { items, open: [...kept.values()], count, faults };
}

/** Open jobs after the last poll of this process, by workflow and node. */
const remembered = new Map<string, OpenJob[]>();

/** Keeps new jobs as open ones, and looks at some. */
export async function afterLooks(poll: Poll, state: State, fresh: Row[]): Promise<Looks> {
	const { context, settings } = poll;
	const key = placeOf(context);
	const before = [
		...state.open,
		...fresh.map((row) => ({ id: row.id, created: row.created, job: jsonOf(row, settings) })),
	];
	const looks = await lookAt(poll, withLooks(before, remembered.get(key) ?? []));
	const { items } = looks;
	const { kept, tooMany } = withinBounds(looks.open);
	remembered.set(key, kept);
	for (const job of tooMany) {
		const reason = `More than ${MOST_OPEN} jobs are going on, so this one, of the oldest, is not looked at any more.`;
		items.push(endedItem(job, undefined, { complete: false, reason }));
	}
	if (tooMany.length > 0) {
		context.logger.warn(`${tooMany.length} script jobs of Qualys were given up`, {
			reason: `More than ${MOST_OPEN} are going on. Narrow the filters of the trigger.`,
		});
	}
	return { ...looks, open: kept };
}
