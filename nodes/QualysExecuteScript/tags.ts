import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { unexpectedAnswer } from '../shared/errors';
import { textOf, type JsonObject } from '../shared/json';
import { gatewayOf } from '../shared/qualys/ask';
import { OPERATIONS } from '../shared/qualys/operations';
import { allByNumber } from '../shared/qualys/paging';
import { recordsIn } from '../shared/qualys/reply';
import { QUALYS_CREDENTIAL } from '../shared/qualys/send';
import type { AskingContext } from '../shared/transport/asking';
import { toNodeError } from '../shared/transport/nodeErrors';
import { secretsOf } from '../shared/transport/secrets';

/**
 * A tag as the list shows it. Its value holds both that execute wants. The vendor does not say whether its `id` or its
 * `tagId` is the one, so the name shows both where they differ.
 * @throws {Fault} where one of them is missing
 */
export function tagOption(tag: JsonObject): INodePropertyOptions {
	const { tagId = tag.id, tagUuid, name, id = tagId } = tag;
	if (tagId === undefined || typeof tagUuid !== 'string') {
		throw unexpectedAnswer('Qualys answered the list of tags with a tag that has no id or no UUID');
	}
	const also = textOf(id) === textOf(tagId) ? '' : `, id ${textOf(id)}`;
	return {
		name: `${typeof name === 'string' ? name : 'A tag without a name'} (tagId ${textOf(tagId)}${also})`,
		value: JSON.stringify({ id: textOf(tagId), UUId: tagUuid }),
	};
}

/** The tags on which scripts can be run, for the field Test Tags. */
export async function getTags(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const { listTags: operation } = OPERATIONS;
	try {
		const { lastly } = await gatewayOf(this as unknown as AskingContext);
		const tags = await allByNumber(
			{
				one: 'tag',
				many: 'tags',
				limit: Infinity,
				pageSize: 100,
				largestPage: 1_000,
				counts: true,
				incomplete: 'Open the list again.',
				beyondWindow: {
					message: 'Qualys serves no more than 10,000 tags',
					hint: 'Name the tags by an expression instead.',
				},
				tooMany: () => 'Name the tags by an expression instead.',
			},
			async (page) =>
				recordsIn(
					await lastly({ operation, path: '/sm/v1/assettags/search', body: { ...page } }),
					operation,
					'tag',
				),
		);
		return tags.map(tagOption).sort((a, b) => a.name.localeCompare(b.name));
	} catch (error) {
		const secrets = await secretsOf(this, QUALYS_CREDENTIAL);
		throw toNodeError(this.getNode(), error, { secrets });
	}
}
