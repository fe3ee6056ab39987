"""The sample company: its workbooks, the loader that brings them in over HTTP, and the demo that walks the main path.

Knows the public routes, the books' headings and the issuer; must not know a service's code or its tables' content.
"""
