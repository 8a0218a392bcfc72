"""What people see: the wall, a site's page, the live stream and the API, in Korean and English."""
