import { passOn } from '../errors';
import {
	type DeclarativeRestApiSettings,
	type IExecutePaginationFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { connectionFault } from './connection';
import { cameToNothing, consequencesOf } from './consequences';
import type { Bound } from './inTime';
import { failedItem, toNodeError } from './nodeErrors';
import { refusalOf } from './refusal';
import { requestRules } from './requestRules';
import { runKeyOf, runOf, type Outcome } from './run';
import { secretsOf, type CredentialSecrets } from './secrets';
import { continues, unheard } from './tool';

/*
 * What happens to the items of a declarative node, in order:
 *
 *   1. n8n starts all items at once, evaluates each one's parameters, and calls its `preSend`, which reads them. What
 *      it refuses is kept with the request (`refusal.ts`): thrown, it would end the item before it can be linked.
 *   2. n8n calls the function below for each item, as the node's pagination. It finds the run that the items share.
 *   3. The items wait for one another (`run.ts`), so that a refusal keeps all from being sent where On Error stops.
 *   4. Each item sends: it waits for its turn (`lane.ts`), and repeats what may be repeated (`attempts.ts`).
 *   5. n8n hands the answer to the item's `postReceive`, which reads it. What it throws comes back to 4.
 *   6. The item comes out: linked items, or its error in words, with what other items have started.
 */

type Request = DeclarativeRestApiSettings.ResultOptions;

/**
 * The call starts something. It is sent a second time only where the first one certainly never left, or was
 * refused as one request too many (429); and its failure says what was started before it.
 */
export interface StartsWork {
	/** What the result of a call started, in words: "action 123"; `undefined` for nothing. */
	describe(items: INodeExecutionData[]): string | undefined;
	/** What to look at before starting again where nobody knows whether the call got through. */
	unknown: string;
}

/** What the declarative nodes of a vendor have in common. */
export interface DeclarativeOperation {
	credential: CredentialSecrets;
	/** A 401 makes n8n renew the credential's token and repeat the request once. */
	renewsToken?: boolean;
	startsWork?: StartsWork;
	/**
	 * Sends all requests of one item and returns its output items. Their `pairedItem` is set here.
	 * @param bound how long each answer is waited for
	 */
	send(
		this: IExecutePaginationFunctions,
		request: Request,
		bound: Bound,
	): Promise<INodeExecutionData[]>;
}

/** Request Options of a declarative node, as far as this package deals with them; n8n adds them to every one. */
interface RequestOptions {
	batching?: { batch?: { batchSize?: number; batchInterval?: number } };
	timeout?: unknown;
}

/** Whether n8n hands over all items in one go, by the engine's own rule: it waits only between batches. */
function inOneGo({ batching }: RequestOptions, size: number): boolean {
	const { batchSize, batchInterval } = batching?.batch ?? {};
	return !(Number(batchInterval) > 0) || size <= (Number(batchSize) > 0 ? Number(batchSize) : 1);
}

/** The run of the node that the item at hand belongs to. */
function runOfItem(context: IExecutePaginationFunctions, options: RequestOptions) {
	const { node, data } = context.getExecuteData();
	const stop = !continues(context);
	const key = runKeyOf(context);
	if (key !== context.getExecuteData()) {
		return runOf<INodeExecutionData[]>(key, { size: 1, together: stop });
	}
	const items = Object.values(data).find((input) => input?.[0])?.[0];
	// Of "Execute Once", the execute data does not know: it still holds every item.
	const size = node.executeOnce ? 1 : (items?.length ?? 1);
	return runOf<INodeExecutionData[]>(key, {
		size,
		together: stop && inOneGo(options, size),
	});
}

/** The error's sentence about other items of this run that did start something, or may have. */
function startedBefore(
	others: Array<{ index: number; outcome: Outcome<INodeExecutionData[]> }>,
	describe: (items: INodeExecutionData[]) => string | undefined,
): string | undefined {
	const started = others.flatMap(({ index, outcome }) => {
		if ('result' in outcome) {
			const what = describe(outcome.result);
			return what === undefined ? [] : [`item ${index}: started, ${what}`];
		}
		return outcome.unsafe ? [`item ${index}: not known whether it was started`] : [];
	});
	return started.length > 0 ? `Other items of this node: ${started.join('; ')}.` : undefined;
}

/**
 * An output that fails as soon as it is used: for an engine that has stopped at a later item, which nobody may
 * be told by a rejection, because nobody waits for it any more; and for one whose items nobody would see.
 */
function failingOutput(error: Error): INodeExecutionData[] {
	const fail = () => {
		throw error;
	};
	return Object.defineProperty([], Symbol.iterator, { value: fail });
}

/**
 * The one way in which a declarative node sends: refuses bad input before anything is sent, links every
 * output item to its input, turns faults into words, and honours On Error item by item.
 *
 * Before *anything* is sent holds for items that n8n hands over in one go. Where Request Options → Batching
 * spreads them over time, earlier batches have been sent when the bad input of a later one comes to light.
 *
 * n8n calls it as a node's pagination function, which wraps all requests of an item.
 */
export function declarative(operation: DeclarativeOperation) {
	return async function (
		this: IExecutePaginationFunctions,
		request: Request,
	): Promise<INodeExecutionData[]> {
		const { startsWork } = operation;
		const itemIndex = this.getItemIndex();
		const deaf = unheard(this);
		const proceed = continues(this);
		const options = this.getNodeParameter('requestOptions', {}) as RequestOptions;
		const run = runOfItem(this, options);

		const rules = requestRules(options.timeout);
		Object.assign(request.options, rules);
		if (operation.renewsToken) {
			request.options.ignoreHttpStatusErrors = { ignore: true, except: [401] };
		}

		const bound: Bound = {
			milliseconds: rules.timeout,
			signal: this.getExecutionCancelSignal(),
			handedOn: request.options,
		};
		const outcome = await run.item(
			itemIndex,
			{ refusal: deaf ?? refusalOf(request.options), once: startsWork !== undefined },
			async () => {
				try {
					const items = await operation.send.call(this, request, bound);
					for (const item of items) item.pairedItem = { item: itemIndex };
					return { result: items };
				} catch (error) {
					const fault = connectionFault(error);
					const unsafe = startsWork && consequencesOf(fault).reached === 'maybe';
					return { error, unsafe, unsent: cameToNothing(fault) };
				}
			},
		);
		if (outcome === undefined) return [];
		if ('result' in outcome) return outcome.result;

		const also: string[] = [];
		if (startsWork && outcome.unsafe) also.push(startsWork.unknown);
		if (startsWork && !proceed) {
			const started = startedBefore(await run.others(itemIndex), startsWork.describe);
			if (started) also.push(started);
		}
		const error = toNodeError(this.getNode(), outcome.error, {
			itemIndex,
			secrets: await secretsOf(this, operation.credential),
			also: also.join('\n'),
		});
		if (proceed) return [failedItem(error, itemIndex)];
		// What is thrown here, n8n makes an item of under On Error: Continue (using error output).
		if (deaf || run.stopped) return failingOutput(error);
		return await passOn(error);
	};
}
