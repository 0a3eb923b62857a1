"""What the sender newly wrote: the parts of `processors.clean` (words, marks of a quote, signatures, HTML structure)."""
