"""Stand-ins for the outside systems, so that everything runs with no account: files in folders, records in our store."""
