import fastify, { type FastifyInstance } from 'fastify';

import { createSimulatedTime, type Clock, type SimulatedTime, type TimeAnchor } from './clock';
import { addControl } from './control';
import type { StartedJob } from './cortex/jobs';
import { createCortexKeys, type CortexKey } from './cortex/keys';
import type { RosterState } from './cortex/roster';
import { addSignedFiles } from './cortex/downloadRoutes';
import { addCortexRoutes } from './cortex/routes';
import { defaultCortexSettings, type CortexSettings } from './cortex/settings';
import { createCortexTenant, type CortexTenant } from './cortex/tenant';
import { createFaults, watchRequests, type Faults } from './faults';
import type { JobBatch } from './qualys/jobs';
import { createQualysPlatform, type QualysPlatform } from './qualys/platform';
import { addQualysRoutes } from './qualys/routes';
import type { Run } from './qualys/runs';
import { defaultQualysSettings, type QualysSettings } from './qualys/settings';
import type { TokenState } from './qualys/tokens';
import type { QualysUser } from './qualys/users';
import { createSlidingLimit } from './rateLimit';
import { createRequestLog, type RequestLog } from './requestLog';
import { addWebhooks, type Message } from './webhooks';

export type { Clock, SimulatedTime } from './clock';
export type { JobRequest } from './cortex/jobs';
export type { CortexKey } from './cortex/keys';
export type { CortexSettings } from './cortex/settings';
export type { FaultRule, Faults } from './faults';
export type { QualysLimit } from './qualys/platform';
export type { QualysSettings } from './qualys/settings';
export type { QualysUser } from './qualys/users';
export type { RequestEntry, RequestLog } from './requestLog';

/** What survives a restart. JSON; all else follows from the seed. */
export interface SimulatorState {
	seed: number;
	/** The moment the made-up past leads up to, simulated epoch milliseconds. */
	epoch: number;
	time: TimeAnchor;
	/** Cortex jobs started. */
	jobs: StartedJob[];
	/** Endpoints that came and went; absent where none did. */
	roster?: RosterState;
	/** Qualys jobs created on top of the made-up past. */
	qualysBatches: JobBatch[];
	/** Absent from what older versions saved. */
	qualysTokens?: TokenState;
	/** Qualys scripts executed; absent from what older versions saved. */
	qualysRuns?: Run[];
}

export interface SimulatorOptions {
	/** Real time: limits, signatures, delays. Simulated time is reckoned from it. */
	clock: Clock;
	/** Default 1. */
	seed?: number;
	/** Simulated seconds per real second; default 1. */
	speed?: number;
	/** Cortex endpoints; default 2000. */
	endpoints?: number;
	/** Qualys script jobs of the past 90 days, made at the first search; default 60000. */
	scriptJobs?: number;
	/** Cortex requests per second, for all keys together; default 10, 0 for no limit. */
	requestsPerSecond?: number;
	/** What differs from the settings of `cortex/settings.ts`. */
	cortexSettings?: Partial<CortexSettings>;
	/** What differs from the settings of `qualys/settings.ts`. */
	qualysSettings?: Partial<QualysSettings>;
	/** What an earlier run saved. */
	state?: SimulatorState;
	/**
	 * Called with what to save when it has changed, before an answer tells of it; where it throws, that answer is a 500.
	 * Changes that follow one another without a pause are one: thousands of jobs may be started in a loop.
	 */
	onStateChange?: (state: SimulatorState) => void;
}

export interface Simulator {
	app: FastifyInstance;
	/** Listens (default: a free port of 127.0.0.1) and returns the URL. */
	listen(port?: number, host?: string): Promise<string>;
	/** Ends at once, open connections included. */
	close(): Promise<void>;
	/** Cortex demo credentials by name. */
	keys: Record<string, CortexKey>;
	/** Qualys demo users by name. */
	users: Record<string, QualysUser>;
	faults: Faults;
	requests: RequestLog;
	time: SimulatedTime;
	cortex: CortexTenant;
	/** May be changed at any time. */
	cortexSettings: CortexSettings;
	qualysSettings: QualysSettings;
	qualys: QualysPlatform;
	/** What the Slack and Jira stand-ins received. */
	messages: Message[];
	/** What to save now. */
	state(): SimulatorState;
}

/** Builds both vendors' APIs, the stand-ins for Slack and Jira, and the control API, on one port. */
export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
	const { clock, state: saved } = options;
	const seed = options.seed ?? saved?.seed ?? 1;
	if (saved && saved.seed !== seed) {
		throw new Error(`The saved state belongs to seed ${saved.seed}, not to seed ${seed}`);
	}

	let isTold = true;
	const tellChange = () => {
		if (isTold) return;
		isTold = true;
		options.onStateChange?.(state());
	};
	const tellSoon = () => {
		try {
			tellChange();
		} catch {
			// The next answer tells it again, and fails.
			isTold = false;
		}
	};
	const stateChanged = () => {
		if (isTold) queueMicrotask(tellSoon);
		isTold = false;
	};
	const time = createSimulatedTime(clock, options.speed ?? 1, saved?.time, stateChanged);
	const epoch = saved?.epoch ?? time.now();
	const keys = createCortexKeys(seed);
	const faults = createFaults(seed);
	const requests = createRequestLog();
	const messages: Message[] = [];
	const cortexSettings = { ...defaultCortexSettings, ...options.cortexSettings };
	const qualysSettings = { ...defaultQualysSettings, ...options.qualysSettings };
	const cortex = createCortexTenant({
		seed,
		endpoints: options.endpoints ?? 2000,
		epoch,
		now: time.now,
		settings: cortexSettings,
		started: saved?.jobs ?? [],
		roster: saved?.roster,
		onStart: stateChanged,
	});
	const qualys = createQualysPlatform({
		seed,
		jobs: options.scriptJobs ?? 60_000,
		epoch,
		now: time.now,
		batches: saved?.qualysBatches ?? [],
		runs: saved?.qualysRuns,
		settings: qualysSettings,
		tokens: saved?.qualysTokens,
		onChange: stateChanged,
	});

	function state(): SimulatorState {
		return {
			seed,
			epoch,
			time: time.anchor(),
			jobs: cortex.startedJobs(),
			roster: cortex.roster(),
			qualysBatches: qualys.batches(),
			qualysTokens: qualys.tokens.state(),
			qualysRuns: qualys.runs(),
		};
	}

	const app = fastify({
		forceCloseConnections: true,
		exposeHeadRoutes: false,
		// An id that is none is looked for and not found, however long it is.
		routerOptions: { maxParamLength: 10_000 },
		// Strict as the vendors: a number sent as text is not a number.
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false, discriminator: true } },
	});
	const knownKeyIds = new Set(Object.values(keys).map(({ id }) => id));
	const { users } = qualys;
	const simulator = {
		app,
		keys,
		users,
		faults,
		requests,
		time,
		cortex,
		cortexSettings,
		qualysSettings,
		qualys,
		messages,
		state,
	};

	app.addHook('onSend', async () => tellChange());
	app.addHook('onClose', async () => tellChange());
	watchRequests(app, { clock, faults, requests, knownKeyIds });
	app.register(
		async (routes) =>
			addCortexRoutes(routes, {
				clock,
				keys,
				limit: createSlidingLimit(() => options.requestsPerSecond ?? 10),
				settings: cortexSettings,
				tenant: cortex,
			}),
		{ prefix: '/public_api' },
	);
	app.register(async (routes) => addSignedFiles(routes, cortex, cortexSettings));
	app.register(async (routes) => addQualysRoutes(routes, { platform: qualys, clock }));
	app.register(async (routes) => addWebhooks(routes, clock.now, messages));
	app.register(async (routes) => addControl(routes, simulator), { prefix: '/simulator' });
	await app.ready();
	stateChanged();
	tellChange();

	return {
		...simulator,
		listen: (port = 0, host = '127.0.0.1') => app.listen({ port, host }),
		close: () => app.close(),
	};
}
