/** What tests, demos and load runs may change of the tenant while it runs. In limits, 0 means no limit. */
export interface CortexSettings {
	/** Import jobs: polls in any minute of real time, of all jobs together; default 10. */
	importPollsPerMinute: number;
	/** Import jobs: submissions in any hour of real time; default 10. */
	importsPerHour: number;
	/** Import jobs started within the last simulated hour that may be going on when one more is submitted; default 10. */
	importsUnderWay: number;
	/** Import jobs: a submission is answered as older versions do, with status 200 and without `job_status`. */
	importsWithoutStatus: boolean;
	/** Import jobs: the answer to a submission stands in `reply`. */
	importsInReply: boolean;
	/** `action_id`, `endpoints_count` and the counters of scripts come as text; `endpoint_status` as STATUS_010_CONNECTED. */
	countsAsText: boolean;
	/** An endpoint whose scan is going on takes no other one. Off: scans may be started on it again and again. */
	oneScanAtATime: boolean;
	/** Results and status of a script execution that does not exist: 200 with `error_message`, as documented, instead of a 500. */
	unknownExecutionIs200: boolean;
	/** Searches for endpoints do not say how many there are in all. */
	noTotalCount: boolean;
	/** So many endpoints are enrolled after each search for endpoints; default 0. */
	enrolledPerSearch: number;
	/** So many endpoints are removed after each search for endpoints; default 0. */
	removedPerSearch: number;
	/** get_scripts gives so many scripts at most, and `total_count` says how many there are; default 0. */
	mostScripts: number;
	/** The link to a script's files comes as `data`, as in the vendor's schema, instead of `DATA`. */
	lowerCaseFilesLink: boolean;
	/**
	 * Links to a script's files are signed ones on this host, which takes no API headers: `localhost`, say, where the
	 * tenant is 127.0.0.1. With a port, unless it is the tenant's. '': links of the tenant's own.
	 */
	fileLinkHost: string;
	/** Downloads answer GET with 405. Off: GET and POST are the same. */
	downloadByPostOnly: boolean;
	/** Downloads that are refused come with status 200 and the error's envelope. */
	downloadErrorsAre200: boolean;
	/** Megabytes of each file that is downloaded, which no packing makes smaller; default 0: a few lines. */
	fileMegabytes: number;
	/** Queries that may be running when one more is started; default 4. */
	xqlAtOnce: number;
	/** Compute units that queries may use in a simulated day (UTC), one for each 100,000 rows looked at; default 1000. */
	xqlUnitsPerDay: number;
	/** Rows of the dataset `test_rows`; default 2500. */
	testRows: number;
}

export const defaultCortexSettings: CortexSettings = {
	importPollsPerMinute: 10,
	importsPerHour: 10,
	importsUnderWay: 10,
	importsWithoutStatus: false,
	importsInReply: false,
	countsAsText: false,
	oneScanAtATime: false,
	unknownExecutionIs200: false,
	noTotalCount: false,
	enrolledPerSearch: 0,
	removedPerSearch: 0,
	mostScripts: 0,
	lowerCaseFilesLink: false,
	fileLinkHost: '',
	downloadByPostOnly: false,
	downloadErrorsAre200: false,
	fileMegabytes: 0,
	xqlAtOnce: 4,
	xqlUnitsPerDay: 1000,
	testRows: 2500,
};
