import type { IExecuteFunctions } from 'n8n-workflow';
import type { Fault } from '../errors';
import type { JsonObject } from '../json';
import type { Ask, Connection } from '../transport/asking';
import type { CredentialSecrets } from '../transport/secrets';

/*
 * Waiting for jobs of a vendor, in seven words:
 *
 *   job      what is waited for: its type, its id, how to wait for it and what counts as success
 *   plan     the jobs of one wait, what each input item waits for, and when the clock started
 *   poll     asking once how the jobs stand that are still running; polls follow each other in rounds
 *   status   how a job stands, as a poll brings it: the vendor's word, counts, reasons
 *   state    what is known of all jobs after so many rounds; the only thing that changes while a wait is parked
 *   outcome  how a job ended: succeeded, failed, timedOut, notFound; skipped is one that nobody named
 *   result   what is fetched of a job once, when all have ended
 * `wait.ts` is where a node enters; it waits in memory (`inMemory.ts`), and then in n8n's database (`parked.ts`).
 */

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
	/** Percent of the parts that must have finished. */
	finishedShare: number;
	/** Percent of the finished parts that must have succeeded. */
	requiredShare: number;
	acceptPartial: boolean;
	includeResults: boolean;
	/** Whether the names of its parts are looked up at the end; absent from waits that version 0.1.0 has parked. */
	endpointNames?: boolean;
}

/** One job to wait for. */
export interface Job {
	/** Of the vendor's {@link Vendor.kinds}. */
	type: string;
	id: string;
	settings: Settings;
}

/** Why an input item waits for nothing. */
export interface Refused {
	refusal: string;
	hint?: string;
}

/** An input item without an id, where the user wants that to be a success: the type of job that there is none of. */
export interface Skipped {
	skipped: string;
}

/** What does not change while a node waits. It travels with a parked wait, and holds no secret. */
export interface Plan {
	/** Moment of the first poll, epoch milliseconds. The clock of all timeouts starts here. */
	startedAt: number;
	/** Jobs to wait for, each once. */
	jobs: Job[];
	/** What each input item waits for: a job by its place in `jobs`, or why its input was refused, or left out. */
	items: Array<number | Refused | Skipped>;
	onError: 'stop' | 'continue' | 'errorOutput';
	/** Of a tool of an AI agent: whether it may be parked, or stays in memory. */
	tool?: 'mayPark' | 'inMemory';
}

export type Outcome = 'succeeded' | 'failed' | 'timedOut' | 'notFound' | 'skipped';

/** How many parts of a job there are, and how many of them came to what end. */
export interface Progress {
	total: number;
	finished: number;
	succeeded: number;
	failed: number;
}

/** Why a part of a job did not succeed, or the job itself. */
export interface Reason {
	/** The id of the part, where it is about one: its name is known only at the end. */
	part?: string;
	text: string;
}

/** How a job stands. */
export interface Status {
	/** The job has ended, or enough of it. */
	ended: boolean;
	/** What it ended as; meaningless before. */
	succeeded: boolean;
	/** The job's own word, or the most telling one of its parts. */
	word: string;
	progress: Progress;
	/** How many parts have each word. */
	counts: Record<string, number>;
	/** Why parts did not succeed, or the job itself. */
	errors: Reason[];
	/** A row for each part; absent where a job has none. */
	parts?: JsonObject[];
}

/** What is known of one job. */
export interface JobState {
	/** Its last known status; of a job that was parked, without parts. */
	status?: Omit<Status, 'ended' | 'succeeded'>;
	/** Answers in a row that were not the job's status. */
	misses: number;
	/** Words of the last poll that brought no status; gone after one that did. */
	fault?: string;
	/** How it ended, after how many polls, and when, in epoch milliseconds. */
	end?: { outcome: Outcome; polls: number; at: number };
}

/** Where a wait stands. */
export interface State {
	/** How many rounds of polls there were. */
	round: number;
	/** Where more jobs are limited than fit into a round: the place in the plan to go on from, and full turns so far. */
	turn?: { next: number; full: number };
	/** One for each job of the plan. */
	jobs: JobState[];
}

/** What was fetched of a job once it had ended. */
export interface Result {
	/** Null where they could not be fetched; absent where a job has none. */
	parts?: JsonObject[] | null;
	/** Rows of what the job gave back; null where they could not be fetched, absent where nobody wants them. */
	results?: JsonObject[] | null;
	/** Why parts did not succeed, where that is known better than from the last poll. */
	reasons?: Reason[];
	/** Names of parts by their ids, where they were looked up. */
	names?: ReadonlyMap<string, string>;
	/** Why something could not be fetched. */
	errors: string[];
	/** What could not be fetched may be there in a while. */
	again: boolean;
}

/** Names of a job's parts, which the vendor keeps elsewhere. The same object for kinds with the same parts. */
export interface PartNames<Question = unknown> {
	/** Fields of a row, of parts and of results, that hold its id and its name. */
	id: string;
	name: string;
	/** Looks up names by ids; ids without a name are missing. @throws {Fault} */
	lookUp(ask: Ask<Question>, ids: string[]): Promise<ReadonlyMap<string, string>>;
}

/** A kind of job: how to ask for it, what the answer means, what to fetch at the end. */
export interface JobKind<Question = unknown> {
	/** In sentences, before the id. */
	title: string;
	/** What its parts are called, in sentences and as field of the output; absent where it has none. */
	parts?: string;
	/** Why the vendor may name no parts of it, to be said where it never did. */
	noParts?: string;
	/**
	 * Parts may yet be added when those that are known have ended: it has ended where two polls in a row, with nothing
	 * between them, have found as many.
	 */
	grows?: boolean;
	/** How its parts get names; absent where they have none. */
	names?: PartNames<Question>;
	/** Seconds that must lie between two polls, where the vendor limits these. */
	apart?: number;
	/** Seconds below which no job of this kind is polled again, whatever the user has set. */
	soonest?: number;
	/** @throws {InputError} */
	readId(value: unknown): string;
	/** @throws {Fault} where the answer is not its status */
	status(ask: Ask<Question>, job: Job): Promise<Status>;
	/** What a refused poll says of the job all the same. */
	statusIn?(fault: Fault, job: Job): Status | undefined;
	/** Of its results, where the vendor gives only so many: how many, and where the others are. */
	mostResults?: { rows: number; others: string };
	/** What to do where its results could not be fetched, if that may be for another type of job. */
	noResults?: string;
	/** What the job gave back, in rows; absent where it gives nothing. Null where this one, as it ended, has none. */
	results?(ask: Ask<Question>, job: Job): Promise<JsonObject[] | null>;
}

/** A vendor whose jobs can be waited for. */
export interface Vendor<Question = unknown> {
	/** In sentences. */
	name: string;
	credential: CredentialSecrets;
	/** By {@link Job.type}. */
	kinds: Readonly<Record<string, JobKind<Question>>>;
	/** @throws {InputError} for the json of an item without an id that must not be left out all the same */
	refuseSkipped?(json: JsonObject): void;
	/** @throws {InputError} where the credential names no host */
	connect(context: IExecuteFunctions): Promise<Connection<Question>>;
}

/** A vendor, and the way to it. */
export interface Source {
	vendor: Vendor;
	connection: Connection;
}

export const NO_PROGRESS: Progress = { total: 0, finished: 0, succeeded: 0, failed: 0 };
