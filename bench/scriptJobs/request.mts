import type { IDataObject } from 'n8n-workflow';

/** The search that every variant sends: newest first, as the node asks by default. */
export const SORT = '[{"created.dateTime":"desc"},{"id":"desc"}]';

export const SEARCH_PATH = '/sm/v2/jobs/search';

/** An answer to it. */
export interface ReadPage {
	body: { list: Array<{ sortValues: unknown[]; data: IDataObject }> };
}

/** How many jobs a page holds, and how many the largest one that it grows to. */
export interface Growth {
	first: number;
	largest: number;
}

/** The size of the page after one of this size. */
export const nextSize = (size: number, { largest }: Growth): number => Math.min(size * 2, largest);
