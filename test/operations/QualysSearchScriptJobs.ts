import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import * as qualys from '../samples/qualys';
import type { EngineResult } from '../support/engine';
import { TIME, type OperationTests } from './operation';

const search = (apiVersion: 'v1' | 'v2', reply: object) => ({
	behaves: 'search' as const,
	operation: 'Search Script Jobs',
	parameters: () => ({ apiVersion, limit: 1 }),
	path: `/sm/${apiVersion}/jobs/search`,
	envelope: 'errorCode' as const,
	timeoutOption: true,
	reply,
	contract: { createdAt: TIME, updatedAt: TIME },
});

export const tests: OperationTests = {
	node: QualysSearchScriptJobs,
	runs: [
		...['v1', 'v2'].map((apiVersion) => ({
			name: `version ${apiVersion}`,
			parameters: {
				apiVersion,
				limit: 2,
				filters: { scriptName: 'Check disk space' },
				options: {},
			},
			sends: `POST /sm/${apiVersion}/jobs/search`,
			gives: ({ json }: EngineResult) => {
				expect(json).toHaveLength(2);
				expect(json[0]).toEqual({
					id: expect.stringMatching(/^\d+$/),
					title: expect.stringMatching(/^Check disk space-\d+$/),
					scriptId: expect.any(Number),
					scriptType: expect.any(String),
					platform: expect.any(String),
					category: expect.any(String),
					severity: expect.any(Number),
					createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
					updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
					correlationUuid: expect.any(String),
				});
			},
		})),
	],
	tool: {
		parameters: {
			limit: '={{ $fromAI("limit", "How many", "number") }}',
			filters: { scriptName: '={{ $fromAI("script", "Exact name of the script") }}' },
			options: {},
		},
		schema: {
			limit: ['ZodNumber', 'How many'],
			script: ['ZodString', 'Exact name of the script'],
		},
		call: { limit: 2, script: 'Check disk space' },
		does: /^Search the script jobs of Qualys/,
		needs: /Takes filters such as script ID, exact script name, time range or a Qualys query/,
		returns: /Returns a job per item/,
		sends: 'POST /sm/v2/jobs/search',
		gives: Array(2).fill(
			expect.objectContaining({ title: expect.stringMatching(/^Check disk space-/) }),
		),
	},
	faults: {
		'Search v1': search('v1', qualys.v1Reply),
		'Search v2': search('v2', qualys.v2Reply),
		Login: {
			...search('v2', {}),
			behaves: 'login',
			operation: 'the login',
			path: '/auth',
			envelope: 'login',
			timeoutOption: false,
			reply: 'header.payload.signature',
			ownWorld: true,
		},
	},
};
