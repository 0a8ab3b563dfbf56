import { passOn } from '../errors';
import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	INodeTypeDescription,
	PostReceiveAction,
} from 'n8n-workflow';
import { isObject } from '../json';
import { type Answer } from '../transport/answer';
import { attempts, type Patience } from '../transport/attempts';
import { causes } from '../transport/connection';
import { declarative, type StartsWork } from '../transport/declarative';
import type { Ask } from '../transport/asking';
import { clock } from '../transport/clock';
import { inTime } from '../transport/inTime';
import { laneTo, type Lane, type Pace } from '../transport/lane';
import { GATEWAY_BASE_URL_EXPRESSION } from './gateway';
import type { Question } from './operations';
import { readReply } from './reply';
import { LOGIN_TIMEOUT_MS, secretsOf } from './session';

/** The credential of all Qualys nodes. */
export const QUALYS_CREDENTIAL = {
	name: 'qualysGatewayApi',
	secrets: secretsOf,
	renewed: ['sessionToken'],
};

/** No limit is documented for these calls, so the gateway is not asked for more than a few things at once. */
const PACE: Pace = { spacing: 0, atOnce: 4, perSecond: Infinity };

/** The queue of everything that this n8n process sends to a gateway; one of Cortex behind the same address has its own. */
export const laneToGateway = (baseURL: string): Lane => laneTo(`${baseURL} Qualys`, PACE);

/**
 * The 401 with which a request was refused for good, after the token had been renewed: n8n throws it. Answers
 * that broke off are thrown too, with the status that they began with.
 */
export function refusedAnswer(error: unknown): Answer | undefined {
	for (const { response } of causes(error)) {
		if (isObject(response) && response.status === 401 && isObject(response.headers)) {
			return { statusCode: 401, headers: { ...response.headers }, body: response.data };
		}
	}
	return undefined;
}

/** How a request of an item is sent, where it is not the one that the node's routing describes, or starts something. */
export interface Sent {
	/** Path of the request. */
	path?: string;
	/** It starts something: sent once, and again only after "too many requests". */
	startsWork?: boolean;
	/** How much is done to make it succeed. */
	patience?: Patience;
}

/**
 * Sends one request with this body, waits out what can be waited out, and gives what `read` makes of the
 * answer. An answer that `read` refuses as an outage, or as too early, is asked for again.
 */
export type AskItem = <T>(
	body: Record<string, unknown>,
	read: (answer: Answer) => T,
	sent?: Sent,
) => Promise<T>;

/** The `postReceive` of a Qualys operation: hands the whole answer to whoever asked for it. */
export const wholeAnswer: PostReceiveAction[] = [
	async function (_items: INodeExecutionData[], response: IN8nHttpFullResponse) {
		return [{ json: response as unknown as INodeExecutionData['json'] }];
	},
];

/** An item's requests as questions, each with a path of its own. */
export const questions =
	(ask: AskItem, sent: Omit<Sent, 'path'> = {}): Ask<Question> =>
	async ({ operation, path, body }) =>
		await ask(body, (answer) => readReply(answer, operation, clock.now()), { ...sent, path });

/**
 * Where a declarative node sends to, and the one way in which it does. Needs {@link wholeAnswer}.
 * @param collect asks for what an item needs, page by page, and makes its output items
 * @param startsWork of an operation that must never be sent twice
 */
export const qualysRequests = (
	collect: (this: IExecutePaginationFunctions, ask: AskItem) => Promise<INodeExecutionData[]>,
	startsWork?: StartsWork,
) =>
	({
		requestDefaults: {
			baseURL: GATEWAY_BASE_URL_EXPRESSION,
			headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
		},
		requestOperations: {
			pagination: declarative({
				credential: QUALYS_CREDENTIAL,
				renewsToken: true,
				startsWork,
				async send(request: DeclarativeRestApiSettings.ResultOptions, bound) {
					const lane = laneToGateway(String(request.options.baseURL));
					const answerTo = async (): Promise<Answer> => {
						try {
							const [item] = await inTime(async () => await this.makeRoutingRequest(request), {
								...bound,
								beforeMilliseconds: LOGIN_TIMEOUT_MS,
							});
							return item.json as unknown as Answer;
						} catch (error) {
							return refusedAnswer(error) ?? (await passOn(error));
						}
					};
					const { url } = request.options;
					return await collect.call(this, async (body, read, sent = {}) => {
						Object.assign(request.options, { body, url: sent.path ?? url });
						return await attempts(async () => read(await answerTo()), {
							lane,
							startsWork: sent.startsWork ?? false,
							signal: bound.signal,
							patience: sent.patience,
						});
					});
				},
			}),
		},
	}) satisfies Partial<INodeTypeDescription>;
