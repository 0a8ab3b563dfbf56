import {
	NodeConnectionTypes,
	type DeclarativeRestApiSettings,
	type IExecutePaginationFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { connectionFault } from './fault';
import { failedItem, toNodeError } from './nodeErrors';
import { refusalOf } from './refusal';
import { requestRules } from './requestRules';
import { runOf, type Outcome } from './run';
import { secretsOf, type CredentialSecrets } from './secrets';

type Request = DeclarativeRestApiSettings.ResultOptions;

/** What the declarative nodes of a vendor have in common. */
export interface DeclarativeOperation {
	credential: CredentialSecrets;
	/** A 401 makes n8n renew the credential's token and repeat the request once. */
	renewsToken?: boolean;
	/** The call starts something: it is never sent twice, and its failure says what was started before it. */
	startsWork?: {
		/** What the result of another item started, in words: "action 123". */
		describe(items: INodeExecutionData[]): string;
		/** What to look at before starting again where nobody knows whether the call got through. */
		unknown: string;
	};
	/** Sends all requests of one item and returns its output items. Their `pairedItem` is set here. */
	send(
		this: IExecutePaginationFunctions,
		request: Request,
		signal: AbortSignal | undefined,
	): Promise<INodeExecutionData[]>;
}

/**
 * The run of the node that the item at hand belongs to.
 *
 * An agent that calls its tools itself lends each call its own execute data, so the arguments of the call,
 * its one item, tell the calls apart.
 */
function runOfItem(context: IExecutePaginationFunctions) {
	const { node, data } = context.getExecuteData();
	if (node.name !== context.getNode().name) {
		const { json } = context.getInputData(0, NodeConnectionTypes.AiTool);
		return runOf<INodeExecutionData[]>(json, 1);
	}
	const items = Object.values(data).find((input) => input?.[0])?.[0];
	return runOf<INodeExecutionData[]>(context.getExecuteData(), items?.length ?? 1);
}

/** The error's sentence about other items of this run that did start something. */
function startedBefore(
	others: Array<{ index: number; outcome: Outcome<INodeExecutionData[]> }>,
	describe: (items: INodeExecutionData[]) => string,
): string | undefined {
	const started = others.flatMap(({ index, outcome }) =>
		'result' in outcome ? [`item ${index}: ${describe(outcome.result)}`] : [],
	);
	return started.length > 0 ? `Already started by this node: ${started.join('; ')}.` : undefined;
}

/**
 * The one way in which a declarative node sends: refuses bad input before anything is sent, links every
 * output item to its input, turns faults into words, and honours On Error item by item.
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
		const proceed = this.continueOnFail();
		const options = this.getNodeParameter('requestOptions', {}) as {
			batching?: unknown;
			timeout?: number;
		};
		const run = runOfItem(this);

		Object.assign(request.options, requestRules(options.timeout));
		if (operation.renewsToken) {
			request.options.ignoreHttpStatusErrors = { ignore: true, except: [401] };
		}

		const outcome = await run.item(
			itemIndex,
			{
				refusal: refusalOf(request.options),
				together: !proceed && !options.batching,
				once: startsWork !== undefined,
			},
			async () => {
				try {
					const items = await operation.send.call(this, request, this.getExecutionCancelSignal());
					for (const item of items) item.pairedItem = { item: itemIndex };
					return { result: items };
				} catch (error) {
					const fault = connectionFault(error);
					return { error, unsafe: startsWork && fault.details.reached === 'maybe' };
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
		return await Promise.reject(error);
	};
}
