import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Words } from './handover';
import type { Vendor } from './job';
import type { ParkedPlan } from './parked';
import { NODES } from './subWorkflows';

type Outputs = Array<INodeExecutionData[] | null>;

/** What n8n has stored of an execution, as far as a wait looks at it. */
export interface StoredRun {
	resultData: {
		error?: { name?: string };
		runData: Record<string, Array<{ startTime?: number; data?: { main?: Outputs } }>>;
	};
	executionData?: {
		/** The first one is the node that is parked. */
		nodeExecutionStack: Array<{
			data?: { main?: Outputs };
			metadata?: { waitingChildExecutionIds?: string[] };
		}>;
	};
}

/** An execution as it is stored; `gone` where it was deleted, `unreadable` where nobody knows. */
export type Stored = StoredRun | 'gone' | 'unreadable';

export async function readExecution(context: IExecuteFunctions, id: string): Promise<Stored> {
	try {
		const stored = await context.getExecutionDataById(id);
		return (stored as unknown as StoredRun | undefined) ?? 'gone';
	} catch {
		return 'unreadable';
	}
}

/** What is stored of an execution; nothing where it cannot be read. */
export const runOf = (stored: Stored | undefined): StoredRun | undefined =>
	typeof stored === 'object' ? stored : undefined;

/**
 * Whether somebody stopped an execution, or n8n's timeout did. An execution that n8n cancels because it is shutting
 * down itself was not stopped: nobody wanted it to end.
 */
export const wasStopped = (stored: Stored | undefined): boolean =>
	/^(Manual|Timeout)ExecutionCancelledError$/.test(String(runOf(stored)?.resultData.error?.name));

/** Whether an execution has come to its end: it has nothing left to do. */
const hasEnded = (stored: Stored): boolean =>
	runOf(stored)?.executionData?.nodeExecutionStack.length === 0;

/** Executions that a parked one waits for. */
export const childrenOf = (stored: Stored): string[] =>
	runOf(stored)?.executionData?.nodeExecutionStack[0]?.metadata?.waitingChildExecutionIds ?? [];

/** When a supervisor has last started a poller, in epoch milliseconds; `undefined` where that is not known. */
export const pollerBegan = (supervisor: Stored): number | undefined =>
	runOf(supervisor)?.resultData.runData[NODES.supervise]?.at(-1)?.startTime;

const stoppedWords = (id: string, { name }: Vendor): Words => ({
	message: 'The execution that waits was stopped',
	description: `Execution ${id} was stopped or deleted, so this one has given up the wait. The jobs themselves continue in ${name}.`,
});

/**
 * Why nobody takes the result of a wait any more; `undefined` where somebody does. n8n leaves a sub-execution
 * waiting when the execution that started it is stopped or deleted, but writes the stop into that one's data.
 *
 * A poller is also not wanted any more once its supervisor waits for another one: n8n can find an execution crashed
 * that has begun before n8n has looked, and is alive. Not knowing is no reason to give up.
 */
export async function abandonment(
	context: IExecuteFunctions,
	vendor: Vendor,
	{ parent, supervisor }: ParkedPlan,
): Promise<Words | undefined> {
	const waiting = await readExecution(context, parent);
	if (waiting === 'gone' || wasStopped(waiting)) return stoppedWords(parent, vendor);
	if (hasEnded(waiting)) {
		return {
			message: 'The execution that waits has ended',
			description: `Execution ${parent} does not wait any more, so this one has given up the wait. The jobs themselves continue in ${vendor.name}.`,
		};
	}
	if (supervisor === undefined) return undefined;
	const watching = await readExecution(context, supervisor);
	if (watching === 'gone' || wasStopped(watching)) return stoppedWords(supervisor, vendor);
	if (watching === 'unreadable') return undefined;
	const children = childrenOf(watching);
	// One that is stored without any has not been parked yet.
	if (children.length === 0 || children.includes(context.getExecutionId())) return undefined;
	return {
		message: 'Another sub-execution polls in place of this one',
		description: `n8n had been ended while this sub-execution polled. Execution ${supervisor} does not wait for it any more.`,
	};
}
