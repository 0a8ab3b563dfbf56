/** Longest name of a file, in characters: most file systems take 255 bytes. */
const LONGEST_NAME = 120;

/** Names that are folders, or devices of Windows, whatever follows the dot. */
const NO_FILE = /^(?:\.*|(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?)$/i;

/** A name that is safe in any folder: no path, nothing that a file system or a terminal takes for more than a letter. */
export function safeFileName(name: string): string {
	const last = name.split(/[\\/]/).at(-1) ?? '';
	const safe = last
		// What nobody sees, such as marks that turn the direction of a text, and what Windows refuses.
		.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
		.replace(/[<>:"|?*]/g, '_')
		.trim()
		.replace(/[. ]+$/, '');
	if (NO_FILE.test(safe)) return '';
	const ending = /\.[^.]{1,10}$/.exec(safe)?.[0] ?? '';
	if (safe.length <= LONGEST_NAME) return safe;
	// Not in the middle of a letter.
	const start = safe.slice(0, LONGEST_NAME - ending.length).replace(/[\ud800-\udbff]$/, '');
	return start.trimEnd() + ending;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return '';
	}
}

/** The name in a Content-Disposition header (RFC 6266), in either of its two forms; empty where it has none. */
function namedIn(header: string): string {
	const encoded = /(?:^|;)\s*filename\*\s*=\s*utf-8'[^']{0,40}'([^;\s]{1,2000})/i.exec(header)?.[1];
	const name = encoded === undefined ? '' : decoded(encoded);
	if (name !== '') return name;
	const quoted = /(?:^|;)\s*filename\s*=\s*"((?:[^"\\]|\\.){1,2000})"/i.exec(header)?.[1];
	if (quoted !== undefined) return quoted.replace(/\\(["\\])/g, '$1');
	return /(?:^|;)\s*filename\s*=\s*([^;\s"]{1,2000})/i.exec(header)?.[1] ?? '';
}

/**
 * The name of a downloaded file, without any path.
 * @param disposition the header Content-Disposition, if there is one
 */
export function fileName(disposition: unknown, actionId: string, endpointId: string): string {
	const named = typeof disposition === 'string' ? safeFileName(namedIn(disposition)) : '';
	return named || safeFileName(`${actionId}_${endpointId}.zip`.replace(/[\\/]/g, '_'));
}
