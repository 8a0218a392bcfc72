"""Catalogues of texts in Fluent files (.ftl), which pages, digests and errors share."""
