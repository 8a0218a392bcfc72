"""Read model shared by screens, command line and digests: the running centre, its snapshot and its status."""
