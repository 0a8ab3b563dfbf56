import type { INodeExecutionData } from 'n8n-workflow';
import { isObject } from '../json';

/** A text that says what happened, and one that says more. */
export interface Words {
	message: string;
	description?: string | null;
}

/**
 * What the sub-execution that polls hands to the one that watches over it. Whatever else comes out of it is no
 * result but a crash.
 */
export type Handover =
	/** The wait has ended: the json of each item of the output. */
	| { ended: Array<INodeExecutionData['json']> }
	/** The node is to fail. */
	| { failed: Words }
	/** Nobody takes a result any more. */
	| { stopped: Words }
	/** The wait cannot be kept here, and nothing has been parked. */
	| { refused: Words };

/** The words of a handover that brings no items. */
export function wordsOf(handover: Exclude<Handover, { ended: unknown }>): Words {
	if ('failed' in handover) return handover.failed;
	return 'stopped' in handover ? handover.stopped : handover.refused;
}

/** An item that carries a handover: the only one of its node. */
export const handoverItem = (handover: Handover): INodeExecutionData => ({
	json: { handover } as never,
});

const isWords = (value: unknown): value is Words =>
	isObject(value) && typeof value.message === 'string';

/** The handover that came out of a sub-execution; `undefined` where it came to its end in any other way. */
export function handoverOf(items: INodeExecutionData[] | null | undefined): Handover | undefined {
	const handover = items?.[0]?.json.handover;
	if (!isObject(handover)) return undefined;
	const { ended, failed, stopped, refused } = handover;
	if (Array.isArray(ended) && ended.every(isObject)) return { ended } as Handover;
	if (isWords(failed)) return { failed };
	if (isWords(stopped)) return { stopped };
	return isWords(refused) ? { refused } : undefined;
}
