import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { Cancelled, passOn } from '../errors';
import type { JsonObject } from '../json';
import { failedItem, toNodeError } from './nodeErrors';
import { itemsOfOtherCredentials, OTHER_CREDENTIAL } from './sameCredential';
import { secretsOf, type CredentialSecrets } from './secrets';
import { continues, unheard } from './tool';

/** What comes of a part of an input item: an output item, or why there is none. */
export type Part =
	| { json: JsonObject; binary?: IBinaryKeyData }
	| {
			error: unknown;
			/** Sentences that stand below the error. */
			also: string[];
			/** Fields of the item that stands for the error, which say what it is about. */
			details: IDataObject;
	  };

/** What a node does that takes its input items one after the other, and only reads. */
export interface Turns<Asked> {
	credential: CredentialSecrets;
	/**
	 * Reads what an input item asks for.
	 * @throws {InputError}
	 */
	read(item: number): Asked;
	/**
	 * Fetches what it asks for, part by part. What it throws is the failure of the item, beside the parts before.
	 * @throws {InputError}
	 * @throws {Fault}
	 */
	parts(asked: Asked): AsyncIterable<Part>;
}

/**
 * The one way in which a node works that takes its items in turn. All parameters are read first: where On Error stops,
 * one that is refused keeps everything from being sent. Each output item is linked to its input.
 *
 * @returns the node's output
 * @throws {NodeApiError | NodeOperationError} where On Error stops, or the execution was stopped
 */
export async function inTurn<Asked>(
	context: IExecuteFunctions,
	{ credential, read, parts }: Turns<Asked>,
): Promise<INodeExecutionData[][]> {
	const node = context.getNode();
	const deaf = unheard(context);
	const proceed = continues(context);
	const secrets = await secretsOf(context, credential);
	const others = await itemsOfOtherCredentials(context, credential);
	const outputs: INodeExecutionData[][] = context.getInputData().map(() => []);

	const fail = async (item: number, error: unknown, also: string[] = [], about?: IDataObject) => {
		const failure = toNodeError(node, error, { secrets, itemIndex: item, also: also.join('\n') });
		if (!proceed || error instanceof Cancelled) return await passOn(failure);
		const failed = failedItem(failure, item);
		Object.assign(failed.json.details as IDataObject, about);
		outputs[item].push(failed);
	};

	const asked: Array<{ item: number; asked: Asked }> = [];
	for (const item of outputs.keys()) {
		try {
			if (deaf) throw deaf;
			if (others.has(item)) throw OTHER_CREDENTIAL;
			asked.push({ item, asked: read(item) });
		} catch (error) {
			await fail(item, error);
		}
	}
	for (const { item, asked: one } of asked) {
		try {
			for await (const part of parts(one)) {
				if ('error' in part) await fail(item, part.error, part.also, part.details);
				else outputs[item].push({ ...part, pairedItem: { item } } as INodeExecutionData);
			}
		} catch (error) {
			await fail(item, error);
		}
	}
	return [outputs.flat()];
}
