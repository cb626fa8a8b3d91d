"""One function per durable: load, call the domain, publish. `deliveries`: raw to signals; `incidents`: correlation."""
