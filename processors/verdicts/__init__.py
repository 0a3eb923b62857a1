"""The parts of the reading of a reply: words, clauses, amounts. The entry is ``processors.verdict.read_verdict``."""
