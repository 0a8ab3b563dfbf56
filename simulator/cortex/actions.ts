import { createRandom, type Random } from '../random';
import { missingPaths, pathsFor } from './endpointFiles';
import type { Endpoint } from './endpoints';
import type { Plan, StartedEndpointJob } from './jobs';

/** One endpoint's part in an action. Simulated seconds since the action started. */
export interface EndpointLife {
	begins: number;
	ends: number;
	/** The word it ends with. */
	outcome: string;
	/** Which of the documented forms of error reason it shows; see `errorReasonForms`. */
	reasonForm: number;
	/** From when on it is being aborted by another action. */
	abortedFrom?: number;
	/** File retrievals: paths at which there is nothing. */
	missing?: string[];
}

/** An action offline endpoints never took up expires. */
const EXPIRY_SECONDS = 7 * 24 * 3600;

/** For so long after submission the tenant knows of no endpoint yet. */
const UNKNOWN_SECONDS = 2;

/** How long the work takes on an endpoint, in simulated seconds. At speed 20 a scan ends within about a minute. */
const durations = {
	endpointAction: { from: 600, to: 1200 },
	scriptExecution: { from: 20, to: 300 },
	isolation: { from: 5, to: 45 },
	fileRetrieval: { from: 10, to: 120 },
};

type Work = keyof typeof durations;

/** How long an endpoint takes to abort its scan, in simulated seconds. */
const abortDuration = { from: 10, to: 60 };

/** How connected endpoints end. */
const outcomes = [
	{ word: 'COMPLETED_SUCCESSFULLY', weight: 920 },
	{ word: 'COMPLETED_PARTIAL', weight: 20 },
	{ word: 'FAILED', weight: 35 },
	{ word: 'TIMEOUT', weight: 10 },
	{ word: 'ABORTED', weight: 7 },
	{ word: 'CANCELLED', weight: 5 },
	{ word: 'CANCELED', weight: 3 },
];

/** Isolating is done, or it is not. */
const isolationOutcomes = [
	{ word: 'COMPLETED_SUCCESSFULLY', weight: 95 },
	{ word: 'FAILED', weight: 4 },
	{ word: 'TIMEOUT', weight: 1 },
];

/** When offline endpoints come back, in simulated hours; never: the action expires on them. */
const returns = [
	{ fromHours: 1, toHours: 8, weight: 5 },
	{ fromHours: 8, toHours: 60, weight: 3 },
	{ never: true, weight: 2 },
] as const;

const reasons: Record<string, string[]> = {
	FAILED: [
		'The agent could not start the scan service',
		'Not enough disk space on the endpoint',
		'The endpoint agent version does not support this action',
	],
	COMPLETED_PARTIAL: ['Some files were locked by another process and were not scanned'],
	TIMEOUT: ['The action did not finish within its time limit'],
};

const retrievalReasons: Record<string, string[]> = {
	FAILED: ['The agent could not upload the files', 'Not enough disk space on the endpoint'],
	TIMEOUT: ['The upload did not finish within its time limit'],
};

/** Every form in which replies have been seen to say why; the last says nothing at all. */
const errorReasonForms: Array<(text: string, path: string) => object | undefined> = [
	(errorDescription) => ({ errorDescription }),
	(description, path) => ({ missing_files: [{ path, description }] }),
	(errorText) => ({
		errorDescription: null,
		errorData: JSON.stringify({ errorId: 1107, errorText }),
		terminated_by: null,
	}),
	() => undefined,
];

function plannedLife(plan: Plan, index: number, count: number): EndpointLife {
	const outcome = plan.statuses[index % plan.statuses.length];
	const reasonForm = (index + 1) % errorReasonForms.length;
	if (index >= count - (plan.offline ?? 0)) {
		return { begins: EXPIRY_SECONDS, ends: EXPIRY_SECONDS, outcome: 'EXPIRED', reasonForm };
	}
	const online = count - (plan.offline ?? 0);
	return {
		begins: Math.min(UNKNOWN_SECONDS, plan.durationSeconds),
		ends: (plan.durationSeconds * (index + 1)) / online,
		outcome,
		reasonForm,
	};
}

function offlineSeconds(random: Random, endpoint: Endpoint): number | undefined {
	if (endpoint.status === 'CONNECTED') return random.integer(3, 60);
	if (endpoint.habit.offlineSeconds !== undefined) return endpoint.habit.offlineSeconds;
	const back = random.weighted(returns);
	return 'never' in back ? undefined : random.integer(back.fromHours * 3600, back.toHours * 3600);
}

/** What an action does on its endpoints, as far as its life depends on it. */
function workOf({ kind, action }: StartedEndpointJob): Work {
	if (action === 'isolate' || action === 'unisolate') return 'isolation';
	return action === 'fileRetrieval' ? action : kind;
}

function chanceLife(random: Random, work: Work, endpoint: Endpoint): EndpointLife {
	const { from, to } = durations[work];
	const begins = offlineSeconds(random, endpoint);
	const words = work === 'isolation' ? isolationOutcomes : outcomes;
	const outcome = endpoint.habit.outcome ?? random.weighted(words).word;
	const reasonForm = random.integer(0, errorReasonForms.length - 1);
	return begins === undefined
		? { begins: EXPIRY_SECONDS, ends: EXPIRY_SECONDS, outcome: 'EXPIRED', reasonForm }
		: { begins, ends: begins + random.integer(from, to), outcome, reasonForm };
}

/** Seconds until the endpoint's scan is at its end, for the action that aborts and for the scan alike. */
const abortSeconds = (seed: number, abortId: string, position: number): number =>
	createRandom(seed, 'abort', abortId, position).integer(abortDuration.from, abortDuration.to);

function lifeOf(
	seed: number,
	job: StartedEndpointJob,
	endpoints: Endpoint[],
	index: number,
): EndpointLife {
	const position = job.endpoints[index];
	if (job.action === 'abortScan') {
		// The endpoint need not be there: a scan that has not begun is ended by the tenant.
		const ends = abortSeconds(seed, job.id, position);
		return { begins: UNKNOWN_SECONDS, ends, outcome: 'COMPLETED_SUCCESSFULLY', reasonForm: 0 };
	}
	if (job.plan) return plannedLife(job.plan, index, job.endpoints.length);
	const random = createRandom(seed, job.kind, job.id, position);
	return chanceLife(random, workOf(job), endpoints[position]);
}

/** The life of an endpoint that is asked for files: what it does not have decides over chance. */
function withFiles(job: StartedEndpointJob, endpoint: Endpoint, life: EndpointLife): EndpointLife {
	if (job.action !== 'fileRetrieval' || !life.outcome.startsWith('COMPLETED')) return life;
	const missing = missingPaths(job.files, endpoint);
	const all = pathsFor(job.files, endpoint).length;
	if (missing.length === 0) {
		return { ...life, outcome: job.plan ? life.outcome : 'COMPLETED_SUCCESSFULLY' };
	}
	return { ...life, missing, outcome: missing.length < all ? 'COMPLETED_PARTIAL' : 'FAILED' };
}

function untilAborted(
	seed: number,
	job: StartedEndpointJob,
	position: number,
	life: EndpointLife,
): EndpointLife {
	const abort = job.aborts?.find(({ endpoints }) => endpoints.includes(position));
	if (!abort) return life;
	const abortedFrom = (abort.at - job.startedAt) / 1000;
	const ends = abortedFrom + abortSeconds(seed, abort.by, position);
	return { ...life, outcome: 'ABORTED', abortedFrom, ends };
}

/** The lives of an action's endpoints, in the order of `job.endpoints`. */
export function livesOf(
	seed: number,
	job: StartedEndpointJob,
	endpoints: Endpoint[],
): EndpointLife[] {
	return job.endpoints.map((position, index) => {
		const life = withFiles(job, endpoints[position], lifeOf(seed, job, endpoints, index));
		return untilAborted(seed, job, position, life);
	});
}

/** The vendor's word for an endpoint `seconds` (simulated) after the action started. */
export function statusAt(life: EndpointLife, seconds: number): string {
	const { begins, ends, outcome } = life;
	const byItself = outcome === 'ABORTED' ? ends - (ends - begins) / 5 : Infinity;
	if (seconds >= ends) return outcome;
	if (seconds >= (life.abortedFrom ?? byItself)) return 'PENDING_ABORT';
	return seconds < begins ? 'PENDING' : 'IN_PROGRESS';
}

/** Whether the tenant knows the action's endpoints yet. */
export function isKnownAt(lives: EndpointLife[], seconds: number): boolean {
	return seconds >= Math.min(UNKNOWN_SECONDS, ...lives.map(({ ends }) => ends));
}

function reasonOf(
	job: StartedEndpointJob,
	life: EndpointLife,
	endpoint: Endpoint,
): object | undefined {
	if (life.missing) {
		const description = 'The file was not found on the endpoint';
		return { missing_files: life.missing.map((path) => ({ path, description })) };
	}
	const texts = (job.files ? retrievalReasons : reasons)[life.outcome];
	const [path = 'C:\\ProgramData\\Cyvera\\scan.db'] = pathsFor(job.files, endpoint);
	return texts && errorReasonForms[life.reasonForm](texts[life.reasonForm % texts.length], path);
}

/** The body of get_action_status: `data` by endpoint id, and `errorReasons` where there are any. */
export function actionStatusReply(
	job: StartedEndpointJob,
	lives: EndpointLife[],
	endpoints: Endpoint[],
	seconds: number,
): object {
	if (!isKnownAt(lives, seconds)) return { data: {} };
	const ids = job.endpoints.map((position) => endpoints[position].id);
	const data = Object.fromEntries(lives.map((life, i) => [ids[i], statusAt(life, seconds)]));
	const errorReasons = Object.fromEntries(
		lives.flatMap((life, i) => {
			const reason =
				seconds >= life.ends && !job.errorMessage
					? reasonOf(job, life, endpoints[job.endpoints[i]])
					: undefined;
			return reason ? [[ids[i], reason]] : [];
		}),
	);
	return Object.keys(errorReasons).length ? { data, errorReasons } : { data };
}
