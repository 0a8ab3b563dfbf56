import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { toNodeError } from '../transport/nodeErrors';
import type { Vendor } from './job';
import { readPlan, type ParkedPlan, type Role } from './parked';
import { pollOnce } from './poller';
import { check, supervise } from './supervisor';

type Run = (
	context: IExecuteFunctions,
	vendor: Vendor,
	plan: ParkedPlan,
) => Promise<INodeExecutionData[][]>;

const RUNS: Record<Role, Run> = { supervise, check, poll: pollOnce };

function planIn(context: IExecuteFunctions, vendor: Vendor, text: string): ParkedPlan {
	try {
		return readPlan(vendor, text);
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
	vendor: Vendor,
	text: string,
): Promise<INodeExecutionData[][]> {
	const plan = planIn(context, vendor, text);
	return await RUNS[plan.role](context, vendor, plan);
}
