"""Compose and run the server: centre, web application, backup and the lock of the data folder."""
