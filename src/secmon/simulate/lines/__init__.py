"""Log lines exactly as each product writes them, one module a product; values go in, a line with its LF comes out."""
