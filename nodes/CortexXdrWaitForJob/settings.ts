import { readActionId } from '../shared/cortex/description';
import { readJobId } from '../shared/cortex/importJob';
import { InputError } from '../shared/input/inputError';
import { sample, trimmed } from '../shared/input/values';

export const JOB_TYPES = ['endpointAction', 'importJob', 'scriptExecution'] as const;
export type JobType = (typeof JOB_TYPES)[number];

/** How to wait for a job, and what counts as its success. The same for all polls of the job. */
export interface Settings {
	/** Seconds until the second poll. */
	pollInterval: number;
	/** Seconds from the first poll to the deadline. */
	timeout: number;
	backoff: 'exponential' | 'fixed';
	/** Seconds. */
	maxPollInterval: number;
	waitMode: 'auto' | 'inMemory';
	/** Percent of the endpoints that must have finished. */
	finishedShare: number;
	/** Percent of the finished endpoints that must have succeeded. */
	requiredShare: number;
	acceptPartial: boolean;
	includeResults: boolean;
}

/** One job to wait for. */
export interface Job {
	type: JobType;
	id: string;
	settings: Settings;
}

function readNumber(
	field: string,
	value: unknown,
	{ least, most = Infinity, unit }: { least: number; most?: number; unit: string },
): number {
	const number = typeof value === 'string' ? Number(trimmed(value) || NaN) : value;
	if (typeof number === 'number' && number >= least && number <= most && Number.isFinite(number)) {
		return number;
	}
	const range = most === Infinity ? `at least ${least}` : `from ${least} to ${most}`;
	throw new InputError(
		`${field} holds ${sample(value)}, but it must be a number of ${unit}, ${range}`,
		'Correct the value of this field.',
	);
}

function readChoice<T extends string>(field: string, value: unknown, allowed: readonly T[]): T {
	const known = allowed.find((option) => option === value);
	if (known !== undefined) return known;
	throw new InputError(
		`${field} holds ${sample(value ?? '')}`,
		`It can hold: ${allowed.join(', ')}.`,
	);
}

/** A year: nobody waits longer, and far dates do not fit into n8n's timers. */
const LONGEST_TIMEOUT_MINUTES = 525_600;
const LONGEST_INTERVAL_SECONDS = 86_400;

/**
 * Reads what one input item wants to wait for.
 *
 * @param parameters of the node, for that item
 * @throws {InputError}
 */
export function readJob(parameters: {
	jobType: unknown;
	jobId: unknown;
	pollInterval: unknown;
	timeout: unknown;
	options: Record<string, unknown>;
}): Job {
	const { options } = parameters;
	const type = readChoice('Job Type', parameters.jobType, JOB_TYPES);
	const interval = { least: 1, most: LONGEST_INTERVAL_SECONDS, unit: 'seconds' };
	const share = { least: 0, most: 100, unit: 'percent' };
	return {
		type,
		id:
			type === 'importJob' ? readJobId(parameters.jobId) : readActionId(parameters.jobId, 'Job ID'),
		settings: {
			pollInterval: readNumber('Poll Interval', parameters.pollInterval, interval),
			timeout:
				60 *
				readNumber('Timeout', parameters.timeout, {
					least: 1,
					most: LONGEST_TIMEOUT_MINUTES,
					unit: 'minutes',
				}),
			backoff: readChoice('Backoff', options.backoff ?? 'exponential', ['exponential', 'fixed']),
			maxPollInterval: readNumber('Max Poll Interval', options.maxPollInterval ?? 300, interval),
			waitMode: readChoice('Wait Mode', options.waitMode ?? 'auto', ['auto', 'inMemory']),
			finishedShare: readNumber('Finished Share', options.finishedShare ?? 100, share),
			requiredShare: readNumber('Required Share', options.requiredShare ?? 100, share),
			acceptPartial: options.acceptPartial === true,
			includeResults: options.includeResults !== false,
		},
	};
}
