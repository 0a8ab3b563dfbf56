import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { CORTEX_CREDENTIAL } from '../shared/cortex/send';
import { InputError } from '../shared/input/inputError';
import { clock } from '../shared/transport/clock';
import { failedItem, toNodeError } from '../shared/transport/nodeErrors';
import { secretsOf, withoutSecrets } from '../shared/transport/secrets';
import type { State } from './rounds';
import {
	failureText,
	jobItem,
	lastKnown,
	standingItem,
	summaryOf,
	type Clean,
	type JobItem,
	type Plan,
} from './tracking';

type Json = INodeExecutionData['json'];

function outputJson(item: JobItem, onError: Plan['onError'], clean?: Clean): Json {
	if (onError !== 'errorOutput' || item.outcome === 'succeeded') return item as never;
	// n8n takes an item with just these keys to the error output, and adds the fields of its input.
	return { error: failureText(item, true, clean), details: item as never };
}

/** One item for each input item, in their order: n8n links a parked wait's items by that order. */
const itemsOf = (plan: Plan, jsonOf: (job: number) => Json): INodeExecutionData[] =>
	plan.items.map((entry, item) => ({
		json:
			typeof entry === 'number'
				? jsonOf(entry)
				: { error: entry.refusal, details: entry.hint ? { description: entry.hint } : {} },
		pairedItem: { item },
	}));

/**
 * The output of a wait that has ended.
 * @param ends what each job of the plan came out as
 */
export const outputItems = (plan: Plan, ends: JobItem[], clean?: Clean): INodeExecutionData[] =>
	itemsOf(plan, (job) => outputJson(ends[job], plan.onError, clean));

/**
 * The output of a wait that has ended.
 * @throws {NodeOperationError} where On Error says to stop and not every job succeeded
 */
export async function outputOf(
	context: IExecuteFunctions,
	plan: Plan,
	ends: JobItem[],
): Promise<INodeExecutionData[]> {
	const secrets = await secretsOf(context, CORTEX_CREDENTIAL);
	const clean = (text: string) => withoutSecrets(text, secrets);
	const summary = plan.onError === 'stop' ? summaryOf(ends, clean) : undefined;
	if (summary === undefined) return outputItems(plan, ends, clean);
	const { message, description } = summary;
	throw toNodeError(context.getNode(), new InputError(message), { also: clean(description) });
}

/** What the output pane shows while a wait is parked: how each job stands, in words for those that still run. */
export const runningItems = (plan: Plan, state: State): INodeExecutionData[] =>
	itemsOf(plan, (job) => standingItem(plan.jobs[job], plan, state.jobs[job]) as never);

/**
 * The output of a wait whose end was lost: no job counts as succeeded that was not known to have.
 * @param why what happened, for those jobs
 */
export function lostItems(plan: Plan, state: State, why: string): INodeExecutionData[] {
	const lost = { outcome: 'failed' as const, polls: state.round, at: clock.now() };
	return outputItems(
		plan,
		plan.jobs.map((job, index) => {
			const tracked = state.jobs[index];
			const errors = tracked.end ? [] : [why];
			const endpoints = job.type === 'importJob' ? undefined : null;
			const results = job.type === 'scriptExecution' ? null : undefined;
			const end = tracked.end ?? lost;
			return jobItem(job, plan, { ...tracked, end }, { endpoints, results, errors, again: false });
		}),
	);
}

/** An item for each input item of a wait that broke off, with what was known of its job. */
export function brokenItems(
	plan: Plan,
	state: State | undefined,
	failure: ReturnType<typeof toNodeError>,
): INodeExecutionData[] {
	return plan.items.map((entry, item) => {
		const { json, pairedItem } = failedItem(failure, item);
		if (typeof entry !== 'number') return { json, pairedItem };
		const { type, id } = plan.jobs[entry];
		const { status, progress, by_status } = state?.jobs[entry].standing ?? {};
		const known = { job_type: type, job_id: id, status, progress, by_status };
		return {
			json: { ...json, details: { ...(json.details as object), ...known } },
			pairedItem,
		} as INodeExecutionData;
	});
}

/** How each job stood when its wait broke off, a line each; nothing where that is not known. */
export const lastKnownLines = ({ jobs }: Plan, state: State | undefined): string =>
	(state?.jobs ?? []).map((tracked, index) => lastKnown(jobs[index], tracked)).join('\n');
