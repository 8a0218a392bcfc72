"""How lines arrive: one transport a module; bytes and a cursor come back, nothing is parsed."""
