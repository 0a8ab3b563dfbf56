import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { tenantOf } from '../shared/cortex/ask';
import { CORTEX_CREDENTIAL } from '../shared/cortex/send';
import { InputError } from '../shared/input/inputError';
import { Cancelled } from '../shared/transport/clock';
import { toNodeError } from '../shared/transport/nodeErrors';
import { secretsOf } from '../shared/transport/secrets';
import { abandonment } from './executions';
import { handoverItem, type Handover } from './handover';
import { brokenItems, lastKnownLines, outputOf } from './output';
import { stateIn, stateItem, type ParkedPlan } from './parked';
import { nextRound, type State } from './rounds';
import { parkedSeconds } from './schedule';

/** What a round of a parked wait brings: its end, or the items for the next round. */
type Polled = { handover: Handover } | { next: INodeExecutionData[] };

async function poll(context: IExecuteFunctions, plan: ParkedPlan): Promise<Polled> {
	let state: State | undefined;
	try {
		state = stateIn(context.getInputData()[0], plan);
		const stopped = await abandonment(context, plan);
		if (stopped) return { handover: { stopped } };
		const round = await nextRound(await tenantOf(context), plan, state);
		if ('state' in round) return { next: [stateItem(round.state, parkedSeconds(round.waiting))] };
		const items = await outputOf(context, plan, round.ends);
		return { handover: { ended: items.map(({ json }) => json) } };
	} catch (error) {
		const secrets = await secretsOf(context, CORTEX_CREDENTIAL);
		const also = plan.onError === 'stop' ? lastKnownLines(plan, state) : undefined;
		const failure = toNodeError(context.getNode(), error, { secrets, also });
		// Nobody takes the result of a poller that is being stopped.
		if (error instanceof Cancelled) throw failure;
		if (plan.onError !== 'stop') {
			return { handover: { ended: brokenItems(plan, state, failure).map(({ json }) => json) } };
		}
		const { message, description } = failure;
		return { handover: { failed: { message, description } } };
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
	plan: ParkedPlan,
): Promise<INodeExecutionData[][]> {
	const polled = await poll(context, plan);
	if ('next' in polled) return [[], polled.next];
	const { handover } = polled;
	if (plan.supervisor !== undefined) return [[handoverItem(handover)], []];
	// Version 0.1.0 has parked this one: the execution that waits takes what it comes out with.
	if ('ended' in handover) return [handover.ended.map((json) => ({ json })), []];
	const { message, description } = Object.values(handover)[0] as never;
	throw toNodeError(context.getNode(), new InputError(message), { also: description });
}
