import { createHash } from 'node:crypto';
import { isObject } from '../shared/json';
import type { Mark } from './mark';
import { isOpenJob, type OpenJob } from './openJobs';

/** What is kept from poll to poll. It is replaced as a whole: n8n does not store every change of it. */
export interface State {
	/** What it was made for: another event, filter or subscription begins anew. */
	of: string;
	mark: Mark;
	/** Jobs that have not ended; none where the event is that they are created. */
	open: OpenJob[];
}

/** What a state is for, without telling it. */
export const keyOf = (...parts: unknown[]): string =>
	createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);

const isMark = (value: unknown): value is Mark =>
	isObject(value) &&
	(value.cursor === undefined || Array.isArray(value.cursor)) &&
	Array.isArray(value.seen) &&
	value.seen.every((id) => typeof id === 'string');

/** The state that n8n has stored; `undefined` where there is none, it is damaged, or was made for something else. */
export function readState(stored: unknown, of: string): State | undefined {
	if (!isObject(stored) || stored.of !== of || !isMark(stored.mark)) return undefined;
	const { mark, open } = stored;
	return Array.isArray(open) && open.every(isOpenJob) ? { of, mark, open } : undefined;
}
