import type {
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	INodePropertyRouting,
	INodeTypeDescription,
} from 'n8n-workflow';
import type { JsonObject } from '../json';
import type { Answer } from '../transport/answer';
import { attempts } from '../transport/attempts';
import { declarative } from '../transport/declarative';
import { inTime } from '../transport/inTime';
import { checked } from '../transport/refusal';
import type { CortexOperation } from './operations';
import { CORTEX_CREDENTIAL, laneToTenant } from './send';
import { TENANT_BASE_URL_EXPRESSION } from './tenant';

/**
 * Sends one request of an item, waits out what can be waited out, and gives what `read` makes of the answer. An answer
 * that `read` refuses as an outage is asked for again.
 */
export type AskTenant = <T>(
	request: Pick<IHttpRequestOptions, 'url' | 'body'>,
	read: (answer: Answer) => T,
) => Promise<T>;

/** A declarative node of Cortex that may need more than one request for an item, all of which only read. */
export interface CortexGatherer {
	operation: CortexOperation;
	/** Path of the first request. */
	url: string;
	/**
	 * Reads the item's parameters, before anything is sent.
	 * @throws {InputError}
	 */
	check(this: IExecuteSingleFunctions): void;
	/** Asks for what an item needs, and makes the json of its output items. */
	gather(this: IExecutePaginationFunctions, ask: AskTenant): Promise<JsonObject[]>;
}

/** Where such a node sends to, and the one way in which it does. */
export const gathererRequests = ({ operation, gather }: CortexGatherer) =>
	({
		requestDefaults: {
			baseURL: TENANT_BASE_URL_EXPRESSION,
			headers: {
				Accept: 'application/json',
				// Nobody knows whether a stream that comes packed says so in its headers.
				'Accept-Encoding': 'identity',
			},
		},
		requestOperations: {
			pagination: declarative({
				credential: CORTEX_CREDENTIAL,
				async send(request, bound) {
					const lane = laneToTenant(String(request.options.baseURL), operation);
					const answerTo = async (): Promise<Answer> => {
						const [item] = await inTime(async () => await this.makeRoutingRequest(request), bound);
						return item.json as unknown as Answer;
					};
					const items = await gather.call(this, async (one, read) => {
						Object.assign(request.options, one);
						return await attempts(async () => read(await answerTo()), {
							lane,
							startsWork: false,
							signal: bound.signal,
						});
					});
					return items.map((json) => ({ json }) as INodeExecutionData);
				},
			}),
		},
	}) satisfies Partial<INodeTypeDescription>;

/** The routing of such a node, for the first of its properties: hands whole answers to whoever asked for them. */
export const gathererRouting = ({ url, check }: CortexGatherer): INodePropertyRouting => ({
	request: { method: 'POST', url },
	send: { paginate: true, preSend: [checked(check)] },
	output: {
		postReceive: [
			async function (_items: INodeExecutionData[], response: IN8nHttpFullResponse) {
				return [{ json: response as unknown as INodeExecutionData['json'] }];
			},
		],
	},
});
