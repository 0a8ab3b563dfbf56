import { createRandom } from '../random';
import { actionStatusReply, livesOf, statusAt, type EndpointLife } from './actions';
import { endpointRecord, sortEndpoints, type EndpointSort } from './endpointRecords';
import type { Endpoint } from './endpoints';
import { isSelected, type EndpointSelection } from './filters';
import { importJobReply } from './importJobs';
import {
	planOf,
	type JobRequest,
	type StartedEndpointJob,
	type StartedImport,
	type StartedJob,
	type StartedQuery,
} from './jobs';
import {
	actionTowards,
	canTake,
	isolationStates,
	seededIsolation,
	type IsolationAction,
	type IsolationWord,
} from './isolation';
import { createRoster, type LiveEndpoint, type RosterState } from './roster';
import { scriptResultsReply, unknownExecutionReply } from './scriptExecutions';
import { createSeededJobs } from './seededJobs';
import type { CortexSettings } from './settings';
import { createQueries, type CortexQueries } from './xqlQueries';

/** A job at a glance, for the control API. */
export interface JobSummary {
	kind: StartedJob['kind'];
	id: string;
	/** ISO, simulated time. */
	startedAt: string;
	/** Number of endpoints (or the one import) by the vendor's word. */
	by_status: Record<string, number>;
}

/** An action with the lives of its endpoints, in its order, so many simulated seconds after its start. */
export interface Course {
	job: StartedEndpointJob;
	lives: EndpointLife[];
	seconds: number;
}

/** The tenant: its endpoints and its jobs. Job ids are text here, whatever the API makes of them. */
export interface CortexTenant {
	seed: number;
	/** Simulated epoch milliseconds. */
	now(): number;
	/** By position, those that have been removed included: jobs know their endpoints by position. */
	endpoints: Endpoint[];
	/** Positions of the endpoints that match. */
	select(selection: EndpointSelection): number[];
	/** How many endpoints match, and the records of those from a place in their order up to another. */
	search(
		selection: EndpointSelection,
		sort: EndpointSort,
		places: { from: number; to: number },
	): { total: number; records: object[] };
	/** Enrols new endpoints, seen for the first time now; returns their ids. */
	enrolEndpoints(count: number): string[];
	/** Takes these endpoints out of the tenant, or so many that chance picks; returns their ids. */
	removeEndpoints(which: string[] | number): string[];
	/** Starts a scan or a script, as the API does; returns its id. */
	startAction(job: Omit<StartedEndpointJob, 'id' | 'startedAt' | 'plan'>): string;
	/** Positions at which a scan is pending, under way or being aborted. */
	scanned(): Set<number>;
	/** Aborts the scans that are pending or under way at these positions; returns what it did, if there were any. */
	abortScans(positions: number[]): { id: string; endpoints: number[] } | undefined;
	/** The vendor's word for the isolation of the endpoint at a position. */
	isolationOf(position: number): IsolationWord;
	/** Those of some positions that can take the action; `busy` where another one is under way and nothing else is left. */
	isolatable(action: IsolationAction, positions: number[]): number[] | 'busy';
	/** Brings endpoints into a state of isolation, by an action that has ended, or never will where that is pending. */
	setIsolation(ids: string[], word: IsolationWord): void;
	startImport(assets: number, vulnerabilities: number): string;
	/** Starts a job with a life as asked for; returns its id. A job with the same id is replaced. */
	startJob(request: JobRequest): string;
	/** Reply of get_action_status; undefined: no such action. */
	actionStatus(id: string): object | undefined;
	scriptResults(id: string): object | undefined;
	/** What becomes of an action's endpoints, and how far it is; undefined: no such action. */
	course(id: string): Course | undefined;
	importStatus(id: string): object | undefined;
	/** Import jobs of the last simulated hour that have not ended. */
	importsUnderWay(): number;
	queries: CortexQueries;
	jobs(): JobSummary[];
	/** What to save: the jobs started, without the seeded ones. */
	startedJobs(): StartedJob[];
	/** What to save of the endpoints. */
	roster(): RosterState;
}

/** Real action ids have 14 digits; theirs start here and rise by one. */
const FIRST_ACTION_ID = 22519813685366;

const HOUR_MS = 3600 * 1000;

/** The tenant for a seed, as of `epoch` (simulated epoch milliseconds), with the jobs an earlier run had started. */
export function createCortexTenant(options: {
	seed: number;
	endpoints: number;
	epoch: number;
	now: () => number;
	/** Looked at anew for every reply. */
	settings: CortexSettings;
	started: StartedJob[];
	roster?: RosterState;
	onStart: () => void;
}): CortexTenant {
	const { seed, epoch, now, settings, onStart } = options;
	const roster = createRoster({ ...options, saved: options.roster, onChange: onStart });
	const { endpoints } = roster;
	const started = new Map(options.started.map((job) => [job.id, job]));
	const seeded = new Map(createSeededJobs(endpoints, epoch).map((job) => [job.id, job]));
	const lives = new WeakMap<StartedJob, EndpointLife[]>();

	const find = (id: string): StartedJob | undefined => started.get(id) ?? seeded.get(id);
	const secondsOf = (job: StartedJob): number => (now() - job.startedAt) / 1000;

	const findAction = (id: string): StartedEndpointJob | undefined => {
		const job = find(id);
		return job?.kind === 'importJob' || job?.kind === 'xqlQuery' ? undefined : job;
	};

	const livesFor = (job: StartedEndpointJob): EndpointLife[] => {
		const known = lives.get(job) ?? livesOf(seed, job, endpoints);
		lives.set(job, known);
		return known;
	};

	const jobs = (): StartedJob[] => [...new Map([...seeded, ...started]).values()];

	/** Scans with the positions at which their word is one of these. */
	const scansThatAre = (...words: string[]) =>
		jobs().flatMap((job) => {
			if (job.kind !== 'endpointAction' || job.action) return [];
			const are = livesFor(job).map((life) => words.includes(statusAt(life, secondsOf(job))));
			return [{ scan: job, positions: job.endpoints.filter((_position, i) => are[i]) }];
		});

	const isolations = () => isolationStates(jobs(), livesFor, secondsOf);
	const isolationOf = (position: number, states = isolations()) =>
		states.get(position) ?? seededIsolation(endpoints[position]);

	const select = (selection: EndpointSelection) => {
		const states = isolations();
		return roster
			.live()
			.map((endpoint): LiveEndpoint => {
				const isolated = isolationOf(endpoint.position, states) === 'AGENT_ISOLATED';
				return { ...endpoint, isolation: isolated ? 'isolated' : 'unisolated' };
			})
			.filter((endpoint) => isSelected(endpoint, selection));
	};

	const statusOfImport = (job: StartedImport) => importJobReply(seed, job, now()).job_status;

	const start = (job: StartedJob): string => {
		started.set(job.id, job);
		onStart();
		return job.id;
	};

	const queries = createQueries({
		seed,
		now,
		settings,
		endpoints: () => select('all'),
		endpointsCount: roster.size,
		queries: () => jobs().filter((job): job is StartedQuery => job.kind === 'xqlQuery'),
		add: start,
	});

	const newActionId = (): string => {
		let id = FIRST_ACTION_ID + started.size;
		while (find(String(id))) id++;
		return String(id);
	};

	const newImportId = (): string => createRandom(seed, 'import-id', started.size).uuid();

	const statusCounts = (job: StartedJob): Record<string, number> => {
		const words =
			job.kind === 'importJob'
				? [statusOfImport(job)]
				: job.kind === 'xqlQuery'
					? [queries.status(job)]
					: livesFor(job).map((life) => statusAt(life, secondsOf(job)));
		const counts: Record<string, number> = {};
		for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
		return counts;
	};

	const plannedJob = (request: JobRequest): StartedJob => {
		const startedAt = now() - (request.ageSeconds ?? 0) * 1000;
		const plan = planOf(request);
		const { kind } = request;
		if (kind === 'importJob') {
			const id = String(request.id ?? newImportId());
			return { kind, id, startedAt, assets: 40, vulnerabilities: 312, plan };
		}
		if (kind === 'xqlQuery') {
			const { query = 'dataset = endpoints' } = request;
			return { kind, id: String(request.id ?? queries.newId()), startedAt, query, plan };
		}
		const connected = endpoints.flatMap(({ status }, i) => (status === 'CONNECTED' ? [i] : []));
		return {
			kind,
			id: String(request.id ?? newActionId()),
			startedAt,
			endpoints: connected.slice(0, request.endpoints ?? 3),
			plan,
			...(request.scriptUid && { scriptUid: request.scriptUid }),
			...(request.files && { action: 'fileRetrieval' as const, files: request.files }),
		};
	};

	return {
		seed,
		now,
		endpoints,
		select: (selection) => select(selection).map(({ position }) => position),
		search(selection, sort, { from, to }) {
			const found = sortEndpoints(select(selection), sort);
			const states = isolations();
			const records = found
				.slice(from, to)
				.map((endpoint) => endpointRecord(seed, endpoint, isolationOf(endpoint.position, states)));
			return { total: found.length, records };
		},
		enrolEndpoints: roster.enrol,
		removeEndpoints: roster.remove,
		queries,
		startAction: (job) => start({ ...job, id: newActionId(), startedAt: now() }),
		scanned: () =>
			new Set(
				scansThatAre('PENDING', 'IN_PROGRESS', 'PENDING_ABORT').flatMap(
					({ positions }) => positions,
				),
			),
		abortScans(wanted) {
			const asked = new Set(wanted);
			const running = scansThatAre('PENDING', 'IN_PROGRESS')
				.map(({ scan, positions }) => ({
					scan,
					positions: positions.filter((position) => asked.has(position)),
				}))
				.filter(({ positions }) => positions.length > 0);
			if (running.length === 0) return undefined;
			const id = newActionId();
			for (const { scan, positions } of running) {
				const abort = { by: id, at: now(), endpoints: positions };
				started.set(scan.id, { ...scan, aborts: [...(scan.aborts ?? []), abort] });
			}
			const endpoints = [...new Set(running.flatMap(({ positions }) => positions))];
			start({ kind: 'endpointAction', action: 'abortScan', id, startedAt: now(), endpoints });
			return { id, endpoints };
		},
		isolationOf: (position) => isolationOf(position),
		isolatable(action, positions) {
			const states = isolations();
			const able = positions.filter((position) =>
				canTake(action, isolationOf(position, states), endpoints[position]),
			);
			const busy = positions.some((position) => isolationOf(position, states).includes('PENDING'));
			return able.length === 0 && busy ? 'busy' : able;
		},
		setIsolation(ids, word) {
			const job = {
				kind: 'endpointAction' as const,
				id: newActionId(),
				startedAt: now(),
				endpoints: endpoints.flatMap(({ id }, position) => (ids.includes(id) ? [position] : [])),
			};
			start({ ...job, ...actionTowards(word) });
		},
		startImport: (assets, vulnerabilities) =>
			start({ kind: 'importJob', id: newImportId(), startedAt: now(), assets, vulnerabilities }),
		startJob: (request) => start(plannedJob(request)),
		actionStatus(id) {
			const job = findAction(id);
			return job && actionStatusReply(job, livesFor(job), endpoints, secondsOf(job));
		},
		scriptResults(id) {
			const job = findAction(id);
			if (job?.kind !== 'scriptExecution') {
				return settings.unknownExecutionIs200 ? unknownExecutionReply(id) : undefined;
			}
			return scriptResultsReply(
				seed,
				job,
				livesFor(job),
				endpoints,
				secondsOf(job),
				settings.countsAsText,
			);
		},
		course(id) {
			const job = findAction(id);
			return job && { job, lives: livesFor(job), seconds: secondsOf(job) };
		},
		importStatus(id) {
			const job = find(id) as StartedImport | undefined;
			return job?.kind === 'importJob' ? importJobReply(seed, job, now()) : undefined;
		},
		importsUnderWay: () =>
			jobs().filter(
				(job) =>
					job.kind === 'importJob' &&
					now() - job.startedAt < HOUR_MS &&
					['INITIATED', 'PROCESSING'].includes(statusOfImport(job)),
			).length,
		jobs: () =>
			jobs().map((job) => ({
				kind: job.kind,
				id: job.id,
				startedAt: new Date(job.startedAt).toISOString(),
				by_status: statusCounts(job),
			})),
		startedJobs: () => [...started.values()],
		roster: roster.state,
	};
}
