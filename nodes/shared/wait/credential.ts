import type { IExecuteFunctions } from 'n8n-workflow';
import { fieldsOf } from '../transport/sameCredential';
import type { Vendor } from './job';

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
	kept.set(id, await fieldsOf(context, vendor.credential, 0));
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
	return (await fieldsOf(context, vendor.credential, 0).catch(() => undefined)) !== expected;
}
