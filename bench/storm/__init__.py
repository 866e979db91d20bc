"""The parts of bench.kill_storm: people, a network with faults, and the judging."""
