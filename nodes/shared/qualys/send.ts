import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { isObject, type Answer } from '../transport/answer';
import { attempts } from '../transport/attempts';
import { causes } from '../transport/fault';
import { declarative } from '../transport/declarative';
import { laneTo, type Pace } from '../transport/lane';
import { secretsOf } from './session';

/** No limit is documented for these calls, so the gateway is not asked for more than a few things at once. */
const PACE: Pace = { spacing: 0, atOnce: 4 };

/** The answer with which a request was refused for good, after the token had been renewed. */
function refusedAnswer(error: unknown): Answer | undefined {
	for (const { response } of causes(error)) {
		if (isObject(response) && typeof response.status === 'number' && isObject(response.headers)) {
			const { status, headers, data } = response;
			return { statusCode: status, headers: { ...headers }, body: data };
		}
	}
	return undefined;
}

/** Sends one request with this body, and gives the items that the node's `postReceive` made of the answer. */
export type Ask = (body: Record<string, unknown>) => Promise<INodeExecutionData[]>;

/**
 * The one way in which a declarative node sends to the Qualys gateway.
 *
 * @param read turns an answer into a fault where n8n ended a request before `postReceive` saw it
 * @param collect asks for what an item needs, page by page, and makes its output items
 */
export function sendToQualys(
	read: (answer: Answer) => unknown,
	collect: (this: IExecutePaginationFunctions, ask: Ask) => Promise<INodeExecutionData[]>,
) {
	return declarative({
		credential: { name: 'qualysGatewayApi', secrets: secretsOf },
		renewsToken: true,
		async send(request: DeclarativeRestApiSettings.ResultOptions, signal) {
			const lane = laneTo(String(request.options.baseURL), PACE);
			const once = async () => {
				try {
					return await this.makeRoutingRequest(request);
				} catch (error) {
					const answer = refusedAnswer(error);
					if (answer) read(answer);
					return await Promise.reject(error);
				}
			};
			return await collect.call(this, async (body) => {
				request.options.body = body;
				return await attempts(once, { lane, startsWork: false, signal });
			});
		},
	});
}
