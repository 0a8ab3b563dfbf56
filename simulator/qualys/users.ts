/** A demo user. Passwords hold the characters that go wrong where a form is not encoded. */
export interface QualysUser {
	username: string;
	password: string;
	/** Tags whose jobs the user sees. */
	scope: 'all' | string[];
	/** False: signs in, and every search answers 403. */
	apiAccess: boolean;
	/** What the user may do beside reading; a viewer may not execute scripts. */
	role: 'manager' | 'operations' | 'viewer';
}

/** Tags that jobs carry, one each. */
export const jobTags = ['Head Office', 'Finance', 'Engineering', 'Cloud', 'Branches'];

const userTable: Record<string, QualysUser> = {
	admin: {
		username: 'simul_ad1',
		password: 'Fake+Pass&100%',
		scope: 'all',
		apiAccess: true,
		role: 'manager',
	},
	finance: {
		username: 'simul_fi2',
		password: 'Fake%2B&more+1',
		scope: ['Finance'],
		apiAccess: true,
		role: 'operations',
	},
	blind: {
		username: 'simul_no3',
		password: 'Fake & 0% + 1',
		scope: [],
		apiAccess: true,
		role: 'viewer',
	},
	noApi: {
		username: 'simul_na4',
		password: 'Fake=Pass?4&%',
		scope: 'all',
		apiAccess: false,
		role: 'manager',
	},
	viewer: {
		username: 'simul_vi5',
		password: 'Fake~View+5&%',
		scope: 'all',
		apiAccess: true,
		role: 'viewer',
	},
};

/** The demo users by name; copies, so that tests may change them. */
export const createQualysUsers = (): Record<string, QualysUser> =>
	Object.fromEntries(Object.entries(userTable).map(([name, user]) => [name, { ...user }]));
