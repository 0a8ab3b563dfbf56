import type { INodeExecutionData, IPollFunctions, WorkflowActivateMode } from 'n8n-workflow';
import { InputError, passOn } from '../shared/errors';
import { parseJson, type JsonObject } from '../shared/json';
import { gatewayOf } from '../shared/qualys/ask';
import { gatewayBaseUrl } from '../shared/qualys/gateway';
import { QUALYS_CREDENTIAL } from '../shared/qualys/send';
import type { AskingContext } from '../shared/transport/asking';
import { clock } from '../shared/transport/clock';
import { toNodeError } from '../shared/transport/nodeErrors';
import { secretsOf } from '../shared/transport/secrets';
import { afterLooks, assetsOf, isLate, placeOf, type Poll } from './looks';
import { afterRows, firstMark, OVERLAP_MS, type Mark } from './mark';
import { endedItem, type OpenJob } from './openJobs';
import { newestRow, newestRows, rowsAfter } from './rows';
import { jsonOf, readSettings } from './settings';
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

/** Polls that are under way, by workflow and node: of two at once, the second one has nothing to do. */
const underWay = new Set<string>();

/** The contexts of activations that have been polled: n8n makes one for each. */
const known = new WeakSet<object>();

/** Why the workflow was made active just now; `undefined` where this is not the first poll since. */
function activationOf(context: IPollFunctions): WorkflowActivateMode | undefined {
	if (known.has(context)) return undefined;
	known.add(context);
	return context.getActivationMode();
}

/**
 * @param isNew whether the workflow was published just now, so that what was before is old
 * @returns the items that come out
 */
async function polled(context: IPollFunctions, isNew: boolean): Promise<JsonObject[]> {
	// Before anything is waited for: n8n hands it out at the beginning only.
	const stored = context.getWorkflowStaticData('node');
	const settings = readSettings({
		event: context.getNodeParameter('event', 'created'),
		filters: context.getNodeParameter('filters', {}),
		simplify: context.getNodeParameter('simplify', true),
		options: context.getNodeParameter('options', {}),
	});
	const credential = await context.getCredentials(QUALYS_CREDENTIAL.name);
	const gateway = await gatewayOf(context as unknown as AskingContext);
	const poll: Poll = { context, gateway, settings, now: clock.now() };
	if (context.getMode() === 'manual') return [await sampleOf(poll)];

	const { event, filter } = settings;
	const of = keyOf(event, filter, gatewayBaseUrl(credential), credential.username);
	// A copy: n8n keeps watch over what it has stored, and none of that can be sent.
	const before = parseJson(JSON.stringify(stored.state ?? null));
	const state = isNew ? undefined : readState(before, of);
	const keep = (mark: Mark, open: OpenJob[]) => {
		stored.state = { of, mark, open } satisfies State as never;
	};
	if (state === undefined) {
		if (!isNew && before !== null) {
			context.logger.warn('The trigger for script jobs of Qualys begins anew', {
				reason: 'What n8n has stored for it is damaged, or for another event, filter or login.',
			});
		}
		const { rows, more } = await newestRows(gateway.lastly, filter, OVERLAP_MS);
		keep(firstMark(rows, more), []);
		return [];
	}
	const { rows, more } = await rowsAfter(gateway.lastly, filter, {
		after: state.mark.cursor,
		enough: () => isLate(poll),
	});
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
	const { items, open, count, faults } = await afterLooks(poll, state, fresh);
	keep(mark, open);
	if (count > 0 && faults.length === count && items.length === 0) return await passOn(faults[0]);
	for (const { message } of faults)
		context.logger.warn(`A script job was not looked at: ${message}`);
	return items;
}

/** n8n's own reasons to make a workflow active: it has started, or has taken over from another main process. */
const BY_ITSELF = ['init', 'leadershipChange'];

/**
 * A poll of the trigger. A failure of the first one after n8n has started is only logged: n8n tries such a poll five
 * times within seconds, and then never polls the workflow again. The next poll tells whether it is still so.
 * @returns `null` where nothing is new
 * @throws {NodeApiError | NodeOperationError}
 */
export async function pollForJobs(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const manual = context.getMode() === 'manual';
	const key = placeOf(context);
	if (!manual && underWay.has(key)) return null;
	if (!manual) underWay.add(key);
	const activation = manual ? undefined : activationOf(context);
	try {
		const items = await polled(context, activation === 'activate');
		return items.length > 0 ? [items.map((json) => ({ json }) as INodeExecutionData)] : null;
	} catch (error) {
		const secrets = await secretsOf(context, QUALYS_CREDENTIAL);
		const told = toNodeError(context.getNode(), error, { secrets });
		if (activation === undefined || !BY_ITSELF.includes(activation)) throw told;
		context.logger.warn(`The first poll for script jobs of Qualys has failed: ${told.message}`);
		return null;
	} finally {
		if (!manual) underWay.delete(key);
	}
}
