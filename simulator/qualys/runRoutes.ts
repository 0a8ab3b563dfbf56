import type { FastifyInstance, FastifyRequest } from 'fastify';

import { tagRecord } from './assets';
import { SearchError } from './errors';
import type { QualysPlatform } from './platform';
import { bodyWith, wholeNumber } from './schemas';
import type { SearchBody } from './search';
import type { ExecuteBody } from './targets';
import type { QualysUser } from './users';

const text = { type: 'string' };
const flag = { anyOf: [{ type: 'boolean' }, { enum: ['true', 'false'] }] };
const pages = { pageNumber: wholeNumber, pageSize: wholeNumber };
const named = {
	type: 'array',
	items: {
		type: 'object',
		required: ['id', 'UUId'],
		properties: { id: { anyOf: [text, { type: 'integer' }] }, UUId: text },
	},
};
const targets = {
	anyOf: [text, { type: 'array', items: { anyOf: [text, { type: 'integer' }] } }],
};

const executeSchema = bodyWith({
	testMode: flag,
	testTags: named,
	testAssets: named,
	assetIds: targets,
	assetTagIds: targets,
	excludedAssetIds: targets,
	executionPolicyBypassEnabled: { type: 'boolean' },
	user: { type: 'object', required: ['id', 'name'], properties: { id: text, name: text } },
	description: text,
	rebootAfterScriptExecution: { type: 'boolean' },
	rebootDelayInSeconds: { type: ['integer', 'null'], minimum: 0 },
	rebootDelayTimeUnit: { enum: ['hours', 'minutes', 'seconds', null] },
});

const assetJobsSchema = bodyWith({
	filter: text,
	startAt: text,
	endAt: text,
	includeScriptResult: flag,
	sort: text,
	...pages,
});

/** The vendor's sample sends no body at all. */
const tagsSchema = { ...bodyWith({ filter: text, ...pages }), nullable: true };

interface AssetJobBody extends SearchBody {
	includeScriptResult?: boolean | 'true' | 'false';
}

/** The one filter that the vendor documents. */
const JOB_FILTER = /^job\.id: *(\d+)$/;

/** Adds what is around the jobs of scripts: executing one, its asset jobs, and tags. */
export function addRunRoutes(
	app: FastifyInstance,
	platform: QualysPlatform,
	callerOf: (request: FastifyRequest) => QualysUser,
): void {
	app.post<{ Body: ExecuteBody; Params: { scriptId: string } }>(
		'/sm/v1/scripts/:scriptId/execute',
		{ schema: { body: executeSchema } },
		async (request) => {
			const { scriptId } = request.params;
			const user = callerOf(request);
			return { body: { correlationUuid: platform.execute(Number(scriptId), request.body, user) } };
		},
	);

	app.post<{ Body: AssetJobBody }>(
		'/sm/v1/assetjobs/search',
		{ schema: { body: assetJobsSchema } },
		async (request) => {
			const { filter = '', includeScriptResult, startAt, endAt, sort } = request.body;
			const [, jobId] = JOB_FILTER.exec(filter) ?? [];
			if (jobId === undefined) throw new SearchError('CAR-QQL-400', `Invalid query: ${filter}`);
			const records = platform.assetJobs(jobId, {
				user: callerOf(request),
				withResult: String(includeScriptResult) === 'true',
				startAt,
				endAt,
				sort,
			});
			const list = platform.page(records, request.body);
			return {
				errorCode: null,
				message: null,
				body: { totalCount: records.length, list: list.map((record) => record()) },
			};
		},
	);

	app.post<{ Body?: SearchBody | null }>(
		'/sm/v1/assettags/search',
		{ schema: { body: tagsSchema } },
		async (request) => {
			const asked = request.body ?? {};
			// The vendor's page has a filter, and does not say what may stand in it.
			if (asked.filter) throw new SearchError('CAR-QQL-400', `Invalid query: ${asked.filter}`);
			const list = platform.page(platform.tags, asked).map(tagRecord);
			const { length } = platform.tags;
			const totalCount = platform.settings.tagCountAsText ? String(length) : length;
			return { errorCode: null, message: null, body: { totalCount, list } };
		},
	);
}
