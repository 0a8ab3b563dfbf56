import { createRequire } from 'node:module';
import type { AxiosStatic } from 'axios';
import type * as Di from '@n8n/di';
import type * as Core from 'n8n-core';
import type * as N8nWorkflow from 'n8n-workflow';
import type { ICredentialsHelper, ICredentialType, INodeType } from 'n8n-workflow';

/** The class with which n8n decrypts, renews and applies credentials. n8n publishes no types of it. */
export type CredentialsHelperClass = new (...parts: unknown[]) => ICredentialsHelper;

type Class<T> = new () => T;

/** n8n's own modules and the built package, from one folder that has both. */
export interface Modules {
	/** Version of n8n. */
	version: string;
	core: typeof Core;
	workflow: typeof N8nWorkflow;
	di: typeof Di;
	CredentialsHelper: CredentialsHelperClass;
	/** The very one that n8n sends with. */
	axios: AxiosStatic;
	nodes: Record<'HttpRequest' | 'SplitOut' | 'NoOp' | 'QualysSearchScriptJobs', Class<INodeType>>;
	credentials: Record<'HttpBearerAuth' | 'QualysGatewayApi', Class<ICredentialType>>;
}

/**
 * Loads everything that the benchmark runs.
 * @param anchor a file name in the folder: its `node_modules` is n8n's, the package is built beside it
 */
export function loadModules(anchor: string): Modules {
	const load = createRequire(anchor);
	const network = createRequire(load.resolve('@n8n/backend-network'));
	return {
		version: load('n8n/package.json').version,
		core: load('n8n-core'),
		workflow: load('n8n-workflow'),
		di: load('@n8n/di'),
		CredentialsHelper: load('n8n/dist/credentials-helper').CredentialsHelper,
		axios: network('axios'),
		nodes: {
			...load('n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node'),
			...load('n8n-nodes-base/dist/nodes/Transform/SplitOut/SplitOut.node'),
			...load('n8n-nodes-base/dist/nodes/NoOp/NoOp.node'),
			...load('./nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node.js'),
		},
		credentials: {
			...load('n8n-nodes-base/dist/credentials/HttpBearerAuth.credentials'),
			...load('./credentials/QualysGatewayApi.credentials.js'),
		},
	} as Modules;
}
