/** What is wrong with a submitted import, as the framework behind the vendor's newer services says it. */
export interface WrongPlace {
	loc: Array<string | number>;
	msg: string;
	type: string;
}

type Check = (value: unknown, loc: WrongPlace['loc'], now: number) => WrongPlace[];

interface Field {
	check: Check;
	required?: boolean;
	/** Importers send null where there is no text, and get away with it. */
	nullable?: boolean;
}

const DAY_MS = 24 * 3600 * 1000;

/** What was last seen longer ago is refused. */
const OLDEST_DAYS = 30;

const no = (loc: WrongPlace['loc'], msg: string, type: string): WrongPlace[] => [
	{ loc, msg, type },
];

const text =
	({ least = 0, most = Infinity } = {}): Check =>
	(value, loc) => {
		if (typeof value !== 'string') return no(loc, 'str type expected', 'type_error.str');
		const characters = [...value].length;
		if (characters < least) {
			const msg = `ensure this value has at least ${least} characters`;
			return no(loc, msg, 'value_error.any_str.min_length');
		}
		if (characters <= most) return [];
		const msg = `ensure this value has at most ${most} characters`;
		return no(loc, msg, 'value_error.any_str.max_length');
	};

const word =
	(...allowed: string[]): Check =>
	(value, loc) => {
		if (allowed.includes(value as string)) return [];
		const permitted = allowed.map((one) => `'${one}'`).join(', ');
		return no(loc, `unexpected value; permitted: ${permitted}`, 'value_error.const');
	};

const address =
	(isOne: (text: string) => boolean, version: 4 | 6): Check =>
	(value, loc) =>
		typeof value === 'string' && isOne(value)
			? []
			: no(loc, `value is not a valid IPv${version} address`, `value_error.ipv${version}address`);

const isIPv4 = (text: string): boolean => {
	const parts = text.split('.');
	return (
		parts.length === 4 &&
		parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
	);
};

const isIPv6 = (text: string): boolean =>
	/^[\da-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]/`);

const whole: Check = (value, loc) =>
	Number.isInteger(value) ? [] : no(loc, 'value is not a valid integer', 'type_error.integer');

const port: Check = (value, loc, now) => {
	const wrong = whole(value, loc, now);
	if (wrong.length > 0) return wrong;
	if (Number(value) < 1) {
		const msg = 'ensure this value is greater than or equal to 1';
		return no(loc, msg, 'value_error.number.not_ge');
	}
	if (Number(value) <= 65_534) return [];
	const msg = 'ensure this value is less than or equal to 65534';
	return no(loc, msg, 'value_error.number.not_le');
};

const seen: Check = (value, loc, now) => {
	const wrong = whole(value, loc, now);
	if (wrong.length > 0) return wrong;
	if (Number(value) > now) return no(loc, 'last_seen must not be in the future', 'value_error');
	if (Number(value) >= now - OLDEST_DAYS * DAY_MS) return [];
	return no(loc, `last_seen must not be older than ${OLDEST_DAYS} days`, 'value_error');
};

const listOf =
	(check: Check, least = 0): Check =>
	(value, loc, now) => {
		if (!Array.isArray(value)) return no(loc, 'value is not a valid list', 'type_error.list');
		if (value.length < least) {
			const msg = `ensure this value has at least ${least} items`;
			return no(loc, msg, 'value_error.list.min_items');
		}
		return value.flatMap((one: unknown, index) => check(one, [...loc, index], now));
	};

/** Fields that it does not know are nothing to it. */
const objectOf =
	(fields: Record<string, Field>): Check =>
	(value, loc, now) => {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) {
			return no(loc, 'value is not a valid dict', 'type_error.dict');
		}
		return Object.entries(fields).flatMap(([name, { check, required, nullable }]) => {
			const held = (value as Record<string, unknown>)[name];
			if (held === undefined) {
				return required ? no([...loc, name], 'field required', 'value_error.missing') : [];
			}
			if (held !== null) return check(held, [...loc, name], now);
			if (nullable) return [];
			return no([...loc, name], 'none is not an allowed value', 'type_error.none.not_allowed');
		});
	};

const required = (check: Check): Field => ({ check, required: true });
const optional = (check: Check): Field => ({ check });
const optionalText = (most?: number): Field => ({ check: text({ most }), nullable: true });

const vulnerability = objectOf({
	vulnerability_id: required(text({ least: 1 })),
	last_seen: required(seen),
	cve_id: optional(listOf(text())),
	description: optionalText(),
	confidence: optional(word('Potential', 'Confirmed')),
	evidence: optionalText(),
	raw_output: optionalText(2_000),
	scan_name: optionalText(),
	protocol: optional(word('TCP', 'UDP')),
	port: optional(port),
});

const vulnerabilities: Check = (value, loc, now) => {
	const wrong = listOf(vulnerability)(value, loc, now);
	if (wrong.length > 0) return wrong;
	const ids = (value as Array<{ vulnerability_id: string }>).map((one) => one.vulnerability_id);
	const twice = ids.find((id, index) => ids.indexOf(id) !== index);
	if (twice === undefined) return [];
	return no(loc, `vulnerability_id "${twice}" is not unique within the asset`, 'value_error');
};

const body = objectOf({
	vendor: required(text({ least: 1 })),
	product: required(text({ least: 1 })),
	version: optionalText(),
	assets: required(
		listOf(
			objectOf({
				vulnerabilities: required(vulnerabilities),
				last_seen: required(seen),
				origin_asset_id: optionalText(),
				asset_name: optionalText(),
				fqdn: optional(listOf(text())),
				ipv4: optional(listOf(address(isIPv4, 4))),
				ipv6: optional(listOf(address(isIPv6, 6))),
				mac_address: optionalText(),
				os_name: optionalText(),
				vendor: optionalText(),
				product: optionalText(),
				version: optionalText(),
				origin_tags: optional(listOf(text())),
			}),
			1,
		),
	),
});

/** A submitted import that has been checked, as far as the simulator looks at it. */
export interface ImportBody {
	assets: Array<{ vulnerabilities: unknown[] }>;
}

/**
 * What is wrong with a submitted import; nothing: it can be taken.
 * @param now epoch milliseconds of real time, which is that of the client
 */
export const wrongPlaces = (submitted: unknown, now: number): WrongPlace[] =>
	body(submitted, ['body'], now);
