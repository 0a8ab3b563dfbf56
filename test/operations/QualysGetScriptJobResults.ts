import { QualysGetScriptJobResults } from '../../nodes/QualysGetScriptJobResults/QualysGetScriptJobResults.node';
import { assetJobsReply } from '../samples/qualys';
import type { World } from '../support/world';
import { orNull, TEXT, type OperationTests } from './operation';

const ENDED = { durationSeconds: 0, words: ['EXECUTION PASSED', 'EXECUTION FAILED'], assets: 2 };

/** A job that has ended, well on one asset and badly on another. */
const ended = ({ simulator }: World) => simulator.qualys.runScript(ENDED);

const ROW = {
	job_id: TEXT,
	asset_id: expect.stringMatching(/^\d+$/),
	asset_name: TEXT,
	state: 'finished',
	succeeded: true,
	status: 'EXECUTION PASSED',
	exit_code: 0,
	exit_text: 'SUCCESS',
	ended_at: expect.stringMatching(/^\d{4}-.*Z$/),
};
const OUTPUT = { script_output: expect.stringMatching(/exit code/) };

export const tests: OperationTests = {
	node: QualysGetScriptJobResults,
	runs: [
		{
			name: 'output assets',
			parameters: (world) => ({ jobId: ended(world), output: 'assets' }),
			sends: 'POST /sm/v1/assetjobs/search',
			gives: ({ json }) => {
				expect(json).toHaveLength(2);
				expect(json[0]).toEqual({ ...ROW, ...OUTPUT });
				expect(json[1]).toMatchObject({ succeeded: false, exit_code: 1, exit_text: 'FAILURE' });
			},
		},
		{
			name: 'output assets, without what was printed',
			parameters: (world) => ({ jobId: ended(world), output: 'assets', includeOutput: false }),
			sends: 'POST /sm/v1/assetjobs/search',
			gives: ({ json }) => expect(json[0]).toEqual(ROW),
		},
		{
			name: 'output assets, as they came',
			parameters: (world) => ({ jobId: ended(world), output: 'assets', simplify: false }),
			sends: 'POST /sm/v1/assetjobs/search',
			gives: ({ json }) =>
				expect(json[0]).toMatchObject({
					output: { code: 0, text: 'SUCCESS' },
					scriptResult: expect.any(String),
					enddate: expect.stringContaining('+00:00'),
				}),
		},
		{
			name: 'output summary',
			parameters: (world) => ({ jobId: ended(world), output: 'summary' }),
			sends: 'POST /sm/v1/assetjobs/search',
			gives: ({ json }) =>
				expect(json).toEqual([
					{
						job_id: TEXT,
						finished: true,
						total: 2,
						passed: 1,
						failed: 1,
						pending: 0,
						unknown: 0,
						by_status: { 'EXECUTION PASSED': 1, 'EXECUTION FAILED': 1 },
						assets: [ROW, expect.objectContaining({ succeeded: false })],
					},
				]),
		},
	],
	tool: {
		parameters: { jobId: '={{ $fromAI("job") }}', output: 'summary' },
		schema: { job: ['ZodString', ''] },
		call: (world) => ({ job: ended(world) }),
		does: /^Get how a script job of Qualys .* stands on each asset/,
		needs: /Takes the id of the job/,
		returns: /Returns an item per asset with state .*, or one summary with counts/,
		sends: 'POST /sm/v1/assetjobs/search',
		gives: [expect.objectContaining({ total: 2, passed: 1, failed: 1 })],
	},
	faults: {
		'Get Script Job Results': {
			behaves: 'assetJobs',
			operation: 'Get Script Job Results',
			parameters: (world) => ({ jobId: ended(world) }),
			path: '/sm/v1/assetjobs/search',
			envelope: 'errorCode',
			timeoutOption: true,
			reply: assetJobsReply,
			contract: {
				job_id: TEXT,
				state: TEXT,
				succeeded: orNull(expect.any(Boolean)),
				status: orNull(expect.any(String)),
				exit_code: orNull(expect.any(Number)),
				exit_text: orNull(expect.any(String)),
				script_output: orNull(expect.any(String)),
			},
			varies: ['job_id', 'ended_at'],
		},
	},
};
