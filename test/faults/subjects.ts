import type { INode, INodeType } from 'n8n-workflow';
import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrGetImportJob } from '../../nodes/CortexXdrGetImportJob/CortexXdrGetImportJob.node';
import { CortexXdrGetScriptResults } from '../../nodes/CortexXdrGetScriptResults/CortexXdrGetScriptResults.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import { seededIds } from '../../simulator/cortex/seededJobs';
import * as cortex from '../samples/cortex';
import * as qualys from '../samples/qualys';
import type { World } from '../support/world';

/** The forms in which a vendor sends an error. */
export type Envelope = 'reply' | 'flat' | 'errorCode' | 'login';

type Item = Record<string, unknown>;

/** A request of the package that things go wrong with. */
export interface Subject {
	/** What errors call it. */
	operation: string;
	node: new () => INodeType;
	parameters: (world: World) => INode['parameters'];
	/** Where its requests go, and no others. */
	path: string;
	envelope: Envelope;
	/** Whether the user can set how long an answer may take. */
	timeoutOption: boolean;
	/** A documented reply with every documented field. */
	reply: unknown;
	/** Whether requests that nothing happens to come before it, and have no more time for their answers. */
	asksOthers?: boolean;
	/** A wait that is parked after this answer to its first poll, of this path. What goes wrong begins after it. */
	parkedBy?: { path: string; body: unknown };
	/** What its items hold, whatever the vendor sent. */
	contract: object;
	/** Fields that differ from run to run. */
	varies?: string[];
	/** Something of it outlives a run, such as a refused login. */
	ownWorld?: boolean;
}

const TEXT = expect.any(String) as unknown;
const FLAG = expect.any(Boolean) as unknown;

/** Matches null, and what `matcher` matches. */
const orNull = (matcher: { asymmetricMatch(value: unknown): boolean }) => ({
	asymmetricMatch: (value: unknown) => value === null || matcher.asymmetricMatch(value),
});
const COUNT = orNull(expect.any(Number));
const TEXTS = {
	asymmetricMatch: (value: unknown) =>
		Array.isArray(value) && value.every((one) => typeof one === 'string'),
};
/** ISO text where the vendor sent epoch milliseconds, else what it sent. */
const TIME = orNull(expect.anything());

const actionStatus = {
	reply: {
		data: { 'endpoint-1': 'COMPLETED_SUCCESSFULLY', 'endpoint-2': 'FAILED' },
		errorReasons: {
			'endpoint-2': {
				errorDescription: 'disk full',
				missing_files: [{ description: 'no such file' }],
				errorData: '{"errorText":"denied"}',
			},
		},
	},
};

const scriptResults = {
	reply: {
		...cortex.scriptResults.reply,
		results: [
			{
				...cortex.scriptResults.reply.results[0],
				execution_status: 'COMPLETED_SUCCESSFULLY',
				return_value: 'ok',
				_return_value: null,
				'_echo hello': ['hello'],
			},
		],
	},
};

const importJob = { ...cortex.importJob, job_status: 'COMPLETED' };

const waiting = {
	operation: '',
	node: CortexXdrWaitForJob,
	timeoutOption: false,
	varies: ['polls', 'waited_seconds', 'started_at', 'finished_at'],
	contract: {
		job_id: TEXT,
		outcome: 'succeeded',
		status: TEXT,
		progress: {
			total: expect.any(Number),
			finished: expect.any(Number),
			succeeded: expect.any(Number),
			failed: expect.any(Number),
		},
		errors: TEXTS,
	},
};

type JobKind = 'endpointAction' | 'scriptExecution' | 'importJob';

const endedJobs = new WeakMap<World, string>();

/** The job that a world's waits are for. */
function endedJob(world: World, kind: JobKind): string {
	const id =
		endedJobs.get(world) ??
		world.simulator.cortex.startJob({ kind, durationSeconds: 0, endpoints: 2 });
	endedJobs.set(world, id);
	return id;
}

/** A wait of a minute for a job that has ended well, however few of its endpoints have. */
const wait = (kind: JobKind) => (world: World) => ({
	jobType: kind,
	jobId: endedJob(world, kind),
	pollInterval: 10,
	timeout: 1,
	options: { requiredShare: 0 },
});

/** A wait of five minutes for the same job, parked after the answer that it has not ended yet. */
const parkedWait = (kind: JobKind) => (world: World) => ({
	...wait(kind)(world),
	pollInterval: 65,
	timeout: 5,
	options: { requiredShare: 0, backoff: 'fixed' },
});

const actionPath = '/public_api/v1/actions/get_action_status/';

const actionGoesOn = {
	path: actionPath,
	body: { reply: { data: { 'endpoint-1': 'IN_PROGRESS', 'endpoint-2': 'PENDING' } } },
};

const search = (apiVersion: 'v1' | 'v2', reply: object) => ({
	operation: 'Search Script Jobs',
	node: QualysSearchScriptJobs,
	parameters: () => ({ apiVersion, limit: 1 }),
	path: `/sm/${apiVersion}/jobs/search`,
	envelope: 'errorCode' as const,
	timeoutOption: true,
	reply,
	contract: { createdAt: TIME, updatedAt: TIME },
});

const waits = {
	action: {
		...waiting,
		operation: 'Get Action Status',
		parameters: wait('endpointAction'),
		path: actionPath,
		envelope: 'reply' as const,
		reply: actionStatus,
	},
	import: {
		...waiting,
		operation: 'Get Import Job',
		parameters: wait('importJob'),
		path: '/public_api/vulnerability-management/',
		envelope: 'flat' as const,
		reply: importJob,
	},
	results: {
		...waiting,
		operation: 'Get Script Results',
		parameters: wait('scriptExecution'),
		asksOthers: true,
		path: '/public_api/v1/scripts/get_script_execution_results/',
		envelope: 'reply' as const,
		reply: scriptResults,
	},
} satisfies Record<string, Subject>;

const table = {
	'Scan Endpoints': {
		operation: 'Scan Endpoints',
		node: CortexXdrScanEndpoints,
		parameters: () => ({ scope: 'matching', filters: { groupNames: 'Kiosks' }, options: {} }),
		path: '/public_api/v1/endpoints/scan',
		envelope: 'reply',
		timeoutOption: true,
		reply: { reply: { action_id: 22519813685366, endpoints_count: 12 } },
		contract: { action_id: expect.stringMatching(/^\S/), endpoints_count: COUNT },
		varies: ['action_id'],
	},
	'Get Action Status': {
		operation: 'Get Action Status',
		node: CortexXdrGetActionStatus,
		parameters: () => ({ actionId: seededIds.finishedScan, output: 'endpoints' }),
		path: actionPath,
		envelope: 'reply',
		timeoutOption: true,
		reply: actionStatus,
		contract: {
			action_id: TEXT,
			endpoint_id: TEXT,
			status: TEXT,
			finished: FLAG,
			error: orNull(expect.any(String)),
		},
	},
	'Get Script Results': {
		operation: 'Get Script Results',
		node: CortexXdrGetScriptResults,
		parameters: () => ({ actionId: seededIds.finishedScript, output: 'endpoints' }),
		path: '/public_api/v1/scripts/get_script_execution_results/',
		envelope: 'reply',
		timeoutOption: true,
		reply: scriptResults,
		contract: {
			action_id: TEXT,
			finished: FLAG,
			retrieved_files: COUNT,
			failed_files: COUNT,
			command_output: orNull(expect.any(Object)),
		},
	},
	'Get Import Job': {
		operation: 'Get Import Job',
		node: CortexXdrGetImportJob,
		parameters: () => ({ jobId: seededIds.importCompleted }),
		path: '/public_api/vulnerability-management/',
		envelope: 'flat',
		timeoutOption: true,
		reply: importJob,
		contract: { job_status: TEXT, finished: FLAG, succeeded: FLAG, errors: TEXTS },
	},
	'Wait for Job: action': waits.action,
	'Wait for Job: import': waits.import,
	'Wait for Job: results': waits.results,
	'Parked wait: action': {
		...waits.action,
		parameters: parkedWait('endpointAction'),
		parkedBy: actionGoesOn,
	},
	'Parked wait: import': {
		...waits.import,
		parameters: parkedWait('importJob'),
		parkedBy: { path: waits.import.path, body: { ...importJob, job_status: 'IN_PROGRESS' } },
	},
	'Parked wait: results': {
		...waits.results,
		parameters: parkedWait('scriptExecution'),
		parkedBy: actionGoesOn,
	},
	'Search v1': search('v1', qualys.v1Reply),
	'Search v2': search('v2', qualys.v2Reply),
	Login: {
		...search('v2', {}),
		operation: 'the login',
		path: '/auth',
		envelope: 'login',
		timeoutOption: false,
		reply: 'header.payload.signature',
		ownWorld: true,
	},
} satisfies Record<string, Subject>;

export type SubjectName = keyof typeof table;

/** Every node of the package, and whatever else of it sends a request of its own. */
export const subjects: Readonly<Record<SubjectName, Subject>> = table;

export const subjectNames = Object.keys(table) as SubjectName[];

/** An item without what differs from run to run. */
export function steady(item: Item, { varies = [] }: Subject): Item {
	return Object.fromEntries(Object.entries(item).filter(([name]) => !varies.includes(name)));
}
