import type { IExecuteFunctions } from 'n8n-workflow';
import { Cancelled, InputError } from '../errors';
import type { CredentialSecrets } from './secrets';

/** The fields of the credential, as one text; a field may hold an expression that reads the item. */
export const fieldsOf = async (
	context: IExecuteFunctions,
	credential: CredentialSecrets,
	item: number,
): Promise<string> =>
	JSON.stringify(await context.getCredentials(credential.name, item), (field, value: unknown) =>
		credential.renewed?.includes(field) ? undefined : value,
	);

/** For an item whose credential is another one: what is made of many items goes to one host. */
export const OTHER_CREDENTIAL = new InputError(
	"The credential of this item is another one than the first item's",
	'One run of this node asks one tenant. Use a node for each credential, or Loop Over Items with a batch size of 1.',
);

/** n8n reads the credential from its database each time. */
const AT_ONCE = 50;

/**
 * Input items whose credential is another one than the first item's, or cannot be read.
 * @throws {Cancelled} when the execution is stopped
 */
export async function itemsOfOtherCredentials(
	context: IExecuteFunctions,
	credential: CredentialSecrets,
): Promise<Set<number>> {
	const others = new Set<number>();
	const [first, ...rest] = context.getInputData().map((_, item) => item);
	if (rest.length === 0) return others;
	// One that cannot be read is told by the request that needs it.
	const expected = await fieldsOf(context, credential, first).catch(() => undefined);
	if (expected === undefined) return others;
	const signal = context.getExecutionCancelSignal();
	for (let start = 0; start < rest.length; start += AT_ONCE) {
		if (signal?.aborted) throw new Cancelled();
		await Promise.all(
			rest.slice(start, start + AT_ONCE).map(async (item) => {
				const fields = await fieldsOf(context, credential, item).catch(() => undefined);
				if (fields !== expected) others.add(item);
			}),
		);
	}
	return others;
}
