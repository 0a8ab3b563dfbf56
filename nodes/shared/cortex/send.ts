import type {
	IExecuteSingleFunctions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	PostReceiveAction,
} from 'n8n-workflow';
import type { Answer, JsonObject } from '../transport/answer';
import { attempts } from '../transport/attempts';
import { clock } from '../transport/clock';
import { declarative, type DeclarativeOperation } from '../transport/declarative';
import { inTime } from '../transport/inTime';
import { laneTo, type Pace } from '../transport/lane';
import { userInfoOf } from '../transport/secrets';
import type { CortexOperation } from './operations';
import { readReply } from './reply';
import { keyOf } from './signature';

/** The credential of all Cortex nodes. */
export const CORTEX_CREDENTIAL = {
	name: 'cortexXdrApi',
	secrets: (fields: Record<string, unknown>) => [keyOf(fields), ...userInfoOf(fields.tenantUrl)],
};

/** A tenant takes 10 requests a second from all clients together; a little less leaves room for others. */
const PACE: Pace = { spacing: 110, atOnce: Infinity, perSecond: 10 };

/** The queue of everything that this n8n process sends to a tenant. */
export const laneToTenant = (baseUrl: string) => laneTo(baseUrl, PACE);

/**
 * The one way in which a declarative node sends to Cortex.
 * @param startsWork for an operation that must never be sent twice
 */
export function sendToCortex(startsWork?: DeclarativeOperation['startsWork']) {
	return declarative({
		credential: CORTEX_CREDENTIAL,
		startsWork,
		async send(request, bound) {
			return await attempts(
				async () => await inTime(async () => await this.makeRoutingRequest(request), bound),
				{
					lane: laneToTenant(String(request.options.baseURL)),
					startsWork: startsWork !== undefined,
					signal: bound.signal,
				},
			);
		},
	});
}

/**
 * The `postReceive` of an operation: reads the answer, then makes items of it.
 * @param items makes the json of the output items from the JSON of a success
 */
export function receive(
	operation: CortexOperation,
	items: (context: IExecuteSingleFunctions, json: JsonObject) => JsonObject[],
): PostReceiveAction[] {
	return [
		async function (
			this: IExecuteSingleFunctions,
			_items: INodeExecutionData[],
			response: IN8nHttpFullResponse,
		): Promise<INodeExecutionData[]> {
			const json = readReply(response as unknown as Answer, operation, clock.now());
			return items(this, json).map((item) => ({ json: item }) as INodeExecutionData);
		},
	];
}
