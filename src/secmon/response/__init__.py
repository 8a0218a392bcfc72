"""Response: requests to municipalities and the shared block list."""
