import { passOn } from '../errors';
import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	PostReceiveAction,
} from 'n8n-workflow';
import { isObject } from '../json';
import { type Answer } from '../transport/answer';
import { attempts } from '../transport/attempts';
import { causes } from '../transport/connection';
import { declarative } from '../transport/declarative';
import { inTime } from '../transport/inTime';
import { laneTo, type Pace } from '../transport/lane';
import { LOGIN_TIMEOUT_MS, secretsOf } from './session';

/** No limit is documented for these calls, so the gateway is not asked for more than a few things at once. */
const PACE: Pace = { spacing: 0, atOnce: 4, perSecond: Infinity };

/**
 * The 401 with which a request was refused for good, after the token had been renewed: n8n throws it. Answers
 * that broke off are thrown too, with the status that they began with.
 */
function refusedAnswer(error: unknown): Answer | undefined {
	for (const { response } of causes(error)) {
		if (isObject(response) && response.status === 401 && isObject(response.headers)) {
			return { statusCode: 401, headers: { ...response.headers }, body: response.data };
		}
	}
	return undefined;
}

/**
 * Sends one request with this body, waits out what can be waited out, and gives what `read` makes of the
 * answer. An answer that `read` refuses as an outage, or as too early, is asked for again.
 */
export type Ask = <T>(body: Record<string, unknown>, read: (answer: Answer) => T) => Promise<T>;

/** The `postReceive` of a Qualys operation: hands the whole answer to whoever asked for it. */
export const wholeAnswer: PostReceiveAction[] = [
	async function (_items: INodeExecutionData[], response: IN8nHttpFullResponse) {
		return [{ json: response as unknown as INodeExecutionData['json'] }];
	},
];

/**
 * The one way in which a declarative node sends to the Qualys gateway. Needs {@link wholeAnswer}.
 * @param collect asks for what an item needs, page by page, and makes its output items
 */
export function sendToQualys(
	collect: (this: IExecutePaginationFunctions, ask: Ask) => Promise<INodeExecutionData[]>,
) {
	return declarative({
		credential: { name: 'qualysGatewayApi', secrets: secretsOf },
		renewsToken: true,
		async send(request: DeclarativeRestApiSettings.ResultOptions, bound) {
			const lane = laneTo(String(request.options.baseURL), PACE);
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
			return await collect.call(this, async (body, read) => {
				request.options.body = body;
				return await attempts(async () => read(await answerTo()), {
					lane,
					startsWork: false,
					signal: bound.signal,
				});
			});
		},
	});
}
