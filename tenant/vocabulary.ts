/*
 * Words that names of fields are made of, in services of this kind. A name that consists of them says nothing about a
 * tenant, wherever it stands. Whatever else stands where names are the tenant's may be a host, a user or an id.
 */
const WORDS = `
	access account action actions active activity actual added address after agent agents aggregated alert alerts all allowed
	and api app application applied asset assets at attempt attempts author auth available
	base block body bool boolean build by bytes
	cached call calls category cause certificate change changed check class client cloud code column columns command
	comment company completed condition config configuration connected connection content context correlation cost count
	counter country created creation criteria current cursor custom customer
	daily data database dataset date day days default definition delay deleted description detail details detected
	device digest disk display distribution document domain download duration
	edition email enabled end ended endpoint endpoints engine entries entry env environment err error errors event
	events execution exit exists expiration expired expires expiry explanation export extension extra
	fail failed failure family field fields file files filter filters final finding findings first flag flags folder
	for format found free from full
	generated given global group groups
	has hash header headers health host hosts hour hours href
	icon id identifier identity ids import in incident index info information input installed instance integer
	interface internal interval invalid ip ipv4 ipv6 is isolated item items
	job jobs json
	key keys kind
	label language last latest left length level library license limit limits line lines link links list loc local
	location locked log login
	mac machine mail manager mask match max maximum message messages meta metadata method min minimum minute minutes missing
	mode model modified module month more mount msg
	name names network new next node none note notes null number
	object of offset on operating operation option options order org organization origin os output owner
	page pages parameter parameters params parent parsed part partial parts password path pending percent percentage
	permission permissions phase platform policies policy port position previous priority process product profile
	progress property protected protocol provider public
	queries query queue quota
	rate ratelimit raw read ready reason reasons record records ref reference region rejected release remaining remote
	remove removed replaced reply report request requests required reset resource response result results retention
	retrieved retries retry return returned revision risk role root row rows rule run running runtime
	scan scans schedule scheduled schema scope score script scripts search sec second seconds section security self
	sequence serial server service session settings severity sha256 shared show signature since size skipped sort source
	stage standard start started state statistics status step steps stop stopped stream string style sub subscription
	success successful summary supported suspended sync system systems
	table tag tags target targets task tasks tenant tenants test text threshold time timeout timestamp timezone title to
	token total towait trace transaction type types
	uid unit units unknown until update updated url used user users utc uuid
	valid value values vendor version view virtual visibility vm vulnerabilities vulnerability
	wait waiting warning warnings window with
	xql zone zip
`;

/** In lower case. */
export const VOCABULARY: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));

/** The words of a name, in lower case: `lastSeenAt` and `last_seen_at` have the same. */
export const partsOf = (name: string): string[] =>
	name
		.replace(/([a-z\d])([A-Z])/g, '$1 $2')
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter((part) => part !== '');
