"""Log lines exactly as each product writes them, one module per product: values in, a line with its LF out."""
