const { rm } = require('node:fs/promises');
const { dest, parallel, src } = require('gulp');

/** What tsc does not copy: codex files and output schemas beside the nodes, and the icons. */
const descriptions = () => src('nodes/**/*.json').pipe(dest('dist/nodes'));
const icons = () => src('icons/*.svg').pipe(dest('dist/icons'));

/** Before tsc: what has lost its source must not stay in the package. */
exports.clean = () => rm('dist', { recursive: true, force: true });
exports.build = parallel(descriptions, icons);
