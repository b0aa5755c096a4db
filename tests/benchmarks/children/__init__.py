"""Programs that benchmarks start as processes of their own. Each prints one line of JSON; times are of the monotonic clock."""
