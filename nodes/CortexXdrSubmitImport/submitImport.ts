import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { tenantOf, type Tenant } from '../shared/cortex/ask';
import { IMPORTS_PATH } from '../shared/cortex/importJob';
import { OPERATIONS } from '../shared/cortex/operations';
import { CORTEX_CREDENTIAL } from '../shared/cortex/send';
import { startedImport } from '../shared/cortex/startedImport';
import { Fault, InputError, passOn } from '../shared/errors';
import { readCollection } from '../shared/input/collections';
import { readChoice } from '../shared/input/values';
import { isObject, textOf, type JsonObject } from '../shared/json';
import { thousands } from '../shared/transport/answer';
import { clock } from '../shared/transport/clock';
import { gather, type Start } from '../shared/transport/gathering';
import { continues, isSetByAuthor, isTool } from '../shared/transport/tool';
import { batchesOf, checkCount, readMostBatches, tooLarge, type Batch } from './batches';
import { leftOutInWords, readAssets, readFindings, type Gathering } from './findings';
import { importFault } from './refusal';
import { readScanner, type Now, type Scanner } from './schema';

/** Milliseconds that a submission may take: megabytes go up, and the service checks them before it answers. */
const LONGEST_UPLOAD = 300_000;

/** What one input item asks for. */
interface Asked {
	scanner: Scanner;
	/** The item's json, or its list of assets. */
	holds: unknown;
	from: 'items' | 'list';
	mostBatches: number;
}

type Item = { item: number; asked: Asked };

function readAsked(context: IExecuteFunctions, item: number): Asked {
	const parameter = (name: string, otherwise?: unknown) =>
		context.getNodeParameter(name, item, otherwise as never) as unknown;
	const options = readCollection(
		'Options',
		parameter('options', {}),
		['batches'],
		'{ "batches": 10 }',
	);
	const set: unknown = context.getNode().parameters.options;
	// The quota of an hour is the tenant's: a model does not use it up.
	const mayChoose =
		!isTool(context.getNode()) || isSetByAuthor(isObject(set) ? set.batches : undefined);
	const from = readChoice('Assets From', parameter('assetsFrom'), ['items', 'list']);
	return {
		scanner: readScanner({
			vendor: parameter('vendor'),
			product: parameter('product'),
			version: parameter('version', ''),
		}),
		holds: from === 'items' ? context.getInputData()[item].json : parameter('assets'),
		from,
		mostBatches: readMostBatches(mayChoose ? options.batches : undefined),
	};
}

const assetsOf = (items: Item[], now: Now): Gathering =>
	items[0].asked.from === 'items'
		? readFindings(
				items.map(({ item, asked }) => ({ item, json: asked.holds as JsonObject })),
				now,
			)
		: readAssets(
				items.map(({ item, asked }) => ({ item, value: asked.holds })),
				now,
			);

/** Input items that make one asset together, by what they would be told apart by. */
function byAsset(items: Item[]): Item[][] {
	const groups = new Map<string, Item[]>();
	for (const one of items) {
		const { holds, from } = one.asked;
		const id =
			from === 'items' && isObject(holds) ? textOf(holds.origin_asset_id ?? '').trim() : '';
		const key = id === '' ? `item ${one.item}` : `asset ${id}`;
		const group = groups.get(key) ?? [];
		group.push(one);
		groups.set(key, group);
	}
	return [...groups.values()];
}

/** What items of the same scanner hold, and which of them cannot be imported. */
interface Holding extends Gathering {
	refused: Array<{ items: number[]; error: InputError }>;
}

/**
 * @param each whether an asset that cannot be imported leaves the others alone
 * @throws {InputError} where it does not
 */
async function read(items: Item[], now: Now, each: boolean): Promise<Holding> {
	let refusal: unknown;
	try {
		return { ...assetsOf(items, now), refused: [] };
	} catch (error) {
		if (!each || !(error instanceof InputError)) return await passOn(error);
		refusal = error;
	}
	const all: Holding = { assets: [], leftOut: [], refused: [] };
	for (const some of byAsset(items)) {
		try {
			const { assets, leftOut } = assetsOf(some, now);
			all.assets.push(...assets);
			all.leftOut = [...new Set([...all.leftOut, ...leftOut])];
		} catch (error) {
			if (!(error instanceof InputError)) return await passOn(error);
			all.refused.push({ items: some.map(({ item }) => item), error });
		}
	}
	// Read apart, what contradicts each other would be two assets of the same id.
	const ids = all.assets.flatMap(({ asset }) => asset.origin_asset_id ?? []);
	return new Set(ids).size === ids.length ? all : await passOn(refusal);
}

/** Items by the scanner that their findings come from. */
function byScanner(items: Item[]): Array<{ scanner: Scanner; items: Item[] }> {
	const groups = new Map<string, { scanner: Scanner; items: Item[] }>();
	for (const one of items) {
		const { scanner } = one.asked;
		const key = JSON.stringify(scanner);
		const group = groups.get(key) ?? { scanner, items: [] };
		group.items.push(one);
		groups.set(key, group);
	}
	return [...groups.values()];
}

async function submit(tenant: Tenant, batch: Batch): Promise<JsonObject> {
	try {
		const json = await tenant.once({
			operation: OPERATIONS.submitImport,
			request: { method: 'POST', url: IMPORTS_PATH, body: batch.body },
			timeout: LONGEST_UPLOAD,
		});
		return { ...startedImport(json) };
	} catch (error) {
		return await passOn(error instanceof Fault ? importFault(error, batch) : error);
	}
}

/** Submits what the node's items hold, in as few imports as it fits into. */
export async function submitImport(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await gather<Asked>(context, {
		credential: CORTEX_CREDENTIAL,
		startsWork: {
			describe: ([item]) => `job_id ${String(item?.json.job_id)}`,
			unknown:
				'It is not known whether this import was started, and the request is not sent a second time. Look in Cortex at the findings of this scanner before you run this node again.',
		},
		read: (item) => readAsked(context, item),
		async starts(asked) {
			const now = { now: clock.now(), timeZone: context.getTimezone() };
			const each = continues(context);
			const groups = await Promise.all(
				byScanner(asked).map(async ({ scanner, items }) => {
					const { assets, leftOut, refused } = await read(items, now, each);
					// Where each stands for itself, one that is too large is no reason not to submit the others.
					const sized = assets.map((asset) => ({
						asset,
						error: each ? tooLarge(scanner, asset) : undefined,
					}));
					const fit = sized.filter(({ error }) => !error).map(({ asset }) => asset);
					const large = sized.flatMap(({ asset: { items: of }, error }) =>
						error ? [{ items: of, error }] : [],
					);
					return { batches: batchesOf(scanner, fit), leftOut, refused: [...refused, ...large] };
				}),
			);
			const batches = groups.flatMap((group) => group.batches);
			checkCount(batches.length, Math.min(...asked.map((one) => one.asked.mostBatches)));
			const leftOut = leftOutInWords([...new Set(groups.flatMap((group) => group.leftOut))]);
			if (leftOut) context.addExecutionHints({ message: leftOut, location: 'outputPane' });
			const tenant = await tenantOf(context);
			return [
				...batches.map((batch): Start => {
					const count = batch.assets.length;
					return {
						items: batch.items,
						about: `${thousands(count)} ${count === 1 ? 'asset' : 'assets'}`,
						send: async () => await submit(tenant, batch),
					};
				}),
				...groups
					.flatMap(({ refused }) => refused)
					.map(
						({ items, error }): Start => ({
							items,
							about: 'nothing',
							refusal: error,
							send: async () => await passOn(error),
						}),
					),
			];
		},
	});
}
