"""Model Context Protocol: servers as data sources by declarative mappings, and providers as servers."""
