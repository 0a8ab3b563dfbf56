import fc from 'fast-check';
import type { INode, INodeType } from 'n8n-workflow';
import { CortexXdrGetActionStatus } from '../../nodes/CortexXdrGetActionStatus/CortexXdrGetActionStatus.node';
import { CortexXdrGetImportJob } from '../../nodes/CortexXdrGetImportJob/CortexXdrGetImportJob.node';
import { CortexXdrGetScriptResults } from '../../nodes/CortexXdrGetScriptResults/CortexXdrGetScriptResults.node';
import { CortexXdrGetQueryResults } from '../../nodes/CortexXdrGetQueryResults/CortexXdrGetQueryResults.node';
import { CortexXdrScanEndpoints } from '../../nodes/CortexXdrScanEndpoints/CortexXdrScanEndpoints.node';
import { CortexXdrSearchEndpoints } from '../../nodes/CortexXdrSearchEndpoints/CortexXdrSearchEndpoints.node';
import { CortexXdrStartQuery } from '../../nodes/CortexXdrStartQuery/CortexXdrStartQuery.node';
import { CortexXdrWaitForJob } from '../../nodes/CortexXdrWaitForJob/CortexXdrWaitForJob.node';
import { QualysSearchScriptJobs } from '../../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import { createWorld, type World } from '../support/world';
import { runs } from './environment';
import {
	endpointSearchParameters,
	ids,
	scanParameters,
	searchParameters,
	waitParameters,
} from './parsers';
import { queryParameters } from './queries';

/** A case runs a node, so there are fewer of them. */
const CASES = Math.ceil(runs / 20);

/** Parameters as a workflow's JSON holds them, none of which n8n takes for an expression or fills in. */
const stored = (parameters: fc.Arbitrary<object>): fc.Arbitrary<INode['parameters']> =>
	parameters.map((given) => {
		const text = JSON.stringify(given, (_name, one: unknown) => {
			if (typeof one === 'bigint') return String(one);
			return typeof one === 'string' ? one.replace(/^=+/, '') : (one ?? null);
		});
		return JSON.parse(text) as INode['parameters'];
	});

/** Half of the cases can be sent, so that few are enough to see both ends. */
const actions = fc.record({
	actionId: fc.oneof(fc.constant('6001'), ids),
	output: fc.constantFrom('endpoints', 'summary'),
});

/** A wait that can begin. */
const goodWait = fc.constant({
	jobType: 'endpointAction',
	jobId: '6001',
	pollInterval: 10,
	timeout: 1,
	options: {},
});

/** A search that can be sent. */
const goodSearch = fc.record({
	apiVersion: fc.constantFrom('v1', 'v2'),
	returnAll: fc.constant(false),
	limit: fc.integer({ min: 1, max: 60 }),
	filters: fc.constantFrom({}, { scriptId: '276233' }, { endAt: '2026-02-01' }),
	simplify: fc.boolean(),
	options: fc.constant({}),
});

/** A server does not even look at a path without end. */
const isShort = ({ jobId }: { jobId: unknown }) => String(JSON.stringify(jobId)).length < 4_000;

/** Every node, with parameters that may be anything. */
const nodes: Array<[string, new () => INodeType, fc.Arbitrary<object>]> = [
	[
		'Scan Endpoints',
		CortexXdrScanEndpoints,
		fc.record({
			scope: fc.constant('matching'),
			filters: fc.oneof(fc.constant({ hostnames: 'web-01' }), scanParameters),
			options: fc.constant({}),
		}),
	],
	['Get Action Status', CortexXdrGetActionStatus, actions],
	['Get Script Results', CortexXdrGetScriptResults, actions],
	[
		'Get Import Job',
		CortexXdrGetImportJob,
		fc.record({ jobId: fc.oneof(fc.constant('6001'), ids) }).filter(isShort),
	],
	[
		'Start Query',
		CortexXdrStartQuery,
		fc.oneof(
			fc.constant({
				query: 'dataset = endpoints',
				timeRange: 'relative',
				lastHours: 1,
				options: {},
			}),
			queryParameters,
		),
	],
	[
		'Get Query Results',
		CortexXdrGetQueryResults,
		fc.record({
			queryId: fc.oneof(fc.constant('6001'), ids),
			output: fc.constantFrom('rows', 'summary'),
			returnAll: fc.constantFrom(true, false, 'x'),
		}),
	],
	[
		'Search Endpoints',
		CortexXdrSearchEndpoints,
		fc.oneof(
			fc.record({
				returnAll: fc.boolean(),
				filters: fc.constantFrom({}, { hostnames: 'web-01' }, { endpointStatuses: ['lost'] }),
				simplify: fc.boolean(),
				options: fc.constant({}),
			}),
			endpointSearchParameters,
		),
	],
	['Wait for Job', CortexXdrWaitForJob, fc.oneof(goodWait, waitParameters.filter(isShort))],
	['Search Script Jobs', QualysSearchScriptJobs, fc.oneof(goodSearch, searchParameters)],
];

let world: World;

beforeAll(async () => {
	world = await createWorld({ endpoints: 60, scriptJobs: 60 });
});

afterAll(async () => await world.close());

/** How a run ended: with items, with the vendor's refusal, or because the input was refused. */
async function endOf(node: INodeType, given: INode['parameters']): Promise<'sent' | 'refused'> {
	try {
		const { error, json } = await world.run(node, given, {
			onSubWorkflow: async () => ({ id: '2' }),
		});
		// Nothing was named, and so nothing is asked, which the user may take for a success.
		if (json[0]?.outcome === 'skipped') return 'refused';
		const { httpCode, message, description } = error ?? { message: '' };
		if (
			!error ||
			/^\d{3}$/.test(httpCode ?? '') ||
			/ did not succeed$|^(?:Action|Script execution|Import job|Query) .+ (?:failed|was)\b/s.test(
				message,
			)
		)
			return 'sent';
		expect(description).toBeTruthy();
		return 'refused';
	} catch (error) {
		// n8n itself refuses a required parameter that is empty.
		expect(String(error)).toContain('is required.');
		return 'refused';
	}
}

test.each(nodes)(
	`%s: input that is refused is never sent, and other input is, in ${CASES} cases`,
	async (_name, Node, parameters) => {
		const seen = { refused: 0, sent: 0 };
		await fc.assert(
			fc.asyncProperty(stored(parameters), async (given) => {
				world.requests();
				// What an earlier case was told to wait is over.
				world.clock.advance(600_000);
				const end = await endOf(new Node(), given);
				expect({ end, sent: world.requests().length > 0 }).toEqual({ end, sent: end === 'sent' });
				seen[end] += 1;
			}),
			{ numRuns: CASES },
		);
		// Either would show nothing without the other.
		expect(seen.refused).toBeGreaterThan(0);
		expect(seen.sent).toBeGreaterThan(0);
	},
	600_000,
);
