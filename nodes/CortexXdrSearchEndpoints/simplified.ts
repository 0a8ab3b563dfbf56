import { isObject, isoTime, type JsonObject } from '../shared/json';

/** The texts of a list; a text alone is one, and nothing at all is none. */
const texts = (value: unknown): string[] =>
	[value].flat().filter((one): one is string => typeof one === 'string' && one !== '');

/** Whether an endpoint is isolated; anything else, such as that it is pending, is neither yes nor no. */
const ISOLATED: Readonly<Record<string, boolean>> = {
	AGENT_ISOLATED: true,
	AGENT_UNISOLATED: false,
};

const isolatedBy = (word: unknown): boolean | null => {
	const known = typeof word === 'string' ? word.trim().toUpperCase() : '';
	return Object.hasOwn(ISOLATED, known) ? ISOLATED[known] : null;
};

/** Tags of the tenant and of the agent. Older replies have one text instead, whose parts nobody documents. */
function tagsOf({ tags, endpointTags }: JsonObject): string[] {
	if (!isObject(tags)) return texts(endpointTags);
	return [...new Set([...texts(tags.server_tags), ...texts(tags.endpoint_tags)])];
}

/** The fields of an endpoint that people use. */
export const simplifiedEndpoint = (record: JsonObject): JsonObject => ({
	endpoint_id: record.endpoint_id ?? null,
	endpoint_name: record.endpoint_name ?? null,
	endpoint_status: record.endpoint_status ?? null,
	isolated: isolatedBy(record.is_isolated),
	is_isolated: record.is_isolated ?? null,
	scan_status: record.scan_status ?? null,
	os_type: record.os_type ?? null,
	operating_system: record.operating_system ?? null,
	ip: texts(record.ip),
	users: texts(record.users),
	domain: record.domain ?? null,
	group_name: texts(record.group_name),
	alias: record.alias ?? null,
	tags: tagsOf(record),
	endpoint_version: record.endpoint_version ?? null,
	first_seen: isoTime(record.first_seen),
	last_seen: isoTime(record.last_seen),
});
