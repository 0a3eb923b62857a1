"""The pure heart: what a message, a case, a directive and a decision are. No I/O, no clock, no random."""
