import { Agent } from 'node:http';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { createHelpers } from './credentials.mts';
import { createEngine, START, type NodeSpec, type Setting } from './engine.mts';
import type { Modules } from './n8n.mts';
import { createPlainNode } from './plainNode.mts';
import { nextSize, SEARCH_PATH, SORT, type Growth, type ReadPage } from './request.mts';
import type { ServerAddress } from './server.mts';

/** One way to get all jobs. */
export interface Variant {
	/** Gives an entry per job. */
	run(): Promise<unknown[]>;
	/** The job's id in such an entry. */
	idOf(entry: unknown): unknown;
}

export const FLOOR = 'floor';

/** The same loop with pages that grow. */
export const GROWING_FLOOR = 'floor-growing';

/** What runs on n8n's engine; each in both settings. */
export const WORKFLOWS = [
	'httpRequest',
	'plain',
	'hundred',
	'plainGrowing',
	'simplified',
	'raw',
] as const;

export type WorkflowName = (typeof WORKFLOWS)[number];

export const variantName = (workflow: WorkflowName, setting: Setting) => `${workflow}-${setting}`;

/** The loop that a program would hold: axios, one connection, JSON, the records in a list. */
function createFloor({ axios }: Modules, { url, token }: ServerAddress, growth: Growth): Variant {
	// Of its own, so that n8n's settings for axios do not reach it.
	const client = axios.create({ httpAgent: new Agent({ keepAlive: true }) });
	const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
	return {
		async run() {
			const jobs: IDataObject[] = [];
			let searchAfter: unknown[] | undefined;
			let pageSize = growth.first;
			for (;;) {
				const body = { pageSize, sort: SORT, searchAfter };
				const { data } = await client.post<ReadPage>(url + SEARCH_PATH, body, { headers });
				const { list } = data.body;
				for (const entry of list) jobs.push(entry.data);
				if (list.length < pageSize) return jobs;
				searchAfter = list.at(-1)?.sortValues;
				pageSize = nextSize(pageSize, growth);
			}
		},
		idOf: (entry) => (entry as IDataObject).id,
	};
}

/** What a user builds without this package: HTTP Request with its pagination, then Split Out. */
function httpRequestChain(url: string, pageSize: number): NodeSpec[] {
	return [
		{
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.5,
			credential: 'httpBearerAuth',
			parameters: {
				method: 'POST',
				url: url + SEARCH_PATH,
				authentication: 'genericCredentialType',
				genericAuthType: 'httpBearerAuth',
				sendBody: true,
				specifyBody: 'json',
				jsonBody: JSON.stringify({ pageSize, sort: SORT }),
				options: {
					pagination: {
						pagination: {
							paginationMode: 'updateAParameterInEachRequest',
							parameters: {
								parameters: [
									{
										type: 'body',
										name: 'searchAfter',
										value: '={{ $response.body?.body?.list.at(-1).sortValues }}',
									},
								],
							},
							paginationCompleteWhen: 'other',
							completeExpression: `={{ $response.body.body.list.length < ${pageSize} }}`,
						},
					},
				},
			},
		},
		{ type: 'n8n-nodes-base.splitOut', parameters: { fieldToSplitOut: 'body.list' } },
	];
}

function ownChain(simplify: boolean, options: { pageSize?: number } = {}): NodeSpec[] {
	return [
		{
			type: 'qualysSearchScriptJobs',
			credential: 'qualysGatewayApi',
			parameters: { returnAll: true, simplify, options },
		},
	];
}

/** All variants by name, on one server, one engine and one set of credentials. */
export async function createVariants(
	modules: Modules,
	server: ServerAddress,
	growth: Growth,
): Promise<Map<string, Variant>> {
	const { first: pageSize } = growth;
	const same = { first: pageSize, largest: pageSize };
	const { nodes, credentials } = modules;
	const helpers = await createHelpers(
		modules,
		[new credentials.HttpBearerAuth(), new credentials.QualysGatewayApi()],
		{
			httpBearerAuth: { token: server.token },
			qualysGatewayApi: {
				platform: 'custom',
				gatewayUrl: server.url,
				signInWith: 'password',
				username: 'benchmark',
				password: 'benchmark',
			},
		},
	);
	const own = new nodes.QualysSearchScriptJobs();
	const run = await createEngine(
		modules,
		{
			[START]: new nodes.NoOp(),
			'n8n-nodes-base.httpRequest': new nodes.HttpRequest(),
			'n8n-nodes-base.splitOut': new nodes.SplitOut(),
			plain: createPlainNode(own.description.requestDefaults, same),
			plainGrowing: createPlainNode(own.description.requestDefaults, growth),
			qualysSearchScriptJobs: own,
		},
		helpers,
	);
	const chains: Record<WorkflowName, NodeSpec[]> = {
		httpRequest: httpRequestChain(server.url, pageSize),
		plain: [{ type: 'plain', credential: 'qualysGatewayApi', parameters: {} }],
		hundred: ownChain(true, { pageSize }),
		plainGrowing: [{ type: 'plainGrowing', credential: 'qualysGatewayApi', parameters: {} }],
		simplified: ownChain(true),
		raw: ownChain(false),
	};

	const variants = new Map([
		[FLOOR, createFloor(modules, server, same)],
		[GROWING_FLOOR, createFloor(modules, server, growth)],
	]);
	for (const setting of ['shipped', 'bare'] as const) {
		for (const workflow of WORKFLOWS) {
			variants.set(variantName(workflow, setting), {
				run: async () => await run(setting, chains[workflow]),
				idOf: (entry) => {
					const { json } = entry as INodeExecutionData;
					return (workflow === 'httpRequest' ? (json.data as IDataObject) : json).id;
				},
			});
		}
	}
	return variants;
}
