import { readActionId } from '../shared/cortex/description';
import { readJobId } from '../shared/cortex/importJob';
import { InputError } from '../shared/input/inputError';
import { readChoice, readSwitch, sample, trimmed } from '../shared/input/values';

const JOB_TYPES = ['endpointAction', 'importJob', 'scriptExecution'] as const;
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
		`Enter a number such as ${Math.min(Math.max(least, 60), most)}.`,
	);
}

/** A year: nobody waits longer, and far dates do not fit into n8n's timers. */
const LONGEST_TIMEOUT_MINUTES = 525_600;
const LONGEST_INTERVAL_SECONDS = 86_400;

/**
 * Reads what one input item wants to wait for.
 *
 * @param parameters of the node, for that item
 * @param longestMinutes cuts the timeout short
 * @throws {InputError}
 */
export function readJob(
	parameters: {
		jobType: unknown;
		jobId: unknown;
		pollInterval: unknown;
		timeout: unknown;
		options: Record<string, unknown>;
	},
	longestMinutes = Infinity,
): Job {
	const option = (name: keyof Settings, otherwise: unknown) => {
		const { [name]: value } = parameters.options;
		return value === undefined ? otherwise : value;
	};
	const type = readChoice('Job Type', parameters.jobType, JOB_TYPES);
	const interval = { least: 1, most: LONGEST_INTERVAL_SECONDS, unit: 'seconds' };
	const minutes = { least: 1, most: LONGEST_TIMEOUT_MINUTES, unit: 'minutes' };
	const share = { least: 0, most: 100, unit: 'percent' };
	return {
		type,
		id:
			type === 'importJob' ? readJobId(parameters.jobId) : readActionId(parameters.jobId, 'Job ID'),
		settings: {
			pollInterval: readNumber('Poll Interval', parameters.pollInterval, interval),
			timeout: 60 * Math.min(readNumber('Timeout', parameters.timeout, minutes), longestMinutes),
			backoff: readChoice('Backoff', option('backoff', 'exponential'), ['exponential', 'fixed']),
			maxPollInterval: readNumber('Max Poll Interval', option('maxPollInterval', 300), interval),
			waitMode: readChoice('Wait Mode', option('waitMode', 'auto'), ['auto', 'inMemory']),
			finishedShare: readNumber('Finished Share', option('finishedShare', 100), share),
			requiredShare: readNumber('Required Share', option('requiredShare', 100), share),
			acceptPartial: readSwitch('Accept Partial', option('acceptPartial', false)),
			includeResults: readSwitch('Include Results', option('includeResults', true)),
		},
	};
}
