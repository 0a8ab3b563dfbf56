import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { toNodeError } from '../shared/transport/nodeErrors';
import { readPlan, type ParkedPlan, type Role } from './parked';
import { pollOnce } from './poller';
import { check, supervise } from './supervisor';

type Run = (context: IExecuteFunctions, plan: ParkedPlan) => Promise<INodeExecutionData[][]>;

const RUNS: Record<Role, Run> = { supervise, check, poll: pollOnce };

function planIn(context: IExecuteFunctions, text: string): ParkedPlan {
	try {
		return readPlan(text);
	} catch (error) {
		throw toNodeError(context.getNode(), error, {});
	}
}

/**
 * Runs Wait for Job in the sub-executions that keep a parked wait.
 * @param text the plan, as the sub-workflow's node holds it
 */
export async function goOnWaiting(
	context: IExecuteFunctions,
	text: string,
): Promise<INodeExecutionData[][]> {
	const plan = planIn(context, text);
	return await RUNS[plan.role](context, plan);
}
