import type { IExecuteFunctions } from 'n8n-workflow';
import { Cancelled } from '../errors';
import type { Vendor } from './job';

/** The fields of the credential, as one text; a field may hold an expression that reads the item. */
const fieldsOf = async (context: IExecuteFunctions, { credential }: Vendor, item: number) =>
	JSON.stringify(await context.getCredentials(credential.name, item));

/**
 * Credentials of executions that are about to park, by execution. They stay in this process: n8n runs the
 * beginning of a sub-execution in the process of the execution that starts it.
 */
const kept = new Map<string, string>();

/** Keeps this execution's credential at hand for {@link isOtherCredential} while its sub-execution begins. */
export async function keepCredential<T>(
	context: IExecuteFunctions,
	vendor: Vendor,
	begin: () => Promise<T>,
): Promise<T> {
	const id = context.getExecutionId();
	kept.set(id, await fieldsOf(context, vendor, 0));
	try {
		return await begin();
	} finally {
		kept.delete(id);
	}
}

/**
 * Whether the credential is another one, or none, in a sub-execution: it does so where a field of it holds an
 * expression that reads the items or the nodes of the workflow that waits.
 *
 * @param parent execution that waits, and is about to park
 */
export async function isOtherCredential(
	context: IExecuteFunctions,
	vendor: Vendor,
	parent: string,
): Promise<boolean> {
	const expected = kept.get(parent);
	if (expected === undefined) return false;
	return (await fieldsOf(context, vendor, 0).catch(() => undefined)) !== expected;
}

/** n8n reads the credential from its database each time. */
const AT_ONCE = 50;

/** Input items whose credential is another one than the first item's, or cannot be read. */
export async function itemsOfOtherCredentials(
	context: IExecuteFunctions,
	vendor: Vendor,
): Promise<Set<number>> {
	const others = new Set<number>();
	const [first, ...rest] = context.getInputData().map((_, item) => item);
	if (rest.length === 0) return others;
	const expected = await fieldsOf(context, vendor, first);
	const signal = context.getExecutionCancelSignal();
	for (let start = 0; start < rest.length; start += AT_ONCE) {
		if (signal?.aborted) throw new Cancelled();
		await Promise.all(
			rest.slice(start, start + AT_ONCE).map(async (item) => {
				const fields = await fieldsOf(context, vendor, item).catch(() => undefined);
				if (fields !== expected) others.add(item);
			}),
		);
	}
	return others;
}
