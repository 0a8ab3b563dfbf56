import { statusAt, type EndpointLife } from './actions';
import type { Endpoint } from './endpoints';
import type { StartedEndpointJob, StartedJob } from './jobs';

/** The vendor's word for the isolation of an endpoint. */
export type IsolationWord =
	| 'AGENT_UNISOLATED'
	| 'AGENT_ISOLATED'
	| 'AGENT_PENDING_ISOLATION'
	| 'AGENT_PENDING_ISOLATION_CANCELLATION';

export type IsolationAction = 'isolate' | 'unisolate';

/** What an action makes of an endpoint, and what it is until then. */
const words: Record<IsolationAction, { pending: IsolationWord; done: IsolationWord }> = {
	isolate: { pending: 'AGENT_PENDING_ISOLATION', done: 'AGENT_ISOLATED' },
	unisolate: { pending: 'AGENT_PENDING_ISOLATION_CANCELLATION', done: 'AGENT_UNISOLATED' },
};

/** Words with which an endpoint's part in an action is over. */
const unfinished = ['PENDING', 'IN_PROGRESS', 'PENDING_ABORT'];

const isIsolation = (job: StartedJob): job is StartedEndpointJob & { action: IsolationAction } =>
	job.kind === 'endpointAction' && (job.action === 'isolate' || job.action === 'unisolate');

/**
 * The state of isolation of each endpoint that any action was about, by position; an action that failed has changed nothing.
 * @param jobs in the order in which they were started
 * @param secondsOf simulated seconds since a job started
 */
export function isolationStates(
	jobs: StartedJob[],
	livesFor: (job: StartedEndpointJob) => EndpointLife[],
	secondsOf: (job: StartedJob) => number,
): Map<number, IsolationWord> {
	const states = new Map<number, IsolationWord>();
	for (const job of jobs.filter(isIsolation)) {
		const lives = livesFor(job);
		job.endpoints.forEach((position, index) => {
			const word = statusAt(lives[index], secondsOf(job));
			const { pending, done } = words[job.action];
			if (unfinished.includes(word)) states.set(position, pending);
			else if (word === 'COMPLETED_SUCCESSFULLY') states.set(position, done);
		});
	}
	return states;
}

/** The state of an endpoint that no action was about. */
export const seededIsolation = ({ isolation }: Endpoint): IsolationWord =>
	isolation === 'isolated' ? 'AGENT_ISOLATED' : 'AGENT_UNISOLATED';

/** Whether an endpoint can take the action: agents on phones do not have it. */
export const canTake = (
	action: IsolationAction,
	word: IsolationWord,
	endpoint: Endpoint,
): boolean =>
	endpoint.platform !== 'android' &&
	word === (action === 'isolate' ? 'AGENT_UNISOLATED' : 'AGENT_ISOLATED');

/** Longer than anybody waits, in simulated seconds. */
const NEVER_SECONDS = 10 * 365 * 24 * 3600;

/** What an action must be like that brings its endpoints into a state and leaves them there. */
export function actionTowards(word: IsolationWord): Pick<StartedEndpointJob, 'action' | 'plan'> {
	const action = (['isolate', 'unisolate'] as const).find((one) =>
		Object.values(words[one]).includes(word),
	);
	const pending = word.includes('PENDING');
	const statuses = ['COMPLETED_SUCCESSFULLY'];
	return { action, plan: { durationSeconds: pending ? NEVER_SECONDS : 0, statuses } };
}
