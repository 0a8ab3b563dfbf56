import { QualysExecuteScript } from '../../nodes/QualysExecuteScript/QualysExecuteScript.node';
import { executeReply } from '../samples/qualys';
import type { World } from '../support/world';
import { orNull, TEXT, TEXTS, type OperationTests } from './operation';

const scriptOf = ({ simulator }: World) => String(simulator.qualys.scripts[0].id);

/** The value of a tag of the lab, as the list of tags gives it. */
const labTag = ({ simulator }: World) => {
	const { id, uuid } = simulator.qualys.tags.find(({ lab }) => lab)!;
	return JSON.stringify({ id: String(id), UUId: uuid });
};

const STARTED = {
	script_id: expect.stringMatching(/^\d+$/),
	correlation_uuid: expect.stringMatching(/^[\da-f-]{36}$/),
	job_id: expect.stringMatching(/^\d+$/),
	job_ids: [expect.stringMatching(/^\d+$/)],
};

/** The start, and the looks for its job: it shows up after three seconds. */
const SENDS = [
	'POST /sm/v1/scripts/276000/execute',
	'POST /sm/v2/jobs/search',
	'POST /sm/v2/jobs/search',
	'POST /sm/v2/jobs/search',
];

export const tests: OperationTests = {
	node: QualysExecuteScript,
	runs: [
		{
			name: 'target lab',
			parameters: (world) => ({
				scriptId: scriptOf(world),
				target: 'testTags',
				testTags: [labTag(world)],
				description: 'Try it',
				options: {},
			}),
			sends: SENDS,
			gives: ({ json, bodies }) => {
				expect(json).toEqual([STARTED]);
				expect(bodies[0]).toEqual({
					testMode: true,
					testTags: [{ id: expect.stringMatching(/^\d+$/), UUId: expect.any(String) }],
					executionPolicyBypassEnabled: false,
					description: 'Try it',
					rebootAfterScriptExecution: false,
					rebootDelayInSeconds: null,
					rebootDelayTimeUnit: null,
				});
			},
		},
		{
			name: 'target production',
			parameters: {
				scriptId: 276000,
				target: 'production',
				assetIds: '7512812, 7512813',
				assetTagIds: '',
				excludedAssetIds: [7512813],
				options: { rebootAfterScriptExecution: true, rebootDelayInSeconds: 90 },
			},
			sends: SENDS,
			gives: ({ json, bodies }) => {
				expect(json).toEqual([STARTED]);
				expect(bodies[0]).toEqual({
					testMode: false,
					assetIds: '7512812,7512813',
					excludedAssetIds: '7512813',
					executionPolicyBypassEnabled: false,
					rebootAfterScriptExecution: true,
					rebootDelayInSeconds: 90,
					rebootDelayTimeUnit: 'seconds',
				});
			},
		},
	],
	tool: {
		parameters: {
			scriptId: '={{ $fromAI("script", "Number of the script") }}',
			target: 'production',
			assetIds: '={{ $fromAI("assets", "Numbers of assets") }}',
			options: {},
		},
		schema: {
			script: ['ZodString', 'Number of the script'],
			assets: ['ZodString', 'Numbers of assets'],
		},
		call: { script: '276000', assets: '7512812' },
		does: /^Run a script of Qualys Custom Assessment and Remediation now/,
		needs: /Takes the number of the script/,
		returns: /Returns the job_id of the run within a minute/,
		sends: SENDS,
		gives: [STARTED],
	},
	faults: {
		'Execute Script': {
			behaves: 'execute',
			unknown: 'It is not known whether this script was started',
			operation: 'Execute Script',
			parameters: (world) => ({
				scriptId: scriptOf(world),
				testTags: [labTag(world)],
				options: {},
			}),
			path: '/sm/v1/scripts/',
			envelope: 'errorCode',
			timeoutOption: true,
			reply: executeReply,
			contract: {
				script_id: TEXT,
				correlation_uuid: TEXT,
				job_id: orNull(expect.any(String)),
				job_ids: TEXTS,
			},
			varies: ['correlation_uuid', 'job_id', 'job_ids'],
		},
	},
};
