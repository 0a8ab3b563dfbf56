import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PACKAGE_NAME = 'n8n-nodes-cortex-qualys';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** All that the demo writes into the checkout; ignored by git, safe to delete. */
export const DEMO_FOLDER = join(ROOT, '.demo');

export const WORKFLOWS_FOLDER = join(ROOT, 'workflows');

/** Where n8n is installed once for all checkouts: 2 GB that survive a new clone. */
export const CACHE_FOLDER = join(
	process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
	PACKAGE_NAME,
);
