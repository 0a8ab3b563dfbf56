import { wantsResults } from './polls';
import type { Plan, Refused, State, Vendor } from './job';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { InputError } from '../errors';
import { clock } from '../transport/clock';
import { failedItem, toNodeError } from '../transport/nodeErrors';
import { secretsOf, withoutSecrets } from '../transport/secrets';
import { toldAsTool } from './asTool';
import type { Handover } from './handover';
import { failureText, isSuccess, lastKnown, summaryOf, type Clean } from './sentences';
import { jobItem, runningItem, skippedItem, type JobItem } from './items';

type Json = INodeExecutionData['json'];

function outputJson(vendor: Vendor, item: JobItem, onError: Plan['onError'], clean?: Clean): Json {
	if (onError !== 'errorOutput' || isSuccess(item.outcome)) return item as never;
	// n8n takes an item with just these keys to the error output, and adds the fields of its input.
	return { error: failureText(vendor, item, true, clean), details: item as never };
}

const refusedJson = ({ refusal, hint }: Refused): Json => ({
	error: refusal,
	details: hint ? { description: hint } : {},
});

/** One item for each input item, in their order: n8n links a parked wait's items by that order. */
const itemsOf = (
	vendor: Vendor,
	plan: Plan,
	jsonOf: (job: number) => Json,
	jsonOfRefused: (entry: Refused) => Json,
): INodeExecutionData[] =>
	plan.items.map((entry, item) => ({
		json:
			typeof entry === 'number'
				? jsonOf(entry)
				: 'skipped' in entry
					? (skippedItem(vendor, entry, plan) as never)
					: jsonOfRefused(entry),
		pairedItem: { item },
	}));

/**
 * The output of a wait that has ended.
 * @param ends what each job of the plan came out as
 */
export const outputItems = (
	vendor: Vendor,
	plan: Plan,
	ends: JobItem[],
	clean?: Clean,
): INodeExecutionData[] =>
	itemsOf(vendor, plan, (job) => outputJson(vendor, ends[job], plan.onError, clean), refusedJson);

/** What all jobs came out as, and what the user should know of it besides. */
export interface Ends {
	ends: JobItem[];
	hint?: string;
}

/** The end of a wait: its items, or where On Error says to stop, and not every job succeeded, the error. */
export async function endOf(
	context: IExecuteFunctions,
	vendor: Vendor,
	plan: Plan,
	{ ends: seen, hint }: Ends,
): Promise<{ items: INodeExecutionData[] } | { failure: ReturnType<typeof toNodeError> }> {
	if (hint !== undefined) {
		context.addExecutionHints({ message: hint, location: 'outputPane', type: 'warning' });
	}
	const ends = toldAsTool(vendor, plan, seen);
	const secrets = await secretsOf(context, vendor.credential);
	const clean = (text: string) => withoutSecrets(text, secrets);
	const summary = plan.onError === 'stop' ? summaryOf(vendor, ends, clean) : undefined;
	if (summary === undefined) return { items: outputItems(vendor, plan, ends, clean) };
	const also = summary.description && clean(summary.description);
	return { failure: toNodeError(context.getNode(), new InputError(summary.message), { also }) };
}

/**
 * What the output pane shows while a wait is parked: how each job stands, in words for those that still run.
 *
 * None has an `error`: n8n takes a first item with one for a failure of the node, and where it is to retry on fail, it
 * would start the wait once more.
 */
export const runningItems = (vendor: Vendor, plan: Plan, state: State): INodeExecutionData[] =>
	itemsOf(
		vendor,
		plan,
		(job) => runningItem(vendor, plan.jobs[job], plan, state.jobs[job]) as never,
		({ refusal }) => ({ errors: [refusal] }),
	);

/**
 * The output of a wait whose end was lost: no job counts as succeeded that was not known to have.
 * @param why what happened, for those jobs
 */
export function lostItems(
	vendor: Vendor,
	plan: Plan,
	state: State,
	why: string,
): INodeExecutionData[] {
	const lost = { outcome: 'failed' as const, polls: state.round, at: clock.now() };
	return outputItems(
		vendor,
		plan,
		plan.jobs.map((job, index) => {
			const known = state.jobs[index];
			const errors = known.end ? [] : [why];
			const results = wantsResults(vendor, job) ? null : undefined;
			const result = { parts: null, results, errors, again: false };
			return jobItem(vendor, job, plan, { ...known, end: known.end ?? lost }, result);
		}),
	);
}

/** An item for each input item of a wait that broke off, with what was known of its job. */
function brokenItems(
	vendor: Vendor,
	plan: Plan,
	state: State | undefined,
	failure: ReturnType<typeof toNodeError>,
): INodeExecutionData[] {
	return plan.items.map((entry, item) => {
		const { json, pairedItem } = failedItem(failure, item);
		if (typeof entry !== 'number') {
			return 'skipped' in entry
				? { json: skippedItem(vendor, entry, plan) as never, pairedItem }
				: { json, pairedItem };
		}
		const { type, id } = plan.jobs[entry];
		const { word: status, progress, counts: by_status } = state?.jobs[entry].status ?? {};
		const known = { job_type: type, job_id: id, status, progress, by_status };
		return {
			json: { ...json, details: { ...(json.details as object), ...known } },
			pairedItem,
		} as INodeExecutionData;
	});
}

/**
 * What a wait hands over that breaks off: items with what was known of each job, or an error that names each.
 * @param failure why, without secrets
 */
export function brokenOff(
	vendor: Vendor,
	plan: Plan,
	state: State | undefined,
	failure: ReturnType<typeof toNodeError>,
): Handover {
	if (plan.onError !== 'stop') {
		return { ended: brokenItems(vendor, plan, state, failure).map(({ json }) => json) };
	}
	const lines = lastKnownLines(vendor, plan, state);
	const description = [failure.description, lines].filter(Boolean).join('\n') || undefined;
	return { failed: { message: failure.message, description } };
}

/** How each job stood when its wait broke off, a line each; nothing where that is not known. */
const lastKnownLines = (vendor: Vendor, { jobs }: Plan, state: State | undefined): string =>
	(state?.jobs ?? []).map((known, index) => lastKnown(vendor, jobs[index], known)).join('\n');
