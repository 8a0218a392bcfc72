"""Collection: transports return bytes and a cursor; batches are spooled and journalled. Nothing is parsed here."""
