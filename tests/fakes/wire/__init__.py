"""What the platforms' fakes have in common: a loopback port, connections that break, faults."""
