import type { PathsBySystem } from './endpointFiles';

/**
 * A started job is all that is kept of it. What has become of it at any moment is worked out from the seed, this record
 * and the simulated time, so a restarted simulator finds every job where it belongs.
 */
interface Started {
	id: string;
	/** Simulated epoch milliseconds. */
	startedAt: number;
}

/** What a test or a demo asked of a job, instead of leaving it to chance. Durations in simulated seconds. */
export interface Plan {
	/** The last endpoint ends then; the others spread evenly before it. */
	durationSeconds: number;
	/** The word each endpoint (or the import job) ends with, in turn. */
	statuses: string[];
	/** So many endpoints, the last ones, are offline and stay so. */
	offline?: number;
	/** Import jobs; of a query, what its reply says of it: a text for `error`, or fields. */
	errorLog?: unknown;
}

/** The end of a scan on some of its endpoints. */
export interface Abort {
	/** Id of the action that aborts. */
	by: string;
	/** Simulated epoch milliseconds. */
	at: number;
	/** Positions in the tenant's list of endpoints. */
	endpoints: number[];
}

export interface StartedEndpointJob extends Started {
	kind: 'endpointAction' | 'scriptExecution';
	/** What an endpoint action does to its endpoints; a scan, unless said otherwise. */
	action?: 'abortScan' | 'isolate' | 'unisolate' | 'fileRetrieval';
	/** Positions in the tenant's list of endpoints. */
	endpoints: number[];
	plan?: Plan;
	scriptUid?: string;
	parameters?: Record<string, unknown>;
	/** A script execution of code of the user's own, without a script of the library. */
	isSnippet?: true;
	/** File retrievals. */
	files?: PathsBySystem;
	/** A script execution that the tenant refused: answered with 200 and this text. */
	errorMessage?: string;
	/** Scans: where and when they were aborted. */
	aborts?: Abort[];
}

export interface StartedImport extends Started {
	kind: 'importJob';
	assets: number;
	vulnerabilities: number;
	plan?: Plan;
}

export interface StartedQuery extends Started {
	kind: 'xqlQuery';
	query: string;
	tenants?: string[];
	/** Epoch milliseconds; no dataset of the simulator has rows that come and go with time. */
	timeframe?: { from: number; to: number } | { relativeTime: number };
	plan?: Plan;
}

export type StartedJob = StartedEndpointJob | StartedImport | StartedQuery;

export type JobKind = StartedJob['kind'];

/** A job with a life as asked for; see `startJob`. */
export interface JobRequest {
	kind: JobKind;
	/** Free to choose; one is made up otherwise. */
	id?: string | number;
	/** How many connected endpoints take part; default 3. */
	endpoints?: number;
	/** Simulated seconds from its start to its end. */
	durationSeconds: number;
	/** How it ends; `never` leaves it going. Default: succeeded. */
	outcome?: keyof typeof plannedOutcomes;
	/** The vendor's words per endpoint, in turn, instead of `outcome`; any text. */
	statuses?: string[];
	/** So many of the endpoints are offline and stay PENDING until they expire after 7 days. */
	offline?: number;
	/** Script executions: the script of the library; the first one, unless given. */
	scriptUid?: string;
	/** Endpoint actions: paths by system, which makes it a file retrieval. */
	files?: PathsBySystem;
	/** Import jobs: the error log as it is to be sent. Queries: see {@link Plan.errorLog}. */
	errorLog?: unknown;
	/** Queries: what is asked; default all endpoints. */
	query?: string;
	/** Started so many simulated seconds ago; default 0. */
	ageSeconds?: number;
}

/** Outcome → the words of an endpoint, of an import job and of a query. */
export const plannedOutcomes = {
	succeeded: { endpoint: 'COMPLETED_SUCCESSFULLY', importJob: 'COMPLETED', xqlQuery: 'SUCCESS' },
	failed: { endpoint: 'FAILED', importJob: 'FAILED', xqlQuery: 'FAIL' },
	partial: {
		endpoint: 'COMPLETED_PARTIAL',
		importJob: 'COMPLETED_WITH_ERRORS',
		xqlQuery: 'PARTIAL_SUCCESS',
	},
	aborted: { endpoint: 'ABORTED', importJob: 'FAILED', xqlQuery: 'FAIL' },
	timeout: { endpoint: 'TIMEOUT', importJob: 'FAILED', xqlQuery: 'FAIL' },
	expired: { endpoint: 'EXPIRED', importJob: 'FAILED', xqlQuery: 'FAIL' },
	cancelled: { endpoint: 'CANCELLED', importJob: 'FAILED', xqlQuery: 'FAIL' },
	canceled: { endpoint: 'CANCELED', importJob: 'FAILED', xqlQuery: 'FAIL' },
	never: { endpoint: 'IN_PROGRESS', importJob: 'PROCESSING', xqlQuery: 'PENDING' },
} as const;

/** What was asked for, as the plan that is kept. */
export function planOf(request: JobRequest): Plan {
	const { kind } = request;
	const form = kind === 'importJob' || kind === 'xqlQuery' ? kind : 'endpoint';
	return {
		durationSeconds: request.durationSeconds,
		statuses: request.statuses?.length
			? request.statuses
			: [plannedOutcomes[request.outcome ?? 'succeeded'][form]],
		...(request.offline === undefined ? {} : { offline: request.offline }),
		...(request.errorLog === undefined ? {} : { errorLog: request.errorLog }),
	};
}
