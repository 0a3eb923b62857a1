"""The desk: pages rendered on the server, that work without scripts and get better with them."""
