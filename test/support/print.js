/** Prints a line as it is, without the place in the code that jest puts before it. */
module.exports.print = (line) => void process.stdout.write(`${line}\n`);
