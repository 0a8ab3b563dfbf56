import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** A type of credential, and what of its fields must never be shown. */
export interface CredentialSecrets {
	name: string;
	secrets(fields: Record<string, unknown>): unknown[];
}

/** The secrets of the credential that a node uses; none where it cannot be read. */
export async function secretsOf(
	context: { getCredentials(type: string): Promise<ICredentialDataDecryptedObject> },
	{ name, secrets }: CredentialSecrets,
): Promise<string[]> {
	const fields = await context.getCredentials(name).catch(() => ({}));
	return secrets(fields).filter((value) => typeof value === 'string');
}
