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
	/** Results of a script execution that does not exist: 200 with `error_message`, as documented, instead of a 500. */
	unknownExecutionIs200: boolean;
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
};
