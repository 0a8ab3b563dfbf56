import { InputError } from '../errors';
import { isBlank, readChoice, readNumber, readSwitch } from '../input/values';
import type { Job, Settings, Skipped, Vendor } from './job';

/** A year: nobody waits longer, and far dates do not fit into n8n's timers. */
const LONGEST_TIMEOUT_MINUTES = 525_600;
const LONGEST_INTERVAL_SECONDS = 86_400;

/** The parameters of the node, for one item. */
export interface JobParameters {
	/** Missing where the vendor has one kind of job. */
	jobType: unknown;
	jobId: unknown;
	pollInterval: unknown;
	timeout: unknown;
	options: Record<string, unknown>;
}

const optionOf =
	({ options }: Pick<JobParameters, 'options'>) =>
	(name: keyof Settings | 'emptyJobId', otherwise: unknown) => {
		const { [name]: value } = options;
		return value === undefined ? otherwise : value;
	};

/** The kind of job; a node of a vendor that has only one does not ask for it. */
function typeOf(kinds: Vendor['kinds'], { jobType }: Pick<JobParameters, 'jobType'>): string {
	const types = Object.keys(kinds);
	return types.length === 1 ? types[0] : readChoice('Job Type', jobType, types);
}

/**
 * Whether an input item names no job, and the user wants that to be a success.
 * @throws {InputError}
 */
export function skippedJob({ kinds }: Vendor, parameters: JobParameters): Skipped | undefined {
	const choice = optionOf(parameters)('emptyJobId', 'refuse');
	const skips = readChoice('If Job ID Is Empty', choice, ['refuse', 'skip']) === 'skip';
	if (!skips || !isBlank(parameters.jobId)) return undefined;
	return { skipped: typeOf(kinds, parameters) };
}

/**
 * Reads what one input item wants to wait for.
 *
 * @param vendor whose jobs these are
 * @param parameters of the node, for that item
 * @throws {InputError}
 */
export function readJob(vendor: Vendor, parameters: JobParameters): Job {
	const { kinds } = vendor;
	const type = typeOf(kinds, parameters);
	const option = optionOf(parameters);
	const interval = { least: 1, most: LONGEST_INTERVAL_SECONDS, unit: 'seconds' };
	const minutes = { least: 1, most: LONGEST_TIMEOUT_MINUTES, unit: 'minutes' };
	const share = { least: 0, most: 100, unit: 'percent' };
	if (isBlank(parameters.jobId)) {
		throw new InputError(
			'Job ID is empty, so there is nothing to wait for',
			'The node before this one may have had nothing to start: its output says why. To let the workflow go on then, add the option If Job ID Is Empty and choose Skip.',
		);
	}
	return {
		type,
		id: kinds[type].readId(parameters.jobId),
		settings: {
			pollInterval: Math.max(
				readNumber('Poll Interval', parameters.pollInterval, interval),
				kinds[type].soonest ?? 0,
			),
			timeout: 60 * readNumber('Timeout', parameters.timeout, minutes),
			backoff: readChoice('Backoff', option('backoff', 'exponential'), ['exponential', 'fixed']),
			maxPollInterval: readNumber('Max Poll Interval', option('maxPollInterval', 300), interval),
			waitMode: readChoice('Wait Mode', option('waitMode', 'auto'), ['auto', 'inMemory']),
			finishedShare: readNumber('Finished Share', option('finishedShare', 100), share),
			requiredShare: readNumber('Required Share', option('requiredShare', 100), share),
			acceptPartial: readSwitch('Accept Partial', option('acceptPartial', false)),
			includeResults: readSwitch('Include Results', option('includeResults', true)),
			endpointNames: readSwitch('Endpoint Names', option('endpointNames', true)),
		},
	};
}
