import type { FastifyInstance, FastifyRequest } from 'fastify';

import { tagRecord } from './assets';
import { SearchError } from './errors';
import type { QualysPlatform } from './platform';
import type { ExecuteBody } from './runs';
import { bodyWith, wholeNumber } from './schemas';
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

const tagsSchema = bodyWith({ filter: text, ...pages });

interface AssetJobSearch {
	filter?: string;
	includeScriptResult?: boolean | string;
	pageNumber?: number | string;
	pageSize?: number | string;
	sort?: string;
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

	app.post<{ Body: AssetJobSearch }>(
		'/sm/v1/assetjobs/search',
		{ schema: { body: assetJobsSchema } },
		async (request) => {
			const { filter = '', includeScriptResult, sort } = request.body;
			const [, jobId] = JOB_FILTER.exec(filter) ?? [];
			if (jobId === undefined) throw new SearchError('CAR-QQL-400', `Invalid query: ${filter}`);
			const records = platform.assetJobs(jobId, {
				user: callerOf(request),
				withResult: String(includeScriptResult) === 'true',
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

	app.post<{ Body: AssetJobSearch }>(
		'/sm/v1/assettags/search',
		{ schema: { body: tagsSchema } },
		async (request) => {
			const list = platform.page(platform.tags, request.body).map(tagRecord);
			const { length } = platform.tags;
			const totalCount = platform.settings.tagCountAsText ? String(length) : length;
			return { errorCode: null, message: null, body: { totalCount, list } };
		},
	);
}
