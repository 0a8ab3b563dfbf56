import type { IExecuteSingleFunctions } from 'n8n-workflow';
import { readCollection } from '../input/collections';
import { checkRange, readDate } from '../input/dates';
import { InputError } from '../errors';
import { readChoices, readIpAddresses, readList } from '../input/values';

/** A filter as the vendor's body holds it. */
export interface ScanFilter {
	field: string;
	operator: 'in' | 'gte' | 'lte';
	value: string[] | number;
}

export const PLATFORMS = ['android', 'linux', 'macos', 'windows'] as const;
export const SCAN_STATUSES = [
	'aborted',
	'canceled',
	'error',
	'in_progress',
	'none',
	'pending',
	'pending_cancellation',
	'success',
] as const;
export const ISOLATION = ['isolated', 'unisolated'] as const;
export const ENDPOINT_STATUS_FILTERS = [
	'connected',
	'disconnected',
	'lost',
	'uninstalled',
] as const;

type Read = (label: string, value: unknown, timeZone: string) => ScanFilter['value'];

interface FilterField {
	label: string;
	field: string;
	operator: ScanFilter['operator'];
	read: Read;
}

const list = (
	label: string,
	field: string,
	read: Read = (name, value) => readList(name, value),
): FilterField => ({
	label,
	field,
	operator: 'in',
	read,
});
const choices = (label: string, field: string, allowed: readonly string[]): FilterField =>
	list(label, field, (name, value) => readChoices(name, value, allowed));
const date = (label: string, field: string, operator: 'gte' | 'lte'): FilterField => ({
	label,
	field,
	operator,
	read: readDate,
});

/**
 * The node's filters and the vendor's. `username` and `scan_status` are missing from the vendor's
 * enumeration, but stand in its text and its example.
 */
export const FILTER_FIELDS: Readonly<Record<string, FilterField>> = {
	aliases: list('Aliases', 'alias'),
	distributionNames: list('Distribution Names', 'dist_name'),
	endpointIds: list('Endpoint IDs', 'endpoint_id_list'),
	firstSeenAfter: date('First Seen After', 'first_seen', 'gte'),
	firstSeenBefore: date('First Seen Before', 'first_seen', 'lte'),
	groupNames: list('Group Names', 'group_name'),
	hostnames: list('Hostnames', 'hostname'),
	ipAddresses: list('IP Addresses', 'ip_list', readIpAddresses),
	isolation: choices('Isolation', 'isolate', ISOLATION),
	lastSeenAfter: date('Last Seen After', 'last_seen', 'gte'),
	lastSeenBefore: date('Last Seen Before', 'last_seen', 'lte'),
	platforms: choices('Platforms', 'platform', PLATFORMS),
	scanStatuses: choices('Scan Statuses', 'scan_status', SCAN_STATUSES),
	usernames: list('Usernames', 'username'),
};

/** What endpoints can be searched by: also by what the calls that start actions do not know. */
export const SEARCH_FIELDS: Readonly<Record<string, FilterField>> = {
	...FILTER_FIELDS,
	endpointStatuses: choices('Endpoint Statuses', 'endpoint_status', ENDPOINT_STATUS_FILTERS),
	publicIpAddresses: list('Public IP Addresses', 'public_ip_list', readIpAddresses),
};

const RANGES = [
	['firstSeenAfter', 'firstSeenBefore'],
	['lastSeenAfter', 'lastSeenBefore'],
] as const;

/**
 * Reads filters. Whatever was added must hold something: a filter that came out empty and was left out would mean
 * more endpoints than the user wants.
 */
function readFilters(
	collection: unknown,
	timeZone: string,
	fields: Readonly<Record<string, FilterField>>,
): ScanFilter[] {
	const names = Object.keys(fields);
	const filters = readCollection('Filters', collection, names, '{ "groupNames": ["Kiosks"] }');
	const values = new Map<string, ScanFilter['value']>();
	for (const name of names.filter((one) => Object.hasOwn(filters, one))) {
		const { label, read } = fields[name];
		values.set(name, read(`Filter ${label}`, filters[name], timeZone));
	}
	for (const [start, end] of RANGES) {
		checkRange(
			[`Filter ${fields[start].label}`, `Filter ${fields[end].label}`],
			values.get(start) as number | undefined,
			values.get(end) as number | undefined,
		);
	}
	return [...values].map(([name, value]) => {
		const { field, operator } = fields[name];
		return { field, operator, value };
	});
}

/**
 * Filters of a scan, from the parameters of the node.
 *
 * @param collection the filters that were added, by parameter name
 * @param timeZone the workflow's, for dates without a zone
 * @throws {InputError} for one that holds nothing, and where there is no filter at all: that must never mean "all"
 */
export function scanFilters(collection: unknown, timeZone: string): ScanFilter[] {
	const filters = readFilters(collection, timeZone, FILTER_FIELDS);
	if (filters.length > 0) return filters;
	throw new InputError(
		'No filter is set, so it is not known which endpoints are meant',
		'Add a filter, or set Scope to All Endpoints if that is what you want.',
	);
}

/**
 * Filters of a search, as {@link scanFilters}; none at all means all endpoints, since reading harms nobody.
 * @throws {InputError} for one that holds nothing
 */
export const searchFilters = (collection: unknown, timeZone: string): ScanFilter[] =>
	readFilters(collection, timeZone, SEARCH_FIELDS);

/**
 * Filters of the item at hand.
 * @throws {InputError} see {@link scanFilters}
 */
export function filtersOf(context: IExecuteSingleFunctions): ScanFilter[] {
	return scanFilters(context.getNodeParameter('filters', {}), context.getTimezone());
}
