// n8n reads the nodes and credentials from package.json; a package's main entry stays empty.
