import { parkedSeconds } from './schedule';
import type { State, Vendor } from './job';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { Cancelled, InputError } from '../errors';
import { toNodeError } from '../transport/nodeErrors';
import { secretsOf } from '../transport/secrets';
import { abandonment } from './executions';
import { handoverItem, wordsOf, type Handover } from './handover';
import { brokenOff, endOf } from './output';
import { stateIn, stateItem, type ParkedPlan } from './parked';
import { nextRound } from './rounds';

/** What a round of a parked wait brings: its end, or the items for the next round. */
type Polled = { handover: Handover } | { next: INodeExecutionData[] };

async function poll(context: IExecuteFunctions, vendor: Vendor, plan: ParkedPlan): Promise<Polled> {
	let state: State | undefined;
	try {
		state = stateIn(context.getInputData()[0], plan);
		const stopped = await abandonment(context, vendor, plan);
		if (stopped) return { handover: { stopped } };
		const source = { vendor, connection: await vendor.connect(context) };
		const round = await nextRound(source, plan, state);
		if ('state' in round) {
			return { next: [stateItem(round.state, parkedSeconds(round.pending))] };
		}
		const end = await endOf(context, vendor, plan, round);
		if ('items' in end) return { handover: { ended: end.items.map(({ json }) => json) } };
		const { message, description } = end.failure;
		return { handover: { failed: { message, description } } };
	} catch (error) {
		const secrets = await secretsOf(context, vendor.credential);
		const failure = toNodeError(context.getNode(), error, { secrets });
		// Nobody takes the result of a poller that is being stopped.
		if (error instanceof Cancelled) throw failure;
		return { handover: brokenOff(vendor, plan, state, failure) };
	}
}

/**
 * The node that polls: one round.
 *
 * @returns a handover on the first output, or the state for the next round on the second
 * @throws {NodeOperationError} when it is stopped
 */
export async function pollOnce(
	context: IExecuteFunctions,
	vendor: Vendor,
	plan: ParkedPlan,
): Promise<INodeExecutionData[][]> {
	const polled = await poll(context, vendor, plan);
	if ('next' in polled) return [[], polled.next];
	const { handover } = polled;
	if (plan.supervisor !== undefined) return [[handoverItem(handover)], []];
	// Version 0.1.0 has parked this one: the execution that waits takes what it comes out with.
	if ('ended' in handover) return [handover.ended.map((json) => ({ json })), []];
	const { message, description } = wordsOf(handover);
	throw toNodeError(context.getNode(), new InputError(message), { also: description ?? undefined });
}
