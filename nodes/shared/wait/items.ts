import {
	NO_PROGRESS,
	type Job,
	type JobState,
	type Plan,
	type Result,
	type Skipped,
	type Vendor,
} from './job';
import { isSuccess, lastKnown, nothingNamed, reasonInWords } from './sentences';

/** A job that has come to its end. */
export type Ended = JobState & { end: NonNullable<JobState['end']> };

const NO_RESULT: Result = { errors: [], again: false };

/** The item that a job comes out as. */
export function jobItem(vendor: Vendor, job: Job, plan: Plan, state: Ended, result: Result) {
	const { status, end, fault } = state;
	const reasons = result.reasons ?? status?.errors ?? [];
	const { parts } = vendor.kinds[job.type];
	const errors = [
		...reasons.map((reason) => reasonInWords(reason, result.names)),
		...(fault ? [fault] : []),
		...result.errors,
	];
	// Neither parts nor a fault: that is all there was to know.
	const isUnknown = !isSuccess(end.outcome) && !status?.word && errors.length === 0;
	return {
		job_type: job.type,
		job_id: job.id,
		outcome: end.outcome,
		// Early, so that a table shows them beside the outcome.
		...(parts === undefined || result.parts === undefined ? {} : { [parts]: result.parts }),
		status: status?.word ?? '',
		progress: status?.progress ?? NO_PROGRESS,
		by_status: status?.counts ?? {},
		errors: isUnknown ? [nothingNamed(vendor, job)] : errors,
		...(result.results === undefined ? {} : { results: result.results }),
		polls: end.polls,
		started_at: new Date(plan.startedAt).toISOString(),
		finished_at: new Date(end.at).toISOString(),
		waited_seconds: Math.round((end.at - plan.startedAt) / 100) / 10,
	};
}

export type JobItem = ReturnType<typeof jobItem>;

/** The item of an input item that names no job, which was left out. */
export function skippedItem({ kinds }: Vendor, { skipped }: Skipped, plan: Plan) {
	const { [skipped]: kind } = kinds;
	const at = new Date(plan.startedAt).toISOString();
	return {
		job_type: skipped,
		job_id: null,
		outcome: 'skipped' as const,
		...(kind.parts === undefined ? {} : { [kind.parts]: [] }),
		status: '',
		progress: NO_PROGRESS,
		by_status: {},
		errors: [],
		polls: 0,
		started_at: at,
		finished_at: at,
		waited_seconds: 0,
	};
}

/** How a job stands whose wait is parked: its item, without what only the end brings. */
export function runningItem(vendor: Vendor, job: Job, plan: Plan, state: JobState) {
	const { status, end, fault } = state;
	if (end) return jobItem(vendor, job, plan, { ...state, end }, NO_RESULT);
	return {
		job_type: job.type,
		job_id: job.id,
		status: status?.word ?? '',
		progress: status?.progress ?? NO_PROGRESS,
		by_status: status?.counts ?? {},
		errors: [
			`${lastKnown(vendor, job, state)} when it was last asked for`,
			...(fault ? [fault] : []),
		],
		started_at: new Date(plan.startedAt).toISOString(),
	};
}
