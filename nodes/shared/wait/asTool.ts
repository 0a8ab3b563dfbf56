import type { Plan, Vendor } from './job';
import type { JobItem } from './items';

/** Longest wait of a tool that stays in memory, in minutes: an agent, and the person talking to it, sit there meanwhile. */
const LONGEST_MINUTES = 5;
const LONGEST_SECONDS = 60 * LONGEST_MINUTES;

/** The plan of a wait that stays in memory: that of a tool does not last long. */
export function inMemoryPlan(plan: Plan): Plan {
	if (plan.tool === undefined) return plan;
	const jobs = plan.jobs.map(({ settings, ...job }) => {
		const timeout = Math.min(settings.timeout, LONGEST_SECONDS);
		return { ...job, settings: { ...settings, timeout } };
	});
	return { ...plan, tool: 'inMemory', jobs };
}

/** What a model is told of jobs whose end was not seen: that they go on, and how to go on waiting for them. */
export function toldAsTool({ name }: Vendor, { tool, jobs }: Plan, ends: JobItem[]): JobItem[] {
	if (tool === undefined) return ends;
	return ends.map((item, place) => {
		if (item.outcome !== 'timedOut') return item;
		const atMost =
			tool === 'inMemory' && jobs[place].settings.timeout === LONGEST_SECONDS
				? `A wait in memory for an AI agent lasts ${LONGEST_MINUTES} minutes at most. `
				: '';
		const how = `${atMost}The job goes on at ${name}: call this tool again with the same ID to go on waiting`;
		return { ...item, errors: [...item.errors, how] };
	});
}
