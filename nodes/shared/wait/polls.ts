import { Cancelled, passOn, unexpectedAnswer } from '../errors';
import type { JsonObject } from '../json';
import { MOST_ITEMS, thousands } from '../transport/answer';
import { consequencesOf } from '../transport/consequences';
import type { Connection } from '../transport/asking';
import type { Job, JobState, Result, Source, Status, Vendor } from './job';
import type { Polled } from './state';

/** The status of a job whose parts may grow in number: it has not ended as long as they may. */
function settled(status: Status, before: JobState): Status {
	const same =
		before.fault === undefined && before.status?.progress.total === status.progress.total;
	return { ...status, ended: status.ended && same };
}

/**
 * Asks how a job stands. Whatever goes wrong is part of the answer.
 * @param before what was known of it before
 * @param last whether its time is up, so that no other poll makes good for this one
 * @throws {Cancelled} when the execution is stopped
 */
export async function poll(
	{ vendor, connection }: Source,
	job: Job,
	before: JobState,
	last: boolean,
): Promise<Polled> {
	const kind = vendor.kinds[job.type];
	try {
		const status = await kind.status(last ? connection.lastly : connection.briefly, job);
		return { status: kind.grows ? settled(status, before) : status };
	} catch (error) {
		if (error instanceof Cancelled) return await passOn(error);
		const fault = connection.faultOf(error);
		return { fault, status: kind.statusIn?.(fault, job) };
	}
}

/** Whether what a job gave back is wanted. */
export const wantsResults = ({ kinds }: Vendor, { type, settings }: Job): boolean =>
	kinds[type].results !== undefined && settings.includeResults;

/**
 * Runs a fetch whose failure must not change how the job ended. The words of the failure go to `result`.
 * @returns `null` where it failed: what is not known is not an empty list
 */
async function attempt<T>(
	connection: Connection,
	what: string,
	result: Result,
	fetch: () => Promise<T>,
): Promise<T | null> {
	try {
		return await fetch();
	} catch (error) {
		if (error instanceof Cancelled) return await passOn(error);
		const fault = connection.faultOf(error);
		result.errors.push(`The ${what} could not be fetched: ${fault.message}`);
		result.again ||= consequencesOf(fault).poll === 'passing';
		return null;
	}
}

/** The status of a job that is asked for once more. */
async function statusAgain(
	{ name, kinds }: Vendor,
	ask: Connection['patiently'],
	job: Job,
): Promise<Status> {
	const { [job.type]: kind } = kinds;
	const now = await kind.status(ask, job);
	if (now.progress.total > 0) return now;
	throw unexpectedAnswer(`${name} named no ${kind.parts} any more`);
}

/** The rows that an item can hold; what is left out is said. */
function bounded(rows: JsonObject[], what: string, { errors }: Result): JsonObject[] {
	if (rows.length <= MOST_ITEMS) return rows;
	errors.push(
		`Only the first ${thousands(MOST_ITEMS)} of its ${thousands(rows.length)} ${what} are listed`,
	);
	return rows.slice(0, MOST_ITEMS);
}

/**
 * Fetches what the item of an ended job needs and what was not kept while it was parked.
 *
 * The parts of a job that ended in an earlier round are asked for again. How it ended, and stood then, stays
 * as it was: a job can end after its time was up.
 */
export async function complete(
	{ vendor, connection }: Source,
	job: Job,
	{ status, fault, end }: JobState,
): Promise<Result> {
	const kind = vendor.kinds[job.type];
	const result: Result = { errors: [], again: false };
	// A job that the vendor refuses to tell of, or does not know, is not asked for again.
	const askable = status !== undefined && (fault === undefined || end?.outcome === 'timedOut');
	// What is late already is not kept waiting for minutes.
	const ask = end?.outcome === 'timedOut' ? connection.lastly : connection.patiently;
	const { parts } = kind;
	if (parts !== undefined) {
		const none = status === undefined || status.progress.total === 0;
		let rows = none ? [] : (status.parts ?? null);
		if (askable && rows === null) {
			const again = async () => await statusAgain(vendor, ask, job);
			const now = await attempt(connection, parts, result, again);
			rows = now?.parts ?? null;
			// While it was parked, only the beginning of its errors was kept.
			if (now?.ended && now.succeeded === (end?.outcome === 'succeeded'))
				result.reasons = now.errors;
		}
		result.parts = rows && bounded(rows, parts, result);
	}
	if (wantsResults(vendor, job)) {
		const fetch = async () => {
			const rows = (await kind.results?.(ask, job)) ?? null;
			return rows && bounded(rows, 'results', result);
		};
		result.results = askable ? await attempt(connection, 'results', result, fetch) : null;
	}
	return result;
}
