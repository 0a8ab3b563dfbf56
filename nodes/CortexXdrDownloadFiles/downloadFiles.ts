import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { Cancelled, Fault, firstOf, passOn } from '../shared/errors';
import { tenantOf } from '../shared/cortex/ask';
import { endpointsInWords } from '../shared/cortex/endpointActions';
import { CORTEX_CREDENTIAL } from '../shared/cortex/send';
import { readChoice, readList, readText, readWholeNumber } from '../shared/input/values';
import { inTurn, type Part } from '../shared/transport/inTurn';
import { continues } from '../shared/transport/tool';
import { downloaderOf, mayHaveExpired, type Download, type Downloader } from './download';
import { fileName } from './fileName';
import {
	DOWNLOADS,
	filesOfScript,
	once,
	retrievedFiles,
	type OpenSource,
	type Source,
} from './sources';

const SOURCES = {
	fileRetrieval: retrievedFiles,
	scriptExecution: filesOfScript,
} as const satisfies Record<string, OpenSource>;

type From = keyof typeof SOURCES;

/** What an input item asks for. */
interface Asked {
	from: From;
	actionId: string;
	/** Endpoint ids; absent: all of the action. */
	wanted?: string[];
	binaryProperty: string;
}

const ACTION_ID_HINT =
	'Use the action_id that Retrieve Files or Run Script gave. In Cortex it is under Response → Action Center, in the column Action ID.';

/**
 * The endpoints that were asked for.
 * @param stored the field as the node holds it. One that was left empty means all; an expression that gives nothing
 *   does not, since it was meant to name some
 */
export function readWanted(value: unknown, stored: unknown): string[] | undefined {
	const leftEmpty = stored === undefined || stored === null || stored === '';
	return leftEmpty ? undefined : readList('Endpoint IDs', value);
}

function readAsked(context: IExecuteFunctions, item: number): Asked {
	const parameter = (name: string, otherwise?: unknown) =>
		context.getNodeParameter(name, item, otherwise as never) as unknown;
	return {
		from: readChoice('From', parameter('from'), Object.keys(SOURCES) as From[]),
		actionId: readWholeNumber('Action ID', parameter('actionId'), ACTION_ID_HINT),
		wanted: readWanted(parameter('endpointIds', ''), context.getNode().parameters.endpointIds),
		binaryProperty: readText(
			'Put Output File in Field',
			parameter('binaryProperty'),
			'Enter the name of a field, such as data.',
		),
	};
}

/** The files of an endpoint, or why there are none. A link that has ended is asked for anew, once. */
async function fetchFrom(
	source: Source,
	download: Downloader,
	endpoint: string,
): Promise<Download | string> {
	for (let anew = false; ; anew = true) {
		const link = await source.link(endpoint, anew);
		if ('none' in link) return link.none ?? (await source.reason(endpoint));
		const outcome = await download(link.url).catch((error: unknown) => ({ error }));
		if (!('error' in outcome)) return outcome;
		if (anew || !mayHaveExpired(outcome.error)) throw outcome.error;
	}
}

/** So many endpoints are named. */
const MOST_NAMED = 10;

/** Endpoints by their ids, the first of them, and how many more there are. */
const named = (ids: string[]): string => firstOf(ids, MOST_NAMED, ', ');

/** What is no fault of one file: the next one would fail as well, after as long a wait. */
const endsAll = (error: unknown): boolean =>
	error instanceof Fault && ['unauthorized', 'throttled'].includes(error.details.meaning);

/** Downloads the files of all items, one file at a time: each is handed to n8n before the next one is fetched. */
export async function downloadFiles(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const connect = once(async () => ({
		tenant: await tenantOf(context),
		downloads: {
			fileRetrieval: await downloaderOf(context, DOWNLOADS.fileRetrieval),
			scriptExecution: await downloaderOf(context, DOWNLOADS.scriptExecution),
		},
	}));
	const proceed = continues(context);
	const signal = context.getExecutionCancelSignal();
	let without = 0;
	let all = 0;

	const partOf = async (
		source: Source,
		{ from, actionId, binaryProperty }: Asked,
		endpoint: string,
	): Promise<Part> => {
		const about = { action_id: actionId, endpoint_id: endpoint };
		const { downloads } = await connect();
		const file = await fetchFrom(source, downloads[from], endpoint);
		if (typeof file === 'string') {
			without += 1;
			return { json: { ...about, file_name: null, size: null, reason: file } };
		}
		const name = fileName(file.disposition, actionId, endpoint);
		return {
			json: { ...about, file_name: name, size: file.bytes.length, reason: null },
			binary: {
				[binaryProperty]: await context.helpers.prepareBinaryData(
					file.bytes,
					name,
					'application/zip',
				),
			},
		};
	};

	async function* parts(asked: Asked): AsyncGenerator<Part> {
		const { from, actionId, wanted } = asked;
		const { tenant } = await connect();
		const source = await SOURCES[from](tenant, actionId, wanted);
		for (const [index, endpoint] of source.endpoints.entries()) {
			if (signal?.aborted) throw new Cancelled();
			all += 1;
			try {
				yield await partOf(source, asked, endpoint);
			} catch (error) {
				if (error instanceof Cancelled) return await passOn(error);
				const rest = source.endpoints.slice(index + 1);
				const gaveUp = proceed && endsAll(error) && rest.length > 0;
				const others = source.endpoints.length > 1 && !proceed;
				yield {
					error,
					details: { action_id: actionId, endpoint_id: endpoint },
					also: [
						`It is about the files of endpoint ${endpoint} in action ${actionId}.`,
						...(gaveUp ? [`Not asked for because of this: the files of ${named(rest)}.`] : []),
						...(others
							? ['To get the files of its other endpoints all the same, set On Error to Continue.']
							: []),
					],
				};
				if (gaveUp) return;
			}
		}
	}

	const output = await inTurn<Asked>(context, {
		credential: CORTEX_CREDENTIAL,
		read: (item) => readAsked(context, item),
		parts,
	});
	if (without > 0) {
		context.addExecutionHints({
			message: `${without} of ${endpointsInWords(all)} ${without === 1 ? 'has' : 'have'} no files to download: the field reason of their items says why.`,
			location: 'outputPane',
			type: 'warning',
		});
	}
	return output;
}
