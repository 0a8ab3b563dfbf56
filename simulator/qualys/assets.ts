import { createRandom } from '../random';
import { CUSTOMER } from './jobs';
import { jobTags } from './users';

/** A machine with an agent. */
export interface Asset {
	/** Its number, as execute takes it. */
	id: number;
	name: string;
	uuid: string;
	platform: string;
}

/** A tag on which scripts can be run. */
export interface AssetTag {
	id: number;
	uuid: string;
	name: string;
	/** Assets of the lab: only their tags are taken in test mode. */
	lab: boolean;
	/** Places in the list of assets. */
	assets: number[];
}

const FIRST_ASSET_ID = 7_512_801;
const FIRST_TAG_ID = 45_101;
const ASSETS = 600;

const LAB_TAGS = ['CAR Lab Linux', 'CAR Lab Windows'];
const OTHER_TAGS = [
	'Cloud Agent',
	'Domain Controllers',
	'Internet Facing Assets',
	'Kiosks',
	'Laptops',
	'Print Servers',
	'Production',
	'Unused',
	'Build Servers',
	'Database Servers',
	'Disaster Recovery',
	'Linux Servers',
	'Macs',
	'Meeting Rooms',
	'Remote Sites',
	'Staging',
	'Web Servers',
	'Windows Servers',
];

const kinds = [
	{ prefix: 'srv', platform: 'LINUX' },
	{ prefix: 'win', platform: 'WINDOWS' },
	{ prefix: 'mac', platform: 'MAC' },
];

/** The assets for a seed. */
export function createAssets(seed: number): Asset[] {
	return Array.from({ length: ASSETS }, (_, index) => {
		const random = createRandom(seed, 'asset', index);
		const { prefix, platform } = random.pick(kinds);
		return {
			id: FIRST_ASSET_ID + index,
			name: `${prefix}-${String(index + 1).padStart(3, '0')}`,
			uuid: random.uuid(),
			platform,
		};
	});
}

/** The tags for a seed. Those of the lab have five assets each, which no other tag has; `Unused` has none. */
export function createTags(seed: number): AssetTag[] {
	return [...LAB_TAGS, ...jobTags, ...OTHER_TAGS].map((name, index) => {
		const random = createRandom(seed, 'tag', index);
		const lab = LAB_TAGS.includes(name);
		const [from, count] = lab ? [index * 5, 5] : [random.integer(10, 500), random.integer(4, 60)];
		return {
			id: FIRST_TAG_ID + index * 3,
			uuid: random.uuid(),
			name,
			lab,
			assets: name === 'Unused' ? [] : Array.from({ length: count }, (_, place) => from + place),
		};
	});
}

/** A tag as the API sends it. */
export const tagRecord = ({ id, uuid, name }: AssetTag): object => ({
	tagId: id,
	tagUuid: uuid,
	name,
	id,
	customerUuid: CUSTOMER,
	customerId: 12_345,
	...(id % 2 === 0 ? { backgroundColor: '#3366cc' } : {}),
});
