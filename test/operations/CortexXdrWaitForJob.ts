import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import { seededIds } from '../../simulator/cortex/seededJobs';
import { actionStatus, importJob, queryResults, scriptResults } from '../samples/answers';
import type { World } from '../support/world';
import { TEXT, TEXTS, type OperationTests, type Subject } from './operation';

const waiting = {
	operation: '',
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

type JobKind = 'endpointAction' | 'scriptExecution' | 'importJob' | 'xqlQuery';

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
	// The rows of a query come from where its status does, which would count twice.
	options: { requiredShare: 0, includeResults: kind !== 'xqlQuery' },
});

/** A wait of five minutes for the same job, parked after the answer that it has not ended yet. */
const parkedWait = (kind: JobKind) => (world: World) => ({
	...wait(kind)(world),
	pollInterval: 65,
	timeout: 5,
	options: { ...wait(kind)(world).options, backoff: 'fixed' },
});

const actionPath = '/public_api/v1/actions/get_action_status/';

const actionGoesOn = {
	path: actionPath,
	body: { reply: { data: { 'endpoint-1': 'IN_PROGRESS', 'endpoint-2': 'PENDING' } } },
};

const waits = {
	action: {
		behaves: 'pollAction' as const,
		...waiting,
		operation: 'Get Action Status',
		parameters: wait('endpointAction'),
		path: actionPath,
		envelope: 'reply' as const,
		reply: actionStatus,
	},
	import: {
		behaves: 'pollImport' as const,
		...waiting,
		operation: 'Get Import Job',
		parameters: wait('importJob'),
		path: '/public_api/vulnerability-management/',
		envelope: 'flat' as const,
		reply: importJob,
	},
	query: {
		behaves: 'pollQuery' as const,
		...waiting,
		operation: 'Get Query Results',
		parameters: wait('xqlQuery'),
		path: '/public_api/v1/xql/get_query_results',
		envelope: 'reply' as const,
		reply: queryResults,
	},
	results: {
		behaves: 'results' as const,
		...waiting,
		operation: 'Get Script Results',
		parameters: wait('scriptExecution'),
		asksOthers: true,
		path: '/public_api/v1/scripts/get_script_execution_results/',
		envelope: 'reply' as const,
		reply: scriptResults,
	},
} satisfies Record<string, Subject>;

export const tests: OperationTests = {
	node: CortexXdrWaitForJob,
	runs: [],
	tool: {
		parameters: {
			jobType: '={{ $fromAI("kind", "endpointAction, importJob or scriptExecution") }}',
			jobId: '={{ $fromAI("id", "Its action_id or job_id") }}',
			timeout: '={{ $fromAI("minutes", "How long to wait", "number") }}',
			options: {},
		},
		schema: {
			kind: ['ZodString', 'endpointAction, importJob or scriptExecution'],
			id: ['ZodString', 'Its action_id or job_id'],
			minutes: ['ZodNumber', 'How long to wait'],
		},
		call: { kind: 'importJob', id: seededIds.importCompleted, minutes: 2 },
		does: /^Wait until a job .* has ended: a scan or another endpoint action, a script execution, an import job, or a query/,
		needs: /Takes its action_id, job_id or query_id/,
		returns:
			/Returns the outcome \(succeeded, failed, timedOut, notFound, skipped\).*5 minutes at most/,
		sends: `GET /public_api/vulnerability-management/v1/external-scans/assets/jobs/${seededIds.importCompleted}`,
		gives: [expect.objectContaining({ outcome: 'succeeded', polls: 1 })],
	},
	faults: {
		'Wait for Job: action': waits.action,
		'Wait for Job: import': waits.import,
		'Wait for Job: query': waits.query,
		'Wait for Job: results': waits.results,
		'Parked wait: action': {
			...waits.action,
			behaves: 'parked',
			parameters: parkedWait('endpointAction'),
			parkedBy: actionGoesOn,
		},
		'Parked wait: import': {
			...waits.import,
			behaves: 'parked',
			parameters: parkedWait('importJob'),
			parkedBy: { path: waits.import.path, body: { ...importJob, job_status: 'IN_PROGRESS' } },
		},
		'Parked wait: query': {
			...waits.query,
			behaves: 'parked',
			parameters: parkedWait('xqlQuery'),
			parkedBy: { path: waits.query.path, body: { reply: { status: 'PENDING' } } },
		},
		'Parked wait: results': {
			...waits.results,
			behaves: 'parked',
			parameters: parkedWait('scriptExecution'),
			parkedBy: actionGoesOn,
		},
	},
};
