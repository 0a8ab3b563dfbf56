import { failureOf } from './consequences';
import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type INode,
	type INodeExecutionData,
} from 'n8n-workflow';
import { Cancelled, InputError, sentences } from '../errors';
import { connectionFault } from './connection';
import { showable, showableFault } from './secrets';
import { isTool } from './tool';

type NodeFailure = NodeApiError | NodeOperationError;

/**
 * The error that n8n shows for whatever went wrong with an item.
 *
 * @param error input that was refused, a fault of the vendor or the connection, or a stop by the user
 * @param options.secrets values that must not appear in it
 * @param options.itemIndex the input item that it is about; absent where it is about all
 * @param options.also what was done before the error, if anything; shown whole
 */
export function toNodeError(
	node: INode,
	error: unknown,
	options: { itemIndex?: number; secrets?: string[]; also?: string },
): NodeFailure {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const { itemIndex, secrets = [], also } = options;
	const clean = (text: string) => showable(text, secrets);
	/** Both are clean. */
	const words = (message: string, hint?: string) => {
		const description = [hint, also].filter(Boolean).join('\n') || undefined;
		// Of a tool's error, the model reads nothing but the message.
		return {
			message: isTool(node) ? sentences(message, description) : message,
			description,
		};
	};
	// n8n swaps a message that contains a word like ENOENT for one of its own, so ours is set once more.
	const withWords = <E extends NodeFailure>(failure: E, { message }: { message: string }): E =>
		Object.assign(failure, { message });

	if (error instanceof Cancelled || error instanceof InputError) {
		const hint = error instanceof InputError ? error.hint : undefined;
		const text = words(clean(error.message), hint && clean(hint));
		return withWords(
			new NodeOperationError(node, text.message, { itemIndex, description: text.description }),
			text,
		);
	}
	const fault = showableFault(connectionFault(error), secrets);
	const { message, details } = fault;
	const text = words(message, details.hint);
	const httpCode = details.status === undefined ? undefined : String(details.status);
	// A fresh object: n8n stores what it is given, and the original holds the signed request.
	return withWords(
		new NodeApiError(
			node,
			{ message: text.message },
			{ ...text, httpCode, itemIndex, failure: failureOf(fault) },
		),
		text,
	);
}

/**
 * The item that stands for a failed one where On Error says to continue.
 *
 * n8n's error output takes an item whose json has no keys but `error`, `message` and `details`, and adds the
 * fields of the input item that it is paired with.
 */
export function failedItem(error: NodeFailure, itemIndex: number): INodeExecutionData {
	const details: IDataObject = {};
	if (error.description) details.description = error.description;
	if (error instanceof NodeApiError && error.httpCode) details.status = Number(error.httpCode);
	return { json: { error: error.message, details }, pairedItem: { item: itemIndex } };
}
