"""The Dash application around the pages: menu frame, page router and script loading."""
