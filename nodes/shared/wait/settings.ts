import { readChoice, readNumber, readSwitch } from '../input/values';
import type { Job, Settings, Vendor } from './job';

/** A year: nobody waits longer, and far dates do not fit into n8n's timers. */
const LONGEST_TIMEOUT_MINUTES = 525_600;
const LONGEST_INTERVAL_SECONDS = 86_400;

/**
 * Reads what one input item wants to wait for.
 *
 * @param vendor whose jobs these are
 * @param parameters of the node, for that item
 * @param longestMinutes cuts the timeout short
 * @throws {InputError}
 */
export function readJob(
	vendor: Vendor,
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
	const { kinds } = vendor;
	const type = readChoice('Job Type', parameters.jobType, Object.keys(kinds));
	const interval = { least: 1, most: LONGEST_INTERVAL_SECONDS, unit: 'seconds' };
	const minutes = { least: 1, most: LONGEST_TIMEOUT_MINUTES, unit: 'minutes' };
	const share = { least: 0, most: 100, unit: 'percent' };
	return {
		type,
		id: kinds[type].readId(parameters.jobId),
		settings: {
			pollInterval: Math.max(
				readNumber('Poll Interval', parameters.pollInterval, interval),
				kinds[type].soonest ?? 0,
			),
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
