import type { FastifyInstance } from 'fastify';

import { answerShapes } from './answerShapes';
import { plannedOutcomes, type JobRequest } from './cortex/jobs';
import { defaultCortexSettings, type CortexSettings } from './cortex/settings';
import type { FaultRule } from './faults';
import type { QualysLimit } from './qualys/platform';
import type { RunRequest } from './qualys/runs';
import { FINAL_WORDS } from './qualys/assetJobs';
import { defaultQualysSettings, type QualysSettings } from './qualys/settings';
import type { Simulator } from './server';

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };

const faultSchema = {
	type: 'object',
	required: ['path'],
	additionalProperties: false,
	properties: {
		path: text,
		method: text,
		times: { type: 'integer', minimum: 1 },
		skip: count,
		rate: { type: 'number', minimum: 0, maximum: 1 },
		status: { type: 'integer', minimum: 200, maximum: 599 },
		shape: { enum: Object.keys(answerShapes) },
		words: text,
		headers: { type: 'object', additionalProperties: text },
		body: {},
		contentType: text,
		delayMs: count,
		breakConnection: { enum: ['before', 'headers', 'middle'] },
		trickleMs: count,
		truncateBody: count,
		garbageGzip: { type: 'boolean' },
		silent: { type: 'boolean' },
		echo: { type: 'boolean' },
	},
};

const jobSchema = {
	type: 'object',
	required: ['kind', 'durationSeconds'],
	additionalProperties: false,
	properties: {
		kind: { enum: ['endpointAction', 'scriptExecution', 'importJob', 'xqlQuery'] },
		id: { anyOf: [text, { type: 'integer' }] },
		endpoints: { type: 'integer', minimum: 1 },
		durationSeconds: { type: 'number', minimum: 0 },
		outcome: { enum: Object.keys(plannedOutcomes) },
		statuses: { type: 'array', minItems: 1, items: text },
		offline: count,
		scriptUid: text,
		files: {
			type: 'object',
			additionalProperties: false,
			properties: Object.fromEntries(
				['windows', 'linux', 'macos'].map((system) => [system, { type: 'array', items: text }]),
			),
		},
		errorLog: {},
		query: text,
		ageSeconds: { type: 'number', minimum: 0 },
	},
};

const settingTypes: Record<string, object> = {
	number: count,
	boolean: { type: 'boolean' },
	string: text,
};

/** Every setting, by the type of its default. */
const settingsSchema = (defaults: object) => ({
	type: 'object',
	additionalProperties: false,
	properties: Object.fromEntries(
		Object.entries(defaults).map(([name, value]) => [name, settingTypes[typeof value]]),
	),
});

const runSchema = {
	type: 'object',
	additionalProperties: false,
	properties: {
		scriptId: { type: 'integer' },
		assets: count,
		durationSeconds: { type: 'number', minimum: 0 },
		words: { type: 'array', minItems: 1, items: { enum: Object.keys(FINAL_WORDS) } },
		codes: { type: 'array', minItems: 1, items: { type: 'integer' } },
		offline: count,
		hold: { type: 'boolean' },
		createdAt: { type: 'integer' },
		correlationUuid: text,
		appearsAfter: { type: 'number', minimum: 0 },
		growsEvery: { type: 'number', minimum: 0 },
	},
};

const timeSchema = {
	type: 'object',
	required: ['advanceSeconds'],
	additionalProperties: false,
	properties: { advanceSeconds: { type: 'number', minimum: 0 } },
};

const limitSchema = {
	type: 'object',
	required: ['kind', 'perWindow', 'windowSeconds', 'header'],
	additionalProperties: false,
	properties: {
		kind: { enum: ['429', '409'] },
		perWindow: count,
		windowSeconds: { type: 'number', exclusiveMinimum: 0 },
		header: { type: 'boolean' },
	},
};

const createSchema = {
	type: 'object',
	additionalProperties: false,
	properties: {
		count,
		scriptId: { type: 'integer' },
		createdAt: { type: 'integer' },
		every: count,
	},
};

const expireSchema = {
	type: 'object',
	nullable: true,
	additionalProperties: false,
	properties: { longLived: { type: 'boolean' } },
};

function addQualysControl(app: FastifyInstance, qualys: Simulator['qualys']): void {
	const forget = () => {
		for (const username of Object.keys(qualys.logins)) delete qualys.logins[username];
		return qualys.logins;
	};
	app.get('/logins', async () => qualys.logins);
	app.delete('/logins', async () => forget());

	app.post<{ Body: { longLived?: boolean } }>(
		'/expire-tokens',
		{ schema: { body: expireSchema } },
		async (request) => {
			qualys.tokens.expireAll(request.body?.longLived);
			return { expired: true };
		},
	);

	app.post<{ Body: QualysLimit }>('/limit', { schema: { body: limitSchema } }, async (request) => {
		qualys.limit = request.body;
		return qualys.limit;
	});
	app.delete('/limit', async () => {
		qualys.limit = undefined;
		return { limit: null };
	});

	app.get('/settings', async () => qualys.settings);
	app.post<{ Body: Partial<QualysSettings> }>(
		'/settings',
		{ schema: { body: settingsSchema(defaultQualysSettings) } },
		async (request) => Object.assign(qualys.settings, request.body),
	);

	app.post<{ Body: RunRequest }>('/runs', { schema: { body: runSchema } }, async (request) => ({
		id: qualys.runScript(request.body),
	}));

	app.post<{ Body: { count?: number; scriptId?: number; createdAt?: number; every?: number } }>(
		'/jobs',
		{ schema: { body: createSchema } },
		async (request) => {
			const { count: wanted, every, ...partial } = request.body;
			if (wanted) qualys.createJobs(wanted, partial);
			if (every !== undefined) qualys.createEvery = every;
			return { jobs: qualys.jobCount(), createEvery: qualys.createEvery };
		},
	);
}

/** Adds the simulator's own switches, below `/simulator`. Localhost only, so nobody signs in. */
export function addControl(
	app: FastifyInstance,
	simulator: Omit<Simulator, 'listen' | 'close'>,
): void {
	const { faults, requests, time, cortex, qualys, messages } = simulator;

	// Whatever the type says it is JSON, so that `curl -d '{…}'` needs no header.
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
		try {
			done(null, body === '' ? undefined : JSON.parse(String(body)));
		} catch (error) {
			done(Object.assign(error as Error, { statusCode: 400 }), undefined);
		}
	});

	app.get('/keys', async () => ({
		cortex: simulator.keys,
		qualys: { users: qualys.users, bearerToken: qualys.bearerToken },
	}));

	app.get('/faults', async () => faults.list());
	app.post<{ Body: FaultRule }>('/faults', { schema: { body: faultSchema } }, async (request) => {
		faults.add(request.body);
		return faults.list();
	});
	app.delete('/faults', async () => {
		faults.clear();
		return faults.list();
	});

	app.get('/requests', async () => ({
		counts: requests.counts(),
		busiestSecond: requests.busiestSecond(),
		overLimit: requests.overLimit(),
		entries: requests.entries,
	}));
	app.delete('/requests', async () => {
		requests.clear();
		return { entries: requests.entries };
	});

	const timeReply = () => ({ now: time.now(), iso: new Date(time.now()).toISOString() });
	app.get('/time', async () => timeReply());
	app.post<{ Body: { advanceSeconds: number } }>(
		'/time',
		{ schema: { body: timeSchema } },
		async (request) => {
			time.advance(request.body.advanceSeconds);
			return timeReply();
		},
	);

	app.get('/jobs', async () => cortex.jobs());
	app.post<{ Body: JobRequest }>('/jobs', { schema: { body: jobSchema } }, async (request) => ({
		id: cortex.startJob(request.body),
	}));

	app.get('/cortex/settings', async () => simulator.cortexSettings);
	app.post<{ Body: Partial<CortexSettings> }>(
		'/cortex/settings',
		{ schema: { body: settingsSchema(defaultCortexSettings) } },
		async (request) => Object.assign(simulator.cortexSettings, request.body),
	);

	app.register(async (routes) => addQualysControl(routes, qualys), { prefix: '/qualys' });

	app.get('/messages', async () => messages);
	app.delete('/messages', async () => {
		messages.splice(0);
		return messages;
	});
}
