"""What is measured against planted truth, against people's labels, and against peers: `python -m tests.benchmarks`."""
