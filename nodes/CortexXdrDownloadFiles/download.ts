import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { Cancelled, Fault, passOn } from '../shared/errors';
import { CORTEX_CREDENTIAL, laneToTenant } from '../shared/cortex/send';
import type { CortexOperation } from '../shared/cortex/operations';
import { tenantBaseUrl } from '../shared/cortex/tenant';
import type { Answer } from '../shared/transport/answer';
import { attempts, LAST, PATIENT } from '../shared/transport/attempts';
import { clock } from '../shared/transport/clock';
import { connectionFault } from '../shared/transport/connection';
import { inTime } from '../shared/transport/inTime';
import { laneTo } from '../shared/transport/lane';
import { requestRules } from '../shared/transport/requestRules';
import { secretsOf, showableFault } from '../shared/transport/secrets';
import { isTool } from '../shared/transport/tool';
import { elsewhereFile, ownFile } from './fileAnswer';

/** How long a download may take, in milliseconds. */
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;

/** A file that was downloaded. */
export interface Download {
	bytes: Buffer;
	/** The header Content-Disposition. */
	disposition: unknown;
}

/**
 * Downloads what a link leads to.
 * @throws {Fault} without the link in its words: whoever has it, has the file
 * @throws {Cancelled}
 */
export type Downloader = (link: string) => Promise<Download>;

/** Not the tenant's, which takes so many requests a second. */
const OTHER_HOST = { spacing: 0, atOnce: Infinity, perSecond: Infinity };

/** All of a link that must not be shown, whole and in the parts by which an answer may repeat it. */
export const piecesOf = (link: string): string[] => {
	const { pathname, search, searchParams } = new URL(link);
	const parts = pathname.split('/').filter(Boolean);
	// What is shorter, such as "download", leads nowhere, and is a word of errors.
	const long = [...parts.slice(0, -1), ...searchParams.values()].filter((part) => part.length > 15);
	return [link, pathname + search, search.slice(1), parts.at(-1) ?? '', ...long].filter(
		(piece) => piece.length > 5,
	);
};

/** Whether a link was refused in a way that a new one may mend: links end after minutes. */
export const mayHaveExpired = (error: unknown): boolean =>
	error instanceof Fault && [403, 404, 410].includes(error.details.status ?? 0);

/**
 * What downloads files for one run of the node, a file at a time.
 *
 * The API key goes to the tenant's own host and nowhere else: a link to another host is a signed one, and is followed
 * without any header of ours. No redirect is followed.
 *
 * @throws {InputError} where the credential names no tenant
 */
export async function downloaderOf(
	context: IExecuteFunctions,
	operation: CortexOperation,
): Promise<Downloader> {
	const { name } = CORTEX_CREDENTIAL;
	const tenant = tenantBaseUrl((await context.getCredentials(name)).tenantUrl);
	const home = new URL(tenant);
	const secrets = await secretsOf(context, CORTEX_CREDENTIAL);
	const signal = context.getExecutionCancelSignal();
	const patience = isTool(context.getNode()) ? LAST : PATIENT;
	/** Hosts that want POST: the vendor's pages show both. */
	const posted = new Set<string>();

	const send = async (link: URL): Promise<Download> => {
		const own = link.origin === home.origin;
		const rules = requestRules(DOWNLOAD_TIMEOUT_MS);
		const request: IHttpRequestOptions = {
			...rules,
			url: link.href,
			encoding: 'arraybuffer',
			returnFullResponse: true,
			...(posted.has(link.origin)
				? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }
				: { method: 'GET' }),
		};
		const { httpRequest, httpRequestWithAuthentication } = context.helpers;
		const answer = await inTime(
			async (connection) =>
				(own
					? await httpRequestWithAuthentication.call(context, name, request)
					: await httpRequest({ ...request, abortSignal: connection })) as Answer,
			{ milliseconds: rules.timeout, signal, handedOn: request },
		);
		const bytes = own
			? ownFile(answer, operation, clock.now())
			: elsewhereFile(answer, clock.now());
		return { bytes, disposition: answer.headers['content-disposition'] };
	};

	const sent = async (link: URL) =>
		await attempts(async () => await send(link), {
			lane:
				link.origin === home.origin
					? laneToTenant(tenant, operation)
					: laneTo(link.origin, OTHER_HOST),
			startsWork: false,
			signal,
			patience,
		});

	return async (address) => {
		const link = new URL(address);
		if (link.protocol !== 'https:' && home.protocol === 'https:') {
			throw new Fault('Cortex gave a link that is not encrypted (http), which is not followed', {
				meaning: 'local',
				hint: 'Anybody on the way could read the file. Contact the support of the vendor.',
			});
		}
		try {
			return await sent(link).catch(async (error: unknown) => {
				const another = error instanceof Fault && error.details.status === 405;
				if (!another || posted.has(link.origin)) return await passOn(error);
				posted.add(link.origin);
				return await sent(link);
			});
		} catch (error) {
			if (error instanceof Cancelled) return await passOn(error);
			const shown = showableFault(connectionFault(error), [...secrets, ...piecesOf(address)]);
			return await passOn(shown);
		}
	};
}
