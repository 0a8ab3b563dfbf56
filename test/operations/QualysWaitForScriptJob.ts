import { QualysWaitForScriptJob } from '../../nodes/QualysWaitForScriptJob/QualysWaitForScriptJob.node';
import { assetJobsReply } from '../samples/qualys';
import type { World } from '../support/world';
import { TEXT, TEXTS, type OperationTests, type Subject } from './operation';

const endedJobs = new WeakMap<World, string>();

/** The job that a world's waits are for; it has ended well. */
function endedJob(world: World): string {
	const id = endedJobs.get(world) ?? world.simulator.qualys.runScript({ durationSeconds: 0 });
	endedJobs.set(world, id);
	return id;
}

/** A wait of a minute. What scripts printed comes from where the status does, which would count twice. */
const wait = (world: World) => ({
	jobId: endedJob(world),
	pollInterval: 10,
	timeout: 1,
	options: { includeResults: false },
});

const PATH = '/sm/v1/assetjobs/search';

const waiting: Subject = {
	behaves: 'pollScriptJob',
	operation: 'Get Script Job Results',
	parameters: wait,
	path: PATH,
	envelope: 'errorCode',
	timeoutOption: false,
	reply: assetJobsReply,
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

export const tests: OperationTests = {
	node: QualysWaitForScriptJob,
	runs: [],
	tool: {
		parameters: {
			jobId: '={{ $fromAI("job", "Its number") }}',
			timeout: '={{ $fromAI("minutes", "How long to wait", "number") }}',
			options: {},
		},
		schema: {
			job: ['ZodString', 'Its number'],
			minutes: ['ZodNumber', 'How long to wait'],
		},
		call: (world) => ({ job: endedJob(world), minutes: 2 }),
		does: /^Wait until a script job of Qualys .* has ended on every asset/,
		needs: /Takes the id of the job \(a number\), such as the job_id that Execute Script gives/,
		returns: /Returns the outcome \(succeeded, failed, timedOut, skipped\).*5 minutes at most/,
		// Twice, since the number of assets may grow; then what was printed.
		sends: [`POST ${PATH}`, `POST ${PATH}`, `POST ${PATH}`],
		gives: [expect.objectContaining({ outcome: 'succeeded', polls: 2 })],
	},
	faults: {
		'Wait for Script Job': waiting,
		'Parked wait: script job': {
			...waiting,
			behaves: 'parked',
			parameters: (world) => ({
				...wait(world),
				pollInterval: 65,
				timeout: 5,
				options: { includeResults: false, backoff: 'fixed' },
			}),
			parkedBy: {
				path: PATH,
				body: {
					...assetJobsReply,
					body: { totalCount: 1, list: [{ status: 'MANIFEST_PUBLISHED' }] },
				},
			},
		},
	},
};
