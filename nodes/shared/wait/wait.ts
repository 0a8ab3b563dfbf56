import { secondsInMemory } from './schedule';
import type { Job, Plan, Vendor } from './job';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { Cancelled, InputError } from '../errors';
import { sample } from '../input/values';
import { pause } from '../transport/clock';
import { failedItem, toNodeError } from '../transport/nodeErrors';
import { secretsOf } from '../transport/secrets';
import { continues, isTool, unheard } from '../transport/tool';
import { itemsOfOtherCredentials, OTHER_CREDENTIAL } from '../transport/sameCredential';
import { inMemoryPlan } from './asTool';
import { endedAfter, secondsUntilEnded, tooLongFor } from './executionTimeout';
import { waitInMemory } from './inMemory';
import { endOf } from './output';
import { park, whyNotParked } from './parked';
import { newState, startPlan } from './state';
import { readJob, skippedJob } from './settings';

/**
 * @throws {InputError} for an item without an id because the node before has failed for it: that is no reason to skip it
 */
function refuseFailed({ error }: INodeExecutionData['json']): void {
	if (error === undefined || error === null) return;
	throw new InputError(
		`The node before failed for this item: ${sample(error)}`,
		'It may have started nothing, so there is nothing to wait for. Use its error output, or see what went wrong there.',
	);
}

/**
 * What the node's items wait for. Where On Error says to continue, an item that cannot be read takes no job.
 * @param others items whose credential is not the first one's
 */
async function planOf(
	context: IExecuteFunctions,
	vendor: Vendor,
	others: Set<number>,
): Promise<Plan> {
	const secrets = await secretsOf(context, vendor.credential);
	const { onError } = context.getNode();
	const deaf = unheard(context);
	const stop = !continues(context);
	const jobs: Job[] = [];
	const places = new Map<string, number>();
	const items = context.getInputData().map((_, item): Plan['items'][number] => {
		const parameter = (name: string) => context.getNodeParameter(name, item, null) as unknown;
		try {
			if (deaf) throw deaf;
			if (others.has(item)) throw OTHER_CREDENTIAL;
			const parameters = {
				jobType: parameter('jobType'),
				jobId: parameter('jobId'),
				pollInterval: parameter('pollInterval'),
				timeout: parameter('timeout'),
				options: (parameter('options') ?? {}) as Record<string, unknown>,
			};
			const skipped = skippedJob(vendor, parameters);
			if (skipped) {
				const { json } = context.getInputData()[item];
				refuseFailed(json);
				vendor.refuseSkipped?.(json);
				return skipped;
			}
			const job = readJob(vendor, parameters);
			const key = JSON.stringify(job);
			const place = places.get(key) ?? jobs.push(job) - 1;
			places.set(key, place);
			return place;
		} catch (error) {
			const failure = toNodeError(context.getNode(), error, { itemIndex: item, secrets });
			if (stop) throw failure;
			return { refusal: failure.message, hint: failure.description ?? undefined };
		}
	});
	return startPlan({
		jobs,
		items,
		onError: stop ? 'stop' : onError === 'continueErrorOutput' ? 'errorOutput' : 'continue',
		...(isTool(context.getNode()) && { tool: 'mayPark' as const }),
	});
}

/** Waits for the jobs of the node's items, first in memory, then in n8n's database where that is possible. */
async function wait(context: IExecuteFunctions, vendor: Vendor): Promise<INodeExecutionData[][]> {
	const source = { vendor, connection: await vendor.connect(context) };
	const others = await itemsOfOtherCredentials(context, vendor.credential);
	const asked = await planOf(context, vendor, others);
	const signal = context.getExecutionCancelSignal();
	const modes = new Set(asked.jobs.map(({ settings }) => settings.waitMode));
	let obstacle =
		whyNotParked(context) ??
		(modes.size > 1 ? 'Wait Mode is set to In Memory for some of the items' : undefined);
	const mayPark = obstacle === undefined && !modes.has('inMemory');
	let plan = mayPark ? asked : inMemoryPlan(asked);
	const cutOff = tooLongFor(secondsUntilEnded(context), plan);
	if (cutOff !== undefined) {
		context.addExecutionHints({ message: cutOff, location: 'outputPane', type: 'warning' });
	}

	let waited = await waitInMemory(source, plan, newState(plan), mayPark, signal);
	if ('parkFor' in waited) {
		try {
			return await park(context, vendor, plan, waited.state, waited.parkFor);
		} catch (error) {
			// What n8n has against the sub-execution is no reason to lose the jobs.
			const { message } = toNodeError(context.getNode(), error, {});
			obstacle =
				error instanceof InputError
					? message
					: `n8n did not take the sub-execution that keeps it in the database (${message})`;
			plan = inMemoryPlan(plan);
			await pause(Math.ceil(secondsInMemory(waited.pending) * 1000), signal);
			waited = await waitInMemory(source, plan, waited.state, false, signal);
		}
	}
	if (obstacle !== undefined && modes.has('auto')) {
		context.addExecutionHints({
			message: `This wait stayed in memory because ${obstacle}. It holds a worker, and is lost when n8n restarts.`,
			location: 'outputPane',
		});
	}
	if (!('ends' in waited)) return [];
	const end = await endOf(context, vendor, plan, waited);
	if ('failure' in end) throw end.failure;
	return [end.items];
}

/**
 * Runs Wait for Job in the workflow that a user has built.
 *
 * Where On Error says to continue, every input item comes out, whatever happens: n8n itself would hand the input
 * on as if it had succeeded.
 */
export async function waitForJobs(
	context: IExecuteFunctions,
	vendor: Vendor,
): Promise<INodeExecutionData[][]> {
	try {
		return await wait(context, vendor);
	} catch (error) {
		const secrets = await secretsOf(context, vendor.credential);
		const stopped = error instanceof Cancelled;
		const also = stopped ? endedAfter(secondsUntilEnded(context)) : undefined;
		const failure = toNodeError(context.getNode(), error, { secrets, also });
		if (stopped || !continues(context)) throw failure;
		return [context.getInputData().map((_, item) => failedItem(failure, item))];
	}
}
