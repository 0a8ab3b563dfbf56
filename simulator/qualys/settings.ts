/** What tests, demos and load runs may change of the platform while it runs. Times in simulated seconds. */
export interface QualysSettings {
	/** Most records that one page may hold, of any list; default 1000. */
	largestPage: number;
	/** Larger pages are cut without a word, instead of refused with 400. */
	cutsPages: boolean;
	/** An executed script's job shows up in searches after so long; default 3. */
	jobAppearsAfter: number;
	/** Jobs that one execution makes, its assets shared out among them; default 1. */
	jobsPerRun: number;
	/** A job has its asset jobs so long after it was created; default 5. */
	assetJobsAppearAfter: number;
	/** So long until the last asset of an executed script has ended; default 60. */
	runSeconds: number;
	/** Of the assets on which a script is executed, percent on which it fails; default 20. */
	failingPercent: number;
	/** The same, percent that are offline; default 0. */
	offlinePercent: number;
	/** Where an asset job has its word: a name, two of them with a dot between, or '' for nowhere; default `status`. */
	statusField: string;
	/** `EXECUTION PASSED` and `EXECUTION FAILED` are written with an underscore, as the others are. */
	underscores: boolean;
	/** The count of tags comes as text, as in the vendor's sample. */
	tagCountAsText: boolean;
	/** The subscription has no full license: whatever is about jobs is answered with 403. */
	unlicensed: boolean;
	/** An execution must name a user. */
	userMandatory: boolean;
	/** Production assets are named by lists instead of texts with commas. */
	targetsAsLists: boolean;
	/** Executions that a user may start in a simulated day (UTC); default 1000. */
	executionsPerDay: number;
}

export const defaultQualysSettings: QualysSettings = {
	largestPage: 1000,
	cutsPages: false,
	jobAppearsAfter: 3,
	jobsPerRun: 1,
	assetJobsAppearAfter: 5,
	runSeconds: 60,
	failingPercent: 20,
	offlinePercent: 0,
	statusField: 'status',
	underscores: false,
	tagCountAsText: false,
	unlicensed: false,
	userMandatory: false,
	targetsAsLists: false,
	executionsPerDay: 1000,
};
