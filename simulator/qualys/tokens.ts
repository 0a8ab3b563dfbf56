import { createHmac } from 'node:crypto';

/** Tokens from /auth live this long, in simulated time. */
const TOKEN_LIFE_SECONDS = 4 * 3600;

const LONG_LIFE_SECONDS = 10 * 365 * 24 * 3600;

interface Claims {
	sub: string;
	/** Epoch seconds, simulated. */
	iat: number;
	exp: number;
	/** Running number; 0 is the long-lived token. */
	jti: number;
}

/** What survives a restart. */
export interface TokenState {
	/** Tokens handed out so far. */
	minted: number;
	/** Those up to this number have been ended. */
	endedUpTo: number;
	longLivedEnded: boolean;
}

export interface Tokens {
	/** A JWT for this user, good for 4 simulated hours. */
	mint(username: string): string;
	/** A JWT that was handed out long ago and stays good, as some teams paste into credentials. */
	longLived(username: string): string;
	/** The user behind a token, or undefined if it is forged, malformed or expired. */
	userOf(token: string): string | undefined;
	/** Ends every token handed out so far; the long-lived one only if asked. */
	expireAll(longLived?: boolean): void;
	/** The tokens that this run has handed out, the newest thousand of them. */
	handedOut: string[];
	/** What to save. */
	state(): TokenState;
}

const MOST_HANDED_OUT = 1_000;

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** JWTs (HS256) signed with a secret made from the seed; `now` is simulated epoch milliseconds. */
export function createTokens(options: {
	seed: number;
	epoch: number;
	now: () => number;
	saved?: TokenState;
	onChange: () => void;
}): Tokens {
	const { seed, epoch, now, onChange } = options;
	const secret = `simulator-${seed}`;
	const state: TokenState = { minted: 0, endedUpTo: 0, longLivedEnded: false, ...options.saved };
	const handedOut: string[] = [];

	const signatureOf = (content: string) =>
		createHmac('sha256', secret).update(content).digest('base64url');

	const sign = (claims: Claims): string => {
		const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
		return `${content}.${signatureOf(content)}`;
	};

	const isEnded = ({ jti, exp }: Claims): boolean =>
		exp * 1000 <= now() || (jti === 0 ? state.longLivedEnded : jti <= state.endedUpTo);

	return {
		mint(username) {
			const iat = Math.floor(now() / 1000);
			state.minted++;
			onChange();
			const token = sign({ sub: username, iat, exp: iat + TOKEN_LIFE_SECONDS, jti: state.minted });
			if (handedOut.push(token) > MOST_HANDED_OUT) handedOut.shift();
			return token;
		},
		longLived(username) {
			const iat = Math.floor(epoch / 1000);
			return sign({ sub: username, iat, exp: iat + LONG_LIFE_SECONDS, jti: 0 });
		},
		userOf(token) {
			const [header, payload, signature] = token.split('.');
			if (signature !== signatureOf(`${header}.${payload}`)) return undefined;
			const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
			return isEnded(claims) ? undefined : claims.sub;
		},
		expireAll(longLived = false) {
			state.endedUpTo = state.minted;
			state.longLivedEnded ||= longLived;
			onChange();
		},
		handedOut,
		state: () => ({ ...state }),
	};
}
