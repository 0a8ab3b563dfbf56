import type { KeyInfo } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	ICredentialType,
} from 'n8n-workflow';

import type { Modules } from './n8n.mts';

export type Fields = Record<string, ICredentialDataDecryptedObject>;

/** n8n's own credentials helper: as n8n has it, and one that decrypts each credential once. */
export interface Helpers {
	stored: ICredentialsHelper;
	atHand: ICredentialsHelper;
}

/** A row of n8n's table of credentials. */
interface Row {
	id: string;
	name: string;
	type: string;
	data: string;
	usageScope: 'project';
	isResolvable: false;
}

/** Gives n8n the key with which it encrypts credentials by default: the instance's own, itself encrypted. */
function setEncryptionKey({ core, di: { Container } }: Modules): void {
	const { encryptionKey } = Container.get(core.InstanceSettings);
	const key: KeyInfo = {
		id: 'instance',
		value: Container.get(core.Cipher).encryptDEKWithInstanceKey(encryptionKey),
		algorithm: 'aes-256-cbc',
		format: 'no-prefix',
	};
	const give = async () => await Promise.resolve(key);
	Container.get(core.EncryptionKeyProxy).setProvider({
		getActiveKey: give,
		getKeyById: give,
		getLegacyKey: give,
	});
}

/** n8n's table of credentials, in memory. */
async function createTable({ core }: Modules, fields: Fields): Promise<Record<string, Row>> {
	const rows = Object.entries(fields).map(async ([type, data]) => {
		const credential = new core.Credentials({ id: type, name: type }, type);
		await credential.setData(data);
		const { data: encrypted } = credential.getDataToSave();
		const row: Row = {
			id: type,
			name: type,
			type,
			data: encrypted as string,
			usageScope: 'project',
			isResolvable: false,
		};
		return [type, row] as const;
	});
	return Object.fromEntries(await Promise.all(rows));
}

/** Makes a helper keep what it has decrypted, until it is changed. */
function decryptingOnce(helper: ICredentialsHelper): ICredentialsHelper {
	const known = new Map<string, ICredentialDataDecryptedObject>();
	const decrypt = helper.getDecrypted.bind(helper);
	const update = helper.updateCredentials.bind(helper);
	helper.getDecrypted = async (...args) => {
		const [, , type] = args;
		const fields = known.get(type) ?? (await decrypt(...args));
		known.set(type, fields);
		return { ...fields };
	};
	helper.updateCredentials = async (...args) => {
		known.clear();
		await update(...args);
	};
	return helper;
}

/** n8n's helper over these credentials. Only the database, licences and policies behind it are stand-ins. */
export async function createHelpers(
	modules: Modules,
	types: ICredentialType[],
	fields: Fields,
): Promise<Helpers> {
	setEncryptionKey(modules);
	const table = await createTable(modules, fields);
	const byName = Object.fromEntries(types.map((type) => [type.name, type]));
	const parts = [
		{ getByName: (name: string) => byName[name], getParentTypes: () => [] },
		{ applyOverwrite: (_type: string, data: object) => data },
		{
			findOneByOrFail: async ({ type }: Row) => await Promise.resolve({ ...table[type] }),
			update: async ({ type }: Row, change: Partial<Row>) =>
				await Promise.resolve(void Object.assign(table[type], change)),
		},
		{
			resolveIfNeeded: async (_credential: object, data: object) =>
				await Promise.resolve({ data, isDynamic: false }),
			getEffectiveResolverId: () => undefined,
		},
		{},
		{ isExternalSecretsLicensed: () => false },
		{},
		{},
		{ enforceCredentialDecrypt: async () => await Promise.resolve() },
	];

	return {
		stored: new modules.CredentialsHelper(...parts),
		atHand: decryptingOnce(new modules.CredentialsHelper(...parts)),
	};
}
