"""Documents to print: letters, charts and tables drawn as vectors into a PDF file."""
