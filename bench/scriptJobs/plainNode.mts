import type { INodeExecutionData, INodeType } from 'n8n-workflow';

import { nextSize, SEARCH_PATH, SORT, type Growth, type ReadPage } from './request.mts';

/**
 * A declarative node that pages through the search and does nothing else: no checks, no pacing, no errors in
 * words. What it takes longer than the floor is the engine's.
 */
export function createPlainNode(
	requestDefaults: INodeType['description']['requestDefaults'],
	growth: Growth,
): INodeType {
	return {
		description: {
			displayName: 'Plain',
			name: 'plain',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: {},
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: 'qualysGatewayApi', required: true }],
			requestDefaults,
			requestOperations: {
				async pagination(request) {
					const items: INodeExecutionData[] = [];
					let searchAfter: unknown[] | undefined;
					let pageSize = growth.first;
					for (;;) {
						request.options.body = { pageSize, sort: SORT, searchAfter };
						const [page] = await this.makeRoutingRequest(request);
						const { list } = (page.json as unknown as ReadPage).body;
						for (const { data } of list) items.push({ json: data, pairedItem: { item: 0 } });
						if (list.length < pageSize) return items;
						searchAfter = list.at(-1)?.sortValues;
						pageSize = nextSize(pageSize, growth);
					}
				},
			},
			properties: [
				{
					displayName: 'Operation',
					name: 'operation',
					type: 'hidden',
					default: 'search',
					routing: {
						request: { method: 'POST', url: SEARCH_PATH },
						send: { paginate: true },
					},
				},
			],
		},
	};
}
