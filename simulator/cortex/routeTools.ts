import type { FastifyInstance, FastifyReply } from 'fastify';

import type { refusals } from './errors';
import type { EndpointSelection } from './filters';
import type { bodySchemas } from './schemas';
import type { CortexSettings } from './settings';
import type { CortexTenant } from './tenant';

/** The vendor's pages have had every path with and without a slash at its end. */
export const bothForms = (path: string) => [path, `${path}/`];

/** Adds an operation that is posted to; `answer` gets its body, checked against the operation's schema. */
export type Post = <Body>(
	path: string,
	operation: keyof typeof bodySchemas,
	answer: (body: Body, reply: FastifyReply) => unknown,
	bodyLimit?: number,
) => void;

/** What the routes of a family of operations are made with. */
export interface RouteTools {
	app: FastifyInstance;
	/** Looked at anew for every request. */
	settings: CortexSettings;
	tenant: CortexTenant;
	post: Post;
	/** Positions of the endpoints asked for: never none, and never all of them by way of an empty list. */
	select(
		selection: EndpointSelection,
		action?: Parameters<typeof refusals.noEndpoint>[0],
	): number[];
	/** Some versions send ids and counts as text. */
	numeric(value: number | string): number | string;
	/** The reply of every call that starts an action. */
	started(id: string, endpoints: number[]): { action_id: unknown; endpoints_count: unknown };
}
